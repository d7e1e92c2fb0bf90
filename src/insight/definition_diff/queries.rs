//! Normal forms of checked queries.

use super::normal_form::NormalForm;
use crate::lang::model::{
    EmptyValues, ListQuery, Query, SortColumn, Subject, ValueColumn, ValuesQuery,
};

impl NormalForm<'_> {
    /// What a query asks; the order in which its clauses were written is none of it.
    pub fn query(&self, query: &Query) -> String {
        let subject = match &query.subject {
            Subject::Values(values) => self.values(values),
            Subject::List(list) => self.list(list),
        };
        let instant = |moment: &crate::lang::model::Moment| moment.instant;
        format!(
            "{subject} period {:?} as of {:?} known {:?} explain {}",
            query.period,
            query.as_of.as_ref().map(instant),
            query.known_on.as_ref().map(instant),
            query.explain
        )
    }

    fn values(&self, values: &ValuesQuery) -> String {
        let columns: Vec<String> = values
            .columns
            .iter()
            .map(|each| self.column(each))
            .collect();
        let by: Vec<&str> = values.by.iter().map(|each| each.name.as_str()).collect();
        let sort: Vec<String> = values
            .sort
            .iter()
            .map(|sort| {
                let by = match sort.by {
                    SortColumn::Period => "period".to_string(),
                    SortColumn::Dimension(index) => format!("dimension {index}"),
                    SortColumn::Value(index) => format!("column {index}"),
                };
                format!("{by} {}", sort.descending)
            })
            .collect();
        let empty = values.empty.as_ref().map(|empty| {
            let of = |value: &EmptyValues| match value {
                EmptyValues::OfParent(field) => self.field(*field),
                EmptyValues::Every => "every".to_string(),
            };
            empty.values.iter().map(of).collect::<Vec<_>>()
        });
        format!(
            "{columns:?} by {by:?} over {:?} window {:?} target {} versus {:?} total {} share {} \
             empty {empty:?} evidence {:?} scope {} having {:?} top {:?} sort {sort:?} limit {:?}",
            values.over,
            values.window,
            values.versus_target,
            values.versus,
            values.with_total,
            values.with_share,
            values.evidence,
            values.on_constant_scope,
            values.having,
            values.top,
            values.limit
        )
    }

    fn column(&self, column: &ValueColumn) -> String {
        format!(
            "{} as {} at {:?} fewest {:?}",
            self.formula(&column.formula),
            column.display.word(),
            column.moment,
            column.fewest_rows
        )
    }

    fn list(&self, list: &ListQuery) -> String {
        let show: Vec<String> = list
            .show
            .iter()
            .map(|column| self.list_column(column))
            .collect();
        let sort: Vec<String> = list
            .sort
            .iter()
            .map(|(id, descending)| format!("{} {descending}", self.field(*id)))
            .collect();
        format!(
            "list {} show {show:?} sort {sort:?} limit {:?}",
            self.population(&list.population),
            list.limit
        )
    }
}
