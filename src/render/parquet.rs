//! Parquet: the keys that JSON has as typed columns, for data frames and warehouses.

use polars::prelude::ParquetWriter;

use super::frame;
use crate::exec::answer::Answer;

/// An answer's rows.
pub(super) fn answer(answer: &Answer) -> Vec<u8> {
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes)
        .finish(&mut frame::answer(answer))
        .expect("memory can be written");
    bytes
}
