//! Answers as OpenMetrics, for Prometheus and what reads the same: a gauge for each KPI, `riskql_mttr_days`, with the
//! groups as labels; its targets as `riskql_target`, and whether they are met as `riskql_target_met`.
//!
//! A value that is *none* has no sample. Shares are ratios from 0 to 1; times keep the unit that the KPI is shown in.

use std::collections::BTreeSet;

use super::flat;
use super::numbers;
use super::options::RenderOptions;
use super::text::harmless_lines;
use crate::base::calendar::{self, Calendar};
use crate::base::instants;
use crate::base::types::{DisplayUnit, TimeUnit};
use crate::exec::answer::{
    Answer, AnswerColumn, Board, Cell, ColumnRole, Context, Level, Row, Status, Value,
};

/// When samples were: for who stores them as of then, and not as of when they are read.
#[derive(Clone, Copy)]
pub struct SampleTimes<'a> {
    /// By which periods end.
    pub calendar: &'a Calendar,
    /// Whether the as-of was named: values that are of no period of a series are of that instant.
    pub as_of_is_named: bool,
}

const TARGET: &str = "riskql_target";
const TARGET_MET: &str = "riskql_target_met";

/// Samples of one name.
struct MetricFamily {
    name: String,
    unit: &'static str,
    help: String,
    samples: Vec<MetricSample>,
}

struct MetricSample {
    labels: Vec<(String, String)>,
    value: f64,
    /// In microseconds.
    at: Option<i64>,
}

/// An answer. Without times its samples have none, and those of a series say their period in a label.
pub fn answer(answer: &Answer, times: Option<SampleTimes>) -> String {
    let mut families = Families::default();
    families.add(answer, &[], times);
    families.text()
}

/// Why an answer has no gauge; `None` where it has one.
pub(super) fn refusal(answer: &Answer) -> Option<String> {
    let why = "OpenMetrics are numbers, and a list has none: ask for a number, such as `backlog by severity`, or use \
               `--format csv`";
    (!flat::has_values(answer)).then(|| why.to_string())
}

/// The cards of a board, told apart by the labels `layer` and `card`.
pub fn board(board: &Board, times: Option<SampleTimes>) -> String {
    let mut families = Families::default();
    for layer in &board.layers {
        for card in &layer.cards {
            let labels = [
                ("layer".to_string(), layer.name.clone()),
                ("card".to_string(), card.title.clone()),
            ];
            families.add(&card.answer, &labels, times);
        }
    }
    families.text()
}

#[derive(Default)]
struct Families {
    kpis: Vec<MetricFamily>,
    targets: Vec<MetricSample>,
    met: Vec<MetricSample>,
}

impl Families {
    fn add(&mut self, answer: &Answer, of_card: &[(String, String)], times: Option<SampleTimes>) {
        for (index, column) in answer.columns.iter().enumerate() {
            let ColumnRole::Value(of_column) = &column.role else {
                continue;
            };
            let place = self.family(column, of_column.unit);
            for row in &answer.rows {
                let Cell::Value(value) = &row.cells[index] else {
                    continue;
                };
                let (at, period) = time(answer, row, times);
                let mut labels = of_card.to_vec();
                labels.extend(period.map(|period| ("period".to_string(), period)));
                labels.extend(groups(answer, row));
                let labels = distinct(labels);
                let sample = |value| MetricSample {
                    labels: labels.clone(),
                    value,
                    at,
                };
                let finite = value.value.filter(|value| value.is_finite());
                self.kpis[place].samples.extend(finite.map(sample));
                self.add_target(column, of_column.unit, value, sample(0.0));
            }
        }
    }

