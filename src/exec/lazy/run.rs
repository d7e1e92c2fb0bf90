//! Running lazy frames.

use polars::prelude::{DataFrame, Engine, LazyFrame, OptFlags, PolarsResult};

use super::functions::STOPPED;
use crate::base::cancellation;

/// The rows of a lazy frame.
pub fn collect(frame: LazyFrame) -> DataFrame {
    let frames = collect_all(vec![frame]);
    frames.into_iter().next().expect("one frame for one")
}

/// The rows of several lazy frames, run together: what they share is computed once.
pub fn collect_all(frames: Vec<LazyFrame>) -> Vec<DataFrame> {
    if frames.is_empty() {
        return Vec::new();
    }
    let plans = frames.into_iter().map(|frame| frame.logical_plan).collect();
    let flags = OptFlags::default() | OptFlags::STREAMING;
    stopped_or_done(LazyFrame::collect_all_with_engine(
        plans,
        Engine::Streaming,
        flags,
    ))
}

/// Leaves by unwinding if the work was asked to stop. Other errors are faults of the compiler: every file was looked
/// at before it is scanned.
fn stopped_or_done<T>(done: PolarsResult<T>) -> T {
    match done {
        Ok(done) => done,
        Err(error) if error.to_string().contains(STOPPED) => {
            cancellation::listen();
            unreachable!("nothing else says that it was stopped: {error}")
        }
        Err(error) => unreachable!("polars refused a relation: {error}"),
    }
}
