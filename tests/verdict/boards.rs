//! Verdicts of the library's dashboard over small tables.

use std::fmt::Write;
use std::path::Path;
use std::rc::Rc;

use riskql::exec::answer::{Board, BoardVerdict, Decision};
use riskql::exec::data::{self, Tables};
use riskql::exec::query_context::QueryContext;
use riskql::insight::dashboards;
use riskql::lang::analyze;

use crate::answers::pipeline;

/// Two applications of two teams, both business-critical, in service all the time.
const ASSETS: &str = "\
asset_id,name,kind,criticality,exposure,business_critical,team,commissioned_at,retired_at
A1,shop,web,high,internet,yes,storefront,2024-01-01,
A2,stock,api,high,internal,yes,logistics,2024-01-01,
";

const FINDINGS: &str = "finding_id,asset_id,title,severity,validation,exploitable,environment,resolution,introduced_at,found_at,fixed_at,verified_at,closed_at,reopened_at,accepted_at,acceptance_ends_at,cwe,cve,cvss\n";
const SCANS: &str = "scan_id,asset_id,tool,tool_kind,environment,finished_at,outcome\n";

/// A day in the middle of the month that lies so many months after September 2025.
fn day(month: usize) -> String {
    let months = 2025 * 12 + 8 + month;
    format!("{}-{:02}-15", months / 12, months % 12 + 1)
}

/// So many high findings of an asset, found in September 2025, one of which is verified and closed in each month after it.
fn closing(asset: &str, count: usize) -> String {
    let mut rows = String::new();
    for number in 0..count {
        let closed = match number < 12 {
            true => day(number + 1),
            false => String::new(),
        };
        let resolution = if closed.is_empty() { "" } else { "fixed" };
        let id = format!("{asset}-{number}");
        writeln!(
            rows,
            "{id},{asset},SQL injection,high,confirmed,no,production,{resolution},2025-09-01,2025-09-10,{closed},{closed},{closed},,,,,,"
        )
        .expect("text grows");
    }
    rows
}

/// A scan of an asset in each month up to one.
fn scans(asset: &str, months: usize) -> String {
    let mut rows = String::new();
    for month in 0..=months {
        let at = format!("{}T04:00:00Z", day(month)).replace("-15T", "-20T");
        writeln!(
            rows,
            "{asset}-{month},{asset},zap,dast,production,{at},success"
        )
        .expect("text grows");
    }
    rows
}

/// The library's dashboard over tables, at the end of September 2026.
fn board(findings: &str, scans: &str, replaced: &[(&str, &str)]) -> Board {
    of_folder(folder(findings, scans).path(), replaced)
}

fn of_folder(folder: &Path, replaced: &[(&str, &str)]) -> Board {
    asked_over(folder, replaced, 1).0.remove(0)
}

/// The board so many times, asked together, and how often tables were handed out for it.
fn asked_over(folder: &Path, replaced: &[(&str, &str)], times: usize) -> (Vec<Board>, u64) {
    let (mut sources, definitions) = pipeline::with_sources("kpi-defs", replaced);
    let located = data::locate(&definitions, Some(folder), &[]).expect("the tables are found");
    let as_of = analyze::moment(&mut sources, &definitions, "--as-of", "2026-09-30");
    let as_of = as_of.expect("a date");
    let context = QueryContext {
        definitions: &definitions,
        sources: &sources,
        tables: Rc::new(Tables::of_files(located)),
        as_of: Some(as_of),
        known_on: None,
        watermark: None,
    };
    let draft = dashboards::dashboard(&definitions, None).expect("the library has one");
    let answered = dashboards::boards(&context, vec![draft; times])
        .unwrap_or_else(|problems| panic!("{:#?}", problems.sorted()));
    let tables = context.usual_tables().expect("tables");
    let askings = tables.borrow().askings();
    (answered.boards, askings)
}

/// A folder with tables.
fn folder(findings: &str, scans: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder to write to");
    let write = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).expect("a file to write to");
    };
    write("assets.csv", ASSETS);
    write("findings.csv", &format!("{FINDINGS}{findings}"));
    write("scans.csv", &format!("{SCANS}{scans}"));
    folder
}

fn verdict(board: &Board) -> &BoardVerdict {
    board.verdict().expect("the dashboard asks a question")
}

