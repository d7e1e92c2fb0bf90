//! Sources: how reports are read. Programs are only carried along; they are compiled where they run.

use chrono::format::{Item, StrftimeItems};

use super::index::IndexEntry;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::{Span, Spanned};
use crate::base::types::Scale;
use crate::lang::model::{
    ArrayPath, Evidence, Fills, ReportSource, RowField, RowPath, Shape, Status, ToolKind, WordMap,
};
use crate::lang::syntax::ast;

/// The scale on which severities of reports lie.
#[derive(Clone, Copy)]
pub(super) enum ReportSeverity<'a> {
    Scale(&'a Scale),
    /// Its definition has an error of its own.
    Broken,
    Absent,
}

/// Checks all sources. Severities lie on the scale `severity`, if there is one.
pub(super) fn sources(
    entries: &[IndexEntry<ast::ReportSource>],
    mut severity: ReportSeverity,
    problems: &mut Problems,
) -> Vec<ReportSource> {
    let check = |entry: &IndexEntry<ast::ReportSource>| {
        let mut reading = SourceChecker {
            entries,
            severity: &mut severity,
            seen: Vec::new(),
            problems,
        };
        reading.source(entry)
    };
    entries.iter().filter_map(check).collect()
}

struct SourceChecker<'a, 's> {
    entries: &'a [IndexEntry<'a, ast::ReportSource>],
    /// Becomes broken when its absence has been told: once is enough for all sources.
    severity: &'a mut ReportSeverity<'s>,
    /// The clauses read so far.
    seen: Vec<&'static str>,
    problems: &'a mut Problems,
}

/// The clauses found; those that must be there are still in question.
#[derive(Default)]
struct SourceClauses {
    tool: Option<String>,
    kind: Option<ToolKind>,
    reads: Vec<Shape>,
    known_by: Option<Spanned<String>>,
    scan: Option<Spanned<String>>,
    rows: Option<Spanned<String>>,
    severity: WordMap<u8>,
    status: WordMap<Status>,
    evidence: WordMap<Evidence>,
    dates: Vec<String>,
    fills: Option<Fills>,
    identity: Vec<RowField>,
    is_numbered: bool,
    parts: Vec<ArrayPath>,
    counted: Vec<RowPath>,
    precedes: Vec<String>,
    repeated: Vec<String>,
}

impl SourceChecker<'_, '_> {
    fn source(&mut self, entry: &IndexEntry<ast::ReportSource>) -> Option<ReportSource> {
        let tree = entry.tree;
        let mut found = SourceClauses::default();
        for clause in &tree.clauses {
            if self.is_first(clause) {
                if let ast::SourceClause::Precedes(names) = &clause.node {
                    names.iter().for_each(|name| self.known_source(tree, name));
                }
                self.clause(clause, &mut found);
            }
        }
        self.report_missing(tree);
        Some(ReportSource {
            name: tree.name.node.clone(),
            title: tree.title.as_ref().map(|title| title.node.clone()),
            tool: found.tool?,
            kind: found.kind?,
            reads: found.reads,
            known_by: found.known_by?,
            scan: found.scan,
            rows: found.rows?,
            severity: found.severity,
            status: found.status,
            evidence: found.evidence,
            dates: found.dates,
            fills: found.fills.unwrap_or(Fills::Observations),
            identity: found.identity,
            is_numbered: found.is_numbered,
            parts: found.parts,
            counted: found.counted,
            precedes: found.precedes,
            repeated: found.repeated,
            span: entry.span,
        })
    }

    fn is_first(&mut self, clause: &Spanned<ast::SourceClause>) -> bool {
        let name = clause_name(&clause.node);
        if self.seen.contains(&name) {
            let message = format!("`{name}` stands twice in this source");
            self.problems
                .push(Diagnostic::error("K701", clause.span, message).leave_out("leave one out"));
            return false;
        }
        self.seen.push(name);
        true
    }

