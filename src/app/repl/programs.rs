//! The user's editor and pager.

use std::env;
use std::fs::{self, OpenOptions};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use crate::base::diagnostic::{Diagnostic, Problems};
use crate::lang::project;

/// Editors that are tried if the user named none.
const EDITORS: [&str; 4] = ["vi", "nano", "emacs", "micro"];

/// Lets the user write a text on; gives what she saved, without the line breaks at its end.
pub(super) fn edit(text: &str) -> Result<String, Problems> {
    let editor = named("VISUAL").or_else(|| named("EDITOR"));
    let Some(editor) = editor.or_else(|| EDITORS.into_iter().find(is_installed).map(Into::into))
    else {
        return Err(Diagnostic::data("D950", "there is no editor")
            .help("name one: export EDITOR=nano")
            .into());
    };
    let failed = |error: io::Error| {
        Problems::from(Diagnostic::data(
            "D951",
            format!("the editor `{editor}` failed: {error}"),
        ))
    };
    let file = draft(text).map_err(failed)?;
    let edited = run(&editor, &[file.as_path()], None).and_then(|status| match status.success() {
        true => fs::read(&file),
        false => Err(io::Error::other(status.to_string())),
    });
    let _ = fs::remove_file(&file);
    let text = project::text("the text from the editor", edited.map_err(failed)?)?;
    Ok(text.trim_end().to_string())
}

/// A new file that only the user may read.
fn draft(text: &str) -> io::Result<PathBuf> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    for number in 0..1000 {
        let name = format!("riskql-{}-{number}.riskql", std::process::id());
        let file = env::temp_dir().join(name);
        match options.open(&file) {
            Ok(mut open) => {
                open.write_all(text.as_bytes())?;
                open.write_all(b"\n")?;
                return Ok(file);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::other("the folder for temporary files is full"))
}

/// Shows a text in the pager; without one, or off a terminal, writes it to stdout.
pub(super) fn page(text: &[u8]) -> io::Result<()> {
    let less = || is_installed(&"less").then(|| "less -FRSX".to_string());
    let pager = named("PAGER").or_else(less);
    if let Some(pager) = pager.filter(|_| io::stdout().is_terminal()) {
        let ended = run(&pager, &[], Some(text));
        if ended.is_ok_and(|status| status.code() != Some(NOT_FOUND)) {
            return Ok(());
        }
    }
    let mut stdout = io::stdout().lock();
    stdout.write_all(text)?;
    stdout.flush()
}

/// What a shell ends with if there is no such program.
const NOT_FOUND: i32 = 127;

/// Runs a command as the user wrote it, options included, with some files, and waits for its end.
fn run(command: &str, files: &[&Path], input: Option<&[u8]>) -> io::Result<ExitStatus> {
    let mut program = if cfg!(unix) {
        let mut shell = Command::new("sh");
        shell
            .arg("-c")
            .arg(format!("{command} \"$@\""))
            .arg("riskql");
        shell
    } else {
        let mut words = command.split_whitespace();
        let mut program = Command::new(words.next().unwrap_or_default());
        program.args(words);
        program
    };
    program.args(files);
    if input.is_some() {
        program.stdin(Stdio::piped());
    }
    let mut child = program.spawn()?;
    if let (Some(mut stdin), Some(input)) = (child.stdin.take(), input) {
        // A pager that is left before the end closes its input: no failure.
        let _ = stdin.write_all(input);
    }
    child.wait()
}

fn named(variable: &str) -> Option<String> {
    let command = env::var(variable).ok()?;
    (!command.trim().is_empty()).then_some(command)
}

fn is_installed(program: &&str) -> bool {
    let folders = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&folders).any(|folder| folder.join(program).is_file())
}
