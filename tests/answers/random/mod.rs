//! Random tables, and the engine against the naive evaluator over them.

mod agreement;
pub mod bands;
mod conditions;
pub mod episodes;
pub mod generator;
mod moments;
mod others;
pub mod questions;
pub mod roll_ups;
pub mod seeded;
pub mod times;
