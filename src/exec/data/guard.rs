//! Panics of the columnar library on damaged files, turned into errors.

use std::any::Any;
use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use polars::error::{PolarsResult, abort};

use crate::base::cancellation;

/// How many queries are running: the library works in threads of its own.
static QUERIES: AtomicUsize = AtomicUsize::new(0);

/// How the library's threads are called.
const THREADS: [&str; 2] = ["async-executor-", "polars-"];

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Runs something that may panic on a damaged file. The panic's message becomes the error and is
/// not printed.
pub(super) fn guarded<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    silence_guarded_panics();
    let outer = GUARDED.replace(true);
    let outcome = panic::catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(outer);
    outcome.unwrap_or_else(|payload| {
        if cancellation::is_stop(payload.as_ref()) {
            panic::resume_unwind(payload);
        }
        Err(message_of(payload.as_ref()))
    })
}

/// Runs something in a thread of the columnar library, which must not see it unwind: a panic and the
/// wish to stop become errors. Whoever started the query listens once more when it has failed.
pub(super) fn uncaught<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    if cancellation::is_stopping() {
        return Err("stopped".to_owned());
    }
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| guarded(work)));
    outcome.unwrap_or_else(|_| Err("stopped".to_owned()))
}

/// Runs a lazy query. Damaged files may make the library panic in any of its threads; the wish to stop
/// ends the query within a few batches, and is an error here.
pub(super) fn guarded_query<T>(query: impl FnOnce() -> PolarsResult<T>) -> Result<T, String> {
    struct Running;
    impl Drop for Running {
        fn drop(&mut self) {
            QUERIES.fetch_sub(1, Ordering::Relaxed);
        }
    }
    QUERIES.fetch_add(1, Ordering::Relaxed);
    let _running = Running;
    guarded(|| {
        let is_done = AtomicBool::new(false);
        thread::scope(|scope| {
            let watcher = scope.spawn(|| watch(&is_done));
            let outcome = panic::catch_unwind(AssertUnwindSafe(|| caught(query)));
            is_done.store(true, Ordering::Release);
            watcher.thread().unpark();
            match outcome {
                Ok(Ok(found)) => found.map_err(|error| error.to_string()),
                Ok(Err(_)) => Err("stopped".to_owned()),
                Err(panic) => panic::resume_unwind(panic),
            }
        })
    })
}

/// Runs a query that the library may end. Its flag stays up until every query that it was meant for has ended, those in the
/// background too, and keeps others from beginning so long: they wait.
fn caught<T>(query: impl FnOnce() -> T) -> Result<T, abort::QueryAborted> {
    const PAUSE: Duration = Duration::from_millis(5);
    const MOST_PAUSES: usize = 1000;
    let mut query = Some(query);
    let mut pauses = 0;
    loop {
        let run = || query.take().map(|query| query());
        let outcome = abort::catch_polars_abort(AssertUnwindSafe(run));
        match outcome {
            Ok(Some(found)) => return Ok(found),
            Err(aborted) if query.is_none() || cancellation::is_stopping() => return Err(aborted),
            Err(aborted) if pauses == MOST_PAUSES => return Err(aborted),
            Ok(None) | Err(_) => {
                pauses += 1;
                thread::sleep(PAUSE);
            }
        }
    }
}

/// Hands the wish to stop on to the library. Of the two ways to end its queries that it knows, Ctrl-C
/// belongs to its own handler; a disk that ran full is for everybody to report.
fn watch(is_done: &AtomicBool) {
    const NAP: Duration = Duration::from_millis(20);
    while !is_done.load(Ordering::Acquire) {
        if cancellation::is_stopping() {
            let stop: fn() -> Result<(), String> = || abort::polars_abort_ooc_out_of_disk();
            let _ = guarded(stop);
        }
        thread::park_timeout(NAP);
    }
}

fn is_of_a_query() -> bool {
    let name = thread::current()
        .name()
        .map(str::to_owned)
        .unwrap_or_default();
    QUERIES.load(Ordering::Relaxed) > 0 && THREADS.iter().any(|start| name.starts_with(start))
}

/// A panic is printed by a hook before it can be caught, so the hook has to know.
fn silence_guarded_panics() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let print = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if !GUARDED.get() && !is_of_a_query() {
                print(panic);
            }
        }));
    });
}

fn message_of(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    let owned = payload.downcast_ref::<String>().map(String::as_str);
    text.or(owned).unwrap_or("it is damaged").to_owned()
}
