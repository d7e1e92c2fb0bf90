//! OpenMetrics: what Prometheus reads.

use std::io::Write;
use std::process::{Command, Stdio};

use riskql::base::calendar::Calendar;
use riskql::base::types::{DisplayUnit, FieldType};
use riskql::exec::answer::{Cell, Level};
use riskql::render::openmetrics::{self, SampleTimes};

use super::build::{
    DAYS, answer, below, board, cell, dimension, group, months, none, number, period, plain_column,
    row, text, value_column,
};

fn utc() -> Calendar {
    Calendar {
        timezone: chrono_tz::UTC,
        week_starts: chrono::Weekday::Mon,
        year_starts: 1,
        history_from: None,
    }
}

#[test]
fn a_gauge_has_its_unit_its_groups_and_its_targets() {
    let rows = vec![
        group(vec![
            text("web"),
            cell(below(30.0, "below 30 days", number(20.5, 12))),
        ]),
        group(vec![
            text("api"),
            cell(below(30.0, "below 30 days", number(31.0, 12))),
        ]),
        group(vec![text("old"), cell(none("no rows"))]),
        group(vec![Cell::Missing, cell(number(4.0, 1))]),
        row(Level::Total, vec![Cell::Missing, cell(number(9.0, 1))]),
    ];
    let columns = vec![
        dimension("team", FieldType::Text),
        value_column("mttr", plain_column(DAYS)),
    ];
    assert_eq!(
        openmetrics::answer(&answer("mttr by team", columns, rows), None),
        r#"# TYPE riskql_mttr_days gauge
# UNIT riskql_mttr_days days
# HELP riskql_mttr_days mttr
riskql_mttr_days{level="total"} 9
riskql_mttr_days{team="(missing)"} 4
riskql_mttr_days{team="api"} 31
riskql_mttr_days{team="web"} 20.5
# TYPE riskql_target gauge
# HELP riskql_target The limit of a target, in the unit of its KPI
riskql_target{kpi="mttr",bound="below",unit="days",team="api"} 30
riskql_target{kpi="mttr",bound="below",unit="days",team="web"} 30
# TYPE riskql_target_met gauge
# HELP riskql_target_met Whether a value meets its target: 1 if it does, 0 if not
riskql_target_met{kpi="mttr",team="api"} 0
riskql_target_met{kpi="mttr",team="web"} 1
# EOF
"#
    );
}

#[test]
fn hostile_texts_stay_inside_their_quotes_and_names_are_plain() {
    let rows = vec![group(vec![
        text("a\"} 1\n# EOF\nx{y=\"\\"),
        text("b"),
        cell(number(1.0, 1)),
    ])];
    let columns = vec![
        dimension("team-näme", FieldType::Text),
        dimension("team näme", FieldType::Text),
        value_column("1st \n rate", plain_column(DisplayUnit::Percent)),
    ];
    let text = openmetrics::answer(&answer("q", columns, rows), None);
    assert_eq!(
        text.lines().nth(3).unwrap(),
        r#"riskql_1st___rate_ratio{team_n_me="a\"} 1\n# EOF\nx{y=\"\\",team_n_me_="b"} 1"#
    );
    assert_eq!(
        text.lines().nth(2).unwrap(),
        r"# HELP riskql_1st___rate_ratio 1st \n rate"
    );
    assert_eq!(text.lines().count(), 5);
}

#[test]
fn a_kpi_called_target_is_no_target() {
    let columns = vec![value_column("target", plain_column(DisplayUnit::Count))];
    let rows = vec![group(vec![cell(number(2.0, 2))])];
    let text = openmetrics::answer(&answer("q", columns, rows), None);
    assert!(text.contains("riskql_target_kpi 2\n"), "{text}");
}

#[test]
fn samples_have_the_instants_of_periods_that_are_over() {
    let calendar = utc();
    let times = SampleTimes {
        calendar: &calendar,
        as_of_is_named: false,
    };
    let columns = vec![
        period(),
        value_column("backlog", plain_column(DisplayUnit::Count)),
    ];
    let month = |label: &str, value| group(vec![text(label), cell(number(value, 1))]);
    let rows = vec![
        month("2026-03", 5.0),
        month("2026-02", 4.0),
        month("2026-05", 6.0),
    ];
    let series = answer("backlog over month", columns, rows);
    // 1 March, 1 April, and as-of, the end of April, for a month that is not over.
    let text = openmetrics::answer(&series, Some(times));
    assert!(
        text.contains(
            "riskql_backlog 4 1772323200\nriskql_backlog 5 1775001600\nriskql_backlog 6 1777593600\n"
        ),
        "{text}"
    );
    let text = openmetrics::answer(&series, None);
    assert!(
        text.contains("riskql_backlog{period=\"2026-02\"} 4\n"),
        "{text}"
    );
}

#[test]
fn a_value_has_the_instant_of_an_as_of_that_was_named() {
    let calendar = utc();
    let columns = || vec![value_column("backlog", plain_column(DisplayUnit::Count))];
    let now = answer(
        "backlog",
        columns(),
        vec![group(vec![cell(number(5.0, 5))])],
    );
    let at = |as_of_is_named| {
        let times = SampleTimes {
            calendar: &calendar,
            as_of_is_named,
        };
        openmetrics::answer(&now, Some(times))
    };
    assert!(at(false).contains("riskql_backlog 5\n"));
    assert!(at(true).contains("riskql_backlog 5 1777593600\n"));
}

/// What the parser of Prometheus' own client library says; `None` where it is not installed.
fn parsed(text: &str) -> Option<Result<String, String>> {
    let script = "import sys\n\
        from prometheus_client.openmetrics.parser import text_string_to_metric_families as read\n\
        print(sum(len(family.samples) for family in read(sys.stdin.read())))\n";
    let python = |script: &str| {
        Command::new("python3")
            .args(["-c", script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
    };
    let here = python("import prometheus_client").ok()?.wait().ok()?;
    if !here.success() {
        return None;
    }
    let mut child = python(script).ok()?;
    child.stdin.take()?.write_all(text.as_bytes()).ok()?;
    let output = child.wait_with_output().ok()?;
    Some(match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).trim().to_string()),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    })
}

#[test]
fn the_parser_of_prometheus_reads_answers_and_boards() {
    let calendar = utc();
    let times = Some(SampleTimes {
        calendar: &calendar,
        as_of_is_named: true,
    });
    // Four values of three months that are there, and two totals of them that are.
    let texts = [
        (openmetrics::answer(&months(), times), "15"),
        (openmetrics::answer(&months(), None), "15"),
        (openmetrics::board(&board(), None), "33"),
    ];
    for (text, samples) in texts {
        match parsed(&text) {
            None => eprintln!("skipped: prometheus_client is not installed"),
            Some(read) => assert_eq!(read.as_deref(), Ok(samples), "{text}"),
        }
    }
}
