//! `diff`: what changed in meaning between two versions, and by how much on the same data.
//!
//! Numbers of the small project as of the end of April 2026, at the ends of months. Open are: at the end of February
//! F4 (low); of March F3 (high) and F4; of April F3 and F6 (medium). With 20 points for high and 1 for what is below,
//! the exposure is 1, 21, 21.

use git2::{IndexAddOption, Repository, Signature};
use serde_json::Value as Json;

use super::lineage::project;
use super::{Outcome, Project};

/// Commits everything and gives the commit's hash.
fn commit(project: &Project) -> String {
    commit_with(project, None)
}

/// The same with a folder that is a repository of its own.
fn commit_with(project: &Project, submodule: Option<&str>) -> String {
    let folder = project.path("");
    let repository = Repository::open(&folder)
        .or_else(|_| Repository::init(&folder))
        .expect("a repository");
    let mut index = repository.index().expect("an index");
    let files = match submodule {
        None => "*",
        Some(_) => "defs/*.kpi",
    };
    index
        .add_all([files], IndexAddOption::DEFAULT, None)
        .expect("files are added");
    if let Some(path) = submodule {
        index.add_path(path.as_ref()).expect("a submodule");
    }
    index.write().expect("the index is written");
    let tree = index.write_tree().expect("a tree");
    let tree = repository.find_tree(tree).expect("the tree");
    let author = Signature::now("tester", "tester@example.org").expect("a signature");
    let parent = repository
        .head()
        .ok()
        .and_then(|head| head.peel_to_commit().ok());
    let parents: Vec<&git2::Commit> = parent.iter().collect();
    repository
        .commit(Some("HEAD"), &author, &author, "a commit", &tree, &parents)
        .expect("a commit")
        .to_string()
}

fn committed() -> Project {
    let project = project();
    commit(&project);
    project
}

fn numbers(project: &Project, arguments: &[&str]) -> Outcome {
    project.with_data(&[&["diff", "--as-of", "2026-04-30"], arguments].concat())
}

fn object(project: &Project) -> Json {
    let outcome = numbers(project, &["--format", "json"]);
    assert_eq!(outcome.code, 1, "{}", outcome.stderr);
    serde_json::from_str(&outcome.stdout).expect("an object")
}

fn kpi<'a>(object: &'a Json, name: &str) -> &'a Json {
    let kpis = object["numbers"]["kpis"].as_array().expect("KPIs");
    let found = kpis.iter().find(|kpi| kpi["kpi"] == name);
    found.unwrap_or_else(|| panic!("no {name} in {object:#}"))
}

/// Values of the last three months.
fn series(kpi: &Json, version: &str) -> Vec<f64> {
    let periods = kpi["periods"].as_array().expect("periods");
    assert_eq!(periods.len(), 12);
    let last = periods[9..].iter();
    last.map(|period| period[version]["value"].as_f64().expect("a number"))
        .collect()
}

#[test]
fn nothing_changed_is_exit_code_0() {
    let project = committed();
    project
        .with_defs(&["diff"])
        .shows(&["no definition changed in meaning between HEAD and defs"]);
}

/// Comments, layout, the order of clauses, tests of a condition and cards, and other spellings of the same.
#[test]
fn what_means_the_same_is_no_change() {
    let project = committed();
    project.replace(
        "defs/kpis.kpi",
        "  as     days\n  by     severity, environment, app, team\n",
        "  # how long it takes\n      by severity, environment, team, app\n  as   days\n",
    );
    project.replace("defs/kpis.kpi", "below 30 days for", "below 720 hours for");
    project.replace(
        "defs/risk.kpi",
        "severity >= high",
        "severity in (critical, high)",
    );
    project.replace(
        "defs/risk.kpi",
        "    otherwise 1\n",
        "    low 1\n    otherwise 1\n",
    );
    project.replace(
        "defs/risk.kpi",
        "count of findings open where risky",
        "count of findings open where severity >= high",
    );
    project.replace(
        "defs/risk.kpi",
        "is    sum risk",
        "at end\n  is    sum risk",
    );
    project.replace(
        "defs/model.kpi",
        "  field   title text\n  field   severity scale severity\n",
        "  field   severity scale severity\n  field   title text\n",
    );
    project.write("defs/moved.kpi", "condition of_core is team = core\n");
    commit(&project);
    project.replace("defs/moved.kpi", "team = core", "team = \"core\"");
    let outcome = project.with_defs(&["diff", "HEAD~1..HEAD"]);
    // The new condition alone.
    outcome
        .refused(1, &[])
        .says(&["1 added", "added condition of_core"]);
    assert!(!outcome.stdout.contains("changed"), "{}", outcome.stdout);
    project
        .with_defs(&["diff"])
        .shows(&["no definition changed"]);
}

