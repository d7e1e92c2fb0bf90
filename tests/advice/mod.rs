//! What messages tell to type is accepted: every change is made and read again, for all mistakes of the
//! tests, and every example they show is a sentence of the language.

mod cascades;
mod sentences;

use riskql::base::diagnostic::{Diagnostic, Edit, Severity};
use riskql::base::source::{Sources, Span};
use riskql::lang::syntax::{CODES, Example, keywords, parse_file, parse_query};

use super::check::language::language;
use super::check::mistakes::{MISTAKES, Mistake, problems_of};
use super::syntax::mistakes;

/// Texts with mistakes in them: a file beside the definitions of the tests, a file alone, a query.
fn corpus() -> Vec<(Mistake, Checked)> {
    let mut all: Vec<(Mistake, Checked)> = MISTAKES
        .iter()
        .map(|(_, mistake)| (*mistake, Checked::Meaning))
        .collect();
    let examples = CODES.iter().map(|code| match code.example {
        Example::Query(text) => Mistake::Query(text),
        Example::File(text) => Mistake::Alone(text),
    });
    let queries = mistakes::QUERIES.iter().map(|text| Mistake::Query(text));
    let files = mistakes::FILES.iter().map(|text| Mistake::Alone(text));
    let written = examples.chain(queries).chain(files);
    all.extend(written.map(|mistake| (mistake, Checked::Form)));
    all
}

/// How far a text is read: its names may be invented where its form alone is at fault.
#[derive(Clone, Copy, PartialEq)]
enum Checked {
    Form,
    Meaning,
}

fn text_of(mistake: &Mistake) -> &'static str {
    match mistake {
        Mistake::Beside(text) | Mistake::Alone(text) | Mistake::Query(text) => text,
    }
}

fn problems(mistake: &Mistake, checked: Checked) -> (Sources, Vec<Diagnostic>) {
    if checked == Checked::Meaning {
        return problems_of(mistake);
    }
    form(matches!(mistake, Mistake::Query(_)), text_of(mistake))
}

/// What is wrong with the form of a text.
fn form(is_query: bool, text: &str) -> (Sources, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    let id = sources.add("text", text);
    let problems = match is_query {
        true => parse_query(&sources, id).err().unwrap_or_default(),
        false => parse_file(&sources, id).1,
    };
    (sources, problems.sorted())
}

/// What is wrong with a changed text, its form first.
fn left(mistake: &Mistake, checked: Checked, text: &str) -> Vec<Diagnostic> {
    let is_query = matches!(mistake, Mistake::Query(_));
    let (_, of_form) = form(is_query, text);
    if !of_form.is_empty() || checked == Checked::Form {
        return of_form;
    }
    // Leaked, for the texts of mistakes are constants.
    let text: &'static str = Box::leak(text.to_owned().into_boxed_str());
    problems_of(&match mistake {
        Mistake::Beside(_) => Mistake::Beside(text),
        Mistake::Alone(_) => Mistake::Alone(text),
        Mistake::Query(_) => Mistake::Query(text),
    })
    .1
}

fn changed(text: &str, edit: &Edit) -> String {
    let (start, end) = (edit.span.start as usize, edit.span.end as usize);
    format!("{}{}{}", &text[..start], edit.text, &text[end..])
}

/// Whether a problem is about what a change put in.
fn touches(edit: &Edit, span: Option<Span>) -> bool {
    let start = edit.span.start;
    let end = start + edit.text.len() as u32;
    span.is_some_and(|span| span.start < end && span.end > start)
}

/// Whether a problem is left as it was.
fn is_same(left: &Diagnostic, problem: &Diagnostic) -> bool {
    let start = |diagnostic: &Diagnostic| diagnostic.span.map(|span| span.start);
    left.message == problem.message && start(left) == start(problem)
}

/// No sentence, whatever its parts are.
const NO_SENTENCE: &str = "12months";

