//! Problems for build servers and code hosts.

use super::args::CheckFormat;
use super::console::{Console, write_stdout};
use super::failure::Failure;
use crate::base::diagnostic::Diagnostic;
use crate::render::{self, CheckedItem};

/// Writes items in a format that is neither text nor JSON; nothing in those two, which commands write themselves.
pub fn write(
    console: &Console,
    suite: &str,
    items: &[CheckedItem],
    format: CheckFormat,
) -> Result<(), Failure> {
    let text = match format {
        CheckFormat::Text | CheckFormat::Json => return Ok(()),
        CheckFormat::Junit => render::junit(&console.sources, suite, items),
        CheckFormat::Github => render::github(&console.sources, items),
        CheckFormat::Sarif => render::sarif(&console.sources, items),
    };
    write_stdout(text.as_bytes())
}

/// Problems by the definition file they are in, a file without one among them; those without a place last, under `data`.
pub fn by_file(console: &Console, problems: Vec<Diagnostic>) -> Vec<CheckedItem> {
    let item = |name: &str| CheckedItem {
        name: name.to_owned(),
        file: name.to_owned(),
        problems: Vec::new(),
    };
    let files = console.sources.iter();
    let mut items: Vec<CheckedItem> = files.map(|(_, source)| item(&source.name)).collect();
    let mut elsewhere = item("data");
    for problem in problems {
        match problem.span {
            Some(span) => items[span.source.0 as usize].problems.push(problem),
            None => elsewhere.problems.push(problem),
        }
    }
    if !elsewhere.problems.is_empty() {
        items.push(elsewhere);
    }
    items
}
