//! Table files → typed columns.

mod bad_files;
mod bad_values;
mod dialects;
mod fixture;
pub mod formats;
mod given;
mod joins;
mod locate;
mod parts;
mod physical;
mod proofs;
mod properties;
mod reading;

pub use formats::parquet;
