//! The list of sources.

use serde_json::json;

use crate::model::{Definitions, ReportSource, Shape};
use crate::render::{Look, aligned};

/// Terminals narrower than this get two lines a source.
const NARROW: usize = 72;

/// One line a source: name, kind, shapes, title.
pub fn text(definitions: &Definitions, look: Look) -> String {
    let is_narrow = look.width.is_some_and(|width| width < NARROW);
    let rows = definitions.reports.iter().flat_map(|source| {
        let (name, kind) = (source.name.clone(), source.kind.word().to_string());
        match is_narrow {
            true => vec![vec![name], vec![format!("  {kind}: {}", title(source))]],
            false => vec![vec![name, kind, shapes(source), title(source).to_string()]],
        }
    });
    let lines = aligned(rows.collect(), look);
    let count = definitions.reports.len();
    let formats = if count == 1 { "format" } else { "formats" };
    format!("{lines}\n{count} report {formats}\nwhat a report yields: riskql sources test FILE\n")
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
    let text = serde_json::to_string_pretty(&sources).expect("JSON can be written");
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
    use crate::project::{self, Origin};
    use crate::source::Sources;

    #[test]
    fn a_narrow_terminal_cuts_no_name() {
        let mut sources = Sources::default();
        let (definitions, _) = project::definitions(&mut sources, &Origin::Library);
        let definitions = definitions.expect("the library has no mistakes");
        let look = Look {
            width: Some(40),
            ..Look::PIPE
        };
        let text = text(&definitions, look);
        for source in &definitions.reports {
            assert!(
                text.lines().any(|line| line == source.name),
                "{}",
                source.name
            );
        }
        let sources = text.lines().take(2 * definitions.reports.len());
        for line in sources {
            assert!(line.chars().count() <= 40, "{line}");
        }
    }
}
