//! One line on the terminal for those who have waited long enough to wonder.

use std::io::{self, Write};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

/// How long nothing is said.
const PATIENCE: Duration = Duration::from_millis(500);

/// Shows a line on stderr after half a second, and takes it away when dropped.
pub struct Progress {
    running: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// Starts waiting; does nothing where nobody watches.
    pub fn start(watched: bool, words: &'static str) -> Progress {
        Progress::telling(watched, move || words.to_string())
    }

    /// The same with words that change.
    pub fn telling(watched: bool, words: impl Fn() -> String + Send + 'static) -> Progress {
        let running = watched.then(|| {
            let (done, waiting) = mpsc::channel();
            let thread = std::thread::spawn(move || {
                let mut shown = String::new();
                while waiting.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                    let now = words();
                    if now != shown {
                        let _ = write!(io::stderr(), "\r\x1b[K{now}");
                        shown = now;
                    }
                }
                if !shown.is_empty() {
                    let _ = write!(io::stderr(), "\r\x1b[K");
                }
            });
            (done, thread)
        });
        Progress { running }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((done, thread)) = self.running.take() {
            drop(done);
            let _ = thread.join();
        }
    }
}