#[test]
fn findings_that_are_closed_month_by_month() {
    let findings = closing("A1", 16) + &closing("A2", 13);
    let board = board(&findings, &(scans("A1", 12) + &scans("A2", 12)), &[]);
    let verdict = verdict(&board);
    // High is 20 points, high criticality 1.5, internet 1.5: 45 a finding of A1, 30 of A2. Open at the end of
    // October: 15 and 12 (675 + 360); at the end of September 2026: 4 and 1 (180 + 30).
    assert_eq!(
        verdict.headline(),
        "Yes: risk exposure fell by 80% in twelve months (1,035 → 210 points; decreasing, p < 0.001)."
    );
    assert_eq!(
        verdict.evidence[0],
        "Over what was in scope in every month it fell by 80%."
    );
    assert_eq!(
        verdict.evidence[1],
        "Most of the change is in storefront (-495) and logistics (-330)."
    );
    assert_eq!(
        verdict.evidence[2],
        "Scan coverage, business-critical assets stayed at 100%."
    );
}

#[test]
fn findings_that_vanish_with_the_scans() {
    // A2 is scanned up to January; coverage of business-critical assets falls from all to half.
    let findings = closing("A1", 16) + &closing("A2", 13);
    let board = board(&findings, &(scans("A1", 12) + &scans("A2", 4)), &[]);
    let verdict = verdict(&board);
    assert_eq!(verdict.decision, Decision::CannotTell);
    assert!(
        verdict.summary.ends_with(
            "but scan coverage, business-critical assets, on which that rests, went from 100% to 50%"
        ),
        "{}",
        verdict.summary
    );
}

/// High weighs 5 instead of 20 from March on.
fn smaller_weights() -> String {
    let version = |weight: u32, since: &str| {
        format!(
            "score risk\n  of findings\n  base severity\n    high {weight}\n    otherwise 0\n{since}"
        )
    };
    version(20, "") + &version(5, "  since 2026-03-01\n")
}

/// All that a board asks is asked together: its cards, their histories, books, what is known, groups of missed targets.
#[test]
fn the_tables_are_handed_out_once_for_a_board() {
    let overdue = closing("A1", 16).replace(",high,", ",critical,");
    let folder = folder(&overdue, &(scans("A1", 12) + &scans("A2", 12)));
    let (boards, askings) = asked_over(folder.path(), &[], 1);
    let board = &boards[0];
    assert!(board.cards().any(|card| card.books.is_some()));
    let sentences = verdict(board).evidence.join(" ");
    assert!(sentences.contains("all in storefront"), "{sentences}");
    assert_eq!(askings, 1);
    // A second time for the weights of today; several boards no more often than one.
    let weights = smaller_weights();
    let weights = [("policy/risk.kpi", weights.as_str())];
    let (alone, _) = asked_over(folder.path(), &weights, 1);
    let (boards, askings) = asked_over(folder.path(), &weights, 2);
    assert_eq!(askings, 2);
    assert!(boards.iter().all(|board| *board == alone[0]));
}

#[test]
fn weights_that_were_made_smaller() {
    // Nothing is closed.
    let weights = smaller_weights();
    let open = closing("A1", 20);
    let open: String = open
        .lines()
        .skip(12)
        .map(|line| format!("{line}\n"))
        .collect();
    let board = board(
        &open,
        &(scans("A1", 12) + &scans("A2", 12)),
        &[("policy/risk.kpi", &weights)],
    );
    let verdict = verdict(&board);
    assert_eq!(
        verdict.headline(),
        "No: risk exposure stayed at 40 points in twelve months."
    );
    assert_eq!(
        verdict.evidence[0],
        "Weights changed on 2026-03-01: every month is computed with those in force since then; with the weights of its time, the number went from 160 to 40 points."
    );
    // What is in scope is looked at with the same weights: with those of its time it would have fallen by 75 %.
    assert_eq!(
        verdict.evidence[1],
        "Over what was in scope in every month it stayed at 40 points."
    );
}

#[test]
fn tables_without_rows() {
    let board = board("", &(scans("A1", 12) + &scans("A2", 12)), &[]);
    assert_eq!(
        verdict(&board).summary,
        "Cannot tell: risk exposure is of no row in twelve months: nothing was found, or nothing was looked at"
    );
}

