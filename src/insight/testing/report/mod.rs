//! A run of tests, with what was asked for beside it: coverage, mutants.

mod object;

use super::coverage::{CoveredLine, LineKind};
use super::mutation::{Mutant, MutantFate};
use super::{Expected, TestOutcome, closing_line};
use crate::base::diagnostic::Diagnostic;
use crate::base::source::{Sources, Span};
use crate::insight::lineage::place;
use crate::lang::model::{Definitions, Test};
use crate::lang::syntax::Allowances;
use crate::render::{CheckedItem, RenderOptions, Sheet, counted};

/// Everything there is to tell of a run.
pub struct TestReport<'a> {
    pub sources: &'a Sources,
    pub definitions: &'a Definitions,
    /// The tests run, with what became of each.
    pub tests: Vec<(&'a Test, TestOutcome)>,
    pub coverage: Option<Vec<ReportedLine>>,
    pub mutants: Option<Vec<ReportedMutant>>,
}

/// A line, and why it may go without a test if it has none.
pub struct ReportedLine {
    pub covered: CoveredLine,
    pub allowed: Option<String>,
}

/// A mutant, and why it may go unnoticed if it does.
pub struct ReportedMutant {
    pub mutant: Mutant,
    pub fate: MutantFate,
    pub allowed: Option<String>,
}

impl ReportedLine {
    pub fn is_lacking(&self) -> bool {
        !self.covered.is_hit && self.allowed.is_none()
    }
}

impl ReportedMutant {
    pub fn is_lacking(&self) -> bool {
        matches!(self.fate, MutantFate::Unnoticed(_)) && self.allowed.is_none()
    }
}

/// Looks up which lines without a test a comment allows.
pub fn allowed_lines(lines: Vec<CoveredLine>, allowances: &mut Allowances) -> Vec<ReportedLine> {
    let looked_up = lines.into_iter().map(|covered| {
        let is_asked = !covered.is_hit;
        let mut reason = || allowances.reason("uncovered", covered.line.span);
        ReportedLine {
            allowed: is_asked.then(&mut reason).flatten(),
            covered,
        }
    });
    looked_up.collect()
}

/// The same of mutants that no test notices.
pub fn allowed_mutants(
    mutants: Vec<(Mutant, MutantFate)>,
    allowances: &mut Allowances,
) -> Vec<ReportedMutant> {
    let looked_up = mutants.into_iter().map(|(mutant, fate)| {
        let is_asked = matches!(fate, MutantFate::Unnoticed(_));
        let mut reason = || allowances.reason("mutant", mutant.change.span);
        ReportedMutant {
            allowed: is_asked.then(&mut reason).flatten(),
            mutant,
            fate,
        }
    });
    looked_up.collect()
}

