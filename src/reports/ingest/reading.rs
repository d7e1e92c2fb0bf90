//! Running the programs of a source on a report, whole or in portions.

use std::collections::BTreeMap;

use jaq_json::Val;
use rayon::prelude::*;

use super::dates::{DateReader, DayOrder, OrderVerdict};
use super::identity::RowNumbers;
use super::mistakes::{conflicting_order, failed, miscounted, start};
use super::places::RowCount;
use super::programs::Program;
use super::records::RecordTypes;
use super::repair;
use super::report::{LeftOut, Report, RowPart};
use super::rows::{ProgramOutput, RowReader};
use super::scan::{self, SaidScans};
use super::shapes::{Body, OddBytes, damaged, too_many_values};
use crate::base::diagnostic::{Diagnostic, Problems};
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
    /// What records of its source may hold.
    pub types: RecordTypes<'a>,
    pub programs: &'a Programs,
    pub odd_bytes: OddBytes,
    /// The order of day and month, if somebody says it.
    pub told_order: Option<DayOrder>,
}

/// What all parts of a report say.
struct WholeReport {
    scans: SaidScans,
    found: ProgramOutput,
}

/// What a part of a report says.
struct ReportPart {
    scans: SaidScans,
    found: ProgramOutput,
    /// Why there are not more rows.
    failed: Option<PartFailure>,
}

/// Why the rows of a part are not what they should be.
enum PartFailure {
    /// The program fails.
    Program(String),
    /// What is there and what the program gave differ.
    Count { there: u64, given: u64 },
    /// There is something else where the rows should be.
    Place(String),
}

impl PartFailure {
    /// Whether it may be that some members have another type than the program expects.
    fn may_be_mended(&self) -> bool {
        match self {
            PartFailure::Program(_) => true,
            PartFailure::Count { there, given } => given < there,
            PartFailure::Place(_) => false,
        }
    }
}

