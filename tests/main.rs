//! All integration tests in one binary: a module for every room.

mod docs;
mod shipped;
