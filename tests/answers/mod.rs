//! Answers of the engine: against hand-worked numbers, published figures, a second implementation
//! and the laws that hold for any data.

mod flat;
mod naive;
mod pipeline;
mod random;
mod tables;
