//! The list of sources.

use serde_json::json;

use crate::lang::model::{Definitions, ReportSource, Shape};
use crate::render::{self, RenderOptions, Sheet, sentence};

/// One line a source, and two where the terminal is narrow.
pub fn text(definitions: &Definitions, look: RenderOptions) -> String {
    let lines = sheet(definitions, look).render(look);
    let count = definitions.reports.len();
    let formats = if count == 1 { "format" } else { "formats" };
    let command = sentence("what a report yields: riskql sources test FILE", look);
    format!("{lines}\n{count} report {formats}\n{command}")
}

fn sheet(definitions: &Definitions, look: RenderOptions) -> Sheet {
    let names = || Sheet::new().words("source");
    let mut wide = names().words("kind").words("reads").texts("title");
    let mut narrow = names().words("kind").texts("title");
    let mut narrowest = names();
    for source in &definitions.reports {
        let name = || source.name.clone();
        let kind = || source.kind.word().to_string();
        let title = || title(source).to_string();
        wide.row([name(), kind(), shapes(source), title()]);
        narrow.row([name(), kind(), title()]);
        narrowest.row([name()]);
        narrowest.details([format!("{}: {}", kind(), title())]);
    }
    Sheet::widest([wide, narrow, narrowest], look)
}

/// The same as an array of objects.
pub fn json(definitions: &Definitions) -> String {
    let sources: Vec<_> = definitions
        .reports
        .iter()
        .map(|source| {
            json!({
                "name": source.name,
                "title": source.title,
                "tool": source.tool,
                "kind": source.kind.word(),
                "reads": source.reads.iter().map(|shape| shape.word()).collect::<Vec<_>>(),
                "fills": source.fills.word(),
                "identity": source.identity.iter().map(|field| field.word()).collect::<Vec<_>>(),
            })
        })
        .collect();
    let text = render::pretty_json(&sources);
    format!("{text}\n")
}

fn title(source: &ReportSource) -> &str {
    source.title.as_deref().unwrap_or(&source.tool)
}

fn shapes(source: &ReportSource) -> String {
    let words: Vec<&str> = source
        .reads
        .iter()
        .map(|shape: &Shape| shape.word())
        .collect();
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::source::Sources;
    use crate::lang::project::{self, ProjectOrigin};

    #[test]
    fn a_narrow_terminal_cuts_no_name() {
        let mut sources = Sources::default();
        let (definitions, _) = project::definitions(&mut sources, &ProjectOrigin::Library);
        let definitions = definitions.expect("the library has no mistakes");
        let look = RenderOptions {
            width: Some(40),
            ..RenderOptions::PIPE
        };
        let text = text(&definitions, look);
        for source in &definitions.reports {
            assert!(
                text.lines().any(|line| line == source.name),
                "{}",
                source.name
            );
        }
        for line in text.lines().take_while(|line| !line.is_empty()) {
            assert!(line.chars().count() <= 40, "{line}");
        }
    }
}
