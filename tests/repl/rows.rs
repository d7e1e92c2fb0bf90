//! `\rows`: from a number to its rows; `\explain` and `\plan` of the last answer.

use std::fs;

use riskql::app::repl::{Options, Reply, Session};
use riskql::base::diagnostic::Fault;
use riskql::lang::project::ProjectOrigin;
use riskql::render::{OutputFormat, RenderOptions};
use serde_json::Value as Json;
use tempfile::TempDir;
use unicode_width::UnicodeWidthStr;

/// Fixes of two teams. February: payments 10 and 14 days, identity 4 and 4. March: payments 30 and
/// 30, identity 4 and 4. The latest event is on 30 April.
pub const FINDINGS: &str = "\
finding_id,asset_id,title,severity,environment,resolution,found_at,verified_at,closed_at
F1,A1,injection,high,staging,fixed,2026-02-01,2026-02-11,2026-02-11
F2,A1,injection,high,production,fixed,2026-02-01,2026-02-15,2026-02-15
F3,A2,weak hash,low,staging,fixed,2026-02-01,2026-02-05,2026-02-05
F4,A2,weak hash,low,staging,fixed,2026-02-03,2026-02-07,2026-02-07
F5,A1,injection,high,staging,fixed,2026-02-01,2026-03-03,2026-03-03
F6,A1,path traversal,critical,staging,fixed,2026-02-06,2026-03-08,2026-03-08
F7,A2,weak hash,low,production,fixed,2026-03-01,2026-03-05,2026-03-05
F8,A2,weak hash,low,,fixed,2026-03-02,2026-03-06,2026-03-06
F9,A2,noise,low,production,false_positive,2026-03-10,2026-03-20,2026-03-20
F10,A1,red \u{1b}[31malert,high,staging,,2026-03-20,,
F11,A3,no asset,low,staging,,2026-04-30,,
";
const ASSETS: &str = "\
asset_id,name,kind,team,commissioned_at
A1,shop,web,payments,2025-01-01
A2,portal,api,identity,2025-01-01
";

/// A session over two small tables. The folder lives as long as the session needs it.
pub struct Desk {
    pub session: Session,
    pub folder: TempDir,
}

impl Desk {
    pub fn new(format: OutputFormat, width: Option<usize>) -> Desk {
        Desk::with(FINDINGS, format, width)
    }

    pub fn with(findings: &str, format: OutputFormat, width: Option<usize>) -> Desk {
        let folder = tempfile::tempdir().expect("a folder to write to");
        let write = |name: &str, text: &str| {
            fs::write(folder.path().join(name), text).expect("a file to write to");
        };
        write("findings.csv", findings);
        write("assets.csv", ASSETS);
        let options = Options {
            proofs: riskql::exec::data::ProofCache::default(),
            origin: ProjectOrigin::Library,
            data: Some(folder.path().to_path_buf()),
            tables: Vec::new(),
            connection: None,
            as_of: None,
            known_on: None,
            format,
            look: RenderOptions {
                width,
                ..RenderOptions::PIPE
            },
        };
        match Session::open(options) {
            Ok((session, _)) => Desk { session, folder },
            Err(refused) => panic!("{:#?}", refused.problems.sorted()),
        }
    }

    pub fn reply(&mut self, typed: &str) -> Reply {
        self.session.answer(typed)
    }

    /// The result of what must succeed.
    pub fn shown(&mut self, typed: &str) -> String {
        let reply = self.reply(typed);
        assert_eq!(reply.fault, None, "{typed}\n{}", reply.told);
        String::from_utf8(reply.shown).expect("text")
    }

    pub fn json(&mut self, typed: &str) -> Json {
        let text = self.shown(typed);
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
    }

    /// What is said of what must be refused.
    pub fn refused(&mut self, typed: &str, words: &[&str]) {
        let reply = self.reply(typed);
        assert_eq!(reply.fault, Some(Fault::Mistake), "{typed}\n{}", reply.told);
        assert!(reply.shown.is_empty(), "{typed}");
        for word in words {
            assert!(
                reply.told.contains(word),
                "`{word}` is not in\n{}",
                reply.told
            );
        }
    }
}

/// No line is wider than the terminal.
pub fn fits(text: &str, width: usize) {
    for line in text.lines() {
        assert!(line.width() <= width, "{} columns: {line}", line.width());
    }
}

/// The keys of the findings in a text.
fn keys(text: &str) -> Vec<&str> {
    let words = text.split(|letter: char| !letter.is_alphanumeric());
    let is_key = |word: &&str| {
        word.strip_prefix('F').is_some_and(|rest| {
            !rest.is_empty() && rest.chars().all(|digit| digit.is_ascii_digit())
        })
    };
    words.filter(is_key).collect()
}

#[test]
fn the_rows_behind_one_value_need_no_number() {
    let mut desk = Desk::new(OutputFormat::Table, None);
    desk.shown("mttr in 2026-03");
    let rows = desk.shown("\\rows");
    // The longest first; F9 is a false positive, F1 to F4 were verified in February.
    assert_eq!(keys(&rows), ["F5", "F6", "F7", "F8"]);
    assert!(rows.starts_with("mttr: 17 days, from 4 rows\n"), "{rows}");
    let header = rows.lines().nth(1).expect("a header");
    for word in [
        "finding_id",
        "title",
        "severity",
        "found_at",
        "verified_at",
        "days",
    ] {
        assert!(header.contains(word), "{word}: {header}");
    }
    let first = rows.lines().nth(3).expect("a row");
    assert!(first.ends_with("2026-02-01  2026-03-03     30"), "{first}");
}

#[test]
fn a_row_is_named_by_its_place_or_by_its_labels() {
    let mut desk = Desk::new(OutputFormat::Csv, None);
    desk.shown("mttr by team over month from 2026-02 to 2026-03");
    assert_eq!(keys(&desk.shown("\\rows 4")), ["F5", "F6"]);
    assert_eq!(keys(&desk.shown("\\rows 1")), ["F3", "F4"]);
    assert_eq!(
        keys(&desk.shown("\\rows team=payments period=2026-02")),
        ["F2", "F1"]
    );
    assert_eq!(
        keys(&desk.shown("\\rows month=2026-03 team=\"identity\"")),
        ["F7", "F8"]
    );
    desk.shown("mttr by team in 2026-03 with total");
    assert_eq!(keys(&desk.shown("\\rows total")), ["F5", "F6", "F7", "F8"]);
    desk.shown("backlog by team top 1");
    assert_eq!(keys(&desk.shown("\\rows other")), ["F11"]);
    desk.shown("backlog by team");
    assert_eq!(keys(&desk.shown("\\rows team=missing")), ["F11"]);
}

#[test]
fn several_rows_have_to_be_told_apart() {
    let mut desk = Desk::new(OutputFormat::Table, None);
    desk.shown("mttr by team over month from 2026-02 to 2026-03");
    desk.refused("\\rows", &["K968", "4 rows", "\\rows 3  2026-03, identity"]);
    desk.refused(
        "\\rows team=payments",
        &["K968", "2 rows", "\\rows 4  2026-03, payments"],
    );
    desk.refused("\\rows 9", &["K967", "no row 9", "4 rows"]);
    desk.refused("\\rows team=web", &["K967", "\\rows 1  2026-02, identity"]);
    desk.refused("\\rows team=payment", &["K967", "did you mean `payments`?"]);
    desk.refused("\\rows teem=web", &["K967", "did you mean `team`?"]);
    desk.refused("\\rows mtr 1", &["K969", "did you mean `mttr`?"]);
}

#[test]
fn a_formula_of_several_measures_has_rows_for_each() {
    let mut desk = Desk::new(OutputFormat::Csv, None);
    desk.shown("fix_rate in 2026-03");
    desk.refused(
        "\\rows",
        &["K969", "\\rows 1 verified_findings", "introduced_findings"],
    );
    assert_eq!(
        keys(&desk.shown("\\rows verified_findings")),
        ["F5", "F6", "F7", "F8"]
    );
    assert_eq!(
        keys(&desk.shown("\\rows introduced_findings")),
        ["F7", "F8", "F10"]
    );
    desk.shown("count of findings closed / count of findings found in 2026-03");
    let closed = desk.shown("\\rows count of findings closed");
    assert_eq!(keys(&closed), ["F5", "F6", "F7", "F8"]);
    desk.shown("mttr, backlog in 2026-03");
    desk.refused("\\rows", &["K969", "\\rows 1 backlog"]);
    assert_eq!(keys(&desk.shown("\\rows backlog")), ["F10"]);
}

#[test]
fn a_share_has_a_numerator() {
    let mut desk = Desk::new(OutputFormat::Csv, None);
    desk.shown("escape_rate in 2026-03");
    // Found in March without the false positive: F7, F8 and F10; in production F7.
    assert_eq!(keys(&desk.shown("\\rows")), ["F7", "F8", "F10"]);
    assert_eq!(keys(&desk.shown("\\rows with")), ["F7"]);
    assert_eq!(keys(&desk.shown("\\rows without")), ["F8", "F10"]);
    let all = desk.shown("\\rows");
    assert!(
        all.lines()
            .next()
            .is_some_and(|header| header.ends_with(",passes")),
        "{all}"
    );
    desk.shown("mttr in 2026-03");
    desk.refused("\\rows with", &["K969"]);
}

#[test]
fn running_times_say_whether_they_have_ended() {
    let mut desk = Desk::new(OutputFormat::Json, None);
    desk.shown("time_to_fix in 2026-03");
    let rows = desk.json("\\rows");
    let rows = rows["rows"].as_array().expect("rows");
    let row = |key: &str| {
        rows.iter()
            .find(|row| row["finding_id"] == key)
            .expect("a row")
    };
    assert_eq!(row("F7")["days"], 4.0);
    assert_eq!(row("F7")["verified"], true);
    // From 20 March to the end of 30 April.
    assert_eq!(row("F10")["days"], 42.0);
    assert_eq!(row("F10")["verified"], false);
    assert_eq!(rows.len(), 3);
}

#[test]
fn a_terminal_gets_the_first_twenty_and_a_pipe_all() {
    let mut findings = FINDINGS.to_owned();
    for number in 100..123 {
        findings += &format!("F{number},A1,more,low,staging,,2026-04-01,,\n");
    }
    let mut desk = Desk::with(&findings, OutputFormat::Table, Some(120));
    desk.shown("backlog by team");
    // 23 and F10.
    let head = desk.shown("\\rows team=payments");
    assert_eq!(keys(&head).len(), 20);
    assert!(head.contains("4 more: \\rows team=payments all"), "{head}");
    assert!(
        head.contains("backlog, payments: 24, from 24 rows"),
        "{head}"
    );
    assert_eq!(keys(&desk.shown("\\rows team=payments all")).len(), 24);
    desk.shown("\\format csv");
    assert_eq!(keys(&desk.shown("\\rows team=payments")).len(), 24);
    let mut pipe = Desk::with(&findings, OutputFormat::Table, None);
    pipe.shown("backlog by team");
    assert_eq!(keys(&pipe.shown("\\rows team=payments")).len(), 24);
}

#[test]
fn the_answer_stands_where_it_stood() {
    let mut desk = Desk::new(OutputFormat::Csv, None);
    desk.shown("mttr last month");
    assert_eq!(keys(&desk.shown("\\as-of 2026-02-28\n\\rows")), [""; 0]);
    desk.shown("\\as-of latest\nmttr in 2026-03\n\\as-of 2026-02-28");
    assert_eq!(keys(&desk.shown("\\rows")), ["F5", "F6", "F7", "F8"]);
}

#[test]
fn changed_definitions_and_data_are_said() {
    let mut desk = Desk::new(OutputFormat::Table, None);
    desk.shown("backlog");
    let typed = "kpi backlog\n  is count of findings open where severity = high\n\n\\rows";
    let rows = desk.shown(typed);
    assert_eq!(keys(&rows), ["F10"]);
    assert!(rows.contains("definitions have changed"), "{rows}");
    desk.shown("backlog");
    let more = format!("{FINDINGS}F12,A1,more,high,staging,,2026-04-02,,\n");
    fs::write(desk.folder.path().join("findings.csv"), more).expect("a file");
    let rows = desk.shown("\\rows");
    assert_eq!(keys(&rows), ["F10", "F12"]);
    assert!(
        rows.contains("the data has changed since the answer"),
        "{rows}"
    );
}

#[test]
fn only_numbers_have_rows_behind_them() {
    let mut desk = Desk::new(OutputFormat::Table, None);
    for command in ["\\rows", "\\why", "\\explain", "\\plan"] {
        desk.refused(command, &["K950", "backlog by severity"]);
    }
    desk.shown("list findings open");
    desk.refused("\\rows", &["K970"]);
    desk.refused("\\why", &["K970"]);
}

#[test]
fn forty_columns_are_enough_and_hostile_titles_do_no_harm() {
    let mut desk = Desk::new(OutputFormat::Table, Some(40));
    desk.shown("backlog by team");
    let rows = desk.shown("\\rows team=payments");
    fits(&rows, 40);
    assert!(!rows.contains('\u{1b}'), "{rows}");
    desk.shown("mttr by team over month from 2026-02 to 2026-03");
    let why = desk.shown("\\why");
    fits(&why, 40);
    // Still a table: what has no room is left out of it, not turned into blocks.
    assert!(
        why.lines().any(|line| line.starts_with("payments")),
        "{why}"
    );
    desk.shown("fix_rate, mttr by team last month");
    for command in [
        "\\explain",
        "\\plan",
        "\\explain mttr last month",
        "\\why",
        "\\why team",
    ] {
        fits(&desk.shown(command), 40);
    }
}

#[test]
fn an_answer_goes_to_the_file_of_output() {
    let mut desk = Desk::new(OutputFormat::Csv, None);
    let file = desk.folder.path().join("rows.csv");
    desk.shown("mttr in 2026-03");
    let reply = desk.reply(&format!("\\output {}\n\\rows", file.display()));
    assert!(reply.shown.is_empty());
    assert_eq!(
        keys(&fs::read_to_string(file).expect("a file")),
        ["F5", "F6", "F7", "F8"]
    );
}

#[test]
fn the_last_answer_is_explained_and_so_is_what_refines_it() {
    let mut desk = Desk::new(OutputFormat::Table, None);
    desk.shown("mttr in 2026-03");
    let explained = desk.shown("\\explain");
    assert!(
        explained.contains("68 days / 4 rows = 17 days"),
        "{explained}"
    );
    let by_team = desk.shown("\\explain by team");
    assert!(
        by_team.contains("payments: mttr = 60 days / 2 rows = 30 days"),
        "{by_team}"
    );
    // Explaining another query does not change which was last.
    assert!(desk.shown("\\explain").contains("68 days / 4 rows"));
    desk.refused("\\format csv\n\\explain", &["K909"]);
}

#[test]
fn a_plan_says_what_is_read_and_computed_once() {
    let mut desk = Desk::new(OutputFormat::Table, None);
    let plan = desk.shown("\\plan fix_rate, verified_findings by team over month last 3 months");
    assert!(
        plan.contains("count of findings verified; shared by fix_rate, verified_findings"),
        "{plan}"
    );
    let computes = plan.split("\nStands\n").next().expect("what is computed");
    assert_eq!(computes.matches("count of findings verified").count(), 1);
    assert!(plan.contains("3 months: 2026-02 to 2026-04"), "{plan}");
    assert!(
        plan.contains("findings_rows: rows of findings, made in 1 batch for "),
        "{plan}"
    );
    assert!(
        plan.contains(". fix_rate, verified_findings: flow over 3 buckets"),
        "{plan}"
    );
    desk.shown("mttr by team");
    let plan = desk.shown("\\plan");
    assert!(plan.contains("CSV, read into memory, 11 rows"), "{plan}");
    desk.shown("\\format json");
    let object = desk.json("\\plan");
    assert_eq!(object["queries"][0]["method"], "flow");
    assert_eq!(object["scanned"][0]["lazy"], false);
}

/// Dates that no database holds are answered as any other, by whatever follows an answer.
#[test]
fn what_follows_an_answer_as_of_the_last_day_and_the_first() {
    for day in ["9999-12-31", "0001-01-01"] {
        let mut desk = Desk::new(OutputFormat::Table, None);
        desk.shown(&format!("backlog as of {day}"));
        for follows in ["\\rows", "\\why", "\\why severity", "\\explain", "\\plan"] {
            let reply = desk.reply(follows);
            let is_answered = !reply.shown.is_empty() || reply.fault.is_some();
            assert!(is_answered, "{day} {follows}: {}", reply.told);
        }
        let plan = desk.shown("\\plan");
        assert!(plan.contains("backlog"), "{plan}");
    }
}
