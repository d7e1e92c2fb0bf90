//! Reports made to do harm, and reports that came to harm: refused in words or read, never a panic,
//! and never more time, memory or files than their size allows.
//!
//! Regular expressions of sources run in time linear in the text, so no report can make one slow.

use std::fs::{self, File};
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use proptest::prelude::*;
use riskql::base::diagnostic::Problems;
use riskql::base::source::Sources;
use riskql::lang::model::Definitions;
use riskql::lang::project::{self, ProjectOrigin};
use riskql::reports::ingest::{Report, ReportReader, ScanOutcome};
use zip::write::{SimpleFileOptions, ZipWriter};

use super::shared;

const BANDIT: &str = r#"{"generated_at": "2026-03-03T10:00:00Z", "errors": [], "metrics": {}, "results": [
  {"test_id": "B101", "issue_text": "An assertion", "test_name": "assert", "issue_severity": "LOW",
   "issue_confidence": "HIGH", "filename": "a.py", "line_number": 3, "code": "3 assert x"}]}"#;
const SARIF: &str = r#"{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "T", "rules": [{"id": "r"}]}},
  "results": [{"ruleId": "r", "level": "error", "message": {"text": "A weakness"}, "locations":
  [{"physicalLocation": {"artifactLocation": {"uri": "a.c"}, "region": {"startLine": 1}}}]}]}]}"#;
const ZAP: &str = r#"<?xml version="1.0"?><OWASPZAPReport programName="ZAP" version="2.15" generated="Tue, 3 Mar 2026 10:00:00">
  <site name="https://shop.example" host="shop.example" port="443" ssl="true"><alerts><alertitem>
  <pluginid>10</pluginid><alert>A weakness</alert><name>A weakness</name><riskcode>2</riskcode><confidence>2</confidence><riskdesc>Medium</riskdesc>
  <instances><instance><uri>https://shop.example/a</uri><method>GET</method><param>q</param></instance></instances>
  <cweid>79</cweid></alertitem></alerts></site></OWASPZAPReport>"#;
const ASSETS: &str =
    "asset_id,name,criticality,team\nshop,Shop,high,web\nbank,\"The, bank\",low,money\n";
const LINES: &str = "{\"a\": 1}\n{\"a\": 2}\n";

const SAMPLES: [&str; 5] = [BANDIT, SARIF, ZAP, ASSETS, LINES];

fn definitions() -> &'static Definitions {
    static DEFINITIONS: OnceLock<Definitions> = OnceLock::new();
    DEFINITIONS.get_or_init(|| {
        let (definitions, _) =
            project::definitions(&mut Sources::default(), &ProjectOrigin::Library);
        definitions.expect("the library has no mistake")
    })
}

fn reader() -> &'static ReportReader<'static> {
    static READER: OnceLock<ReportReader<'static>> = OnceLock::new();
    READER.get_or_init(|| ReportReader::new(definitions()))
}

fn read(bytes: impl AsRef<[u8]>) -> Result<Report, Problems> {
    reader().read("report", bytes.as_ref())
}

/// The only problem with a report: its code and its words.
fn refused(bytes: impl AsRef<[u8]>) -> String {
    let problems = read(bytes).expect_err("a report to be refused").sorted();
    let problem = &problems[0];
    format!("{}: {}", problem.code, problem.message)
}

fn assert_refused(bytes: impl AsRef<[u8]>, code: &str, words: &str) {
    let told = refused(bytes);
    assert!(told.starts_with(code) && told.contains(words), "{told}");
    assert!(
        told.len() < 2000,
        "{} bytes are too many to read",
        told.len()
    );
}

#[test]
fn the_samples_are_read() {
    for (sample, rows) in [(BANDIT, 1), (SARIF, 1), (ZAP, 1)] {
        assert_eq!(read(sample).expect("a report").rows.len(), rows);
    }
    assert_eq!(read(ASSETS).expect("a register").records.len(), 2);
}

