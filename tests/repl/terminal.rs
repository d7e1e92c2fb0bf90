//! A session under a real terminal: keys in, screen out.

use std::fmt::Write;
use std::fs;
use std::time::{Duration, Instant};

use super::pty::Terminal;
use super::scene::Scene;

const UP: &str = "\x1b[A";
const CTRL_C: &str = "\x03";
const CTRL_D: &str = "\x04";
const CTRL_R: &str = "\x12";
const TO_EDITOR: &str = "\x18\x05";

#[test]
fn a_query_is_answered_and_ctrl_d_leaves() {
    let scene = Scene::new();
    let mut terminal = Terminal::open(&scene, &[]);
    terminal.enter("backlog by severity");
    terminal.await_words("medium");
    terminal.press(CTRL_D);
    assert_eq!(terminal.end(), 0);
    assert!(
        terminal.raw().ends_with('\n'),
        "the shell's prompt starts on a line of its own"
    );
}

#[test]
fn ctrl_c_at_the_prompt_clears_the_line() {
    let scene = Scene::new();
    let mut terminal = Terminal::open(&scene, &[]);
    terminal.press("nothing that anybody asked");
    terminal.await_words("anybody asked");
    terminal.press(CTRL_C);
    terminal.await_prompt();
    terminal.enter("backlog by severity");
    assert!(
        terminal.contents().contains("medium"),
        "{}",
        terminal.contents()
    );
    assert!(
        !terminal.contents().contains("K3"),
        "{}",
        terminal.contents()
    );
}

#[test]
fn an_unfinished_query_goes_on_and_comes_back_whole() {
    let scene = Scene::new();
    let mut terminal = Terminal::open(&scene, &[]);
    terminal.press("backlog by\r");
    terminal.wait("a second line", |screen| screen.cursor_position().1 == 0);
    terminal.enter("severity");
    terminal.await_words("medium");
    terminal.press(UP);
    terminal.wait("both lines again", |screen| {
        let row = screen.cursor_position().0 as usize;
        let rows: Vec<String> = screen.rows(0, 80).collect();
        rows[row - 1] == "riskql> backlog by" && rows[row] == "severity"
    });
}

#[test]
fn history_is_kept_between_sessions_and_can_be_searched() {
    let scene = Scene::new();
    let mut first = Terminal::open(&scene, &[]);
    first.press("backlog by\r");
    first.wait("a second line", |screen| screen.cursor_position().1 == 0);
    first.enter("severity");
    first.enter("backlog by team");
    // Killed, not ended: the history must be on disk by now.
    drop(first);
    let history = scene.read("state/riskql/history");
    assert_eq!(history, "#V2\nbacklog by\\nseverity\nbacklog by team\n");
    let mut second = Terminal::open(&scene, &[]);
    second.press(CTRL_R);
    second.press("sever");
    second.await_words("(reverse-i-search)`sever': backlog by");
    second.press("\r");
    second.await_words("medium");
}

#[cfg(unix)]
#[test]
fn only_the_user_may_read_the_history() {
    use std::os::unix::fs::PermissionsExt;
    let scene = Scene::new();
    Terminal::open(&scene, &[]).enter("backlog");
    let mode = |path: &str| {
        let metadata = fs::metadata(scene.path(path)).expect("it is there");
        metadata.permissions().mode() & 0o777
    };
    assert_eq!(mode("state/riskql/history"), 0o600);
    assert_eq!(mode("state/riskql"), 0o700);
}

#[test]
fn a_history_that_cannot_be_written_is_told_once() {
    let scene = Scene::new();
    scene.write("taken", "a file where a folder should be");
    let state = scene.path("taken");
    let mut terminal = Terminal::open(
        &scene,
        &[("XDG_STATE_HOME", state.to_str().expect("a path"))],
    );
    terminal.enter("\\time on");
    terminal.enter("backlog by severity");
    assert_eq!(
        terminal
            .contents()
            .matches("the history is not kept")
            .count(),
        1
    );
    assert!(terminal.contents().contains("medium"));
}

/// A table that takes a debug build seconds to read.
fn with_many_rows(scene: &Scene) {
    let head = scene.read("data/findings.csv");
    let header = head.lines().next().expect("a header");
    let row = head.lines().nth(1).expect("a row");
    let (_, rest) = row.split_once(',').expect("cells");
    let mut text = format!("{header}\n");
    for number in 0..600_000 {
        writeln!(text, "N{number},{rest}").expect("a text grows");
    }
    scene.write("data/findings.csv", text);
}

