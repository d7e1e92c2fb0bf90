//! Progress and cancellation of a long computation: how many rows are done, and a request to stop.
//!
//! Both are of the whole process, because Ctrl-C is. Loops over rows call [`beat`], [`listen`] or
//! [`Steps::step`] at least every few ten thousand rows; inside [`until_stopped`] a [`stop`] ends the
//! work at the next of these calls, by unwinding (rayon hands it on from its workers). Work outside of
//! [`until_stopped`] cannot be stopped.

use std::any::Any;
use std::cmp::Ordering;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering::Relaxed};

use rayon::slice::ParallelSliceMut;

/// No work that can be stopped is running: [`stop`] does nothing.
const IDLE: u8 = 0;
const WORKING: u8 = 1;
const STOPPING: u8 = 2;

static STATE: AtomicU8 = AtomicU8::new(IDLE);
static ROWS: AtomicU64 = AtomicU64::new(0);

/// What unwinds: not a panic, so no message is printed.
struct Stopped;

/// Says that some more rows are done; does not return if the work is to stop.
#[inline]
pub fn beat(rows: usize) {
    ROWS.fetch_add(rows as u64, Relaxed);
    listen();
}

/// Says that some more rows are done, for work that stops by an error of its own.
#[inline]
pub fn count(rows: usize) {
    ROWS.fetch_add(rows as u64, Relaxed);
}

/// Does not return if the work is to stop.
#[inline]
pub fn listen() {
    if is_stopping() {
        resume_unwind(Box::new(Stopped));
    }
}

/// Listens every few thousand rows of a loop that goes row by row.
#[derive(Default)]
pub struct Steps(u32);

impl Steps {
    /// One more row.
    #[inline]
    pub fn step(&mut self) {
        self.0 += 1;
        if self.0 == 1 << 13 {
            self.0 = 0;
            listen();
        }
    }
}

/// Below this many values a sort takes a few milliseconds and need not listen.
const MANY: usize = 1 << 18;

/// Sorts, and listens meanwhile.
pub fn sort_unstable<T: Ord>(values: &mut [T]) {
    listen();
    if values.len() < MANY {
        values.sort_unstable();
    } else {
        values.sort_unstable_by(listening(T::cmp));
    }
}

/// The same on all threads.
pub fn par_sort_unstable_by<T: Send>(values: &mut [T], order: impl Fn(&T, &T) -> Ordering + Sync) {
    listen();
    if values.len() < MANY {
        values.par_sort_unstable_by(order);
    } else {
        values.par_sort_unstable_by(listening(order));
    }
}

/// An order that listens whenever it is asked.
pub fn listening<T: ?Sized>(order: impl Fn(&T, &T) -> Ordering) -> impl Fn(&T, &T) -> Ordering {
    move |left, right| {
        listen();
        order(left, right)
    }
}

/// Rows passed over since the work began; a row that is read and then computed with counts twice.
pub fn rows() -> u64 {
    ROWS.load(Relaxed)
}

/// Asks the work under way to stop, if there is any.
pub fn stop() {
    let _ = STATE.compare_exchange(WORKING, STOPPING, Relaxed, Relaxed);
}

/// Whether work was asked to stop and has not done so yet.
#[inline]
pub fn is_stopping() -> bool {
    STATE.load(Relaxed) == STOPPING
}

/// Whether an unwinding is a cancellation, which code that catches panics has to pass on.
pub fn is_stop(reason: &(dyn Any + Send)) -> bool {
    reason.is::<Stopped>()
}

/// Does work that [`stop`] can end; `None`: it was stopped. Rows are counted from 0.
pub fn until_stopped<T>(work: impl FnOnce() -> T) -> Option<T> {
    ROWS.store(0, Relaxed);
    STATE.store(WORKING, Relaxed);
    let done = catch_unwind(AssertUnwindSafe(work));
    STATE.store(IDLE, Relaxed);
    match done {
        Ok(done) => Some(done),
        Err(reason) if is_stop(reason.as_ref()) => None,
        Err(reason) => resume_unwind(reason),
    }
}
