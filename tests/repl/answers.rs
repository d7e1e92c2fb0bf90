//! Answers on a screen and in files.

use std::fs;

use riskql::app::repl::Session;
use riskql::lang::project::ProjectOrigin;
use riskql::render::RenderOptions;
use unicode_width::UnicodeWidthStr;

use super::talk::{refused, session, session_with, shown, told};

/// A terminal of a width, with no word on its height.
fn terminal(width: usize) -> Session {
    let look = RenderOptions {
        width: Some(width),
        ..RenderOptions::PIPE
    };
    session_with(ProjectOrigin::Library, look)
}

#[test]
fn a_long_answer_shows_its_ends_on_a_terminal_and_all_in_a_pipe() {
    let query = "list findings show finding_id, severity";
    let piped = shown(&mut session(), query);
    let cut = shown(&mut terminal(80), query);
    assert!(!piped.contains("hidden"));
    let rows = |text: &str| text.lines().filter(|line| line.starts_with('F')).count();
    let (all, few) = (rows(&piped), rows(&cut));
    assert!(all > 100 && few == 40, "{all} {few}");
    let hidden = all - few;
    assert!(
        cut.contains(&format!(
            "… {hidden} rows hidden; \\page shows all, \\output FILE writes them"
        )),
        "{cut}"
    );
    // The first and the last rows are those that stay.
    let ids = |text: &str| -> Vec<String> {
        let rows = text.lines().filter(|line| line.starts_with('F'));
        rows.map(|line| line[..5].to_string()).collect()
    };
    let (piped, cut) = (ids(&piped), ids(&cut));
    assert_eq!(cut[..27], piped[..27]);
    assert_eq!(cut[27..], piped[all - 13..]);
}

#[test]
fn a_long_answer_is_whole_in_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("all.txt");
    let mut session = terminal(40);
    session.answer(&format!("\\output {}", file.display()));
    session.answer("list findings show finding_id, severity");
    let written = fs::read_to_string(file).expect("written");
    assert_eq!(
        written,
        shown(
            &mut super::talk::session(),
            "list findings show finding_id, severity"
        )
    );
}

#[test]
fn many_groups_over_periods_are_a_line_each() {
    for width in [40, 60, 100, 200] {
        let mut session = terminal(width);
        let text = shown(
            &mut session,
            "mttr by severity over month last 12 months versus target",
        );
        let critical = text
            .lines()
            .find(|line| line.starts_with("critical"))
            .expect("a line");
        assert!(
            critical.contains("23") && critical.contains("pass"),
            "{text}"
        );
        assert!(critical.contains('█'), "{text}");
        // The high ones: 88.5 days in the first month, 9 in the last.
        let high = text
            .lines()
            .find(|line| line.starts_with("high"))
            .expect("a line");
        assert_eq!(high.contains("-79.5"), width >= 60, "{text}");
        assert_eq!(
            text.lines()
                .filter(|line| line.starts_with("critical"))
                .count(),
            1
        );
        for line in text.lines() {
            assert!(line.width() <= width, "{width}: {line}");
        }
        assert!(text.contains("\\page"), "{text}");
    }
    insta::assert_snapshot!(
        "series_40",
        shown(
            &mut terminal(40),
            "mttr by severity over month last 12 months versus target"
        )
    );
    insta::assert_snapshot!(
        "series_100",
        shown(
            &mut terminal(100),
            "mttr by severity over month last 12 months versus target"
        )
    );
}

/// From one column to all KPIs, nothing is wider than the terminal and nothing is lost.
#[test]
fn any_number_of_columns_can_be_read_at_forty() {
    let kpis = [
        "backlog",
        "mttr",
        "mttr_claimed",
        "risk_exposure",
        "fix_rate",
        "escape_rate",
        "exploitability_rate",
        "fixed_findings",
        "introduced_findings",
        "open_age",
        "overdue_critical",
        "sla_breaches",
        "time_to_fix",
        "validation_rate",
        "verified_findings",
        "scan_coverage",
        "duplicate_reduction",
    ];
    let mut session = terminal(40);
    for count in 1..=kpis.len() {
        let text = shown(&mut session, &kpis[..count].join(", "));
        for line in text.lines() {
            assert!(line.width() <= 40, "{count} columns: {line}");
        }
    }
    let text = shown(&mut session, "by team last quarter");
    for line in text.lines() {
        assert!(line.width() <= 40, "{line}");
    }
}

#[test]
fn an_answer_file_has_the_format_of_its_ending_or_of_what_was_named_later() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut session = session();
    let mut write = |name: &str| {
        let file = folder.path().join(name);
        let words = told(&mut session, &format!("\\output \"{}\"", file.display()));
        assert!(words.contains("each answer replaces"), "{words}");
        assert_eq!(session.answer("backlog by severity").shown, b"");
        fs::read(file).expect("written")
    };
    assert!(write("a b.csv").starts_with(b"severity,backlog"));
    assert!(write("a.json").starts_with(b"{"));
    assert!(write("a.md").starts_with(b"|"));
    assert!(write("a.parquet").starts_with(b"PAR1"));
    assert!(write("a.txt").starts_with(b"severity  backlog"));
    session.answer("\\format md");
    let file = folder.path().join("named.json");
    let words = told(&mut session, &format!("\\output {}", file.display()));
    assert!(words.starts_with("answers are written as json"), "{words}");
    session.answer("\\format csv");
    session.answer("backlog by team");
    assert!(
        fs::read(&file)
            .expect("written")
            .starts_with(b"team,backlog")
    );
    // Each answer replaces the one before.
    session.answer("backlog by severity");
    assert!(
        fs::read(&file)
            .expect("written")
            .starts_with(b"severity,backlog")
    );
    session.answer("\\output");
    assert!(shown(&mut session, "_").starts_with("severity,backlog"));
}