#[test]
fn entities_are_neither_expanded_nor_fetched() {
    let mut bomb = String::from("<?xml version=\"1.0\"?><!DOCTYPE z [<!ENTITY a0 \"ha\">");
    for level in 1..40 {
        let before = level - 1;
        bomb += &format!("<!ENTITY a{level} \"&a{before};&a{before};\">");
    }
    let secret = tempfile::NamedTempFile::new().expect("a file");
    fs::write(secret.path(), "the secret").expect("a file");
    bomb += &format!(
        "<!ENTITY file SYSTEM \"file://{}\">",
        secret.path().display()
    );
    bomb += "<!ENTITY net SYSTEM \"http://127.0.0.1:9/x\">]>";
    let alert = "<alert>&a39;&file;&net;</alert><name>&a39;</name>";
    let body = ZAP.split_once("?>").expect("a declaration").1;
    let report = body.replace("<alert>A weakness</alert><name>A weakness</name>", alert);
    let report = read(bomb + &report).expect("a report");
    assert_eq!(report.rows.len(), 1);
    let title = &report.rows[0].title;
    assert!(title.starts_with('&') && title.len() < 40, "{title}");
}

#[test]
fn nothing_stands_beside_the_root_of_a_document() {
    assert_refused(format!("{ZAP} and more"), "D403", "outside of its root");
    assert_refused(format!("{ZAP}{ZAP}"), "D403", "");
    assert_refused(format!("{ZAP}<a/>"), "D403", "several root elements");
    read(format!("{ZAP}\n<!-- the end -->\n")).expect("a report");
}

#[test]
fn deep_nesting_is_refused() {
    for open in ["[", "{\"a\":", "[{\"a\":["] {
        assert_refused(open.repeat(10_000), "D403", "deeper");
    }
    assert_refused("<a>".repeat(10_000), "D403", "deeper");
    // The reader of JSON knows comments, in which a quote is no quote.
    assert_refused(
        format!("[ # \"\n{}", "[".repeat(1_000_000)),
        "D403",
        "deeper",
    );
    assert_refused(
        format!("[ \"#\", {}", "[".repeat(1_000_000)),
        "D403",
        "deeper",
    );
}

pub fn archive(members: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        let options = SimpleFileOptions::default();
        writer.start_file(*name, options).expect("a member");
        writer.write_all(bytes).expect("memory");
    }
    writer.finish().expect("an archive").into_inner()
}

#[test]
fn archives_that_unpack_to_too_much_are_refused() {
    let zeros = archive(&[("a.json", vec![b' '; 300 << 20])]);
    assert!(zeros.len() < 1 << 20);
    assert_refused(&zeros, "D403", "unpacks to more than");
    let many: Vec<(String, Vec<u8>)> = (0..10_001).map(|at| (at.to_string(), vec![])).collect();
    let many: Vec<(&str, Vec<u8>)> = many.iter().map(|(n, b)| (n.as_str(), b.clone())).collect();
    assert_refused(archive(&many), "D403", "members");
    // What is packed twice stays packed.
    assert_refused(archive(&[("inner.zip", zeros)]), "D401", "zip");
}

/// A list that lost a member would read as one without its rows, and close what they told of.
#[test]
fn a_member_that_cannot_be_read_fails_the_archive() {
    let whole = || ("a.json", SARIF.as_bytes().to_vec());
    let cut = SARIF.as_bytes()[..SARIF.len() - 9].to_vec();
    assert_refused(archive(&[whole(), ("b.json", cut)]), "D403", "b.json");
    // Pictures and sources beside the data are none of it.
    let picture = || ("b.png", vec![0x89, b'P', b'N', b'G', 0x1a, 0]);
    let source = || ("c.c", b"int main(void) { return '\"'; }\n".to_vec());
    assert_refused(archive(&[whole(), picture(), source()]), "D401", "zip");
}

