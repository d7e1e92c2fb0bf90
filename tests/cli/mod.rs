//! The binary as a user runs it: output, messages, exit codes.

mod advising;
mod bad_data;
mod bad_definitions;
#[cfg(unix)]
mod beginning;
mod boards;
mod changes;
mod checking;
mod comparing;
mod contributions;
mod demo;
mod documenting;
mod explaining;
mod exporting;
mod formatting;
mod gating;
mod lineage;
mod mutating;
#[cfg(unix)]
mod objects;
mod pipelines;
mod planning;
mod recording;
mod renaming;
mod running;
mod sources;
mod starting;
mod telling;
mod terminals;
mod testing;
#[cfg(unix)]
mod writing;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A folder with definitions in `defs/` and table files in `data/`.
struct Project {
    folder: TempDir,
}

/// What a run of the binary left behind.
struct Outcome {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Project {
    /// A small project without a mistake.
    fn new() -> Project {
        let project = Project::empty();
        copy(&fixture(), project.folder.path());
        project
    }

    /// An empty folder.
    fn empty() -> Project {
        Project {
            folder: tempfile::tempdir().expect("a temporary folder"),
        }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let file = self.path(path);
        fs::create_dir_all(file.parent().expect("a parent")).expect("a folder");
        fs::write(file, bytes).expect("a file");
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).expect("a text file")
    }

    /// Replaces a text that a file must have.
    fn replace(&self, path: &str, old: &str, new: &str) {
        let text = self.read(path);
        assert!(text.contains(old), "`{old}` is not in {path}");
        self.write(path, text.replace(old, new));
    }

    /// Runs with `--defs defs`.
    fn with_defs(&self, arguments: &[&str]) -> Outcome {
        self.run(&[arguments, &["--defs", "defs"]].concat())
    }

    /// Runs with `--defs defs --data data`.
    fn with_data(&self, arguments: &[&str]) -> Outcome {
        self.run(&[arguments, &["--defs", "defs", "--data", "data"]].concat())
    }

    fn run(&self, arguments: &[&str]) -> Outcome {
        self.run_reading(arguments, "")
    }

    fn run_reading(&self, arguments: &[&str], stdin: &str) -> Outcome {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        // A command that does not read its stdin may have closed it.
        let _ = child
            .stdin
            .take()
            .expect("stdin")
            .write_all(stdin.as_bytes());
        let output = child.wait_with_output().expect("the binary ends");
        Outcome {
            code: output.status.code().expect("an exit code"),
            stdout: String::from_utf8(output.stdout).expect("UTF-8 on stdout"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8 on stderr"),
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_riskql"));
        command
            .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
            .args(arguments)
            .current_dir(self.folder.path())
            .env_remove("NO_COLOR")
            .env_remove("RUST_BACKTRACE");
        command
    }
}

impl Outcome {
    /// Asserts the exit code, and that stderr has all the words.
    #[track_caller]
    fn refused(&self, code: i32, words: &[&str]) -> &Outcome {
        assert_eq!(
            self.code, code,
            "stdout:\n{}\nstderr:\n{}",
            self.stdout, self.stderr
        );
        for word in words {
            assert!(
                self.stderr.contains(word),
                "no `{word}` in:\n{}",
                self.stderr
            );
        }
        self
    }

    /// Asserts exit code 0, and that stdout has all the words.
    #[track_caller]
    fn shows(&self, words: &[&str]) -> &Outcome {
        assert_eq!(
            self.code, 0,
            "stdout:\n{}\nstderr:\n{}",
            self.stdout, self.stderr
        );
        self.says(words)
    }

    /// Asserts that stdout has all the words.
    #[track_caller]
    fn says(&self, words: &[&str]) -> &Outcome {
        for word in words {
            assert!(
                self.stdout.contains(word),
                "no `{word}` in:\n{}",
                self.stdout
            );
        }
        self
    }

    #[track_caller]
    fn json(&self) -> serde_json::Value {
        assert_eq!(
            self.code, 0,
            "stdout:\n{}\nstderr:\n{}",
            self.stdout, self.stderr
        );
        serde_json::from_str(&self.stdout).expect("JSON on stdout")
    }
}

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/fixture")
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir_all(&target).expect("a folder");
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a copy");
        }
    }
}
