//! `\chart` in a session; where points and bars stand is tested with the charts themselves.

use super::talk::{refused, session, shown, told};

#[test]
fn the_shape_of_an_answer_says_which_chart_it_gets() {
    let mut session = session();
    refused(&mut session, "\\chart", "K950");
    shown(&mut session, "backlog by severity");
    assert!(shown(&mut session, "\\chart").contains('█'));
    shown(&mut session, "over month");
    let lines = shown(&mut session, "\\chart");
    assert!(lines.contains("a info") && lines.contains('└'), "{lines}");
    shown(&mut session, "without by");
    assert!(shown(&mut session, "\\chart").contains('└'));
    assert!(shown(&mut session, "\\chart bar").contains("2026-09"));
    assert!(shown(&mut session, "\\chart spark").contains("2026-09"));
}

#[test]
fn a_chart_may_ask_or_refine_first() {
    let mut session = session();
    assert!(shown(&mut session, "\\chart bar backlog by team").contains("logistics"));
    let refined = told(&mut session, "\\chart by severity");
    assert!(refined.starts_with("backlog by severity"), "{refined}");
    assert!(shown(&mut session, "_").contains("critical"));
}

#[test]
fn what_cannot_be_drawn_is_refused_with_words() {
    let mut session = session();
    shown(&mut session, "list findings open limit 2");
    refused(&mut session, "\\chart", "K980");
    shown(&mut session, "backlog by severity");
    refused(&mut session, "\\chart line", "over month");
    shown(&mut session, "backlog, mttr over month");
    refused(&mut session, "\\chart line", "different units");
}

/// The file of `\output` holds answers; a chart would spoil it.
#[test]
fn a_chart_is_shown_on_the_screen_wherever_answers_go() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("answer.csv");
    let mut session = session();
    session.answer(&format!("\\output {}", file.display()));
    session.answer("backlog by severity");
    let before = std::fs::read_to_string(&file).expect("written");
    assert!(shown(&mut session, "\\chart").contains('█'));
    assert_eq!(std::fs::read_to_string(&file).expect("still there"), before);
}