#[test]
fn a_first_line_of_a_few_letters_names_no_separator() {
    for line in ["ab€", "sep€", "€p=;", "sep=", "=", ""] {
        assert!(read(format!("{line}\nx,y\n")).is_err(), "{line}");
    }
}

#[test]
fn names_in_archives_are_no_paths() {
    let folder = tempfile::tempdir().expect("a folder");
    let inside = folder.path().join("a/b");
    fs::create_dir_all(&inside).expect("a folder");
    let names = [
        "../../evil.json",
        "/evil.json",
        "..\\evil.json",
        "a/../../evil.json",
    ];
    let members = names.map(|name| (name, BANDIT.as_bytes().to_vec()));
    fs::write(inside.join("evil.zip"), archive(&members)).expect("a file");
    let done = Command::new(env!("CARGO_BIN_EXE_riskql"))
        .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
        .args(["ingest", "evil.zip", "--asset", "shop"])
        .current_dir(&inside)
        .output()
        .expect("the binary runs");
    assert_eq!(done.status.code(), Some(3));
    let mut found = Vec::new();
    below(folder.path(), &mut found);
    assert!(!Path::new("/evil.json").exists());
    assert!(
        found.iter().all(|path| !path.ends_with("evil.json")),
        "{found:?}"
    );
}

fn below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => below(&path, found),
            false => found.push(path),
        }
    }
}

#[test]
fn files_that_are_too_large_are_refused_before_they_are_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = File::create(folder.path().join("huge.json")).expect("a file");
    file.set_len(40 << 30).expect("a file with a hole");
    let done = Command::new(env!("CARGO_BIN_EXE_riskql"))
        .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
        .args(["ingest", "huge.json", "--asset", "shop"])
        .current_dir(folder.path())
        .output()
        .expect("the binary runs");
    assert_eq!(done.status.code(), Some(3));
    let told = String::from_utf8_lossy(&done.stderr);
    assert!(told.contains("D403") && told.contains("too many"), "{told}");
}

#[test]
fn every_encoding_gives_the_same_rows() {
    let expected = read(ZAP).expect("a report");
    let text = ZAP.replacen("<?xml version=\"1.0\"?>", "", 1);
    let wide =
        |bytes: fn(u16) -> [u8; 2]| -> Vec<u8> { text.encode_utf16().flat_map(bytes).collect() };
    let (little, big) = (wide(u16::to_le_bytes), wide(u16::to_be_bytes));
    let of_four = |bytes: fn(u32) -> [u8; 4]| -> Vec<u8> {
        let marked = format!("\u{feff}{text}");
        marked
            .chars()
            .flat_map(|letter| bytes(letter.into()))
            .collect()
    };
    let marked = |mark: &[u8], bytes: &[u8]| [mark, bytes].concat();
    for bytes in [
        marked(b"\xff\xfe", &little),
        marked(b"\xfe\xff", &big),
        marked(b"\xef\xbb\xbf", text.as_bytes()),
        little,
        big,
        of_four(u32::to_le_bytes),
        of_four(u32::to_be_bytes),
    ] {
        assert_eq!(read(bytes).expect("a report"), expected);
    }
}