/// 30 instead of 20 for high: March and April are 10 higher, February stays 1. One month before the last is restated.
#[test]
fn a_weight_without_since_restates_the_past() {
    let project = committed();
    project.replace("defs/risk.kpi", "high      20", "high      30");
    let object = object(&project);
    assert_eq!(
        object["changes"][0]["lines"][0]["old"],
        "base severity high 20"
    );
    assert_eq!(
        object["changes"][0]["lines"][0]["new"],
        "base severity high 30"
    );
    assert_eq!(object["changes"].as_array().map(Vec::len), Some(1));
    let exposure = kpi(&object, "exposure");
    assert_eq!(series(exposure, "old"), [1.0, 21.0, 21.0]);
    assert_eq!(series(exposure, "new"), [1.0, 31.0, 31.0]);
    assert_eq!(exposure["restated"], 1);
    assert_eq!(exposure["undated"], true);
    assert_eq!(
        (&exposure["rows_in"], &exposure["rows_out"]),
        (&Json::from(0), &Json::from(0))
    );
    // 21 and 31 points over two findings.
    let share = kpi(&object, "exposure_per_finding");
    assert_eq!(series(share, "new"), [1.0, 15.5, 15.5]);
    let affected: Vec<&str> = object["affected"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|each| each["name"].as_str().expect("a name"))
        .collect();
    assert_eq!(
        affected,
        ["exposure", "exposure_per_finding", "worst", "risks"]
    );
    let through = &object["affected"][2]["through"];
    assert_eq!(*through, serde_json::json!(["score risk", "kpi exposure"]));
    numbers(&project, &[]).refused(1, &[]).says(&[
        "- base severity high 20",
        "+ base severity high 30",
        "exposure: 1 past month is restated: what changed has no `since`",
        "21 points",
        "31 points",
    ]);
}

/// The same weights from 15 April on: March stays what it was.
#[test]
fn a_weight_with_since_leaves_the_past_alone() {
    let project = committed();
    let version = "\nscore risk \"Risk points\"\n  of findings\n  base severity\n    critical  40\n    high      30\n    otherwise 1\n  since 2026-04-15\n";
    let text = project.read("defs/risk.kpi") + version;
    project.write("defs/risk.kpi", text);
    let object = object(&project);
    let line = &object["changes"][0]["lines"][0];
    assert_eq!(line["version"], "since 2026-04-15");
    assert_eq!(line["new"], "base severity high 30");
    assert_eq!(
        object["changes"][0]["lines"].as_array().map(Vec::len),
        Some(1)
    );
    let exposure = kpi(&object, "exposure");
    assert_eq!(series(exposure, "new"), [1.0, 21.0, 31.0]);
    assert_eq!(
        (&exposure["restated"], &exposure["undated"]),
        (&Json::from(0), &Json::from(false))
    );
}

/// At most 20 instead of 60: 21 was met and is missed, in March and April. A formula over the KPI has no target of it.
#[test]
fn a_moved_target_flips_verdicts_and_no_number() {
    let project = committed();
    project.replace("defs/risk.kpi", "target at most 60", "target at most 20");
    let object = object(&project);
    assert_eq!(object["changes"][0]["effect"], "verdict");
    let exposure = kpi(&object, "exposure");
    assert_eq!(series(exposure, "old"), series(exposure, "new"));
    let flips = exposure["periods"].as_array().expect("periods").iter();
    assert_eq!(flips.filter(|period| period["flips"] == true).count(), 2);
    let affected = object["affected"].to_string();
    assert!(affected.contains("risks"), "{affected}");
    assert!(!affected.contains("exposure_per_finding"), "{affected}");
    numbers(&project, &[]).says(&["pass → miss", "the target is judged otherwise in 2 months"]);
}

