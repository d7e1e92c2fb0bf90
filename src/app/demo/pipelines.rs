//! Reports of a pipeline: SARIF of CodeQL and Semgrep, and Dependency-Check.

use serde_json::{Value as Json, json};

use super::catalogue::{CodeRule, FlawSeverity};
use super::story::Story;
use super::weakness::Weakness;

/// The SARIF file of a run of the pipeline: a run of each scanner of code.
pub fn sarif(story: &Story, application: usize, day: i64) -> Json {
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [codeql(story, application, day), semgrep(story, application, day)],
    })
}

fn codeql(story: &Story, application: usize, day: i64) -> Json {
    let app = &story.applications[application];
    let mut found: Vec<_> = story
        .seen(application, day)
        .filter_map(Weakness::of_codeql)
        .collect();
    let mut notifications = Vec::new();
    if story.partial == Some((application, day)) {
        // What it got through before it ran out of memory.
        let unseen = found.split_off(found.len() / 2);
        let (_, file, _) = unseen.first().expect("the scan with most results has some");
        notifications.push(json!({
            "level": "error",
            "message": { "text": "The database could not be finalized: out of memory" },
            "locations": [{ "physicalLocation": { "artifactLocation": { "uri": file } } }],
        }));
    }
    let rules = rules(&found, |rule| {
        json!({
            "id": rule.id(app.stack, false),
            "shortDescription": { "text": rule.title },
            "properties": {
                "security-severity": rule.score,
                "tags": ["security", format!("external/cwe/cwe-{:03}", rule.cwe)],
            },
        })
    });
    let results: Vec<Json> = found
        .iter()
        .map(|(rule, file, line)| {
            let hash = fingerprint(&[&app.name, &rule.name, file]);
            let mut result = result(&rule.id(app.stack, false), rule, file, *line);
            result["partialFingerprints"] =
                json!({ "primaryLocationLineHash": format!("{hash}:1") });
            result
        })
        .collect();
    let driver = json!({ "name": "CodeQL", "semanticVersion": "2.23.1", "rules": rules });
    let line = format!("/language:{}/", app.stack.language());
    let mut run = run(story, application, (day, 15), driver, results);
    run["automationDetails"] = json!({ "id": line });
    run["invocations"][0]["toolExecutionNotifications"] = json!(notifications);
    run
}

fn semgrep(story: &Story, application: usize, day: i64) -> Json {
    let app = &story.applications[application];
    let found: Vec<_> = story
        .seen(application, day)
        .filter_map(Weakness::of_semgrep)
        .collect();
    let rules = rules(&found, |rule| {
        json!({
            "id": rule.id(app.stack, true),
            "shortDescription": { "text": rule.title },
            "properties": { "tags": [format!("CWE-{}", rule.cwe), "security"] },
        })
    });
    let results: Vec<Json> = found
        .iter()
        .map(|(rule, file, line)| {
            let hash = fingerprint(&["semgrep", &app.name, &rule.name, file]);
            let mut result = result(&rule.id(app.stack, true), rule, file, *line);
            result["level"] = json!(level(rule.severity));
            result["fingerprints"] = json!({ "matchBasedId/v1": format!("{hash}_0") });
            result
        })
        .collect();
    let driver = json!({ "name": "Semgrep OSS", "semanticVersion": "1.136.0", "rules": rules });
    run(story, application, (day, 6), driver, results)
}

/// Each rule that has results, once, in the order of the first.
fn rules(found: &[(&CodeRule, &str, i64)], written: impl Fn(&CodeRule) -> Json) -> Vec<Json> {
    let mut listed: Vec<&CodeRule> = Vec::new();
    for (rule, _, _) in found {
        if !listed.contains(rule) {
            listed.push(rule);
        }
    }
    listed.into_iter().map(written).collect()
}

fn run(
    story: &Story,
    application: usize,
    (day, minutes): (i64, i64),
    driver: Json,
    results: Vec<Json>,
) -> Json {
    let app = &story.applications[application];
    let start = minute_of(application);
    json!({
        "tool": { "driver": driver },
        "versionControlProvenance": [{
            "repositoryUri": app.repository(),
            "branch": "main",
            "revisionId": &fingerprint(&[&app.name, &story.days.date(day)]),
        }],
        "invocations": [{
            "executionSuccessful": true,
            "startTimeUtc": story.days.instant(day, start),
            "endTimeUtc": story.days.instant(day, start + minutes),
        }],
        "results": results,
    })
}

fn result(id: &str, rule: &CodeRule, file: &str, line: i64) -> Json {
    json!({
        "ruleId": id,
        "message": { "text": rule.title },
        "locations": [{
            "physicalLocation": {
                "artifactLocation": { "uri": file },
                "region": { "startLine": line },
            },
        }],
    })
}

fn level(severity: FlawSeverity) -> &'static str {
    match severity {
        FlawSeverity::Critical | FlawSeverity::High | FlawSeverity::Noise => "error",
        FlawSeverity::Medium => "warning",
        FlawSeverity::Low | FlawSeverity::Info => "note",
    }
}

/// The JSON report of Dependency-Check.
pub fn dependency_check(story: &Story, application: usize, day: i64) -> Json {
    let app = &story.applications[application];
    let packages = story.seen(application, day).filter_map(Weakness::package);
    let dependencies: Vec<Json> = packages
        .map(|package| {
            let (group, name) = package.name.split_once(':').unwrap_or(("", &package.name));
            let file = format!("{name}-{}.jar", package.version);
            json!({
                "isVirtual": false,
                "fileName": file,
                "filePath": format!("lib/{file}"),
                "packages": [{
                    "id": format!("pkg:maven/{group}/{name}@{}", package.version),
                    "confidence": "HIGHEST",
                }],
                "vulnerabilities": [{
                    "source": "NVD",
                    "name": package.cve,
                    "severity": package.severity.word().to_uppercase(),
                    "cvssv3": {
                        "baseScore": package.score,
                        "baseSeverity": package.severity.word().to_uppercase(),
                    },
                    "cwes": [format!("CWE-{}", package.cwe)],
                    "description": package.title,
                }],
            })
        })
        .collect();
    json!({
        "reportSchema": "1.1",
        "scanInfo": { "engineVersion": "12.1.6" },
        "projectInfo": {
            "name": app.name,
            "reportDate": story.days.instant(day, minute_of(application) + 20),
        },
        "dependencies": dependencies,
    })
}

/// When the pipeline of an application runs, in minutes after midnight.
fn minute_of(application: usize) -> i64 {
    60 + 7 * application as i64
}

/// Hexadecimal digits that stand for a place in code.
fn fingerprint(parts: &[&str]) -> String {
    blake3::hash(parts.join("\n").as_bytes()).to_hex()[..16].to_string()
}
