//! The one integration binary: a module for every room.

mod check;
mod format;
mod syntax;