#[test]
fn a_renamed_kpi_is_one_change_whatever_uses_it() {
    let project = committed();
    project
        .with_defs(&["rename", "kpi", "exposure", "risk_exposure"])
        .shows(&[]);
    let outcome = project.with_defs(&["diff"]);
    outcome
        .refused(1, &[])
        .says(&["renamed kpi risk_exposure \"Risk exposure\", was exposure"]);
    for word in ["changed", "added", "removed"] {
        assert!(!outcome.stdout.contains(word), "{}", outcome.stdout);
    }
    project
        .with_defs(&["rename", "score", "risk", "points_of_risk"])
        .shows(&[]);
    project
        .with_defs(&["rename", "findings.open", "standing"])
        .shows(&[]);
    let outcome = project.with_defs(&["diff"]);
    outcome.says(&["renamed score points_of_risk", "was risk"]);
    assert!(
        !outcome.stdout.contains("changed kpi"),
        "{}",
        outcome.stdout
    );
}

/// Only critical ones are risky: F3 (high) was counted at the end of April, and nothing is now. The share of it is two
/// levels above the condition: 1 of 2 open findings, now 0 of 2.
#[test]
fn a_condition_two_levels_below_is_followed_to_rows_and_shares() {
    let project = committed();
    project.replace("defs/risk.kpi", "severity >= high", "severity >= critical");
    let object = object(&project);
    let backlog = kpi(&object, "risky_backlog");
    assert_eq!(series(backlog, "old"), [0.0, 1.0, 1.0]);
    assert_eq!(series(backlog, "new"), [0.0, 0.0, 0.0]);
    assert_eq!(
        (&backlog["rows_in"], &backlog["rows_out"]),
        (&Json::from(0), &Json::from(1))
    );
    let share = kpi(&object, "risky_share");
    assert_eq!(
        (series(share, "old")[2], series(share, "new")[2]),
        (0.5, 0.0)
    );
    let through = &object["affected"].as_array().expect("a list")[1]["through"];
    assert_eq!(
        *through,
        serde_json::json!(["condition risky", "kpi risky_backlog"])
    );
}

#[test]
fn added_removed_and_worded_definitions_are_told_apart() {
    let project = committed();
    project.replace("defs/risk.kpi", "\"Risk exposure\"", "\"Exposure to risk\"");
    project.replace(
        "defs/risk.kpi",
        "kpi risky_share\n  is risky_backlog / backlog\n",
        "kpi risky_part\n  is backlog / risky_backlog\n",
    );
    let outcome = project.with_defs(&["diff"]);
    outcome.refused(1, &[]).says(&[
        "1 added, 1 removed, 1 worded otherwise",
        "added kpi risky_part",
        "removed kpi risky_share  HEAD:defs/risk.kpi:",
        "wording kpi exposure \"Exposure to risk\"",
        "- title \"Risk exposure\"",
    ]);
    assert!(!outcome.stdout.contains("affected"), "{}", outcome.stdout);
}

#[test]
fn markdown_is_a_comment_without_markup_of_others() {
    let project = committed();
    project.replace("defs/risk.kpi", "high      20", "high      30");
    project.replace("defs/risk.kpi", "\"Risk exposure\"", "\"<b>@team</b>\"");
    let outcome = numbers(&project, &["--format", "md"]);
    outcome.refused(1, &[]).says(&[
        "### HEAD → defs: 1 changed",
        "```diff\n- base severity high 20\n+ base severity high 30\n```",
        "| kpi exposure",
        "21 points",
    ]);
    let outside = outcome.stdout.split("```").step_by(2).collect::<String>();
    assert!(!outside.contains("<b>@team"), "{outside}");
}

#[test]
fn two_folders_are_compared_without_git() {
    let project = project();
    for file in ["kpis", "model", "risk", "tests"] {
        let text = project.read(&format!("defs/{file}.kpi"));
        project.write(
            &format!("other/{file}.kpi"),
            text.replace("below 15%", "below 10%"),
        );
    }
    project
        .run(&["diff", "defs", "other"])
        .refused(1, &[])
        .says(&[
            "changed kpi escape_rate",
            "- target below 15%",
            "+ target below 10%",
        ]);
    project
        .run(&["diff", "defs", "defs"])
        .shows(&["no definition changed"]);
    project
        .run(&["diff", "defs", "gone"])
        .refused(2, &["K922", "`gone`"]);
    project
        .run(&["diff", "defs", "other", "--defs", "defs"])
        .refused(2, &["K922"]);
}

