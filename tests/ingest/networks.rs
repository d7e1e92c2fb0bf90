//! Scanners of networks, hosts and clusters: many targets in a report, of which some were not looked at. The
//! samples of `samples/` with a few words changed.

use std::fs;
use std::path::Path;

use riskql::base::diagnostic::Problems;
use riskql::base::source::Sources;
use riskql::lang::model::Definitions;
use riskql::lang::project::{self, ProjectOrigin};
use riskql::reports::ingest::{Report, ReportReader, ScanInfo, ScanOutcome};

fn library() -> Definitions {
    let mut sources = Sources::default();
    let (definitions, _) = project::definitions(&mut sources, &ProjectOrigin::Library);
    definitions.expect("the library has no mistakes")
}

fn sample(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ingest/samples");
    fs::read_to_string(folder.join(name)).expect("a sample")
}

/// The sample with words changed that are in it.
fn changed(name: &str, from: &str, to: &str) -> String {
    let text = sample(name);
    assert!(text.contains(from), "{name} has no {from}");
    text.replace(from, to)
}

fn read(definitions: &Definitions, name: &str, text: &str) -> Result<Report, Problems> {
    ReportReader::new(definitions).read(name, text.as_bytes())
}

/// The scans of a target.
fn of<'a>(report: &'a Report, target: &'a str) -> impl Iterator<Item = &'a ScanInfo> {
    let is_of = move |scan: &&ScanInfo| scan.target.as_deref() == Some(target);
    report.scans.iter().filter(is_of)
}

fn outcomes(report: &Report, target: &str) -> Vec<ScanOutcome> {
    of(report, target).map(|scan| scan.outcome).collect()
}

#[test]
fn a_scan_that_was_broken_off_closes_nothing() {
    let definitions = library();
    use ScanOutcome::{Failed, Partial};
    for (name, from, to, target, outcome) in [
        // The state of the run, and a page of the results: 4 are there of 9.
        (
            "openvas_xml.xml",
            ">Done<",
            ">Interrupted<",
            "192.0.2.11",
            Partial,
        ),
        (
            "openvas_xml.xml",
            "<filtered>4<",
            "<filtered>9<",
            "192.0.2.11",
            Partial,
        ),
        (
            "openvas_xml.xml",
            "<end>2026-03-01T08:10:00Z</end>",
            "<end/>",
            "192.0.2.11",
            Partial,
        ),
        (
            "nexpose.xml",
            "\"finished\"",
            "\"stopped\"",
            "192.0.2.21",
            Partial,
        ),
        (
            "nexpose.xml",
            "\"192.0.2.21\" status=\"alive\"",
            "\"192.0.2.21\" status=\"dead\"",
            "192.0.2.21",
            Failed,
        ),
        (
            "qualys_vm_scan.xml",
            "FINISHED",
            "CANCELED",
            "192.0.2.31",
            Partial,
        ),
        (
            "qualys_vm_scan.xml",
            "FINISHED",
            "ERROR",
            "192.0.2.31",
            Failed,
        ),
        (
            "wazuh.indexer.json",
            "\"value\": 3",
            "\"value\": 4",
            "web-2",
            Partial,
        ),
        (
            "wazuh.indexer.json",
            "\"value\": 3",
            "\"value\": 2",
            "web-2",
            ScanOutcome::Success,
        ),
        (
            "nikto_xml.xml",
            "<statistics elapsed=\"1200\"",
            "<other elapsed=\"1200\"",
            "https://shop.example:443/",
            Partial,
        ),
        (
            "wpscan.json",
            "\"plan\": \"enterprise\"",
            "\"error\": \"No token given\"",
            "https://blog.shop.example/",
            Partial,
        ),
        (
            "wpscan.json",
            "\"start_time\"",
            "\"scan_aborted\": \"down\", \"start_time\"",
            "https://blog.shop.example/",
            Partial,
        ),
        (
            "nmap_xml.xml",
            "exit=\"success\"",
            "exit=\"error\"",
            "shop.example",
            Partial,
        ),
        (
            "nmap_xml.xml",
            "<host starttime=\"1772352000\"",
            "<host timedout=\"true\"",
            "shop.example",
            Partial,
        ),
        (
            "nmap_xml.xml",
            "output=\"MITRE",
            "output=\"ERROR: MITRE",
            "shop.example",
            Partial,
        ),
        (
            "xccdf.xml",
            " end-time=",
            " of=",
            "web-1.shop.example",
            Partial,
        ),
    ] {
        let report = read(&definitions, name, &changed(name, from, to)).expect(name);
        assert_eq!(outcomes(&report, target), [outcome], "{name}: {to}");
    }
}

