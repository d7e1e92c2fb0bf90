//! What definitions and queries mean once they are checked, against values worked out by hand.

use std::collections::BTreeSet;

use riskql::base::types::{DisplayUnit, Grain, StockMoment, TimeUnit, Unit};
use riskql::lang::model::{
    Allowed, Condition, Definitions, DueTime, FieldSource, Formula, Kind, Measured, Period,
    Population, Query, RelatedNoun, Restriction, Role, SortColumn, Subject, TableRelation,
    Timeframe, ValuesQuery, Versus, Weights,
};

use super::language::{FILES, check_files, check_query, language};

const DAY: i64 = 86_400_000_000;
/// 2026-03-01T00:00:00Z: 20,513 days after 1970-01-01.
const MARCH: i64 = 20_513 * DAY;

fn query(definitions: &Definitions, text: &str) -> Query {
    match check_query(definitions, text) {
        Ok((query, _)) => query,
        Err(problems) => panic!("{text}: {:#?}", problems.sorted()),
    }
}

fn values(definitions: &Definitions, text: &str) -> ValuesQuery {
    match query(definitions, text).subject {
        Subject::Values(values) => *values,
        Subject::List(_) => panic!("{text} is a list"),
    }
}

fn population(formula: &Formula) -> &Population {
    match formula {
        Formula::Measure(measure) => &measure.population,
        other => panic!("not one measure: {other:?}"),
    }
}

/// The filter that a `where` puts into the population of `backlog`, which has none of its own.
fn filter(definitions: &Definitions, condition: &str) -> Condition {
    let query = values(definitions, &format!("backlog where {condition}"));
    population(&query.columns[0].formula)
        .filter
        .clone()
        .expect("a filter")
}

fn codes(codes: impl IntoIterator<Item = u8>) -> BTreeSet<u8> {
    codes.into_iter().collect()
}

#[test]
fn columns_come_first_among_fields_then_parents_then_due() {
    let definitions = language();
    for table in &definitions.tables {
        for (index, column) in table.columns.iter().enumerate() {
            assert_eq!(table.fields[index].source, FieldSource::Column(index));
            assert_eq!(table.fields[index].name, column.name);
        }
    }
    let findings = &definitions.tables[1];
    let columns: Vec<&str> = findings
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .collect();
    assert_eq!(
        columns,
        [
            "finding_id",
            "asset_id",
            "introduced_at",
            "found_at",
            "fixed_at",
            "verified_at",
            "closed_at",
            "accepted_at",
            "acceptance_ends_at",
            "ingested_at",
            "title",
            "severity",
            "validation",
            "exploitable",
            "environment",
            "resolution",
        ]
    );
    let later: Vec<&str> = findings.fields[16..]
        .iter()
        .map(|field| field.name.as_str())
        .collect();
    assert_eq!(later, ["app", "team", "criticality", "exposure", "due_at"]);
    let of_events: Vec<&str> = findings
        .columns
        .iter()
        .filter(|column| column.is_time_of_event)
        .map(|column| column.name.as_str())
        .collect();
    assert_eq!(
        of_events,
        [
            "introduced_at",
            "found_at",
            "fixed_at",
            "verified_at",
            "closed_at",
            "accepted_at",
            "acceptance_ends_at",
        ]
    );
    assert_eq!(findings.known_from, Some(9));
    assert!(
        findings.event_named("breached").is_some() && findings.state_named("overdue").is_some()
    );
}

#[test]
fn scales_compare_by_their_order() {
    let definitions = language();
    let allowed = |text: &str| match filter(&definitions, text) {
        Condition::Codes { allowed, .. } => allowed,
        other => panic!("{other:?}"),
    };
    assert_eq!(allowed("severity >= high"), codes([3, 4]));
    assert_eq!(allowed("severity > high"), codes([4]));
    assert_eq!(allowed("severity <= low"), codes([0, 1]));
    assert_eq!(allowed("severity < low"), codes([0]));
    assert_eq!(allowed("severity = \"high\""), codes([3]));
    assert_eq!(allowed("severity in (low, critical)"), codes([1, 4]));
    assert_eq!(allowed("severity = low or severity = high"), codes([1, 3]));
    assert_eq!(allowed("exploitable = yes"), codes([1]));
    assert_eq!(allowed("exploitable = false"), codes([0]));
    assert!(
        matches!(filter(&definitions, "severity != high"), Condition::Not(inner)
        if matches!(*inner, Condition::Codes { .. }))
    );
}