/// JSON is UTF-8, and XML what it declares: a guess would change names, and with them what closes.
#[test]
fn json_and_xml_of_another_encoding_are_refused_with_the_place() {
    let with = |report: &str, title: &str, bytes: &[u8]| {
        let (before, after) = report.split_once(title).expect("a title");
        [before.as_bytes(), bytes, after.as_bytes()].concat()
    };
    let place = |report: &str, title: &str| {
        let before = report.split_once(title).expect("a title").0;
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().expect("a line").chars().count() + 1;
        // Behind "Schl".
        format!(
            "line {line}, column {}: the byte 0xFC is no UTF-8",
            column + 4
        )
    };
    let json = with(BANDIT, "An assertion", b"Schl\xfcssel");
    assert_refused(json, "D403", &place(BANDIT, "An assertion"));
    let script = [
        b"results = ".as_slice(),
        &with(BANDIT, "An assertion", b"\xfc"),
    ]
    .concat();
    assert_refused(script, "D403", "is no UTF-8, in which JSON is written");
    for declaration in ["", "<?xml version=\"1.0\" encoding=\"utf-8\"?>"] {
        let zap = ZAP.replacen("<?xml version=\"1.0\"?>", declaration, 1);
        let xml = with(&zap, "A weakness", b"Schl\xfcssel");
        assert_refused(xml, "D403", &place(&zap, "A weakness"));
    }
    let declaration = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>";
    let zap = ZAP.replacen("<?xml version=\"1.0\"?>", declaration, 1);
    let report = read(with(&zap, "A weakness", b"Schl\xfcssel")).expect("a report");
    assert_eq!(report.rows[0].title, "Schlüssel");
}

/// Where other letters are UTF-8, one that is not is one that nobody knows: the scan closes nothing.
#[test]
fn a_bad_byte_among_letters_is_an_unknown_letter() {
    let report = BANDIT.replace("An assertion", "Schlüssel für ~");
    let bytes = report
        .bytes()
        .map(|byte| if byte == b'~' { 0xc3 } else { byte });
    let report = read(bytes.collect::<Vec<u8>>()).expect("a report");
    assert_eq!(report.rows[0].title, "Schlüssel für \u{fffd}");
    assert_eq!(report.scan.outcome, ScanOutcome::Partial);
}

#[test]
fn numbers_beyond_all_bounds_are_refused_or_missing() {
    for number in [
        "1e400",
        "-1e400",
        "NaN",
        "Infinity",
        "99999999999999999999999",
    ] {
        let report = BANDIT.replace("\"line_number\": 3", &format!("\"line_number\": {number}"));
        assert_eq!(
            read(report).expect("a report").rows[0].line,
            None,
            "{number}"
        );
    }
    let digits = "9".repeat(5_000_000);
    assert_refused(
        BANDIT.replace(": 3,", &format!(": {digits},")),
        "D403",
        "digits",
    );
}

/// Scores are on their scales. One that is not says nothing of what else is in the report, so the scan counts.
#[test]
fn scores_out_of_their_range_are_left_out_and_told() {
    let read_with = |cvss: &str, epss: &str| {
        let report = read(format!(
            r#"{{"name": "scan", "type": "probe", "findings": [{{"title": "x", "severity": "High",
                "cvssv3_score": {cvss}, "epss_score": {epss}}}]}}"#
        ));
        let report = report.expect("a report");
        let told: Vec<String> = report.left_out.keys().map(|what| what.words()).collect();
        assert_eq!(report.scan.outcome, ScanOutcome::Success);
        (report.rows[0].cvss, report.rows[0].epss, told)
    };
    let (cvss, epss) = ("`cvss` of a row is no score", "`epss` of a row is no score");
    let both = vec![cvss.to_string(), epss.to_string()];
    assert_eq!(read_with("99", "7"), (None, None, both.clone()));
    assert_eq!(read_with("1e400", "NaN"), (None, None, both));
    assert_eq!(
        read_with("10.1", "1"),
        (None, Some(1.0), vec![cvss.to_string()])
    );
    assert_eq!(read_with("10", "0"), (Some(10.0), Some(0.0), Vec::new()));
    // What many tools write for none.
    assert_eq!(read_with("-1", "null"), (None, None, Vec::new()));
}

