//! What `init` writes beside the definitions does what it says: the commands of the files are run in a git repository.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;
use std::process::{Command, Output};

use super::Project;

/// A repository with what `init` writes, committed as `main`, and programs that stand for those of the code hosts.
struct Begun {
    project: Project,
}

impl Begun {
    fn new() -> Begun {
        let project = Project::empty();
        project.run(&["init"]).shows(&[
            "beside them .gitattributes, .pre-commit-config.yaml, .github/workflows/kpis.yml, .gitlab-ci.yml",
        ]);
        fs::create_dir(project.path("bin")).expect("a folder");
        symlink(env!("CARGO_BIN_EXE_riskql"), project.path("bin/riskql")).expect("a link");
        // Keeps what it is called with, and the file that it is given.
        let keeps = "#!/bin/sh\nprintf '%s\\n' \"$(basename $0)\" \"$@\" >> called\ncat kpi-diff.md >> called\n";
        for program in ["gh", "curl"] {
            project.write(&format!("bin/{program}"), keeps);
            let mode = fs::Permissions::from_mode(0o755);
            fs::set_permissions(project.path(&format!("bin/{program}")), mode).expect("a program");
        }
        let begun = Begun { project };
        begun.succeeds("git init -q -b main . && git config user.name t && git config user.email t@example.org");
        begun.commit("the library");
        begun
    }

    fn commit(&self, message: &str) {
        let add = "git add .gitattributes .pre-commit-config.yaml .github .gitlab-ci.yml kpi-defs";
        self.succeeds(&format!("{add} && git commit -q -m '{message}'"));
    }

    /// Runs a step as a build server does.
    fn step(&self, script: &str, variables: &[(&str, &str)]) -> Output {
        let path = std::env::var("PATH").unwrap_or_default();
        let bin = self.project.path("bin");
        Command::new("bash")
            .args(["-e", "-c", script])
            .current_dir(self.project.folder.path())
            .env("PATH", format!("{}:{path}", bin.display()))
            .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .envs(variables.iter().copied())
            .output()
            .expect("bash runs")
    }

    #[track_caller]
    fn succeeds(&self, script: &str) -> String {
        let output = self.step(script, &[]);
        assert!(output.status.success(), "{script}: {output:?}");
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    /// A change of meaning in a branch.
    fn branch(&self) {
        self.succeeds("git checkout -q -b work");
        let target = "  target below 60 days for severity = high\n";
        let more = format!("{target}  target below 31 days for severity = info\n");
        self.project
            .replace("kpi-defs/kpis/mttr.kpi", target, &more);
        self.commit("mttr: a target for info");
    }

    fn demo(&self) {
        let from = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples/demo");
        fs::create_dir(self.project.path("exports")).expect("a folder");
        super::copy(&from, &self.project.path("exports"));
    }
}

/// The commands of a file that stand behind a key, or in the lines below it: `run: …`, `- …` below `script:`.
fn commands(text: &str, key: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let Some(rest) = line.trim_start().trim_start_matches("- ").strip_prefix(key) else {
            continue;
        };
        match rest.trim() {
            "|" => {
                let mut block = String::new();
                while let Some(inner) = lines.next_if(|next| indent(next) > indent(line)) {
                    block += &format!("{}\n", inner.trim_start());
                }
                found.push(block);
            }
            "" => {
                while let Some(item) = lines.next_if(|next| indent(next) > indent(line)) {
                    found.push(item.trim_start().trim_start_matches("- ").to_string());
                }
            }
            command => found.push(command.to_string()),
        }
    }
    found
}

#[test]
fn the_pipeline_of_github_checks_comments_and_judges() {
    let begun = Begun::new();
    begun.branch();
    let text = begun.project.read(".github/workflows/kpis.yml");
    let steps = commands(&text, "run:");
    assert_eq!(steps.len(), 5);
    let variables = [("BASE", "main"), ("NUMBER", "7"), ("KPI_DATA", "exports")];
    for step in &steps {
        // Nothing of an expression stands where a shell would read it.
        assert!(!step.contains("${{"), "{step}");
        let output = begun.step(step, &variables);
        assert!(output.status.success(), "{step}: {output:?}");
    }
    let called = begun.project.read("called");
    assert!(
        called.starts_with("gh\npr\ncomment\n7\n--body-file\nkpi-diff.md\n"),
        "{called}"
    );
    assert!(
        called.contains("mttr") && called.contains("31 days"),
        "{called}"
    );
    // With data, targets are judged: the demo misses some.
    begun.demo();
    let judged = begun.step(&steps[4], &variables);
    assert_eq!(judged.status.code(), Some(1), "{judged:?}");
}