#[test]
fn dates_stand_for_whole_periods() {
    let definitions = language();
    let between = |text: &str| match filter(&definitions, text) {
        Condition::Between { from, until, .. } => (from, until),
        other => panic!("{other:?}"),
    };
    assert_eq!(between("found_at = 2026-03"), (MARCH, MARCH + 31 * DAY));
    assert_eq!(between("found_at < 2026-03"), (i64::MIN, MARCH));
    assert_eq!(between("found_at <= 2026-03"), (i64::MIN, MARCH + 31 * DAY));
    assert_eq!(between("found_at > 2026-03"), (MARCH + 31 * DAY, i64::MAX));
    assert_eq!(between("found_at >= 2026-03"), (MARCH, i64::MAX));
    assert_eq!(between("found_at = 2026-03-01"), (MARCH, MARCH + DAY));
    let noon = MARCH + DAY / 2;
    assert_eq!(between("found_at = 2026-03-01T12:00:00Z"), (noon, noon + 1));
    assert_eq!(
        between("found_at > 2026-03-01T12:00:00Z"),
        (noon + 1, i64::MAX)
    );
    assert_eq!(
        between("found_at <= 2026-03-01T12:00:00Z"),
        (i64::MIN, noon + 1)
    );
}

#[test]
fn days_start_at_midnight_of_the_projects_zone() {
    let schema = FILES[0].1.replace("\"UTC\"", "\"Europe/Berlin\"");
    let files = [("schema.kpi", schema.as_str()), FILES[1], FILES[2]];
    let definitions = check_files(&files).1.expect("definitions");
    let Condition::Between { from, until, .. } = filter(&definitions, "found_at = 2026-03-29")
    else {
        panic!("not a stretch of time");
    };
    // The day the clocks go forward has 23 hours.
    assert_eq!(from, MARCH + 28 * DAY - DAY / 24);
    assert_eq!(until - from, DAY / 24 * 23);
}

#[test]
fn related_rows_are_children_or_siblings() {
    let definitions = language();
    let Condition::Exists(exists) = filter(
        &definitions,
        "any scans of its asset completed within 30 days",
    ) else {
        panic!("not an `any`");
    };
    assert_eq!(
        exists.relation,
        TableRelation::Sibling { own: 0, related: 0 }
    );
    let RelatedNoun::Event(_, timeframe) = exists.noun else {
        panic!("not an event");
    };
    assert_eq!(timeframe, Timeframe::Within(30 * DAY));
    let coverage = &definitions.kpis[definitions.kpi_named("scan_coverage").unwrap().0];
    let Formula::Measure(measure) = &coverage.formula else {
        panic!("not one measure");
    };
    let Some(Condition::Exists(exists)) = &measure.with else {
        panic!("not an `any`");
    };
    assert_eq!(exists.relation, TableRelation::Child { parent: 0 });
}

#[test]
fn kpis_have_units_kinds_and_targets_in_the_engines_terms() {
    let definitions = language();
    let kpi = |name: &str| &definitions.kpis[definitions.kpi_named(name).unwrap().0];
    let mttr = kpi("mttr");
    assert_eq!((mttr.unit, mttr.kind), (Unit::Duration, Kind::Flow));
    assert_eq!(mttr.display, DisplayUnit::Time(TimeUnit::Days));
    assert_eq!(mttr.targets[0].limit, 30.0 * DAY as f64);
    assert_eq!(mttr.targets[0].written, "30 days");
    assert_eq!(
        mttr.targets[0].restrictions_written.as_deref(),
        Some("severity = critical")
    );
    let critical = Restriction {
        field: "severity".to_owned(),
        allowed: Allowed::Codes(codes([4])),
    };
    assert_eq!(
        mttr.targets[0].restrictions,
        std::slice::from_ref(&critical)
    );
    assert_eq!(kpi("escape_rate").targets[0].limit, 0.15);
    assert_eq!(kpi("backlog").kind, Kind::Stock);
    assert_eq!(kpi("risk_exposure").unit, Unit::Points);
    let fix_rate = kpi("fix_rate");
    assert_eq!((fix_rate.unit, fix_rate.kind), (Unit::Ratio, Kind::Flow));
    let bounds: Vec<(f64, f64)> = fix_rate
        .bands
        .iter()
        .map(|band| (band.lower, band.upper))
        .collect();
    assert_eq!(
        bounds,
        [(f64::NEG_INFINITY, 0.95), (0.95, 1.2), (1.2, f64::INFINITY)]
    );
    assert_eq!(fix_rate.written, "verified_findings / introduced_findings");
    assert_eq!(kpi("overdue_critical").restrictions, [critical]);
}

