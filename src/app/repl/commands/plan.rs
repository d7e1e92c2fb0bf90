//! `\plan`: what a query reads and computes.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use super::recall;
use super::{ArgumentKind, SessionCommand};
use crate::app::repl::reply::Reply;
use crate::app::repl::session::Session;
use crate::base::diagnostic::Problems;
use crate::exec::data::Request;
use crate::exec::query_context::{self, QueryContext};
use crate::lang::model::{Definitions, Query, TableId};
use crate::plan::{self, Plan, Step, Timeline, ValuesWork, Work};
use crate::render::{self, OutputFormat};

pub(super) const PLAN: SessionCommand = SessionCommand {
    name: "plan",
    arguments: "[QUERY]",
    help: "what the last query, or another, reads and computes",
    takes: &[ArgumentKind::Query],
    run: show_plan,
};

fn show_plan(session: &mut Session, arguments: &str) -> Result<Reply, Problems> {
    session.needs_data()?;
    let (query, context);
    if arguments.is_empty() {
        let recalled = recall::last(session, "plan")?;
        context = recalled.context(session);
        query = recalled.query.clone();
    } else {
        query = self::query(session, arguments)?;
        context = session.context();
    }
    // Planning may have to read when the latest event was: look before.
    let reads = reads(&context, &query)?;
    let (_, given) = context.load(&[&query])?;
    let plan = query_context::plans(context.definitions, &[&query], &given)?.remove(0);
    let mut sections = sections(context.definitions, &plan, &reads);
    let label = &plan.evaluation.as_of.label;
    let stands = match (&context.as_of, &query.as_of, context.watermark) {
        (None, None, None) => format!("as of {label}, the latest event of all tables"),
        (_, _, _) => format!("as of {label}"),
    };
    sections.push(("Stands", vec![stands]));
    let look = session.settings.look;
    let text = match session.settings.format {
        OutputFormat::Json => json_text(&plan.query, &reads, &sections),
        OutputFormat::Table
        | OutputFormat::Jsonl
        | OutputFormat::Csv
        | OutputFormat::Md
        | OutputFormat::Parquet => {
            let mut text = render::lines(&plan.query, "", look).join("\n");
            for (title, lines) in &sections {
                text += &format!("\n\n{title}");
                for line in lines {
                    text += &format!("\n{}", render::lines(line, "  ", look).join("\n"));
                }
            }
            text + "\n"
        }
    };
    session.put_out(text.into_bytes())
}

/// A query typed after a command: clauses alone refine the last one.
pub(super) fn query(session: &mut Session, text: &str) -> Result<Query, Problems> {
    let text = session
        .refined_text(text)?
        .unwrap_or_else(|| text.to_string());
    let question = session.read(&text)?;
    let is_everything = question.is_everything();
    let mut query = question.query;
    if is_everything {
        query_context::leave_out_unanswerable(&mut query, &session.context())?;
    }
    Ok(query)
}

/// What is read of one table.
struct TableRead {
    table: String,
    /// Each with whether it is in memory already.
    columns: Vec<(String, bool)>,
    rows: Option<usize>,
}

fn reads(context: &QueryContext, query: &Query) -> Result<Vec<TableRead>, Problems> {
    let request: Request = context.needs(&[query]);
    let tables = context.tables_for(query)?;
    let tables = tables.borrow();
    let read = |table: &TableId| {
        let declared = context.definitions.table(*table);
        let wanted = request.tables[table].columns.keys();
        TableRead {
            table: declared.name.clone(),
            columns: wanted
                .map(|column| {
                    (
                        declared.columns[*column].name.clone(),
                        tables.has_column(*table, *column),
                    )
                })
                .collect(),
            rows: tables.rows(*table),
        }
    };
    Ok(request.tables.keys().map(read).collect())
}

