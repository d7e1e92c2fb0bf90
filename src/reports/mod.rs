//! Scanner reports → tables: reading them, keeping them, merging detections, and the lifecycle that follows
//! from what scans saw.

pub mod dedup;
pub mod ingest;
pub mod lifecycle;
pub mod store;