#[test]
fn a_ratio_shown_as_percent_is_one() {
    let mut files = FILES.to_vec();
    files.push(("more.kpi", "kpi closing\n  is verified_findings / introduced_findings\n  as percent\n  target at least 95%\nkpi open_share\n  is 100% - closing\n  target below 5%\nkpi late\n  is mean time from found to verified of findings verified / 2\n  as hours\n"));
    let (_, definitions, problems) = check_files(&files);
    assert_eq!(problems, []);
    let definitions = definitions.unwrap();
    let kpi = |name: &str| &definitions.kpis[definitions.kpi_named(name).unwrap().0];
    assert_eq!(
        (kpi("closing").unit, kpi("closing").display),
        (Unit::Percent, DisplayUnit::Percent)
    );
    assert_eq!(kpi("closing").targets[0].limit, 0.95);
    assert_eq!(kpi("open_share").unit, Unit::Percent);
    assert_eq!(kpi("late").display, DisplayUnit::Time(TimeUnit::Hours));
}

#[test]
fn scores_and_slas_are_complete() {
    let definitions = language();
    let version = &definitions.scores[0].versions[0];
    let Weights::Codes { by_code, missing } = &version.base.weights else {
        panic!("severity has codes");
    };
    assert_eq!(
        (by_code.as_slice(), *missing),
        ([0.0, 2.0, 8.0, 20.0, 40.0].as_slice(), None)
    );
    let Weights::Codes { by_code, missing } = &version.times[1].weights else {
        panic!("criticality has codes");
    };
    assert_eq!(
        (by_code.as_slice(), *missing),
        ([1.0, 1.0, 1.5, 2.0].as_slice(), Some(1.0))
    );
    assert_eq!(version.cap, Some(360.0));
    // 2026-01-01 is 59 days before 1 March.
    assert_eq!(version.since, Some(MARCH - 59 * DAY));
    let sla = &definitions.slas[0];
    let due: Vec<DueTime> = sla.versions[0].lines.iter().map(|line| line.time).collect();
    let days = [7, 30, 60, 90, 180].map(|days| DueTime::Elapsed(days * DAY));
    assert_eq!(due, days);
    assert_eq!((sla.stops.len(), sla.pauses.len()), (2, 1));
}

#[test]
fn versions_of_a_policy_are_put_in_order() {
    let files = [
        FILES[0],
        FILES[1],
        FILES[2],
        (
            "old.kpi",
            "score risk\n  of findings\n  base severity\n    otherwise 1\nsla remediation\n  of findings\n  starts found\n  stops verified, closed\n  pauses risk_accepted\n  due 3 days otherwise\n  since 2027-01-01\n",
        ),
    ];
    let (_, definitions, problems) = check_files(&files);
    assert_eq!(problems, []);
    let definitions = definitions.unwrap();
    let since: Vec<Option<i64>> = definitions.scores[0]
        .versions
        .iter()
        .map(|version| version.since)
        .collect();
    assert_eq!(since, [None, Some(MARCH - 59 * DAY)]);
    assert_eq!(definitions.slas.len(), 1);
    assert_eq!(definitions.slas[0].versions[1].lines.len(), 1);
}

#[test]
fn a_querys_where_reaches_every_population() {
    let definitions = language();
    let query = values(&definitions, "fix_rate where team = web by app");
    let column = &query.columns[0];
    let Formula::Binary { left, right, .. } = &column.formula else {
        panic!("names of KPIs are replaced");
    };
    for side in [left, right] {
        assert!(matches!(
            &population(side).filter,
            Some(Condition::Texts { .. })
        ));
    }
    let web = Restriction {
        field: "team".to_owned(),
        allowed: Allowed::Texts(BTreeSet::from(["web".to_owned()])),
    };
    assert_eq!(column.restrictions, [web]);
    let query = values(
        &definitions,
        "overdue_critical where severity in (high, critical)",
    );
    assert!(
        matches!(&population(&query.columns[0].formula).filter, Some(Condition::All(parts)) if parts.len() == 2)
    );
    // What the definition and the query confine, together.
    assert_eq!(
        query.columns[0].restrictions[0].allowed,
        Allowed::Codes(codes([4]))
    );
}

