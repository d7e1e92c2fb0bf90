//! Completion by position, over the built-in library and the example data.

use std::fmt::Write;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use riskql::diagnostic::Problems;
use riskql::repl::{Catalogue, Completion, complete};
use riskql::syntax::{Grids, TokenKind, scan};

use super::{catalogue, cursor, demo};

/// Text with `|` as the cursor; the first candidates; candidates among the others; candidates that
/// must not be there. Separated by white space; a `_` is a space inside one.
type Case = (&'static str, &'static str, &'static str, &'static str);

const CASES: &[Case] = &[
    // ------------------------------------------------ the beginning
    (
        "|",
        "backlog duplicate_reduction",
        "mttr list explain by kpi view count last",
        "and of",
    ),
    ("m|", "mttr mttr_claimed mean median min max", "", "backlog"),
    ("MT|", "mttr mttr_claimed", "", ""),
    ("crit|", "overdue_critical", "", "backlog"),
    ("overdue|", "overdue_critical", "", ""),
    (
        "scan_c|",
        "scan_coverage scan_coverage_api",
        "scan_coverage_web",
        "escape_rate",
    ),
    ("backlgo|", "backlog", "", ""),
    ("mtrt|", "mttr", "", ""),
    ("high|", "highest_risk_apps", "", ""),
    ("ex|", "exploitability_rate explain", "", ""),
    ("explain |", "backlog", "list mttr count", "explain"),
    ("kp|", "kpi", "", ""),
    ("# nothing in a comm|", "", "", "mttr"),
    ("   back|", "backlog", "", ""),
    // ------------------------------------------------ after a KPI
    (
        "mttr |",
        "by where over last this past",
        "in from versus with top sort limit as at",
        "of show explain mttr",
    ),
    ("mttr b|", "by", "", "backlog"),
    (
        "mttr by |",
        "severity validation environment app team",
        "kind exposure cwe title found_at",
        "outcome tool mttr",
    ),
    ("mttr by s|", "severity", "business_critical", "app"),
    ("mttr by severity |", "where over", "last versus", "by"),
    ("mttr by severity, |", "severity", "team", "by"),
    ("mttr by severity, te|", "team", "", "severity"),
    ("mttr by tema|", "team", "", ""),
    (
        "mttr where severity = high |",
        "and or by over",
        "last",
        "where",
    ),
    ("mttr over |", "month week day quarter year", "", "months"),
    ("mttr over mo|", "month", "", "week"),
    ("mttr over month |", "by where last", "", "over"),
    ("mttr last |", "", "12 month quarter", "months by"),
    (
        "mttr last 12 |",
        "months weeks days quarters years",
        "",
        "month",
    ),
    ("mttr last 1 |", "month", "", "months"),
    ("mttr last 12 m|", "months", "", "weeks"),
    ("mttr this |", "month week", "year", "months"),
    ("mttr past |", "", "90 week", ""),
    ("mttr past 90 |", "months", "days", ""),
    (
        "mttr last 12 months |",
        "by where over",
        "versus",
        "last this past in from",
    ),
    (
        "mttr in |",
        "2026-09 2026-08",
        "2026-Q3 2025-Q4 2026 2024",
        "month by",
    ),
    ("mttr in 2026-|", "2026-09", "2026-Q3", "2025-12"),
    ("mttr in 2025-1|", "2025-12 2025-11 2025-10", "", "2026-09"),
    ("mttr from |", "2026-09", "", ""),
    ("mttr from 2026-01 |", "to", "", "by"),
    ("mttr from 2026-01 to |", "2026-09", "", "by"),
    (
        "mttr versus |",
        "",
        "target previous last 2026-09 this",
        "by",
    ),
    ("mttr versus previous |", "month week", "", "months"),
    ("mttr versus target, |", "", "previous last", "by"),
    ("mttr versus ta|", "target", "", "by"),
    ("mttr with |", "total", "", "severity"),
    ("mttr with total |", "by where over", "", "with"),
    ("mttr by team top |", "", "10", "by"),
    ("mttr by team top 10 |", "by", "where last", "over_month"),
    (
        "mttr, backlog by team top 10 by |",
        "mttr backlog",
        "",
        "escape_rate",
    ),
    ("mttr by team sort |", "by", "", "where"),
    (
        "mttr, backlog by team sort by |",
        "mttr backlog severity",
        "team",
        "escape_rate",
    ),
    (
        "mttr by team sort by mttr |",
        "descending ascending",
        "limit",
        "",
    ),
    ("mttr by team sort by mttr d|", "descending", "", "limit"),
    ("mttr by team limit |", "", "10", "by"),
    ("mttr as |", "of known", "", "by"),
    ("mttr as of |", "2026-09", "2026 2026-Q3", "by"),
    ("mttr as known |", "on", "", "of"),
    ("mttr as known on |", "2026-09", "", ""),
    ("mttr as of 2026-03 as |", "known", "", "of"),
    ("backlog at |", "end start average peak", "", "by"),
    (
        "mttr, |",
        "backlog",
        "escape_rate count",
        "by list highest_risk_apps",
    ),
    ("mttr, esc|", "escape_rate", "", "mttr"),
    ("mttr / |", "backlog", "count mttr_claimed", "by"),
    ("(|", "backlog", "mttr count", "by"),
    ("highest_risk_apps |", "by where", "over", "show"),
    ("backlog by team\n  |", "where over", "last", "by"),
    ("backlog\n  by |", "severity app team", "", ""),
    ("backlog by te| last 12 months", "team", "", ""),
    // ------------------------------------------------ conditions
    (
        "mttr where |",
        "severity validation environment app team",
        "exploitable cvss found not any fixed",
        "by outcome completed",
    ),
    ("mttr where sev|", "severity", "", "validation"),
    (
        "mttr where severity |",
        "",
        "= != >= <= > < in not is",
        "by within and",
    ),
    ("mttr where team |", "", "= != in is", ">= <"),
    (
        "mttr where severity = |",
        "info low medium high critical",
        "",
        "yes unverified",
    ),
    ("mttr where severity >= h|", "high", "", "low"),
    ("mttr where severity >= hgih|", "high", "", ""),
    ("mttr where exploitable = |", "yes no", "", "high"),
    (
        "mttr where team = |",
        "logistics data-platform payments-core storefront identity",
        "",
        "web",
    ),
    (
        "mttr where team = \"|",
        "logistics data-platform payments-core",
        "",
        "",
    ),
    (
        "mttr where team = \"pay|",
        "\"payments-core\"",
        "",
        "\"identity\"",
    ),
    (
        "mttr where team = pay|",
        "\"payments-core\"",
        "",
        "identity",
    ),
    (
        "mttr where team = payments-co|",
        "\"payments-core\"",
        "",
        "",
    ),
    ("mttr where team = store|", "storefront", "", ""),
    ("mttr where team = core|", "\"payments-core\"", "", ""),
    (
        "mttr where app = \"-api|",
        "\"warehouse-api\"",
        "\"pricing-api\"",
        "",
    ),
    (
        "mttr where environment = |",
        "staging ci development production",
        "",
        "",
    ),
    ("mttr where kind = |", "", "", "mttr"),
    ("mttr where severity in |", "(", "", "info"),
    (
        "mttr where severity in (|",
        "info low medium high critical",
        "",
        "",
    ),
    (
        "mttr where severity in (high, |",
        "info low",
        "critical",
        "",
    ),
    ("mttr where severity in (high, cri|", "critical", "", "high"),
    ("mttr where severity not |", "in", "", "by"),
    ("mttr where severity is |", "missing present", "", "by"),
    (
        "mttr where severity = high and |",
        "severity",
        "team exploitable not any",
        "by",
    ),
    (
        "mttr where severity = high and team = |",
        "logistics",
        "",
        "high",
    ),
    ("mttr where (severity = high or |", "severity", "team", "by"),
    ("mttr where not |", "severity", "not any", "by"),
    (
        "mttr where findings.|",
        "app team severity",
        "exploitable",
        "mttr outcome",
    ),
    (
        "mttr where findings.severity = |",
        "info low medium high critical",
        "",
        "",
    ),
    ("mttr where verified within |", "", "", "days"),
    (
        "mttr where verified within 14 |",
        "days hours weeks minutes",
        "",
        "months",
    ),
    ("mttr where found_at >= |", "2026-09", "2026", "high"),
    (
        "scan_coverage where |",
        "kind criticality business_critical team",
        "exposure",
        "severity",
    ),
    (
        "scan_coverage by |",
        "kind criticality business_critical team",
        "name",
        "severity",
    ),
    (
        "scan_coverage, mttr by |",
        "kind criticality business_critical team",
        "exposure",
        "name title",
    ),
    (
        "scan_coverage where criticality = |",
        "low medium high critical",
        "",
        "info",
    ),
    (
        "scan_coverage where any |",
        "",
        "scans findings",
        "completed",
    ),
    (
        "scan_coverage where any scans |",
        "completed",
        "",
        "found open",
    ),
    (
        "scan_coverage where any scans completed |",
        "",
        "within",
        "days",
    ),
    (
        "scan_coverage where any scans completed (|",
        "where",
        "",
        "by",
    ),
    (
        "scan_coverage where any scans completed (where |",
        "",
        "tool tool_kind outcome",
        "severity",
    ),
    (
        "scan_coverage where any scans completed (where outcome = |",
        "success partial failed",
        "",
        "",
    ),
    // ------------------------------------------------ formulas and lists
    ("count |", "of", "", "by where mttr"),
    ("count of |", "", "findings assets scans detections", "mttr"),
    ("count of fi|", "findings", "", "assets"),
    (
        "count of findings |",
        "introduced found fixed verified closed",
        "breached open risk_accepted overdue where including by last",
        "completed with_total",
    ),
    (
        "count of findings o|",
        "open overdue",
        "over closed",
        "fixed or",
    ),
    (
        "count of findings open |",
        "by where",
        "including last over",
        "open of show",
    ),
    ("count of findings including |", "excluded", "", ""),
    (
        "count of findings open where |",
        "",
        "severity team exploitable",
        "outcome",
    ),
    (
        "count of findings open where severity >= |",
        "info low medium",
        "",
        "",
    ),
    (
        "share of findings found with |",
        "",
        "severity environment total",
        "outcome",
    ),
    ("share of findings found |", "", "with where", ""),
    (
        "share of findings found with environment = |",
        "staging",
        "production",
        "",
    ),
    ("mean |", "", "time risk cvss", "of by severity"),
    ("mean time |", "from since", "", "of"),
    ("mean time from |", "", "found verified introduced", "open"),
    ("mean time from found |", "to", "", ""),
    ("mean time from found to |", "", "verified fixed", "open"),
    ("mean time from found to verified |", "of", "", "by"),
    ("sum |", "risk", "cvss", "of"),
    ("distinct |", "", "app cwe", "of"),
    ("p9|", "p90 p95", "", "p50"),
    ("list |", "", "findings assets scans detections", "by mttr"),
    (
        "list findings |",
        "introduced found",
        "open overdue where show sort limit",
        "by over versus top at",
    ),
    (
        "list findings open show |",
        "",
        "title severity app team finding_id",
        "mttr outcome",
    ),
    ("list findings open show title, |", "", "severity app", "by"),
    (
        "list findings open sort by |",
        "",
        "severity found_at",
        "mttr",
    ),
    (
        "list findings open where severity = critical |",
        "and or",
        "show sort limit",
        "where by",
    ),
    (
        "list findings open where app = |",
        "\"warehouse-api\" \"pricing-api\"",
        "\"login-web\"",
        "",
    ),
    // ------------------------------------------------ refining
    ("by |", "team app severity", "kind", ""),
    ("and |", "by where", "over last", "mttr kpi count"),
    ("and where |", "", "severity team", ""),
    ("_ |", "by where", "over last", "mttr kpi count"),
    ("_ by |", "team", "severity", ""),
    ("_ and |", "by where", "", "mttr"),
    ("where team = |", "logistics", "", ""),
    // ------------------------------------------------ after a mistake
    ("mttr banana by |", "severity", "team", ""),
    ("mttr wehre severity = high by |", "severity", "app", ""),
    ("nonsense by |", "team", "severity", ""),
    // ------------------------------------------------ definitions
    (
        "kpi my_number \"My number\"\n  |",
        "",
        "is as by note target higher lower band at",
        "mttr kpi",
    ),
    (
        "kpi my_number \"My number\"\n  is |",
        "backlog",
        "count mean share",
        "kpi by",
    ),
    (
        "kpi my_number \"My number\"\n  is count of |",
        "",
        "findings",
        "mttr",
    ),
    (
        "kpi my_number \"My number\"\n  is count of findings |",
        "introduced",
        "open where",
        "mttr",
    ),
    (
        "kpi my_number\n  is count of findings open\n  |",
        "",
        "as by lower target where including",
        "is mttr",
    ),
    (
        "kpi my_number\n  is count of findings open\n  by |",
        "",
        "severity team",
        "outcome",
    ),
    (
        "kpi my_number\n  is count of findings open\n  as |",
        "days hours",
        "percent count points",
        "mttr",
    ),
    (
        "kpi my_number\n  is mttr\n  by |",
        "severity validation environment app team",
        "",
        "outcome",
    ),
    ("kpi my_number\n  is mttr\n  lower |", "is", "", "by"),
    (
        "kpi my_number\n  is mttr\n  lower is |",
        "better",
        "",
        "missing",
    ),
    (
        "kpi my_number\n  is mttr\n  lower is better\n  |",
        "",
        "target by",
        "higher lower",
    ),
    (
        "kpi my_number\n  is mttr\n  target |",
        "",
        "below above at",
        "by",
    ),
    (
        "kpi my_number\n  is mttr\n  target at |",
        "",
        "most least",
        "end",
    ),
    (
        "kpi my_number\n  is mttr\n  target below 30 |",
        "days hours",
        "for",
        "",
    ),
    (
        "kpi my_number\n  is mttr\n  target below 30 days for |",
        "severity",
        "team",
        "outcome",
    ),
    (
        "kpi my_number\n  is mttr\n  target below 30 days for severity = |",
        "info low",
        "critical",
        "",
    ),
    ("view mine \"Mine\"\n  |", "show", "", "by"),
    (
        "view mine \"Mine\"\n  show |",
        "backlog",
        "mttr list count",
        "kpi",
    ),
    (
        "view mine \"Mine\"\n  show mttr by |",
        "severity",
        "team",
        "",
    ),
    ("condition |", "", "", "mttr backlog"),
    (
        "condition bad is |",
        "",
        "severity team exploitable",
        "mttr by",
    ),
    ("condition bad is severity >= |", "info low", "critical", ""),
    (
        "dashboard board\n  layer one\n    show |",
        "number line table list",
        "",
        "mttr",
    ),
    (
        "dashboard board\n  layer one\n    show number |",
        "backlog",
        "mttr",
        "kpi",
    ),
    (
        "table things\n  |",
        "",
        "key belongs event state field known exclude",
        "mttr",
    ),
    (
        "table things\n  field a |",
        "text number yesno date",
        "scale",
        "",
    ),
    (
        "table things\n  field a scale |",
        "",
        "severity criticality",
        "text",
    ),
    ("table things\n  belongs to |", "", "assets findings", ""),
    (
        "sla mine\n  of findings\n  starts |",
        "",
        "found introduced",
        "open completed",
    ),
    (
        "sla mine\n  of findings\n  pauses |",
        "",
        "risk_accepted open",
        "found",
    ),
    (
        "sla mine\n  of findings\n  due 30 days where |",
        "",
        "severity team",
        "outcome",
    ),
    (
        "score mine\n  of findings\n  base |",
        "",
        "severity cvss",
        "outcome",
    ),
    (
        "score mine\n  of findings\n  base severity\n    |",
        "",
        "critical high otherwise times",
        "mttr",
    ),
    ("calendar\n  |", "", "timezone week year history", "mttr"),
    ("test \"a thing\"\n  |", "", "given expect as", "mttr"),
    ("test \"a thing\"\n  given |", "", "findings assets", "mttr"),
    ("kpi a \"A\"\n  is mttr\n\nmttr by |", "severity", "", ""),
    ("kpi a \"A\"\n  is mttr\n|", "", "kpi view condition", ""),
    // ------------------------------------------------ commands
    ("\\|", "\\help", "\\quit \\format", "mttr"),
    ("\\he|", "\\help", "", "\\quit"),
    ("\\hlep|", "\\help", "", ""),
    ("\\help |", "help", "format quit", "\\help"),
    ("\\help fo|", "format", "", "help"),
    ("\\format |", "table json jsonl csv md parquet", "", ""),
    ("\\format j|", "json jsonl", "", "csv"),
    ("\\time |", "on off", "", ""),
    ("\\as-of |", "latest 2026-09", "2026", ""),
    ("\\as-of 2026-|", "2026-09", "", "latest"),
    ("\\period |", "last this past", "none", "by"),
    ("\\period last 6 |", "months", "weeks", ""),
    ("\\nonsense |", "", "", "mttr"),
];

