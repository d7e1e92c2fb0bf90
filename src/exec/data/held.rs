//! One table kept for lazy queries: its columns in memory, or the file that they stay in.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use polars::prelude::{
    AllowedOptimizations, DataFrame, Field, IntoColumn, IntoLazy, LazyFrame, PolarsResult, Schema,
    Series, polars_err,
};

use super::columnar::instants_span;
use super::columnar_parts::ColumnarParts;
use super::columns::{ColumnRequest, Meaning};
use super::database::{TableFacts, TableShape};
use super::files::{Format, format_of};
use super::links::CheckedTable;
use super::load::Loaded;
use super::plan::TablePlan;
use super::prove::{ColumnarTable, fact};
use super::scan::lazy_frame;
use super::source::{Proof, Scan, ScanReport, TableSource};
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::lang::model::{Calendar, Table};

/// A table as far as it was asked for.
#[derive(Debug)]
pub(super) struct HeldTable {
    pub rows: usize,
    /// The columns that were checked, but for keys that nothing asked for.
    pub columns: BTreeMap<usize, HeldColumn>,
    /// Those of all columns checked that the file lacks.
    pub absent: BTreeSet<usize>,
    /// Parents that were looked up.
    pub parents: BTreeSet<usize>,
    path: PathBuf,
    /// The title of the database that has the table, if it is no file.
    database: Option<&'static str>,
    /// How many columns the file has, if that is known.
    file_columns: Option<usize>,
    proofs: Vec<Proof>,
    /// `None`: the columns are in memory.
    file: Option<ColumnarParts>,
}

#[derive(Debug)]
pub(super) struct HeldColumn {
    /// `None`: the values stay in the file.
    series: Option<Series>,
    /// The first and the last instant of a column of dates.
    pub span: Option<(i64, i64)>,
}

impl HeldTable {
    /// What was checked of a table, to be kept.
    pub(super) fn of(
        checked: CheckedTable,
        plan: &TablePlan,
        path: &Path,
        calendar: &Calendar,
    ) -> Result<HeldTable, Problems> {
        let absent = plan.wanted.iter().zip(checked.is_absent());
        let absent = absent.filter_map(|(wanted, is_absent)| is_absent.then_some(wanted.column));
        let mut held = HeldTable {
            rows: 0,
            columns: BTreeMap::new(),
            absent: absent.collect(),
            parents: plan.parents.clone(),
            path: path.to_owned(),
            database: None,
            file_columns: None,
            proofs: Vec::new(),
            file: None,
        };
        match checked {
            CheckedTable::Whole(loaded) => held.fill(loaded, plan),
            CheckedTable::Columnar(table) => held.refer(*table, plan, calendar)?,
        }
        Ok(held)
    }

