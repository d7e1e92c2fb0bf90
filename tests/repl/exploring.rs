//! Looking around in data and definitions.

use std::fs;
use std::path::Path;

use riskql::diagnostic::Fault;
use riskql::project::{self, Origin};
use riskql::render::{Format, Look};
use riskql::repl::{Options, Reply, Session, Wish};
use riskql::source::Sources;
use serde_json::Value as Json;
use tempfile::TempDir;
use unicode_width::UnicodeWidthStr;

/// Two tables, a scale, a policy, KPIs that use each other.
const DEFINITIONS: &str = r#"calendar
  timezone "UTC"

scale severity is low < medium < high

# What is tested.
table assets "Applications"
  key   asset_id
  field team text

table findings "Findings"
  key     finding_id
  belongs to assets by asset_id
  event   found at found_at
  event   fixed at fixed_at where resolution = fixed
  event   closed at closed_at or fixed_at
  state   open from found_at until closed_at
  field   severity scale severity
  field   exploitable yesno
  field   resolution text
  field   cvss number
  field   team text from assets.team

condition bad is severity >= medium

sla remediation
  of     findings
  starts found
  stops  closed
  due 30 days otherwise

kpi backlog "Open findings"
  is    count of findings open
  by    severity, team
  lower is better
  target below 9
  target below 5 since 2026-02-01
  target below 3 since 2027-01-01

kpi bad_backlog "Bad ones"
  is    count of findings open where bad

kpi share_of_bad "Share of bad ones"
  is    bad_backlog / backlog
  as    percent

kpi late "Overdue"
  is    count of findings overdue

view by_team "By team"
  show  backlog by team

dashboard board "Board"
  layer one "One"
    show number backlog
    show table  by_team
"#;

const ASSETS: &str = "asset_id,team\nA,web\nB,core\nC,\n";

/// Ten findings; what is in them is counted by hand below.
const FINDINGS: &str = "\
finding_id,asset_id,severity,exploitable,resolution,cvss,found_at,fixed_at,closed_at
1,A,low,yes,fixed,1,2025-06-01,2025-07-01,
2,A,low,no,accepted,2,2025-06-15,2025-07-02,2025-07-09
3,A,high,,fixed,3,2025-08-01,,
4,A,high,yes,,4,2025-08-02,,
5,B,high,yes,,10,2025-09-30,,2025-12-31
6,B,high,no,fixed,,2025-10-01,2026-02-28T10:30:00Z,
7,B,,no,,,2025-10-31,,
8,C,low,no,,4,2025-11-01,,
9,C,low,,,4,2025-11-02,,
10,,low,,,0,2026-03-01,,
";

pub fn fixture() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("defs")).expect("a folder");
    fs::create_dir(folder.path().join("data")).expect("a folder");
    write(folder.path(), "defs/all.kpi", DEFINITIONS);
    write(folder.path(), "data/assets.csv", ASSETS);
    write(folder.path(), "data/findings.csv", FINDINGS);
    folder
}

pub fn write(folder: &Path, name: &str, text: &str) {
    fs::write(folder.join(name), text).expect("a file");
}

fn options(folder: &Path) -> Options {
    Options {
        origin: Origin::Folder(folder.join("defs")),
        data: Some(folder.join("data")),
        tables: Vec::new(),
        as_of: None,
        known_on: None,
        format: Format::Table,
        look: Look::PIPE,
    }
}

fn open_with(options: Options) -> (Session, String) {
    match Session::open(options) {
        Ok((session, first)) => (session, first.told),
        Err(refused) => panic!("{:?}", refused.problems),
    }
}

fn open(folder: &Path) -> Session {
    open_with(options(folder)).0
}

fn shown(session: &mut Session, typed: &str) -> String {
    let reply = session.answer(typed);
    assert_eq!(reply.fault, None, "{typed}: {}", reply.told);
    String::from_utf8(reply.shown).expect("UTF-8")
}

fn refused(session: &mut Session, typed: &str) -> String {
    let reply = session.answer(typed);
    assert!(reply.fault.is_some(), "{typed} is answered");
    assert!(reply.shown.is_empty(), "{typed} shows something");
    reply.told
}

