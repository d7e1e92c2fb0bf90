//! `docs`: pages for KPIs; and from which commit definitions are.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use git2::{IndexAddOption, Repository, Signature};

use super::Project;

/// All files below a folder, by their paths in it.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(inner) = folders.pop() {
        for entry in fs::read_dir(&inner).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path
                .strip_prefix(folder)
                .expect("inside")
                .display()
                .to_string();
            found.insert(name, fs::read_to_string(&path).expect("a text"));
        }
    }
    found
}

/// Commits everything with a message; gives the first letters of the hash.
fn commit(folder: &Path, message: &str) -> String {
    let repository = Repository::open(folder)
        .or_else(|_| Repository::init(folder))
        .expect("a repository");
    let mut index = repository.index().expect("an index");
    index
        .add_all(["*"], IndexAddOption::DEFAULT, None)
        .expect("files are added");
    index.write().expect("the index is written");
    let tree = index.write_tree().expect("a tree");
    let tree = repository.find_tree(tree).expect("the tree");
    let author = Signature::now("Ada | Eve", "ada@example.org").expect("a signature");
    let head = repository.head().ok();
    let parent = head.and_then(|head| head.peel_to_commit().ok());
    let parents: Vec<&git2::Commit> = parent.iter().collect();
    let id = repository
        .commit(Some("HEAD"), &author, &author, message, &tree, &parents)
        .expect("a commit");
    id.to_string()[..7].to_string()
}

#[test]
fn each_kpi_has_a_page_that_says_what_it_is() {
    let project = Project::new();
    project
        .with_defs(&["docs"])
        .shows(&["wrote 5 pages to kpi-docs", "kpi-docs/index.md"]);
    let pages = files(&project.path("kpi-docs"));
    let names: Vec<&str> = pages.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "index.md",
            "kpis/backlog.md",
            "kpis/escape_rate.md",
            "kpis/mttr.md",
            "kpis/scan_coverage.md"
        ]
    );
    let mttr = &pages["kpis/mttr.md"];
    for words in [
        "# Mean time to remediate\n",
        "- Shown as: days\n",
        "- On the dashboard: appsec, executive\n",
        "- Defined in: defs/kpis.kpi:1\n",
        // In words, whatever the period.
        "- is mean time from found to verified of findings verified\n",
        "- rows of findings: verified_at lies in the period\n",
        "```kpi\nkpi mttr \"Mean time to remediate\"\n",
        "## Targets\n\n- below 30 days for severity = critical\n- below 60 days for severity = high\n",
        "- event findings.verified (defs/model.kpi:",
        "## Used by\n\n- dashboard appsec (",
        "## Tests\n\n- test durations and percents are written with their units (defs/tests.kpi:12)\n",
    ] {
        assert!(mttr.contains(words), "no `{words}` in\n{mttr}");
    }
    assert!(
        !mttr.contains("2026-01-31") && !mttr.contains("History"),
        "{mttr}"
    );
    let index = &pages["index.md"];
    for words in [
        "### appsec, executive: Is risk decreasing?\n",
        "| [mttr](kpis/mttr.md) | Mean time to remediate | days | below 30 days for severity = critical; below 60 days for severity = high |\n",
        "### On no dashboard\n",
        "### Nobody\n",
    ] {
        assert!(index.contains(words), "no `{words}` in\n{index}");
    }
}

/// Of the whole library, in both formats.
#[test]
fn links_lead_to_pages_and_pages_are_the_same_each_time() {
    for (format, mark) in [("md", "]("), ("html", "href=\"")] {
        let project = Project::empty();
        let asked = ["docs", "--format", format, "--out"];
        project
            .run(&[&asked[..], &["one"]].concat())
            .shows(&["wrote"]);
        project
            .run(&[&asked[..], &["two"]].concat())
            .shows(&["wrote"]);
        let pages = files(&project.path("one"));
        assert_eq!(pages, files(&project.path("two")));
        assert!(pages.len() > 30);
        let mut links = 0;
        for (name, text) in &pages {
            let folder = Path::new(name).parent().expect("a folder");
            for rest in text.split(mark).skip(1) {
                let link = rest.split([')', '"']).next().expect("a link");
                assert!(link.ends_with(&format!(".{format}")), "{name}: {link}");
                let there = project.path("one").join(folder).join(link);
                assert!(there.is_file(), "{name}: {link}");
                links += 1;
            }
        }
        assert!(links > 100, "{links}");
        // A KPI that others are made of.
        let fix_rate = &pages[&format!("kpis/fix_rate.{format}")];
        assert!(
            fix_rate.contains(&format!("verified_findings.{format}")),
            "{fix_rate}"
        );
    }
}

