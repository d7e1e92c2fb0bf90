//! One line on stderr for those who have waited long enough to wonder: how many rows have passed,
//! and for how long. Takes it away again.

use std::io::{self, Write};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::pulse;
use crate::render;

/// How long nothing is said.
const PATIENCE: Duration = Duration::from_millis(500);
/// How often the line is written anew.
const INTERVAL: Duration = Duration::from_millis(250);

/// Shows the line after half a second, and takes it away when dropped.
pub struct Progress {
    running: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// Starts waiting; does nothing where nobody watches. `unicode`: whether more than ASCII may be
    /// written.
    pub fn start(is_watched: bool, unicode: bool) -> Progress {
        let running = is_watched.then(|| {
            let (done, waiting) = mpsc::channel();
            let thread = thread::spawn(move || {
                let (start, before) = (Instant::now(), pulse::rows());
                let is_over =
                    |patience| waiting.recv_timeout(patience) != Err(RecvTimeoutError::Timeout);
                let mut patience = PATIENCE;
                let mut shown = 0;
                while !is_over(patience) {
                    let rows = pulse::rows().saturating_sub(before);
                    let line = words(rows, start.elapsed().as_secs(), unicode);
                    shown = line.chars().count().max(shown);
                    write(&format!("\r{line:<shown$}"));
                    patience = INTERVAL;
                }
                // Blanks, since not every terminal knows how to erase.
                if shown > 0 {
                    write(&format!("\r{:shown$}\r", ""));
                }
            });
            (done, thread)
        });
        Progress { running }
    }
}

/// Nobody is left to tell when stderr is gone.
fn write(text: &str) {
    let mut stderr = io::stderr().lock();
    let _ = stderr.write_all(text.as_bytes());
    let _ = stderr.flush();
}

/// `12,345,678 rows · 3 s`
fn words(rows: u64, seconds: u64, unicode: bool) -> String {
    let dot = if unicode { '·' } else { '-' };
    format!("{} rows {dot} {seconds} s", render::count(rows))
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((done, thread)) = self.running.take() {
            drop(done);
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn the_line_has_rows_and_seconds() {
        assert_eq!(words(12_345_678, 3, true), "12,345,678 rows · 3 s");
        assert_eq!(words(0, 0, false), "0 rows - 0 s");
    }
}
