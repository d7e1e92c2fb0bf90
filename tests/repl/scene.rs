//! A folder with definitions, data and a home of its own, and the binary run in it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// Definitions in `defs/`, tables in `data/`, and the user's own folders in `state/` and `config/`.
pub struct Scene {
    folder: TempDir,
}

/// What a run left behind.
pub struct Outcome {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Scene {
    pub fn new() -> Scene {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/fixture");
        copy(&fixture, folder.path());
        Scene { folder }
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let file = self.path(path);
        fs::create_dir_all(file.parent().expect("a parent")).expect("a folder");
        fs::write(&file, text).expect("a file");
        file
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).expect("a text file")
    }

    /// Environment variables that keep the user of this machine out.
    pub fn environment(&self) -> Vec<(&'static str, PathBuf)> {
        vec![
            ("HOME", self.path("home")),
            ("XDG_STATE_HOME", self.path("state")),
            ("XDG_CONFIG_HOME", self.path("config")),
            ("LC_ALL", "C.UTF-8".into()),
        ]
    }

    /// Runs a session over the scene's definitions and data, with a script on stdin.
    pub fn script(&self, arguments: &[&str], stdin: impl AsRef<[u8]>) -> Outcome {
        let places = ["--defs", "defs", "--data", "data"];
        self.run(&[&places, arguments].concat(), stdin)
    }

    /// Runs a session with a script on stdin.
    pub fn run(&self, arguments: &[&str], stdin: impl AsRef<[u8]>) -> Outcome {
        let mut child = Command::new(env!("CARGO_BIN_EXE_riskql"))
            .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
            .arg("repl")
            .args(arguments)
            .current_dir(self.folder.path())
            .envs(self.environment())
            .env_remove("NO_COLOR")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        // With `-c` nobody reads stdin.
        let _ = child.stdin.take().expect("stdin").write_all(stdin.as_ref());
        let output = child.wait_with_output().expect("the binary ends");
        Outcome {
            code: output.status.code().expect("an exit code"),
            stdout: String::from_utf8(output.stdout).expect("UTF-8 on stdout"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8 on stderr"),
        }
    }
}

impl Outcome {
    /// Asserts the exit code and words on stderr.
    #[track_caller]
    pub fn told(&self, code: i32, words: &[&str]) -> &Outcome {
        assert_eq!(self.code, code, "{}\n{}", self.stdout, self.stderr);
        for word in words {
            assert!(
                self.stderr.contains(word),
                "no `{word}` in:\n{}",
                self.stderr
            );
        }
        self
    }

    /// Asserts words on stdout.
    #[track_caller]
    pub fn shown(&self, words: &[&str]) -> &Outcome {
        for word in words {
            assert!(
                self.stdout.contains(word),
                "no `{word}` in:\n{}",
                self.stdout
            );
        }
        self
    }
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
