//! Charts as SVG: an answer → lines over periods, a stack of groups, a bar a row, or a table with shades.
//!
//! The same drawing stands in a page, as wide as there is room, and in a file of its own. A value that is
//! not there is a gap and never a zero; scales begin at zero, and those of shares end at 100 % unless all are
//! small.

mod area;
mod bars;
mod file;
mod heat;
mod labels;
mod lines;
mod periods;
mod plot;
mod scale;
mod spark;

pub(super) use file::{file, refusal};
pub(super) use periods::in_words;
pub(super) use plot::{rank_class, severity_rank};
pub(super) use spark::sparkline;

use maud::{Markup, html};

use self::labels::{EndLabel, Margins};
use self::plot::{HEIGHT, HUES, Plot, PlotSeries};
use super::facts::{self, ColumnFacts, Reasons};
use super::matrix;
use super::numbers;
use super::options::RenderOptions;
use super::text::harmless;
use super::trend::{self, Trend};
use crate::base::types::DisplayUnit;
use crate::exec::answer::{Answer, ColumnRole};

/// More lines than this in one chart cannot be told apart.
const MOST_LINES: usize = 12;
/// More series are not counted.
const MOST_COUNTED: usize = 100;
/// More bars are a table.
const MOST_BARS: usize = 60;
/// Colours and strokes, for light and dark.
pub(super) const COLOURS: &str = include_str!("colours.css");
/// How the parts of a chart look.
pub(super) const STYLE: &str = include_str!("chart.css");

/// How an answer is drawn where it can be drawn in several ways.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Shape {
    /// Lines for series, bars for all else.
    Usual,
    /// Groups on top of each other where they add up, else lines.
    Stacked,
}

/// One chart of an answer.
pub(super) struct Drawing {
    /// What the values are, with their unit: `Mean time to remediate (days)`.
    pub title: String,
    /// The chart in words.
    pub words: String,
    /// What its marks mean, as sentences.
    pub notes: Vec<String>,
    /// Series with the classes of their colours, where there are several.
    pub legend: Vec<(String, String)>,
    parts: Markup,
    height: f64,
    /// Pixels that the plot needs across; 0 where any width will do.
    across: f64,
    margins: Margins,
    has_periods: bool,
    /// On a page, series are named above the plot and not beside it.
    is_keyed: bool,
}

impl Drawing {
    /// The class of the legend.
    pub fn legend_class(&self) -> &'static str {
        if self.is_keyed {
            "legend keyed"
        } else {
            "legend"
        }
    }

    /// The chart for a page, as wide as its place.
    pub fn in_page(&self) -> Markup {
        let Margins {
            left,
            right,
            right_of_values,
        } = self.margins;
        let style = format!("--left:{left}px;--right:{right}px;--values:{right_of_values}px");
        let class = match (self.has_periods, self.is_keyed) {
            (true, true) => "chart over keyed",
            (true, false) => "chart over",
            (false, _) => "chart",
        };
        html! {
            div class=(class) style=(style) {
                svg role="img" aria-label=(self.words) height=(self.height) { (self.parts) }
            }
        }
    }
}

/// The charts of an answer: one for each unit of its series, or for each column of its bars. An error says
/// why there is none.
pub(super) fn drawings(answer: &Answer, shape: Shape) -> Result<Vec<Drawing>, String> {
    let is_value = |role: &ColumnRole| matches!(role, ColumnRole::Value(_));
    if !answer.columns.iter().any(|column| is_value(&column.role)) {
        return Err("a list has no numbers to draw".to_string());
    }
    if answer.rows.is_empty() {
        return Err("the answer has no rows to draw".to_string());
    }
    let has_periods = answer
        .columns
        .iter()
        .any(|column| matches!(column.role, ColumnRole::Period(_)));
    let drawings = match trend::trend(answer, MOST_COUNTED, RenderOptions::PIPE) {
        Some(trend) if trend.periods.len() > 1 => of_series(answer, &trend, shape)?,
        None if has_periods => {
            return Err(format!(
                "more than {MOST_COUNTED} lines cannot be told apart; no more than {MOST_LINES} can"
            ));
        }
        Some(_) | None => of_rows(answer)?,
    };
    match drawings.is_empty() {
        true => Err("every value is none".to_string()),
        false => Ok(drawings),
    }
}

/// The charts of an answer that has more lines than can be told apart: the largest groups, each with a colour of its own, and how many
/// are left out.
pub(super) fn largest(answer: &Answer) -> Option<(Vec<Drawing>, usize)> {
    let mut trend = trend::trend(answer, matrix::MOST_GROUPS, RenderOptions::PIPE)?;
    let values = answer.columns.iter();
    let values = values.filter(|column| matches!(column.role, ColumnRole::Value(_)));
    let left_out = trend.keep_largest((HUES / values.count().max(1)).max(1));
    let drawings = of_series(answer, &trend, Shape::Usual).ok()?;
    (left_out > 0 && !drawings.is_empty()).then_some((drawings, left_out))
}

fn of_series(answer: &Answer, trend: &Trend, shape: Shape) -> Result<Vec<Drawing>, String> {
    let mut drawings = Vec::new();
    for (unit, series) in plot::series_by_unit(answer, trend) {
        if series.len() > MOST_LINES {
            return Err(format!(
                "{} lines cannot be told apart; no more than {MOST_LINES} can",
                series.len()
            ));
        }
        let is_stacked =
            shape == Shape::Stacked && series.len() > 1 && area::adds_up(answer, unit, &series);
        drawings.extend(match is_stacked {
            true => stack(answer, trend, unit, series),
            false => curves(answer, trend, unit, series),
        });
    }
    Ok(drawings)
}

