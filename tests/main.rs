//! The one integration binary: a module for every room.

mod check;
mod data;
mod format;
mod syntax;
