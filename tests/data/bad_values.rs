//! Values that do not convert, and dates.

use riskql::base::diagnostic::Problems;
use riskql::exec::data::TableSources;

use super::fixture::{
    FINDINGS, definitions, folder, load_all, load_findings, messages, only_message, shown,
};

fn load(csv: &str) -> Result<TableSources, Problems> {
    load_findings("findings.csv", csv.as_bytes())
}

#[test]
fn values_outside_a_scale_are_listed_with_their_lines() {
    let csv = "finding_id,severity\nF1,urgent\nF2,low\nF3,sev1\nF4,urgent\n";
    assert_eq!(
        only_message(load(csv)),
        "D204 `findings.csv` column `severity`: 2 values are not on the scale: `urgent` (2 rows, first in line 2), `sev1` (line 4)\
         \n  help: the scale is: severity is info < low < medium < high < critical (schema.kpi:8)\
         \n  help: other spellings are mapped under the scale: map \"urgent\" to critical"
    );
}

#[test]
fn all_columns_are_reported_at_once() {
    let csv = "finding_id,exploitable,cvss,found_at\nF1,maybe,\"1,234\",31.03.2026\nF2,y,inf,2026-02-30\nF3,,nan,1500-01-01\n";
    let messages = messages(load(csv).expect_err("bad values"));
    let first: Vec<&str> = messages
        .iter()
        .map(|text| text.lines().next().unwrap())
        .collect();
    assert_eq!(
        first,
        [
            "D201 `findings.csv` column `found_at`: 3 values are not a date: `31.03.2026` (line 2), `2026-02-30` (line 3), `1500-01-01` (line 4)",
            "D202 `findings.csv` column `cvss`: 3 values are not a number: `1,234` (line 2), `inf` (line 3), `nan` (line 4)",
            "D203 `findings.csv` column `exploitable`: 2 values are not yes or no: `maybe` (line 2), `y` (line 3)",
        ]
    );
}

#[test]
fn many_different_values_are_cut() {
    let rows: String = (0..40_000).map(|row| format!("F{row},x{row}\n")).collect();
    let message = only_message(load(&format!("finding_id,severity\n{rows}")));
    let first = message.lines().next().unwrap();
    assert_eq!(
        first,
        "D204 `findings.csv` column `severity`: the values of 40000 rows are not on the scale: `x0` (line 2), `x1` (line 3), `x2` (line 4), `x3` (line 5), `x4` (line 6), …"
    );
}

#[test]
fn lines_count_breaks_inside_values() {
    let csv = "finding_id,title,severity\nF1,\"two\nlines\",low\n\nF2,x,urgent\n";
    let message = only_message(load(csv));
    assert!(message.contains("`urgent` (line 5)"), "{message}");
    let message = only_message(load(&csv.replace('\n', "\r\n")));
    assert!(message.contains("`urgent` (line 5)"), "{message}");
    let message = only_message(load("finding_id,severity\r\nF1,low\r\nF2,urgent\r\nF3,low"));
    assert!(message.contains("`urgent` (line 3)"), "{message}");
    let message = only_message(load("finding_id,severity\nF1,low\nF2,urgent"));
    assert!(message.contains("`urgent` (line 3)"), "{message}");
}

#[test]
fn rows_count_where_there_are_no_lines() {
    let json =
        "[{\"finding_id\":1,\"severity\":\"low\"},\n\n{\"finding_id\":2,\"severity\":\"bad\"}]";
    let message = only_message(load_findings("findings.json", json.as_bytes()));
    assert!(message.contains("`bad` (row 2)"), "{message}");
}

#[test]
fn a_number_beyond_the_range_is_refused() {
    assert!(only_message(load("finding_id,cvss\nF1,1e999\n")).contains("`1e999` (line 2)"));
}

#[track_caller]
fn instant(zone: &str, written: &str) -> String {
    let folder = folder(&[(
        "findings.csv",
        format!("finding_id,found_at\nF1,{written}\n").as_bytes(),
    )]);
    match load_all(&definitions(zone), folder.path()) {
        Ok(dataset) => shown(&dataset, FINDINGS, 6).remove(0),
        Err(_) => "refused".to_owned(),
    }
}

