//! Computing: table files and plans → answers.

pub mod answer;
pub mod data;
pub mod engine;
pub mod lazy;
pub mod query_context;