    fn clause(&mut self, clause: &Spanned<ast::SourceClause>, found: &mut SourceClauses) {
        match &clause.node {
            ast::SourceClause::Tool(tool) => found.tool = Some(tool.node.clone()),
            ast::SourceClause::Kind(name) => {
                found.kind = self.word("a kind of tool", name, ToolKind::ALL, ToolKind::word);
            }
            ast::SourceClause::Reads(names) => {
                for name in names {
                    let shape = self.word("a shape of reports", name, Shape::ALL, Shape::word);
                    found.reads.extend(shape);
                }
            }
            ast::SourceClause::KnownBy(text) => found.known_by = Some(text.clone()),
            ast::SourceClause::Scan(text) => found.scan = Some(text.clone()),
            ast::SourceClause::Rows(text) => found.rows = Some(text.clone()),
            ast::SourceClause::Words { of, rules } => self.words(*of, rules, clause.span, found),
            ast::SourceClause::Dates(formats) => {
                for format in formats {
                    self.date_format(format);
                    found.dates.push(format.node.clone());
                }
            }
            ast::SourceClause::Fills(name) => {
                found.fills = self.word("a table to fill", name, Fills::ALL, Fills::word);
            }
            ast::SourceClause::Parts(paths) => {
                for path in paths {
                    let place = self.array(path);
                    found.parts.extend(place);
                }
            }
            ast::SourceClause::Counted(paths) => {
                for path in paths {
                    let place = self.row_path(path);
                    found.counted.extend(place);
                }
            }
            ast::SourceClause::Precedes(names) => {
                found
                    .precedes
                    .extend(names.iter().map(|name| name.node.clone()));
            }
            ast::SourceClause::Repeated(columns) => {
                found
                    .repeated
                    .extend(columns.iter().map(|column| column.node.clone()));
            }
            ast::SourceClause::Identity {
                fields,
                is_numbered,
            } => {
                found.is_numbered = *is_numbered;
                for name in fields {
                    let field = self.word("a field of rows", name, RowField::ALL, RowField::word);
                    found.identity.extend(field);
                }
                // The number is at the end of the fingerprint.
                if *is_numbered && !found.identity.contains(&RowField::Fingerprint) {
                    found.identity.push(RowField::Fingerprint);
                }
            }
        }
    }

    /// One of the words that may stand here.
    fn word<T: Copy>(
        &mut self,
        what: &str,
        name: &ast::Identifier,
        all: &[T],
        word: fn(T) -> &'static str,
    ) -> Option<T> {
        let found = all.iter().copied().find(|known| word(*known) == name.node);
        if found.is_none() {
            let known: Vec<&str> = all.iter().map(|known| word(*known)).collect();
            let message = format!("`{}` is not {what}", name.node);
            let problem = Diagnostic::error("K702", name.span, message)
                .suggest(&name.node, known.iter().copied());
            self.problems
                .push(problem.help(format!("one of: {}", known.join(", "))));
        }
        found
    }

    fn words(
        &mut self,
        of: ast::SourceWords,
        rules: &[Spanned<ast::WordRule>],
        clause: Span,
        found: &mut SourceClauses,
    ) {
        match of {
            ast::SourceWords::Severity => {
                found.severity = self.table(rules, clause, Self::severity_word);
            }
            ast::SourceWords::Status => {
                found.status = self.table(rules, clause, |own, name| {
                    own.word("a status", name, Status::ALL, Status::word)
                });
            }
            ast::SourceWords::Evidence => {
                found.evidence = self.table(rules, clause, |own, name| {
                    own.word("a grade of evidence", name, Evidence::ALL, Evidence::word)
                });
            }
        }
    }

    fn table<T: Copy>(
        &mut self,
        rules: &[Spanned<ast::WordRule>],
        clause: Span,
        meaning: fn(&mut Self, &ast::Identifier) -> Option<T>,
    ) -> WordMap<T> {
        let mut words = WordMap {
            span: Some(clause),
            ..WordMap::default()
        };
        let mut has_otherwise = false;
        for rule in rules {
            let meaning = meaning(self, &rule.node.to);
            let is_new = match &rule.node.word {
                Some(word) => {
                    let word = word.node.trim().to_lowercase();
                    let is_new = words.listed.iter().all(|(listed, _)| *listed != word);
                    words.listed.extend(meaning.map(|meaning| (word, meaning)));
                    is_new
                }
                None => {
                    words.otherwise = meaning;
                    !std::mem::replace(&mut has_otherwise, true)
                }
            };
            if !is_new {
                let message = "this word has a meaning already (case does not count)";
                self.problems
                    .push(Diagnostic::error("K704", rule.span, message).leave_out("leave one out"));
            }
        }
        words
    }

