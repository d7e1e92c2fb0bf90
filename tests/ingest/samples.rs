//! A small report of each format, written for these tests, and what is read from it. The snapshot is
//! there to be compared with the reports by eye.

use std::fs;
use std::path::Path;

use riskql::base::source::Sources;
use riskql::lang::project::{self, ProjectOrigin};
use riskql::reports::ingest::{Report, ReportReader, ReportRow};

/// Formats that must be among them.
const NEEDED: &str = "sarif zap_json zap_xml burp_json burp_xml invicti_json invicti_xml acunetix_json acunetix_xml \
    nuclei stackhawk semgrep checkmarx_xml checkmarx_one fortify_xml veracode_json veracode_xml sonarqube gitlab_sast \
    gitlab_dast gitlab_dep_scan gitlab_container_scan gitlab_secret_detection_report gitlab_api_fuzzing github_sast \
    github_dependabot_graphql github_dependabot_rest github_secrets bandit snyk dependency_check_json \
    dependency_check_xml dependency_track cyclonedx_json cyclonedx_xml openvex csaf trivy grype osv_scanner npm_audit \
    pip_audit checkov kics gitleaks trufflehog asff prowler_ocsf aws_inspector2 tenable_xml qualys_webapp openvas_xml \
    openvas_csv nexpose qualys_vm_report qualys_vm_scan qualys_vm_csv qualys_vmdr_csv defender_json defender_csv wazuh \
    nikto_json nikto_xml nikto_csv wpscan sslyze nmap_xml kube_hunter kubescape xccdf ckl cklb \
    spotbugs horusec kiuwan kiuwan_sca kiuwan_sca_csv njsscan bearer klocwork_api klocwork_csv klocwork_xml sarif_2_0 jfrog_simple_json snyk_unmanaged \
    blackduck_api neuvector neuvector_compliance scout_suite jira_issues jira_decisions";

#[test]
fn small_reports_yield_their_rows() {
    let mut sources = Sources::default();
    let (definitions, _) = project::definitions(&mut sources, &ProjectOrigin::Library);
    let definitions = definitions.expect("the library has no mistakes");
    let reader = ReportReader::new(&definitions);
    let mut text = String::new();
    let mut seen = Vec::new();
    for name in names() {
        let bytes = fs::read(folder().join(&name)).expect("a sample");
        let report = reader
            .read(&name, &bytes)
            .unwrap_or_else(|problems| panic!("{name}: {:#?}", problems.sorted()));
        let wanted = name.split('.').next().expect("a name");
        assert_eq!(report.source, wanted, "{name}");
        text += &written(&name, &report);
        seen.push(report.source);
    }
    for needed in NEEDED.split_whitespace() {
        assert!(
            seen.iter().any(|name| name == needed),
            "no sample of {needed}"
        );
    }
    insta::assert_snapshot!(text);
}

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ingest/samples")
}

fn names() -> Vec<String> {
    let entries = fs::read_dir(folder()).expect("the samples");
    let names = entries.map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<String> = names
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// The scan on one line, then a line for each row.
fn written(name: &str, report: &Report) -> String {
    let scan = &report.scan;
    let optional = |text: &Option<String>| text.clone().unwrap_or("-".to_string());
    let instant = |at: Option<i64>| at.map_or("-".to_string(), |at| (at / 1_000_000).to_string());
    let mut text = format!(
        "{name}: {} {} of kind {}, finished at {}, {}\n",
        scan.tool,
        optional(&scan.tool_version),
        scan.kind.word(),
        instant(scan.finished_at),
        scan.outcome.word()
    );
    for scan in &report.scans {
        let (target, line) = (optional(&scan.target), optional(&scan.scan_line));
        let (tool, outcome) = (&scan.tool, scan.outcome.word());
        text += &format!("  scan of {target} by {tool}, line {line}, {outcome}\n");
    }
    for row in &report.rows {
        text += &format!("  {}\n", line(row));
    }
    for record in &report.records {
        let fields: Vec<String> = record
            .iter()
            .map(|(field, value)| format!("{field} {value}"))
            .collect();
        text += &format!("  {}\n", fields.join(", "));
    }
    for (reason, rows) in &report.dropped {
        text += &format!("  dropped {rows}: {reason}\n");
    }
    text + "\n"
}

fn line(row: &ReportRow) -> String {
    let text = |text: &Option<String>| text.clone();
    let number = |number: Option<u32>| number.map(|number| number.to_string());
    let listed = |list: Vec<String>| (!list.is_empty()).then(|| list.join(" "));
    let cwes = row.cwe.iter().map(u32::to_string).collect();
    let fields = [
        ("severity", Some(row.severity.to_string())),
        ("word", text(&row.severity_word)),
        ("rule", text(&row.rule_id)),
        ("title", Some(row.title.clone())),
        ("cvss", row.cvss.map(|score| score.to_string())),
        ("cwe", listed(cwes)),
        ("ids", listed(row.vulnerability_ids.clone())),
        ("file", text(&row.file)),
        ("line", number(row.line)),
        ("url", text(&row.url)),
        ("method", text(&row.method)),
        ("parameter", text(&row.parameter)),
        ("host", text(&row.host)),
        ("port", number(row.port)),
        ("component", text(&row.component)),
        ("version", text(&row.version)),
        ("fixed in", text(&row.fixed_version)),
        ("evidence", row.evidence.map(|word| word.word().to_string())),
        ("status", row.status.map(|word| word.word().to_string())),
        ("reason", text(&row.status_reason)),
        ("native id", text(&row.native_id)),
    ];
    let said = fields.into_iter().filter_map(|(name, value)| {
        let value = value?.replace('\n', " ");
        Some(format!("{name} {value}"))
    });
    said.collect::<Vec<_>>().join(" | ")
}