#[test]
fn a_broken_revision_is_told_with_its_problems() {
    let project = project();
    project.replace("defs/risk.kpi", "sum risk of", "sum risc of");
    commit(&project);
    project.replace("defs/risk.kpi", "sum risc of", "sum risk of");
    project
        .with_defs(&["diff"])
        .refused(2, &["HEAD:defs/risk.kpi:", "risc"]);
    project.write("defs/latin.kpi", [b'#', 0xe9, b'\n']);
    commit(&project);
    project
        .with_defs(&["diff", "HEAD..HEAD"])
        .refused(2, &["K903", "HEAD:defs/latin.kpi"]);
}

#[test]
fn revisions_and_repositories_that_are_not_there_are_told() {
    let project = project();
    project
        .with_defs(&["diff"])
        .refused(2, &["K921", "no git repository"]);
    Repository::init(project.path("")).expect("a repository");
    project
        .with_defs(&["diff"])
        .refused(2, &["K920", "no commit yet"]);
    commit(&project);
    let branch = Repository::open(project.path("")).expect("a repository");
    let head = branch
        .head()
        .and_then(|head| head.peel_to_commit())
        .expect("a commit");
    branch.branch("reviewed", &head, false).expect("a branch");
    project
        .with_defs(&["diff", "reviewd"])
        .refused(2, &["K920", "did you mean `reviewed`?"]);
    project.with_defs(&["diff", "HEAD~5"]).refused(2, &["K920"]);
    project
        .run(&["diff", "HEAD..HEAD", "--defs", "elsewhere"])
        .refused(2, &["K901", "elsewhere"]);
    project
        .run(&["diff", "HEAD..HEAD", "--defs", "/"])
        .refused(2, &["K921"]);
}

