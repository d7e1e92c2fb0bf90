//! Work on several reports at once, with results in the order of the reports.

use std::any::Any;
use std::collections::BTreeMap;
use std::num::NonZero;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// What is held in memory at once: so many things, of so many bytes.
const MOST_THINGS: usize = 8;
const MOST_BYTES: u64 = 256 << 20;

/// Does the same with each of several things, as many at a time as there are processors, and gives what
/// comes of it in their order, as soon as all before it are given. Each has a thread to itself: one that
/// waits for its file holds up no other. One that is larger than all memory for them is alone.
pub(super) fn each<T: Sync, R: Send>(
    things: &[T],
    bytes: impl Fn(&T) -> u64 + Sync,
    work: impl Fn(&T) -> R + Sync,
    mut give: impl FnMut(&T, R),
) {
    let desk = WorkQueue::default();
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        for _ in 0..processors.min(things.len()) {
            scope.spawn(|| {
                while let Some(index) = desk.take(things, &bytes) {
                    let done = panic::catch_unwind(AssertUnwindSafe(|| work(&things[index])));
                    desk.put(index, done);
                }
            });
        }
        // Without this a panic below would leave workers waiting, and the scope would wait for them.
        let _closing = CloseOnDrop(&desk);
        for (index, thing) in things.iter().enumerate() {
            match desk.await_done(index) {
                Ok(done) => give(thing, done),
                Err(bug) => panic::resume_unwind(bug),
            }
            desk.forget(index);
        }
    });
}

/// The result of a task, or the panic that it ended with.
type TaskResult<R> = Result<R, Box<dyn Any + Send>>;

/// Tasks that wait, run, or have a result that was not yet given out.
struct WorkQueue<R> {
    state: Mutex<QueueState<R>>,
    has_changed: Condvar,
}

struct QueueState<R> {
    next: usize,
    /// The bytes of what is taken and not yet given.
    held: BTreeMap<usize, u64>,
    done: BTreeMap<usize, TaskResult<R>>,
    is_closed: bool,
}

impl<R> Default for WorkQueue<R> {
    fn default() -> WorkQueue<R> {
        WorkQueue {
            state: Mutex::new(QueueState {
                next: 0,
                held: BTreeMap::new(),
                done: BTreeMap::new(),
                is_closed: false,
            }),
            has_changed: Condvar::new(),
        }
    }
}

impl<R> WorkQueue<R> {
    /// The next thing, once there is room for it; none are left at the end.
    fn take<T>(&self, things: &[T], bytes: impl Fn(&T) -> u64) -> Option<usize> {
        let mut state = self.state();
        loop {
            let index = state.next;
            let size = bytes(things.get(index).filter(|_| !state.is_closed)?);
            let held: u64 = state.held.values().sum();
            let is_room = state.held.len() < MOST_THINGS && held + size <= MOST_BYTES;
            // A report larger than the whole budget is read alone, or it would never be read.
            if is_room || state.held.is_empty() {
                state.next += 1;
                state.held.insert(index, size);
                return Some(index);
            }
            state = self.wait(state);
        }
    }

    fn put(&self, index: usize, done: TaskResult<R>) {
        self.state().done.insert(index, done);
        self.has_changed.notify_all();
    }

    fn await_done(&self, index: usize) -> TaskResult<R> {
        let mut state = self.state();
        loop {
            match state.done.remove(&index) {
                Some(done) => return done,
                None => state = self.wait(state),
            }
        }
    }

    fn forget(&self, index: usize) {
        self.state().held.remove(&index);
        self.has_changed.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, QueueState<R>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, QueueState<R>>) -> MutexGuard<'a, QueueState<R>> {
        let waited = self.has_changed.wait(state);
        waited.unwrap_or_else(PoisonError::into_inner)
    }
}

/// Closes the queue when dropped, so that workers end even if giving out a result panics.
struct CloseOnDrop<'a, R>(&'a WorkQueue<R>);

impl<R> Drop for CloseOnDrop<'_, R> {
    fn drop(&mut self) {
        self.0.state().is_closed = true;
        self.0.has_changed.notify_all();
    }
}