fn listed(completion: &Completion) -> Vec<String> {
    let candidates = completion.candidates.iter();
    candidates
        .map(|own| own.replacement.replace(' ', "_"))
        .collect()
}

/// What is wrong with a case; empty if nothing.
fn wrong(case: &Case, catalogue: &Catalogue) -> String {
    let (marked, first, among, absent) = case;
    let (text, position) = cursor(marked);
    let found = listed(&complete(&text, position, catalogue));
    // Names in quotes are told by what is in them, unless the case has quotes itself.
    let plain = |name: &String| match case.1.contains('"') || case.2.contains('"') {
        true => name.clone(),
        false => name.trim_matches('"').to_string(),
    };
    let found: Vec<String> = found.iter().map(plain).collect();
    let has = |name: &&str| found.iter().any(|own| own == name);
    let first: Vec<&str> = first.split_whitespace().collect();
    let mut wrong = String::new();
    if !first.iter().eq(found.iter().take(first.len())) {
        let _ = write!(wrong, "\n  first should be {first:?}");
    }
    for name in among.split_whitespace().filter(|name| !has(name)) {
        let _ = write!(wrong, "\n  lacks {name}");
    }
    for name in absent.split_whitespace().filter(has) {
        let _ = write!(wrong, "\n  has {name}");
    }
    match wrong.is_empty() {
        true => wrong,
        false => format!("{marked}{wrong}\n  is {}", found.join(" ")),
    }
}

