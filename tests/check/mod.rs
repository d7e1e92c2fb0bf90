//! The room `check`, through the real parser.

mod language;
mod many;
mod meaning;
mod mistakes;
