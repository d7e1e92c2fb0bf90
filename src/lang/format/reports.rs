//! Source → lines. Its programs stay as they were written.

use super::lines::{FormattedLines, padded, upto, widest};
use super::words::{name, names, quoted};
use crate::base::source::{Span, Spanned};
use crate::lang::syntax::ast::{ReportSource, SourceClause, SourceWords, Text, WordRule};

pub(super) fn source(span: Span, tree: &ReportSource) -> FormattedLines {
    let mut lines = FormattedLines::titled(span, "source", &tree.name, &tree.title);
    for item in &tree.clauses {
        match &item.node {
            SourceClause::Words { of, rules } => word_lines(&mut lines, item.span, *of, rules),
            SourceClause::Tool(tool) => lines.clause(item.span, clause("tool", quoted(&tool.node))),
            SourceClause::Kind(kind) => lines.clause(item.span, clause("kind", name(&kind.node))),
            SourceClause::Reads(shapes) => {
                lines.clause(item.span, clause("reads", names(shapes, ", ")));
            }
            SourceClause::KnownBy(text) => lines.clause(item.span, program("known by", text)),
            SourceClause::Scan(text) => lines.clause(item.span, program("scan", text)),
            SourceClause::Rows(text) => lines.clause(item.span, program("rows", text)),
            SourceClause::Dates(formats) => lines.clause(item.span, texts("dates", formats)),
            SourceClause::Parts(paths) => lines.clause(item.span, texts("parts", paths)),
            SourceClause::Counted(paths) => lines.clause(item.span, texts("counted", paths)),
            SourceClause::Precedes(sources) => {
                lines.clause(item.span, clause("precedes", names(sources, ", ")));
            }
            SourceClause::Repeated(columns) => lines.clause(item.span, texts("repeated", columns)),
            SourceClause::Fills(table) => {
                lines.clause(item.span, clause("fills", name(&table.node)));
            }
            SourceClause::Identity {
                fields,
                is_numbered,
            } => {
                let end = if *is_numbered { " numbered" } else { "" };
                let fields = names(fields, ", ");
                lines.clause(item.span, clause("identity", format!("{fields}{end}")));
            }
        }
    }
    lines
}

/// Keywords of a source have up to eight letters.
fn clause(keyword: &str, rest: impl AsRef<str>) -> String {
    format!("{keyword:<8} {}", rest.as_ref())
}

fn texts(keyword: &str, texts: &[Text]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| quoted(&text.node)).collect();
    clause(keyword, texts.join(", "))
}

fn program(keyword: &str, text: &Text) -> String {
    format!("{keyword} \"\"\"{}\"\"\"", text.node)
}

fn word_lines(
    lines: &mut FormattedLines,
    span: Span,
    of: SourceWords,
    rules: &[Spanned<WordRule>],
) {
    let keyword = match of {
        SourceWords::Severity => "severity",
        SourceWords::Status => "status",
        SourceWords::Evidence => "evidence",
    };
    let end = rules.first().map_or(span.end, |rule| rule.span.start);
    let first = Span {
        end: span.end.min(span.start + keyword.len() as u32).min(end),
        ..span
    };
    lines.clause(upto(span, first), keyword.to_string());
    let written = |rule: &WordRule| match &rule.word {
        Some(word) => quoted(&word.node),
        None => "otherwise".to_string(),
    };
    let texts: Vec<String> = rules.iter().map(|rule| written(&rule.node)).collect();
    let columns = widest(texts.iter().map(String::as_str));
    for (rule, text) in rules.iter().zip(&texts) {
        let to = name(&rule.node.to.node);
        lines.under_clause(rule.span, format!("{} to {to}", padded(text, columns)));
    }
}
