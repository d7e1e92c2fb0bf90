//! Sessions without a terminal: exit codes, places, start-up files.

use super::scene::Scene;

#[test]
fn a_script_prints_results_alone_on_stdout() {
    let scene = Scene::new();
    let outcome = scene.script(&["--format", "csv"], "backlog in 2026-03\n\\time on\n");
    outcome.told(0, &["timing is on"]);
    assert!(outcome.stdout.starts_with("backlog,"), "{}", outcome.stdout);
    assert!(!outcome.stdout.contains("riskql>"), "{}", outcome.stdout);
    assert!(!outcome.stderr.contains("riskql>"), "{}", outcome.stderr);
}

#[test]
fn a_script_stops_at_its_first_mistake_and_names_the_line() {
    let scene = Scene::new();
    let text = "backlog by severity\n\n# a comment\nbacklog by nonsense\n\nmttr in 2026-03\n";
    let outcome = scene.script(&["--format", "csv"], text);
    outcome.told(2, &["<script>:4:12", "<script>:4: stopped here"]);
    assert!(
        outcome.stdout.starts_with("severity,backlog"),
        "{}",
        outcome.stdout
    );
    assert!(!outcome.stdout.contains("mttr"), "{}", outcome.stdout);
}

#[test]
fn lines_of_several_lines_are_counted() {
    let scene = Scene::new();
    let text = "backlog\n  by severity\n\nkpi big \"Big\"\n  is count of findngs found\n";
    scene.script(&[], text).told(2, &["<script>:5:15"]);
    scene
        .script(&[], "\\time on\n\\nonsense\n")
        .told(2, &["<script>:2: stopped here"]);
}

#[test]
fn a_script_may_go_on_and_ends_with_its_first_fault() {
    let scene = Scene::new();
    let mistake_first = "backlog by nonsense\n\nbacklog\n\n\\read missing.riskql\n";
    let outcome = scene.script(&["--keep-going", "--format", "csv"], mistake_first);
    outcome
        .told(2, &["<script>:1: failed", "<script>:5: failed"])
        .shown(&["backlog"]);
    let file_first = "\\read missing.riskql\nbacklog by nonsense\n";
    scene
        .script(&["--keep-going"], file_first)
        .told(3, &["missing.riskql"]);
    scene
        .script(&[], file_first)
        .told(3, &["<script>:1: stopped here"]);
}

#[test]
fn queries_on_the_command_line_are_answered_in_one_session() {
    let scene = Scene::new();
    let arguments = [
        "--format",
        "csv",
        "-c",
        "condition grave is severity = medium",
        "-c",
        "\\period in 2026-03",
        "-c",
        "backlog where grave",
        "-c",
        "by severity",
    ];
    let outcome = scene.script(&arguments, "this is not read");
    outcome.told(0, &[]);
    assert_eq!(
        outcome.stdout.matches("backlog_rows").count(),
        2,
        "{}",
        outcome.stdout
    );
    assert!(outcome.stdout.contains("severity,"), "{}", outcome.stdout);
    let outcome = scene.script(&["-c", "backlog by nonsense", "-c", "backlog"], "");
    outcome.told(2, &["<query>:1:12"]);
    assert_eq!(outcome.stdout, "");
}

#[test]
fn a_file_of_entries_is_read_with_its_own_places() {
    let scene = Scene::new();
    scene.write(
        "monday.riskql",
        "backlog in 2026-03\n\nbacklog by nonsense\n",
    );
    let outcome = scene.script(
        &["--format", "csv"],
        "\\time off\n\\read monday.riskql\nmttr\n",
    );
    let words = [
        "monday.riskql:3:12",
        "monday.riskql:3: stopped",
        "<script>:2: stopped",
    ];
    outcome.told(2, &words).shown(&["backlog"]);
    assert!(!outcome.stdout.contains("mttr"), "{}", outcome.stdout);
    scene.write("circle.riskql", "\\read circle.riskql\n");
    scene
        .script(&[], "\\read circle.riskql\n")
        .told(2, &["K958"]);
    scene.script(&[], "\\read\n").told(2, &["K957"]);
}

#[test]
fn a_script_depends_on_no_startup_file_unless_told() {
    let scene = Scene::new();
    let file = scene.write(
        "config/riskql/startup",
        "\\format csv\nbacklog\nbacklog by nonsense\n",
    );
    let plain = scene.script(&[], "backlog in 2026-03\n");
    plain.told(0, &[]);
    assert!(!plain.stdout.starts_with("backlog,"), "{}", plain.stdout);
    let startup = ["--startup", file.to_str().expect("a path")];
    let told = scene.script(&startup, "backlog in 2026-03\n");
    told.told(0, &["startup:3:12"]);
    assert_eq!(
        told.stdout.lines().count(),
        2,
        "results of the start-up file are not shown"
    );
    assert!(told.stdout.starts_with("backlog,"), "{}", told.stdout);
    scene
        .script(&["--startup", "nowhere"], "")
        .told(3, &["nowhere"]);
}

#[test]
fn broken_definitions_are_listed_and_the_rest_works() {
    let scene = Scene::new();
    scene.write(
        "defs/broken.kpi",
        "kpi bad \"Bad\"\n  is count of nothing found\n",
    );
    let outcome = scene.script(&["--format", "csv"], "backlog in 2026-03\n");
    outcome.told(0, &["broken.kpi:2"]).shown(&["backlog,"]);
    scene.script(&[], "bad in 2026-03\n").told(2, &["bad"]);
}

#[test]
fn a_script_that_is_not_text_is_refused() {
    let scene = Scene::new();
    scene
        .script(&[], b"backlog\nmttr \xff\n")
        .told(3, &["not UTF-8", "line 2"]);
    let outcome = scene.script(&[], "");
    outcome.told(0, &[]);
    assert_eq!(outcome.stdout, "");
}

#[test]
fn dates_that_are_none_are_refused_before_the_session() {
    let scene = Scene::new();
    scene
        .script(&["--as-of", "2026-02-30"], "backlog\n")
        .told(2, &["2026-02-30"]);
}

#[test]
fn a_reader_that_leaves_ends_the_script_quietly() {
    use std::process::{Command, Stdio};
    let scene = Scene::new();
    let mut child = Command::new(env!("CARGO_BIN_EXE_riskql"))
        .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
        .args([
            "repl", "--defs", "defs", "--data", "data", "-c", "backlog", "-c", "mttr",
        ])
        .current_dir(scene.path(""))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    drop(child.stdout.take());
    drop(child.stderr.take());
    let status = child.wait().expect("the binary ends");
    assert_eq!(status.code(), Some(0), "a closed pipe is no failure");
}

#[test]
fn a_plan_in_a_script_is_a_result() {
    let scene = Scene::new();
    let outcome = scene.script(
        &[],
        "backlog by severity\n\n\\plan\n\\plan mttr in 2026-03\n",
    );
    outcome.told(0, &[]).shown(&[
        "1. backlog: stock swept over 1 instant\n",
        "read findings_rows",
        "1. mttr: flow over 1 bucket\n",
        "\nScanned\n",
    ]);
    scene
        .script(&[], "\\plan\n")
        .told(2, &["K950", "backlog by severity"]);
}
