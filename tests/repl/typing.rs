//! What helps while typing, seen on the screen: colours, the line below, the menu.

use vt100::Color;

use super::pty::Terminal;
use super::scene::Scene;

const CYAN: Color = Color::Idx(6);
const RED: Color = Color::Idx(1);

#[test]
fn keywords_have_a_colour_while_typing() {
    let scene = Scene::new();
    let mut terminal = Terminal::open(&scene, &[]);
    terminal.press("backlog by severity where team = core");
    terminal.await_words("team = core");
    assert_eq!(
        terminal.color_of("where"),
        Some((CYAN, false)),
        "{}",
        terminal.contents()
    );
    assert_ne!(
        terminal.color_of("backlog"),
        Some((CYAN, false)),
        "a name is no keyword"
    );
}

#[test]
fn what_is_left_open_is_red_until_it_is_closed() {
    let scene = Scene::new();
    let mut terminal = Terminal::open(&scene, &[]);
    terminal.press("backlog where (team = core");
    terminal.await_words("(team = core");
    assert_eq!(terminal.color_of("(team"), Some((RED, true)));
    terminal.press(")");
    terminal.await_words("(team = core)");
    assert_ne!(
        terminal.color_of("(team").map(|(color, _)| color),
        Some(RED)
    );
    terminal.press(" and app = \"sh");
    terminal.await_words("\"sh");
    assert_eq!(terminal.color_of("\"sh"), Some((RED, true)));
}

#[test]
fn a_hint_stands_below_the_line_and_goes_with_it() {
    let scene = Scene::new();
    let mut terminal = Terminal::open(&scene, &[]);
    terminal.press("mttr");
    terminal.wait("a hint below the line", |screen| {
        let (row, column) = screen.cursor_position();
        let below = screen.rows(0, 80).nth(row as usize + 1).unwrap_or_default();
        column == 12 && below.contains("Mean time to remediate")
    });
    terminal.press(" in 2026-03\r");
    terminal.await_prompt();
    assert!(
        !terminal.contents().contains("Mean time to remediate"),
        "{}",
        terminal.contents()
    );
}

#[test]
fn tab_opens_a_menu_and_completes_what_is_sure() {
    let scene = Scene::new();
    let mut terminal = Terminal::open(&scene, &[]);
    terminal.press("backlog by sev\t");
    terminal.await_words("backlog by severity");
    terminal.press("\x15backlog by \t");
    terminal.wait("a menu of fields", |screen| {
        let contents = screen.contents();
        ["environment", "severity", "team"].iter().all(|field| {
            let in_column = |line: &str| line.split_whitespace().any(|word| word == *field);
            contents.lines().any(in_column)
        })
    });
    terminal.wait("the line again", |screen| {
        let (row, column) = screen.cursor_position();
        screen
            .rows(0, 80)
            .nth(row as usize)
            .is_some_and(|line| line.starts_with("riskql> backlog by"))
            && column == 19
    });
}

#[test]
fn files_are_completed_where_a_command_takes_one() {
    let scene = Scene::new();
    scene.write("monday.riskql", "backlog\n");
    let mut terminal = Terminal::open(&scene, &[]);
    terminal.press("\\read mon\t");
    terminal.await_words("\\read monday.riskql");
    terminal.press("\x15\\read da\t");
    terminal.await_words("\\read data/");
}