#[test]
fn dates_alone_start_at_midnight_of_the_zone() {
    assert_eq!(instant("UTC", "2026-03-31"), "2026-03-31T00:00:00Z");
    assert_eq!(
        instant("Europe/Berlin", "2026-03-31"),
        "2026-03-30T22:00:00Z"
    );
    assert_eq!(
        instant("Europe/Berlin", "2026-01-31"),
        "2026-01-30T23:00:00Z"
    );
    // Midnight of 2018-11-04 did not exist in São Paulo; the day began at one.
    assert_eq!(
        instant("America/Sao_Paulo", "2018-11-04"),
        "2018-11-04T03:00:00Z"
    );
    // Midnight of 2018-02-18 came once, an hour after 23:00 came twice.
    assert_eq!(
        instant("America/Sao_Paulo", "2018-02-18"),
        "2018-02-18T03:00:00Z"
    );
    // Havana goes back at one o'clock: midnight comes twice.
    assert_eq!(
        instant("America/Havana", "2025-11-02"),
        "2025-11-02T04:00:00Z"
    );
}

#[test]
fn times_without_a_zone_are_local() {
    assert_eq!(
        instant("Europe/Berlin", "2026-03-31T10:00:00"),
        "2026-03-31T08:00:00Z"
    );
    assert_eq!(
        instant("Europe/Berlin", "2026-03-31 10:00"),
        "2026-03-31T08:00:00Z"
    );
    // 02:30 is jumped over, 01:59 and 03:00 are not.
    assert_eq!(
        instant("Europe/Berlin", "2026-03-29T02:30:00"),
        "2026-03-29T01:00:00Z"
    );
    assert_eq!(
        instant("Europe/Berlin", "2026-03-29T01:59:00"),
        "2026-03-29T00:59:00Z"
    );
    assert_eq!(
        instant("Europe/Berlin", "2026-03-29T03:00:00"),
        "2026-03-29T01:00:00Z"
    );
    // 02:30 comes twice: the earlier.
    assert_eq!(
        instant("Europe/Berlin", "2026-10-25T02:30:00"),
        "2026-10-25T00:30:00Z"
    );
    assert_eq!(
        instant("Europe/Berlin", "2026-10-25T03:30:00"),
        "2026-10-25T02:30:00Z"
    );
}

#[test]
fn times_with_a_zone_are_instants() {
    for written in [
        "2026-03-31T10:00:00Z",
        "2026-03-31t10:00:00z",
        "2026-03-31T12:00:00+02:00",
        "2026-03-31T12:00+0200",
        "2026-03-31 12:00:00 +02",
        "2026-03-31T04:30:00-05:30",
        "2026-03-31 10:00:00 UTC",
        "  2026-03-31T10:00:00.000000Z\t",
        "2026-03-31T10:00:00.000000999Z",
    ] {
        assert_eq!(
            instant("Asia/Tokyo", written),
            "2026-03-31T10:00:00Z",
            "{written}"
        );
    }
}

#[test]
fn what_is_no_date_is_refused() {
    for written in [
        "2026-3-31",
        "2026-03-31T",
        "2026-03-31T1",
        "2026-03-31T24:00",
        "2026-03-31T10:60",
        "2026-03-31T10:00:60",
        "2026-03-31T10:00:00.Z",
        "2026-03-31T10:00:00+2",
        "2026-03-31Z",
        "2026-13-01",
        "2026-00-10",
        "2026-01-00",
        "2025-02-29",
        "1677-12-31",
        "2263-01-01",
        "20260331",
        "2026/03/31",
        "1774951200",
        "2026-03-3\u{661}",
        "NULL",
        "2026-03-31T10:00:00+25:00",
    ] {
        assert_eq!(instant("UTC", written), "refused", "{written}");
    }
    assert_eq!(instant("UTC", "1678-01-01"), "1678-01-01T00:00:00Z");
    assert_eq!(instant("Asia/Tokyo", "2262-12-31"), "2262-12-30T15:00:00Z");
    assert_eq!(instant("UTC", "2024-02-29"), "2024-02-29T00:00:00Z");
    assert_eq!(instant("UTC", ""), "-");
}

/// What programs write where there is no date, and where there is no end.
#[test]
fn the_zero_and_the_end_of_clocks_are_no_dates() {
    for written in [
        "0001-01-01",
        "0001-01-01T00:00:00Z",
        "9999-12-31",
        "9999-12-31T23:59:59Z",
    ] {
        assert_eq!(instant("UTC", written), "-", "{written}");
    }
}

#[test]
fn null_is_a_text() {
    let dataset = load("finding_id,title\nF1,NULL\nF2, \n").expect("loads");
    assert_eq!(shown(&dataset, FINDINGS, 2), ["NULL", "-"]);
}