    fn add_target(
        &mut self,
        column: &AnswerColumn,
        unit: DisplayUnit,
        value: &Value,
        sample: MetricSample,
    ) {
        let Some(verdict) = &value.target else {
            return;
        };
        let of_kpi = |labels: &[(String, String)], more: &[(&str, &str)]| {
            let own = [("kpi", column.name.as_str())];
            let own = own.iter().chain(more);
            let own = own.map(|(name, value)| (name.to_string(), value.to_string()));
            distinct(own.chain(labels.iter().cloned()).collect())
        };
        self.targets.push(MetricSample {
            labels: of_kpi(
                &sample.labels,
                &[("bound", verdict.bound.words()), ("unit", unit.word())],
            ),
            value: verdict.limit,
            at: sample.at,
        });
        let is_met = match verdict.status {
            Status::Pass => 1.0,
            Status::Miss => 0.0,
            Status::NoData => return,
        };
        self.met.push(MetricSample {
            labels: of_kpi(&sample.labels, &[]),
            value: is_met,
            at: sample.at,
        });
    }

    /// The place of the family of a column.
    fn family(&mut self, column: &AnswerColumn, unit: DisplayUnit) -> usize {
        let suffix = unit_suffix(unit);
        let base = format!("riskql_{}", plain(&column.name));
        let ends_so = suffix.is_empty() || base.ends_with(&format!("_{suffix}"));
        let mut name = if ends_so {
            base
        } else {
            format!("{base}_{suffix}")
        };
        if name == TARGET || name == TARGET_MET {
            name = format!("{name}_kpi");
        }
        let known = self.kpis.iter().position(|family| family.name == name);
        known.unwrap_or_else(|| {
            self.kpis.push(MetricFamily {
                name,
                unit: suffix,
                help: column.title.clone(),
                samples: Vec::new(),
            });
            self.kpis.len() - 1
        })
    }

    fn text(self) -> String {
        let targets = [
            (
                TARGET,
                "The limit of a target, in the unit of its KPI",
                self.targets,
            ),
            (
                TARGET_MET,
                "Whether a value meets its target: 1 if it does, 0 if not",
                self.met,
            ),
        ];
        let targets = targets
            .into_iter()
            .map(|(name, help, samples)| MetricFamily {
                name: name.to_string(),
                unit: "",
                help: help.to_string(),
                samples,
            });
        let mut text = String::new();
        for family in self.kpis.into_iter().chain(targets) {
            text += &family.text();
        }
        text + "# EOF\n"
    }
}

impl MetricFamily {
    /// Its lines; none without a sample. Samples with the same labels stand together, the earliest first; of two of
    /// one instant the first counts.
    fn text(mut self) -> String {
        if self.samples.is_empty() {
            return String::new();
        }
        let order = |sample: &MetricSample| (sample.labels.clone(), sample.at);
        self.samples.sort_by_key(order);
        self.samples.dedup_by_key(|sample| order(sample));
        let name = &self.name;
        let mut text = format!("# TYPE {name} gauge\n");
        if !self.unit.is_empty() {
            text += &format!("# UNIT {name} {}\n", self.unit);
        }
        text += &format!("# HELP {name} {}\n", escaped(&self.help));
        for sample in &self.samples {
            text += &sample.text(name);
        }
        text
    }
}

impl MetricSample {
    /// `riskql_mttr_days{severity="critical"} 20.4`
    fn text(&self, name: &str) -> String {
        let labels = self.labels.iter();
        let labels = labels.map(|(label, value)| format!("{label}=\"{}\"", escaped(value)));
        let labels: Vec<String> = labels.collect();
        let labels = match labels.is_empty() {
            true => String::new(),
            false => format!("{{{}}}", labels.join(",")),
        };
        let at = self
            .at
            .map_or_else(String::new, |at| format!(" {}", seconds(at)));
        format!("{name}{labels} {}{at}\n", self.value)
    }
}

/// Seconds since 1970, with as many digits as there are.
fn seconds(micros: i64) -> String {
    let (whole, rest) = (micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000));
    match rest {
        0 => whole.to_string(),
        rest => format!("{whole}.{rest:06}")
            .trim_end_matches('0')
            .to_string(),
    }
}