/// The line that begins with a word, its columns joined by single spaces.
fn line(text: &str, word: &str) -> String {
    let lines = text
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>());
    let mut found = lines.filter(|line| line.first() == Some(&word));
    let found = found
        .next()
        .unwrap_or_else(|| panic!("no line {word} in\n{text}"));
    found.join(" ")
}

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
        told.contains("21 KPIs from the built-in library, because nothing in"),
        "{told}"
    );
}

#[test]
fn a_missing_folder_of_definitions_is_told() {
    let folder = fixture();
    let (_, told) = open_with(Options {
        origin: Origin::Folder(folder.path().join("nowhere")),
        ..options(folder.path())
    });
    assert!(told.contains("K901"), "{told}");
    assert!(told.contains("21 KPIs from the built-in library"), "{told}");
}

#[test]
fn a_table_is_described_as_counted_by_hand() {
    let folder = fixture();
    let mut session = open(folder.path());
    let text = shown(&mut session, "\\describe findings");
    let expected = [
        ("finding_id", "finding_id text key 0 10"),
        ("asset_id", "asset_id text 1 (10%) 3 A C █▆▄"),
        ("severity", "severity scale 1 (10%) 2 low high █·▇"),
        ("exploitable", "exploitable yesno 3 (30%) 2 no yes █▆"),
        ("resolution", "resolution text 6 (60%) 2 accepted fixed █▃"),
        ("cvss", "cvss number 2 (20%) 6 0 10 ▃▃▃▃█······▃"),
        (
            "fixed_at",
            "fixed_at date 7 (70%) 3 2025-07-01 2026-02-28 █··········▄",
        ),
        ("team", "team text 3 (30%) 2 core web █▆"),
        ("due_at", "due_at date"),
        ("found", "found 10 2025-06-01 2026-03-01 found_at"),
        // Row 2 was accepted; row 3 has no date.
        (
            "fixed",
            "fixed 2 2025-07-01 2026-02-28 10:30:00 fixed_at where resolution = fixed",
        ),
        // closed_at of rows 2 and 5, fixed_at of rows 1 and 6.
        (
            "closed",
            "closed 4 2025-07-01 2026-02-28 10:30:00 closed_at or fixed_at",
        ),
        ("breached", "breached worked out by an SLA"),
        (
            "open",
            "open 10 2 2025-06-01 2026-03-01 found_at, closed_at",
        ),
        ("overdue", "overdue worked out by an SLA"),
    ];
    for (word, expected) in expected {
        assert_eq!(line(&text, word), expected);
    }
    assert!(
        text.contains("\ndue_at: worked out by the SLA remediation\n"),
        "{text}"
    );
    assert!(text.contains("10 rows of"), "{text}");
    assert!(
        text.contains("as they are: no as-of, nothing excluded"),
        "{text}"
    );
}

#[test]
fn a_number_is_described_as_counted_by_hand() {
    let folder = fixture();
    let mut session = open(folder.path());
    let text = shown(&mut session, "\\describe cvss");
    // 0 1 2 3 4 4 4 10
    assert!(
        text.contains("6 different values, 2 (20%) missing"),
        "{text}"
    );
    assert!(
        text.contains("lowest 0, highest 10, mean 3.5, median 3.5"),
        "{text}"
    );
    let rows: Vec<&str> = text
        .lines()
        .skip_while(|line| !line.contains("───"))
        .skip(1)
        .map(|line| line.split_whitespace().nth(2).expect("rows"))
        .collect();
    // Twelve stretches of 0.833: 0 | 1 | 2 | 3 | 4 4 4 | …
    assert_eq!(
        rows,
        ["1", "1", "1", "1", "3", "0", "0", "0", "0", "0", "0", "1"]
    );
}