/// The letter that stands for what is no text may be in a report; only where it was put is something missing.
#[test]
fn a_letter_for_what_is_no_text_is_text() {
    let text = BANDIT.replace("An assertion", "An \u{fffd} assertion");
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked = [b"\xff\xfe".as_slice(), &wide].concat();
    for bytes in [text.clone().into_bytes(), gzip(text.as_bytes()), marked] {
        let report = read(bytes).expect("a report");
        assert!(report.left_out.is_empty() && report.scan.outcome == ScanOutcome::Success);
    }
    let bad = |bytes: &[u8]| {
        let (before, after) = BANDIT.split_once("assertion").expect("a title");
        [
            before.as_bytes(),
            "ä".as_bytes(),
            "ö".as_bytes(),
            bytes,
            after.as_bytes(),
        ]
        .concat()
    };
    for bytes in [bad(b"\xff"), gzip(&bad(b"\xff"))] {
        let report = read(bytes).expect("a report");
        assert_eq!(report.left_out.values().sum::<u64>(), 1);
        assert_eq!(report.scan.outcome, ScanOutcome::Partial);
    }
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(bytes).expect("memory");
    packed.finish().expect("memory")
}

#[test]
fn what_gzip_has_packed_is_read_within_bounds() {
    let report = read(gzip(BANDIT.as_bytes())).expect("a report");
    assert_eq!(report, read(BANDIT).expect("a report"));
    assert_refused(
        gzip(&vec![b'['; 60_000_000]),
        "D403",
        "unpacks to more than",
    );
    let packed = gzip(BANDIT.as_bytes());
    assert_refused(&packed[..packed.len() / 2], "D403", "cannot be unpacked");
}

#[test]
fn what_is_no_text_is_said_to_be_none() {
    assert_refused(
        [0x7f, b'E', b'L', b'F', 2, 1, 1, 0, 0, 0],
        "D401",
        "no text",
    );
    assert_refused(gzip(&[0x89, b'P', b'N', b'G', 0x1a, 0]), "D401", "no text");
}