#[test]
fn every_change_that_is_told_is_accepted() {
    let (mut tried, mut wrong) = (0, Vec::new());
    let all = corpus().into_iter();
    for (mistake, checked) in all.filter(|(mistake, _)| text_of(mistake) != NO_SENTENCE) {
        let (_, before) = problems(&mistake, checked);
        for problem in &before {
            for edit in &problem.edits {
                tried += 1;
                let text = changed(text_of(&mistake), edit);
                let left = left(&mistake, checked, &text);
                let errors = left.iter().filter(|left| left.severity == Severity::Error);
                let refused: Vec<&str> = errors
                    .filter(|left| touches(edit, left.span) || is_same(left, problem))
                    .map(|left| left.message.as_str())
                    .collect();
                if !refused.is_empty() {
                    wrong.push(format!(
                        "{text}\n  told by {}: {}\n  refused: {refused:?}",
                        problem.code, edit.told
                    ));
                }
            }
        }
    }
    assert!(tried > 90, "{tried} changes");
    assert!(
        wrong.is_empty(),
        "{} of {tried}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// A message that says what to write has the change with it, so that the test above makes it.
#[test]
fn every_message_that_says_write_has_the_change_or_an_example() {
    let mut wrong = Vec::new();
    for (mistake, checked) in corpus() {
        for problem in problems(&mistake, checked).1 {
            let told = problem.label.iter().chain(&problem.help);
            for line in told
                .filter(|line| line.starts_with("write `") || line.starts_with("did you mean `"))
            {
                let is_change = problem.edits.iter().any(|edit| edit.told == *line);
                if !is_change && code_in(line).any(|code| !is_sentence(code)) {
                    wrong.push(format!("{} {line}", problem.code));
                }
            }
        }
    }
    wrong.dedup();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_example_in_a_message_is_a_sentence() {
    let mut wrong = Vec::new();
    for (mistake, checked) in corpus() {
        for problem in problems(&mistake, checked).1 {
            let told = problem.label.iter().chain(&problem.help);
            for line in told.filter(|line| !problem.edits.iter().any(|edit| edit.told == **line)) {
                let bad = code_in(line).filter(|code| !is_sentence(code));
                wrong.extend(bad.map(|code| format!("{} {code}   (of: {line})", problem.code)));
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What a line shows as code.
fn code_in(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

/// Whether code is taken somewhere: as a query, a clause of one, or a line of a definition. Names,
/// words, placeholders and what the shell or the session takes are not looked at.
fn is_sentence(code: &str) -> bool {
    let placeholder =
        |word: &str| word.len() > 1 && word.chars().all(|letter| letter.is_ascii_uppercase());
    let is_word = !code.contains(' ')
        || code
            .split(' ')
            .all(|word| keywords().any(|known| known == word));
    if is_word || code.contains('…') || code.split([' ', '.']).any(placeholder) {
        return true;
    }
    if code.starts_with(['\\', '|', '%']) || code.starts_with("riskql ") || code.starts_with("--") {
        return true;
    }
    let definitions = language();
    let contexts = [
        "{}",
        "backlog {}",
        "backlog where {}",
        "count of {}",
        "mean {} of findings verified",
        "backlog by team {}",
        "backlog where severity {}",
        "backlog where fixed_at {}",
        "backlog where exploitable {}",
        "backlog where team {}",
        "share of findings found with {}",
        "count of assets in_service where any scans completed within {}",
        "count of assets in_service where any scans completed {} last month",
        "count of assets in_service where {}",
        "count of assets in_service where {} last month",
        "count of assets in_service {}",
        "mttr {}",
    ];
    let is_query = contexts.iter().any(|context| {
        let mut sources = Sources::default();
        let id = sources.add("query", context.replace("{}", code));
        parse_query(&sources, id)
            .is_ok_and(|tree| riskql::lang::check::query(&definitions, &tree).is_ok())
    });
    let headers = [
        "",
        "calendar\n  ",
        "scale s is a < b\n  ",
        "table t\n  ",
        "table t\n  field x ",
        "kpi k\n  target below 3 ",
        "score s\n  base severity\n    ",
        "score s\n  ",
        "sla s\n  ",
        "kpi k\n  ",
        "dashboard d\n  ",
        "dashboard d\n  layer l\n    ",
        "source s\n  ",
        "match m\n  ",
        "test \"t\"\n  ",
    ];
    is_query
        || headers
            .iter()
            .any(|header| form(false, &format!("{header}{code}\n")).1.is_empty())
}
