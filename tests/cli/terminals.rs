//! Commands at a terminal: what gives way to its height, and what is drawn again.

use std::fs;
use std::time::{Duration, Instant};

use portable_pty::CommandBuilder;

use super::Project;
use crate::repl::pty::Terminal;

fn at_terminal(project: &Project, arguments: &[&str], columns: u16) -> Terminal {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_riskql"));
    command.args(arguments);
    command.args(["--defs", "defs", "--data", "data"]);
    command.cwd(project.path(""));
    command.env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"));
    command.env("LC_ALL", "C.UTF-8");
    command.env("TERM", "xterm-256color");
    command.env_remove("NO_COLOR");
    Terminal::show(command, columns)
}

#[test]
fn a_dashboard_is_drawn_again_when_data_or_definitions_change() {
    let project = Project::new();
    let mut terminal = at_terminal(&project, &["dashboard", "--watch"], 100);
    terminal.await_words("Open redirect");
    terminal.await_words("waiting for changes");
    project.replace("data/findings.csv", "Open redirect", "Closed redirect");
    terminal.await_words("Closed redirect");
    assert!(
        !terminal.contents().contains("Open redirect"),
        "{}",
        terminal.contents()
    );
    project.replace("defs/kpis.kpi", "Application security", "All of it");
    terminal.await_words("All of it");
    // A mistake is told, and mended.
    project.replace("defs/kpis.kpi", "show list", "show lst");
    terminal.await_words("K610");
    project.replace("defs/kpis.kpi", "show lst", "show list");
    terminal.wait("the dashboard", |screen| {
        !screen.contents().contains("K610")
    });
    terminal.press("\x03");
    assert_ne!(terminal.end(), 0);
}

#[test]
fn run_draws_a_long_series_as_the_session_does() {
    let project = Project::new();
    let query = "backlog by severity over month last 24 months";
    let mut terminal = at_terminal(&project, &["run", query], 80);
    assert_eq!(terminal.end(), 0);
    let screen = terminal.contents();
    assert!(screen.contains("value in the latest period"), "{screen}");
    assert!(screen.contains("--full shows all"), "{screen}");
    let mut whole = at_terminal(&project, &["run", "--full", query], 80);
    assert_eq!(whole.end(), 0);
    assert!(!whole.contents().contains("value in the latest period"));
    let pipe = project.with_data(&["run", query]);
    let months = pipe.stdout.lines().filter(|line| line.starts_with("20"));
    assert!(months.count() >= 24 * 2, "{}", pipe.stdout);
    assert!(!pipe.stdout.contains('\x1b') && !pipe.stdout.contains("--full"));
}

/// Many times the first row of the findings, in place of all: a table that takes a debug build seconds to read.
fn with_many_findings(project: &Project, count: usize) {
    let file = project.read("data/findings.csv");
    let header = file.lines().next().expect("a header");
    let row = file.lines().nth(1).expect("a row");
    let (_, rest) = row.split_once(',').expect("cells");
    let rows: String = (0..count)
        .map(|number| format!("N{number},{rest}\n"))
        .collect();
    project.write("data/findings.csv", format!("{header}\n{rows}"));
}

#[test]
fn ctrl_c_ends_a_board_before_it_is_written() {
    let project = Project::new();
    with_many_findings(&project, 600_000);
    let pages: [&[&str]; 3] = [
        &["dashboard", "--html", "board.html"],
        &["dashboard", "--all", "--html", "pages"],
        &["dashboard", "--watch", "--html", "board.html"],
    ];
    for arguments in pages {
        let mut terminal = at_terminal(&project, arguments, 80);
        terminal.await_words(" rows · ");
        let asked = Instant::now();
        terminal.press("\x03");
        assert_ne!(terminal.end(), 0, "{arguments:?}");
        assert!(asked.elapsed() < Duration::from_secs(3), "{arguments:?}");
        for file in ["board.html", "pages"] {
            assert!(!project.path(file).exists(), "{arguments:?}: {file}");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_reader_that_leaves_ends_a_command_quietly() {
    let project = Project::new();
    with_many_findings(&project, 50_000);
    let mut shell = std::process::Command::new("sh");
    let line = "\"$RISKQL\" run 'list findings' --defs defs --data data 2>errors | head -n 1";
    shell
        .args(["-c", line])
        .env("RISKQL", env!("CARGO_BIN_EXE_riskql"))
        .current_dir(project.path(""));
    let output = shell.output().expect("a shell");
    assert_eq!(
        output.stdout.iter().filter(|byte| **byte == b'\n').count(),
        1
    );
    let told = fs::read_to_string(project.path("errors")).expect("messages");
    assert!(
        !told.contains("cannot write") && !told.contains("panicked"),
        "{told}"
    );
}