#[test]
fn dates_are_described_by_month() {
    let folder = fixture();
    let mut session = open(folder.path());
    let text = shown(&mut session, "\\describe found_at");
    assert!(text.contains("10 different values, none missing"), "{text}");
    assert!(text.contains("first 2025-06-01, last 2026-03-01"), "{text}");
    let months: Vec<(String, String)> = text
        .lines()
        .skip_while(|line| !line.contains("───"))
        .skip(1)
        .map(|line| {
            let mut words = line.split_whitespace().map(str::to_string);
            (words.next().expect("a month"), words.next().expect("rows"))
        })
        .collect();
    let expected = [
        ("2025-06", "2"),
        ("2025-08", "2"),
        ("2025-09", "1"),
        ("2025-10", "2"),
        ("2025-11", "2"),
        ("2026-03", "1"),
    ];
    let there: Vec<(&str, &str)> = months
        .iter()
        .map(|(month, rows)| (month.as_str(), rows.as_str()))
        .filter(|(month, _)| *month != "…")
        .collect();
    assert_eq!(there, expected);
    // July, and December to February.
    assert_eq!(months.iter().filter(|(month, _)| month == "…").count(), 2);
}

#[test]
fn values_are_counted_scales_in_their_order() {
    let folder = fixture();
    let mut session = open(folder.path());
    let text = shown(&mut session, "\\values severity");
    let rows: Vec<String> = ["low", "medium", "high"]
        .map(|word| line(&text, word))
        .into();
    assert_eq!(rows[0], "low 5 50% ████████████████");
    assert_eq!(rows[1], "medium 0 0%");
    assert_eq!(rows[2], "high 4 40% ████████████▊");
    let places: Vec<usize> = ["\nlow", "\nmedium", "\nhigh"]
        .map(|word| text.find(word).expect("a line"))
        .into();
    assert!(places.is_sorted());
    assert!(text.contains("missing: 1 (10%)"), "{text}");
    let text = shown(&mut session, "\\values findings.team");
    assert_eq!(line(&text, "web"), "web 4 40% ████████████████");
    assert_eq!(line(&text, "core"), "core 3 30% ████████████");
    assert!(
        text.find("web") < text.find("core"),
        "the most frequent first: {text}"
    );
    // Without the table it is the team of the assets.
    assert_eq!(
        line(&shown(&mut session, "\\values team"), "web"),
        "web 1 33.3% ████████████████"
    );
}

#[test]
fn values_are_filtered_and_cut_only_on_a_terminal() {
    let folder = fixture();
    let rows: String = (0..60)
        .map(|row| format!("{row},team number {row}\n"))
        .collect();
    write(
        folder.path(),
        "data/assets.csv",
        &format!("asset_id,team\n{rows}"),
    );
    let mut session = open(folder.path());
    let text = shown(&mut session, "\\values team");
    assert_eq!(text.matches("team number").count(), 60);
    assert_eq!(
        shown(&mut session, "\\values team NUMBER 5")
            .matches("team number")
            .count(),
        11
    );
    assert!(shown(&mut session, "\\values team nobody").contains("no value with `nobody` in it"));
    session.set_look(Look {
        width: Some(80),
        ..Look::PIPE
    });
    let text = shown(&mut session, "\\values team");
    assert_eq!(text.matches("team number").count(), 25);
    assert!(text.contains("35 more; \\values team all"), "{text}");
    assert_eq!(
        shown(&mut session, "\\values team all")
            .matches("team number")
            .count(),
        60
    );
}

#[test]
fn kpis_say_what_they_need_and_whether_the_data_have_it() {
    let folder = fixture();
    let mut session = open(folder.path());
    let text = shown(&mut session, "\\kpis");
    assert!(line(&text, "backlog").ends_with("findings"), "{text}");
    assert!(!text.contains("cannot be answered"), "{text}");
    assert!(line(&text, "share_of_bad").contains("percent"), "{text}");
    let text = shown(&mut session, "\\kpis BAD");
    assert!(
        text.contains("share_of_bad") && !text.contains("late"),
        "{text}"
    );
    let text = shown(&mut session, "\\kpis backlgo");
    assert!(text.contains("did you mean `backlog`?"), "{text}");
    // A column that a KPI cannot do without.
    write(
        folder.path(),
        "data/findings.csv",
        "finding_id,found_at,closed_at\n1,2026-01-01,\n",
    );
    let mut session = open(folder.path());
    let text = shown(&mut session, "\\kpis");
    assert!(line(&text, "backlog").ends_with("findings"), "{text}");
    assert!(text.contains("cannot be answered"), "{text}");
    assert!(
        line(&text, "bad_backlog").ends_with("no column severity in findings"),
        "{text}"
    );
    shown(&mut session, "backlog");
    assert!(refused(&mut session, "bad_backlog").contains("D112"));
}