#[test]
fn a_target_without_findings_was_scanned_unless_the_report_says_otherwise() {
    let definitions = library();
    use ScanOutcome::{Failed, Partial, Success};
    for (name, target, outcome) in [
        ("openvas_xml.xml", "192.0.2.11", Success),
        // A test ran out of time.
        ("openvas_xml.xml", "192.0.2.12", Partial),
        ("nexpose.xml", "192.0.2.20", Partial),
        ("nexpose.xml", "192.0.2.21", Success),
        // From 192.0.2.254 to 192.0.3.1 there are four addresses.
        ("qualys_vm_report.xml", "192.0.2.254", Success),
        ("qualys_vm_report.xml", "192.0.2.255", Success),
        ("qualys_vm_report.xml", "192.0.3.0", Success),
        ("qualys_vm_report.xml", "192.0.3.1", Success),
        ("qualys_vm_report.xml", "192.0.2.40", Failed),
        ("qualys_vm_scan.xml", "192.0.2.31", Success),
        ("qualys_vm_csv.csv", "192.0.2.31", Success),
        ("qualys_vm_csv.csv", "192.0.2.32", Failed),
        ("defender_json.json", "pc-8.shop.example", Success),
        ("nikto_json.json", "http://static.shop.example:80", Success),
        ("nikto_json.json", "http://api.shop.example:80", Partial),
        ("sslyze.json", "down.shop.example:443", Failed),
        ("nmap_xml.xml", "192.0.2.81", Failed),
    ] {
        let report = read(&definitions, name, &sample(name)).expect(name);
        assert_eq!(outcomes(&report, target), [outcome], "{name}: {target}");
    }
}

#[test]
fn rules_that_were_not_checked_prove_nothing() {
    let definitions = library();
    for (name, target, rules, unseen) in [
        (
            "xccdf.xml",
            Some("web-1.shop.example"),
            "SV-900001 xccdf_org.example_rule_no_empty_passwords xccdf_org.example_rule_other \
             xccdf_org.example_rule_patched xccdf_org.example_rule_tmout",
            "xccdf_org.example_rule_slow",
        ),
        (
            "ckl.xml",
            Some("db-1.shop.example"),
            "V-900001 V-900002",
            "",
        ),
        (
            "cklb.json",
            Some("db-1.shop.example"),
            "V-900001 V-900002",
            "",
        ),
        (
            "kubescape.json",
            Some("shop-prod"),
            "C-0013 C-0057",
            "C-0069",
        ),
        (
            "sslyze.json",
            Some("shop.example:443"),
            "certificate_info heartbleed robot ssl_2_0_cipher_suites ssl_3_0_cipher_suites tls_1_0_cipher_suites \
             tls_1_2_cipher_suites tls_1_3_cipher_suites",
            "tls_1_1_cipher_suites",
        ),
    ] {
        let report = read(&definitions, name, &sample(name)).expect(name);
        let scans = report
            .scans
            .iter()
            .filter(|scan| scan.target.as_deref() == target);
        let said: Vec<(String, String)> = scans
            .map(|scan| {
                (
                    scan.rules.clone().unwrap_or_default().join(" "),
                    scan.unseen.join(" "),
                )
            })
            .collect();
        assert_eq!(said, [(rules.to_string(), unseen.to_string())], "{name}");
    }
}

