//! Running lazy frames.

use polars::prelude::{DataFrame, Engine, LazyFrame, OptFlags};

use crate::base::diagnostic::Problems;
use crate::exec::data::TableSources;

/// polars walks plans recursively, and goes on on another stack when less than this is left. Its own 128 KiB are too little for
/// a debug build, and for plans with many joins.
const STACK_LEFT: usize = 1 << 20;

/// The rows of several lazy frames, run together by the streaming engine: what they share is computed once.
///
/// # Errors
///
/// A file that can no longer be read, or was changed meanwhile. Leaves by unwinding if the work was asked to stop.
pub fn collect_all(
    sources: &TableSources,
    frames: Vec<LazyFrame>,
) -> Result<Vec<DataFrame>, Problems> {
    if frames.is_empty() {
        return Ok(Vec::new());
    }
    let plans: Vec<_> = frames.into_iter().map(|frame| frame.logical_plan).collect();
    let flags = OptFlags::default() | OptFlags::STREAMING;
    recursive::set_minimum_stack_size(STACK_LEFT);
    sources.run(|| LazyFrame::collect_all_with_engine(plans, Engine::Streaming, flags))
}

/// What polars makes of a lazy frame before it runs it: its own words, nothing left out.
///
/// # Errors
///
/// Those of [`collect_all`].
pub fn optimized_plan(sources: &TableSources, frame: LazyFrame) -> Result<String, Problems> {
    let flags = OptFlags::default() | OptFlags::STREAMING;
    recursive::set_minimum_stack_size(STACK_LEFT);
    sources.run(|| frame.with_optimizations(flags).describe_optimized_plan())
}
