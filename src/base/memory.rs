//! How much memory a thread holds: the allocator of the program, which counts.
//!
//! Programs of sources come from outside, as the reports do that they read, and may make values of any size. What they hold
//! is looked at while they run (`reports::ingest::programs`).

use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;

use mimalloc::MiMalloc;

/// Reading reports is making and dropping small values, most of the time.
#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

thread_local! {
    static HELD: Cell<i64> = const { Cell::new(0) };
}

/// Bytes that this thread has taken and not given back. What one thread takes and another gives back makes the count of the
/// latter less than nothing, so that only differences say something.
pub fn held() -> i64 {
    HELD.get()
}

struct CountingAllocator;

fn count(bytes: i64) {
    HELD.set(HELD.get() + bytes);
}

// SAFETY: every call is handed to mimalloc as it is. Counting takes no memory: the count of a thread is a number that needs
// neither be made nor dropped.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as i64);
        // SAFETY: the caller keeps to the contract of `alloc`.
        unsafe { MiMalloc.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as i64);
        // SAFETY: the caller keeps to the contract of `alloc_zeroed`.
        unsafe { MiMalloc.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size as i64 - layout.size() as i64);
        // SAFETY: the caller keeps to the contract of `realloc`.
        unsafe { MiMalloc.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as i64));
        // SAFETY: the caller keeps to the contract of `dealloc`.
        unsafe { MiMalloc.dealloc(pointer, layout) }
    }
}

#[cfg(test)]
mod tests {
    use super::held;

    #[test]
    fn what_a_thread_takes_is_counted_until_it_gives_it_back() {
        let before = held();
        let mut taken = vec![1_u8; 10_000];
        assert_eq!(held() - before, 10_000);
        taken.reserve_exact(90_000);
        assert_eq!(held() - before, 100_000);
        drop(taken);
        assert_eq!(held(), before);
    }
}
