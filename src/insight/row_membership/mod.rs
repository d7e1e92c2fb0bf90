//! Whether one row is behind the numbers of a query, where, with what, and if not, why not.
//!
//! Takes the context to ask on, a checked values query and the key of a row; gives a [`RowMembership`], and that as text or
//! JSON. What holds of the row is asked of the data as lists of at most one row.

mod object;
mod reasons;

pub use object::json;

use crate::base::diagnostic::{Diagnostic, Problems};
use crate::exec::answer::Answer;
use crate::exec::query_context::QueryContext;
use crate::insight::drill_through::{self, CellReference, MeasurePart};
use crate::insight::explain::group;
use crate::lang::model::{Condition, Definitions, FieldId, Query, Subject, TableId};
use crate::plan;
use crate::render::{self, RenderOptions};

/// What one row has to do with each measure of a query.
pub struct RowMembership {
    /// The query as asked.
    query: String,
    /// The key of the row.
    key: String,
    as_of: String,
    measures: Vec<MeasureMembership>,
    notes: Vec<String>,
}

/// What one row has to do with one measure.
struct MeasureMembership {
    /// As it is asked for: `mttr`.
    name: String,
    /// As the language writes it.
    measure: String,
    table: String,
    /// The numbers it counts in; none where it does not.
    counted: Vec<CountedRow>,
    /// Why it does not count; each is one reason.
    reasons: Vec<String>,
    /// The row with the fields that tell of it, where it does not count and is there.
    fields: Option<Answer>,
}

/// The row behind one number.
struct CountedRow {
    /// Period and group of the number: `2026-03, critical`; nothing where there is one number.
    group: String,
    rows: Answer,
    /// For people: what is measured is rounded.
    rounded: Answer,
}

/// Looks for a row behind each measure of a query.
///
/// # Errors
///
/// The query is a list (K970), a measure is of a table without a key (K923), no table of the query has a row called so
/// (K924), or the data cannot be read.
pub fn row_membership(
    context: &QueryContext,
    query: &Query,
    key: &str,
) -> Result<RowMembership, Problems> {
    let definitions = context.definitions;
    let Subject::Values(values) = &query.subject else {
        return Err(
            Diagnostic::data("K970", "a list has no numbers that rows are behind")
                .help("ask for a number: `backlog by severity`")
                .into(),
        );
    };
    let mut answered = context.answers(&[query])?;
    let answer = answered.answers.remove(0);
    let period = answer.period.as_ref().map(|period| period.label.as_str());
    let parts = drill_through::all_parts(definitions, values);
    let wanted = cells(definitions, &answer, &parts, key)?;
    let found = drill_through::behind(context, query, &answer, &wanted)?;
    let mut measures: Vec<MeasureMembership> = Vec::new();
    for (place, part) in parts.iter().enumerate() {
        let cells = found.iter().zip(&wanted).skip(place).step_by(parts.len());
        let counted = cells.filter(|(found, _)| !found.answer.rows.is_empty());
        let counted = counted.map(|(found, wanted)| CountedRow {
            group: group(&answer, &answer.rows[wanted.row])
                .trim_end_matches(": ")
                .to_owned(),
            rounded: found.rounded(),
            rows: found.answer.clone(),
        });
        let counted: Vec<CountedRow> = counted.collect();
        let (reasons, fields) = match counted.is_empty() {
            true => reasons::reasons(context, query, values, part, (key, period))?,
            false => (Vec::new(), None),
        };
        measures.push(MeasureMembership {
            name: part.name.clone(),
            measure: plan::measure(definitions, &part.measure),
            table: definitions
                .table(part.measure.population.table)
                .name
                .clone(),
            counted,
            reasons,
            fields,
        });
    }
    let is_there =
        |measure: &MeasureMembership| !measure.counted.is_empty() || measure.fields.is_some();
    if !measures.iter().any(is_there) {
        return Err(no_such_row(&measures, key, &answer.context.as_of));
    }
    Ok(RowMembership {
        query: answer.query.clone(),
        key: key.to_owned(),
        as_of: answer.context.as_of.clone(),
        measures,
        notes: answered.notes,
    })
}

/// Every number of an answer and each measure of it, confined to the row: for each row of the answer the parts in their order.
fn cells(
    definitions: &Definitions,
    answer: &Answer,
    parts: &[MeasurePart],
    key: &str,
) -> Result<Vec<CellReference>, Diagnostic> {
    let mut confined = Vec::new();
    for part in parts {
        let mut part = part.clone();
        let population = &mut part.measure.population;
        let is_row = is_row(definitions, population.table, key)?;
        *population = drill_through::narrowed(population.clone(), Some(is_row));
        confined.push(part);
    }
    let of_row = |row: usize| {
        confined.iter().map(move |part| CellReference {
            row,
            part: part.clone(),
            only: None,
        })
    };
    Ok((0..answer.rows.len()).flat_map(of_row).collect())
}

/// The test that a row of a table has this key.
fn is_row(definitions: &Definitions, table: TableId, key: &str) -> Result<Condition, Diagnostic> {
    let of = definitions.table(table);
    let Some(column) = of.key else {
        let message = format!("rows of {} have no key to name them by", of.name);
        return Err(Diagnostic::data("K923", message).help("`--rows` lists them all"));
    };
    Ok(Condition::Texts {
        field: FieldId {
            table,
            field: column,
        },
        allowed: [key.to_owned()].into(),
    })
}

fn no_such_row(measures: &[MeasureMembership], key: &str, as_of: &str) -> Problems {
    let mut tables: Vec<&str> = measures
        .iter()
        .map(|measure| measure.table.as_str())
        .collect();
    tables.dedup();
    let message = format!(
        "no row of {} is called `{key}` as of {as_of}",
        tables.join(", ")
    );
    Diagnostic::data("K924", message)
        .help("`--rows` lists those behind the numbers")
        .into()
}

/// The membership as text.
pub fn text(membership: &RowMembership, look: RenderOptions) -> String {
    let wrapped = |line: &str, indent: &str| render::lines(line, indent, look).join("\n") + "\n";
    let mut text = wrapped(&membership.query, "");
    for measure in &membership.measures {
        let begun = format!("{} in {}", membership.key, measure.name);
        for counted in &measure.counted {
            let title = match counted.group.as_str() {
                "" => format!("{begun}: counted"),
                group => format!("{begun}, {group}: counted"),
            };
            text += &format!(
                "\n{}{}",
                wrapped(&title, ""),
                render::body(&counted.rounded, look)
            );
        }
        if measure.counted.is_empty() {
            text += &format!("\n{}", wrapped(&format!("{begun}: not counted"), ""));
            for reason in &measure.reasons {
                text += &wrapped(reason, "  ");
            }
        }
        if let Some(fields) = &measure.fields {
            text += &render::body(fields, look);
        }
    }
    for note in &membership.notes {
        text += &format!("\n{}", wrapped(note, ""));
    }
    format!(
        "{text}\n{}",
        wrapped(&format!("as of {}", membership.as_of), "")
    )
}