fn curves(
    answer: &Answer,
    trend: &Trend,
    unit: DisplayUnit,
    series: Vec<PlotSeries>,
) -> Option<Drawing> {
    let plot = Plot::new(trend.periods.clone(), unit, series, &[])?;
    let (parts, ends) = lines::drawn(&plot);
    let notes = notes(
        answer,
        &plot,
        &[
            (
                "dashed line: target",
                has(&plot, |value| value.target.is_some()),
            ),
            ("gap: no value", has_gaps(&plot)),
        ],
    );
    Some(drawing(answer, &plot, parts, &ends, notes))
}

fn stack(
    answer: &Answer,
    trend: &Trend,
    unit: DisplayUnit,
    series: Vec<PlotSeries>,
) -> Option<Drawing> {
    let parts = area::parts(series);
    let sums = area::sums(&parts, trend.periods.len());
    let plot = Plot::new(trend.periods.clone(), unit, parts, &sums)?;
    let (parts, ends) = area::drawn(&plot);
    let notes = notes(answer, &plot, &[]);
    Some(drawing(answer, &plot, parts, &ends, notes))
}

fn drawing(
    answer: &Answer,
    plot: &Plot,
    parts: Markup,
    ends: &[EndLabel],
    notes: Vec<String>,
) -> Drawing {
    let legend = plot
        .series
        .iter()
        .map(|series| (series.label.clone(), series.class.clone()));
    Drawing {
        title: title(answer, plot.unit),
        words: plot.in_words(),
        notes,
        legend: if plot.series.len() > 1 {
            legend.collect()
        } else {
            Vec::new()
        },
        parts: html! { (plot.frame()) (parts) },
        height: HEIGHT,
        across: 0.0,
        margins: Margins::of(&plot.marks(), ends),
        has_periods: true,
        is_keyed: labels::wants_legend(ends),
    }
}

/// `Mean time to remediate (days)`: the columns of a unit.
fn title(answer: &Answer, unit: DisplayUnit) -> String {
    let titles: Vec<&str> = answer
        .columns
        .iter()
        .filter(|column| matches!(&column.role, ColumnRole::Value(value) if value.unit == unit))
        .map(|column| column.title.as_str())
        .collect();
    let unit = match numbers::unit_after(unit).trim() {
        "" => String::new(),
        word => format!(" ({word})"),
    };
    harmless(&format!("{}{unit}", titles.join(", ")), RenderOptions::PIPE)
}

fn has(plot: &Plot, is: impl Fn(&crate::exec::answer::Value) -> bool) -> bool {
    let mut values = plot
        .series
        .iter()
        .flat_map(|series| series.values.iter().flatten());
    values.any(|value| is(value))
}

fn has_gaps(plot: &Plot) -> bool {
    let mut series = plot.series.iter();
    series.any(|series| (0..plot.periods.len()).any(|place| series.point(place).is_none()))
}

/// What the marks of a chart mean, as far as there are any.
fn notes(answer: &Answer, plot: &Plot, others: &[(&str, bool)]) -> Vec<String> {
    let few =
        facts::few_rows_line(answer).filter(|_| has(plot, |value| value.evidence.has_few_rows));
    let few = few.map(|line| format!("hollow point: {}", line.trim_start_matches("few: ")));
    let provisional = has(plot, |value| value.provisional)
        .then(|| "dashes at the end: the period is not over".to_string());
    let cut = plot.scale.is_cut.then(|| {
        let top = numbers::value(plot.scale.high, plot.unit);
        format!("scale to {top}, not to 100%")
    });
    let others = others.iter().filter(|(_, is)| *is);
    few.into_iter()
        .chain(provisional)
        .chain(cut)
        .chain(others.map(|(text, _)| text.to_string()))
        .collect()
}

fn of_rows(answer: &Answer) -> Result<Vec<Drawing>, String> {
    let rows = answer.rows.len();
    if rows > MOST_BARS {
        return Err(format!(
            "{rows} bars cannot be told apart; no more than {MOST_BARS} can"
        ));
    }
    let all = facts::facts(answer, Reasons::Below);
    Ok(all
        .iter()
        .filter_map(|facts| of_column(answer, facts))
        .collect())
}

fn of_column(answer: &Answer, facts: &ColumnFacts) -> Option<Drawing> {
    let (parts, height, margins) = bars::drawn(answer, facts)?;
    let column = &answer.columns[facts.index];
    let look = RenderOptions::PIPE;
    let unit = match numbers::unit_after(facts.column.unit).trim() {
        "" => String::new(),
        word => format!(" ({word})"),
    };
    let title = harmless(&format!("{}{unit}", column.title), look);
    let target = facts
        .same_target
        .map(|target| format!("dashed line: {}", harmless(target, look)));
    Some(Drawing {
        words: title.clone(),
        title,
        notes: facts::few_rows_line(answer)
            .into_iter()
            .chain(target)
            .collect(),
        legend: Vec::new(),
        parts,
        height,
        across: 0.0,
        margins,
        has_periods: false,
        is_keyed: false,
    })
}
