//! What somebody meets who has never used the session: misspelt values, files of other names, help.

use std::fs;

use riskql::app::repl::{COMMANDS, Options, Session};
use riskql::exec::data::ProofCache;
use riskql::lang::project::ProjectOrigin;
use riskql::render::{OutputFormat, RenderOptions};

use super::talk::{folder, session, session_with, shown, told};

#[test]
fn a_text_that_no_row_has_is_told_with_the_nearest() {
    let mut session = session();
    let line = "no row has team = logistic; did you mean `logistics`?\n";
    assert_eq!(told(&mut session, "mttr where team = logistic"), line);
    assert_eq!(
        told(&mut session, "list findings open where team = logistic"),
        line
    );
    assert_eq!(
        told(&mut session, "backlog, mttr where team = logistic"),
        line
    );
    let none_near = told(&mut session, "backlog where not (team = zzz)");
    assert_eq!(
        none_near,
        "no row has team = zzz; those there are: \\values team\n"
    );
    let both = told(
        &mut session,
        "backlog where team in (logistics, stefront, identiy)",
    );
    assert!(
        both.contains("`identity`") && both.contains("`storefront`"),
        "{both}"
    );
    assert!(!both.contains("= logistics"), "{both}");
    assert_eq!(told(&mut session, "backlog where team = logistics"), "");
    // What definitions ask for is not the user's mistake.
    assert_eq!(told(&mut session, "scan_coverage_api"), "");
}

#[test]
fn a_saved_definition_is_shown_as_it_is_written() {
    let folder = folder();
    let mut session = session_with(
        ProjectOrigin::Folder(folder.path().to_path_buf()),
        RenderOptions::PIPE,
    );
    shown(&mut session, "backlog by team where severity >= high");
    let told = told(&mut session, "\\save urgent \"Urgent\"");
    let written = fs::read_to_string(folder.path().join("kpis/urgent.kpi")).expect("written");
    assert!(told.starts_with(&written), "{told}");
}

fn over(folder: &std::path::Path, tables: Vec<(String, std::path::PathBuf)>) -> Options {
    Options {
        origin: ProjectOrigin::Library,
        data: Some(folder.to_path_buf()),
        tables,
        connection: None,
        as_of: None,
        known_on: None,
        format: OutputFormat::Table,
        look: RenderOptions::PIPE,
        proofs: ProofCache::default(),
    }
}

#[test]
fn a_folder_of_files_with_other_names_says_how_to_use_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("tickets.csv");
    fs::write(&file, "number,raised_on\n1,2026-03-01\n2,2026-03-02\n").expect("written");
    let Err(refused) = Session::open(over(folder.path(), Vec::new())) else {
        panic!("no table of the library is there");
    };
    let problems = refused.problems.sorted();
    let advice = format!("assets={}", file.display());
    let is_named = |help: &String| help.contains(&advice);
    assert!(problems[0].help.iter().any(is_named), "{problems:?}");
}

#[test]
fn a_table_that_is_typed_finds_its_file() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(
        folder.path().join("tickets.csv"),
        "number,raised_on\n1,2026-03-01\n2,2026-03-02\n",
    )
    .expect("written");
    fs::write(folder.path().join("assets.csv"), "asset_id\nA1\n").expect("written");
    let Ok((mut session, _)) = Session::open(over(folder.path(), Vec::new())) else {
        panic!("assets are there");
    };
    told(
        &mut session,
        "table tickets\n  key number\n  event raised at raised_on\n",
    );
    shown(&mut session, "\\format csv");
    let counted = shown(&mut session, "count of tickets raised in 2026-03");
    assert!(
        counted
            .lines()
            .nth(1)
            .is_some_and(|row| row.starts_with('2')),
        "{counted}"
    );
}

#[test]
fn help_has_a_line_for_each_command_on_a_terminal_of_80_columns() {
    let look = RenderOptions {
        width: Some(80),
        ..RenderOptions::PIPE
    };
    let mut session = session_with(ProjectOrigin::Library, look);
    let help = shown(&mut session, "\\help");
    for command in COMMANDS {
        let name = format!("  \\{} ", command.name);
        let lines = help.lines().filter(|line| line.starts_with(&name));
        assert_eq!(lines.count(), 1, "{name}\n{help}");
    }
    let rows = shown(&mut session, "\\help rows");
    assert!(!rows.contains("[N|FIELD=VALUE  "), "{rows}");
}

#[test]
fn the_pager_gets_what_the_screen_hid() {
    let look = RenderOptions {
        width: Some(80),
        rows: Some(10),
        ..RenderOptions::PIPE
    };
    let mut session = session_with(ProjectOrigin::Library, look);
    let short = shown(&mut session, "list findings open show finding_id, app");
    assert!(short.contains("hidden"), "{short}");
    let Some(riskql::app::repl::Effect::Page(whole)) = session.answer("\\page").effect else {
        panic!("a text for the pager");
    };
    let whole = String::from_utf8(whole).expect("text");
    assert!(!whole.contains("hidden"), "{whole}");
    assert_eq!(whole.matches("\nF0").count(), 34, "{whole}");
}