#[test]
fn what_their_scanners_make_up_is_no_part_of_identities() {
    let definitions = library();
    for (name, from, to) in [
        // Files and methods that Nikto makes up, and what a header holds.
        ("nikto_json.json", "/iqeVqbOU.", "/Zk19abQx."),
        ("nikto_json.json", "SOWBGYUF", "QQXLMNAP"),
        ("nikto_json.json", "contents: HIT", "contents: MISS"),
        ("nikto_csv.csv", "contents: web-7", "contents: web-12"),
        // A pod of the scanner, a hash of a folder, revisions of rules, ids of results.
        ("kube_hunter.json", "kube-hunter-5pmjs", "kube-hunter-x8k2p"),
        ("kubescape.json", "path=966824446", "path=1234567"),
        ("xccdf.xml", "r603261_rule", "r999999_rule"),
        ("ckl.xml", "r603261_rule", "r999999_rule"),
        ("cklb.json", "r603261", "r999999"),
        ("openvas_xml.xml", "-0000000000", "-1110000000"),
        ("nmap_xml.xml", "NMAP-3", "NMAP-1"),
        // Versions of what is vulnerable still.
        ("nmap_xml.xml", "acmessh:7.4", "acmessh:7.5"),
        ("wpscan.json", "5.3.0", "5.3.1"),
        ("defender_json.json", "21.1.0.4", "21.2.0.0"),
        ("wazuh.json", "1.2.3-1", "1.2.4-1"),
    ] {
        let identities = |text: &str| {
            let report = read(&definitions, name, text).expect(name);
            let rows = report.rows.into_iter();
            let mut identities: Vec<String> = rows.map(|row| row.identity).collect();
            identities.sort_unstable();
            identities
        };
        let after = identities(&changed(name, from, to));
        assert_eq!(after, identities(&sample(name)), "{name}: {to}");
    }
}

#[test]
fn another_choice_of_what_is_looked_at_is_another_line() {
    let definitions = library();
    let lines = |name: &str, text: &str| {
        let report = read(&definitions, name, text).expect(name);
        let lines: Vec<Option<String>> = report
            .scans
            .into_iter()
            .map(|scan| scan.scan_line)
            .collect();
        lines
    };
    for (name, from, to) in [
        ("openvas_xml.xml", "levels=hmlgf", "levels=h"),
        ("openvas_xml.xml", "shop weekly", "shop daily"),
        ("nmap_xml.xml", "-p 1-1000", "-p 22"),
        ("nmap_xml.xml", "--script vulners,vulscan,vuln ", ""),
        ("nexpose.xml", "Full audit", "Discovery"),
        ("xccdf.xml", "benchmark_SHOP-OS", "benchmark_SHOP-DB"),
    ] {
        let after = lines(name, &changed(name, from, to));
        let before = lines(name, &sample(name));
        assert!(
            before.iter().all(|line| !after.contains(line)),
            "{name}: {to}"
        );
    }
    let after = lines(
        "nmap_xml.xml",
        &changed("nmap_xml.xml", "-oX shop.xml", "-oX other.xml"),
    );
    assert_eq!(after, lines("nmap_xml.xml", &sample("nmap_xml.xml")));
}

#[test]
fn a_row_below_lines_above_a_table_is_refused_by_its_own_line() {
    let definitions = library();
    // Seven lines stand above the names, which are 29; the row that is cut is the fourth below them.
    let last = "\"192.0.2.32\",\"\",\"\",\"\",\"host not alive\"";
    let text = sample("qualys_vm_csv.csv");
    let at = text.find(last).expect("the last row") + last.len();
    let problems = read(&definitions, "cut.csv", &text[..at]).expect_err("a row that is cut");
    let told = problems.sorted()[0].message.clone();
    assert!(
        told.contains("line 12 has 5 cells, and the table 29 columns"),
        "{told}"
    );
}

#[test]
fn keys_of_certificates_are_numbers() {
    let definitions = library();
    let with_key = |digits: usize| {
        let modulus = "7".repeat(digits);
        changed(
            "sslyze.json",
            "\"key_size\": 2048",
            &format!("\"rsa_n\": {modulus}"),
        )
    };
    // The modulus of an RSA key of 16,384 bits.
    let report = read(&definitions, "key.json", &with_key(4933)).expect("a report");
    assert_eq!(report.rows.len(), 4);
    let problems = read(&definitions, "key.json", &with_key(5001)).expect_err("a number too long");
    assert_eq!(problems.sorted()[0].code, "D403");
}
