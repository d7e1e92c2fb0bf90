//! By what a number is divided to see where its change comes from.

use crate::base::diagnostic::{Diagnostic, Problems, nearest};
use crate::base::types::FieldType;
use crate::lang::model::{Definitions, Dimension, FieldId, Kind, TableId, ValuesQuery};

/// The ways to divide the rows that are tried: the fields named; else the query's own; else each of the KPI's. `example` is
/// what stands before a field: `by`.
///
/// # Errors
///
/// Fields that do not divide the number, and a number that nothing says by what to divide (K973).
pub fn groupings(
    definitions: &Definitions,
    values: &ValuesQuery,
    fields: &[String],
    example: &str,
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
    // A stock is moved by what happens to its rows, whatever they are divided by.
    let is_stock = values.columns[0].kind == Kind::Stock;
    match own.is_empty() {
        true if is_stock => Ok(vec![Vec::new()]),
        true => Err(Diagnostic::data(
            "K973",
            "neither the query nor its KPI says by what to divide the number",
        )
        .help(format!(
            "name a field: {example} {}",
            known(definitions, &tables).join(&format!(", {example} "))
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
            FieldId {
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
