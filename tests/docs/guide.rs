//! `docs/repl.md` is a transcript: what is typed in its blocks of kind `session` is typed again, and what
//! comes back must be what stands there.
//!
//! Such a block holds three kinds of lines. One that begins with `$ ` is for the shell. `riskql repl` alone
//! in it opens a session, everything else is run by `sh`. One that begins with the session's prompt is typed
//! there, together with the lines below it that begin with [`GOES_ON`]. All others are replies. A block goes
//! on with the session of the block before.
//!
//! Blocks of kind `session walk` are one walk from table files to a tested KPI.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use riskql::app::repl::{COMMANDS, Options, Session};
use riskql::lang::project::ProjectOrigin;
use riskql::render::{OutputFormat, RenderOptions};

/// Before the second and later lines of an entry; the terminal shows nothing there.
const GOES_ON: &str = "      > ";
/// The terminal of the page.
const LOOK: RenderOptions = RenderOptions {
    width: Some(80),
    color: false,
    unicode: true,
    rows: Some(24),
    in_session: true,
    ..RenderOptions::PIPE
};
/// Where the test that types leaves the page.
const WRITTEN: &str = "RISKQL_GUIDE_WRITTEN";
/// Opens a block of the walk.
const WALK: &str = "```session walk";
/// Lines that the walk takes at most.
const MOST_TYPED: usize = 14;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn page() -> (PathBuf, String) {
    let path = root().join("docs/repl.md");
    let text = fs::read_to_string(&path).expect("the guide");
    (path, text)
}

/// With `UPDATE_DOCS=1` in the environment the page is written anew.
#[test]
fn the_guide_to_the_session_is_what_happens() {
    let (path, text) = page();
    let folder = folder();
    let written = folder.path().join("written.md");
    // Its paths are those of a folder of its own: only another process has another current folder.
    let ended = Command::new(std::env::current_exe().expect("this program"))
        .args(["docs::guide::type_the_guide", "--exact", "--ignored"])
        .current_dir(&folder)
        .env(WRITTEN, &written)
        .output()
        .expect("it runs");
    let told = String::from_utf8_lossy(&ended.stdout);
    assert!(ended.status.success(), "{told}");
    let again = fs::read_to_string(&written).expect("the page");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &again).expect("docs/repl.md can be written");
        return;
    }
    let mut pairs = (1..).zip(text.lines().zip(again.lines()));
    let first = pairs.find(|(_, (old, new))| old != new);
    assert_eq!(
        text, again,
        "{first:#?}\nrun the tests with UPDATE_DOCS=1 to write docs/repl.md anew"
    );
}

/// A folder as the page has it: the demo, and the files of a stranger.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (from, to) in [
        ("examples/demo", "examples/demo"),
        ("tests/docs/walk", "walk/exports"),
    ] {
        let to = folder.path().join(to);
        fs::create_dir_all(&to).expect("a folder");
        for entry in fs::read_dir(root().join(from)).expect("files") {
            let file = entry.expect("a file").path();
            fs::copy(&file, to.join(file.file_name().expect("a name"))).expect("a copy");
        }
    }
    folder
}

/// Run by the test above, in a folder of its own.
#[test]
#[ignore = "run by the test of the guide"]
fn type_the_guide() {
    let Some(written) = std::env::var_os(WRITTEN) else {
        panic!("only the test of the guide runs this");
    };
    fs::write(written, Guide::default().typed(&page().1)).expect("the page is written");
}

#[derive(Default)]
struct Guide {
    session: Option<Session>,
    /// The walk is in a folder of its own.
    walks: bool,
}

impl Guide {
    /// The page with the replies there are now.
    fn typed(&mut self, text: &str) -> String {
        let mut page = String::new();
        let mut lines = text.lines().peekable();
        let mut is_transcript = false;
        while let Some(line) = lines.next() {
            if line.starts_with("```") {
                is_transcript = is_session(line);
                if line == WALK && !self.walks {
                    self.walks = true;
                    std::env::set_current_dir("walk").expect("the stranger's folder");
                }
            }
            if !is_transcript || line.starts_with("```") {
                page += &format!("{line}\n");
            } else if let Some(command) = line.strip_prefix("$ ") {
                page += &format!("{line}\n{}", self.shell(command));
            } else if let Some(typed) = typed(line) {
                let mut entry = vec![typed];
                while let Some(more) = lines.peek().and_then(|line| line.strip_prefix(GOES_ON)) {
                    entry.push(more);
                    lines.next();
                }
                page += &self.answer(&entry);
            }
        }
        page
    }

    fn answer(&mut self, entry: &[&str]) -> String {
        let session = self.session.as_mut().expect("a session was opened");
        let prompt = session.prompt();
        let reply = session.answer(&entry.join("\n"));
        let shown = String::from_utf8(reply.shown.clone()).expect("text");
        let typed = entry.join(&format!("\n{GOES_ON}"));
        let replied = match reply.tells_first() {
            true => reply.told + &shown,
            false => shown + &reply.told,
        };
        tidy(&format!("{prompt}{typed}\n{replied}"))
    }

