//! Looking around in data and definitions.

mod describing;
mod looks;
mod opening;

use std::fs;
use std::path::Path;

use riskql::app::repl::{Effect, Options, Reply, Session};
use riskql::base::diagnostic::Fault;
use riskql::base::source::Sources;
use riskql::exec::data::ProofCache;
use riskql::lang::project::{self, ProjectOrigin};
use riskql::render::{OutputFormat, RenderOptions};
use tempfile::TempDir;

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
        origin: ProjectOrigin::Folder(folder.join("defs")),
        data: Some(folder.join("data")),
        tables: Vec::new(),
        connection: None,
        as_of: None,
        known_on: None,
        format: OutputFormat::Table,
        look: RenderOptions::PIPE,
        proofs: ProofCache::default(),
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
        origin: ProjectOrigin::Library,
        data: None,
        ..options(Path::new("."))
    });
    for (name, text) in project::library_texts() {
        let mut sources = Sources::default();
        let id = sources.add(name, text);
        let (file, _) = riskql::lang::syntax::parse_file(&sources, id);
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
    for command in riskql::app::repl::COMMANDS {
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
        assert_eq!(session.answer(word), Reply::effect(Effect::Leave));
    }
}

#[test]
fn a_kpi_may_have_the_name_of_a_plain_word() {
    let folder = fixture();
    let mut session = open(folder.path());
    shown(&mut session, "kpi help\n  is count of findings open");
    assert!(shown(&mut session, "help").contains("as of 2026-03-01"));
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
