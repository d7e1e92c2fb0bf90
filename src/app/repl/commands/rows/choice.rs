//! What follows `\rows`: which number of the answer is meant.

use crate::base::diagnostic::{Diagnostic, Problems, nearest};
use crate::exec::answer::{Answer, Cell, ColumnRole, Level, Row};
use crate::insight::drill_through::{self, MeasurePart};
use crate::lang::model::ValuesQuery;

/// How many possibilities a message names.
const NAMED: usize = 8;

/// What was typed.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(super) struct RowChoice {
    /// The answer's row, counted from one.
    place: Option<usize>,
    /// A column and its value: `team=web`.
    pairs: Vec<(String, String)>,
    level: Option<Level>,
    only: Option<bool>,
    /// The other words: the name of a measure or column.
    name: String,
    pub all: bool,
}

impl RowChoice {
    /// Reads the words; all that is not known to be something else is a name.
    pub fn read(arguments: &str) -> RowChoice {
        let mut choice = RowChoice::default();
        let mut names: Vec<String> = Vec::new();
        for word in words(arguments) {
            match word.as_str() {
                "all" => choice.all = true,
                "with" => choice.only = Some(true),
                "without" => choice.only = Some(false),
                "total" => choice.level = Some(Level::Total),
                "other" => choice.level = Some(Level::Other),
                word => match (word.split_once('='), word.parse()) {
                    (Some((column, value)), _) => {
                        choice.pairs.push((column.to_string(), value.to_string()));
                    }
                    (None, Ok(place)) if choice.place.is_none() => choice.place = Some(place),
                    (None, _) => names.push(word.to_string()),
                },
            }
        }
        choice.name = names.join(" ");
        choice
    }

    /// The place of the row that is meant.
    pub fn row(&self, answer: &Answer) -> Result<usize, Problems> {
        let count = answer.rows.len();
        if let Some(place) = self.place {
            if (1..=count).contains(&place) {
                return Ok(place - 1);
            }
            let rows = if count == 1 { "row" } else { "rows" };
            let message = format!("there is no row {place}: the last answer has {count} {rows}");
            return Err(rows_to_choose(answer, Diagnostic::data("K967", message)).into());
        }
        let tests = self.tests(answer)?;
        let is_meant = |row: &Row| {
            let has_level = match self.level {
                Some(level) => row.level == level,
                None => self.pairs.is_empty() || row.level == Level::Group,
            };
            has_level
                && tests
                    .iter()
                    .all(|(column, value)| is(&row.cells[*column], value))
        };
        let meant: Vec<usize> = (0..count)
            .filter(|row| is_meant(&answer.rows[*row]))
            .collect();
        match meant.as_slice() {
            [only] => Ok(*only),
            [] => {
                let problem = Diagnostic::data("K967", "no row of the last answer is that");
                let near = tests
                    .iter()
                    .find_map(|(column, value)| near(answer, *column, value));
                Err(match near {
                    Some(near) => problem.help(format!("did you mean `{near}`?")),
                    None => rows_to_choose(answer, problem),
                }
                .into())
            }
            [..] => {
                let message = format!("{} rows of the last answer fit: say which", meant.len());
                let problem = Diagnostic::data("K968", message);
                Err(of_rows(answer, &meant, problem).into())
            }
        }
    }

    /// The columns of the pairs with the values wanted.
    fn tests(&self, answer: &Answer) -> Result<Vec<(usize, &str)>, Problems> {
        let keys: Vec<(usize, &str, &str)> = answer
            .columns
            .iter()
            .enumerate()
            .filter(|(_, column)| match column.role {
                ColumnRole::Period(_) | ColumnRole::Dimension(_) => true,
                ColumnRole::Value(_) | ColumnRole::Field(_) => false,
            })
            .map(|(index, column)| (index, column.name.as_str(), column.title.as_str()))
            .collect();
        let mut problems = Problems::default();
        let mut tests = Vec::new();
        for (name, value) in &self.pairs {
            let key = keys
                .iter()
                .find(|(_, key, title)| key == name || title == name);
            match key {
                Some((index, _, _)) => tests.push((*index, value.as_str())),
                None => problems.push(no_column(name, &keys)),
            }
        }
        if problems.is_empty() {
            Ok(tests)
        } else {
            Err(problems)
        }
    }

    /// The measure that is meant.
    pub fn part(
        &self,
        row: usize,
        values: &ValuesQuery,
        parts: &[MeasurePart],
    ) -> Result<MeasurePart, Problems> {
        let column = |part: &MeasurePart| values.columns[part.column].name.as_str();
        let is_meant = |part: &&MeasurePart| self.name.is_empty() || column(part) == self.name;
        let by_column: Vec<&MeasurePart> = parts.iter().filter(is_meant).collect();
        let by_name = || parts.iter().find(|part| part.name == self.name);
        match (by_column.as_slice(), by_name()) {
            ([only], _) => Ok((*only).clone()),
            ([], Some(only)) => Ok(only.clone()),
            ([], None) => {
                let names = parts.iter().map(|part| part.name.as_str());
                let message = format!("the last answer has no `{}`", self.name);
                let problem = Diagnostic::data("K969", message);
                let problem = match nearest(&self.name, names.clone()) {
                    Some(near) => problem.help(format!("did you mean `{near}`?")),
                    None => problem,
                };
                Err(of_names(row, names, problem).into())
            }
            (several, _) => {
                let message = "the number is made of several measures: say which rows to show";
                let names = several.iter().map(|part| part.name.as_str());
                Err(of_names(row, names, Diagnostic::data("K969", message)).into())
            }
        }
    }

