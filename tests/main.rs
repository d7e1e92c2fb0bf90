//! The one integration binary: a module for every room.

mod format;
mod syntax;
