//! Recognising a report, and the programs of its source.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use jaq_json::Val;

use super::dates::DayOrder;
use super::mistakes::{failed, start};
use super::places::is_like;
use super::programs::{self, Program};
use super::reading::{Programs, ReportInput};
use super::records::RecordTypes;
use super::report::{Report, RowPart};
use super::shapes::{self, several_columns};
use super::unknown::{of_another, says_nothing, unknown};
use super::values::list;
use crate::base::deep_stacks::deeply;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::Spanned;
use crate::base::types::Scale;
use crate::lang::model::{Definitions, ReportSource, Shape, Table};

/// Reads reports by the sources of the definitions. Programs are compiled when first needed.
pub struct ReportReader<'a> {
    sources: &'a [ReportSource],
    tables: &'a [Table],
    severity: Option<&'a Scale>,
    /// By shape: which of the sources that read it know a value.
    known_by: BTreeMap<Shape, OnceLock<Program>>,
    programs: Vec<OnceLock<Programs>>,
    sizes: Sizes,
    /// Whose reports these are, if somebody says so.
    named: Option<usize>,
    /// The order of day and month in their dates, if somebody says so.
    told_order: Option<DayOrder>,
    /// The sheet of reports that are workbooks; else it is the first.
    sheet: Option<&'a str>,
}

/// How much of a report is read at a time, in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// Reports of more are read in portions, if their source names the arrays.
    pub large: usize,
    /// What a portion has of those arrays, at least.
    pub portion: usize,
}

impl Default for Sizes {
    fn default() -> Sizes {
        Sizes {
            large: 8 << 20,
            portion: 2 << 20,
        }
    }
}

impl<'a> ReportReader<'a> {
    pub fn new(definitions: &'a Definitions) -> ReportReader<'a> {
        let scales = definitions.scales.iter();
        let mut severity = scales.filter(|scale| scale.name == "severity");
        ReportReader {
            sources: &definitions.reports,
            tables: &definitions.tables,
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
            sizes: Sizes::default(),
            named: None,
            told_order: None,
            sheet: None,
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
        deeply(|| programs::check(programs))
    }

    /// Reads a report; messages call it `name`.
    ///
    /// # Errors
    ///
    /// `D401` to `D407`, `D411`, `D417`: no source knows it, several do, it is damaged, says what has no rule, or has
    /// dates that may be two days.
    pub fn read(&self, name: &str, bytes: &[u8]) -> Result<Report, Problems> {
        let (mut rows, mut records) = (Vec::new(), Vec::new());
        let report = self.read_in_parts(name, bytes, |part| match part {
            RowPart::Rows(part) => rows.extend(part),
            RowPart::Records(_, part) => records.extend(part),
            RowPart::Again => {
                rows.clear();
                records.clear();
            }
        })?;
        Ok(Report {
            rows,
            records,
            ..report
        })
    }

    /// The same for reports that need not be held whole: gives the rows or records of each part in their order,
    /// and returns the report without them. Where it fails, what was given is of no use.
    pub fn read_in_parts(
        &self,
        name: &str,
        bytes: &[u8],
        take: impl FnMut(RowPart) + Send,
    ) -> Result<Report, Problems> {
        deeply(|| {
            if let Some(named) = self.named
                && shapes::is_empty(bytes)
            {
                return Ok(ReportInput::clean(&self.sources[named]));
            }
            let content = shapes::read(name, bytes, self.sizes.large, self.sheet)?;
            let known = self.known(name, content.shape, &content.sample)?;
            if known.is_empty() {
                may_repeat(name, self.sources, &content.repeated)?;
            }
            let index = match self.named {
                Some(named) if known.contains(&named) => named,
                Some(named) if known.is_empty() && says_nothing(&content.sample) => {
                    return Ok(ReportInput::clean(&self.sources[named]));
                }
                Some(named) => {
                    let others = self.names(&known);
                    return Err(of_another(name, &self.sources[named], &others).into());
                }
                None => match content.repeated.first().filter(|_| known.is_empty()) {
                    // Sources ask for texts in columns, and those of one name are lists.
                    Some(column) => return Err(several_columns(name, column).into()),
                    None => self.chosen(name, content.shape, &content.sample, &known)?,
                },
            };
            let source = std::slice::from_ref(&self.sources[index]);
            may_repeat(name, source, &content.repeated)?;
            let reading = ReportInput {
                name,
                source: &self.sources[index],
                severity: self.severity,
                types: RecordTypes::of(self.tables, self.sources[index].fills),
                programs: self.programs(index)?,
                odd_bytes: content.odd,
                told_order: self.told_order,
            };
            reading.read(content.body, self.sizes.portion, take)
        })
    }

    /// The same reader for reports of one source: where nothing in a report says whose it is, it is a clean
    /// scan of that source's tool.
    ///
    /// # Errors
    ///
    /// `D412`: there is no such source.
    pub fn of_source(self, name: &str) -> Result<ReportReader<'a>, Diagnostic> {
        let names = self.sources.iter().map(|source| source.name.as_str());
        match names.clone().position(|known| known == name) {
            Some(index) => Ok(ReportReader {
                named: Some(index),
                ..self
            }),
            None => Err(
                Diagnostic::data("D412", format!("there is no source `{name}`"))
                    .suggest(name, names)
                    .help("the formats known: riskql sources"),
            ),
        }
    }

    /// The same reader for reports whose dates are in this order of day and month: it holds where they leave
    /// it open, and where a source declares another.
    pub fn in_order(self, order: Option<DayOrder>) -> ReportReader<'a> {
        ReportReader {
            told_order: order,
            ..self
        }
    }

