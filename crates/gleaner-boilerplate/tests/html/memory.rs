//! Counts what a thread allocates.
#![allow(unsafe_code, reason = "the trait is unsafe; every call goes to the system's allocator unchanged")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

#[global_allocator]
static COUNTING: Counting = Counting;

struct Counting;

/// Bytes that the thread holds, the most it held at once, and all it ever asked for.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    live: isize,
    peak: isize,
    total: isize,
}

thread_local! {
    static COUNT: Cell<Count> = const { Cell::new(Count { live: 0, peak: 0, total: 0 }) };
}

fn count(change: isize) {
    // A thread that ends may free after its counter is gone.
    let _ = COUNT.try_with(|count| {
        let mut own = count.get();
        own.live += change;
        own.peak = own.peak.max(own.live);
        own.total += change.max(0);
        count.set(own);
    });
}

// SAFETY: memory comes from and goes back to the system's allocator as asked; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size().cast_signed());
        // SAFETY: the caller keeps to the contract of `GlobalAlloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        count(-layout.size().cast_signed());
        // SAFETY: as above.
        unsafe { System.dealloc(at, layout) }
    }
}

/// What `work` returns, the most bytes it held at once beyond what was held before, and all it asked for.
pub(crate) fn measure<T>(work: impl FnOnce() -> T) -> (T, usize, usize) {
    let before = COUNT.with(|count| {
        let own = count.get();
        count.set(Count { peak: own.live, ..own });
        own
    });
    let result = work();
    let after = COUNT.with(Cell::get);
    (result, (after.peak - before.live).unsigned_abs(), (after.total - before.total).unsigned_abs())
}

#[test]
fn counts_what_is_held_and_what_was_asked_for() {
    let (kept, peak, total) = measure(|| {
        drop(vec![0u8; 1000]);
        drop(vec![0u8; 3000]);
        vec![0u8; 500]
    });
    assert_eq!(kept.len(), 500);
    assert_eq!(peak, 3000);
    assert_eq!(total, 4500);
}
