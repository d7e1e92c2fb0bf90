//! What was proven of a file is remembered by its content, and never believed of another one.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, SystemTime};

use polars::prelude::{DataFrame, IntoColumn, NamedFrom, Series};
use riskql::base::diagnostic::Problems;
use riskql::base::types::{FieldType, Scale};
use riskql::exec::data::{Proof, ProofCache, TableCache, TableSources, locate};
use riskql::lang::model::Definitions;
use tempfile::TempDir;

use super::fixture::{
    ASSETS, FINDINGS, definitions, everything, folder, messages, path_in, without_folder,
};
use super::formats::{arrow, parquet};
use super::reading::{collect, streamed};

fn findings(severity: &str) -> DataFrame {
    let rows = 3_000;
    let ids: Vec<String> = (0..rows).map(|row| format!("F{row}")).collect();
    let assets: Vec<String> = (0..rows).map(|row| format!("A{}", row % 3)).collect();
    let titles: Vec<String> = (0..rows)
        .map(|row| format!("a title longer than a view {row}"))
        .collect();
    let mut severities = vec!["low"; rows];
    severities[rows - 1] = severity;
    let columns = vec![
        Series::new("finding_id".into(), ids).into_column(),
        Series::new("asset_id".into(), assets).into_column(),
        Series::new("title".into(), titles).into_column(),
        Series::new("severity".into(), severities).into_column(),
    ];
    DataFrame::new(rows, columns).expect("a frame")
}

/// A folder of tables beside one for what was proven.
struct Place {
    data: TempDir,
    cache: TempDir,
}

impl Place {
    fn new() -> Place {
        let assets = b"asset_id,name,team,exposed\nA0,zero,red,yes\nA1,one,,no\n";
        let place = Place {
            data: folder(&[("assets.csv", assets)]),
            cache: folder(&[]),
        };
        place.write(&parquet(&findings("high"), Some(500)));
        place
    }

    fn file(&self) -> PathBuf {
        path_in(&self.data, "findings.parquet")
    }

    fn proofs(&self) -> PathBuf {
        self.cache.path().join("riskql/proofs")
    }

    /// Writes the findings and lets the clock of the file system go on: what was written this very
    /// moment is not remembered.
    fn write(&self, bytes: &[u8]) {
        fs::write(self.file(), bytes).expect("a file");
        thread::sleep(Duration::from_millis(120));
    }

    /// As another process would see it.
    fn sources(&self, definitions: &Definitions) -> Result<TableSources, Problems> {
        let cache = ProofCache::in_folder(self.proofs());
        sources(definitions, self.data.path(), cache)
    }

    fn remembered(&self, definitions: &Definitions) -> Vec<String> {
        let sources = self.sources(definitions).expect("good tables");
        let table = sources.table(FINDINGS).expect("a file");
        assert_eq!(collect(&sources, table).height(), 3_000);
        let notes: Vec<String> = sources
            .notes
            .iter()
            .map(|note| without_folder(note))
            .collect();
        assert!(
            notes
                .iter()
                .any(|note| note.starts_with("1000 findings name an `asset_id`")),
            "{notes:?}"
        );
        proven(&table.scanned.proofs, true)
    }

    /// All files of the cache.
    fn kept(&self) -> Vec<PathBuf> {
        let folders = ["contents", "files"].map(|name| self.proofs().join(name));
        let files = folders
            .iter()
            .flat_map(|folder| fs::read_dir(folder).expect("a folder"));
        files.map(|file| file.expect("a file").path()).collect()
    }
}

fn sources(
    definitions: &Definitions,
    folder: &Path,
    cache: ProofCache,
) -> Result<TableSources, Problems> {
    let locations = locate(definitions, Some(folder), &[])?;
    let mut tables = TableCache::new(locations).with_proofs(cache);
    tables.sources(definitions, &everything(definitions, &[ASSETS, FINDINGS]))
}

fn proven(proofs: &[Proof], is_remembered: bool) -> Vec<String> {
    let proofs = proofs
        .iter()
        .filter(|proof| proof.is_remembered == is_remembered);
    proofs.map(|proof| proof.what.clone()).collect()
}

const ALL: [&str; 7] = [
    "fingerprint",
    "values of `finding_id`",
    "values of `asset_id`",
    "values of `title`",
    "values of `severity`",
    "`finding_id` is unique",
    "`asset_id` is in assets",
];