impl TestReport<'_> {
    /// Whether the answer to the run is "no": a test fails, a line or a mutant goes without.
    pub fn is_lacking(&self) -> bool {
        let lines = self.coverage.iter().flatten().any(ReportedLine::is_lacking);
        let mutants = self
            .mutants
            .iter()
            .flatten()
            .any(ReportedMutant::is_lacking);
        self.failed() > 0 || lines || mutants
    }

    pub fn failed(&self) -> usize {
        let failed = self.tests.iter().filter(|(_, outcome)| !outcome.passed());
        failed.count()
    }

    /// What is shown on a terminal.
    pub fn text(&self, look: RenderOptions) -> String {
        let mut text = String::new();
        for (test, outcome) in &self.tests {
            text += &super::report(self.sources, look, test, outcome);
        }
        if let Some(lines) = &self.coverage {
            text += &self.coverage_text(lines, look);
        }
        if let Some(mutants) = &self.mutants {
            text += &self.mutants_text(mutants);
        }
        text + &closing_line(self.definitions, self.tests.len(), self.failed())
    }

    fn coverage_text(&self, lines: &[ReportedLine], look: RenderOptions) -> String {
        let mut sheet = Sheet::new().words("coverage").numbers("hit").numbers("of");
        for kind in LineKind::ALL {
            let own = || lines.iter().filter(|each| each.covered.line.kind == kind);
            if own().next().is_some() {
                let hit = own().filter(|each| each.covered.is_hit).count();
                let name = kind.plural().to_owned();
                sheet.row([name, hit.to_string(), own().count().to_string()]);
            }
        }
        let mut text = sheet.render(look);
        let mut lacking = lines.iter().filter(|each| !each.covered.is_hit).peekable();
        if lacking.peek().is_some() {
            text.push('\n');
        }
        for each in lacking {
            text += &format!("{}\n", self.line_text(each));
        }
        text + "\n"
    }

    fn line_text(&self, each: &ReportedLine) -> String {
        let line = &each.covered.line;
        let of = match line.kind {
            LineKind::Definition => String::new(),
            _ => format!("{}: ", self.definitions.symbols.get(line.symbol).label()),
        };
        let at = place(self.sources, line.span);
        match &each.allowed {
            Some(reason) => format!("{at}: {of}{}: allowed, {reason}", line.text),
            None => format!("{at}: {of}{}: no test hits it", line.text),
        }
    }

    fn mutants_text(&self, mutants: &[ReportedMutant]) -> String {
        let mut text = String::new();
        let unnoticed = |each: &&ReportedMutant| matches!(each.fate, MutantFate::Unnoticed(_));
        for each in mutants.iter().filter(unnoticed) {
            text += &format!("{}\n", self.mutant_text(each));
        }
        let count = |is_meant: &dyn Fn(&ReportedMutant) -> bool| {
            mutants.iter().filter(|each| is_meant(each)).count() as u64
        };
        let refused = count(&|each| each.fate == MutantFate::Refused);
        let noticed = count(&|each| matches!(each.fate, MutantFate::Noticed(_)));
        let all = counted(mutants.len() as u64 - refused, "mutant", "mutants");
        let allowed = count(&|each| each.allowed.is_some());
        let lacking = count(&ReportedMutant::is_lacking);
        text + &format!("{all}: {noticed} noticed, {lacking} not, {allowed} allowed\n\n")
    }

    fn mutant_text(&self, each: &ReportedMutant) -> String {
        let change = &each.mutant.change;
        let at = place(self.sources, change.span);
        let what = format!(
            "{at}: {}: {} {} → {}",
            change.of.label(),
            change.kind.word(),
            each.mutant.old,
            change.new
        );
        match (&each.allowed, &each.fate) {
            (Some(reason), _) => format!("{what}: allowed, {reason}"),
            (None, MutantFate::Unnoticed(0)) => format!("{what}: no test depends on it"),
            (None, MutantFate::Unnoticed(tests)) => {
                let tests = counted(*tests as u64, "test", "tests");
                format!("{what}: not noticed by {tests}")
            }
            (None, MutantFate::Noticed(_) | MutantFate::Refused) => what,
        }
    }

    /// The file, line and column that a place begins at.
    fn file_and_line(&self, span: Span) -> (&str, usize, usize) {
        let (line, column) = self.sources.line_column(span);
        (&self.sources.get(span.source).name, line, column)
    }

    /// For formats of pipelines: a test each with what is wrong, then lines and mutants that go without.
    pub fn items(&self) -> Vec<CheckedItem> {
        let of_tests = self.tests.iter().map(|(test, outcome)| CheckedItem {
            name: test.name.clone(),
            file: self.file_and_line(test.span).0.to_owned(),
            problems: self.test_problems(test, outcome),
        });
        let mut all: Vec<CheckedItem> = of_tests.collect();
        let item = |name: &str, problems: Vec<Diagnostic>| CheckedItem {
            name: name.to_owned(),
            file: name.to_owned(),
            problems,
        };
        if let Some(lines) = &self.coverage {
            let lacking = lines.iter().filter(|each| each.is_lacking());
            let told = lacking.map(|each| {
                let line = &each.covered.line;
                let message = format!("no test hits {} `{}`", line.kind.word(), line.text);
                Diagnostic::error("K932", line.span, message)
            });
            all.push(item("coverage", told.collect()));
        }
        if let Some(mutants) = &self.mutants {
            let lacking = mutants.iter().filter(|each| each.is_lacking());
            let told = lacking.map(|each| {
                let (old, change) = (&each.mutant.old, &each.mutant.change);
                let message = format!("no test notices `{}` instead of `{old}`", change.new);
                Diagnostic::error("K925", change.span, message)
            });
            all.push(item("mutants", told.collect()));
        }
        all
    }

    fn test_problems(&self, test: &Test, outcome: &TestOutcome) -> Vec<Diagnostic> {
        if let Some(given) = &outcome.given {
            return given.clone().sorted();
        }
        let pairs = test.expects.iter().zip(&outcome.expects);
        let failing = pairs.filter(|(_, expected)| !expected.passed());
        failing
            .flat_map(|(expect, expected)| match expected {
                Expected::Refused(problems) => problems.clone().sorted(),
                Expected::NoColumn(message) => {
                    vec![Diagnostic::error("K906", expect.span, message.clone())]
                }
                Expected::Compared(difference) => {
                    let message = format!("`{}` is not as expected", expect.query.text);
                    let shown = super::show::comparison(difference);
                    let shown = shown.trim_end().to_owned();
                    vec![Diagnostic::error("K931", expect.span, message).help(shown)]
                }
            })
            .collect()
    }
}
