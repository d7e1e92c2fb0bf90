//! Random tables, and the engine against the naive evaluator over them.

mod agreement;
mod conditions;
pub mod episodes;
pub mod generator;
mod moments;
mod others;
pub mod questions;
pub mod seeded;
pub mod times;