#[test]
fn a_place_that_cannot_be_written_to_is_refused_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut session = session();
    refused(
        &mut session,
        &format!("\\output {}", folder.path().display()),
        "D902",
    );
    refused(
        &mut session,
        "\\output nowhere/at/all.csv",
        "there is no folder",
    );
    assert!(shown(&mut session, "backlog").contains("34"));
}

#[test]
fn parquet_is_nothing_for_a_screen() {
    let mut session = session();
    session.answer("\\format parquet");
    refused(&mut session, "backlog", "K977");
    session.answer("\\format table");
    // It was not asked: there is nothing to refine.
    refused(&mut session, "_", "K950");
}

#[test]
fn the_footer_says_what_the_answer_holds_for() {
    let mut session = session();
    let text = shown(&mut session, "mttr in 2026-06");
    let footer = text
        .lines()
        .find(|line| line.starts_with("as of"))
        .expect("a footer");
    for part in ["as of 2026-09-30", "UTC", "rows used"] {
        assert!(footer.contains(part), "{footer}");
    }
    let text = shown(
        &mut session,
        "share of findings found with verified within 90 days in 2026-08",
    );
    assert!(text.contains("pending"), "{text}");
    let text = shown(
        &mut session,
        "backlog by severity as of 2024-06-30 as known on 2026-04-02",
    );
    assert!(text.contains("known on 2026-04-02"), "{text}");
}

/// A note about the data is told when it is read, and not again.
#[test]
fn notes_about_the_data_are_told_once() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["findings", "assets"] {
        let file = format!("{name}.csv");
        fs::copy(super::talk::demo().join(&file), folder.path().join(&file)).expect("copied");
    }
    let findings = folder.path().join("findings.csv");
    let text = fs::read_to_string(&findings).expect("read");
    let mut lines: Vec<&str> = text.lines().collect();
    let orphan = lines[1].replacen(lines[1].split(',').nth(1).expect("an asset"), "A-none", 1);
    lines[1] = &orphan;
    fs::write(&findings, lines.join("\n")).expect("written");
    let (mut session, first) = riskql_session(folder.path());
    assert!(first.contains("A-none"), "{first}");
    assert!(!shown(&mut session, "backlog by team").contains("A-none"));
    assert!(!shown(&mut session, "by app").contains("A-none"));
}

fn riskql_session(data: &std::path::Path) -> (Session, String) {
    let options = riskql::app::repl::Options {
        origin: ProjectOrigin::Library,
        data: Some(data.to_path_buf()),
        tables: Vec::new(),
        connection: None,
        as_of: None,
        known_on: None,
        format: riskql::render::OutputFormat::Table,
        look: RenderOptions::PIPE,
        proofs: riskql::exec::data::ProofCache::default(),
    };
    let Ok((session, first)) = Session::open(options) else {
        panic!("it opens");
    };
    (session, first.told)
}

#[test]
fn boards_have_periods_of_their_own() {
    let mut session = session();
    let before = shown(&mut session, "\\dashboard");
    assert!(before.starts_with("Application security\n"), "{before}");
    session.answer("\\period in 2026-01");
    assert_eq!(shown(&mut session, "\\dashboard appsec"), before);
    assert!(shown(&mut session, "\\scorecard").starts_with("Scorecard: "));
    refused(&mut session, "\\dashboard apsec", "did you mean `appsec`?");
    session.answer("\\as-of 2026-03-31");
    assert!(shown(&mut session, "\\dashboard").contains("as of 2026-03-31"));
}

#[test]
fn tests_run_in_the_session_and_those_typed_with_them() {
    let mut session = session();
    assert!(shown(&mut session, "\\test backlog").contains("0 failed"));
    refused(&mut session, "\\test nothing_of_that_name", "K979");
    let typed = "kpi lowly\n  is count of findings open where severity = low\n\n\
        test \"one low finding\"\n  as of 2026-03-31\n  given findings\n    \
        | finding_id | severity | found_at   |\n    | F1 | low | 2026-03-01 |\n  \
        expect lowly\n    | lowly |\n    | 2    |\n";
    session.answer(typed);
    let reply = session.answer("\\test lowly");
    assert!(reply.fault.is_some());
    let text = super::talk::text(&reply);
    assert!(text.contains("FAIL one low finding"), "{text}");
    session.answer(&typed.replace("| 2    |", "| 1    |"));
    assert!(shown(&mut session, "\\test lowly").starts_with("1 passed, 0 failed"));
}