#[test]
fn a_definition_is_shown_with_its_place_its_users_and_its_targets() {
    let folder = fixture();
    let mut session = open(folder.path());
    let text = shown(&mut session, "\\show backlog");
    let path = folder.path().join("defs/all.kpi");
    let place = DEFINITIONS
        .lines()
        .position(|line| line.starts_with("kpi backlog"));
    let place = place.expect("it is defined") + 1;
    assert!(
        text.starts_with(&format!("kpi backlog, {}:{place}\n", path.display())),
        "{text}"
    );
    assert!(
        text.contains("\n  is     count of findings open\n"),
        "{text}"
    );
    assert!(
        text.contains("targets as of 2026-03-01: below 5\n"),
        "{text}"
    );
    assert!(text.contains("from 2027-01-01: below 3\n"), "{text}");
    assert!(
        text.contains("named by dashboard board, kpi share_of_bad, view by_team\n"),
        "{text}"
    );
}

#[test]
fn users_are_found_by_meaning_and_not_by_their_letters() {
    let folder = fixture();
    let mut session = open(folder.path());
    let users = |session: &mut Session, name: &str| {
        let text = shown(session, &format!("\\show {name}"));
        text.lines().last().expect("a line").to_string()
    };
    // `bad` is in the names of bad_backlog and share_of_bad; only the first uses the condition.
    assert_eq!(users(&mut session, "bad"), "named by kpi bad_backlog");
    assert_eq!(users(&mut session, "remediation"), "named by kpi late");
    assert_eq!(
        users(&mut session, "scale severity"),
        "named by table findings"
    );
    assert_eq!(users(&mut session, "by_team"), "named by dashboard board");
    assert_eq!(users(&mut session, "assets"), "named by table findings");
    assert_eq!(users(&mut session, "board"), "nothing else names it");
    assert_eq!(
        users(&mut session, "count"),
        "named by kpi backlog, kpi bad_backlog, kpi late"
    );
}

#[test]
fn comments_go_with_the_definition_they_stand_at() {
    let folder = fixture();
    let mut session = open(folder.path());
    let text = shown(&mut session, "\\show assets");
    assert!(text.contains("# What is tested.\ntable assets"), "{text}");
    let text = shown(&mut session, "\\show scale severity");
    assert!(!text.contains("# What is tested."), "{text}");
    shown(
        &mut session,
        "kpi typed # so\n  # inside\n  is count of findings open # here",
    );
    let text = shown(&mut session, "\\show typed");
    assert!(
        text.starts_with("kpi typed, typed in this session\n"),
        "{text}"
    );
    for comment in ["# so", "# inside", "# here"] {
        assert!(text.contains(comment), "{text}");
    }
}

/// Every definition of the library is laid out alone as it is in its file.
#[test]
fn every_definition_of_the_library_can_be_shown() {
    let (mut session, _) = open_with(Options {
        origin: Origin::Library,
        data: None,
        ..options(Path::new("."))
    });
    for (name, text) in project::library_texts() {
        let mut sources = Sources::default();
        let id = sources.add(name, text);
        let (file, _) = riskql::syntax::parse_file(&sources, id);
        if let [_] = file.definitions.as_slice() {
            let mut words = text
                .lines()
                .find(|line| !line.starts_with('#'))
                .expect("a line")
                .split(' ');
            let kind = words.next().expect("a kind");
            let name = match kind {
                "test" | "calendar" => continue,
                _ => words.next().expect("a name"),
            };
            let shown = shown(&mut session, &format!("\\show {kind} {name}"));
            assert!(shown.contains(text.trim_end()), "{name}:\n{shown}");
        }
    }
}

