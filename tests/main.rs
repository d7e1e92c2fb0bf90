//! The one integration binary: a module for every room.

mod docs;
mod shipped;
mod syntax;