#[test]
fn ctrl_c_stops_a_query_and_keeps_the_session() {
    let scene = Scene::new();
    with_many_rows(&scene);
    let mut terminal = Terminal::open(&scene, &[]);
    // Titles are no KPI's: the file is read for them.
    terminal.press("list findings open show title\r");
    // The progress line: rows and seconds.
    terminal.await_words(" rows · ");
    let asked = Instant::now();
    terminal.press(CTRL_C);
    terminal.await_words("stopped after");
    // A tenth of it with optimization; what is asked for is measured in docs/performance.md.
    assert!(
        asked.elapsed() < Duration::from_secs(3),
        "{:?}",
        asked.elapsed()
    );
    terminal.await_prompt();
    assert!(
        !terminal.contents().contains(" rows · "),
        "{}",
        terminal.contents()
    );
    terminal.enter("\\time on");
    terminal.await_words("timing is on");
    // A board of many queries stops as one of them does.
    terminal.press("\\scorecard\r");
    terminal.await_words(" rows · ");
    let asked = Instant::now();
    terminal.press(CTRL_C);
    terminal.wait("a second stop", |screen| {
        screen.contents().matches("stopped after").count() == 2
    });
    assert!(
        asked.elapsed() < Duration::from_secs(3),
        "{:?}",
        asked.elapsed()
    );
    terminal.await_prompt();
    terminal.enter("\\time off");
    terminal.await_words("timing is off");
}

#[test]
fn a_resized_terminal_gets_answers_that_fit() {
    let scene = Scene::new();
    let mut terminal = Terminal::open(&scene, &[]);
    terminal.resize(40);
    terminal.enter("backlog, escape_rate, mttr by severity last 3 months");
    terminal.enter("\\time on");
    let wrapped = terminal.wrapped_rows();
    // What was typed is longer than the line.
    let answers: Vec<&String> = wrapped
        .iter()
        .filter(|row| !row.starts_with("riskql>"))
        .collect();
    assert!(answers.is_empty(), "{answers:?}\n{}", terminal.contents());
    assert!(terminal.contents().contains("escape_rate"));
}

fn has_color(raw: &str) -> bool {
    raw.split("\x1b[").skip(1).any(|rest| {
        let end = rest.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == ';');
        end.starts_with('m')
    })
}

#[test]
fn no_color_means_none_anywhere() {
    let scene = Scene::new();
    let talk = |variables: &[(&str, &str)]| {
        let mut terminal = Terminal::open(&scene, variables);
        terminal.enter("backlog by severity");
        terminal.enter("backlog by nonsense");
        terminal.raw()
    };
    assert!(has_color(&talk(&[])));
    assert!(!has_color(&talk(&[("NO_COLOR", "1")])));
}

#[test]
fn a_dumb_terminal_gets_plain_lines() {
    let scene = Scene::new();
    let mut terminal = Terminal::open(&scene, &[("TERM", "dumb")]);
    terminal.press("backlog by severity\r");
    terminal.await_words("medium");
    terminal.await_prompt();
    assert!(!terminal.raw().contains('\x1b'), "{:?}", terminal.raw());
    terminal.press(CTRL_D);
    assert_eq!(terminal.end(), 0);
}

#[test]
fn several_entries_may_be_pasted() {
    let scene = Scene::new();
    let mut terminal = Terminal::open(&scene, &[]);
    terminal.press("\x1b[200~backlog by severity\nmttr by team in 2026-03\n\x1b[201~");
    terminal.await_words("mttr by team");
    terminal.press("\r");
    terminal.await_words("medium");
    terminal.wait("the second answer", |screen| {
        screen.contents().contains("payments")
    });
    terminal.await_prompt();
}

#[test]
fn lines_typed_ahead_are_answered_one_after_the_other() {
    let scene = Scene::new();
    let mut terminal = Terminal::open(&scene, &[]);
    terminal.press("backlog by severity\rmttr by team in 2026-03\r\\time on\r");
    terminal.await_words("timing is on");
    let screen = terminal.contents();
    assert!(screen.contains("medium"), "{screen}");
    assert!(screen.contains("payments"), "{screen}");
}

#[test]
fn a_definition_found_in_the_history_is_run_whole() {
    let scene = Scene::new();
    let mut terminal = Terminal::open(&scene, &[]);
    terminal.press("kpi late\r  is count of findings open\r\r");
    terminal.await_words("added kpi late");
    terminal.enter("backlog by severity");
    terminal.press(CTRL_R);
    terminal.press("kpi la");
    terminal.await_words("(reverse-i-search)`kpi la': kpi late");
    terminal.press("\r");
    terminal.wait("the definition again", |screen| {
        screen.contents().matches("added kpi late").count() == 2
    });
    let screen = terminal.contents();
    assert!(!screen.contains("K1"), "{screen}");
}