#[test]
fn mistyped_names_are_answered_with_near_ones() {
    let folder = fixture();
    let mut session = open(folder.path());
    let cases = [
        ("\\describe findigs", "K961", "did you mean `findings`?"),
        ("\\describe severty", "K961", "did you mean `severity`?"),
        (
            "\\describe findings.severty",
            "K961",
            "did you mean `findings.severity`?",
        ),
        (
            "\\describe finding.severity",
            "K961",
            "did you mean `findings`?",
        ),
        (
            "\\describe open",
            "K961",
            "it is a state of findings: \\describe findings",
        ),
        ("\\describe backlog", "K961", "it is a KPI: \\show backlog"),
        (
            "\\describe asset_id",
            "K962",
            "say which: assets.asset_id, findings.asset_id",
        ),
        ("\\describe due_at", "K963", "list findings show due_at"),
        ("\\values cvss", "K964", "\\describe findings.cvss"),
        ("\\values", "K966", "\\values severity"),
        ("\\describe", "K966", "a table: assets, findings"),
        ("\\show baklog", "K963", "did you mean `backlog`?"),
        (
            "\\show resolution",
            "K963",
            "\\describe findings.resolution",
        ),
        ("\\show fixed", "K963", "it is an event of findings"),
        ("\\help tabels", "K951", "did you mean `\\tables`?"),
        ("\\desc findings", "K951", "did you mean `\\describe`?"),
        ("\\q", "K951", "did you mean `\\quit`?"),
        (
            "tables",
            "K206",
            "commands begin with a backslash: \\tables",
        ),
        ("describe findings", "K101", "a backslash: \\describe"),
        (".tables", "K100", "a backslash: \\tables"),
        (".schema", "K100", "a backslash: \\describe"),
        ("\\period x", "K952", "\\period last 6 months"),
        (
            "\\period backlog last month",
            "K952",
            "\\period last 6 months",
        ),
        ("\\period last 6 mnths", "K132", "`month`"),
        ("\\test backlgo", "K979", "did you mean `backlog`?"),
        ("\\data one two", "K960", "\\data assets=FILE"),
        ("\\data findigs=x.csv", "D104", "did you mean `findings`?"),
        ("\\data nowhere", "D101", "there is no folder `nowhere`"),
    ];
    for (typed, code, advice) in cases {
        let told = refused(&mut session, typed);
        assert!(told.contains(code), "{typed}: {told}");
        assert!(told.contains(advice), "{typed}: {told}");
    }
    // Nothing of it changed where the data are.
    assert!(shown(&mut session, "backlog").contains('6'));
}

#[test]
fn a_table_without_a_file_is_not_described() {
    let folder = fixture();
    fs::remove_file(folder.path().join("data/assets.csv")).expect("it was there");
    let mut session = open(folder.path());
    assert!(refused(&mut session, "\\describe assets").contains("K965"));
    let text = shown(&mut session, "\\describe findings");
    assert_eq!(line(&text, "team"), "team text 10 (100%) 0");
    assert!(line(&shown(&mut session, "\\tables"), "assets").ends_with("no file"));
}

#[test]
fn data_are_changed_for_a_table_or_all() {
    let folder = fixture();
    let mut session = open(folder.path());
    let one = "finding_id,asset_id,severity,found_at\n1,A,low,2026-05-01\n";
    write(folder.path(), "today list.csv", one);
    let file = folder.path().join("today list.csv");
    let reply = session.answer(&format!("\\data \"findings={}\"", file.display()));
    assert!(
        reply.told.contains("assets 3 rows, findings 1 row\n"),
        "{}",
        reply.told
    );
    assert!(reply.told.contains("as of 2026-05-01"), "{}", reply.told);
    assert!(shown(&mut session, "\\data").contains("today list.csv"));
    let data = folder.path().join("data");
    let reply = session.answer(&format!("\\data {}", data.display()));
    assert!(reply.told.contains("findings 10 rows"), "{}", reply.told);
}

#[test]
fn help_lists_every_command_and_explains_each() {
    let folder = fixture();
    let mut session = open(folder.path());
    let help = shown(&mut session, "\\help");
    for command in riskql::repl::COMMANDS {
        let signature = format!("\\{}", command.name);
        assert!(help.contains(&signature), "{signature}");
        let one = shown(&mut session, &format!("\\help {}", command.name));
        assert!(one.contains(command.help), "{one}");
        assert!(one.contains("example"), "{one}");
    }
    let help_at_80 = help.lines().filter(|line| line.chars().count() > 80);
    assert_eq!(help_at_80.collect::<Vec<_>>(), Vec::<&str>::new());
    assert_eq!(shown(&mut session, "help"), help);
    assert_eq!(shown(&mut session, "?"), help);
    assert!(shown(&mut session, "\\help values").contains("\\values team"));
    for word in ["exit", "quit"] {
        assert_eq!(session.answer(word), Reply::wish(Wish::Leave));
    }
}

