//! Columns of sources in memory, for whoever looks at rows one by one.

use polars::prelude::{
    DataFrame, Engine, Expr, JoinArgs, JoinType, LazyFrame, MaintainOrderJoin, PlSmallStr, col,
};

use super::TableSources;
use crate::base::diagnostic::Problems;
use crate::lang::model::{Definitions, TableId};

/// The instants of a column, in the order of rows.
pub type InstantColumn = Vec<Option<i64>>;

impl TableSources {
    /// Columns of dates; `None` if the table is not there or lacks one of them among what was asked for.
    ///
    /// # Errors
    ///
    /// Files that cannot be read any more.
    pub fn instants(
        &self,
        definitions: &Definitions,
        table: TableId,
        columns: &[usize],
    ) -> Result<Option<Vec<InstantColumn>>, Problems> {
        let source = self.table(table);
        // A database gives its rows in no order that two statements would share.
        let Some(source) = source.filter(|_| self.database.is_none()) else {
            return Ok(None);
        };
        let names = columns
            .iter()
            .map(|column| &definitions.table(table).columns[*column].name);
        let names: Vec<&str> = names.map(String::as_str).collect();
        let is_there = |name: &&str| source.scanned.columns.iter().any(|known| known == name);
        if !names.iter().all(is_there) {
            return Ok(None);
        }
        let instants = |name: &&str| {
            let frame = self.collect(source.frame.clone().select([col(*name)]))?;
            let column = frame.columns()[0].as_materialized_series().clone();
            Ok(column.i64().expect("dates are instants").iter().collect())
        };
        names
            .iter()
            .map(instants)
            .collect::<Result<_, _>>()
            .map(Some)
    }

    /// For each row the row of a parent; `None` if the link was not asked for.
    ///
    /// # Errors
    ///
    /// Files that cannot be read any more.
    pub fn parent_rows(
        &self,
        definitions: &Definitions,
        table: TableId,
        parent: usize,
    ) -> Result<Option<Vec<Option<u32>>>, Problems> {
        let link = &definitions.table(table).parents[parent];
        let of_parent = definitions.table(link.table);
        let (Some(rows), Some(parents), Some(key)) =
            (self.table(table), self.table(link.table), of_parent.key)
        else {
            return Ok(None);
        };
        let [own, key] = [
            &definitions.table(table).columns[link.column].name,
            &of_parent.columns[key].name,
        ];
        let has = |columns: &[String], name: &String| columns.contains(name);
        if !has(&rows.scanned.columns, own) || !has(&parents.scanned.columns, key) {
            return Ok(None);
        }
        let named = |name: &String, alias: &str| -> Expr { col(name.as_str()).alias(alias) };
        let keys = parents.frame.clone().select([named(key, "key")]);
        let keys = keys.with_row_index(PlSmallStr::from_static("row"), None);
        let mut args = JoinArgs::new(JoinType::Left);
        args.maintain_order = MaintainOrderJoin::Left;
        let own = rows.frame.clone().select([named(own, "key")]);
        let joined = own.join(keys, [col("key")], [col("key")], args);
        let frame = self.collect(joined.select([col("row")]))?;
        let rows = frame.columns()[0].as_materialized_series().clone();
        Ok(Some(rows.u32().expect("numbers of rows").iter().collect()))
    }

    fn collect(&self, frame: LazyFrame) -> Result<DataFrame, Problems> {
        let result = self.run(|| frame.collect_with_engine(Engine::Streaming))?;
        Ok(result.unwrap_single())
    }
}