    fn severity_word(&mut self, name: &ast::Identifier) -> Option<u8> {
        let scale = match *self.severity {
            ReportSeverity::Scale(scale) => scale,
            ReportSeverity::Broken => return None,
            ReportSeverity::Absent => {
                let message = "there is no scale `severity` for the severities of reports";
                self.problems.push(
                    Diagnostic::error("K703", name.span, message)
                        .help("add `scale severity is info < low < medium < high < critical`"),
                );
                *self.severity = ReportSeverity::Broken;
                return None;
            }
        };
        let code = scale.code(&name.node);
        if code.is_none() {
            let message = format!("`{}` is not a severity", name.node);
            self.problems.push(
                Diagnostic::error("K703", name.span, message)
                    .suggest(&name.node, scale.values.iter().map(String::as_str))
                    .help(format!("scale {scale}")),
            );
        }
        code
    }

    fn date_format(&mut self, format: &ast::Text) {
        let is_bad = StrftimeItems::new(&format.node).any(|item| matches!(item, Item::Error));
        if is_bad {
            let message = format!("\"{}\" is not a format of dates", format.node);
            self.problems.push(
                Diagnostic::error("K705", format.span, message)
                    .help("a format is written `%Y-%m-%d %H:%M:%S`"),
            );
        }
    }

    fn array(&mut self, path: &ast::Text) -> Option<ArrayPath> {
        let place = ArrayPath::read(&path.node);
        if place.is_none() {
            let message = format!("\"{}\" is no path to an array", path.node);
            self.problems.push(
                Diagnostic::error("K706", path.span, message).help(
                    "a path is written `.runs[].results`, and `.` if the report is the array",
                ),
            );
        }
        place
    }

    fn row_path(&mut self, path: &ast::Text) -> Option<RowPath> {
        let place = RowPath::read(&path.node);
        if place.is_none() {
            let message = format!("\"{}\" is no path to rows", path.node);
            self.problems
                .push(Diagnostic::error("K706", path.span, message).help(
                    "a path is written `.runs[].results[]`; `{}` is every member of an object, and `[+]` at the end \
                     every member of an array, or one row where it has none",
                ));
        }
        place
    }

    /// A source cannot precede itself, so its own name is not proposed.
    fn known_source(&mut self, own: &ast::ReportSource, name: &ast::Identifier) {
        let sources = self
            .entries
            .iter()
            .map(|entry| entry.tree.name.node.as_str());
        if sources.clone().all(|known| known != name.node) {
            let message = format!("there is no source `{}`", name.node);
            let problem = Diagnostic::error("K707", name.span, message);
            let others = sources.filter(|known| *known != own.name.node);
            self.problems.push(problem.suggest(&name.node, others));
        }
    }

    fn report_missing(&mut self, tree: &ast::ReportSource) {
        for needed in ["tool", "kind", "reads", "known by", "rows", "identity"] {
            if !self.seen.contains(&needed) {
                let message = format!("source `{}` has no `{needed}`", tree.name.node);
                let problem = Diagnostic::error("K700", tree.name.span, message);
                self.problems.push(problem.help(example(needed)));
            }
        }
    }
}

fn clause_name(clause: &ast::SourceClause) -> &'static str {
    match clause {
        ast::SourceClause::Tool(_) => "tool",
        ast::SourceClause::Kind(_) => "kind",
        ast::SourceClause::Reads(_) => "reads",
        ast::SourceClause::KnownBy(_) => "known by",
        ast::SourceClause::Scan(_) => "scan",
        ast::SourceClause::Rows(_) => "rows",
        ast::SourceClause::Words { of, .. } => match of {
            ast::SourceWords::Severity => "severity",
            ast::SourceWords::Status => "status",
            ast::SourceWords::Evidence => "evidence",
        },
        ast::SourceClause::Dates(_) => "dates",
        ast::SourceClause::Fills(_) => "fills",
        ast::SourceClause::Identity { .. } => "identity",
        ast::SourceClause::Parts(_) => "parts",
        ast::SourceClause::Counted(_) => "counted",
        ast::SourceClause::Precedes(_) => "precedes",
        ast::SourceClause::Repeated(_) => "repeated",
    }
}

fn example(clause: &str) -> &'static str {
    match clause {
        "tool" => "write `tool \"zap\"`",
        "kind" => "write `kind dast`",
        "reads" => "write `reads json`",
        "known by" => {
            "write a program that is true for these reports: `known by \"\"\"has(\"results\")\"\"\"`"
        }
        "rows" => {
            "write a program that gives one object a row: `rows \"\"\".results[] | {title: .name}\"\"\"`"
        }
        _ => "write `identity rule_id, url`",
    }
}