#[test]
fn texts_of_definitions_form_no_markup() {
    let project = Project::new();
    project.replace(
        "defs/kpis.kpi",
        "\"Vulnerability escape rate\"",
        "\"<script>alert(1)</script> [x](http://elsewhere.example) `|\"",
    );
    project
        .with_defs(&["docs", "--format", "html"])
        .shows(&["wrote"]);
    let pages = files(&project.path("kpi-docs"));
    for (name, page) in &pages {
        assert!(!page.contains("<script"), "{name}");
        assert!(!page.contains("href=\"http"), "{name}");
    }
    assert!(pages["kpis/escape_rate.html"].contains("&lt;script&gt;"));
}

#[test]
fn pages_of_kpis_that_are_gone_are_removed_and_others_stay() {
    let project = Project::new();
    project.with_defs(&["docs"]).shows(&["wrote 5 pages"]);
    project.write("kpi-docs/kpis/notes.md", "mine\n");
    project.write(
        "defs/kpis.kpi",
        "kpi backlog\n  is count of findings open\n",
    );
    project.write("defs/tests.kpi", "");
    project.with_defs(&["docs"]).shows(&["wrote 2 pages"]);
    let pages = files(&project.path("kpi-docs"));
    let names: Vec<&str> = pages.keys().map(String::as_str).collect();
    assert_eq!(names, ["index.md", "kpis/backlog.md", "kpis/notes.md"]);
}

#[test]
fn a_page_tells_the_commits_of_its_file() {
    let project = Project::new();
    let folder = project.folder.path();
    let first = commit(folder, "The first | KPIs");
    project.replace("defs/kpis.kpi", "below 30 days", "below 25 days");
    let second = commit(folder, "mttr: <i>25</i> days");
    project.write("other.txt", "nothing of ours");
    commit(folder, "Something else");
    project.with_defs(&["docs"]).shows(&["wrote 5 pages"]);
    let page = project.read("kpi-docs/kpis/mttr.md");
    let history = page
        .split("## History of defs/kpis.kpi\n")
        .nth(1)
        .expect("a history");
    let rows: Vec<&str> = history
        .lines()
        .filter(|line| line.starts_with("| "))
        .skip(2)
        .collect();
    assert_eq!(rows.len(), 2, "{page}");
    assert!(rows[0].starts_with(&format!("| {second} | 2")), "{rows:?}");
    assert!(
        rows[0].ends_with("| Ada \\| Eve | mttr: &lt;i&gt;25&lt;/i&gt; days |"),
        "{rows:?}"
    );
    assert!(rows[1].starts_with(&format!("| {first} | ")), "{rows:?}");
    assert!(rows[1].ends_with("The first \\| KPIs |"), "{rows:?}");
}

#[test]
fn an_explanation_names_files_and_commits_of_definitions() {
    let project = Project::new();
    let plain = project.with_data(&["explain", "mttr in 2026-03"]);
    plain.shows(&["\nDefinitions\n", "  kpi mttr: defs/kpis.kpi:1\n"]);
    let folder = project.folder.path();
    let model = commit(folder, "All of it");
    project.replace("defs/kpis.kpi", "below 30 days", "below 25 days");
    let kpis = commit(folder, "mttr: 25 days");
    let explained = |project: &Project| project.with_data(&["explain", "mttr in 2026-03"]).stdout;
    let text = explained(&project);
    assert!(
        text.contains(&format!("kpi mttr: defs/kpis.kpi:1, {kpis}\n")),
        "{text}"
    );
    let table = format!("table findings: defs/model.kpi:22, {model}\n");
    assert!(text.contains(&table), "{text}");
    project.replace("defs/kpis.kpi", "below 25 days", "below 20 days");
    let text = explained(&project);
    assert!(
        text.contains(&format!("kpi mttr: defs/kpis.kpi:1, {kpis}+\n")),
        "{text}"
    );
    assert!(text.contains(&table), "{text}");
    let asked = ["explain", "mttr in 2026-03", "--format", "json"];
    let object = project.with_data(&asked).json();
    assert_eq!(object["made_of"][0]["definition"], "kpi mttr");
    assert_eq!(object["made_of"][0]["revision"], format!("{kpis}+"));
}
