//! Reports over many applications: Trivy of the cluster, ZAP and Nuclei of the sites.

use serde_json::{Value as Json, json};

use super::catalogue::{FlawSeverity, Package, PageRule};
use super::company::{Application, Environment, Stack};
use super::story::Story;
use super::weakness::{Weakness, address};

/// The applications that are scanned on a day, by their places.
fn scanned<'a>(
    story: &Story<'a>,
    day: i64,
    is_asked: impl Fn(&Application) -> bool,
) -> Vec<(usize, &'a Application)> {
    let onboarded =
        |place: usize| story.schedule.onboarded[place].is_some_and(|first| first <= day);
    let all = story.applications.iter().enumerate();
    all.filter(|(place, app)| onboarded(*place) && is_asked(app))
        .collect()
}

/// The JSON report of Trivy over a cluster; `None` where nothing is in it yet.
pub fn trivy(story: &Story, day: i64) -> Option<Json> {
    let resources: Vec<Json> = scanned(story, day, |app| app.in_cluster)
        .into_iter()
        .map(|(place, app)| {
            let packages = story.seen(place, day).filter_map(Weakness::package);
            let vulnerabilities: Vec<Json> = packages.map(vulnerability).collect();
            let (target, kind) = match app.stack {
                Stack::Java => ("Java", "jar"),
                Stack::Node => ("app/package-lock.json", "npm"),
                Stack::Python => ("app/requirements.txt", "pip"),
            };
            json!({
                "Namespace": app.team,
                "Kind": "Deployment",
                "Name": app.name,
                "Results": [{
                    "Target": target,
                    "Class": "lang-pkgs",
                    "Type": kind,
                    "Vulnerabilities": vulnerabilities,
                }],
            })
        })
        .collect();
    (!resources.is_empty()).then(|| {
        json!({
            "ClusterName": "integration",
            "CreatedAt": story.days.instant(day, 5 * 60 + 10),
            "Resources": resources,
        })
    })
}

fn vulnerability(package: &Package) -> Json {
    json!({
        "VulnerabilityID": package.cve,
        "PkgName": package.name,
        "InstalledVersion": package.version,
        "FixedVersion": package.fixed,
        "Status": "fixed",
        "SeveritySource": "nvd",
        "FlawSeverity": package.severity.word().to_uppercase(),
        "Title": package.title,
        "CweIDs": [format!("CWE-{}", package.cwe)],
        "CVSS": { "nvd": { "V3Score": package.score } },
    })
}

fn has_site(environment: Environment) -> impl Fn(&Application) -> bool {
    move |app| match environment {
        Environment::Staging => app.has_pages(),
        Environment::Production => app.is_reachable(),
    }
}

/// The JSON report of ZAP over all sites of an environment; `None` where there are none yet.
pub fn zap(story: &Story, environment: Environment, day: i64) -> Option<Json> {
    let sites: Vec<Json> = scanned(story, day, has_site(environment))
        .into_iter()
        .map(|(place, app)| {
            json!({
                "@name": app.site(environment),
                "@host": app.host(environment),
                "@port": "443",
                "@ssl": "true",
                "alerts": alerts(story, (place, app), environment, day),
            })
        })
        .collect();
    let at = story.days.instant(day, 4 * 60 + 30);
    let generated = story.days.day(day).format("%a, %-d %b %Y 04:30:00");
    (!sites.is_empty()).then(|| {
        json!({
            "@programName": "ZAP",
            "@version": "2.16.1",
            "@generated": generated.to_string(),
            "created": at,
            "site": sites,
        })
    })
}

/// An alert for each rule, with an instance for each place.
fn alerts(
    story: &Story,
    (place, app): (usize, &Application),
    environment: Environment,
    day: i64,
) -> Vec<Json> {
    let mut listed: Vec<(&PageRule, Vec<Json>)> = Vec::new();
    for weakness in story.seen(place, day) {
        let Some((rule, path, parameter)) = weakness.page(environment) else {
            continue;
        };
        let instance = json!({
            "uri": address(app, environment, path, parameter),
            "method": "GET",
            "param": parameter.unwrap_or_default(),
            "evidence": "",
        });
        match listed.iter_mut().find(|(known, _)| *known == rule) {
            Some((_, instances)) => instances.push(instance),
            None => listed.push((rule, vec![instance])),
        }
    }
    let alerts = listed.into_iter().filter_map(|(rule, instances)| {
        let plugin = rule.plugin.as_ref()?;
        Some(json!({
            "pluginid": plugin,
            "alertRef": plugin,
            "alert": rule.title,
            "name": rule.title,
            "riskcode": risk(rule.severity),
            "confidence": "2",
            "cweid": rule.cwe.to_string(),
            "instances": instances,
        }))
    });
    alerts.collect()
}

fn risk(severity: FlawSeverity) -> &'static str {
    match severity {
        FlawSeverity::Critical | FlawSeverity::High | FlawSeverity::Noise => "3",
        FlawSeverity::Medium => "2",
        FlawSeverity::Low => "1",
        FlawSeverity::Info => "0",
    }
}

/// The JSON lines of Nuclei over the sites of production; `None` where there are none yet. Requests that found
/// nothing are told too, or a clean site would not be in the report.
pub fn nuclei(story: &Story, day: i64) -> Option<String> {
    let environment = Environment::Production;
    let at = story.days.instant(day, 3 * 60 + 20);
    let mut lines = Vec::new();
    for (place, app) in scanned(story, day, has_site(environment)) {
        let site = app.site(environment);
        lines.push(json!({
            "template-id": "tech-detect",
            "info": { "name": "Technology Detection", "severity": "info" },
            "type": "http",
            "host": site,
            "matched-at": site,
            "timestamp": at,
            "matcher-status": false,
        }));
        for weakness in story.seen(place, day) {
            let Some((rule, path, parameter)) = weakness.page(environment) else {
                continue;
            };
            let Some(template) = &rule.template else {
                continue;
            };
            let mut hit = json!({
                "template-id": template,
                "info": {
                    "name": rule.title,
                    "severity": rule.severity.word(),
                    "classification": { "cwe-id": [format!("cwe-{}", rule.cwe)] },
                },
                "type": "http",
                "host": site,
                "matched-at": address(app, environment, path, parameter),
                "timestamp": at,
                "matcher-status": true,
            });
            if let Some(parameter) = parameter {
                hit["fuzzing_parameter"] = json!(parameter);
                hit["fuzzing_method"] = json!("GET");
            }
            lines.push(hit);
        }
    }
    let lines: Vec<String> = lines.iter().map(|line| format!("{line}\n")).collect();
    (!lines.is_empty()).then(|| lines.concat())
}