type Section = (&'static str, Vec<String>);

fn sections(definitions: &Definitions, plan: &Plan, reads: &[TableRead]) -> Vec<Section> {
    let mut sections = vec![("Reads", reads.iter().map(TableRead::line).collect())];
    match &plan.work {
        Work::Values(work) => {
            sections.push(("Periods", periods(&work.timeline)));
            sections.push(("Computes", steps(definitions, work)));
            sections.push(("Passes", passes(definitions, work)));
        }
        Work::List(work) => {
            sections.push(("Periods", vec![work.slot.label.clone()]));
            let fields = work.list.show.len();
            sections.push(("Lists", vec![format!("{fields} fields of each row")]));
        }
    }
    sections
}

impl TableRead {
    /// `findings: closed_at, found_at; in memory, 1,204 rows`
    fn line(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| name.as_str()).collect();
        let kept = self.columns.iter().filter(|(_, kept)| *kept).count();
        let state = match (kept, names.len() - kept) {
            (0, _) => "to be read from the file".to_string(),
            (_, 0) => "in memory".to_string(),
            (kept, _) => format!("{kept} of {} in memory", names.len()),
        };
        let rows = self.rows.map_or(String::new(), |rows| {
            format!(", {} rows", render::count(rows as u64))
        });
        format!("{}: {}; {state}{rows}", self.table, names.join(", "))
    }
}

fn periods(timeline: &Timeline) -> Vec<String> {
    let slots = &timeline.slots;
    let (Some(first), Some(last)) = (slots.first(), slots.last()) else {
        return Vec::new();
    };
    let mut lines = vec![match (timeline.grain, slots.len()) {
        (Some(grain), count) if count > 1 => {
            format!(
                "{count} {}s: {} to {}",
                grain.word(),
                first.label,
                last.label
            )
        }
        (_, _) => first.label.clone(),
    }];
    let mut compared: Vec<&str> = timeline
        .compared
        .iter()
        .map(|slot| slot.label.as_str())
        .collect();
    compared.dedup();
    if let (Some(first), Some(last)) = (compared.first(), compared.last()) {
        lines.push(match compared.len() {
            1 => format!("compared with {first}"),
            count => format!("compared with {count} others: {first} to {last}"),
        });
    }
    lines
}

/// Every measure once, and which columns share it.
fn steps(definitions: &Definitions, work: &ValuesWork) -> Vec<String> {
    let line = |step: &Step| {
        let users: Vec<&str> = work
            .columns
            .iter()
            .filter(|column| column.formula.measures().contains(&&step.measure))
            .map(|column| column.name.as_str())
            .collect();
        let shared = match users.len() {
            0 | 1 => String::new(),
            _ => format!("; shared by {}", users.join(", ")),
        };
        format!("{}{shared}", plan::measure(definitions, &step.measure))
    };
    let mut lines: Vec<String> = work.steps.iter().map(line).collect();
    let by: Vec<&str> = work
        .by
        .iter()
        .map(|dimension| dimension.name.as_str())
        .collect();
    if !by.is_empty() {
        lines.push(format!("each by {}", by.join(", ")));
    }
    lines
}

/// How often each table is passed over: once, whatever is computed of it.
fn passes(definitions: &Definitions, work: &ValuesWork) -> Vec<String> {
    let table = |step: &Step| step.measure.population.table;
    let tables: BTreeSet<TableId> = work.steps.iter().map(table).collect();
    let line = |id: &TableId| {
        let own: Vec<&Step> = work
            .steps
            .iter()
            .filter(|step| table(step) == *id)
            .collect();
        let mut populations: Vec<_> = own.iter().map(|step| &step.measure.population).collect();
        populations.dedup();
        format!(
            "one over {}: {}, {}",
            definitions.table(*id).name,
            counted(own.len(), "measure"),
            counted(populations.len(), "population"),
        )
    };
    tables.iter().map(line).collect()
}

fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

fn json_text(query: &str, reads: &[TableRead], sections: &[Section]) -> String {
    let read = |read: &TableRead| {
        let columns: Vec<Json> = read
            .columns
            .iter()
            .map(|(name, kept)| json!({"name": name, "in_memory": kept}))
            .collect();
        json!({"table": read.table, "columns": columns, "rows": read.rows})
    };
    let words: Vec<Json> = sections
        .iter()
        .map(|(title, lines)| json!({"title": title, "lines": lines}))
        .collect();
    let object = json!({
        "query": query,
        "reads": reads.iter().map(read).collect::<Vec<Json>>(),
        "words": words,
    });
    let text = serde_json::to_string_pretty(&object).expect("JSON can be written");
    format!("{text}\n")
}
