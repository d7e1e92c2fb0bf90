//! `\rows`: the rows behind a number of the last answer.

mod choice;

use self::choice::RowChoice;
use super::recall::{self, Recalled};
use super::{ArgumentKind, SessionCommand};
use crate::app::repl::reply::Reply;
use crate::app::repl::session::Session;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::types::StockMoment;
use crate::exec::answer::{Answer, Cell, ColumnRole};
use crate::insight::drill_through::{self, CellReference, DrillThrough};
use crate::lang::model::{Kind, Subject, ValuesQuery};
use crate::render::{self, OutputFormat, RenderOptions};

/// Rows shown on a terminal, unless all are asked for.
const HEAD: usize = 20;

pub(super) const ROWS: SessionCommand = SessionCommand {
    name: "rows",
    arguments: "[N|FIELD=VALUE …] [MEASURE] [with|without] [all]",
    help: "the rows behind a number of the last answer: \\rows 3, \\rows team=web",
    takes: &[ArgumentKind::Words(&["all", "with", "without", "total"])],
    run: rows,
};

fn rows(session: &mut Session, arguments: &str) -> Result<Reply, Problems> {
    let recalled = recall::last(session, "rows")?;
    let Subject::Values(values) = &recalled.query.subject else {
        return Err(Diagnostic::data(
            "K970",
            "the last answer is a list: its rows are what is behind it",
        )
        .help("ask for a number first: backlog by severity")
        .into());
    };
    let choice = RowChoice::read(arguments);
    let row = choice.row(&recalled.answer)?;
    let parts = drill_through::all_parts(&session.workspace.definitions, values);
    let part = choice.part(row, values, &parts)?;
    let wanted = CellReference {
        row,
        only: choice.only(&part)?,
        part,
    };
    let context = recalled.context(session);
    let asked = std::slice::from_ref(&wanted);
    let found =
        drill_through::behind(&context, &recalled.query, &recalled.answer, asked)?.remove(0);
    let mut page = Page {
        title: title(&recalled, &wanted, &found),
        notes: notes(&recalled, values, &wanted, &found),
        found,
    };
    let settings = &session.settings;
    let is_screen = settings.look.width.is_some() && settings.output.is_none();
    if is_screen && settings.format == OutputFormat::Table && !choice.all {
        page.shorten(&again(arguments));
    }
    let shown = page.render(settings.format, settings.look);
    session.put_out(shown)
}

/// The command that shows all of them.
fn again(arguments: &str) -> String {
    format!("\\rows {arguments} all").replace("  ", " ")
}

/// The rows and what stands around them.
struct Page {
    title: String,
    found: DrillThrough,
    notes: Vec<String>,
}

impl Page {
    /// Keeps the first rows and says how to see the others.
    fn shorten(&mut self, again: &str) {
        let rows = &mut self.found.answer.rows;
        if rows.len() > HEAD {
            let more = rows.len() - HEAD;
            rows.truncate(HEAD);
            self.notes
                .insert(0, format!("{} more: {again}", render::count(more as u64)));
        }
    }

    fn render(mut self, format: OutputFormat, look: RenderOptions) -> Vec<u8> {
        self.found.answer.notes.append(&mut self.notes);
        match format {
            OutputFormat::Table => {
                let mut text = render::lines(&self.title, "", look).join("\n");
                text.push('\n');
                let table = render::answer(&self.found.rounded(), format, look);
                [text.into_bytes(), table].concat()
            }
            OutputFormat::Md => render::answer(&self.found.rounded(), format, look),
            OutputFormat::Json
            | OutputFormat::Jsonl
            | OutputFormat::Csv
            | OutputFormat::Parquet
            | OutputFormat::Openmetrics
            | OutputFormat::Svg
            | OutputFormat::Html => render::answer(&self.found.answer, format, look),
        }
    }
}

/// `mttr, 2026-03, web: 20.4 days, from 12 rows`
fn title(recalled: &Recalled, wanted: &CellReference, found: &DrillThrough) -> String {
    let answer = &recalled.answer;
    let row = &answer.rows[wanted.row];
    let mut words = vec![wanted.part.name.clone()];
    words.extend(choice::labels(answer, row));
    let count = found.answer.rows.len();
    let rows = if count == 1 { "row" } else { "rows" };
    let count = format!("{} {rows}", render::count(count as u64));
    match shown_value(answer, wanted) {
        Some(value) => format!("{}: {value}, from {count}", words.join(", ")),
        None => format!("{}: {count}", words.join(", ")),
    }
}

/// The value, where all of it is of these rows.
fn shown_value(answer: &Answer, wanted: &CellReference) -> Option<String> {
    let (value, column) = value(answer, wanted)?;
    let is_whole = column.name == wanted.part.name && wanted.only.is_none();
    let ColumnRole::Value(role) = &column.role else {
        return None;
    };
    let number = match (value.value, &value.reason) {
        (Some(number), _) => render::with_unit(number, role.unit),
        (None, Some(reason)) => format!("none ({reason})"),
        (None, None) => "none".to_string(),
    };
    is_whole.then_some(number)
}

fn value<'a>(
    answer: &'a Answer,
    wanted: &CellReference,
) -> Option<(
    &'a crate::exec::answer::Value,
    &'a crate::exec::answer::AnswerColumn,
)> {
    let is_value = |role: &ColumnRole| matches!(role, ColumnRole::Value(_));
    let columns = answer.columns.iter().zip(&answer.rows[wanted.row].cells);
    let mut values = columns.filter(|(column, _)| is_value(&column.role));
    match values.nth(wanted.part.column) {
        Some((column, Cell::Value(value))) => Some((value, column)),
        Some(_) | None => None,
    }
}

fn notes(
    recalled: &Recalled,
    values: &ValuesQuery,
    wanted: &CellReference,
    found: &DrillThrough,
) -> Vec<String> {
    let mut notes = recalled.notes.clone();
    let column = &values.columns[wanted.part.column];
    match (wanted.part.measure.kind(), column.moment) {
        (Kind::Stock, StockMoment::Average) => notes.push(
            "the value is the mean over the days of the period; these are the rows at its end"
                .to_string(),
        ),
        (Kind::Stock, StockMoment::Peak) => notes.push(
            "the value is that of the day with the largest; these are the rows at the period's end"
                .to_string(),
        ),
        (Kind::Stock, StockMoment::Start | StockMoment::End) | (Kind::Flow | Kind::Mixed, _) => {}
    }
    let count = found.answer.rows.len() as u64;
    let differs = value(&recalled.answer, wanted).is_some_and(|(value, column)| {
        column.name == wanted.part.name && wanted.only.is_none() && value.rows != count
    });
    if differs {
        notes.push(
            "the data has changed since the answer; ask again for the new number".to_string(),
        );
    }
    notes
}