    /// The same reader for this sheet of reports that are workbooks.
    pub fn of_sheet(self, sheet: Option<&'a str>) -> ReportReader<'a> {
        ReportReader { sheet, ..self }
    }

    /// The same reader with other sizes.
    pub fn with(self, sizes: Sizes) -> ReportReader<'a> {
        ReportReader { sizes, ..self }
    }

    /// The sources that know a report.
    fn known(&self, name: &str, shape: Shape, value: &Val) -> Result<Vec<usize>, Problems> {
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
            Some(Err(why)) => return Err(self.unrecognised(name, &readers, value, &why).into()),
            None => Val::Null,
        };
        let knows = |answer: &&Val| matches!(answer, Val::Bool(true));
        let answers = readers.iter().zip(list(&answers));
        let known = answers.filter(|(_, answer)| knows(answer));
        Ok(known.map(|(index, _)| *index).collect())
    }

    /// Why sources could not be asked whether they know a report: the program of one takes more than it may.
    fn unrecognised(&self, name: &str, readers: &[usize], value: &Val, why: &str) -> Diagnostic {
        let fails = |index: &&usize| {
            let program = Program::joined(&asked(&self.sources[**index].known_by));
            program.run(value.clone()).any(|answer| answer.is_err())
        };
        match readers.iter().find(fails) {
            Some(index) => {
                let source = &self.sources[*index];
                let span = start(source.known_by.span, "\"\"\"");
                failed(name, &format!("{}: known by", source.name), Some(span), why)
            }
            None => failed(name, "known by", None, why),
        }
    }

    /// The one of them that reads the report.
    fn chosen(
        &self,
        name: &str,
        shape: Shape,
        value: &Val,
        known: &[usize],
    ) -> Result<usize, Problems> {
        match self.preferred(known).as_slice() {
            [one] => Ok(*one),
            [] => Err(unknown(name, shape, value, self.sources).into()),
            several => {
                let names = self.names(several);
                Err(Diagnostic::data(
                    "D402",
                    format!("`{name}` is known by several sources: {}", names.join(", ")),
                )
                .help(format!("say which it is: --source {}", names[0]))
                .help(format!(
                    "or add to source {}: precedes {}",
                    names[0],
                    names[1..].join(", ")
                ))
                .into())
            }
        }
    }

    fn names(&self, indexes: &[usize]) -> Vec<&'a str> {
        let names = indexes
            .iter()
            .map(|index| self.sources[*index].name.as_str());
        names.collect()
    }

    /// Of sources that know a report, those that no other of them precedes.
    fn preferred(&self, known: &[usize]) -> Vec<usize> {
        let precedes = |one: &usize, other: &usize| {
            let after = &self.sources[*other].name;
            one != other && self.sources[*one].precedes.contains(after)
        };
        let is_preceded = |other: &usize| known.iter().any(|one| precedes(one, other));
        known
            .iter()
            .copied()
            .filter(|other| !is_preceded(other))
            .collect()
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
            whole += comma;
            whole += &asked(text);
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
}

/// A program that says whether a source knows a report: one that fails does not.
fn asked(known_by: &Spanned<String>) -> String {
    format!("\n(try ([(\n{}\n)] | any) catch false)", known_by.node)
}

/// Refuses a table in which a name stands several times, unless one of the sources says that it may: a program
/// that asks for one text would find a list.
fn may_repeat(name: &str, sources: &[ReportSource], repeated: &[String]) -> Result<(), Problems> {
    let mut problems = Problems::default();
    for column in repeated {
        let may = |source: &ReportSource| source.repeated.iter().any(|name| is_like(column, name));
        if sources.iter().any(may) {
            continue;
        }
        let mut problem =
            several_columns(name, column).help("leave out or rename all but one of them");
        if let [source] = sources {
            problem = problem.help(format!(
                "or have its program read the list of them, and add to source {}: repeated \"{column}\"",
                source.name
            ));
        }
        problems.push(problem);
    }
    match problems.has_errors() {
        true => Err(problems),
        false => Ok(()),
    }
}
