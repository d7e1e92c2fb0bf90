//! The one integration binary: a module for every room.
//! The one integration-test binary: a module for each room.

mod architecture;
mod check;
mod data;
mod docs;
mod format;
mod plan;
mod render;
mod shipped;
mod syntax;
