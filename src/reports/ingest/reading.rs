//! Running the programs of a source on a report, whole or in portions.

use jaq_json::Val;
use rayon::prelude::*;

use super::mistakes::{failed, start};
use super::programs::Program;
use super::report::{Report, ReportRow, ScanInfo};
use super::rows::{ProgramOutput, RowReader};
use super::scan::scan;
use super::shapes::{Body, Portions, damaged, too_many_values};
use crate::base::diagnostic::Problems;
use crate::base::types::Scale;
use crate::lang::model::ReportSource;

/// The programs of a source.
pub(super) struct Programs {
    pub scan: Option<Program>,
    pub rows: Program,
}

/// A report that is being read.
pub(super) struct ReportInput<'a> {
    pub name: &'a str,
    pub source: &'a ReportSource,
    pub severity: Option<&'a Scale>,
    pub programs: &'a Programs,
}

/// What a part of a report says.
struct ReportPart {
    scan: ScanInfo,
    found: ProgramOutput,
    /// Why there are not more rows.
    failed: Option<String>,
}

impl ReportInput<'_> {
    /// Gives the rows of each part, and returns the report without them.
    pub fn read(
        &self,
        body: Body,
        portion: usize,
        take: impl FnMut(Vec<ReportRow>),
    ) -> Result<Report, Problems> {
        let large = match body {
            Body::Read(value) => return self.gathered([self.part(value)], take),
            Body::Large(large) => large,
        };
        let damaged = |why: String| Problems::from(damaged(self.name, why));
        if self.source.parts.is_empty() {
            if !large.fits() {
                return Err(self.too_wide());
            }
            let value = large.whole().map_err(damaged)?;
            drop(large);
            return self.gathered([self.part(value)], take);
        }
        let portions = Portions::of(&large, &self.source.parts, portion).map_err(damaged)?;
        let read = |index| {
            let value = portions.value(index).map_err(damaged)?;
            self.part(value)
        };
        // So many are held in memory at once.
        let side_by_side = rayon::current_num_threads();
        let firsts = (0..portions.count()).step_by(side_by_side);
        let parts = firsts.flat_map(|first| {
            let last = portions.count().min(first + side_by_side);
            (first..last).into_par_iter().map(read).collect::<Vec<_>>()
        });
        self.gathered(parts, take)
    }

    fn too_wide(&self) -> Problems {
        let by = &self.source.name;
        damaged(self.name, too_many_values())
            .help(format!(
                "source {by} could read it in portions, with the clause `parts`"
            ))
            .into()
    }

    fn part(&self, value: Val) -> Result<ReportPart, Problems> {
        let scan = scan(self.name, self.source, self.programs.scan.as_ref(), &value)?;
        let mut rows = RowReader::new(self.source, self.severity);
        let mut failed = None;
        for row in self.programs.rows.run(value) {
            match row {
                Ok(row) => rows.add(&row),
                Err(why) => {
                    failed = Some(why);
                    break;
                }
            }
        }
        Ok(ReportPart {
            scan,
            found: rows.finish(),
            failed,
        })
    }

    /// Puts parts together, in their order.
    fn gathered(
        &self,
        parts: impl IntoIterator<Item = Result<ReportPart, Problems>>,
        mut take: impl FnMut(Vec<ReportRow>),
    ) -> Result<Report, Problems> {
        let source = self.source;
        let mut whole: Option<ScanInfo> = None;
        let mut found = ProgramOutput::default();
        for part in parts {
            let part = part?;
            whole = Some(match whole {
                Some(scan) => scan.and(part.scan, source),
                None => part.scan,
            });
            found.append(part.found);
            if let Some(why) = part.failed {
                let place = format!("{}: rows, after {} of them", source.name, found.seen);
                let span = start(source.rows.span, "\"\"\"");
                return Err(failed(self.name, &place, Some(span), &why).into());
            }
            take(std::mem::take(&mut found.rows));
        }
        let scan = whole.ok_or_else(|| damaged(self.name, "there is nothing in it"))?;
        match found.mistakes.is_empty() {
            true => Ok(Report {
                source: source.name.clone(),
                fills: source.fills,
                scan,
                rows: Vec::new(),
                records: found.records,
                dropped: found.dropped,
            }),
            false => Err(found.mistakes.told(self.name, source)),
        }
    }
}
