//! `\save`: what is written, that it is right, and that nothing else changes.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use riskql::app::repl::Session;
use riskql::base::source::Sources;
use riskql::lang::project::{self, ProjectOrigin};
use riskql::render::RenderOptions;
use serde_json::Value;

use super::talk::{folder, refused, session, session_with, shown, told};

fn in_folder(folder: &Path) -> Session {
    session_with(
        ProjectOrigin::Folder(folder.to_path_buf()),
        RenderOptions::PIPE,
    )
}

/// Every file below a folder with its bytes.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let found = project::files_below(folder).expect("a folder");
    found
        .into_iter()
        .map(|file| (file.clone(), fs::read(file).expect("read")))
        .collect()
}

/// Whether the definitions of a folder are right.
fn is_sound(folder: &Path) -> bool {
    let mut sources = Sources::default();
    let origin = ProjectOrigin::Folder(folder.to_path_buf());
    project::definitions(&mut sources, &origin).0.is_some()
}

/// The rows of a query, without the names of their columns.
fn values(session: &mut Session, query: &str) -> Vec<Vec<Value>> {
    session.answer("\\format csv");
    let text = shown(session, query);
    session.answer("\\format table");
    let rows = text.lines().skip(1);
    rows.map(|row| {
        row.split(',')
            .map(|cell| Value::from(cell.to_string()))
            .collect()
    })
    .collect()
}

/// Query, the definition it becomes, and a query of it that must give the same numbers.
const SAVED: &[(&str, &str, &str)] = &[
    (
        "count of findings open where severity = high",
        "kpi saved\n  is     count of findings open where severity = high\n  as     count\n",
        "saved",
    ),
    (
        "count of findings open by app where severity = high or cvss > 8",
        "kpi saved\n  is     count of findings open where severity = high or cvss > 8\n  as     count\n  by     app\n",
        "saved by app",
    ),
    (
        "backlog where severity >= high",
        "kpi saved\n  is     count of findings open where severity >= high\n  as     count\n  lower is better\n",
        "saved",
    ),
    (
        "backlog",
        "kpi saved\n  is     backlog\n  as     count\n  lower is better\n",
        "saved",
    ),
    (
        "count of findings found, count of findings verified last quarter",
        "view saved\n  show count of findings found, count of findings verified last quarter\n",
        "saved",
    ),
    (
        "mean time from found to verified of findings verified where team = logistics",
        "kpi saved\n  is     mean time from found to verified of findings verified where team = logistics\n  as     days\n",
        "saved",
    ),
    (
        "mttr by team over month last 3 months",
        "view saved\n  show mttr by team over month last 3 months\n",
        "saved",
    ),
    (
        "list findings open where severity = critical show finding_id",
        "view saved\n  show list findings open where severity = critical show finding_id\n",
        "saved",
    ),
    (
        "highest_risk_apps top 3",
        "view saved\n  show risk_exposure, backlog, overdue_critical by app top 3\n",
        "saved",
    ),
    (
        "fix_rate where severity = high",
        "kpi saved\n  is     (count of findings verified where severity = high) / (count of findings appeared where severity = high)\n  \
         as     ratio\n  higher is better\n  band   \"backlog is growing\"   below 0.95\n  \
         band   \"backlog is stable\"    from 0.95 to 1.2\n  band   \"backlog is shrinking\" from 1.2\n",
        "saved",
    ),
    ("escape_rate where team = logistics", "", "saved"),
    ("scan_coverage where team = logistics", "", "saved"),
    (
        "time_to_fix where severity = high or severity = low",
        "",
        "saved",
    ),
    (
        "count of findings open - count of findings verified where severity = low",
        "",
        "saved",
    ),
];

#[test]
fn a_saved_query_is_sound_and_gives_the_same_numbers() {
    for (query, text, saved) in SAVED {
        let folder = folder();
        let before = files(folder.path());
        let mut session = in_folder(folder.path());
        let asked = values(&mut session, query);
        let words = told(&mut session, "\\save saved");
        let after = files(folder.path());
        let new: Vec<_> = after
            .iter()
            .filter(|(file, _)| !before.contains_key(*file))
            .collect();
        assert_eq!(new.len(), 1, "{query}: {words}");
        let written = String::from_utf8(new[0].1.clone()).expect("text");
        if !text.is_empty() {
            assert_eq!(written, *text, "{query}");
        }
        for (file, bytes) in &before {
            assert_eq!(after[file], *bytes, "{query}: {}", file.display());
        }
        assert!(is_sound(folder.path()), "{query}\n{written}");
        assert_eq!(values(&mut session, saved), asked, "{query}\n{written}");
        // And for whoever opens the folder anew.
        assert_eq!(
            values(&mut in_folder(folder.path()), saved),
            asked,
            "{query}"
        );
    }
}

