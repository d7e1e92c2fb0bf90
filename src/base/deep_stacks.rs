//! Threads with stacks for texts that are nested deeply: definitions and reports are read by functions that call themselves.

use std::sync::OnceLock;

use rayon::{ThreadPool, ThreadPoolBuilder};

/// Enough for the deepest definition and the deepest report that are read at all, in a debug build too.
const STACK_BYTES: usize = 32 << 20;

/// Does work, and all that it does side by side, on threads with such stacks: as many as there are processors. Without threads it is done here.
pub fn deeply<T: Send>(work: impl FnOnce() -> T + Send) -> T {
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
