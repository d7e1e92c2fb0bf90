//! The room `check`, through the real parser.

pub mod language;
mod many;
mod meaning;
pub mod mistakes;
mod symbols;