#[test]
fn a_title_a_kind_and_a_file_may_be_named() {
    let folder = folder();
    let mut session = in_folder(folder.path());
    shown(
        &mut session,
        "backlog where team = logistics by app last month",
    );
    let words = told(&mut session, "\\save kpi named \"Of \\ logistics\"");
    assert!(words.contains("left to the queries: last month"), "{words}");
    let file = folder.path().join("kpis/named.kpi");
    assert!(
        fs::read_to_string(&file)
            .expect("written")
            .starts_with("kpi named \"Of \\\\ logistics\"\n")
    );
    told(
        &mut session,
        &format!("\\save view both \"Both\" {}", file.display()),
    );
    let text = fs::read_to_string(&file).expect("written");
    assert!(
        text.contains("lower is better\n\nview both \"Both\"\n  show backlog by app where"),
        "{text}"
    );
    assert!(is_sound(folder.path()));
}

#[test]
fn a_definition_typed_is_saved_as_typed() {
    let folder = folder();
    let mut session = in_folder(folder.path());
    session.answer(
        "# why it matters\nkpi mine \"Mine\" # said so\n  is count of findings open where severity = low\n  # better down\n  lower is better\n",
    );
    let words = told(&mut session, "\\save mine");
    assert!(words.contains("saved kpi mine in"), "{words}");
    assert_eq!(
        fs::read_to_string(folder.path().join("kpis/mine.kpi")).expect("written"),
        "# why it matters\nkpi mine \"Mine\"  # said so\n  is     count of findings open where severity = low\n  \
         # better down\n  lower is better\n"
    );
    // It stands in a file now, so it is not there to be saved again.
    shown(&mut session, "mine");
    refused(&mut session, "\\save mine", "mine.kpi:2");
}

#[test]
fn one_of_several_pasted_definitions_is_saved_alone() {
    let folder = folder();
    let mut session = in_folder(folder.path());
    session.answer(
        "kpi first\n  is count of findings open where severity = low # of first\nkpi second\n  is count of findings open where severity = high # of second\n",
    );
    told(&mut session, "\\save second");
    let text = fs::read_to_string(folder.path().join("kpis/second.kpi")).expect("written");
    assert_eq!(
        text,
        "kpi second\n  is     count of findings open where severity = high  # of second\n"
    );
    told(&mut session, "\\save first");
    let text = fs::read_to_string(folder.path().join("kpis/first.kpi")).expect("written");
    assert_eq!(
        text,
        "kpi first\n  is     count of findings open where severity = low  # of first\n"
    );
    assert!(is_sound(folder.path()));
}

/// A definition typed in place of one of the folder goes where that stands, and every other byte of
/// the file stays: odd spaces, comments, line ends.
#[test]
fn a_definition_that_replaces_another_takes_its_place() {
    for end in ["\n", "\r\n"] {
        let folder = folder();
        let file = folder.path().join("kpis/several.kpi");
        let above =
            "#  odd   spaces\nkpi  one   \"1\"\n  is   count of findings   open\n\n# about two\n";
        let old = "kpi two\n  is count of findings open where severity = low\n  lower is better";
        let below = "  # behind\n\n\n\nkpi three\n    is count of findings open where severity = high # end";
        let crlf = |text: &str| text.replace('\n', end);
        fs::write(&file, crlf(&format!("{above}{old}{below}"))).expect("written");
        let mut session = in_folder(folder.path());
        session.answer("kpi two \"Two\"\n  is count of findings open where severity = medium\n");
        told(&mut session, "\\save two");
        let new = "kpi two \"Two\"\n  is     count of findings open where severity = medium";
        assert_eq!(
            fs::read_to_string(&file).expect("written"),
            crlf(&format!("{above}{new}{below}"))
        );
        assert!(is_sound(folder.path()));
        let two = values(&mut session, "two");
        assert_eq!(
            two,
            values(
                &mut session,
                "count of findings open where severity = medium"
            )
        );
    }
}

#[test]
fn a_file_named_keeps_what_it_holds() {
    let folder = folder();
    let mut session = in_folder(folder.path());
    for (name, before, gap) in [
        ("a", "# only a comment", "\n\n"),
        ("b", "# only a comment\n", "\n"),
        ("c", "", ""),
        ("d", "# windows\r\n", "\r\n"),
    ] {
        let file = folder.path().join(format!("kpis/{name}_file.kpi"));
        fs::write(&file, before).expect("written");
        shown(&mut session, "count of findings open");
        told(
            &mut session,
            &format!("\\save {name}_kpi {}", file.display()),
        );
        let text = fs::read_to_string(&file).expect("written");
        assert!(
            text.starts_with(&format!("{before}{gap}kpi {name}_kpi")),
            "{text:?}"
        );
        assert_eq!(
            text.contains("\r\n"),
            text.matches('\n').count() == text.matches("\r\n").count() && name == "d"
        );
    }
    assert!(is_sound(folder.path()));
}