#[test]
fn every_place_offers_what_fits_it() {
    let catalogue = catalogue();
    let wrong: Vec<String> = CASES
        .iter()
        .map(|case| wrong(case, &catalogue))
        .filter(|wrong| !wrong.is_empty())
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {} cases:\n{}",
        wrong.len(),
        CASES.len(),
        wrong.join("\n")
    );
}

fn about(marked: &str, name: &str, catalogue: &Catalogue) -> String {
    let (text, position) = cursor(marked);
    let completion = complete(&text, position, catalogue);
    let found = completion
        .candidates
        .iter()
        .find(|own| own.replacement.trim_matches('"') == name);
    found.expect("it is offered").about.clone()
}

#[test]
fn candidates_say_what_they_are() {
    let catalogue = catalogue();
    let cases = [
        ("|", "mttr", "Mean time to remediate, days"),
        ("|", "team_mttr", "Team-level MTTR (view)"),
        ("mttr by |", "team", "text from assets.team"),
        (
            "mttr by |",
            "severity",
            "scale severity: info < low < medium < high < critical",
        ),
        ("mttr where |", "exploitable", "yes or no"),
        ("mttr where |", "found", "event at found_at"),
        // Counted over the findings, though the column is of assets.
        ("mttr where team = |", "logistics", "93 rows"),
        ("mttr where severity = |", "critical", "60 rows"),
        ("mttr where exploitable = |", "yes", "81 rows"),
        ("scan_coverage where team = |", "logistics", "5 rows"),
        (
            "count of findings |",
            "open",
            "state from found_at until closed_at",
        ),
        (
            "count of findings |",
            "introduced",
            "event at introduced_at or found_at",
        ),
        ("mean |", "risk", "Risk exposure points"),
        ("\\|", "\\quit", "leave; so does Ctrl-D"),
        (
            "backlgo|",
            "backlog",
            "did you mean this? Open findings, count",
        ),
    ];
    for (marked, name, expected) in cases {
        assert_eq!(about(marked, name, &catalogue), expected, "{marked} {name}");
    }
    let findings = about("list |", "findings", &catalogue);
    assert_eq!(findings, "One row per deduplicated vulnerability, 398 rows");
}