#[test]
fn an_unchanged_file_is_proven_once() {
    let (place, definitions) = (Place::new(), definitions("UTC"));
    assert_eq!(place.remembered(&definitions), Vec::<String>::new());
    assert_eq!(place.remembered(&definitions), ALL);
    // A copy has the same content.
    let copy = path_in(&place.data, "copy");
    fs::copy(place.file(), &copy).expect("a copy");
    fs::rename(copy, place.file()).expect("renamed");
    thread::sleep(Duration::from_millis(120));
    assert_eq!(place.remembered(&definitions), ALL[1..]);
}

#[test]
fn what_nobody_used_for_long_is_deleted() {
    let (place, definitions) = (Place::new(), definitions("UTC"));
    let contents = place.proofs().join("contents");
    fs::create_dir_all(&contents).expect("a folder");
    let put = |name: &str, age: Duration| {
        let file = File::create(contents.join(name)).expect("a file");
        let used = SystemTime::now() - age;
        file.set_modified(used).expect("a time in the past");
    };
    let hour = Duration::from_secs(3600);
    for hours in 1..=600 {
        put(&format!("{hours}.json"), hour * hours);
    }
    put("forgotten.json", hour * 24 * 31);
    assert_eq!(place.remembered(&definitions), Vec::<String>::new());
    let has = |name: &str| contents.join(name).exists();
    assert_eq!(fs::read_dir(&contents).expect("a folder").count(), 500);
    assert!(has("499.json") && !has("500.json") && !has("forgotten.json"));
    assert_eq!(place.remembered(&definitions), ALL);
}

#[test]
fn another_content_is_proven_again() {
    let (place, definitions) = (Place::new(), definitions("UTC"));
    place.sources(&definitions).expect("good tables");
    place.write(&parquet(&findings("urgent"), Some(500)));
    let problems = place.sources(&definitions).expect_err("a bad value");
    assert!(messages(problems)[0].starts_with("D204 `findings.parquet` column `severity`"));
    let twice = findings("low")
        .head(Some(2_999))
        .vstack(&findings("low").head(Some(1)));
    place.write(&parquet(&twice.expect("the same columns"), Some(500)));
    let problems = place.sources(&definitions).expect_err("a key twice");
    assert!(messages(problems)[0].starts_with("D301 `findings.parquet`: `finding_id`"));
    place.write(&parquet(&findings("high"), Some(500)));
    assert_eq!(place.remembered(&definitions), ALL[1..]);
}

#[test]
fn another_meaning_of_a_column_is_proven_again() {
    let (place, mut definitions) = (Place::new(), definitions("UTC"));
    place.sources(&definitions).expect("good tables");
    let severity = &mut definitions.tables[FINDINGS.0].columns[3].field_type;
    *severity = FieldType::Scale(Arc::new(Scale {
        name: "severity".to_owned(),
        values: ["low", "medium"].map(str::to_owned).to_vec(),
        mapped: Vec::new(),
    }));
    let problems = place.sources(&definitions).expect_err("high is no more");
    assert!(messages(problems)[0].contains("`high` (row 3000)"));
    let values = ["low", "medium", "high"].map(str::to_owned).to_vec();
    definitions.tables[FINDINGS.0].columns[3].field_type = FieldType::Scale(Arc::new(Scale {
        name: "severity".to_owned(),
        values,
        mapped: Vec::new(),
    }));
    let remembered = place.remembered(&definitions);
    assert!(!remembered.contains(&ALL[4].to_owned()) && remembered.len() == ALL.len() - 1);
}

#[test]
fn another_parent_is_looked_up_again() {
    let (place, definitions) = (Place::new(), definitions("UTC"));
    place.sources(&definitions).expect("good tables");
    let assets = b"asset_id,name\nA0,zero\nA1,one\nA2,two\n";
    fs::write(path_in(&place.data, "assets.csv"), assets).expect("a file");
    let sources = place.sources(&definitions).expect("good tables");
    assert!(
        !sources
            .notes
            .iter()
            .any(|note| note.contains("does not have"))
    );
    let table = sources.table(FINDINGS).expect("a file");
    assert_eq!(
        proven(&table.scanned.proofs, false),
        ["`asset_id` is in assets"]
    );
}

#[test]
fn a_cache_that_cannot_be_used_is_no_error() {
    let (place, definitions) = (Place::new(), definitions("UTC"));
    fs::write(place.cache.path().join("riskql"), b"no folder").expect("a file");
    assert_eq!(place.remembered(&definitions), Vec::<String>::new());
    assert_eq!(place.remembered(&definitions), Vec::<String>::new());
}