#[test]
fn nothing_is_overwritten_and_no_name_is_taken_twice() {
    let folder = folder();
    let mut session = in_folder(folder.path());
    refused(&mut session, "\\save some", "K950");
    shown(&mut session, "backlog where severity = low");
    fs::write(folder.path().join("kpis/there.kpi"), "# mine\n").expect("written");
    let before = files(folder.path());
    let words = refused(&mut session, "\\save backlog", "K982");
    assert!(words.contains("backlog.kpi:1"), "{words}");
    let words = refused(&mut session, "\\save there", "K982");
    assert!(words.contains("\\save there "), "{words}");
    refused(
        &mut session,
        &format!(
            "\\save mttr {}",
            folder.path().join("kpis/there.kpi").display()
        ),
        "mttr.kpi:1",
    );
    refused(&mut session, "\\save", "K983");
    refused(&mut session, "\\save kpi", "K983");
    refused(&mut session, "\\save kpi \"Title alone\"", "K983");
    refused(&mut session, "\\save some notes.txt", "K983");
    refused(&mut session, "\\save condition some", "K983");
    refused(&mut session, "\\save highest_risk_apps", "K");
    refused(&mut session, "\\save so`me", "K");
    shown(&mut session, "backlog, mttr");
    refused(&mut session, "\\save kpi some", "K981");
    session.answer("kpi backlog\n  is count of findings open where severity = low\n");
    let elsewhere = folder.path().join("kpis/other.kpi");
    refused(
        &mut session,
        &format!("\\save backlog {}", elsewhere.display()),
        "K982",
    );
    session.answer(
        "condition lowly is severity = low\nkpi lows\n  is count of findings open where lowly\n",
    );
    let words = refused(&mut session, "\\save lows", "K208");
    assert!(words.contains("lowly"), "{words}");
    assert_eq!(files(folder.path()), before);
    // What it needs first, then itself.
    told(&mut session, "\\save lowly\n\\save lows");
    assert!(is_sound(folder.path()));
}

#[test]
fn the_library_is_not_written_to() {
    let mut session = session();
    shown(&mut session, "backlog where severity = low");
    let words = refused(&mut session, "\\save lows", "K983");
    assert!(words.contains("riskql init"), "{words}");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("my own.kpi");
    let words = told(&mut session, &format!("\\save lows \"{}\"", file.display()));
    assert!(words.contains("not below the definitions"), "{words}");
    assert!(
        fs::read_to_string(&file)
            .expect("written")
            .starts_with("kpi lows\n")
    );
    assert!(shown(&mut session, "lows").contains("lows"));
}

/// A folder with mistakes can be added to: its mistakes are not the new definition's.
#[test]
fn a_broken_folder_can_be_added_to() {
    let folder = folder();
    fs::write(
        folder.path().join("kpis/wrong.kpi"),
        "kpi wrong\n  is count of nothing open\n",
    )
    .expect("written");
    let mut session = in_folder(folder.path());
    shown(&mut session, "backlog where severity = low");
    told(&mut session, "\\save lows");
    assert!(folder.path().join("kpis/lows.kpi").exists());
}

/// From tables to a saved and tested definition in fewer than fifteen lines.
#[test]
fn the_whole_walk() {
    let folder = folder();
    let mut session = in_folder(folder.path());
    let typed = [
        "backlog by severity",
        "and where exploitable = yes",
        "without by",
        "by team",
        "\\save exploitable_backlog \"Exploitable findings open\"",
        "test \"a finding nobody can exploit does not count\"\n  as of 2026-03-31\n  given findings\n    \
         | finding_id | exploitable | found_at   |\n    | F1 | yes | 2026-03-01 |\n    | F2 | no | 2026-03-01 |\n  \
         expect exploitable_backlog\n    | exploitable_backlog |\n    | 1 |",
        "\\test exploitable_backlog",
        "\\save test \"a finding nobody can exploit does not count\"",
    ];
    for line in typed {
        let reply = session.answer(line);
        assert_eq!(reply.fault, None, "{line}: {}", reply.told);
    }
    assert!(typed.iter().map(|text| text.lines().count()).sum::<usize>() < 18);
    assert!(is_sound(folder.path()));
    let test = folder
        .path()
        .join("tests/a_finding_nobody_can_exploit_does_not_count.kpi");
    assert!(
        fs::read_to_string(test)
            .expect("written")
            .starts_with("test \"a finding nobody")
    );
}