#[test]
fn ctrl_c_ends_a_long_menu_and_the_line_stays() {
    let scene = Scene::new();
    let mut terminal = Terminal::open(&scene, &[]);
    terminal.press("\t");
    terminal.await_words("--More--");
    terminal.press(CTRL_C);
    terminal.await_prompt();
    // Behind the menu Ctrl-C clears the line as ever.
    terminal.press("nothing");
    terminal.await_words("riskql> nothing");
    terminal.press(CTRL_C);
    terminal.await_prompt();
    terminal.enter("backlog by severity");
    terminal.await_words("medium");
}

#[cfg(unix)]
fn script(scene: &Scene, name: &str, body: &str) -> String {
    use std::os::unix::fs::PermissionsExt;
    let file = scene.write(name, format!("#!/bin/sh\n{body}\n"));
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("a script");
    file.to_str().expect("a path").to_string()
}

#[cfg(unix)]
#[test]
fn the_line_goes_to_the_editor_and_comes_back() {
    let scene = Scene::new();
    let editor = script(&scene, "editor", r#"printf 'backlog by severity\n' > "$1""#);
    let mut terminal = Terminal::open(&scene, &[("EDITOR", &editor)]);
    terminal.press("\\edit\r");
    terminal.await_words("riskql> backlog by severity");
    terminal.press("\r");
    terminal.await_words("medium");
    let editor = script(
        &scene,
        "other",
        r#"sed 's/nothing/severity/' "$1" > copy; cat copy > "$1""#,
    );
    let mut terminal = Terminal::open(&scene, &[("EDITOR", "false"), ("VISUAL", &editor)]);
    terminal.press("backlog by nothing");
    terminal.await_words("by nothing");
    terminal.press(TO_EDITOR);
    terminal.await_words("riskql> backlog by severity");
}

#[cfg(unix)]
#[test]
fn an_editor_that_fails_loses_nothing() {
    let scene = Scene::new();
    let mut terminal = Terminal::open(&scene, &[("EDITOR", "false")]);
    terminal.press("backlog by team");
    terminal.await_words("by team");
    terminal.press(TO_EDITOR);
    terminal.await_words("D951");
    terminal.wait("the line again", |screen| {
        let row = screen.cursor_position().0 as usize;
        screen
            .rows(0, 80)
            .nth(row)
            .is_some_and(|line| line == "riskql> backlog by team")
    });
}

#[cfg(unix)]
#[test]
fn the_last_answer_goes_through_the_pager() {
    let scene = Scene::new();
    let mut terminal = Terminal::open(&scene, &[("PAGER", "sed 's/^/paged: /'")]);
    terminal.enter("\\page");
    terminal.await_words("K950");
    terminal.enter("backlog by severity");
    terminal.enter("\\page");
    terminal.wait("the answer in the pager", |screen| {
        let contents = screen.contents();
        contents
            .lines()
            .any(|line| line.starts_with("paged: ") && line.contains("medium"))
    });
}

#[test]
fn the_startup_file_runs_first_and_may_be_left_out() {
    let scene = Scene::new();
    scene.write(
        "config/riskql/startup",
        "\\period last 2 months\nbacklog by nonsense\n\\time on\n",
    );
    let mut terminal = Terminal::start(&scene, &["--data", "data"], &[]);
    terminal.await_words("riskql last 2 months>");
    assert!(
        terminal.contents().contains("nonsense"),
        "{}",
        terminal.contents()
    );
    assert!(
        !terminal.contents().contains("timing"),
        "what succeeds is silent"
    );
    drop(terminal);
    let mut terminal = Terminal::start(&scene, &["--data", "data", "--no-startup"], &[]);
    terminal.await_prompt();
    assert!(
        !terminal.contents().contains("nonsense"),
        "{}",
        terminal.contents()
    );
}

#[test]
fn the_menu_leaves_nothing_of_the_hint_it_covers() {
    for variables in [&[][..], &[("NO_COLOR", "1")]] {
        let scene = Scene::new();
        let mut terminal = Terminal::open(&scene, variables);
        terminal.press("\\");
        terminal.await_words("\\values, ");
        terminal.press("\t");
        terminal.await_words("\\watch ");
        terminal.wait("the first line of the menu alone", |screen| {
            let mut lines = screen.rows(0, screen.size().1.get());
            lines.any(|line| line.trim_end().ends_with("what can be typed"))
        });
    }
}