#[test]
fn a_kpi_may_have_the_name_of_a_plain_word() {
    let folder = fixture();
    let mut session = open(folder.path());
    shown(&mut session, "kpi help\n  is count of findings open");
    assert!(shown(&mut session, "help").contains("as of 2026-03-01"));
}

/// All that can be looked at, for tests of every command.
const COMMANDS: &[&str] = &[
    "\\help",
    "\\help values",
    "\\data",
    "\\tables",
    "\\describe findings",
    "\\describe assets",
    "\\describe severity",
    "\\describe cvss",
    "\\describe found_at",
    "\\describe findings.team",
    "\\values findings.team",
    "\\values severity",
    "\\kpis",
    "\\kpis nothing of this name at all",
    "\\show",
    "\\show backlog",
    "\\show findings",
    "\\show median",
];

#[test]
fn everything_fits_forty_columns_and_a_pipe_cuts_nothing() {
    let folder = fixture();
    let long = "a team with a name that is longer than any terminal in this test is wide";
    write(
        folder.path(),
        "data/assets.csv",
        &format!("asset_id,team\nA,{long}\nB,{long}er\n"),
    );
    for (unicode, color) in [(true, false), (false, true)] {
        let (mut session, told) = open_with(Options {
            look: Look {
                width: Some(40),
                color,
                unicode,
                rows: None,
            },
            ..options(folder.path())
        });
        fits(&told);
        for command in COMMANDS {
            fits(&shown(&mut session, command));
        }
    }
    let mut session = open(folder.path());
    for command in COMMANDS {
        let text = shown(&mut session, command);
        assert!(
            !text
                .lines()
                .any(|line| line.trim() != "…" && line.ends_with('…')),
            "{text}"
        );
    }
    for command in ["\\describe findings", "\\values team", "\\describe team"] {
        assert!(shown(&mut session, command).contains(long), "{command}");
    }
}

fn fits(text: &str) {
    for line in text.lines() {
        let mut plain = String::new();
        let mut rest = line;
        while let Some(start) = rest.find('\x1b') {
            plain += &rest[..start];
            let end = rest[start..].find('m').expect("an escape ends") + start;
            rest = &rest[end + 1..];
        }
        plain += rest;
        assert!(
            plain.width() <= 40,
            "{} columns: {plain}\nin\n{text}",
            plain.width()
        );
    }
}

#[test]
fn ascii_terminals_get_ascii() {
    let folder = fixture();
    let (mut session, _) = open_with(Options {
        look: Look {
            width: Some(100),
            color: false,
            unicode: false,
            rows: None,
        },
        ..options(folder.path())
    });
    for command in [
        "\\describe findings",
        "\\values severity",
        "\\describe cvss",
    ] {
        let text = shown(&mut session, command);
        assert!(text.is_ascii(), "{text}");
        assert!(text.contains('#') || text.contains('='), "{text}");
    }
}

