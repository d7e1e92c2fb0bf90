//! Computing: table files and plans → answers.

pub mod answer;
pub mod assemble;
pub mod compute;
pub mod data;
pub mod lazy;
pub mod objects;
pub mod query_context;
pub mod remote;
pub mod sql;
