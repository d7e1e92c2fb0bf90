//! The room `check`, through the real parser.

mod language;
mod mistakes;