/// The instant of a row, or else the label of its period: the end of a period of a series, but not later than as-of; the
/// as-of, if it was named.
fn time(answer: &Answer, row: &Row, times: Option<SampleTimes>) -> (Option<i64>, Option<String>) {
    let columns = answer.columns.iter().zip(&row.cells);
    let mut periods = columns.filter_map(|(column, cell)| match (&column.role, cell) {
        (ColumnRole::Period(_), Cell::Text(label)) => Some(label),
        (
            ColumnRole::Period(_)
            | ColumnRole::Dimension(_)
            | ColumnRole::Value(_)
            | ColumnRole::Field(_),
            _,
        ) => None,
    });
    let as_of = instant_of(&answer.context);
    match (periods.next(), times) {
        (None, times) => (
            as_of.filter(|_| times.is_some_and(|times| times.as_of_is_named)),
            None,
        ),
        (Some(label), None) => (None, Some(label.clone())),
        (Some(label), Some(times)) => match calendar::parse(times.calendar, label) {
            Some(period) => {
                let end = calendar::end_instant(times.calendar, period);
                (Some(as_of.map_or(end, |as_of| end.min(as_of))), None)
            }
            None => (None, Some(label.clone())),
        },
    }
}

fn instant_of(context: &Context) -> Option<i64> {
    instants::parse(&context.as_of_instant)
}

/// The groups of a row as labels; a row of all or other groups says that it is one.
fn groups(answer: &Answer, row: &Row) -> Vec<(String, String)> {
    let columns = answer.columns.iter().zip(&row.cells);
    let groups = columns.filter(|(column, _)| matches!(column.role, ColumnRole::Dimension(_)));
    let mut labels: Vec<(String, String)> = groups
        .filter_map(|(column, cell)| {
            let value = match cell {
                Cell::Missing if row.level == Level::Group => "(missing)".to_string(),
                Cell::Missing | Cell::Value(_) => return None,
                Cell::Text(text) => text.clone(),
                Cell::YesNo(yes) => if *yes { "yes" } else { "no" }.to_string(),
                Cell::Number(number) => numbers::plain(*number),
            };
            Some((label_name(&column.name), value))
        })
        .collect();
    if row.level != Level::Group {
        labels.push(("level".to_string(), row.level.word().to_string()));
    }
    labels
}

/// Labels of which no two have one name.
fn distinct(labels: Vec<(String, String)>) -> Vec<(String, String)> {
    let mut known = BTreeSet::new();
    labels
        .into_iter()
        .map(|(mut name, value)| {
            while !known.insert(name.clone()) {
                name.push('_');
            }
            (name, value)
        })
        .collect()
}

/// A name of letters, digits and underscores; what else there is becomes an underscore.
fn plain(name: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let letters = name.chars();
    letters
        .map(|letter| if is_plain(letter) { letter } else { '_' })
        .collect()
}

/// The same beginning with a letter: two underscores in front are kept for others.
fn label_name(name: &str) -> String {
    let name = plain(name);
    let name = name.trim_start_matches('_');
    match name.starts_with(|first: char| first.is_ascii_alphabetic()) {
        true => name.to_string(),
        false => format!("n{name}"),
    }
}

fn unit_suffix(unit: DisplayUnit) -> &'static str {
    match unit {
        DisplayUnit::Count => "",
        DisplayUnit::Percent | DisplayUnit::Ratio => "ratio",
        DisplayUnit::Points => "points",
        DisplayUnit::Time(TimeUnit::Minutes) => "minutes",
        DisplayUnit::Time(TimeUnit::Hours) => "hours",
        DisplayUnit::Time(TimeUnit::Days) => "days",
        DisplayUnit::Time(TimeUnit::Weeks) => "weeks",
    }
}

/// A text between quotes, or behind a name.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for letter in harmless_lines(text, RenderOptions::PIPE).chars() {
        match letter {
            '\\' => escaped.push_str("\\\\"),
            '"' => escaped.push_str("\\\""),
            '\n' => escaped.push_str("\\n"),
            other => escaped.push(other),
        }
    }
    escaped
}
