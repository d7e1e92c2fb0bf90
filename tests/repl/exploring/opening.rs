//! The first screen of a session.

use super::*;

#[test]
fn the_first_screen_says_what_is_loaded_and_how_to_begin() {
    let folder = fixture();
    let (mut session, told) = open_with(options(folder.path()));
    let lines: Vec<&str> = told.lines().collect();
    let defs = folder.path().join("defs");
    assert_eq!(lines.len(), 3, "{told}");
    assert_eq!(
        lines[0],
        format!(
            "4 KPIs from {}; as of 2026-03-01 (UTC), the newest date",
            defs.display()
        )
    );
    assert_eq!(lines[1], "assets 3 rows, findings 10 rows");
    assert_eq!(
        lines[2],
        "try: backlog by severity over month last 6 months; what can be typed: \\help"
    );
    let example = "backlog by severity over month last 6 months";
    assert!(shown(&mut session, example).contains("2026-02"));
}

#[test]
fn the_example_asks_for_no_history_that_is_not_there() {
    let folder = fixture();
    let young = "finding_id,severity,found_at\n1,low,2026-03-01\n2,low,2026-03-02\n";
    write(folder.path(), "data/findings.csv", young);
    let (mut session, told) = open_with(options(folder.path()));
    // One severity, and no team: there is nothing to group by.
    assert!(told.contains("\ntry: backlog; "), "{told}");
    assert!(told.contains("has no columns `asset_id`"), "{told}");
    shown(&mut session, "backlog");
}

#[test]
fn without_data_the_first_screen_says_how_to_name_it() {
    let folder = fixture();
    let (mut session, told) = open_with(Options {
        data: None,
        ..options(folder.path())
    });
    assert!(told.contains("no data: \\data FOLDER"), "{told}");
    assert!(!told.contains("try:"), "{told}");
    assert!(refused(&mut session, "backlog").contains("\\data FOLDER"));
    assert!(refused(&mut session, "\\describe severity").contains("K907"));
    assert!(shown(&mut session, "\\tables").contains("no file"));
    assert!(line(&shown(&mut session, "\\kpis"), "late").contains("no file for findings"));
    let data = folder.path().join("data");
    let reply = session.answer(&format!("\\data {}", data.display()));
    assert!(reply.told.contains("findings 10 rows"), "{}", reply.told);
    assert!(shown(&mut session, "backlog").contains('6'));
}

#[test]
fn data_with_mistakes_open_the_session_and_tell_them() {
    let folder = fixture();
    write(
        folder.path(),
        "data/assets.csv",
        "asset_id,team\nA,web\nA,core\n",
    );
    let (mut session, told) = open_with(options(folder.path()));
    assert!(told.contains("D301"), "{told}");
    assert!(
        told.contains("assets cannot be read, findings 10 rows"),
        "{told}"
    );
    assert!(told.contains("before the data are mended"), "{told}");
    assert!(!told.contains("try:"), "{told}");
    assert!(refused(&mut session, "backlog by team").contains("D301"));
    assert!(line(&shown(&mut session, "\\tables"), "assets").contains("cannot be read"));
    assert!(shown(&mut session, "\\values severity").contains("high"));
    // Mended, everything is there.
    write(folder.path(), "data/assets.csv", ASSETS);
    assert!(shown(&mut session, "backlog by team").contains("web"));
}

#[test]
fn broken_definitions_are_left_out_and_counted() {
    let folder = fixture();
    let broken = "kpi one\n  is cuont of findings open\n\nkpi two\n  is count of nothing open\n\nkpi three\n  ]\n";
    write(folder.path(), "defs/broken.kpi", broken);
    let (mut session, told) = open_with(options(folder.path()));
    assert!(
        told.contains("3 definitions left out because of mistakes"),
        "{told}"
    );
    shown(&mut session, "backlog");
    write(folder.path(), "defs/all.kpi", "kpi one\n  is ]\n");
    let (_, told) = open_with(options(folder.path()));
    assert!(
        told.contains("32 KPIs from the built-in library, because nothing in"),
        "{told}"
    );
}

#[test]
fn a_missing_folder_of_definitions_is_told() {
    let folder = fixture();
    let (_, told) = open_with(Options {
        origin: ProjectOrigin::Folder(folder.path().join("nowhere")),
        ..options(folder.path())
    });
    assert!(told.contains("K901"), "{told}");
    assert!(told.contains("32 KPIs from the built-in library"), "{told}");
}

#[test]
fn one_mistake_is_told_once_and_not_where_its_name_is_used() {
    for definitions in [
        "kpi tardy\n  is cuont of findings open\nkpi much\n  is tardy / 2\nview v\n  show tardy\n",
        "kpi tardy\n  is count of of findings open\nkpi much\n  is tardy / 2\nview v\n  show tardy\n",
        "condition worst is sevrity = high\nkpi tardy\n  is count of findings open where worst\n",
    ] {
        let folder = fixture();
        write(folder.path(), "defs/broken.kpi", definitions);
        let (_, told) = open_with(options(folder.path()));
        assert_eq!(told.matches("error[").count(), 1, "{told}");
    }
}