#[test]
fn json_has_the_same_numbers_under_stable_keys() {
    let folder = fixture();
    let mut session = open(folder.path());
    shown(&mut session, "\\format json");
    let mut json =
        |typed: &str| -> Json { serde_json::from_str(&shown(&mut session, typed)).expect("JSON") };
    let tables = json("\\tables");
    assert_eq!(tables["tables"][1]["table"], "findings");
    assert_eq!(tables["tables"][1]["rows"], 10);
    assert_eq!(tables["tables"][1]["newest"], "2026-03-01");
    let field = json("\\describe cvss");
    let facts = ["rows", "missing", "distinct"].map(|key| field[key].as_u64());
    assert_eq!(facts, [Some(10), Some(2), Some(6)]);
    let facts = ["lowest", "highest", "mean", "median"].map(|key| field[key].as_f64());
    assert_eq!(facts, [Some(0.0), Some(10.0), Some(3.5), Some(3.5)]);
    let table = json("\\describe findings");
    let severity = &table["fields"].as_array().expect("a list").iter();
    let mut severity = severity
        .clone()
        .filter(|field| field["field"] == "findings.severity");
    assert_eq!(severity.next().expect("it is there")["highest"], "high");
    assert_eq!(table["events"][1]["rows"], 2);
    assert_eq!(table["states"][0]["left"], 2);
    let values = json("\\values severity");
    assert_eq!(
        values["values"][2],
        serde_json::json!({"value": "high", "rows": 4})
    );
    let kpis = json("\\kpis late");
    assert_eq!(kpis["kpis"][0]["can_be_answered"], true);
}

#[test]
fn hostile_texts_reach_no_terminal() {
    let folder = fixture();
    let hostile = "asset_id,team\nA,\"\x1b[2J\x1b]0;owned\x07evil\"\nB,\u{202e}txt\n";
    write(folder.path(), "data/assets.csv", hostile);
    let title = "kpi odd \"\u{202e}odd\x1b[31m\"\n  is count of findings open\n";
    write(folder.path(), "defs/odd.kpi", title);
    let mut session = open(folder.path());
    let extra = ["\\values findings.team evil", "\\show odd", "\\kpis odd"];
    for command in COMMANDS.iter().chain(&extra) {
        let reply = session.answer(command);
        let text = String::from_utf8(reply.shown).expect("UTF-8") + &reply.told;
        let is_harmful =
            |letter: char| (letter.is_control() && letter != '\n') || letter == '\u{202e}';
        assert!(!text.contains(is_harmful), "{command}: {text:?}");
    }
}

#[test]
fn files_that_change_are_read_anew() {
    let folder = fixture();
    let mut session = open(folder.path());
    shown(&mut session, "\\tables");
    write(
        folder.path(),
        "data/assets.csv",
        "asset_id,team\nA,web\nB,core\nC,web\nD,ops\n",
    );
    assert!(line(&shown(&mut session, "\\tables"), "assets").starts_with("assets 4"));
}

#[test]
fn missing_data_is_the_environments_fault_and_a_typo_the_users() {
    let folder = fixture();
    let mut session = open(folder.path());
    assert_eq!(
        session.answer("\\data nowhere").fault,
        Some(Fault::Environment)
    );
    assert_eq!(
        session.answer("\\describe nothing_like_it").fault,
        Some(Fault::Mistake)
    );
}

#[test]
fn intervals_of_another_table_are_described_as_counted_by_hand() {
    let folder = fixture();
    let definitions = r#"calendar
  timezone "UTC"

table findings
  key    finding_id
  state  open from episodes opened_at until closed_at
  event  closed at last closed_at of episodes
  field  title text

table episodes
  key    episode_id
  belongs to findings by finding_id
  field  reason text

kpi backlog "Open"
  is count of findings open
"#;
    write(folder.path(), "defs/all.kpi", definitions);
    write(
        folder.path(),
        "data/findings.csv",
        "finding_id,title\n1,a\n2,b\n3,c\n4,d\n",
    );
    // Finding 1 was closed twice, 2 is open again, 3 was never open, 4 has an episode not begun.
    let episodes = "episode_id,finding_id,opened_at,closed_at\n\
        1,1,2026-01-01,2026-01-05\n2,1,2026-02-01,2026-02-03\n\
        3,2,2026-01-02,2026-01-04\n4,2,2026-03-01,\n\
        5,4,2026-01-10,2026-01-20\n6,4,,\n";
    write(folder.path(), "data/episodes.csv", episodes);
    let mut session = open(folder.path());
    let text = shown(&mut session, "\\describe findings");
    assert_eq!(
        line(&text, "closed"),
        "closed 2 2026-01-20 2026-02-03 last closed_at of episodes"
    );
    assert_eq!(
        line(&text, "open"),
        "open 5 4 2026-01-01 2026-03-01 opened_at, closed_at of episodes"
    );
    assert!(shown(&mut session, "\\show episodes").contains("named by table findings"));
}
