//! Recognising a report and running the programs of its source.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use jaq_json::Val;

use super::dates;
use super::program::{self, Program};
use super::report::{Outcome, Report, Scan, Scope};
use super::rows::{RowReader, start};
use super::shape;
use super::unknown::unknown;
use super::values::{list, text};
use crate::diagnostic::{Diagnostic, Problems};
use crate::model::{Definitions, ReportSource, Shape, ToolKind};
use crate::source::Span;
use crate::types::Scale;

/// Reads reports by the sources of the definitions. Programs are compiled when first needed.
pub struct Reader<'a> {
    sources: &'a [ReportSource],
    severity: Option<&'a Scale>,
    /// By shape: which of the sources that read it know a value.
    known_by: BTreeMap<Shape, OnceLock<Program>>,
    programs: Vec<OnceLock<Programs>>,
}

struct Programs {
    scan: Option<Program>,
    rows: Program,
}

impl<'a> Reader<'a> {
    pub fn new(definitions: &'a Definitions) -> Reader<'a> {
        let scales = definitions.scales.iter();
        let mut severity = scales.filter(|scale| scale.name == "severity");
        Reader {
            sources: &definitions.reports,
            severity: severity.next().map(AsRef::as_ref),
            known_by: Shape::ALL
                .iter()
                .map(|shape| (*shape, OnceLock::new()))
                .collect(),
            programs: definitions
                .reports
                .iter()
                .map(|_| OnceLock::new())
                .collect(),
        }
    }

    /// Compiles every program of every source; the problems of all of them.
    pub fn check(&self) -> Problems {
        let programs = self.sources.iter().flat_map(|source| {
            let programs = [
                Some(&source.known_by),
                source.scan.as_ref(),
                Some(&source.rows),
            ];
            programs.into_iter().flatten()
        });
        program::check(programs)
    }

    /// Reads a report; messages call it `name`.
    ///
    /// # Errors
    ///
    /// `D401` to `D407`: no source knows it, several do, it is damaged, or says what has no rule.
    pub fn read(&self, name: &str, bytes: &[u8]) -> Result<Report, Problems> {
        let content = shape::read(name, bytes)?;
        let index = self.recognise(name, content.shape, &content.sample)?;
        self.report(name, index, content.value)
    }

    fn recognise(&self, name: &str, shape: Shape, value: &Val) -> Result<usize, Problems> {
        let readers: Vec<usize> = (0..self.sources.len())
            .filter(|index| self.sources[*index].reads.contains(&shape))
            .collect();
        let program = match self.known_by[&shape].get() {
            Some(program) => program,
            None => {
                let compiled = self.joined(&readers)?;
                self.known_by[&shape].get_or_init(|| compiled)
            }
        };
        let answers = program.run(value.clone()).next();
        let answers = match answers {
            Some(Ok(answers)) => answers,
            Some(Err(why)) => return Err(failed(name, "known by", None, &why).into()),
            None => Val::Null,
        };
        let knows = |answer: &&Val| matches!(answer, Val::Bool(true));
        let known: Vec<usize> = readers
            .iter()
            .zip(list(&answers))
            .filter(|(_, answer)| knows(answer))
            .map(|(index, _)| *index)
            .collect();
        match known.as_slice() {
            [one] => Ok(*one),
            [] => Err(unknown(name, shape, value, self.sources).into()),
            several => {
                let names: Vec<&str> = several
                    .iter()
                    .map(|index| self.sources[*index].name.as_str())
                    .collect();
                Err(Diagnostic::data(
                    "D402",
                    format!("`{name}` is known by several sources: {}", names.join(", ")),
                )
                .help("make `known by` of one of them narrower")
                .into())
            }
        }
    }

    /// One program that asks all sources at once.
    fn joined(&self, readers: &[usize]) -> Result<Program, Problems> {
        let mut problems = Problems::default();
        let mut whole = String::from("[");
        for (place, index) in readers.iter().enumerate() {
            let text = &self.sources[*index].known_by;
            if let Err(problem) = Program::new(text) {
                problems.push(problem);
            }
            let comma = if place == 0 { "" } else { "," };
            whole += &format!("{comma}\n(try ([(\n{}\n)] | any) catch false)", text.node);
        }
        whole.push(']');
        if problems.has_errors() {
            return Err(problems);
        }
        Ok(Program::joined(&whole))
    }

    fn programs(&self, index: usize) -> Result<&Programs, Problems> {
        if let Some(programs) = self.programs[index].get() {
            return Ok(programs);
        }
        let source = &self.sources[index];
        let mut problems = Problems::default();
        let mut compile = |text| match Program::new(text) {
            Ok(program) => Some(program),
            Err(problem) => {
                problems.push(problem);
                None
            }
        };
        let scan = source.scan.as_ref().map(&mut compile);
        let rows = compile(&source.rows);
        match (scan, rows) {
            (Some(None), _) | (_, None) => Err(problems),
            (scan, Some(rows)) => {
                let scan = scan.flatten();
                Ok(self.programs[index].get_or_init(|| Programs { scan, rows }))
            }
        }
    }

    fn report(&self, name: &str, index: usize, value: Val) -> Result<Report, Problems> {
        let source = &self.sources[index];
        let programs = self.programs(index)?;
        let scan = scan(name, source, programs.scan.as_ref(), &value)?;
        let mut rows = RowReader::new(name, source, self.severity);
        for row in programs.rows.run(value) {
            match row {
                Ok(row) => rows.add(&row),
                Err(why) => {
                    let place = format!("{}: rows, after {} of them", source.name, rows.count());
                    return Err(failed(
                        name,
                        &place,
                        Some(start(source.rows.span, "\"\"\"")),
                        &why,
                    )
                    .into());
                }
            }
        }
        let found = rows.finish()?;
        Ok(Report {
            source: source.name.clone(),
            fills: source.fills,
            scan,
            rows: found.rows,
            records: found.records,
            dropped: found.dropped,
        })
    }
}

fn scan(
    name: &str,
    source: &ReportSource,
    program: Option<&Program>,
    value: &Val,
) -> Result<Scan, Problems> {
    let mut scan = Scan {
        tool: source.tool.clone(),
        tool_version: None,
        kind: source.kind,
        target: None,
        branch: None,
        started_at: None,
        finished_at: None,
        outcome: Outcome::Success,
        scope: Scope::Full,
        rules: None,
    };
    let (Some(program), Some(span)) = (program, source.scan.as_ref().map(|text| text.span)) else {
        return Ok(scan);
    };
    let place = format!("{}: scan", source.name);
    let span = start(span, "\"\"\"");
    let said = match program.run(value.clone()).next() {
        Some(Ok(Val::Obj(said))) => said,
        Some(Ok(_)) | None => {
            return Err(failed(name, &place, Some(span), "it gives no object").into());
        }
        Some(Err(why)) => return Err(failed(name, &place, Some(span), &why).into()),
    };
    let mut problems = Problems::default();
    for (key, value) in said.iter() {
        let key = text(key).unwrap_or_default();
        let mut bad = None;
        let mut date = |value: &Val| match text(value) {
            None => None,
            Some(text) => {
                let read = dates::read(&text, &source.dates);
                if read.is_none() {
                    problems.push(unread_date(name, source, span, &key, &text));
                }
                read
            }
        };
        match key.as_str() {
            "tool" => scan.tool = text(value).unwrap_or(scan.tool),
            "tool_version" => scan.tool_version = text(value),
            "target" => scan.target = text(value),
            "branch" => scan.branch = text(value),
            "started_at" => scan.started_at = date(value),
            "finished_at" => scan.finished_at = date(value),
            "tool_kind" => said_word(
                value,
                ToolKind::ALL,
                ToolKind::word,
                &mut scan.kind,
                &mut bad,
            ),
            "outcome" => said_word(
                value,
                &Outcome::ALL,
                Outcome::word,
                &mut scan.outcome,
                &mut bad,
            ),
            "scope" => said_word(value, &Scope::ALL, Scope::word, &mut scan.scope, &mut bad),
            "rules" => scan.rules = rules(value),
            other => bad = Some(format!("a scan has no field `{other}`")),
        }
        if let Some(words) = bad {
            let message = format!("`{name}` by source {}: {words}", source.name);
            problems.push(Diagnostic::error("D405", span, message));
        }
    }
    if problems.has_errors() {
        return Err(problems);
    }
    Ok(scan)
}

/// The rules that a scan says it ran; `None` where it says nothing.
fn rules(value: &Val) -> Option<Vec<String>> {
    let is_said = !matches!(value, Val::Null);
    is_said.then(|| {
        let mut rules: Vec<String> = list(value).into_iter().filter_map(text).collect();
        rules.sort_unstable();
        rules.dedup();
        rules
    })
}

/// Puts what a scan says in one of our words; another word is told.
fn said_word<T: Copy>(
    value: &Val,
    all: &[T],
    written: fn(T) -> &'static str,
    said: &mut T,
    bad: &mut Option<String>,
) {
    let Some(text) = text(value) else {
        return;
    };
    match all.iter().find(|known| written(**known) == text) {
        Some(known) => *said = *known,
        None => {
            let known: Vec<&str> = all.iter().map(|known| written(*known)).collect();
            *bad = Some(format!("\"{text}\" is none of {}", known.join(", ")));
        }
    }
}

/// A date that nothing reads.
pub(super) fn unread_date(
    name: &str,
    source: &ReportSource,
    place: Span,
    field: &str,
    text: &str,
) -> Diagnostic {
    let by = &source.name;
    let message = format!("`{name}` by source {by}: `{field}` is \"{text}\", which is no date");
    Diagnostic::error("D407", place, message)
        .help("add its format to the source: `dates \"%d %b %Y %H:%M:%S\"`")
}

fn failed(name: &str, place: &str, span: Option<Span>, why: &str) -> Diagnostic {
    let message = format!("`{name}` by source {place}: the program fails: {why}");
    let problem = Diagnostic {
        span,
        ..Diagnostic::data("D404", message)
    };
    problem.help("the report has another shape than the source expects")
}