#[test]
fn a_damaged_cache_is_ignored() {
    let (place, definitions) = (Place::new(), definitions("UTC"));
    for damage in [
        b"".as_slice(),
        b"{",
        b"{}",
        b"null",
        b"{\"version\":3}",
        b"\xff",
    ] {
        place.sources(&definitions).expect("good tables");
        for file in place.kept() {
            fs::write(file, damage).expect("a file");
        }
        assert_eq!(place.remembered(&definitions), Vec::<String>::new());
        assert_eq!(place.remembered(&definitions), ALL);
    }
}

#[test]
fn many_at_once_agree() {
    let (place, definitions) = (Place::new(), definitions("UTC"));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..3 {
                    place.remembered(&definitions);
                }
            });
        }
    });
    assert_eq!(place.remembered(&definitions), ALL);
}

#[test]
fn a_file_damaged_before_the_query_runs_is_an_error() {
    let (place, definitions) = (Place::new(), definitions("UTC"));
    let whole = fs::read(place.file()).expect("a file");
    let sources = place.sources(&definitions).expect("good tables");
    let mut filled = whole.clone();
    filled[40..whole.len() - 2_000].fill(0xff);
    for damaged in [&filled[..], &whole[..whole.len() / 2], b"PAR1", b""] {
        fs::write(place.file(), damaged).expect("a file");
        let frame = sources.table(FINDINGS).expect("a file").frame.clone();
        let problems = sources.run(|| streamed(frame)).expect_err("damaged");
        let message = messages(problems).remove(0);
        assert!(message.contains("`findings.parquet`"), "{message}");
    }
}

/// As if the file had been damaged without a trace.
#[cfg(unix)]
#[test]
fn a_file_damaged_since_it_was_proven_is_an_error() {
    use std::os::unix::fs::MetadataExt;
    let (place, definitions) = (Place::new(), definitions("UTC"));
    let whole = fs::read(place.file()).expect("a file");
    place.sources(&definitions).expect("good tables");
    for start in [4, 40, 900, 5_000, whole.len() / 2] {
        let mut damaged = whole.clone();
        damaged[start..start + 60].fill(0xff);
        place.write(&damaged);
        let metadata = fs::metadata(place.file()).expect("a file");
        for file in place.kept().iter().filter(|file| {
            file.parent()
                .is_some_and(|folder| folder.ends_with("files"))
        }) {
            let mut stamped: serde_json::Value =
                serde_json::from_slice(&fs::read(file).expect("a file")).expect("JSON");
            if stamped["stamp"]["path"]
                .as_str()
                .is_some_and(|path| path.ends_with("findings.parquet"))
            {
                stamped["stamp"]["changed"] =
                    serde_json::json!([metadata.ctime(), metadata.ctime_nsec()]);
                stamped["stamp"]["modified"] =
                    serde_json::json!([metadata.mtime(), metadata.mtime_nsec()]);
                fs::write(file, stamped.to_string()).expect("a file");
            }
        }
        let outcome = place.sources(&definitions).and_then(|sources| {
            let frame = sources.table(FINDINGS).expect("a file").frame.clone();
            sources.run(|| streamed(frame))
        });
        if let Err(problems) = outcome {
            let message = messages(problems).remove(0);
            assert!(message.starts_with("D109"), "{message}");
        } else {
            assert!(start > 4, "the first page is damaged");
        }
    }
}

#[test]
fn a_session_looks_again_at_changed_files() {
    let (place, definitions) = (Place::new(), definitions("UTC"));
    let locations = locate(&definitions, Some(place.data.path()), &[]).expect("tables");
    let mut tables = TableCache::new(locations);
    let request = everything(&definitions, &[ASSETS, FINDINGS]);
    let first = tables.sources(&definitions, &request).expect("good tables");
    let again = tables.sources(&definitions, &request).expect("good tables");
    assert_eq!(
        (again.notes, &again.fingerprint),
        (Vec::new(), &first.fingerprint)
    );
    fs::write(place.file(), arrow(&findings("low"))).expect("a file");
    assert!(
        tables.sources(&definitions, &request).is_err(),
        "Arrow is no Parquet"
    );
    fs::write(place.file(), parquet(&findings("low").head(Some(30)), None)).expect("a file");
    let third = tables.sources(&definitions, &request).expect("good tables");
    assert_eq!(third.table(FINDINGS).expect("a file").rows, 30);
    assert_ne!(third.fingerprint, first.fingerprint);
}