#[test]
fn a_candidate_replaces_the_word_it_was_chosen_for() {
    let catalogue = catalogue();
    let cases = [
        ("mttr by te|", "mttr by team"),
        ("mttr by te| last month", "mttr by team last month"),
        (
            "mttr where team = \"pay|",
            "mttr where team = \"payments-core\"",
        ),
        (
            "mttr where team = \"pay|\" by app",
            "mttr where team = \"payments-core\" by app",
        ),
        (
            "mttr where team = payments-c|",
            "mttr where team = \"payments-core\"",
        ),
        (
            "mttr where severity>=crit|",
            "mttr where severity>=critical",
        ),
        ("mttr where findings.sev|", "mttr where findings.severity"),
        ("mttr in 2026-0|", "mttr in 2026-09"),
        ("backlog\n  by te|", "backlog\n  by team"),
        ("\\fo|", "\\format"),
        ("crit|", "overdue_critical"),
    ];
    for (marked, expected) in cases {
        let (text, position) = cursor(marked);
        let completion = complete(&text, position, &catalogue);
        let chosen = &completion.candidates[0].replacement;
        let replaced = format!("{}{chosen}{}", &text[..completion.start], &text[position..]);
        assert_eq!(replaced, expected);
    }
}

#[test]
fn files_are_left_to_whoever_has_them() {
    let completion = complete("\\output /tmp/rep", 16, &catalogue());
    assert!(completion.is_file);
    assert_eq!(completion.start, 8);
}