#[test]
fn books_of_the_backlog_balance() {
    let findings = closing("A1", 16) + &closing("A2", 13);
    let board = board(&findings, &(scans("A1", 12) + &scans("A2", 12)), &[]);
    let card = board
        .cards()
        .find(|card| card.title == "Backlog")
        .expect("a card");
    let books = card.books.as_ref().expect("a stock that adds up");
    // 27 open at the end of October, two closed in each of eleven months after it.
    assert_eq!(
        (books.from.as_str(), books.to.as_str()),
        ("2025-10", "2026-09")
    );
    assert_eq!(
        (books.opening, books.opened, books.closed),
        (27.0, 0.0, 22.0)
    );
    assert_eq!((books.other, books.closing), (0.0, 5.0));
}

#[test]
fn number_cards_tell_what_is_known_of_their_rows() {
    let findings = closing("A1", 16) + &closing("A2", 13).replace("confirmed", "unverified");
    let board = board(&findings, &(scans("A1", 12) + &scans("A2", 4)), &[]);
    let card = board
        .cards()
        .find(|card| card.title == "Risk exposure")
        .expect("a card");
    // Open at the end of September: four of A1, which are confirmed and whose asset was scanned in August, and one of A2.
    let known: Vec<(&str, Option<f64>, u64)> = card
        .known
        .iter()
        .map(|known| (known.what.as_str(), known.share, known.rows))
        .collect();
    assert_eq!(
        known,
        [
            ("validated", Some(0.8), 5),
            ("in scope of scans", Some(0.8), 5)
        ]
    );
    assert_eq!(card.formulas[0].words, "sum risk of findings open");
    assert_eq!(
        card.formulas[0].places,
        ["kpis/risk_exposure.kpi:1", "policy/risk.kpi:2"]
    );
    assert_eq!(card.history.len(), 12);
    assert_eq!(card.history[0].period, "2025-10");
}

#[test]
fn next_steps_name_the_cells_of_their_rows() {
    let mut findings = closing("A1", 13);
    findings = findings.replace(",high,", ",critical,");
    let board = board(&findings, &scans("A1", 12), &[]);
    let card = board
        .cards()
        .find(|card| card.title == "Overdue criticals")
        .expect("a card");
    assert_eq!(
        card.next_steps,
        ["Fix A1-12, or have its risk accepted with an end date"]
    );
}

/// Tables with one column of one of them named otherwise, or one of them missing.
fn lacking(table: &str, column: Option<&str>) -> Board {
    let folder = tempfile::tempdir().expect("a folder to write to");
    let texts = [
        ("assets", ASSETS.to_owned()),
        ("findings", format!("{FINDINGS}{}", closing("A1", 16))),
        (
            "scans",
            format!("{SCANS}{}{}", scans("A1", 12), scans("A2", 12)),
        ),
    ];
    for (name, text) in texts {
        let text = match (name == table, column) {
            (true, None) => continue,
            (true, Some(column)) => text.replacen(column, "something_else", 1),
            (false, _) => text,
        };
        std::fs::write(folder.path().join(format!("{name}.csv")), text).expect("a file");
    }
    of_folder(folder.path(), &[])
}

#[test]
fn a_card_is_shown_where_what_stands_beside_it_cannot_be_answered() {
    let value = |board: &Board| {
        let card = board.cards().find(|card| card.title == "Risk exposure");
        let card = card.expect("a card");
        let known: Vec<String> = card.known.iter().map(|known| known.what.clone()).collect();
        let history: Vec<Option<f64>> = card.history.iter().map(|point| point.value).collect();
        (history[11], known)
    };
    // Four high findings of 45 points.
    assert_eq!(
        value(&lacking("findings", Some("validation"))),
        (Some(180.0), vec![])
    );
    let validated = vec!["validated".to_owned()];
    let without_outcome = lacking("scans", Some("outcome"));
    assert_eq!(value(&without_outcome), (Some(180.0), validated.clone()));
    let without_scans = lacking("scans", None);
    assert_eq!(value(&without_scans), (Some(180.0), validated));
    assert_eq!(
        verdict(&without_scans).summary,
        "Cannot tell: no file for scans"
    );
    assert_eq!(verdict(&without_outcome).decision, Decision::CannotTell);
}
