//! `\why`: which groups moved the number of the last query between two periods.

use super::recall;
use super::{ArgumentKind, SessionCommand};
use crate::app::repl::reply::Reply;
use crate::app::repl::session::Session;
use crate::base::diagnostic::{Diagnostic, Problems, nearest};
use crate::base::types::{FieldType, Grain};
use crate::insight::attribution;
use crate::lang::model::{
    ComparedWith, Definitions, Dimension, Period, Query, Subject, TableId, ValuesQuery, Versus,
};
use crate::render::{self, OutputFormat};

pub(super) const WHY: SessionCommand = SessionCommand {
    name: "why",
    arguments: "[FIELD …] [versus PERIOD]",
    help: "which groups moved the last number between two periods; by mix and by rate",
    takes: &[ArgumentKind::Field],
    run: show_why,
};

fn show_why(session: &mut Session, arguments: &str) -> Result<Reply, Problems> {
    let recalled = recall::last(session, "why")?;
    let mut query = recalled.query.clone();
    let (fields, versus) = split(arguments);
    if let Some(period) = versus {
        let period = other_period(session, period)?;
        compare_with(&mut query, period);
    }
    let Subject::Values(values) = &query.subject else {
        return Err(
            Diagnostic::data("K970", "the last answer is a list: no number changed")
                .help("ask for a number first: mttr last month")
                .into(),
        );
    };
    let context = recalled.context(session);
    let groupings = groupings(context.definitions, values, &fields)?;
    let mut why = attribution::why(&context, &query, &groupings)?;
    why.notes.extend(recalled.notes.iter().cloned());
    if values.columns.len() > 1 {
        why.notes
            .push(format!("only the first number, {}", why.name));
    }
    let (format, look) = (session.settings.format, session.settings.look);
    let shown = match format {
        OutputFormat::Table => attribution::text(&why, look).into_bytes(),
        OutputFormat::Json => attribution::json(&why).into_bytes(),
        OutputFormat::Jsonl | OutputFormat::Csv | OutputFormat::Md | OutputFormat::Parquet => {
            render::answer(&attribution::table(&why), format, look)
        }
    };
    session.put_out(shown)
}

/// Fields, and the period after `versus`.
fn split(arguments: &str) -> (Vec<String>, Option<&str>) {
    let (fields, versus) = match arguments.split_once("versus") {
        Some((fields, period)) => (fields, Some(period.trim())),
        None => (arguments, None),
    };
    let is_between = |letter: char| letter == ',' || letter.is_whitespace();
    let names = fields
        .split(is_between)
        .filter(|name| !name.is_empty() && *name != "by");
    (names.map(ToString::to_string).collect(), versus)
}

/// A period as the language writes it after `versus`: `2025-12`, `previous year`, `last quarter`.
fn other_period(session: &mut Session, text: &str) -> Result<Versus, Problems> {
    for grain in Grain::ALL {
        if text == format!("previous {}", grain.word()) {
            return Ok(Versus::Previous(grain));
        }
    }
    let named = ["in ", "from ", "last ", "this ", "past "];
    let clause = match named.iter().any(|word| text.starts_with(word)) {
        true => text.to_string(),
        false => format!("in {text}"),
    };
    let question = session.read(&clause)?;
    let is_alone = question.written.node.clauses.len() == 1;
    match question.query.period.filter(|_| is_alone) {
        Some(period) => Ok(Versus::Period(period)),
        None => Err(
            Diagnostic::data("K972", format!("`{text}` is not a period"))
                .help("\\why versus 2025-12, or \\why versus previous year")
                .into(),
        ),
    }
}

fn compare_with(query: &mut Query, versus: Versus) {
    if let Subject::Values(values) = &mut query.subject {
        values.versus = vec![ComparedWith {
            versus,
            as_percent: false,
        }];
        if query.period.is_none() && values.over.is_none() {
            query.period = Some(Period::Last(1, Grain::Month));
        }
    }
}

/// The ways to divide the rows that are tried: the fields named; else the query's own; else each of
/// the KPI's; else none.
fn groupings(
    definitions: &Definitions,
    values: &ValuesQuery,
    fields: &[String],
) -> Result<Vec<Vec<Dimension>>, Problems> {
    let tables = tables(values);
    if !fields.is_empty() {
        let mut problems = Problems::default();
        let mut found = Vec::new();
        for name in fields {
            match dimension(definitions, &tables, name) {
                Some(dimension) => found.push(dimension),
                None => problems.push(no_dimension(definitions, &tables, name)),
            }
        }
        return if problems.is_empty() {
            Ok(vec![found])
        } else {
            Err(problems)
        };
    }
    if !values.by.is_empty() {
        return Ok(vec![values.by.clone()]);
    }
    let own = values.columns[0]
        .kpi
        .map(|kpi| &definitions.kpis[kpi.0].dimensions);
    let own = own.into_iter().flatten();
    let own: Vec<Vec<Dimension>> = own
        .filter_map(|name| dimension(definitions, &tables, name))
        .map(|dimension| vec![dimension])
        .collect();
    match own.is_empty() {
        true => Err(Diagnostic::data(
            "K973",
            "neither the query nor its KPI says by what to divide the number",
        )
        .help(format!(
            "name a field: \\why {}",
            known(definitions, &tables).join(", \\why ")
        ))
        .into()),
        false => Ok(own),
    }
}

/// The tables of the first column.
fn tables(values: &ValuesQuery) -> Vec<TableId> {
    let measures = values.columns[0].formula.measures();
    let mut tables: Vec<TableId> = measures
        .iter()
        .map(|measure| measure.population.table)
        .collect();
    tables.sort_unstable();
    tables.dedup();
    tables
}

/// A field that every table has and that divides rows into groups.
fn dimension(definitions: &Definitions, tables: &[TableId], name: &str) -> Option<Dimension> {
    let mut fields = Vec::new();
    for id in tables {
        let table = definitions.table(*id);
        let place = table.field_named(name)?;
        let field_type = &table.fields[place].field_type;
        if matches!(field_type, FieldType::Number | FieldType::Date) {
            return None;
        }
        fields.push((
            crate::lang::model::FieldId {
                table: *id,
                field: place,
            },
            field_type.clone(),
        ));
    }
    let field_type = fields.first()?.1.clone();
    fields
        .iter()
        .all(|(_, other)| *other == field_type)
        .then(|| Dimension {
            name: name.to_string(),
            field_type,
            fields: fields.into_iter().map(|(field, _)| field).collect(),
            bands: Vec::new(),
        })
}

fn known<'a>(definitions: &'a Definitions, tables: &[TableId]) -> Vec<&'a str> {
    let Some(first) = tables.first() else {
        return Vec::new();
    };
    let fields = definitions.table(*first).fields.iter();
    fields
        .filter(|field| field.declared)
        .map(|field| field.name.as_str())
        .filter(|name| dimension(definitions, tables, name).is_some())
        .collect()
}

fn no_dimension(definitions: &Definitions, tables: &[TableId], name: &str) -> Diagnostic {
    let known = known(definitions, tables);
    let message = format!("the number cannot be divided by `{name}`");
    let problem = Diagnostic::data("K973", message);
    match nearest(name, known.iter().copied()) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem.help(format!("it can be by: {}", known.join(", "))),
    }
}