/// Queries as people write them, and those of the language's tests.
fn queries() -> Vec<String> {
    let language = include_str!("../syntax/language.queries");
    let more = "\
share of findings found with environment = production by app
mean time from found to verified of findings verified where severity = critical
count of findings open including excluded where not exploitable = yes by team
scan_coverage where any scans completed (where outcome = success) within 30 days by kind
list findings overdue where team in (\"payments-core\", storefront) sort by severity descending limit 5
mttr where severity is present and (exploitable = no or environment = production) past 90 days
backlog by team over month at peak from 2026-01 to 2026-06 versus previous year, target
sum risk of findings open by team, criticality top 5 with total
sla_breaches / backlog by app sort by app ascending
median time since found of findings open where criticality = high
";
    let lines = language.lines().chain(more.lines());
    lines
        .map(|line| {
            line.split('#')
                .next()
                .unwrap_or(line)
                .trim_end()
                .to_string()
        })
        .filter(|line| !line.is_empty())
        .collect()
}

/// Whether completing the text before a word offers that word; numbers and names nobody can know are
/// left out.
fn is_offered(query: &str, start: usize, end: usize, catalogue: &Catalogue) -> bool {
    let completion = complete(query, start, catalogue);
    let word = &query[start..end];
    let candidates = completion.candidates.iter();
    let mut names = candidates.map(|own| own.replacement.as_str());
    names.any(|name| name == word)
}

#[test]
fn every_word_of_a_query_is_offered_before_it_is_typed() {
    let catalogue = catalogue();
    let mut missing = Vec::new();
    let mut words = 0;
    for query in queries() {
        for token in scan(&query, Grids::Absent) {
            let is_word = matches!(token.kind, TokenKind::Word | TokenKind::Text);
            if !is_word {
                continue;
            }
            words += 1;
            if !is_offered(&query, token.start, token.end, &catalogue) {
                missing.push(format!(
                    "{} ‸ {}",
                    &query[..token.start],
                    &query[token.start..]
                ));
            }
        }
    }
    println!("{} of {words} words are offered", words - missing.len());
    assert!(words > 150);
    assert!(missing.is_empty(), "of {words}:\n{}", missing.join("\n"));
}

/// The same for definitions, over the shipped ones; names they bring themselves are left out.
#[test]
fn every_word_of_a_definition_is_offered_before_it_is_typed() {
    let catalogue = catalogue();
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("kpi-defs");
    let mut missing = Vec::new();
    let mut words = 0;
    for folder in ["kpis", "views", "dashboards", "policy"] {
        let mut files: Vec<_> = std::fs::read_dir(root.join(folder))
            .expect("a folder")
            .map(|file| file.expect("a file").path())
            .collect();
        files.sort();
        for file in files {
            let text = std::fs::read_to_string(file).expect("a text");
            let tokens = scan(&text, Grids::Allowed);
            let mut before = "";
            for token in &tokens {
                let word = &text[token.start..token.end];
                let is_new =
                    ["kpi", "view", "dashboard", "layer", "sla", "score"].contains(&before);
                if token.kind == TokenKind::Word && !is_new {
                    words += 1;
                    if !is_offered(&text, token.start, token.end, &catalogue) {
                        let line = text[..token.start].rfind('\n').map_or(0, |at| at + 1);
                        missing.push(format!("{} ‸ {word}", &text[line..token.start]));
                    }
                }
                before = word;
            }
        }
    }
    println!(
        "{} of {words} words of definitions are offered",
        words - missing.len()
    );
    assert!(words > 300);
    assert!(
        missing.is_empty(),
        "{} of {words}:\n{}",
        missing.len(),
        missing.join("\n")
    );
}

#[test]
fn half_a_word_offers_the_whole() {
    let catalogue = catalogue();
    for query in queries() {
        for token in scan(&query, Grids::Absent) {
            let word = &query[token.start..token.end];
            if token.kind != TokenKind::Word || word.len() < 4 {
                continue;
            }
            let position = token.start + 3;
            let completion = complete(&query, position, &catalogue);
            let candidates = completion.candidates.iter();
            let mut names = candidates.map(|own| own.replacement.as_str());
            assert_eq!(completion.start, token.start, "{query}: {word}");
            assert!(names.any(|name| name == word), "{query}: {word}");
        }
    }
}

/// A session over a table with many different texts.
fn many(distinct: usize) -> std::sync::Arc<Catalogue> {
    let folder = tempfile::tempdir().expect("a folder");
    let mut assets = String::from("asset_id,name,team\n");
    let mut findings = String::from("finding_id,asset_id,severity,found_at\n");
    for number in 0..distinct {
        let _ = writeln!(assets, "A{number},app-{number:05},team {}", number % 7);
        let _ = writeln!(findings, "F{number},A{number},high,2026-01-02");
    }
    std::fs::write(folder.path().join("assets.csv"), assets).expect("written");
    std::fs::write(folder.path().join("findings.csv"), findings).expect("written");
    over(folder.path())
}

/// The catalogue of the tables in a folder, values counted.
fn over(folder: &std::path::Path) -> std::sync::Arc<Catalogue> {
    let options = riskql::repl::Options {
        origin: riskql::project::Origin::Library,
        data: Some(folder.to_path_buf()),
        tables: Vec::new(),
        as_of: None,
        known_on: None,
        format: riskql::render::Format::Table,
        look: riskql::render::Look::PIPE,
    };
    let opened = riskql::repl::Session::open(options);
    let (mut session, _) = opened.unwrap_or_else(|_| panic!("the data can be opened"));
    session
        .load_all()
        .map_err(Problems::sorted)
        .expect("no faults");
    let catalogue = session.catalogue();
    catalogue.wait();
    catalogue
}

#[test]
fn two_thousand_values_are_completed_at_once() {
    let catalogue = many(2_000);
    let cases = [
        ("backlog where app = |", 2_000),
        ("backlog where app = \"app-01|", 1_000),
        (
            "backlog where severity >= high and app in (\"app-00001\", app-019|",
            100,
        ),
        ("|", 40),
        (
            "mttr, backlog by app, team over month where severity >= high and team = \"team 1\" la|",
            1,
        ),
    ];
    // The grammar is read once, when the first word is completed.
    let begin = Instant::now();
    complete("mttr ", 5, &catalogue);
    println!("first: {:?}", begin.elapsed());
    for (marked, least) in cases {
        let (text, position) = cursor(marked);
        let mut fastest = Duration::MAX;
        for _ in 0..5 {
            let begin = Instant::now();
            let found = complete(&text, position, &catalogue).candidates.len();
            fastest = fastest.min(begin.elapsed());
            assert!(found >= least, "{marked}: {found}");
        }
        println!("{fastest:?} {marked}");
        assert!(fastest < Duration::from_millis(20), "{marked}: {fastest:?}");
    }
}

/// Whatever is pasted: no stack overflows, and nobody waits.
#[test]
fn monstrous_texts_are_given_up_on() {
    let catalogue = catalogue();
    let texts = [
        "(".repeat(5_000),
        format!("mttr where {}", "(".repeat(5_000)),
        format!("mttr where {}", "not ".repeat(2_000)),
        "mttr + ".repeat(1_000),
        "mttr by x y ".repeat(200),
        format!("mttr where team in ({}", "web, ".repeat(3_000)),
        format!("kpi a\n  is {}", "(".repeat(5_000)),
        "kpi a\n  is mttr\n".repeat(500),
    ];
    for text in texts {
        let begin = Instant::now();
        complete(&text, text.len(), &catalogue);
        riskql::repl::hint(&text, text.len(), &catalogue);
        riskql::repl::highlight(&text);
        let start = text.chars().take(20).collect::<String>();
        println!("{:?} {start}", begin.elapsed());
        assert!(begin.elapsed() < Duration::from_secs(5), "{start}");
    }
}

#[test]
fn long_lists_are_cut_and_say_so() {
    let catalogue = many(6_000);
    let table = catalogue.table("findings").expect("a table");
    let fields = &catalogue.tables[table].fields;
    let app = fields.iter().position(|field| field.name == "app");
    let values = catalogue.values(table, app.expect("a field"));
    let riskql::repl::Values::Found(values, more) = values else {
        panic!("texts are found");
    };
    assert_eq!((values.len(), more), (5_000, 1_000));
}

#[test]
fn nothing_waits_for_values_that_are_not_counted() {
    let mut session = demo();
    session.answer("condition bad is severity >= high");
    let catalogue = session.catalogue();
    // Whether the count is done or not, this comes back at once and holds the fields.
    let found = complete("backlog where ", 14, &catalogue);
    assert!(listed(&found).contains(&"bad".to_string()));
    catalogue.wait();
    let found = complete("backlog where team = ", 21, &catalogue);
    assert_eq!(found.candidates[0].replacement, "logistics");
}

#[test]
fn what_a_query_reads_is_offered_after_it() {
    let mut session = demo();
    let offered = |session: &riskql::repl::Session| {
        let catalogue = session.catalogue();
        catalogue.wait();
        complete("list findings open where cwe = ", 31, &catalogue).candidates
    };
    assert_eq!(offered(&session), []);
    session.answer("count of findings open by cwe");
    assert!(offered(&session)[0].replacement.starts_with("\"CWE-"));
}

/// A name of the data that would do something to the terminal is neither shown nor written.
#[test]
fn harmful_values_are_left_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let assets = "asset_id,name,team\nA1,web,\"a\u{1b}[31m\"\nA2,api,\"say \"\"hi\"\" \\ there\"\n";
    let findings =
        "finding_id,asset_id,severity,found_at\nF1,A1,high,2026-01-02\nF2,A2,high,2026-01-02\n";
    std::fs::write(folder.path().join("assets.csv"), assets).expect("written");
    std::fs::write(folder.path().join("findings.csv"), findings).expect("written");
    let catalogue = over(folder.path());
    let found = complete("backlog where team = ", 21, &catalogue);
    assert_eq!(listed(&found), ["\"say_\\\"hi\\\"_\\\\_there\""]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Any text, any position: an answer, never a panic, and a place in the text.
    #[test]
    fn any_text_can_be_completed(
        text in "(mttr |by |where |severity |= |\"|\\(|\\)|ä|é|, |\\\\help |kpi |\n|  |😀|#|last |12|`|_ |and ){0,9}",
        position in 0usize..80,
    ) {
        let catalogue = Catalogue::default();
        let completion = complete(&text, position, &catalogue);
        prop_assert!(completion.start <= text.len());
        prop_assert!(text.is_char_boundary(completion.start));
    }
}
