//! OSV records say how severe they are in many places: which of them is read is told by the source, in one order.

use riskql::base::source::Sources;
use riskql::lang::model::Definitions;
use riskql::lang::project::{self, ProjectOrigin};
use riskql::reports::ingest::{ReportReader, ReportRow};

fn library() -> Definitions {
    let mut sources = Sources::default();
    let (definitions, problems) = project::definitions(&mut sources, &ProjectOrigin::Library);
    assert!(!problems.has_errors(), "{problems:?}");
    definitions.expect("the library")
}

/// The row of one vulnerability of a package `p`, in a group with these other members.
fn row(reader: &ReportReader, vulnerability: &str, group: &str) -> ReportRow {
    let report = format!(
        r#"{{"results": [{{"source": {{"path": "/src/lock", "type": "lockfile"}}, "packages": [{{
            "package": {{"name": "p", "version": "1", "ecosystem": "Debian"}},
            "vulnerabilities": [{{"id": "V-1", "summary": "s" {vulnerability}}}, {{"id": "V-2", "summary": "s", "database_specific": {{"severity": "LOW"}}}}],
            "groups": [{{"ids": ["V-1"{group}}}, {{"ids": ["V-2"]}}]}}]}}]}}"#
    );
    let report = reader.read("osv.json", report.as_bytes());
    let report = report.expect("a report");
    assert_eq!(
        (report.source.as_str(), report.rows.len()),
        ("osv_scanner", 2)
    );
    report.rows[0].clone()
}

/// From the place that holds before all others to the one that holds where nothing else is said.
#[test]
fn severities_are_read_from_the_places_that_say_them_in_their_order() {
    let v3 = r#"{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}"#;
    let v2 = r#"{"type": "CVSS_V2", "score": "AV:N/AC:L/Au:N/C:C/I:C/A:C"}"#;
    let v4 = r#"{"type": "CVSS_V4", "score": "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"}"#;
    let ubuntu = r#"{"type": "Ubuntu", "score": "negligible"}"#;
    let own = r#", "database_specific": {"severity": "MODERATE"}"#;
    let analysed = r#"], "experimental_analysis": {"V-1": {"called": true, "unimportant": true}}"#;
    let max = r#"], "max_severity": "7.5""#;
    let affected = r#", "affected": [{"package": {"name": "p"}, "database_specific": {"severity": "Important"}, "ecosystem_specific": {"urgency": "low"}}]"#;
    let of_package = format!(
        r#", "affected": [{{"package": {{"name": "q"}}, "severity": [{v3}]}}, {{"package": {{"name": "p"}}, "severity": [{v2}]}}]"#
    );
    let ecosystem = |members: &str| {
        format!(
            r#", "affected": [{{"package": {{"name": "p"}}, "ecosystem_specific": {{{members}}}}}]"#
        )
    };
    let rated = |ratings: &[&str]| format!(r#", "severity": [{}]"#, ratings.join(","));
    // info 0, low 1, medium 2, high 3, critical 4.
    let cases: Vec<(String, &str, u8, &str, Option<f64>)> = vec![
        (
            format!("{own}{}", rated(&[v3, ubuntu])),
            analysed,
            0,
            "experimental_analysis",
            Some(9.8),
        ),
        (
            format!("{own}{}", rated(&[v3, ubuntu])),
            max,
            2,
            "database_specific.severity",
            Some(9.8),
        ),
        (
            rated(&[v3, ubuntu]),
            max,
            0,
            "severity of the distribution",
            Some(9.8),
        ),
        (rated(&[v2, v3]), max, 4, "CVSS vector", Some(9.8)),
        // CVSS 2 ends with high.
        (rated(&[v2]), max, 3, "CVSS vector", Some(10.0)),
        (of_package, "]", 3, "CVSS vector", Some(10.0)),
        // No score follows from a vector of CVSS 4 by arithmetic; the scanner says it of the group.
        (rated(&[v4]), max, 3, "groups.max_severity", None),
        (
            affected.to_string(),
            r#", "V-2"]"#,
            1,
            "database_specific.severity of the same group",
            None,
        ),
        (
            affected.to_string(),
            "]",
            3,
            "affected.database_specific.severity",
            None,
        ),
        (
            ecosystem(r#""severity": "critical""#),
            "]",
            4,
            "affected.ecosystem_specific",
            None,
        ),
        (
            ecosystem(r#""urgency": "unimportant""#),
            "]",
            0,
            "affected.ecosystem_specific",
            None,
        ),
        (
            ecosystem(r#""urgency": "not yet assigned""#),
            "]",
            2,
            "none",
            None,
        ),
        (String::new(), "]", 2, "none", None),
    ];
    let definitions = library();
    let reader = ReportReader::new(&definitions);
    for (vulnerability, group, severity, from, cvss) in cases {
        let row = row(&reader, &vulnerability, group);
        let read = (row.severity, row.severity_from.as_deref(), row.cvss);
        assert_eq!(
            read,
            (severity, Some(from), cvss),
            "{vulnerability} {group}"
        );
    }
}

/// Scores of FIRST's guide to CVSS 2: CVE-2002-0392, CVE-2003-0818, CVE-2003-0062.
#[test]
fn vectors_of_cvss_2_have_the_scores_of_its_guide() {
    let definitions = library();
    let reader = ReportReader::new(&definitions);
    for (vector, score) in [
        ("AV:N/AC:L/Au:N/C:N/I:N/A:C", 7.8),
        ("AV:N/AC:L/Au:N/C:C/I:C/A:C", 10.0),
        ("AV:L/AC:H/Au:N/C:C/I:C/A:C", 6.2),
        ("AV:N/AC:L/Au:N/C:N/I:N/A:N", 0.0),
    ] {
        let row = row(
            &reader,
            &format!(r#", "severity": [{{"type": "CVSS_V2", "score": "{vector}"}}]"#),
            "]",
        );
        assert_eq!(
            (row.cvss, row.cvss_vector.as_deref()),
            (Some(score), Some(vector))
        );
    }
}

/// Whether vulnerable code is called, as version 2 of the scanner writes it and as version 1 did.
#[test]
fn call_analysis_is_evidence() {
    let definitions = library();
    let reader = ReportReader::new(&definitions);
    for member in ["experimental_analysis", "experimentalAnalysis"] {
        let evidence = |called: bool| {
            let analysed = format!(r#"], "{member}": {{"V-1": {{"called": {called}}}}}"#);
            row(&reader, "", &analysed)
                .evidence
                .map(|evidence| evidence.word())
        };
        assert_eq!(
            (evidence(true), evidence(false)),
            (Some("inferred"), Some("none"))
        );
    }
}
