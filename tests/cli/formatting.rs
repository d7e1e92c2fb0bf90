//! `fmt`.

use super::Project;

const UGLY: &str = "kpi  a   \"A\"\n  is count   of findings open   # why\n\n\n\n";
const NEAT: &str = "kpi a \"A\"\n  is count of findings open # why\n";

#[test]
fn a_file_is_rewritten_once() {
    let project = Project::empty();
    project.write("a.kpi", UGLY);
    project
        .run(&["fmt", "a.kpi"])
        .refused(0, &["formatted a.kpi"]);
    let once = project.read("a.kpi");
    assert!(once.contains("count of findings open  # why"), "{once}");
    let again = project.run(&["fmt", "a.kpi"]);
    assert_eq!(again.shows(&[]).stderr, "");
    assert_eq!(project.read("a.kpi"), once);
}

#[test]
fn check_lists_files_and_changes_nothing() {
    let project = Project::empty();
    project.write("defs/a.kpi", UGLY);
    project.write("defs/deep/b.kpi", UGLY);
    let outcome = project.run(&["fmt", "--check", "defs"]);
    assert_eq!(
        outcome.refused(1, &[]).stdout,
        "defs/a.kpi\ndefs/deep/b.kpi\n"
    );
    assert_eq!(project.read("defs/a.kpi"), UGLY);
}

#[test]
fn diff_shows_the_lines() {
    let project = Project::empty();
    project.write("a.kpi", UGLY);
    project.run(&["fmt", "--diff", "a.kpi"]).shows(&[
        "--- a.kpi",
        "-kpi  a   \"A\"",
        "+kpi a \"A\"",
    ]);
    assert_eq!(project.read("a.kpi"), UGLY);
    project
        .run(&["fmt", "--diff", "--check", "a.kpi"])
        .refused(1, &[])
        .says(&["+kpi a \"A\""]);
}

#[test]
fn stdin_goes_to_stdout() {
    let outcome = Project::empty().run_reading(&["fmt", "-"], UGLY);
    let text = &outcome.shows(&["kpi a \"A\""]).stdout;
    let again = Project::empty().run_reading(&["fmt", "-"], text);
    assert_eq!(&again.stdout, text);
    assert_eq!(text.lines().count(), NEAT.lines().count());
}

#[test]
fn a_file_that_does_not_parse_is_left_alone() {
    let project = Project::empty();
    project.write("a.kpi", UGLY);
    project.write("b.kpi", "kpi b\n  is count of of\n");
    project
        .run(&["fmt", "a.kpi", "b.kpi"])
        .refused(2, &["b.kpi:2"]);
    assert_eq!(project.read("b.kpi"), "kpi b\n  is count of of\n");
    assert!(
        project.read("a.kpi").starts_with("kpi a"),
        "the others are formatted"
    );
}

#[test]
fn what_is_not_there_cannot_be_formatted() {
    let project = Project::empty();
    project.run(&["fmt"]).refused(2, &["kpi-defs"]);
    project
        .run(&["fmt", "no.kpi"])
        .refused(3, &["cannot read `no.kpi`"]);
}

#[test]
fn check_says_what_no_reader_sees() {
    let project = Project::empty();
    project.write("a.kpi", UGLY);
    project.run(&["fmt", "a.kpi"]);
    let neat = project.read("a.kpi");
    let windows = neat.replace('\n', "\r\n");
    project.write("windows.kpi", &windows);
    project.write("marked.kpi", format!("\u{feff}{neat}"));
    project.write("both.kpi", format!("\u{feff}{windows}"));
    // More than that differs.
    project.write("ugly.kpi", UGLY.replace('\n', "\r\n"));
    let files = [
        "fmt",
        "--check",
        "both.kpi",
        "marked.kpi",
        "ugly.kpi",
        "windows.kpi",
    ];
    let outcome = project.run(&files);
    assert_eq!(
        outcome.refused(1, &[]).stderr,
        "both.kpi: it begins with a byte-order mark and its lines end in CR LF\n\
         marked.kpi: it begins with a byte-order mark\n\
         windows.kpi: its lines end in CR LF\n"
    );
}
