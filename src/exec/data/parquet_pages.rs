//! A look at the page headers of a Parquet column before it is decoded.
//!
//! The columnar library trusts the counts in page headers and reserves memory by them; a damaged
//! count ends the process, which nothing can catch. So the headers are read here first, as the
//! format says: Thrift's compact protocol, `PageHeader` of `parquet.thrift`.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;

use crate::base::cancellation;

/// Checks that the pages of a column chunk lie inside it and hold as many values as there are rows.
pub(super) fn check(file: &mut File, chunk: Range<u64>, rows: usize) -> Result<(), String> {
    let mut place = chunk.start;
    let mut values = 0;
    while values < rows {
        cancellation::listen();
        let (header, length) = read_header(file, place, chunk.end)?;
        let end = place + length + header.checked_size()?;
        if end > chunk.end {
            return Err("a page reaches beyond its column".to_owned());
        }
        values += header.checked_values()?;
        place = end;
    }
    if values > rows {
        return Err("a column has more values than rows".to_owned());
    }
    Ok(())
}

/// The windows that are tried, since the length of a header is known only after reading it.
const WINDOWS: [usize; 3] = [512, 1 << 14, 1 << 20];

fn read_header(file: &mut File, place: u64, end: u64) -> Result<(PageHeader, u64), String> {
    let left = end.checked_sub(place).filter(|left| *left > 0);
    let left = left.ok_or("a column has fewer values than rows")?;
    let mut bytes = Vec::new();
    for window in WINDOWS {
        bytes.clear();
        file.seek(SeekFrom::Start(place))
            .map_err(|error| error.to_string())?;
        file.take(left.min(window as u64))
            .read_to_end(&mut bytes)
            .map_err(|error| error.to_string())?;
        let mut cursor = Cursor {
            bytes: &bytes,
            at: 0,
        };
        if let Some(header) = PageHeader::read(&mut cursor) {
            return Ok((header, cursor.at as u64));
        }
    }
    Err("a page header cannot be read".to_owned())
}

/// The counts of a page header.
#[derive(Default)]
struct PageHeader {
    uncompressed_size: i64,
    compressed_size: i64,
    /// Of data pages of either version.
    data: Option<DataHeader>,
    dictionary_values: Option<i64>,
}

#[derive(Default)]
struct DataHeader {
    values: i64,
    nulls: i64,
    /// Bytes of the levels, of version 2.
    levels: [i64; 2],
}

impl PageHeader {
    fn read(cursor: &mut Cursor<'_>) -> Option<Self> {
        let mut header = PageHeader::default();
        cursor.fields(|cursor, field, kind| {
            match (field, kind) {
                (2, INTEGER) => header.uncompressed_size = cursor.integer()?,
                (3, INTEGER) => header.compressed_size = cursor.integer()?,
                (5, STRUCT) => header.data = Some(cursor.data_header(1)?),
                (7, STRUCT) => header.dictionary_values = Some(cursor.data_header(1)?.values),
                (8, STRUCT) => header.data = Some(cursor.data_header(2)?),
                (_, _) => cursor.skip(kind, 0)?,
            }
            Some(())
        })?;
        Some(header)
    }

    fn checked_size(&self) -> Result<u64, String> {
        if self.uncompressed_size < 0 {
            return Err("a page has a negative size".to_owned());
        }
        u64::try_from(self.compressed_size).map_err(|_| "a page has a negative size".to_owned())
    }

    /// How many values of the column the page holds.
    fn checked_values(&self) -> Result<usize, String> {
        let odd = || Err("a page has an impossible number of values".to_owned());
        // No value of a dictionary takes less than a byte.
        let values = self.dictionary_values.unwrap_or(0);
        if values < 0 || values > self.uncompressed_size {
            return odd();
        }
        let Some(data) = &self.data else {
            return Ok(0);
        };
        let levels_fit = data
            .levels
            .iter()
            .all(|bytes| (0..=self.compressed_size).contains(bytes));
        if data.values < 0 || !(0..=data.values).contains(&data.nulls) || !levels_fit {
            return odd();
        }
        Ok(data.values as usize)
    }
}

const INTEGER: u8 = 5;
const STRUCT: u8 = 12;
const DEEPEST: usize = 8;

/// Thrift's compact protocol; `None` where the bytes end or make no sense.
struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Cursor<'_> {
    fn byte(&mut self) -> Option<u8> {
        let byte = self.bytes.get(self.at)?;
        self.at += 1;
        Some(*byte)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    /// Zigzag: the sign is the lowest bit.
    fn integer(&mut self) -> Option<i64> {
        let value = self.varint()?;
        Some((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    /// Reads the fields of a struct to its end; each is given by number and kind.
    fn fields(&mut self, mut read: impl FnMut(&mut Self, i64, u8) -> Option<()>) -> Option<()> {
        let mut field = 0i64;
        loop {
            let byte = self.byte()?;
            if byte == 0 {
                return Some(());
            }
            field = match byte >> 4 {
                0 => self.integer()?,
                step => field.checked_add(i64::from(step))?,
            };
            read(self, field, byte & 0x0f)?;
        }
    }

    fn data_header(&mut self, version: u8) -> Option<DataHeader> {
        let mut header = DataHeader::default();
        self.fields(|cursor, field, kind| {
            match (field, kind, version) {
                (1, INTEGER, _) => header.values = cursor.integer()?,
                (2, INTEGER, 2) => header.nulls = cursor.integer()?,
                (5, INTEGER, 2) => header.levels[0] = cursor.integer()?,
                (6, INTEGER, 2) => header.levels[1] = cursor.integer()?,
                (_, _, _) => cursor.skip(kind, 0)?,
            }
            Some(())
        })?;
        Some(header)
    }

    fn skip(&mut self, kind: u8, depth: usize) -> Option<()> {
        match kind {
            1 | 2 => {}
            3 => self.at += 1,
            4..=6 => drop(self.varint()?),
            7 => self.at += 8,
            8 => {
                let length = self.varint()?;
                self.at = self.at.checked_add(usize::try_from(length).ok()?)?;
            }
            9 | 10 if depth < DEEPEST => self.skip_list(depth)?,
            STRUCT if depth < DEEPEST => {
                self.fields(|cursor, _, kind| cursor.skip(kind, depth + 1))?;
            }
            _ => return None,
        }
        (self.at <= self.bytes.len()).then_some(())
    }

    fn skip_list(&mut self, depth: usize) -> Option<()> {
        let byte = self.byte()?;
        let length = match byte >> 4 {
            15 => self.varint()?,
            short => u64::from(short),
        };
        for _ in 0..length {
            match byte & 0x0f {
                // In a list a yes or no takes a byte.
                1 | 2 => drop(self.byte()?),
                kind => self.skip(kind, depth + 1)?,
            }
        }
        Some(())
    }
}
