//! The promises over random files with random comments, blank lines and indents.

use proptest::collection::vec;
use proptest::prelude::*;
use riskql::base::source::Sources;
use riskql::lang::format;
use riskql::lang::syntax::ast;

use super::definition_trees::file;
use super::meaning::comparable;
use super::{keeps_its_promises, read};

/// What is done to one line of a file.
#[derive(Clone, Debug)]
enum Disturbance {
    None,
    TrailingComment(usize),
    /// A comment this deep, above the line.
    CommentAbove(usize),
    BlankAbove,
    Indent(usize),
}

fn disturbance() -> impl Strategy<Value = Disturbance> {
    prop_oneof![
        3 => Just(Disturbance::None),
        2 => (0..9_usize).prop_map(Disturbance::TrailingComment),
        2 => (0..7_usize).prop_map(Disturbance::CommentAbove),
        1 => Just(Disturbance::BlankAbove),
        1 => (1..7_usize).prop_map(Disturbance::Indent),
    ]
}

fn disturbed(line: &str, number: usize, disturbances: &[Disturbance]) -> String {
    let mut text = line.to_string();
    for disturbance in disturbances {
        let spaces = |count: &usize| " ".repeat(*count);
        text = match disturbance {
            Disturbance::None => text,
            Disturbance::TrailingComment(gap) => format!("{text}{}# end {number}", spaces(gap)),
            Disturbance::CommentAbove(indent) => {
                format!("{}# above {number}\n{text}", spaces(indent))
            }
            Disturbance::BlankAbove => format!("\n{text}"),
            Disturbance::Indent(more) if line.starts_with(' ') => format!("{}{text}", spaces(more)),
            Disturbance::Indent(_) => text,
        };
    }
    text + "\n"
}

/// A tree that failures show as text.
struct Written(ast::File);

impl std::fmt::Debug for Written {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "\n{}", written(&self.0))
    }
}

fn written(file: &ast::File) -> String {
    let mut sources = Sources::default();
    sources.add("nowhere.kpi", "");
    format::file(&sources, file)
}

proptest! {
    #[test]
    fn definitions_read_back_as_they_were(file in file().prop_map(Written)) {
        let text = written(&file.0);
        let (_, back) = read(&text);
        prop_assert_eq!(comparable(back.definitions), comparable(file.0.definitions), "{}", text);
    }

    #[test]
    fn nothing_is_lost_in_a_disturbed_file(
        file in file().prop_map(Written),
        disturbances in vec(vec(disturbance(), 0..3), 40),
    ) {
        let text: String = written(&file.0)
            .lines()
            .enumerate()
            .map(|(number, line)| disturbed(line, number, &disturbances[number % 40]))
            .collect();
        keeps_its_promises(&text);
    }
}