    /// Whether only rows that pass are meant; refused where nothing is tested.
    pub fn only(&self, part: &MeasurePart) -> Result<Option<bool>, Problems> {
        if self.only.is_none() || drill_through::has_test(part) {
            return Ok(self.only);
        }
        let message = format!("`{}` tests nothing that its rows pass or do not", part.name);
        Err(Diagnostic::data("K969", message)
            .help("`with` and `without` are for shares; leave the word out")
            .into())
    }
}

/// Words, where quotes hold blanks together: `team="payments core"`.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut is_quoted = false;
    for letter in text.chars() {
        match letter {
            '"' => is_quoted = !is_quoted,
            blank if blank.is_whitespace() && !is_quoted => words.push(String::new()),
            other => words.last_mut().expect("never empty").push(other),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn is(cell: &Cell, wanted: &str) -> bool {
    match cell {
        Cell::Missing => wanted == "missing",
        Cell::Text(text) => text.eq_ignore_ascii_case(wanted),
        Cell::YesNo(yes) => wanted == if *yes { "yes" } else { "no" },
        Cell::Number(_) | Cell::Value(_) => false,
    }
}

/// The value of a column that a mistyped one most likely stands for.
fn near<'a>(answer: &'a Answer, column: usize, wanted: &str) -> Option<&'a str> {
    let texts = answer
        .rows
        .iter()
        .filter_map(|row| match &row.cells[column] {
            Cell::Text(text) => Some(text.as_str()),
            Cell::Missing | Cell::YesNo(_) | Cell::Number(_) | Cell::Value(_) => None,
        });
    nearest(wanted, texts).filter(|near| !near.eq_ignore_ascii_case(wanted))
}

/// The period and the group of a row, in words.
pub(super) fn labels(answer: &Answer, row: &Row) -> Vec<String> {
    let mut labels = Vec::new();
    for (column, cell) in answer.columns.iter().zip(&row.cells) {
        match (&column.role, cell) {
            (ColumnRole::Value(_) | ColumnRole::Field(_), _) => {}
            (_, Cell::Text(text)) => labels.push(text.clone()),
            (_, Cell::YesNo(yes)) => {
                labels.push(format!(
                    "{} {}",
                    column.name,
                    if *yes { "yes" } else { "no" }
                ));
            }
            (_, Cell::Missing) if row.level == Level::Group => {
                labels.push(format!("{} missing", column.name));
            }
            (_, Cell::Missing | Cell::Number(_) | Cell::Value(_)) => {}
        }
    }
    match row.level {
        Level::Group => {}
        Level::Other | Level::Total => labels.push(row.level.word().to_string()),
    }
    labels
}

fn rows_to_choose(answer: &Answer, problem: Diagnostic) -> Diagnostic {
    let all: Vec<usize> = (0..answer.rows.len()).collect();
    of_rows(answer, &all, problem)
}

/// Names the rows to choose from.
fn of_rows(answer: &Answer, rows: &[usize], mut problem: Diagnostic) -> Diagnostic {
    for row in rows.iter().take(NAMED) {
        let labels = labels(answer, &answer.rows[*row]).join(", ");
        problem = problem.help(format!("\\rows {}  {labels}", row + 1).trim_end());
    }
    if rows.len() > NAMED {
        problem = problem.help(format!(
            "and {} more, in the order shown",
            rows.len() - NAMED
        ));
    }
    problem
}

/// Names the measures to choose from.
fn of_names<'a>(
    row: usize,
    names: impl Iterator<Item = &'a str>,
    mut problem: Diagnostic,
) -> Diagnostic {
    let mut names: Vec<&str> = names.collect();
    names.dedup();
    for name in names {
        problem = problem.help(format!("\\rows {} {name}", row + 1));
    }
    problem
}

fn no_column(name: &str, keys: &[(usize, &str, &str)]) -> Diagnostic {
    let known: Vec<&str> = keys.iter().map(|(_, name, _)| *name).collect();
    let problem = Diagnostic::data("K967", format!("the last answer is not by `{name}`"));
    if known.is_empty() {
        return problem.help("it has no groups and no periods: \\rows");
    }
    match nearest(name, known.iter().copied()) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem.help(format!("it is by {}", known.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::{RowChoice, words};

    #[test]
    fn quotes_hold_blanks_together() {
        assert_eq!(words("3  all"), ["3", "all"]);
        assert_eq!(
            words("team=\"payments core\" x"),
            ["team=payments core", "x"]
        );
    }

    #[test]
    fn words_are_told_apart() {
        let choice = RowChoice::read("2 fix_rate with all");
        assert_eq!(choice.place, Some(2));
        assert_eq!(choice.name, "fix_rate");
        assert_eq!(choice.only, Some(true));
        assert!(choice.all);
        let choice = RowChoice::read("count of findings verified");
        assert_eq!(choice.name, "count of findings verified");
        assert_eq!(choice.place, None);
    }
}
