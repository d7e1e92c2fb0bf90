//! Names of tables and fields, as typed after a command → what they mean.

use crate::app::repl::session::Session;
use crate::base::diagnostic::{Diagnostic, Problems, nearest};
use crate::lang::format;
use crate::lang::model::{Definitions, FieldId, FieldSource, TableId};

/// What a name means.
pub(super) enum ResolvedName {
    Table(TableId),
    /// A field, and others of its name that were not chosen.
    Field(FieldId, Vec<FieldId>),
}

/// The table or field of a name: `findings`, `severity`, `findings.severity`.
pub(super) fn named(session: &Session, typed: &str) -> Result<ResolvedName, Problems> {
    let definitions = &session.workspace.definitions;
    if let Some(table) = definitions.table_named(&plain(typed)) {
        return Ok(ResolvedName::Table(table));
    }
    let (field, others) = field(session, typed)?;
    Ok(ResolvedName::Field(field, others))
}

/// The field of a name. Of several tables that have it, the one whose file it is a column of.
pub(super) fn field(session: &Session, typed: &str) -> Result<(FieldId, Vec<FieldId>), Problems> {
    let definitions = &session.workspace.definitions;
    if let Some((table, name)) = typed.split_once('.') {
        let field = qualified(definitions, &plain(table), &plain(name))?;
        return Ok((field, Vec::new()));
    }
    let all = fields_named(definitions, &plain(typed));
    let is_own = |id: &&FieldId| match definitions.field(**id).source {
        FieldSource::Column(_) | FieldSource::Due(_) | FieldSource::RollUp(_) => true,
        FieldSource::Parent { .. } => false,
    };
    let own: Vec<FieldId> = all.iter().filter(is_own).copied().collect();
    let with_file = |id: &&FieldId| {
        let tables = session.tables.borrow();
        tables
            .locations()
            .iter()
            .any(|location| location.table == id.table)
    };
    let of_data: Vec<FieldId> = own.iter().filter(with_file).copied().collect();
    let candidates = if of_data.is_empty() { own } else { of_data };
    match candidates.as_slice() {
        [] => match all.first() {
            Some(first) => Ok((*first, all[1..].to_vec())),
            None => Err(unknown(definitions, typed)),
        },
        [only] => {
            let others = all.iter().filter(|id| *id != only);
            Ok((*only, others.copied().collect()))
        }
        several => Err(ambiguous(definitions, typed, several)),
    }
}

/// A name without the back-ticks around it.
fn plain(name: &str) -> String {
    name.trim().trim_matches('`').to_string()
}

/// `findings.severity`
pub(super) fn full_name(definitions: &Definitions, id: FieldId) -> String {
    format!(
        "{}.{}",
        format::name(&definitions.table(id.table).name),
        format::name(&definitions.field(id).name)
    )
}

fn fields_named(definitions: &Definitions, name: &str) -> Vec<FieldId> {
    let tables = definitions.tables.iter().enumerate();
    let found = tables.filter_map(|(table, declared)| {
        Some(FieldId {
            table: TableId(table),
            field: declared.field_named(name)?,
        })
    });
    found.collect()
}

fn qualified(definitions: &Definitions, table: &str, name: &str) -> Result<FieldId, Problems> {
    let Some(id) = definitions.table_named(table) else {
        let problem = Diagnostic::data("K961", format!("no table is called `{table}`"));
        let names: Vec<&str> = definitions
            .tables
            .iter()
            .map(|table| table.name.as_str())
            .collect();
        return Err(match nearest(table, names.iter().copied()) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem.help(format!("tables: {}", names.join(", "))),
        }
        .into());
    };
    let declared = definitions.table(id);
    if let Some(field) = declared.field_named(name) {
        return Ok(FieldId { table: id, field });
    }
    let problem = Diagnostic::data("K961", format!("`{name}` is not a field of {table}"));
    if let Some(role) = role(definitions, id, name) {
        return Err(problem.help(role).into());
    }
    let fields = || declared.fields.iter().map(|field| field.name.as_str());
    Err(match nearest(name, fields()) {
        Some(near) => problem.help(format!("did you mean `{table}.{near}`?")),
        None => problem.help(format!(
            "its fields: {}",
            fields().collect::<Vec<_>>().join(", ")
        )),
    }
    .into())
}

/// Advice about a name that is an event's or a state's.
pub(super) fn role(definitions: &Definitions, id: TableId, name: &str) -> Option<String> {
    let table = definitions.table(id);
    let kind = match (table.event_named(name), table.state_named(name)) {
        (Some(_), _) => "an event",
        (None, Some(_)) => "a state",
        (None, None) => return None,
    };
    let table = &table.name;
    Some(format!("it is {kind} of {table}: \\describe {table}"))
}

fn unknown(definitions: &Definitions, typed: &str) -> Problems {
    let name = plain(typed);
    let mut problem = Diagnostic::data("K961", format!("no table or field is called `{name}`"));
    let tables = (0..definitions.tables.len()).map(TableId);
    let roles: Vec<String> = tables
        .filter_map(|id| role(definitions, id, &name))
        .collect();
    if !roles.is_empty() {
        problem.help = roles;
        return problem.into();
    }
    if definitions.kpi_named(&name).is_some() {
        return problem.help(format!("it is a KPI: \\show {name}")).into();
    }
    let tables = || definitions.tables.iter().map(|table| table.name.as_str());
    let fields = definitions.tables.iter().flat_map(|table| &table.fields);
    let names = tables().chain(fields.map(|field| field.name.as_str()));
    match nearest(&name, names) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem.help(format!(
            "tables: {}",
            tables().collect::<Vec<_>>().join(", ")
        )),
    }
    .into()
}

fn ambiguous(definitions: &Definitions, typed: &str, several: &[FieldId]) -> Problems {
    let names = several.iter().map(|id| full_name(definitions, *id));
    Diagnostic::data(
        "K962",
        format!("several tables have a field `{}`", plain(typed)),
    )
    .help(format!(
        "say which: {}",
        names.collect::<Vec<_>>().join(", ")
    ))
    .into()
}