#[test]
fn dimensions_are_found_in_every_table() {
    let definitions = language();
    let query = values(&definitions, "backlog, scan_coverage by team, criticality");
    assert_eq!(query.by.len(), 2);
    for dimension in &query.by {
        assert_eq!(dimension.fields.len(), 2);
        for field in &dimension.fields {
            assert_eq!(definitions.field(*field).name, dimension.name);
        }
    }
}

#[test]
fn every_kpi_is_asked_for_where_it_can_answer() {
    let definitions = language();
    let query = values(&definitions, "by severity where severity >= high");
    let left_out: Vec<&str> = query
        .left_out
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(left_out, ["scan_coverage", "duplicate_reduction"]);
    assert_eq!(query.columns.len(), 13);
    let all = values(&definitions, "");
    assert_eq!((all.columns.len(), all.left_out.len()), (15, 0));
    // A slip in a value is told, however many tables lack the field.
    let problems = check_query(&definitions, "where severity = hgih")
        .unwrap_err()
        .sorted();
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].code, "K204");
}

#[test]
fn formulas_are_columns_with_names_of_their_own() {
    let definitions = language();
    let query = values(
        &definitions,
        "count of findings open, backlog / sla_breaches, mttr sort by value_2 descending",
    );
    let names: Vec<&str> = query
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .collect();
    assert_eq!(names, ["value", "value_2", "mttr"]);
    assert_eq!(query.columns[0].title, "count of findings open");
    assert_eq!(query.columns[1].kind, Kind::Mixed);
    assert_eq!(query.sort[0].by, SortColumn::Value(1));
    assert!(query.sort[0].descending);
}

#[test]
fn periods_follow_the_calendar() {
    let schema = FILES[0]
        .1
        .replace("year starts january", "year starts april");
    let files = [("schema.kpi", schema.as_str()), FILES[1], FILES[2]];
    let definitions = check_files(&files).1.expect("definitions");
    let range = |text: &str| match query(&definitions, text).period {
        Some(Period::Range(first, last)) => {
            (first.start.to_string(), last.start.to_string(), first.grain)
        }
        other => panic!("{other:?}"),
    };
    let day = |text: &str| text.to_owned();
    assert_eq!(
        range("mttr in 2026"),
        (day("2025-04-01"), day("2025-04-01"), Grain::Year)
    );
    assert_eq!(
        range("mttr in 2026-Q1"),
        (day("2025-04-01"), day("2025-04-01"), Grain::Quarter)
    );
    assert_eq!(
        range("mttr from 2026-02 to 2026-04"),
        (day("2026-02-01"), day("2026-04-01"), Grain::Month)
    );
    let asked = query(
        &definitions,
        "backlog as of 2026-02 as known on 2026-02-10 last 3 months versus previous year",
    );
    assert_eq!(asked.as_of.unwrap().instant, MARCH);
    assert_eq!(asked.known_on.unwrap().label, "2026-02-10");
    assert_eq!(asked.period, Some(Period::Last(3, Grain::Month)));
    let compared = values(&definitions, "backlog versus target, last quarter");
    assert!(compared.versus_target);
    assert!(matches!(
        compared.versus[0].versus,
        Versus::Period(Period::Last(1, Grain::Quarter))
    ));
}

#[test]
fn views_are_refined_clause_by_clause() {
    let definitions = language();
    let refined = query(
        &definitions,
        "highest_risk_apps by team where severity = critical",
    );
    assert_eq!(
        refined.text,
        "highest_risk_apps by team where severity = critical"
    );
    let Subject::Values(refined) = refined.subject else {
        panic!("a table of values");
    };
    assert_eq!(refined.columns.len(), 3);
    assert_eq!(refined.by[0].name, "team");
    assert_eq!(refined.top.map(|top| top.count), Some(10));
    assert!(population(&refined.columns[1].formula).filter.is_some());
}

#[test]
fn the_where_of_a_listing_view_gives_way() {
    let mut files = FILES.to_vec();
    files.push((
        "view.kpi",
        "view low\n  show list findings open where severity = low show title sort by title\n",
    ));
    let definitions = check_files(&files).1.expect("definitions");
    let shown = |text: &str| match query(&definitions, text).subject {
        Subject::List(list) => list,
        Subject::Values(_) => panic!("{text} is no list"),
    };
    assert_eq!(
        shown("low limit 3").population.filter,
        Some(filter(&definitions, "severity = low"))
    );
    assert_eq!(
        shown("low where team = web").population.filter,
        Some(filter(&definitions, "team = web"))
    );
}

