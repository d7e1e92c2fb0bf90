//! Random tables, and the engine against the naive evaluator over them.

mod agreement;
pub mod bands;
mod conditions;
pub mod episodes;
mod evidence;
pub mod generator;
mod moments;
mod others;
pub mod questions;
pub mod roll_ups;
mod scope;
pub mod seeded;
pub mod times;
mod windows;