impl ReportInput<'_> {
    /// A report in which there is nothing, of a source that was named: a clean scan.
    pub fn clean(source: &ReportSource) -> Report {
        let (scan, scans) = SaidScans::default().settled(source);
        Report {
            source: source.name.clone(),
            fills: source.fills,
            scan,
            scans,
            rows: Vec::new(),
            records: Vec::new(),
            dropped: BTreeMap::new(),
            left_out: BTreeMap::new(),
            unread_dates: Vec::new(),
            unread_scan_dates: BTreeMap::new(),
            told_order: None,
        }
    }

    /// Gives the rows of each part, and returns the report without them.
    pub fn read(
        &self,
        body: Body,
        portion: usize,
        take: impl FnMut(RowPart),
    ) -> Result<Report, Problems> {
        let of_whole = |value: Val, take| {
            self.in_order(take, |dates, take| {
                self.gathered([self.part(value.clone(), dates)], take)
            })
        };
        let large = match body {
            Body::Read(value) => return of_whole(value, take),
            Body::Large(large) => large,
        };
        let damaged = |why: String| Problems::from(damaged(self.name, why));
        if self.source.parts.is_empty() {
            if !large.fits() {
                return Err(self.too_wide());
            }
            let value = large.whole().map_err(damaged)?;
            drop(large);
            return of_whole(value, take);
        }
        let portions = large
            .portions(&self.source.parts, portion)
            .map_err(damaged)?;
        // So many are held in memory at once.
        let side_by_side = rayon::current_num_threads();
        self.in_order(take, |dates, take| {
            let read = |index| {
                let value = portions.value(index).map_err(damaged)?;
                self.part(value, dates)
            };
            let firsts = (0..portions.count()).step_by(side_by_side);
            let parts = firsts.flat_map(|first| {
                let last = portions.count().min(first + side_by_side);
                (first..last).into_par_iter().map(read).collect::<Vec<_>>()
            });
            self.gathered(parts, take)
        })
    }

    /// Reads a report, and once more where a date of it could only be read by what others tell of the order
    /// of day and month.
    fn in_order<T: FnMut(RowPart)>(
        &self,
        mut take: T,
        read: impl Fn(&DateReader, &mut T) -> Result<WholeReport, Problems>,
    ) -> Result<Report, Problems> {
        let dates = DateReader::new(&self.source.dates);
        let mut whole = read(&dates, &mut take)?;
        let unknown = whole.found.unread_dates.unknown();
        whole.found.mistakes.append(unknown, 0);
        let mut problems = whole.found.mistakes.told(self.name, self.source);
        let mut orders = whole.scans.orders.clone();
        orders.append(whole.found.orders.clone(), 0);
        let verdict = orders.verdict(self.told_order);
        if let Err(conflict) = &verdict {
            problems.push(conflicting_order(self.name, self.source, conflict, &orders));
        }
        match verdict {
            Ok(verdict) if !problems.has_errors() => match verdict {
                OrderVerdict::Settled => Ok(self.report(whole, None)),
                OrderVerdict::Proven(_) | OrderVerdict::Told(_) => {
                    take(RowPart::Again);
                    let whole = read(&dates.ordered(verdict), &mut take)?;
                    Ok(self.report(whole, verdict.told()))
                }
            },
            Ok(_) | Err(_) => Err(problems),
        }
    }

    fn too_wide(&self) -> Problems {
        let by = &self.source.name;
        damaged(self.name, too_many_values())
            .help(format!(
                "source {by} could read it in portions, with the clause `parts`"
            ))
            .into()
    }

    fn part(&self, value: Val, dates: &DateReader) -> Result<ReportPart, Problems> {
        let mut left_out = BTreeMap::new();
        let scans = self.scans(&value, dates, &mut left_out)?;
        let (mut found, mut failed) = self.rows(&value, dates);
        let may_be_mended = failed.as_ref().is_some_and(PartFailure::may_be_mended);
        if may_be_mended && !self.source.counted.is_empty() {
            let counted = &self.source.counted;
            let mended = repair::repaired(&self.programs.rows, counted, value);
            if let Some((mended, without)) = mended {
                (found, failed) = self.rows(&mended, dates);
                left_out.extend(without);
            }
        }
        left_out.append(&mut found.left_out);
        found.left_out = left_out;
        Ok(ReportPart {
            scans,
            found,
            failed,
        })
    }

    /// What a part says of its scans, without what the program cannot read.
    fn scans(
        &self,
        value: &Val,
        dates: &DateReader,
        left_out: &mut BTreeMap<LeftOut, u64>,
    ) -> Result<SaidScans, Problems> {
        let Some(program) = self.programs.scan.as_ref() else {
            return Ok(SaidScans::default());
        };
        let said = scan::object(program, value).or_else(|why| {
            let is_read = |value: &Val| scan::object(program, value).is_ok();
            let mended = match self.source.counted.is_empty() {
                true => None,
                false => repair::without_one(value, is_read),
            };
            let (mended, what) = mended.ok_or(why)?;
            left_out.insert(what, 1);
            scan::object(program, &mended)
        });
        let said = said.map_err(|why| {
            let span = self
                .source
                .scan
                .as_ref()
                .map(|text| start(text.span, "\"\"\""));
            failed(
                self.name,
                &format!("{}: scan", self.source.name),
                span,
                &why,
            )
        })?;
        scan::said(self.name, self.source, dates.clone(), &said)
    }

    /// The rows of a part, and why there are not as many as there should be.
    fn rows(&self, value: &Val, dates: &DateReader) -> (ProgramOutput, Option<PartFailure>) {
        let count = RowCount::of(value, &self.source.counted);
        let mut rows = RowReader::new(self.source, self.severity, &self.types, dates.clone());
        for row in self.programs.rows.run(value.clone()) {
            match row {
                Ok(row) => rows.add(&row),
                Err(why) => return (rows.finish(), Some(PartFailure::Program(why))),
            }
        }
        let found = rows.finish();
        let failed = match count {
            _ if self.source.counted.is_empty() => None,
            Err(why) => Some(PartFailure::Place(why)),
            Ok(count) => {
                let (there, given) = (count.rows, found.seen);
                (!count.is_met_by(given)).then_some(PartFailure::Count { there, given })
            }
        };
        (found, failed)
    }

    /// Puts parts together, in their order.
    fn gathered(
        &self,
        parts: impl IntoIterator<Item = Result<ReportPart, Problems>>,
        take: &mut impl FnMut(RowPart),
    ) -> Result<WholeReport, Problems> {
        let mut whole: Option<SaidScans> = None;
        let mut found = ProgramOutput::default();
        let mut numbers = RowNumbers::default();
        for part in parts {
            let part = part?;
            whole = Some(match whole {
                Some(scans) => scans.and(part.scans),
                None => part.scans,
            });
            found.append(part.found);
            if let Some(why) = part.failed {
                return Err(self.failure(why, found.seen).into());
            }
            numbers.number(self.source, &mut found.rows);
            take(match self.source.fills.record_fields() {
                Some(fields) => RowPart::Records(fields, std::mem::take(&mut found.records)),
                None => RowPart::Rows(std::mem::take(&mut found.rows)),
            });
        }
        let mut whole = whole.ok_or_else(|| damaged(self.name, "there is nothing in it"))?;
        let OddBytes { unknown, guessed } = self.odd_bytes;
        let odd = [
            (LeftOut::bad_bytes(), unknown),
            (LeftOut::guessed_letters(), guessed),
        ];
        let odd = odd.into_iter().filter(|(_, places)| *places > 0);
        let odd = odd.map(|(what, places)| (what, places as u64));
        found.left_out.extend(odd);
        if found.left_out.keys().any(LeftOut::may_hide_rows) || whole.lacks_rows(found.seen) {
            // What is absent may be what was not read, in whichever part of the report, or what is on another page.
            whole.is_partial();
        }
        Ok(WholeReport {
            scans: whole,
            found,
        })
    }

    /// The report of what its parts say, without its rows and records.
    fn report(&self, whole: WholeReport, told_order: Option<DayOrder>) -> Report {
        let WholeReport { mut scans, found } = whole;
        let unread_scan_dates = std::mem::take(&mut scans.unread_dates);
        let (scan, scans) = scans.settled(self.source);
        Report {
            source: self.source.name.clone(),
            fills: self.source.fills,
            scan,
            scans,
            left_out: found.left_out,
            rows: Vec::new(),
            records: Vec::new(),
            dropped: found.dropped,
            unread_dates: found.unread_dates.listed(),
            unread_scan_dates,
            told_order,
        }
    }

    fn failure(&self, why: PartFailure, rows: u64) -> Diagnostic {
        let source = self.source;
        let span = start(source.rows.span, "\"\"\"");
        match why {
            PartFailure::Program(why) => {
                let place = format!("{}: rows, after {rows} of them", source.name);
                failed(self.name, &place, Some(span), &why)
            }
            PartFailure::Count { there, given } => miscounted(
                self.name,
                source,
                &format!("it has {there} rows, and {given} were read"),
            ),
            PartFailure::Place(why) => miscounted(self.name, source, &why),
        }
    }
}
