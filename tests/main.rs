//! The one integration binary: a module for every room.

mod cli;
mod data;
mod format;
mod plan;
mod render;
mod syntax;
