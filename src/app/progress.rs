//! One line on stderr for those who have waited long enough to wonder: how many rows have passed,
//! and for how long. Takes it away again.

use std::io::{self, Write};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::base::cancellation;
use crate::render::{self, RenderOptions};

/// How long nothing is said.
const PATIENCE: Duration = Duration::from_millis(500);
/// How often the line is written anew.
const INTERVAL: Duration = Duration::from_millis(250);

/// Shows the line after half a second, and takes it away when dropped.
pub struct ProgressLine {
    running: Option<(Sender<()>, JoinHandle<()>)>,
}

impl ProgressLine {
    /// Starts waiting; does nothing where stderr is no terminal.
    pub fn start(is_watched: bool, look: RenderOptions) -> ProgressLine {
        ProgressLine::telling(is_watched, look, String::new)
    }

    /// The same with words before it that change: `12 of 40 reports, `.
    pub fn telling(
        is_watched: bool,
        look: RenderOptions,
        before: impl Fn() -> String + Send + 'static,
    ) -> ProgressLine {
        let running = is_watched.then(|| {
            let (done, waiting) = mpsc::channel();
            let thread = thread::spawn(move || {
                let (start, passed) = (Instant::now(), cancellation::rows());
                let is_over =
                    |patience| waiting.recv_timeout(patience) != Err(RecvTimeoutError::Timeout);
                let mut patience = PATIENCE;
                let mut shown = 0;
                while !is_over(patience) {
                    let rows = cancellation::rows().saturating_sub(passed);
                    let line = before() + &words(rows, start.elapsed().as_secs(), look);
                    let line = fitting(&line, look);
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
        ProgressLine { running }
    }
}

/// A stderr that is closed is no error: there is no other place to report it.
fn write(text: &str) {
    let mut stderr = io::stderr().lock();
    let _ = stderr.write_all(text.as_bytes());
    let _ = stderr.flush();
}

/// `12,345,678 rows · 3 s`
fn words(rows: u64, seconds: u64, look: RenderOptions) -> String {
    let dot = if look.unicode { '·' } else { '-' };
    format!("{} rows {dot} {seconds} s", render::count(rows))
}

/// A line that ends before the last column: one that wraps cannot be taken away.
fn fitting(line: &str, look: RenderOptions) -> String {
    let room = look
        .width
        .map_or(usize::MAX, |width| width.saturating_sub(1));
    render::shorten(line, room, look)
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        if let Some((done, thread)) = self.running.take() {
            drop(done);
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASCII: RenderOptions = RenderOptions {
        unicode: false,
        ..RenderOptions::PIPE
    };

    #[test]
    fn the_line_has_rows_and_seconds() {
        assert_eq!(
            words(12_345_678, 3, RenderOptions::PIPE),
            "12,345,678 rows · 3 s"
        );
        assert_eq!(words(0, 0, ASCII), "0 rows - 0 s");
    }

    #[test]
    fn the_line_never_wraps() {
        let look = RenderOptions {
            width: Some(10),
            ..ASCII
        };
        assert_eq!(fitting("123456789", look), "123456789");
        assert_eq!(fitting("1234567890", look), "1234567..");
    }
}