#[test]
fn wide_and_long_reports_end() {
    let zeros = format!("[{}0]", "0,".repeat(20_000));
    assert_refused(zeros, "D401", "no source");
    let wide = format!("[{}0]", "0,".repeat(33_000_000));
    assert_refused(&wide, "D401", "no source");
    // Members of an array that is read in portions, and one member that cannot be divided.
    let bandit = |members: &str| format!("{{\"metrics\": {{}}, \"results\": [{members}]}}");
    let first = r#"{"test_id": "B1", "issue_text": "x"}"#;
    assert_refused(bandit(&format!("{first}, {wide}")), "D403", "values");
    assert_refused(
        bandit(&format!("{first}, {}", &wide[1..wide.len() - 1])),
        "D404",
        "after 1 of them",
    );
    // A source that reads its reports whole says what would help.
    let whole = format!(r#"{{"issues": [{{"rule": "a", "component": "b"}}, {wide}]}}"#);
    let problems = read(whole).expect_err("too many values").sorted();
    assert_eq!(problems[0].code, "D403");
    assert!(format!("{problems:?}").contains("`parts`"), "{problems:?}");
    let names: Vec<String> = (0..100_000).map(|column| format!("c{column}")).collect();
    assert_refused(names.join(","), "D401", "no source");
    // Every short row is 100,000 values.
    assert_refused(
        format!("{}\n{}", names.join(","), "x\n".repeat(1000)),
        "D403",
        "values",
    );
    let elements: Vec<String> = (0..200_000).map(|at| format!("<e{at}/>")).collect();
    assert_refused(format!("<a>{}</a>", elements.concat()), "D401", "no source");
    let attributes: Vec<String> = (0..100_000).map(|at| format!("a{at}=''")).collect();
    assert_refused(
        format!("<a {}/>", attributes.join(" ")),
        "D401",
        "no source",
    );
}

/// Which of two values counts, nothing says. Keys are compared as the letters that they mean.
#[test]
fn a_key_that_stands_twice_in_an_object_is_refused_with_its_place() {
    let line = |text: &str| text.lines().position(|line| line.contains("test_id"));
    let line = line(BANDIT).expect("a row") + 1;
    for again in ["test_id", "\\u0074est_id"] {
        let twice = format!("\"test_id\": \"B1\", \"{again}\": \"B2\"");
        let report = BANDIT.replace("\"test_id\": \"B101\"", &twice);
        assert_refused(report.clone(), "D403", &format!("line {line}, column "));
        assert_refused(report, "D403", &format!("`{again}` stands twice"));
    }
    // Of many keys, and of an object in another of the same keys.
    let many: Vec<String> = (0..40).map(|at| format!("\"k{at}\": {at}")).collect();
    let report = |more: &str| {
        let object = format!(
            "\"test_id\": \"B101\", \"more\": {{{}, {more}}}",
            many.join(", ")
        );
        BANDIT.replace("\"test_id\": \"B101\"", &object)
    };
    assert_refused(report("\"k7\": 1"), "D403", "`k7` stands twice");
    read(report(
        "\"in\": {\"k7\": {\"in\": 1, \"k8\": \"k7\"}}, \"k\": [\"k7\", \"k7\"]",
    ))
    .expect("keys of objects that are not the same");
}

#[test]
fn titles_with_control_characters_do_nothing_to_the_terminal() {
    let folder = tempfile::tempdir().expect("a folder");
    let title = r"\u001b]0;owned\u0007\u001b[2J\u0000\u202e";
    let report = BANDIT.replace("An assertion", title);
    fs::write(folder.path().join("a\u{1b}[31m.json"), report).expect("a file");
    let run = |arguments: &[&str]| {
        let done = Command::new(env!("CARGO_BIN_EXE_riskql"))
            .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
            .args(arguments)
            .current_dir(folder.path())
            .output()
            .expect("the binary runs");
        assert!(done.status.success());
        let text = [done.stdout, done.stderr].concat();
        let text = String::from_utf8(text).expect("text");
        let is_harmful = |letter: char| letter.is_control() && letter != '\n';
        assert!(
            !text.contains(is_harmful) && !text.contains('\u{202e}'),
            "{text:?}"
        );
    };
    run(&["sources", "test", "a\u{1b}[31m.json"]);
    run(&["ingest", ".", "--asset", "shop\u{1b}[31m"]);
    run(&["store"]);
}

#[test]
fn reports_cut_anywhere_are_refused_or_read() {
    for sample in SAMPLES {
        for end in 0..sample.len() {
            let _ = read(&sample[..end]);
        }
    }
    let packed = archive(&[("audit.fvdl", ZAP.into()), ("b.json", BANDIT.into())]);
    for end in 0..packed.len() {
        assert!(read(&packed[..end]).is_err());
    }
}

/// Every report of the collection, whole and cut at some places.
#[test]
fn collected_reports_cut_anywhere_are_refused_or_read() {
    let Some(folder) = shared("reports") else {
        return;
    };
    let mut files = Vec::new();
    below(&folder, &mut files);
    files.sort();
    for (index, file) in files.iter().enumerate() {
        let bytes = fs::read(file).expect("a file");
        // Larger ones take their time and hold nothing new.
        if bytes.len() > 200_000 {
            continue;
        }
        for part in 1..4 {
            let end = bytes.len() * part / 4 + index % 7;
            let _ = read(&bytes[..end.min(bytes.len())]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), head in 0..6usize) {
        let heads: [&[u8]; 6] = [b"", b"{\"", b"<a ", b"PK\x03\x04", b"a,b\n", b"<?xml version=\"1.0\" encoding=\""];
        let _ = read([heads[head], &bytes].concat());
    }

    #[test]
    fn mutated_samples_never_panic(
        sample in 0..SAMPLES.len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3u8), 1..8),
    ) {
        let mut bytes = SAMPLES[sample].as_bytes().to_vec();
        for (place, byte, how) in changes {
            let at = place.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ => { bytes.remove(at); }
            }
        }
        let _ = read(&bytes);
    }
}
