//! The text of a file, from its first byte to its last, and how much of it was read.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering};

use encoding_rs::{Decoder, DecoderResult, Encoding};
use flate2::read::MultiGzDecoder;

use super::dialect::wide_encoding;

/// The longest record of a text file. Without a limit one unclosed quote would read a whole file
/// into one record.
const LONGEST_RECORD: usize = 64 << 20;

/// What a [`TextReader`] has read so far.
#[derive(Clone, Default)]
pub(super) struct RecordMeter(Arc<Progress>);

#[derive(Default)]
struct Progress {
    /// Bytes since the last record ended.
    since_record: AtomicUsize,
    /// The last byte that ends no line.
    last_letter: AtomicU8,
    at_end: AtomicBool,
}

impl RecordMeter {
    /// A record has ended.
    pub(super) fn reset(&self) {
        self.0.since_record.store(0, Ordering::Relaxed);
    }

    /// The last byte read that ends no line.
    pub(super) fn last_letter(&self) -> u8 {
        self.0.last_letter.load(Ordering::Relaxed)
    }

    /// Whether all text was read.
    pub(super) fn at_end(&self) -> bool {
        self.0.at_end.load(Ordering::Relaxed)
    }

    /// Notes what was read; returns the bytes since the last record ended, without these.
    fn note(&self, text: &[u8]) -> usize {
        let letter = text
            .iter()
            .rev()
            .find(|byte| !matches!(byte, b'\n' | b'\r'));
        if let Some(letter) = letter {
            self.0.last_letter.store(*letter, Ordering::Relaxed);
        }
        if text.is_empty() {
            self.0.at_end.store(true, Ordering::Relaxed);
        }
        self.0.since_record.fetch_add(text.len(), Ordering::Relaxed)
    }
}

/// The first bytes of a text tell how it is written: as many are looked at.
const HEAD: usize = 64 << 10;

/// The text of a file: decompressed, as UTF-8, and failing in a record that is too long.
pub(super) struct TextReader {
    inner: Box<dyn Read + Send>,
    /// Bytes that were read ahead, and how many of them were taken since.
    head: Vec<u8>,
    taken: usize,
    is_wide: bool,
    meter: RecordMeter,
}

impl TextReader {
    pub(super) fn open(path: &Path, compressed: bool) -> io::Result<(Self, RecordMeter)> {
        let file = File::open(path)?;
        let plain: Box<dyn Read + Send> = match compressed {
            true => Box::new(MultiGzDecoder::new(BufReader::with_capacity(1 << 18, file))),
            false => Box::new(file),
        };
        let meter = RecordMeter::default();
        let mut reader = TextReader {
            inner: plain,
            head: Vec::new(),
            taken: 0,
            is_wide: false,
            meter: meter.clone(),
        };
        if let Some(encoding) = wide_encoding(reader.head()?) {
            let start = io::Cursor::new(std::mem::take(&mut reader.head));
            reader.is_wide = true;
            reader.inner = Box::new(WideReader::new(start.chain(reader.inner), encoding));
        }
        Ok((reader, meter))
    }

    /// The beginning of what is still to be read; shorter than that only if all of it is there.
    pub(super) fn head(&mut self) -> io::Result<&[u8]> {
        if self.head.is_empty() {
            let inner = self.inner.by_ref();
            inner.take(HEAD as u64).read_to_end(&mut self.head)?;
            self.taken = 0;
        }
        Ok(&self.head[self.taken..])
    }

    /// Whether the file itself has two bytes a letter.
    pub(super) fn is_wide(&self) -> bool {
        self.is_wide
    }

    /// Leaves out so many bytes of the head.
    pub(super) fn skip(&mut self, bytes: usize) {
        self.taken = (self.taken + bytes).min(self.head.len());
    }
}

impl Read for TextReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut ahead = &self.head[self.taken..];
        let length = match ahead.is_empty() {
            true => self.inner.read(buffer)?,
            false => ahead.read(buffer)?,
        };
        self.taken = (self.taken + length).min(self.head.len());
        if self.meter.note(&buffer[..length]) > LONGEST_RECORD {
            return Err(io::Error::other(
                "a record is longer than 64 MB; is a quote left open?",
            ));
        }
        Ok(length)
    }
}

/// A text of two bytes a letter, read as UTF-8.
struct WideReader<R> {
    inner: R,
    decoder: Decoder,
    raw: Vec<u8>,
    /// What was decoded, and how much of it was taken since.
    text: Vec<u8>,
    taken: usize,
    is_over: bool,
}

impl<R: Read> WideReader<R> {
    fn new(inner: R, encoding: &'static Encoding) -> Self {
        WideReader {
            inner,
            decoder: encoding.new_decoder_with_bom_removal(),
            raw: vec![0; HEAD],
            text: Vec::new(),
            taken: 0,
            is_over: false,
        }
    }

    /// Decodes the next bytes.
    fn refill(&mut self) -> io::Result<()> {
        let length = self.inner.read(&mut self.raw)?;
        self.is_over = length == 0;
        let room = self
            .decoder
            .max_utf8_buffer_length_without_replacement(length);
        self.text.resize(room.unwrap_or_default(), 0);
        self.taken = 0;
        let (result, _, written) = self.decoder.decode_to_utf8_without_replacement(
            &self.raw[..length],
            &mut self.text,
            self.is_over,
        );
        self.text.truncate(written);
        match result {
            DecoderResult::InputEmpty => Ok(()),
            DecoderResult::Malformed(..) | DecoderResult::OutputFull => Err(io::Error::other(
                "it begins as UTF-16 text, and is none; save it as UTF-8",
            )),
        }
    }
}

impl<R: Read> Read for WideReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.text.len() && !self.is_over {
            self.refill()?;
        }
        let length = (&self.text[self.taken..]).read(buffer)?;
        self.taken += length;
        Ok(length)
    }
}