#[test]
fn lists_show_key_and_declared_fields_unless_told() {
    let definitions = language();
    let Subject::List(list) =
        query(&definitions, "list findings overdue sort by due_at limit 5").subject
    else {
        panic!("a list");
    };
    assert!(matches!(list.population.role, Role::State(_)));
    let names = list.show.iter().map(|column| column.name(&definitions));
    let names: Vec<String> = names.collect();
    assert_eq!(names[..4], ["finding_id", "found_at", "due_at", "title"]);
    assert_eq!(list.show.len(), 13);
    assert_eq!(list.limit, Some(5));
    let Subject::List(list) = query(&definitions, "list assets").subject else {
        panic!("a list");
    };
    assert_eq!(list.population.role, Role::Rows);
}

#[test]
fn moments_replace_those_of_stocks() {
    let definitions = language();
    let query = values(&definitions, "backlog over month at peak last 3 months");
    assert_eq!(query.columns[0].moment, StockMoment::Peak);
    let measured = values(&definitions, "mean time since found of findings open");
    let Formula::Measure(measure) = &measured.columns[0].formula else {
        panic!("one measure");
    };
    assert!(matches!(measure.value, Some(Measured::Since(_))));
}

#[test]
fn named_conditions_mean_what_they_say_on_each_table() {
    let definitions = language();
    let tables: Vec<&str> = definitions.conditions[0]
        .meanings
        .iter()
        .map(|(table, _)| definitions.table(*table).name.as_str())
        .collect();
    assert_eq!(tables, ["assets", "findings"]);
    assert_eq!(
        filter(&definitions, "internet_facing"),
        filter(&definitions, "exposure = internet")
    );
}

#[test]
fn the_fingerprint_is_of_meaning_not_of_layout() {
    let plain = language().fingerprint;
    assert!(plain.starts_with("sha256:") && plain.len() == 7 + 64);
    // One file, in another order, with comments and other spacing, and a test more.
    let text = format!(
        "{}\n# a note\n{}\n{}\ntest \"more\"\n  expect backlog\n    | backlog |\n    | 0       |\n",
        FILES[2].1,
        FILES[1]
            .1
            .replace("  is     mean", "\n      # why\n      is mean"),
        FILES[0].1
    );
    let (_, definitions, problems) = check_files(&[("all.kpi", &text)]);
    assert_eq!(problems, []);
    assert_eq!(definitions.unwrap().fingerprint, plain);
    let changed = FILES[1].1.replace("target below 15%", "target below 16%");
    let files = [FILES[0], ("kpis.kpi", changed.as_str()), FILES[2]];
    assert_ne!(check_files(&files).1.unwrap().fingerprint, plain);
}

#[test]
fn dashboards_take_titles_from_what_they_show() {
    let definitions = language();
    let titles: Vec<&str> = definitions.dashboards[0].layers[0]
        .cards
        .iter()
        .map(|card| card.title.as_str())
        .collect();
    assert_eq!(
        titles,
        [
            "Risk exposure",
            "MTTR, critical",
            "Vulnerability escape rate",
            "Scan coverage",
            "Fix rate"
        ]
    );
    let test = &definitions.tests[0];
    assert_eq!(test.givens[0].columns, [0, 11, 3, 6, 15]);
    assert_eq!(test.expects[0].header, ["month", "backlog"]);
    assert_eq!(
        test.as_of.as_ref().map(|moment| moment.instant),
        Some(MARCH + 61 * DAY)
    );
}

/// What a query is warned of, by code and message.
fn warned(definitions: &Definitions, text: &str) -> Vec<String> {
    let (_, warnings) = check_query(definitions, text).unwrap_or_else(|problems| {
        panic!("{text}: {:#?}", problems.sorted());
    });
    let warnings = warnings.sorted().into_iter();
    let of_tests = warnings.filter(|warning| matches!(warning.code, "K422" | "K423"));
    of_tests
        .map(|warning| format!("{} {}", warning.code, warning.message))
        .collect()
}

#[test]
fn the_order_of_events_in_a_choice_changes_no_warning() {
    let definitions = language();
    let ask = |choice: &str| {
        let text =
            format!("count of findings verified where time from found to {choice} <= 9 days");
        warned(&definitions, &text)
    };
    // The earliest of both is there once the fix is verified; the latest waits for the closing.
    for earliest in [
        "earliest of verified, closed",
        "earliest of closed, verified",
    ] {
        assert_eq!(ask(earliest), [""; 0], "{earliest}");
    }
    for latest in ["latest of verified, closed", "latest of closed, verified"] {
        let warnings = ask(latest).concat();
        assert!(warnings.starts_with("K422"), "{latest}: {warnings}");
        assert!(
            warnings.ends_with("`closed` comes later"),
            "{latest}: {warnings}"
        );
    }
}