#[test]
fn the_pipeline_of_github_stops_at_mistakes() {
    let begun = Begun::new();
    let text = begun.project.read(".github/workflows/kpis.yml");
    let steps = commands(&text, "run:");
    let run = |step: &str| begun.step(step, &[("BASE", "main"), ("NUMBER", "7")]);
    begun.project.replace(
        "kpi-defs/kpis/mttr.kpi",
        "from found to verified",
        "from found  to verified",
    );
    assert_eq!(run(&steps[1]).status.code(), Some(1));
    begun.project.replace(
        "kpi-defs/kpis/mttr.kpi",
        "from found  to verified",
        "from found to closed",
    );
    assert_eq!(run(&steps[2]).status.code(), Some(1));
    begun.project.replace(
        "kpi-defs/kpis/mttr.kpi",
        "from found to closed",
        "from fuond to closed",
    );
    assert_eq!(run(&steps[0]).status.code(), Some(2));
    // What cannot be compared is no comment.
    begun.succeeds("git checkout -q -b work");
    begun.commit("a mistake");
    assert_eq!(run(&steps[3]).status.code(), Some(1));
    assert!(!begun.project.path("called").exists());
}

#[test]
fn the_pipeline_of_gitlab_checks_comments_and_judges() {
    let begun = Begun::new();
    begun.branch();
    let text = begun.project.read(".gitlab-ci.yml");
    let steps = commands(&text, "script:");
    assert_eq!(steps.len(), 6);
    let base = begun.succeeds("git rev-parse main");
    let variables = [
        ("KPI_DATA", "exports"),
        ("KPI_COMMENT_TOKEN", "secret"),
        ("CI_MERGE_REQUEST_DIFF_BASE_SHA", base.trim()),
        ("CI_API_V4_URL", "http://127.0.0.1:9"),
        ("CI_PROJECT_ID", "3"),
        ("CI_MERGE_REQUEST_IID", "5"),
    ];
    for step in &steps {
        let output = begun.step(step, &variables);
        assert!(output.status.success(), "{step}: {output:?}");
    }
    let called = begun.project.read("called");
    let place = "http://127.0.0.1:9/projects/3/merge_requests/5/notes\n";
    assert!(
        called.starts_with("curl\n--fail\n") && called.contains(place),
        "{called}"
    );
    assert!(called.contains("31 days"), "{called}");
    assert!(begun.project.read("kpi-tests.xml").contains("<testsuite"));
}

#[test]
fn hooks_before_commits_pass_and_stop() {
    let begun = Begun::new();
    let text = begun.project.read(".pre-commit-config.yaml");
    let hooks = commands(&text, "entry:");
    assert_eq!(hooks, ["riskql fmt --check", "riskql check", "riskql test"]);
    for hook in &hooks {
        assert!(begun.step(hook, &[]).status.success(), "{hook}");
    }
    begun.project.replace(
        "kpi-defs/kpis/mttr.kpi",
        "from found to verified",
        "from found to closed",
    );
    assert_eq!(begun.step(&hooks[2], &[]).status.code(), Some(1));
}

#[test]
fn hunks_of_diffs_name_the_definition() {
    let begun = Begun::new();
    begun
        .project
        .replace("kpi-defs/kpis/mttr.kpi", "below 60 days", "below 61 days");
    let diff = begun.succeeds("git diff");
    assert!(
        diff.contains("@@ kpi mttr \"Mean time to remediate\"\n"),
        "{diff}"
    );
}

#[test]
fn files_that_are_there_stay() {
    let project = Project::empty();
    project.write(".gitattributes", "mine\n");
    project.run(&["init"]).shows(&[
        "beside them .pre-commit-config.yaml, .github/workflows/kpis.yml, .gitlab-ci.yml\n",
        "left as they were: .gitattributes\n",
    ]);
    assert_eq!(project.read(".gitattributes"), "mine\n");
}

/// What the database of another program cannot answer is left out, and what is left has no mistake and passes its tests.
#[test]
fn for_the_database_of_another_program() {
    for (program, left_out) in [("defectdojo", "kev_overdue"), ("dependency_track", "mttr")] {
        let project = Project::empty();
        project.write("connections.toml", "# mine\n");
        project.run(&["init", "--from", program]).shows(&[
            &format!("{program}/findings.sql"),
            "left as they were: connections.toml",
            &format!("without {left_out}"),
            &format!("export {}_DATABASE=", program.to_uppercase()),
            &format!("riskql run --on {program}"),
        ]);
        assert_eq!(project.read("connections.toml"), "# mine\n");
        for table in ["assets", "detections", "findings", "scans"] {
            assert!(project.path(&format!("{program}/{table}.sql")).exists());
        }
        let kpi = format!("kpi-defs/kpis/{left_out}.kpi");
        assert!(!project.path(&kpi).exists());
        project.run(&["check"]).shows(&["no errors, 0 warnings"]);
        project.run(&["test"]).shows(&[" 0 failed"]);
    }
    let project = Project::empty();
    project
        .run(&["init", "--from", "jira"])
        .refused(2, &["defectdojo"]);
    project
        .run(&["init", "--from", "defectdojo"])
        .shows(&["connections.toml"]);
    let connections = project.read("connections.toml");
    assert!(
        connections.contains("${DEFECTDOJO_DATABASE}"),
        "{connections}"
    );
}
