//! A session, or any command, at a terminal that a test can type at and look at.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use vt100::{Color, Parser};

use super::scene::Scene;

/// How long a test waits for what must come. Only a failure takes so long.
const DEADLINE: Duration = Duration::from_secs(60);

pub struct Terminal {
    master: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    seen: Arc<Mutex<Seen>>,
}

struct Seen {
    parser: Parser,
    /// All that was written, with its escapes.
    raw: Vec<u8>,
    /// Nothing more will be.
    is_over: bool,
}

fn size(columns: u16) -> (PtySize, NonZeroU16, NonZeroU16) {
    let rows = 40;
    let size = PtySize {
        rows,
        cols: columns,
        ..PtySize::default()
    };
    let positive = |number| NonZeroU16::new(number).expect("more than 0");
    (size, positive(rows), positive(columns))
}

impl Terminal {
    /// A session of 80 columns over the definitions and data of a scene, waiting at its prompt.
    pub fn open(scene: &Scene, variables: &[(&str, &str)]) -> Terminal {
        let mut terminal = Terminal::start(scene, &["--data", "data"], variables);
        terminal.await_prompt();
        terminal
    }

    pub fn start(scene: &Scene, arguments: &[&str], variables: &[(&str, &str)]) -> Terminal {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_riskql"));
        command.env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"));
        command.args(["repl", "--defs", "defs"]);
        command.args(arguments);
        command.cwd(scene.path(""));
        for name in ["NO_COLOR", "PAGER", "EDITOR", "VISUAL"] {
            command.env_remove(name);
        }
        command.env("TERM", "xterm-256color");
        for (name, value) in scene.environment() {
            command.env(name, value);
        }
        for (name, value) in variables {
            command.env(name, value);
        }
        Terminal::show(command, 80)
    }

    /// Any command at a terminal of so many columns.
    pub fn show(command: CommandBuilder, columns: u16) -> Terminal {
        let (size, rows, columns) = size(columns);
        let pair = native_pty_system().openpty(size).expect("a terminal");
        let child = pair.slave.spawn_command(command).expect("the binary runs");
        let seen = Seen {
            parser: Parser::new(rows, columns, 0),
            raw: Vec::new(),
            is_over: false,
        };
        let seen = Arc::new(Mutex::new(seen));
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let writes = Arc::clone(&seen);
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(length @ 1..) = reader.read(&mut buffer) {
                let mut seen = writes.lock().expect("a screen");
                seen.parser.process(&buffer[..length]);
                seen.raw.extend_from_slice(&buffer[..length]);
            }
            writes.lock().expect("a screen").is_over = true;
        });
        let keys = pair.master.take_writer().expect("keys");
        Terminal {
            master: pair.master,
            child,
            keys,
            seen,
        }
    }

    pub fn press(&mut self, keys: &str) {
        self.keys
            .write_all(keys.as_bytes())
            .expect("the terminal takes keys");
        self.keys.flush().expect("the terminal takes keys");
    }

    /// Types an entry at the prompt, runs it, and waits for the next prompt.
    pub fn enter(&mut self, entry: &str) {
        self.press(entry);
        self.wait("an echo", |screen| {
            let line = line_of_cursor(screen);
            let typed = line.strip_prefix("riskql> ").unwrap_or(&line);
            !typed.is_empty() && typed != "riskql>" && entry.ends_with(typed)
        });
        self.press("\r");
        self.await_prompt();
    }

    /// Waits until the cursor stands behind a prompt and nothing else.
    pub fn await_prompt(&mut self) {
        self.wait("a prompt", |screen| {
            line_of_cursor(screen).trim_end() == "riskql>"
        });
    }

    /// Waits for words on the screen.
    pub fn await_words(&mut self, words: &str) {
        self.wait(words, |screen| screen.contents().contains(words));
    }

    pub fn wait(&mut self, what: &str, is_there: impl Fn(&vt100::Screen) -> bool) {
        let start = Instant::now();
        while start.elapsed() < DEADLINE {
            if is_there(self.seen.lock().expect("a screen").parser.screen()) {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("no {what} on the screen:\n{}", self.contents());
    }

    pub fn contents(&self) -> String {
        self.seen
            .lock()
            .expect("a screen")
            .parser
            .screen()
            .contents()
    }

    /// All that was written so far, with its escapes.
    pub fn raw(&self) -> String {
        let seen = self.seen.lock().expect("a screen");
        String::from_utf8_lossy(&seen.raw).into_owned()
    }

    /// The colour of the first letter of a word in the cursor's line, and whether it is bold.
    pub fn color_of(&self, word: &str) -> Option<(Color, bool)> {
        let seen = self.seen.lock().expect("a screen");
        let screen = seen.parser.screen();
        let line = line_of_cursor(screen);
        let column = line[..line.find(word)?].chars().count();
        let cell = screen.cell(screen.cursor_position().0, column as u16)?;
        Some((cell.fgcolor(), cell.bold()))
    }

    /// Changes the size while the user is at an empty prompt.
    pub fn resize(&mut self, columns: u16) {
        let (size, rows, columns) = size(columns);
        self.seen
            .lock()
            .expect("a screen")
            .parser
            .set_size(rows, columns);
        self.master.resize(size).expect("another size");
        // The signal counts from the next key on.
        self.press("x");
        self.wait("a key", |screen| line_of_cursor(screen) == "riskql> x");
        self.press("\x7f");
        self.await_prompt();
    }

    /// Rows that go on in the next one.
    pub fn wrapped_rows(&self) -> Vec<String> {
        let seen = self.seen.lock().expect("a screen");
        let screen = seen.parser.screen();
        let rows = screen.rows(0, screen.size().1.get()).enumerate();
        rows.filter(|(row, _)| screen.row_wrapped(*row as u16))
            .map(|(_, text)| text)
            .collect()
    }

    /// Waits for the end of the process; its exit code.
    pub fn end(&mut self) -> u32 {
        self.ended().exit_code()
    }

    /// Waits for the end of the process and of what it wrote; how it ended.
    pub fn ended(&mut self) -> ExitStatus {
        let start = Instant::now();
        while start.elapsed() < DEADLINE {
            let is_read = self.seen.lock().expect("a screen").is_over;
            let ended = self.child.try_wait().expect("a child");
            if let Some(status) = ended.filter(|_| is_read) {
                return status;
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("the process does not end:\n{}", self.contents());
    }
}

fn line_of_cursor(screen: &vt100::Screen) -> String {
    let (row, _) = screen.cursor_position();
    screen
        .rows(0, screen.size().1.get())
        .nth(row as usize)
        .unwrap_or_default()
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
