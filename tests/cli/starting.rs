//! Without a command, help, version, `init`.

use super::Project;

#[test]
fn alone_it_prints_help_and_fails() {
    Project::empty()
        .run(&[])
        .refused(2, &["Usage: riskql", "check", "dashboard"]);
}

#[test]
fn help_has_examples_and_exit_codes() {
    Project::empty()
        .run(&["--help"])
        .shows(&["Examples:", "Exit codes:"]);
    Project::empty()
        .run(&["run", "--help"])
        .shows(&["Examples:", "--as-of"]);
}

#[test]
fn version_is_one_line() {
    let outcome = Project::empty().run(&["--version"]);
    assert_eq!(outcome.shows(&["riskql "]).stdout.lines().count(), 1);
}

#[test]
fn a_mistyped_command_is_answered_with_a_suggestion() {
    Project::empty()
        .run(&["chekc"])
        .refused(2, &["chekc", "check"]);
}

#[test]
fn init_writes_the_library_once() {
    let project = Project::empty();
    project.run(&["init"]).shows(&["kpi-defs", "riskql check"]);
    assert!(project.path("kpi-defs").is_dir());
    project.run(&["init"]).refused(2, &["already there"]);
    project.run(&["check"]).shows(&["checked kpi-defs"]);
    project.run(&["init", "other"]).shows(&["cd other"]);
    assert!(project.path("other/kpi-defs").is_dir());
}

#[test]
fn the_library_is_used_where_there_is_no_folder() {
    Project::empty()
        .run(&["check"])
        .shows(&["the built-in library"]);
}