/// Bare, detached, a work tree beside, a submodule, and a folder that is called otherwise in both.
#[test]
fn all_kinds_of_repositories_are_read() {
    let project = committed();
    let first = commit(&project);
    project.replace("defs/risk.kpi", "high      20", "high      30");
    commit(&project);
    let says = ["- base severity high 20", "+ base severity high 30"];
    project
        .with_defs(&["diff", &format!("{}..HEAD", &first[..8])])
        .refused(1, &[])
        .says(&says);
    project
        .with_defs(&["diff", "HEAD~1...HEAD"])
        .refused(1, &[])
        .says(&says);
    project
        .with_defs(&["diff", "HEAD~1"])
        .refused(1, &[])
        .says(&says);

    let bare = Project::empty();
    let mut builder = git2::build::RepoBuilder::new();
    builder
        .bare(true)
        .clone(
            project.path("").to_str().expect("a path"),
            &bare.path("bare.git"),
        )
        .expect("a bare clone");
    let mut command = bare.command(&["diff", "HEAD..HEAD", "--defs", "defs"]);
    let output = command
        .current_dir(bare.path("bare.git"))
        .output()
        .expect("the binary runs");
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let mut command = bare.command(&["diff", "HEAD", "--defs", "defs"]);
    let output = command
        .current_dir(bare.path("bare.git"))
        .output()
        .expect("the binary runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("K922"));

    let repository = Repository::open(project.path("")).expect("a repository");
    let id = git2::Oid::from_str(&first).expect("a hash");
    repository.set_head_detached(id).expect("a detached head");
    project.with_defs(&["diff"]).refused(1, &[]).says(&says);

    let tree = Project::empty();
    repository
        .worktree("beside", &tree.path("beside"), None)
        .expect("a work tree");
    tree.run(&["diff", "--defs", "beside/defs"])
        .shows(&["no definition changed"]);
}

#[test]
fn definitions_in_a_submodule_are_of_another_repository() {
    let project = project();
    let inner = Repository::init(project.path("defs/shared")).expect("a repository");
    project.write(
        "defs/shared/extra.kpi",
        "condition of_core is team = core\n",
    );
    let mut index = inner.index().expect("an index");
    index
        .add_all(["*"], IndexAddOption::DEFAULT, None)
        .expect("files");
    let tree = index.write_tree().expect("a tree");
    let author = Signature::now("tester", "tester@example.org").expect("a signature");
    let tree = inner.find_tree(tree).expect("the tree");
    inner
        .commit(Some("HEAD"), &author, &author, "a commit", &tree, &[])
        .expect("a commit");
    commit_with(&project, Some("defs/shared"));
    project
        .with_defs(&["diff"])
        .refused(2, &["K921", "defs/shared", "submodule"]);
    project
        .run(&["diff", "--defs", "defs/shared"])
        .refused(2, &["HEAD:extra.kpi"]);
}

#[test]
fn links_in_a_revision_are_followed() {
    let project = project();
    std::os::unix::fs::symlink("../more", project.path("defs/linked")).expect("a link");
    project.write("more/extra.kpi", "condition of_core is team = core\n");
    commit(&project);
    project
        .with_defs(&["diff"])
        .shows(&["no definition changed"]);
    project.write("more/extra.kpi", "condition of_core is team = web\n");
    project
        .with_defs(&["diff"])
        .refused(1, &[])
        .says(&["changed condition of_core"]);
}

/// Data that cannot be read is not "something changed".
#[test]
fn data_that_is_not_there_is_exit_code_3() {
    let project = committed();
    project.replace("defs/risk.kpi", "high      20", "high      30");
    project
        .run(&["diff", "--defs", "defs", "--data", "gone"])
        .refused(3, &["gone"]);
    std::fs::remove_file(project.path("data/scans.csv")).expect("a file");
    numbers(&project, &[])
        .refused(1, &[])
        .says(&["21 points", "31 points"]);
}

/// The old and the new text of each changed line.
fn changed_lines(project: &Project) -> Vec<(String, String)> {
    let outcome = project.with_defs(&["diff", "--format", "json"]);
    let object: Json = serde_json::from_str(&outcome.stdout).expect("an object");
    let changes = object["changes"].as_array().expect("changes").clone();
    let lines = changes.iter().flat_map(|change| {
        let lines = change["lines"].as_array().expect("lines").clone();
        lines.into_iter().map(|line| {
            let text = |version: &str| line[version].as_str().unwrap_or_default().to_owned();
            (text("old"), text("new"))
        })
    });
    lines.collect()
}

fn is_changed(project: &Project, old: &str, new: &str) {
    let expected = [(old.to_owned(), new.to_owned())];
    assert_eq!(changed_lines(project), expected);
}

/// A day is 24 hours, and no day of the calendar: those of 30 and 31 days, and of 23 hours, come to other instants.
#[test]
fn due_times_differ_by_what_they_count() {
    let project = project();
    let title = "  field   title text\n";
    let with_date = format!("{title}  field   fix_by planned date\n");
    project.replace("defs/model.kpi", title, &with_date);
    commit(&project);
    project.replace("defs/kpis.kpi", "due 30 days ", "due 720 hours ");
    assert_eq!(changed_lines(&project), []);
    project.replace("defs/kpis.kpi", "due 720 hours ", "due 1 calendar month ");
    is_changed(
        &project,
        "due 30 days where severity = high",
        "due 1 calendar month where severity = high",
    );
    commit(&project);
    project.replace("defs/kpis.kpi", "1 calendar month", "1 calendar week");
    is_changed(
        &project,
        "due 1 calendar month where severity = high",
        "due 1 calendar week where severity = high",
    );
    project.replace("defs/kpis.kpi", "1 calendar week", "at fix_by");
    is_changed(
        &project,
        "due 1 calendar month where severity = high",
        "due at fix_by where severity = high",
    );
}

#[test]
fn the_prefix_of_an_sla_is_part_of_its_meaning() {
    let project = project();
    let second = "\nsla support\n  of     findings\n  prefix support\n  starts found\n  stops  verified\n  due 5 days otherwise\n";
    let text = project.read("defs/risk.kpi") + second;
    project.write("defs/risk.kpi", text);
    commit(&project);
    project.replace("defs/risk.kpi", "prefix support", "prefix urgent");
    is_changed(&project, "prefix support", "prefix urgent");
}

#[test]
fn a_roll_up_changes_with_what_it_aggregates() {
    let project = project();
    project.replace(
        "defs/model.kpi",
        "table assets",
        "condition grave is severity >= high\n\ntable assets",
    );
    let field = "  field   open_findings number from count of findings open where grave\n";
    let key = "  key   asset_id\n";
    let text = project.read("defs/model.kpi");
    let (before, assets) = text.split_once("table assets").expect("assets");
    let assets = assets.replacen(key, &format!("{key}{field}"), 1);
    project.write("defs/model.kpi", format!("{before}table assets{assets}"));
    commit(&project);
    project.replace(
        "defs/model.kpi",
        "open where grave",
        "open where severity in (high, critical)",
    );
    assert_eq!(changed_lines(&project), []);
    project.replace("defs/model.kpi", "(high, critical)", "(low, critical)");
    is_changed(
        &project,
        field.trim().replace("  ", " ").replace("  ", " ").as_str(),
        "field open_findings number from count of findings open where severity in (low, critical)",
    );
}
