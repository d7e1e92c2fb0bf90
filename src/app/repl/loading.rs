//! Reads at once what a session will need: what the KPIs ask for, and the fields people filter and
//! group by. What is left out is read by the first query that needs it.

use std::collections::BTreeSet;

use crate::base::types::FieldType;
use crate::lang::model::{Condition, Definitions, FieldId, Query, TableId};
use crate::plan::{self, Requirement, RequirementOptions, Requirements};

/// All that a session is likely to need, none of it necessary.
pub(super) fn request(definitions: &Definitions, everything: &Query) -> Requirements {
    let asking = RequirementOptions {
        place: &|_| String::new(),
        watermark: true,
        tolerant: true,
    };
    let mut request = plan::requirements(definitions, &[everything], asking);
    let meanings = definitions.conditions.iter();
    let conditions: Vec<(TableId, Condition)> = meanings
        .flat_map(|condition| condition.meanings.clone())
        .collect();
    plan::also_require(definitions, &mut request, &fields(definitions), &conditions);
    for table in request.tables.values_mut() {
        table.file_needed_by.clear();
        table.key = table.key.as_ref().map(|_| Requirement::Optional);
        table
            .columns
            .values_mut()
            .for_each(|need| *need = Requirement::Optional);
    }
    request
}

/// The declared fields with few values: scales, yes/no, and the texts that a `by` lists. Texts that
/// nobody groups by are mostly different in every row, and cost the most.
fn fields(definitions: &Definitions) -> Vec<FieldId> {
    let listed = definitions.kpis.iter().flat_map(|kpi| &kpi.dimensions);
    let listed: BTreeSet<&str> = listed.map(String::as_str).collect();
    let mut found = Vec::new();
    for (table, declared) in definitions.tables.iter().enumerate() {
        for (field, own) in declared.fields.iter().enumerate() {
            let is_wanted = match own.field_type {
                FieldType::Scale(_) | FieldType::YesNo => own.declared,
                FieldType::Text => own.declared && listed.contains(own.name.as_str()),
                FieldType::Number | FieldType::Date => false,
            };
            if is_wanted {
                found.push(FieldId {
                    table: TableId(table),
                    field,
                });
            }
        }
    }
    found
}
