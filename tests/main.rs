//! The one integration binary: a module for every room.

mod syntax;