    /// What is known of a table of a database, whose rows stay there.
    pub(super) fn of_database(
        plan: &TablePlan,
        absent: BTreeSet<usize>,
        (title, shape): (&'static str, &TableShape),
        facts: TableFacts,
        proofs: Vec<Proof>,
    ) -> HeldTable {
        let columns = plan.wanted.iter().map(|wanted| {
            let column = HeldColumn {
                series: None,
                span: facts.spans.get(&wanted.column).copied(),
            };
            (wanted.column, column)
        });
        HeldTable {
            rows: facts.rows,
            columns: columns.collect(),
            absent,
            parents: plan.parents.clone(),
            path: PathBuf::from(&shape.title),
            database: Some(title),
            file_columns: Some(shape.columns.len()),
            proofs,
            file: None,
        }
    }

    /// Takes over the columns of a file that was read whole.
    fn fill(&mut self, loaded: Loaded, plan: &TablePlan) {
        self.rows = loaded.rows;
        for (wanted, series) in plan.wanted.iter().zip(loaded.columns) {
            if !matches!(wanted.meaning, Meaning::Hash) {
                self.columns
                    .insert(wanted.column, HeldColumn::in_memory(series));
            }
        }
    }

    /// Refers to the columns of a file, or reads them if the file cannot be scanned.
    fn refer(
        &mut self,
        table: ColumnarTable,
        plan: &TablePlan,
        calendar: &Calendar,
    ) -> Result<(), Problems> {
        self.rows = table.file.rows;
        for wanted in &plan.wanted {
            if matches!(wanted.meaning, Meaning::Hash) {
                continue;
            }
            let column = if table.file.is_scannable {
                let span = table.record.columns.get(&fact(wanted, calendar));
                HeldColumn {
                    series: None,
                    span: span.copied().flatten(),
                }
            } else {
                HeldColumn::in_memory(table.file.read(wanted, calendar)?)
            };
            self.columns.insert(wanted.column, column);
        }
        self.proofs = table.proofs;
        self.file_columns = Some(table.file.header().len());
        self.file = table.file.is_scannable.then_some(table.file);
        Ok(())
    }

    /// Takes over what another look at the same file gave.
    pub(super) fn add(&mut self, other: HeldTable) {
        self.columns.extend(other.columns);
        self.absent.extend(other.absent);
        self.parents.extend(other.parents);
        for proof in other.proofs {
            if !self.proofs.iter().any(|known| known.what == proof.what) {
                self.proofs.push(proof);
            }
        }
    }

    /// From now on what was proven of it is known from before.
    pub(super) fn remember_proofs(&mut self) {
        for proof in &mut self.proofs {
            proof.is_remembered = true;
        }
    }

    /// Reads columns into memory that are still in the file.
    pub(super) fn read(
        &mut self,
        (table, calendar): (&Table, &Calendar),
        columns: &BTreeSet<usize>,
    ) -> Result<(), Problems> {
        let Some(file) = &self.file else {
            return Ok(());
        };
        for column in columns {
            let held = self.columns.get_mut(column);
            if let Some(held) = held.filter(|held| held.series.is_none()) {
                held.series = Some(file.read(&request(table, *column), calendar)?);
            }
        }
        Ok(())
    }

    /// A lazy frame of some columns, all of which are held: over memory if all are there, else over the file.
    pub(super) fn source(
        &self,
        (table, calendar): (&Table, &Calendar),
        content: String,
        columns: &BTreeSet<usize>,
    ) -> Result<TableSource, Problems> {
        let wanted = columns.iter().map(|column| request(table, *column));
        let wanted: Vec<ColumnRequest> = wanted.collect();
        let is_in_memory = |column: &usize| {
            let held = self.columns.get(column);
            held.is_some_and(|held| held.series.is_some())
        };
        let file = self.file.clone();
        let file = file.filter(|_| !columns.iter().all(is_in_memory));
        let scanned = self.report(&wanted, file.is_some());
        let scan = file.map(|file| Scan {
            file,
            wanted,
            calendar: calendar.clone(),
        });
        let frame = match (&scan, self.database) {
            (Some(scan), _) => lazy_frame(scan),
            (None, Some(title)) => Ok(unread(&scanned, table, title)),
            (None, None) => self.in_memory(columns).map(IntoLazy::lazy),
        };
        let unreadable = |reason: String| {
            let message = format!("cannot read `{}`: {reason}", self.path.display());
            Diagnostic::data("D109", message)
        };
        Ok(TableSource {
            rows: self.rows,
            content,
            frame: frame.map_err(unreadable)?,
            absent: self.absent.clone(),
            spans: self.spans(columns),
            scanned,
            scan,
        })
    }

    fn report(&self, wanted: &[ColumnRequest], is_lazy: bool) -> ScanReport {
        ScanReport {
            path: self.path.clone(),
            format: self.database.unwrap_or_else(|| format_name(&self.path)),
            is_lazy: is_lazy || self.database.is_some(),
            columns: wanted.iter().map(|wanted| wanted.name.clone()).collect(),
            file_columns: self.file_columns,
            proofs: self.proofs.clone(),
        }
    }

    fn spans(&self, columns: &BTreeSet<usize>) -> BTreeMap<usize, (i64, i64)> {
        let span = |column: &usize| Some((*column, self.columns.get(column)?.span?));
        columns.iter().filter_map(span).collect()
    }

    fn in_memory(&self, columns: &BTreeSet<usize>) -> Result<DataFrame, String> {
        let series = columns
            .iter()
            .filter_map(|column| self.columns.get(column)?.series.clone());
        let columns = series.map(IntoColumn::into_column).collect();
        DataFrame::new(self.rows, columns).map_err(|error| error.to_string())
    }
}

impl HeldColumn {
    fn in_memory(series: Series) -> HeldColumn {
        HeldColumn {
            span: instants_span(&series),
            series: Some(series),
        }
    }
}

/// The frame of a table of a database: whoever reads it here is told that its rows are there.
fn unread(scanned: &ScanReport, of: &Table, title: &'static str) -> LazyFrame {
    let table = scanned.path.display().to_string();
    let refuse = move |_: DataFrame| -> PolarsResult<DataFrame> {
        Err(
            polars_err!(ComputeError: "the rows of `{table}` are in {title}, and are asked there only"),
        )
    };
    let columns = of.columns.iter().map(|column| {
        let data_type = Meaning::of(&column.field_type).data_type();
        Field::new(column.name.as_str().into(), data_type)
    });
    let columns = columns.filter(|column| scanned.columns.iter().any(|own| *own == *column.name()));
    let nothing = DataFrame::empty_with_schema(&columns.collect::<Schema>()).lazy();
    nothing.map(
        refuse,
        AllowedOptimizations::default(),
        None,
        Some("rows of a database"),
    )
}

fn request(table: &Table, column: usize) -> ColumnRequest {
    ColumnRequest {
        column,
        name: table.columns[column].name.clone(),
        meaning: Meaning::of(&table.columns[column].field_type),
    }
}

fn format_name(path: &Path) -> &'static str {
    match format_of(path) {
        Some((Format::Csv, _)) => "CSV",
        Some((Format::Tsv, _)) => "CSV with tabs",
        Some((Format::Workbook, _)) => "Excel workbook",
        Some((Format::Json, _)) => "JSON",
        Some((Format::Parquet, _)) => "Parquet",
        Some((Format::Arrow, _)) => "Arrow IPC",
        None => "unknown",
    }
}
