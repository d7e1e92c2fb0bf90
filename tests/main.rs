//! The one integration binary: a module for every room.

mod architecture;
mod data;
mod format;
mod plan;
mod syntax;
