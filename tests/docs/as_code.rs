//! `docs/definitions-as-code.md` and `docs/why.md` are transcripts: the commands in their blocks of kind `console` are run
//! again, and what they print must be what stands there.
//!
//! `riskql` is the binary. Of `git` the page needs two things, which are done without it: a commit of all files, and
//! `git checkout`, which brings back the files of the last one. `sed` replaces a text that the file must have.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use git2::build::CheckoutBuilder;
use git2::{IndexAddOption, Repository, Signature};

fn page(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs")
        .join(name)
}

#[test]
fn the_page_on_definitions_as_code_is_what_happens() {
    check("definitions-as-code.md");
}

#[test]
fn the_page_on_changes_is_what_happens() {
    check("why.md");
}

/// With `UPDATE_DOCS=1` in the environment the page is written anew.
fn check(name: &str) {
    let text = fs::read_to_string(page(name)).expect("the page");
    let folder = folder();
    let mut again = String::new();
    let mut is_console = false;
    for line in text.lines() {
        if line.starts_with("```") {
            is_console = line == "```console";
        }
        if !is_console || line.starts_with("```") {
            again += &format!("{line}\n");
        } else if let Some(command) = line.strip_prefix("$ ") {
            again += &format!("{line}\n{}", run(folder.path(), command));
        }
    }
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(page(name), again).expect("the page can be written");
        return;
    }
    let mut pairs = (1..).zip(text.lines().zip(again.lines()));
    let first = pairs.find(|(_, (old, new))| old != new);
    assert_eq!(text, again, "{first:#?}\nrun the tests with UPDATE_DOCS=1");
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let demo = folder.path().join("examples/demo");
    fs::create_dir_all(&demo).expect("a folder");
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/demo");
    for entry in fs::read_dir(from).expect("the demo") {
        let file = entry.expect("a file").path();
        fs::copy(&file, demo.join(file.file_name().expect("a name"))).expect("a copy");
    }
    folder
}

fn run(folder: &Path, command: &str) -> String {
    let words = words(command);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["riskql", arguments @ ..] => riskql(folder, arguments),
        ["git", "checkout", ..] => {
            let repository = Repository::open(folder).expect("a repository");
            let mut how = CheckoutBuilder::new();
            repository
                .checkout_head(Some(how.force()))
                .expect("the files of the last commit");
            String::new()
        }
        ["git", ..] => {
            commit(folder);
            String::new()
        }
        ["sed", "-i", script, file] => {
            let parts: Vec<&str> = script.split('/').collect();
            let file = folder.join(file);
            let text = fs::read_to_string(&file).expect("a file");
            assert!(text.contains(parts[1]), "{command}");
            fs::write(&file, text.replace(parts[1], parts[2])).expect("a file");
            String::new()
        }
        _ => panic!("the page has a command that its test does not know: {command}"),
    }
}

/// Words of a command line; those in quotes may hold blanks.
fn words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for letter in command.chars() {
        match (quote, letter) {
            (None, '"' | '\'') => quote = Some(letter),
            (Some(open), letter) if letter == open => quote = None,
            (None, ' ') => words.push(String::new()),
            (_, letter) => words.last_mut().expect("a word").push(letter),
        }
    }
    words
}

fn riskql(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_riskql"))
        .args(arguments)
        .current_dir(folder)
        .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
        .output()
        .expect("the binary runs");
    let code = output.status.code();
    assert!(matches!(code, Some(0 | 1)), "{arguments:?}: {output:?}");
    let stdout = String::from_utf8(output.stdout).expect("UTF-8");
    stdout.trim_start_matches('\n').to_string() + &String::from_utf8_lossy(&output.stderr)
}

fn commit(folder: &Path) {
    let repository = Repository::open(folder)
        .or_else(|_| Repository::init(folder))
        .expect("a repository");
    let mut index = repository.index().expect("an index");
    index
        .add_all(["kpi-defs"], IndexAddOption::DEFAULT, None)
        .expect("files are added");
    index.write().expect("the index is written");
    let tree = index.write_tree().expect("a tree");
    let tree = repository.find_tree(tree).expect("the tree");
    let author = Signature::now("tester", "tester@example.org").expect("a signature");
    let parent = repository
        .head()
        .ok()
        .and_then(|head| head.peel_to_commit().ok());
    let parents: Vec<&git2::Commit> = parent.iter().collect();
    repository
        .commit(Some("HEAD"), &author, &author, "a commit", &tree, &parents)
        .expect("a commit");
}
