//! What a long computation and whoever waits for it tell each other: how many rows are done, and the
//! wish to stop.
//!
//! Ctrl-C is of the process, and so is this. Loops over rows call [`beat`] for every block; between
//! [`begin`] and the end of [`until_stopped`] a [`stop`] ends the work at the next beat, by unwinding
//! (rayon hands it on from its workers). Nobody who never asks for a stop can be stopped.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

static STOPPED: AtomicBool = AtomicBool::new(false);
static ROWS: AtomicU64 = AtomicU64::new(0);

/// What unwinds: not a panic, so no message is printed.
struct Stopped;

/// Says that some more rows are done; does not return if the work is to stop.
pub fn beat(rows: usize) {
    ROWS.fetch_add(rows as u64, Ordering::Relaxed);
    if STOPPED.load(Ordering::Relaxed) {
        resume_unwind(Box::new(Stopped));
    }
}

/// Rows passed over since the work began; a row that is read and then computed with counts twice.
pub fn rows() -> u64 {
    ROWS.load(Ordering::Relaxed)
}

/// Counts from 0 again, and forgets a wish to stop.
pub fn begin() {
    ROWS.store(0, Ordering::Relaxed);
    STOPPED.store(false, Ordering::Relaxed);
}

/// Asks the work under way to stop.
pub fn stop() {
    STOPPED.store(true, Ordering::Relaxed);
}

/// Does work that [`stop`] can end; `None`: it was stopped.
pub fn until_stopped<T>(work: impl FnOnce() -> T) -> Option<T> {
    begin();
    let done = catch_unwind(AssertUnwindSafe(work));
    begin();
    match done {
        Ok(done) => Some(done),
        Err(reason) if reason.is::<Stopped>() => None,
        Err(reason) => resume_unwind(reason),
    }
}
