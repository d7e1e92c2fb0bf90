//! The one integration binary: a module for every room.

mod cli;
mod render;
mod syntax;
