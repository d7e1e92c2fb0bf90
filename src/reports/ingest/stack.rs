//! Threads that reports are read on.

use std::sync::OnceLock;

use rayon::{ThreadPool, ThreadPoolBuilder};

/// Nested reports are read by functions that call themselves.
const STACK_BYTES: usize = 32 << 20;

/// Does work, and all that it does side by side, on threads with stacks that are deep enough for any
/// report: as many as there are processors. Without threads it is done here.
pub(super) fn deeply<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    static POOL: OnceLock<Option<ThreadPool>> = OnceLock::new();
    let pool = POOL.get_or_init(|| {
        let builder = ThreadPoolBuilder::new().stack_size(STACK_BYTES);
        builder.build().ok()
    });
    match pool {
        Some(pool) => pool.install(work),
        None => work(),
    }
}