#[test]
fn no_time_has_passed_at_an_event_since_it() {
    let definitions = language();
    let ask = |test: &str| {
        let text = format!("count of findings found where time since found {test} 9 days");
        warned(&definitions, &text).join("")
    };
    for (test, word) in [
        ("<", "always"),
        ("<=", "always"),
        (">", "never"),
        (">=", "never"),
    ] {
        assert!(ask(test).contains(word), "{test}: {}", ask(test));
    }
}

#[test]
fn a_planned_end_says_something_of_a_state() {
    let (_, definitions, problems) = check_files(&[(
        "defs.kpi",
        "calendar\n  timezone \"UTC\"\n\ntable exceptions\n  key exception_id\n  event granted at granted_at\n  \
         state in_force from granted_at until planned ends_at\n",
    )]);
    assert_eq!(problems, []);
    let definitions = definitions.expect("definitions without errors");
    for test in ["ends_at is present", "ends_at <= 2027-12"] {
        for role in ["in_force", "granted"] {
            let text = format!("count of exceptions {role} where exceptions.{test}");
            assert_eq!(warned(&definitions, &text), [""; 0], "{text}");
        }
    }
}

/// All warnings of a query, by code.
fn warning_codes(definitions: &Definitions, text: &str) -> Vec<&'static str> {
    let (_, warnings) = check_query(definitions, text).unwrap_or_else(|problems| {
        panic!("{text}: {:#?}", problems.sorted());
    });
    warnings
        .sorted()
        .iter()
        .map(|warning| warning.code)
        .collect()
}

#[test]
fn tests_that_leave_something_are_not_warned_of() {
    let definitions = language();
    for test in [
        "severity >= medium and severity <= high",
        "severity != info and severity != low",
        "severity = high or severity = critical",
        "not (severity = high and exploitable = yes)",
        "team != \"web\" and team != \"shop\"",
        "found_at >= 2026-01-01 and found_at < 2026-02-01",
        "time since found > 30 days and time since found < 90 days",
        "overdue and not risk_accepted",
        "findings.accepted_at is present and not risk_accepted",
        "findings.fixed_at is present",
    ] {
        let text = format!("backlog where {test}");
        assert_eq!(warning_codes(&definitions, &text), [""; 0], "{text}");
    }
}

#[test]
fn what_a_query_adds_to_a_kpi_is_held_against_it() {
    let definitions = language();
    // The KPI asks for criticals and counts what is from production.
    for (text, expected) in [
        ("overdue_critical where severity >= high", &[][..]),
        ("overdue_critical where severity < critical", &["K423"]),
        ("escape_rate where environment in (production, ci)", &[]),
        ("escape_rate where environment in (production)", &["K423"]),
        ("escape_rate where severity = high", &[]),
        ("where severity = high", &["K423"]),
    ] {
        assert_eq!(warning_codes(&definitions, text), expected, "{text}");
    }
}

#[test]
fn an_event_that_may_be_unknown_is_asked_for_in_silence() {
    let definitions = language();
    // An introduction is declared before the finding, and may not be known.
    for text in [
        "share of findings verified with fixed",
        "share of findings closed with verified",
        "count of findings breached where risk_accepted",
        "mean time from found to verified of findings open",
        "mean time from found to verified of findings closed",
    ] {
        assert_eq!(warning_codes(&definitions, text), [""; 0], "{text}");
    }
}

#[test]
fn a_plain_number_stands_for_counts_points_and_ratios_alone() {
    let definitions = language();
    for (text, is_right) in [
        ("backlog + 5", true),
        ("risk_exposure - 5", true),
        ("fix_rate + 1", true),
        ("2 * escape_rate", true),
        ("escape_rate / 2", true),
        ("escape_rate + 5%", true),
        ("100% - escape_rate", true),
        ("mttr + 5 days", true),
        ("mttr / 30 days", true),
        ("backlog * 5 days", true),
        ("fix_rate * 100% - escape_rate", true),
        ("escape_rate + 5", false),
        ("5 - escape_rate", false),
        ("mttr + 5", false),
        ("escape_rate + fix_rate", false),
        ("backlog + 5 days", false),
        ("backlog + risk_exposure", false),
    ] {
        assert_eq!(check_query(&definitions, text).is_ok(), is_right, "{text}");
    }
}
