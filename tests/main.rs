//! The one integration binary.

mod format;
