//! Reports that were taken back: a fact of its own beside each, so that nothing that was written is changed, and what
//! was known on a day stays what it was.
//!
//! A withdrawal is a file of the folder `withdrawn` that is called like its segment. It is put in place whole; before,
//! the report counts.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::errors::{unreadable, unwritable};
use super::layout::Store;
use super::lock::Lock;
use super::manifest::Manifest;
use super::segments::listed;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::files;
use crate::base::instants::rfc3339;
use crate::exec::data::Horizon;

/// A stretch of knowledge in which a report did not count. Instants are microseconds since 1970, UTC.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WithdrawnPeriod {
    pub from: i64,
    /// When the report was ingested again.
    pub until: Option<i64>,
}

/// All that is known of the withdrawals of one report, in the order of time.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Withdrawal {
    segment: String,
    periods: Vec<WithdrawnPeriod>,
}

/// A withdrawal and the hash over it: damage to the file shows.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SealedWithdrawal {
    withdrawal: Withdrawal,
    seal: String,
}

/// The withdrawals of a store, by segment.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Withdrawals {
    by_segment: BTreeMap<String, Vec<WithdrawnPeriod>>,
}

impl Withdrawals {
    /// The periods in which a report did not count.
    pub fn of(&self, segment: &str) -> &[WithdrawnPeriod] {
        self.by_segment.get(segment).map_or(&[], Vec::as_slice)
    }

    /// Whether a report counts by all that is known.
    pub fn counts(&self, segment: &str) -> bool {
        self.of(segment).iter().all(|period| period.until.is_some())
    }

    /// Whether a report was known within a horizon, and had not been taken back.
    pub(super) fn was_known(&self, report: &Manifest, horizon: &Horizon) -> bool {
        let was_out = |period: &WithdrawnPeriod| {
            let is_back = period.until.is_some_and(|until| horizon.was_known(until));
            horizon.was_known(period.from) && !is_back
        };
        horizon.was_known(report.recorded_at) && !self.of(&report.segment).iter().any(was_out)
    }

    /// When the latest of them was recorded.
    pub(super) fn latest(&self) -> Option<i64> {
        let periods = self.by_segment.values().flatten();
        periods
            .map(|period| period.until.unwrap_or(period.from))
            .max()
    }
}

impl Store {
    /// All withdrawals, and those that are assumed.
    ///
    /// # Errors
    ///
    /// `D420`, `D421`: one cannot be read, or is not what was written.
    pub fn withdrawals(&self) -> Result<Withdrawals, Problems> {
        let mut problems = Problems::default();
        let mut by_segment = BTreeMap::new();
        for path in listed(&self.withdrawn())? {
            match read(&path) {
                Ok(Some(withdrawal)) => {
                    by_segment.insert(withdrawal.segment, withdrawal.periods);
                }
                Ok(None) => {}
                Err(problem) => problems.push(problem),
            }
        }
        if problems.has_errors() {
            return Err(problems);
        }
        for segment in &self.assumed_withdrawn {
            let periods: &mut Vec<WithdrawnPeriod> = by_segment.entry(segment.clone()).or_default();
            if periods.iter().all(|period| period.until.is_some()) {
                let from = i64::MIN;
                periods.push(WithdrawnPeriod { from, until: None });
            }
        }
        Ok(Withdrawals { by_segment })
    }

    fn withdrawal_path(&self, segment: &str) -> PathBuf {
        self.withdrawn().join(format!("{segment}.json"))
    }
}

/// Takes reports back from an instant of knowledge on; those that are out already stay as they are.
///
/// # Errors
///
/// `D420`: the store cannot be written; `D421`: a withdrawal is damaged; `D425`: a report was recorded only later.
pub fn withdraw(store: &Store, reports: &[Manifest], at: i64) -> Result<(), Problems> {
    let mut problems = Problems::default();
    for report in reports.iter().filter(|report| at < report.recorded_at) {
        let message = format!(
            "`{}` was recorded at {}, after it is said to be withdrawn",
            report.file,
            rfc3339(report.recorded_at)
        );
        problems.push(
            Diagnostic::data("D425", message).help("leave out --recorded-at: it is withdrawn now"),
        );
    }
    if problems.has_errors() {
        return Err(problems);
    }
    let _change = Lock::changing(store)?;
    let known = store.withdrawals()?;
    for report in reports
        .iter()
        .filter(|report| known.counts(&report.segment))
    {
        let mut periods = known.of(&report.segment).to_vec();
        periods.push(WithdrawnPeriod {
            from: at,
            until: None,
        });
        write(store, &report.segment, periods)?;
    }
    Ok(())
}

/// Lets a report count again from an instant of knowledge on. `false`: it was not out.
pub(super) fn restore(store: &Store, segment: &str, at: i64) -> Result<bool, Problems> {
    if !store.withdrawal_path(segment).is_file() {
        return Ok(false);
    }
    let _change = Lock::changing(store)?;
    let mut periods = store.withdrawals()?.of(segment).to_vec();
    let Some(open) = periods.last_mut().filter(|period| period.until.is_none()) else {
        return Ok(false);
    };
    // Where history is replayed it may come back before it went: then it never was out.
    open.until = Some(at.max(open.from));
    write(store, segment, periods)?;
    Ok(true)
}

fn write(store: &Store, segment: &str, periods: Vec<WithdrawnPeriod>) -> Result<(), Diagnostic> {
    let folder = store.withdrawn();
    let path = store.withdrawal_path(segment);
    let withdrawal = Withdrawal {
        segment: segment.to_string(),
        periods,
    };
    let seal = seal(&withdrawal);
    let sealed = SealedWithdrawal { withdrawal, seal };
    let text = serde_json::to_string_pretty(&sealed).expect("a withdrawal can be written");
    fs::create_dir_all(&folder)
        .and_then(|()| files::sync_folder(store.folder()))
        .and_then(|()| files::replace(&path, text.as_bytes()))
        .map_err(|error| unwritable(&path, &error))
}

fn seal(withdrawal: &Withdrawal) -> String {
    let text = serde_json::to_string(withdrawal).expect("a withdrawal can be written");
    blake3::hash(text.as_bytes()).to_hex().to_string()
}

/// `None`: it is not there any more.
fn read(path: &Path) -> Result<Option<Withdrawal>, Diagnostic> {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(path, error)),
    };
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let why = match serde_json::from_slice::<SealedWithdrawal>(&text) {
        Ok(sealed) if sealed.seal != seal(&sealed.withdrawal) => "its seal is broken".to_string(),
        Ok(sealed) if sealed.withdrawal.segment != *name => "it is of another report".to_string(),
        Ok(sealed) => return Ok(Some(sealed.withdrawal)),
        Err(error) => error.to_string(),
    };
    let message = format!("the withdrawal `{}` is damaged: {why}", path.display());
    Err(Diagnostic::data("D421", message).help(format!(
        "remove the file, and take the report back again: riskql store remove {name}"
    )))
}
