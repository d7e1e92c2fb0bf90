//! `list` queries: the rows themselves.

use super::StatementInput;
use super::axes::AxisTables;
use super::relations::Translator;
use super::select::{SelectColumn, statement as written};
use crate::base::types::FieldType;
use crate::lang::model::ListColumn;
use crate::plan::ListWork;
use crate::plan::relation::{lower_list, pruned};

/// The statement of a list.
pub(super) fn statement(question: &StatementInput, work: &ListWork) -> String {
    let dialect = question.dialect;
    let definitions = question.definitions;
    let lowered = lower_list(definitions, &question.plan.evaluation, work);
    let axes = AxisTables::new(dialect, std::slice::from_ref(&work.slot));
    let mut translator = Translator::new(question, axes);
    let rows = pruned(&lowered.rows, &lowered.columns.iter().cloned().collect());
    translator.note_scans(&rows);
    let mut select = translator.select(&rows);
    let shown = work.list.show.iter().zip(&select.columns);
    let columns: Vec<SelectColumn> = shown
        .map(|(shown, column)| {
            let sql = match (shown, shown.field_type(definitions)) {
                (ListColumn::Time { unit, .. }, _) => dialect.time_in(&column.sql, *unit),
                (ListColumn::Field(_), FieldType::Date) => {
                    dialect.shown_instant(&column.sql, definitions.calendar.timezone.name())
                }
                (
                    ListColumn::Field(_),
                    FieldType::Text | FieldType::YesNo | FieldType::Number | FieldType::Scale(_),
                ) => column.sql.clone(),
            };
            SelectColumn {
                name: shown.name(definitions),
                sql,
                ..column.clone()
            }
        })
        .collect();
    select.columns = columns;
    written(&question.opening(), &translator.parts, &select)
}
