//! Answers of the engine: against hand-worked numbers, published figures, a second implementation
//! and the laws that hold for any data.

mod curl;
pub mod flat;
mod known;
mod laws;
pub mod naive;
pub mod pipeline;
pub mod random;
pub mod tables;
