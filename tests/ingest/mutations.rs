//! Reports that are not quite what their sources expect: a member of another type never makes a row
//! disappear, and an empty report is nobody's.

use std::fs;
use std::path::Path;

use riskql::base::source::Sources;
use riskql::lang::model::{Definitions, Fills, RowStep};
use riskql::lang::project::{self, ProjectOrigin};
use riskql::reports::ingest::{Report, ReportReader, ScanOutcome};
use serde_json::{Value, json};

fn library() -> Definitions {
    let mut sources = Sources::default();
    let (definitions, _) = project::definitions(&mut sources, &ProjectOrigin::Library);
    definitions.expect("the library has no mistakes")
}

/// The JSON samples of one document.
fn samples() -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ingest/samples");
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the samples") {
        let path = entry.expect("an entry").path();
        let text = fs::read_to_string(&path).unwrap_or_default();
        if let Ok(value) = serde_json::from_str(&text) {
            found.push((path.display().to_string(), value));
        }
    }
    found.sort_by(|left, right| left.0.cmp(&right.0));
    found
}

/// Pointers to all scalars, and to objects and lists of scalars.
fn places(value: &Value, at: String, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, inner) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                places(inner, format!("{at}/{name}"), found);
            }
        }
        Value::Array(values) => {
            for (index, inner) in values.iter().enumerate() {
                places(inner, format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
    let is_leaf = |value: &Value| !value.is_object() && !value.is_array();
    let is_small = match value {
        Value::Object(members) => members.values().all(is_leaf) && at.matches('/').count() > 2,
        Value::Array(values) => !values.is_empty() && values.iter().all(is_leaf),
        _ => true,
    };
    if is_small && !at.is_empty() {
        found.push(at);
    }
}

fn rows(report: &Report) -> u64 {
    report.rows.len() as u64 + report.dropped.values().sum::<u64>()
}

/// Numbers that look random and are the same in each run.
fn next(state: &mut u64) -> usize {
    *state = state
        .wrapping_mul(6364136223846793005)
        .wrapping_add(1442695040888963407);
    (*state >> 33) as usize
}

#[test]
fn a_member_of_another_type_makes_no_row_disappear() {
    let definitions = library();
    let reader = ReportReader::new(&definitions);
    let mut wrong = Vec::new();
    let mut state = 7;
    let (mut read, mut mended) = (0, 0);
    for (name, value) in samples() {
        let whole = reader
            .read(&name, value.to_string().as_bytes())
            .expect("a sample");
        let mut all = Vec::new();
        places(&value, String::new(), &mut all);
        for _ in 0..12 {
            let place = &all[next(&mut state) % all.len()];
            let others = [
                json!("x"),
                json!(7),
                json!(true),
                json!([]),
                json!({}),
                json!([{"a": 1}]),
                json!({"a": "b"}),
            ];
            let mut mutated = value.clone();
            let target = mutated.pointer_mut(place).expect("a place");
            let other = &others[next(&mut state) % others.len()];
            if std::mem::discriminant(other) == std::mem::discriminant(target) {
                continue;
            }
            *target = other.clone();
            let Ok(report) = reader.read(&name, mutated.to_string().as_bytes()) else {
                continue;
            };
            read += 1;
            if report.source == whole.source && rows(&report) < rows(&whole) {
                wrong.push(format!(
                    "{name} {place} is {other}: {} rows of {}",
                    rows(&report),
                    rows(&whole)
                ));
            }
            if !report.left_out.is_empty() {
                mended += 1;
                let is_partial = report
                    .scans
                    .iter()
                    .all(|scan| scan.outcome != ScanOutcome::Success);
                assert!(is_partial, "{name} {place}: {:?}", report.left_out);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(
        read > 200 && mended > 5,
        "{read} were read, {mended} without something"
    );
}

/// The XML samples, and the leaves of each: where the start tag begins, where the text does, and where the end tag ends.
fn xml_samples() -> Vec<(String, String, Vec<[usize; 4]>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ingest/samples");
    let leaf =
        regex::Regex::new(r"<([A-Za-z][\w.:-]*)(?: [^<>]*[^<>/])?>([^<>]*)</([A-Za-z][\w.:-]*)>");
    let leaf = leaf.expect("a pattern");
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the samples") {
        let path = entry.expect("an entry").path();
        let text = fs::read_to_string(&path).unwrap_or_default();
        let leaves = leaf.captures_iter(&text).filter(|leaf| leaf[1] == leaf[3]);
        let places = leaves.filter_map(|leaf| {
            let (whole, inside) = (leaf.get(0)?, leaf.get(2)?);
            Some([whole.start(), inside.start(), inside.end(), whole.end()])
        });
        let places: Vec<[usize; 4]> = places.collect();
        if path.extension().is_some_and(|ending| ending == "xml") && !places.is_empty() {
            found.push((path.display().to_string(), text, places));
        }
    }
    found.sort();
    found
}

/// Elements that hold others, nothing or marked text instead of a text, and elements that are there twice.
#[test]
fn an_element_of_another_kind_makes_no_row_disappear() {
    let definitions = library();
    let reader = ReportReader::new(&definitions);
    let (mut wrong, mut read, mut state) = (Vec::new(), 0, 11);
    for (name, text, leaves) in xml_samples() {
        let whole = reader.read(&name, text.as_bytes()).expect("a sample");
        for _ in 0..20 {
            let [start, from, to, end] = leaves[next(&mut state) % leaves.len()];
            let others = ["", "<x><y>1</y></x>", "x<y/>z", "<![CDATA[7]]>", "<x/><x/>"];
            let mutated = match next(&mut state) % (others.len() + 1) {
                0 => format!("{}{}", &text[..end], &text[start..]),
                other => format!("{}{}{}", &text[..from], others[other - 1], &text[to..]),
            };
            let Ok(report) = reader.read(&name, mutated.as_bytes()) else {
                continue;
            };
            read += 1;
            if report.source == whole.source && rows(&report) < rows(&whole) {
                let place = &text[start..end];
                wrong.push(format!(
                    "{name} {place}: {} rows of {}",
                    rows(&report),
                    rows(&whole)
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(read > 100, "{read} were read");
}

#[test]
fn a_member_that_is_left_out_is_told_and_counted() {
    let definitions = library();
    let reader = ReportReader::new(&definitions);
    let row = |identifiers: Value| json!({"id": "S", "title": "t", "severity": "high", "packageName": "p", "version": "1", "from": ["a@1"], "identifiers": identifiers});
    let rows = vec![
        row(json!({"CVE": ["CVE-2024-0001"]})),
        row(json!("CVE-2024-0002")),
        row(json!("CVE-2024-0003")),
    ];
    let report = json!({"ok": false, "dependencyCount": 1, "packageManager": "npm", "projectName": "web", "uniqueCount": 3, "vulnerabilities": rows});
    let report = reader
        .read("r", report.to_string().as_bytes())
        .expect("a report");
    assert_eq!(report.rows.len(), 3);
    let left_out: Vec<(&str, &str, u64)> = report
        .left_out
        .iter()
        .map(|(what, times)| (what.place.as_str(), what.found, *times))
        .collect();
    assert_eq!(left_out, [("vulnerabilities[].identifiers", "a text", 2)]);
    assert_eq!(report.scans[0].outcome, ScanOutcome::Partial);
}

#[test]
fn an_empty_list_of_an_unknown_tool_is_nobodys() {
    let definitions = library();
    let reader = ReportReader::new(&definitions);
    let mut known = Vec::new();
    for source in &definitions.reports {
        if !matches!(source.fills, Fills::Observations | Fills::Findings) {
            continue;
        }
        for path in &source.counted {
            let Some(RowStep::Member(name)) = path.steps.first() else {
                continue;
            };
            let report = json!({name.as_str(): []});
            if let Ok(report) = reader.read("r", report.to_string().as_bytes()) {
                known.push(format!("{{\"{name}\": []}} is {}", report.source));
            }
        }
    }
    for bare in ["[]", "{}", "null", ""] {
        known.extend(
            reader
                .read("r", bare.as_bytes())
                .map(|report| report.source),
        );
    }
    assert!(known.is_empty(), "{known:#?}");
}

#[test]
fn a_new_member_of_a_known_report_is_no_hindrance() {
    let definitions = library();
    let reader = ReportReader::new(&definitions);
    let mut refused = Vec::new();
    for (name, mut value) in samples() {
        let Value::Object(members) = &mut value else {
            continue;
        };
        if name.contains("generic") {
            continue;
        }
        members.insert("a_member_of_tomorrow".to_string(), json!({"of": [1]}));
        if reader.read(&name, value.to_string().as_bytes()).is_err() {
            refused.push(name);
        }
    }
    assert!(refused.is_empty(), "{refused:#?}");
}

#[test]
fn half_a_table_is_refused() {
    let definitions = library();
    let reader = ReportReader::new(&definitions);
    let head = "Date,Title,Severity,Description,CweId\n";
    let codes = |rows: &str| {
        let report = reader.read("r.csv", format!("{head}{rows}").as_bytes());
        report
            .map(|report| report.rows.len())
            .map_err(|problems| problems.sorted()[0].message.clone())
    };
    assert_eq!(
        codes("2026-01-01,A,High,\"one\ntwo \"\"three\"\"\",79\n,,,,\n2026-01-01,B,High,d,79\n"),
        Ok(2)
    );
    for (rows, why) in [
        (
            "2026-01-01,A,High,d,79\n2026-01-01,B,High,\"cut",
            "line 3: a cell begins with a quote",
        ),
        (
            "2026-01-01,\"A,High,d,79\n2026-01-01,B,High,d,79\n",
            "line 2: a cell begins with a quote",
        ),
        (
            "2026-01-01,A,High,d,79\n2026-01-01,B,Hi",
            "line 3 has 3 cells",
        ),
        ("2026-01-01,A,B,High,d,79\n", "line 2 has 6 cells"),
    ] {
        let told = codes(rows).expect_err(rows);
        assert!(told.contains(why), "{told}");
    }
    let twice = reader.read(
        "r.csv",
        b"Date,Title,Severity,Severity\n2026-01-01,A,High,Low\n",
    );
    let told = twice.expect_err("two columns").sorted()[0].message.clone();
    assert!(told.contains("two columns are called `Severity`"), "{told}");
    let named = reader.read(
        "r.csv",
        format!(
            "sep=;\n{}",
            head.replace(',', ";") + "2026-01-01;A, B;High;d;79\n"
        )
        .as_bytes(),
    );
    assert_eq!(named.expect("a report").rows[0].title, "A, B");
}

#[test]
fn one_bad_byte_leaves_all_other_text_as_it_is() {
    let definitions = library();
    let reader = ReportReader::new(&definitions);
    let text = r#"{"name": "n", "type": "T", "findings": [{"title": "Ü", "severity": "High", "file_path": "src/ß.py"}, {"title": "C?", "severity": "Low", "file_path": "src/c.py"}]}"#;
    let good = reader.read("r", text.as_bytes()).expect("a report");
    let bytes: Vec<u8> = text
        .bytes()
        .map(|byte| if byte == b'?' { 0xC3 } else { byte })
        .collect();
    let bad = reader.read("r", &bytes).expect("a report");
    assert_eq!(bad.rows[0], good.rows[0]);
    assert_eq!(bad.rows[1].title, "C\u{fffd}");
    assert_eq!(bad.scans[0].outcome, ScanOutcome::Partial);
}

#[test]
fn what_was_not_looked_at_is_kept() {
    let definitions = library();
    let reader = ReportReader::new(&definitions);
    let semgrep = |errors: Value, skipped: Value| {
        let report = json!({"version": "1", "results": [], "errors": errors, "paths": {"scanned": ["a.py"]}, "skipped_rules": skipped});
        let report = reader
            .read("r", report.to_string().as_bytes())
            .expect("a report");
        (report.scan.outcome, report.scan.unseen)
    };
    let clean = (ScanOutcome::Success, Vec::<String>::new());
    assert_eq!(semgrep(json!([]), json!([])), clean);
    assert_eq!(
        semgrep(json!([{"level": "info", "path": "a.py"}]), json!([])),
        clean
    );
    let partial = |unseen: &str| (ScanOutcome::Partial, vec![unseen.to_string()]);
    for kind in ["Timeout", "Out of memory", "PartialParsing", "Syntax error"] {
        assert_eq!(
            semgrep(
                json!([{"level": "warn", "type": kind, "path": "a.py"}]),
                json!([])
            ),
            partial("a.py")
        );
    }
    assert_eq!(
        semgrep(json!([]), json!([{"rule_id": "r"}])),
        partial("rule r")
    );
    let gitlab = |status: &str, messages: Value| {
        let report = json!({"version": "15.0.0", "vulnerabilities": [], "scan": {"type": "sast", "status": status, "messages": messages,
            "scanner": {"id": "s", "name": "S"}, "start_time": "2026-03-01T00:00:00", "end_time": "2026-03-01T00:00:00"}});
        reader
            .read("r", report.to_string().as_bytes())
            .expect("a report")
            .scan
            .outcome
    };
    assert_eq!(gitlab("success", json!([])), ScanOutcome::Success);
    assert_eq!(
        gitlab("success", json!([{"level": "info", "value": "x"}])),
        ScanOutcome::Success
    );
    assert_eq!(
        gitlab("success", json!([{"level": "error", "value": "x"}])),
        ScanOutcome::Partial
    );
    assert_eq!(
        gitlab(
            "success",
            json!([{"level": "warn", "value": "a.c could not be parsed"}])
        ),
        ScanOutcome::Partial
    );
    assert_eq!(gitlab("failure", json!([])), ScanOutcome::Failed);
}

#[test]
fn paths_of_sarif_are_those_below_its_bases() {
    let definitions = library();
    let reader = ReportReader::new(&definitions);
    let identity = |uri: &str, bases: Value| {
        let report = json!({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "t"}}, "originalUriBaseIds": bases, "results": [{"ruleId": "r",
            "message": {"text": "m"}, "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": 3}}}]}]}]});
        let report = reader
            .read("r", report.to_string().as_bytes())
            .expect("a report");
        (report.rows[0].identity.clone(), report.rows[0].file.clone())
    };
    let relative = identity("src/a.py", json!({}));
    assert_eq!(
        identity(
            "file:///opt/ci/17/src/a.py",
            json!({"ROOT": {"uri": "file:///opt/ci/17/"}})
        ),
        relative
    );
    assert_eq!(
        identity(
            "/opt/ci/18/src/a.py",
            json!({"ROOT": {"uri": "file:///opt/ci/18"}})
        ),
        relative
    );
    assert_eq!(
        identity("/home/runner/work/shop/shop/src/a.py", json!({})).0,
        relative.0
    );
}

/// A rule's level may be set for the run; a path may be told piece by piece, and its letters by their numbers.
#[test]
fn what_sarif_says_of_levels_and_paths_in_other_places_is_read() {
    let definitions = library();
    let reader = ReportReader::new(&definitions);
    let report = json!({"version": "2.1.0", "runs": [{
        "tool": {"driver": {"name": "t", "rules": [
            {"id": "by-id", "defaultConfiguration": {"level": "note"}},
            {"id": "by-index", "defaultConfiguration": {"level": "note"}},
            {"id": "plain", "defaultConfiguration": {"level": "note"}}]}},
        "invocations": [{"executionSuccessful": true, "ruleConfigurationOverrides": [
            {"descriptor": {"id": "by-id"}, "configuration": {"level": "error"}},
            {"descriptor": {"index": 1}, "configuration": {"level": "warning"}}]}],
        "originalUriBaseIds": {
            "ROOT": {"uri": "file:///opt/ci/17/"},
            "SRC": {"uri": "./src/", "uriBaseId": "ROOT"},
            "LIB": {"uri": "my%20lib", "uriBaseId": "SRC"},
            "LOOP": {"uri": "a/", "uriBaseId": "LOOP"}},
        "results": [
            {"ruleId": "by-id", "message": {"text": "m"}, "locations": [{"physicalLocation": {"artifactLocation": {"uri": "a.c", "uriBaseId": "SRC"}}}]},
            {"ruleId": "by-index", "message": {"text": "m"}, "locations": [{"physicalLocation": {"artifactLocation": {"uri": "b%2Dc.c", "uriBaseId": "LIB"}}}]},
            {"ruleId": "plain", "message": {"text": "m"}, "locations": [{"physicalLocation": {"artifactLocation": {"uri": "d.c", "uriBaseId": "ROOT"}}}]},
            {"ruleId": "by-id", "level": "note", "message": {"text": "m"}, "locations": [{"physicalLocation": {"artifactLocation": {"uri": "file:///opt/ci/17/e%C3%A9.c"}}}]},
            {"ruleId": "plain", "message": {"text": "m"}, "locations": [{"physicalLocation": {"artifactLocation": {"uri": "f.c", "uriBaseId": "LOOP"}}}]}]}]});
    let report = reader
        .read("r", report.to_string().as_bytes())
        .expect("a report");
    let rows: Vec<String> = report
        .rows
        .iter()
        .map(|row| {
            let word = |word: &Option<String>| word.clone().unwrap_or_default();
            format!("{} {}", word(&row.severity_word), word(&row.file))
        })
        .collect();
    assert_eq!(
        rows[..4],
        [
            "error src/a.c",
            "warning src/my lib/b-c.c",
            "note d.c",
            "note eé.c"
        ]
    );
    assert!(rows[4].ends_with("a/f.c"), "{rows:?}");
}

/// What an open port, a message or a check has no word for: rows say so by the source's rules, and are never the whole report.
#[test]
fn a_row_without_a_title_or_a_severity_has_what_its_source_says() {
    let definitions = library();
    let reader = ReportReader::new(&definitions);
    let nessus = r#"<NessusClientData_v2><Report name="r"><ReportHost name="h"><HostProperties><tag name="HOST_END">Tue Mar 31 10:00:00 2026</tag></HostProperties>
        <ReportItem port="22" svc_name="ssh" protocol="tcp" severity="0" pluginID="0" pluginName="" pluginFamily=""/>
        <ReportItem port="443" svc_name="www" protocol="tcp" severity="3" pluginID="7" pluginName="Weak" pluginFamily="f"/></ReportHost></Report></NessusClientData_v2>"#;
    let report = reader.read("r", nessus.as_bytes()).expect("a report");
    assert!(report.rows.iter().any(|row| row.title == "Weak"));
    let rows = report.rows.len() as u64 + report.dropped.values().sum::<u64>();
    assert_eq!(rows, 2);
    let gitlab = json!({"version": "15.0.0", "scan": {"type": "sast", "status": "success", "start_time": "2026-03-31T10:00:00", "end_time": "2026-03-31T10:01:00",
        "scanner": {"id": "s", "name": "S"}}, "vulnerabilities": [{"id": "1", "message": "m", "location": {"file": "a.c"}, "identifiers": []}]});
    let report = reader
        .read("r", gitlab.to_string().as_bytes())
        .expect("a report");
    assert_eq!(report.rows.len(), 1);
}

/// What another tool wrote under names of a known format is nobody's report.
#[test]
fn what_only_looks_like_a_known_format_is_refused() {
    let definitions = library();
    let reader = ReportReader::new(&definitions);
    let row =
        json!({"title": "A weakness", "severity": "High", "description": "d", "file_path": "a.c"});
    let generic = |row: &Value| json!({"findings": [row]}).to_string();
    let known = reader.read("r", generic(&row).as_bytes());
    assert_eq!(known.expect("a report").source, "generic_json");
    let foreign = json!({"title": "A weakness", "severity": "High", "description": "d", "place": {"file": "a.c"}});
    let problems = reader.read("r", generic(&foreign).as_bytes());
    assert_eq!(problems.expect_err("foreign").sorted()[0].code, "D401");
}

/// With -matcher-status Nuclei lists what ran and did not match.
#[test]
fn what_ran_and_did_not_match_is_no_finding() {
    let definitions = library();
    let line = |name: &str, matched: bool| {
        json!({"template-id": name, "info": {"name": name, "severity": "high"}, "type": "http", "host": "https://shop.example",
            "matched-at": "https://shop.example/x", "timestamp": "2026-03-31T10:00:00Z", "matcher-status": matched})
        .to_string()
    };
    let report = [line("a", false), line("b", true)].join("\n");
    let report = ReportReader::new(&definitions).read("r", report.as_bytes());
    let report = report.expect("a report");
    let titles: Vec<&str> = report.rows.iter().map(|row| row.title.as_str()).collect();
    assert_eq!(titles, ["b"]);
    assert_eq!(report.dropped.values().sum::<u64>(), 1);
}

/// One tool under its names, and a declaration of two bytes a letter above letters of one.
#[test]
fn other_names_and_wrong_declarations_change_nothing() {
    let definitions = library();
    let reader = ReportReader::new(&definitions);
    let sample = include_str!("samples/invicti_xml.xml");
    let expected = reader.read("r", sample.as_bytes()).expect("a report");
    assert_eq!(expected.rows.len(), 2);
    for name in ["acunetix-360", "invicti-enterprise", "netsparker-cloud"] {
        let other = sample.replace("netsparker-enterprise", name);
        let report = reader.read("r", other.as_bytes()).expect(name);
        assert_eq!(report.rows, expected.rows, "{name}");
    }
    let declared = sample.replace(
        "<?xml version=\"1.0\"?>",
        "<?xml version=\"1.0\" encoding=\"UTF-16\"?>",
    );
    assert_ne!(declared, sample);
    let report = reader.read("r", declared.as_bytes()).expect("a report");
    assert_eq!(report.rows, expected.rows);
}
