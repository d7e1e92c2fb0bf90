//! What an explanation says the other importer does, as steps that are done to our rows before they are
//! compared. `explained.txt` says how they are written.

use std::collections::BTreeMap;

use riskql::reports::ingest::ReportRow;

use super::raw::Node;
use super::template::{self, Template};

/// One step.
#[derive(Clone)]
pub enum Step {
    /// Only some rows are compared.
    Rows(Choice),
    /// Rows that are equal in some fields are one; it has the severity of the first, or the worst.
    Merged {
        by: Template,
        worst: bool,
    },
    /// A severity of some rows.
    Severity(&'static str, Option<Choice>),
    /// The severity of the CVSS score, where there is one.
    Score,
    /// What names or ids are made of.
    As(Vec<Template>),
    /// The other has this too.
    And(&'static str),
    Rule(Rule),
}

/// What holds of the other in place of equality.
#[derive(Clone, Copy, PartialEq)]
pub enum Rule {
    /// The other has nothing.
    Nothing,
    /// Exactly one id of each row.
    OneOfARow,
    /// As many rows more as were dropped.
    DroppedRows,
    /// Some of the dropped rows; all that is more stands in the report.
    SomeDroppedRows,
    /// All that is ours, and more ids that stand in the report.
    AllOfTheReport,
    /// Names that stand in other fields of the report.
    OtherFields,
    /// As many rows as the report has values at the path.
    RowsAt(&'static str),
    /// As many rows, with severities that stand at the path.
    WordsAt(&'static str),
    /// The first so many of our names.
    First(usize),
}

/// Rows by a field.
#[derive(Clone)]
pub struct Choice {
    /// A field of a row, or a path of the report where every row has one value.
    field: &'static str,
    test: Test,
}

#[derive(Clone)]
enum Test {
    IsThere,
    IsAbsent,
    Is(&'static str),
    IsNot(&'static str),
}

/// A row while steps are done.
#[derive(Clone)]
pub struct Working<'a> {
    pub row: &'a ReportRow,
    pub severity: String,
}

/// From the mildest.
const SEVERITIES: [&str; 5] = ["info", "low", "medium", "high", "critical"];

/// Reads steps that are separated by semicolons.
pub fn read(text: &'static str) -> Vec<Step> {
    text.split("; ").map(step).collect()
}

fn step(text: &'static str) -> Step {
    match text {
        "none" => return Step::Rule(Rule::Nothing),
        "one of a row" => return Step::Rule(Rule::OneOfARow),
        "with dropped rows" => return Step::Rule(Rule::DroppedRows),
        "with some dropped rows" => return Step::Rule(Rule::SomeDroppedRows),
        "all of the report" => return Step::Rule(Rule::AllOfTheReport),
        "other fields" => return Step::Rule(Rule::OtherFields),
        "by score" => return Step::Score,
        _ => {}
    }
    let after = |start: &str| text.strip_prefix(start);
    if let Some(choice) = after("rows where ").or(after("rows with")) {
        return Step::Rows(choice_of(choice));
    }
    if let Some(by) = after("merged by ") {
        let worst = by.strip_suffix(", the worst");
        let by = Template::read(worst.unwrap_or(by));
        let worst = worst.is_some();
        return Step::Merged { by, worst };
    }
    if let Some(templates) = after("as ") {
        return Step::As(templates.split(" | ").map(Template::read).collect());
    }
    if let Some(value) = after("and ") {
        return Step::And(value);
    }
    if let Some(path) = after("rows at ") {
        return Step::Rule(Rule::RowsAt(path));
    }
    if let Some(path) = after("words at ") {
        return Step::Rule(Rule::WordsAt(path));
    }
    if let Some(count) = after("the first ") {
        return Step::Rule(Rule::First(count.parse().expect("a count")));
    }
    let (word, choice) = match (after("all "), text.split_once(" where ")) {
        (Some(word), _) => (word, None),
        (None, Some((word, choice))) => (word, Some(choice_of(choice))),
        (None, None) => panic!("no step: {text}"),
    };
    assert!(SEVERITIES.contains(&word), "no severity: {text}");
    Step::Severity(word, choice)
}

/// `FIELD is [not] VALUE`, or what is after `rows with`: ` FIELD`, `out FIELD`.
fn choice_of(text: &'static str) -> Choice {
    if let Some(field) = text.strip_prefix("out ") {
        let test = Test::IsAbsent;
        return Choice { field, test };
    }
    if let Some(field) = text.strip_prefix(' ') {
        let test = Test::IsThere;
        return Choice { field, test };
    }
    let (field, value) = text.split_once(" is ").expect("a value");
    let test = match value.strip_prefix("not ") {
        Some(value) => Test::IsNot(value),
        None => Test::Is(value),
    };
    Choice { field, test }
}

impl Rule {
    /// Whether it says all of what the other has; else only what it may have.
    pub fn is_exact(self) -> bool {
        matches!(self, Rule::Nothing | Rule::First(_))
    }
}

impl Choice {
    /// For each row whether it is chosen; an error where the report has not one value a row.
    fn of(&self, rows: &[Working], raw: &Node) -> Result<Vec<bool>, String> {
        let is_path = self.field.starts_with(['$', '/']) || self.field.starts_with("csv");
        let texts: Vec<Option<String>> = match is_path {
            true => raw
                .at(self.field)
                .iter()
                .map(|node| node.text.clone())
                .collect(),
            false => {
                let texts = rows.iter();
                texts
                    .map(|row| template::field(row.row, self.field))
                    .collect()
            }
        };
        if texts.len() != rows.len() {
            let (values, rows, path) = (texts.len(), rows.len(), self.field);
            return Err(format!("{values} values at {path}, {rows} rows"));
        }
        let holds = |text: &Option<String>| match self.test {
            Test::IsThere => text.is_some(),
            Test::IsAbsent => text.is_none(),
            Test::Is(value) => text.as_deref() == Some(value),
            Test::IsNot(value) => text.as_deref() != Some(value),
        };
        Ok(texts.iter().map(holds).collect())
    }
}

/// Does one step to rows, if it is one that is done to rows.
pub fn apply(step: &Step, rows: &mut Vec<Working>, raw: &Node) -> Result<(), String> {
    match step {
        Step::Rows(choice) => {
            let mut chosen = choice.of(rows, raw)?.into_iter();
            rows.retain(|_| chosen.next().unwrap_or_default());
        }
        Step::Merged { by, worst } => *rows = merged(rows, by, *worst),
        Step::Severity(word, choice) => {
            let chosen = match choice {
                Some(choice) => choice.of(rows, raw)?,
                None => vec![true; rows.len()],
            };
            for (row, _) in rows.iter_mut().zip(chosen).filter(|(_, chosen)| *chosen) {
                row.severity = word.to_string();
            }
        }
        Step::Score => {
            for row in rows {
                if let Some(score) = row.row.cvss {
                    row.severity = word_of(score).to_string();
                }
            }
        }
        Step::As(_) | Step::And(_) | Step::Rule(_) => {}
    }
    Ok(())
}

fn merged<'a>(rows: &[Working<'a>], by: &Template, worst: bool) -> Vec<Working<'a>> {
    let mut kept: Vec<Working> = Vec::new();
    let mut places: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    let rank = |word: &str| SEVERITIES.iter().position(|known| *known == word);
    for row in rows {
        let place = *places.entry(by.key(row.row)).or_insert(kept.len());
        match kept.get_mut(place) {
            None => kept.push(row.clone()),
            Some(first) => {
                if worst && rank(&row.severity) > rank(&first.severity) {
                    first.severity = row.severity.clone();
                }
            }
        }
    }
    kept
}

fn word_of(score: f64) -> &'static str {
    match score {
        9.0.. => "critical",
        7.0.. => "high",
        4.0.. => "medium",
        _ if score > 0.0 => "low",
        _ => "info",
    }
}
