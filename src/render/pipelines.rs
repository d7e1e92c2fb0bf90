//! What was checked and what is wrong with it, in the formats that build servers and code hosts read: JUnit, GitHub
//! annotations, SARIF.

use serde_json::{Value as Json, json};

use crate::base::diagnostic::{Diagnostic, Severity};
use crate::base::source::{Sources, Span};

/// Something that was checked: a file, a test. It fails where one of its problems is an error.
pub struct CheckedItem {
    pub name: String,
    /// Where it is.
    pub file: String,
    pub problems: Vec<Diagnostic>,
}

impl CheckedItem {
    fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.of_severity(Severity::Error)
    }

    fn of_severity(&self, severity: Severity) -> impl Iterator<Item = &Diagnostic> {
        let problems = self.problems.iter();
        problems.filter(move |problem| problem.severity == severity)
    }
}

/// A test suite of JUnit's: an item each is a test case, which fails with its errors. Warnings are what it printed.
pub fn junit(sources: &Sources, suite: &str, items: &[CheckedItem]) -> String {
    let failed = items.iter().filter(|item| item.errors().next().is_some());
    let counts = format!("tests=\"{}\" failures=\"{}\"", items.len(), failed.count());
    let suite = escaped(suite);
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {counts}>\n  <testsuite name=\"{suite}\" {counts}>\n"
    );
    for item in items {
        let (name, file) = (escaped(&item.name), escaped(&item.file));
        text += &format!("    <testcase classname=\"{file}\" name=\"{name}\" file=\"{file}\"");
        if item.problems.is_empty() {
            text += "/>\n";
            continue;
        }
        text += ">\n";
        for problem in item.errors() {
            let (message, code) = (escaped(&problem.message), problem.code);
            let whole = escaped(&in_lines(sources, problem));
            text += &format!(
                "      <failure type=\"{code}\" message=\"{message}\">{whole}</failure>\n"
            );
        }
        let warnings: Vec<String> = item
            .of_severity(Severity::Warning)
            .map(|problem| in_lines(sources, problem))
            .collect();
        if !warnings.is_empty() {
            let warnings = escaped(&warnings.join("\n"));
            text += &format!("      <system-out>{warnings}</system-out>\n");
        }
        text += "    </testcase>\n";
    }
    text + "  </testsuite>\n</testsuites>\n"
}

/// `kpis/mttr.kpi:3: K201: message`, then advice, a line each.
fn in_lines(sources: &Sources, problem: &Diagnostic) -> String {
    let place = problem.span.map_or_else(String::new, |span| {
        let (line, _) = sources.line_column(span);
        format!("{}:{line}: ", sources.get(span.source).name)
    });
    let mut lines = vec![format!("{place}{}: {}", problem.code, problem.message)];
    lines.extend(problem.label.iter().chain(&problem.help).cloned());
    lines.join("\n")
}

/// A text for XML. What XML 1.0 has no way to write is left out.
fn escaped(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => written += "&amp;",
            '<' => written += "&lt;",
            '>' => written += "&gt;",
            '"' => written += "&quot;",
            '\n' => written += "&#10;",
            '\t' => written += "&#9;",
            '\u{fffe}' | '\u{ffff}' => {}
            control if control < ' ' => {}
            other => written.push(other),
        }
    }
    written
}

/// Workflow commands of GitHub Actions, a line for each problem: `::error file=…,line=…::message`.
pub fn github(sources: &Sources, items: &[CheckedItem]) -> String {
    let problems = items.iter().flat_map(|item| &item.problems);
    problems.map(|problem| command(sources, problem)).collect()
}

fn command(sources: &Sources, problem: &Diagnostic) -> String {
    let word = match problem.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let mut properties = Vec::new();
    if let Some(span) = problem.span {
        let (line, column) = sources.line_column(span);
        let (end_line, end_column) = sources.end_line_column(span);
        let file = &sources.get(span.source).name;
        properties.push(format!("file={}", property(file)));
        properties.push(format!("line={line},endLine={end_line}"));
        // GitHub takes columns on one line alone.
        if line == end_line {
            properties.push(format!("col={column},endColumn={end_column}"));
        }
    }
    properties.push(format!("title={}", problem.code));
    let mut lines = vec![problem.message.clone()];
    lines.extend(problem.label.iter().chain(&problem.help).cloned());
    format!(
        "::{word} {}::{}\n",
        properties.join(","),
        data(&lines.join("\n"))
    )
}

/// The text of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// A log of SARIF 2.1.0 with one run.
pub fn sarif(sources: &Sources, items: &[CheckedItem]) -> String {
    let problems: Vec<&Diagnostic> = items.iter().flat_map(|item| &item.problems).collect();
    let mut codes: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let rules: Vec<Json> = codes.iter().map(|code| json!({"id": code})).collect();
    let results: Vec<Json> = problems.iter().map(|each| result(sources, each)).collect();
    super::json::lines(&json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "riskql",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    }))
}

fn result(sources: &Sources, problem: &Diagnostic) -> Json {
    let level = match problem.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let mut lines = vec![problem.message.clone()];
    lines.extend(problem.label.iter().chain(&problem.help).cloned());
    let locations: Vec<Json> = problem
        .span
        .iter()
        .map(|span| location(sources, *span))
        .collect();
    json!({
        "ruleId": problem.code,
        "level": level,
        "message": {"text": lines.join("\n")},
        "locations": locations,
    })
}

fn location(sources: &Sources, span: Span) -> Json {
    let (line, column) = sources.line_column(span);
    let (end_line, end_column) = sources.end_line_column(span);
    json!({"physicalLocation": {
        "artifactLocation": {"uri": uri(&sources.get(span.source).name)},
        "region": {
            "startLine": line,
            "startColumn": column,
            "endLine": end_line,
            "endColumn": end_column,
        },
    }})
}

/// A path as a relative reference: what a URI has no place for is escaped.
fn uri(path: &str) -> String {
    let mut written = String::new();
    for byte in path.replace('\\', "/").bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' => {
                written.push(char::from(byte));
            }
            other => written += &format!("%{other:02X}"),
        }
    }
    written
}
