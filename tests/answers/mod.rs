//! Answers of the engine: against hand-worked numbers, published figures, a second implementation
//! and the laws that hold for any data.

mod curl;
mod flat;
mod known;
mod laws;
mod naive;
mod pipeline;
mod random;
mod tables;
