//! Definitions that change while a session goes on.

use super::pty::Terminal;
use super::scene::Scene;

const KPI: &str = "kpi extra \"Extra\"\n  is count of findings found\n";

#[test]
fn reload_says_what_changed() {
    let scene = Scene::new();
    let outcome = scene.script(&[], "\\reload\nbacklog\n\\reload\n");
    outcome.told(0, &["nothing has changed", "tables are read again"]);
}

#[test]
fn a_changed_file_is_seen_while_waiting_at_the_prompt() {
    let scene = Scene::new();
    let mut terminal = Terminal::open(&scene, &[]);
    terminal.enter("\\watch on");
    terminal.await_words("are watched");
    terminal.press("extra");
    scene.write("defs/extra.kpi", KPI);
    terminal.await_words("definitions have changed");
    terminal.press("\r");
    terminal.await_words("definitions read again: 1 added");
    terminal.await_prompt();
    assert!(
        !terminal.contents().contains("K3"),
        "{}",
        terminal.contents()
    );
}

#[test]
fn a_broken_edit_keeps_the_definitions_and_shows_its_mistakes() {
    let scene = Scene::new();
    scene.write("defs/extra.kpi", KPI);
    let mut terminal = Terminal::open(&scene, &[]);
    terminal.enter("\\watch on");
    scene.write("defs/extra.kpi", KPI.replace("findings", "findngs"));
    terminal.await_words("extra.kpi:2");
    terminal.enter("extra");
    terminal.await_words("the definitions stay as they were before");
    terminal.await_words("5 rows used");
    scene.write("defs/extra.kpi", KPI.replace("\"Extra\"", "\"Other\""));
    terminal.await_words("definitions have changed");
    terminal.enter("extra");
    terminal.await_words("1 changed");
}

#[test]
fn the_library_has_no_files_to_watch() {
    let scene = Scene::new();
    scene
        .run(&[], "\\watch\n")
        .told(2, &["K959", "riskql init"]);
}