    fn shell(&mut self, command: &str) -> String {
        let words: Vec<&str> = command.split_whitespace().collect();
        match words.as_slice() {
            ["riskql", "repl", options @ ..] if !command.contains(['|', '\'', '"', '<']) => {
                self.open(options)
            }
            _ => {
                self.session = None;
                tidy(&run(command))
            }
        }
    }

    fn open(&mut self, given: &[&str]) -> String {
        let mut options = Options {
            proofs: riskql::exec::data::ProofCache::default(),
            origin: ProjectOrigin::choose(None),
            data: None,
            tables: Vec::new(),
            connection: None,
            as_of: None,
            known_on: None,
            format: OutputFormat::Table,
            look: LOOK,
        };
        for pair in given.chunks(2) {
            match pair {
                ["--data", folder] => options.data = Some(folder.into()),
                ["--table", file] => {
                    let (name, file) = file.split_once('=').expect("NAME=FILE");
                    options.tables.push((name.to_string(), file.into()));
                }
                _ => panic!("the guide does not know {pair:?}"),
            }
        }
        let (session, reply) = Session::open(options).unwrap_or_else(|refused| {
            let problems = refused.problems;
            panic!("{:?}", problems.sorted());
        });
        self.session = Some(session);
        tidy(&reply.told)
    }
}

fn is_session(fence: &str) -> bool {
    fence.trim_start_matches('`').split_whitespace().next() == Some("session")
}

/// What stands after a prompt: `riskql> `, or with the settings, `riskql last 6 months> `.
fn typed(line: &str) -> Option<&str> {
    let (settings, typed) = line.strip_prefix("riskql")?.split_once("> ")?;
    (settings.is_empty() || settings.starts_with(' ')).then_some(typed)
}

fn run(command: &str) -> String {
    let binary = Path::new(env!("CARGO_BIN_EXE_riskql"));
    let folder = binary.parent().expect("a folder").display();
    let path = std::env::var("PATH").unwrap_or_default();
    let output = Command::new("sh")
        .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
        .args(["-c", &format!("exec 2>&1\n{command}")])
        .env("PATH", format!("{folder}:{path}"))
        .env("HOME", std::env::current_dir().expect("a folder"))
        .output()
        .expect("a shell");
    String::from_utf8(output.stdout).expect("text")
}

/// Nobody sees white space at the ends of lines.
fn tidy(text: &str) -> String {
    text.lines()
        .map(|line| format!("{}\n", line.trim_end()))
        .collect()
}

/// The lines of the blocks of a kind.
fn lines_of<'a>(text: &'a str, fence: &str) -> Vec<&'a str> {
    let mut lines = Vec::new();
    let mut is_inside = false;
    for line in text.lines() {
        match line.starts_with("```") {
            true => is_inside = line == fence,
            false if is_inside => lines.push(line),
            false => {}
        }
    }
    lines
}

#[test]
fn the_docs_name_every_command_of_the_session() {
    let (_, text) = page();
    let lacking: Vec<&str> = COMMANDS
        .iter()
        .map(|command| command.name)
        .filter(|name| !text.contains(&format!("`\\{name}")))
        .collect();
    assert!(lacking.is_empty(), "docs/repl.md lacks {lacking:?}");
}

#[test]
fn the_readme_in_the_docs_shows_the_first_screen_there_is() {
    let (_, text) = page();
    let opening = lines_of(&text, "```session");
    let screen: Vec<&str> = opening[1..].iter().copied().take(3).collect();
    let readme = fs::read_to_string(root().join("README.md")).expect("the README");
    assert!(
        readme.contains(&screen.join("\n")),
        "README.md lacks {screen:#?}"
    );
}

/// Counted are the lines for the shell and for the session, up to the test of the KPI that was saved.
#[test]
fn the_walk_in_the_docs_is_short_and_ends_with_a_tested_kpi() {
    let (_, text) = page();
    let walk = lines_of(&text, WALK);
    // The first block only looks at the files.
    let is_typed = |line: &&&str| {
        (line.starts_with("$ ") && !line.starts_with("$ head"))
            || line.starts_with(GOES_ON)
            || typed(line).is_some()
    };
    let end = walk.iter().position(|line| line.contains("\\test"));
    let end = end.expect("the walk tests its KPI");
    let count = walk[..=end].iter().filter(is_typed).count();
    assert!(count <= MOST_TYPED, "{count} lines are typed");
    let saved = |line: &str| walk.iter().any(|other| other.starts_with(line));
    assert!(saved("saved kpi"), "no KPI is saved");
    assert!(saved("saved test"), "no test is saved");
    for words in [
        "$ riskql check",
        "no errors, 0 warnings",
        "1 passed, 0 failed",
    ] {
        assert!(saved(words), "the walk lacks `{words}`");
    }
}
