//! Mutation analysis: each mutant is the definitions with one place changed, and a test should fail for it.
//!
//! Takes definitions whose tests pass, with their trees; gives what became of each mutant. A mutant is checked as the
//! definitions were, and asked by the tests that depend on what was changed until one fails.

mod definitions;
mod expressions;
mod places;
mod vocabulary;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

pub use places::{ChangeKind, ChangedSymbol, Mutation};

use super::reach::TestReach;
use crate::base::diagnostic::{Problems, Severity};
use crate::base::parallel::in_parallel;
use crate::base::source::{Sources, Span};
use crate::lang::check;
use crate::lang::model::{Definitions, SymbolId};
use crate::lang::project::Project;
use crate::lang::syntax::ast::{self, Definition};
use places::Mutator;
use vocabulary::Vocabulary;

/// A change that can be made, and where in the trees.
pub struct Mutant {
    pub change: Mutation,
    /// What stands at its place: on one line.
    pub old: String,
    /// Indexes of the file and of the definition in it.
    place: (usize, usize),
    /// Its number in the walk over the definition.
    number: usize,
}

/// What became of a mutant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MutantFate {
    /// A test fails, or cannot be asked; its name.
    Noticed(String),
    /// All tests that depend on the definition pass; how many.
    Unnoticed(usize),
    /// It is no definition that could be written.
    Refused,
}

/// All mutants of the definitions, in the order of files and texts.
pub fn mutants(sources: &Sources, project: &Project) -> Vec<Mutant> {
    let vocabulary = Vocabulary::new(&project.definitions);
    let mut all = Vec::new();
    for (file, tree) in project.files.iter().enumerate() {
        for (index, definition) in tree.definitions.iter().enumerate() {
            let mut mutator = Mutator::new(&vocabulary, None);
            mutator.definition(&mut definition.node.clone());
            let listed = mutator.listed.into_iter().enumerate();
            let mut own: Vec<Mutant> = listed
                .map(|(number, change)| Mutant {
                    old: one_line(sources.slice(change.span)),
                    change,
                    place: (file, index),
                    number,
                })
                .collect();
            own.sort_by_key(|mutant| (mutant.change.span, mutant.number));
            all.extend(own);
        }
    }
    all
}

/// The words of a text with one blank between two.
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What becomes of mutants, in their order. `done` is called after each.
pub fn fates(
    sources: &Sources,
    project: &Project,
    mutants: &[&Mutant],
    done: impl Fn() + Sync,
) -> Vec<MutantFate> {
    let analysis = Analysis {
        sources,
        project,
        vocabulary: Vocabulary::new(&project.definitions),
        reach: TestReach::new(&project.definitions),
        last: (0..project.definitions.symbols.symbols.len())
            .map(|_| AtomicUsize::new(usize::MAX))
            .collect(),
    };
    in_parallel(mutants, |mutant| {
        let fate = analysis.fate(mutant);
        done();
        fate
    })
}

struct Analysis<'a> {
    sources: &'a Sources,
    project: &'a Project,
    vocabulary: Vocabulary,
    reach: TestReach,
    /// By [`SymbolId`]: the test that noticed the last mutant of a definition. It is the likeliest to notice the next.
    last: Vec<AtomicUsize>,
}

impl Analysis<'_> {
    fn fate(&self, mutant: &Mutant) -> MutantFate {
        let Some(symbol) = mutant.change.of.symbol(&self.project.definitions) else {
            return MutantFate::Refused;
        };
        let tests = self.in_order(symbol);
        let names: BTreeSet<&str> = tests.iter().map(|test| self.test_name(*test)).collect();
        let files = self.changed_files(mutant, &names);
        let (definitions, problems) = check::definitions(self.sources, &files);
        let Some(definitions) = definitions else {
            return match self.test_at_fault(&problems) {
                Some(name) => MutantFate::Noticed(name),
                None => MutantFate::Refused,
            };
        };
        for place in &tests {
            let name = self.test_name(*place);
            let changed = definitions.tests.iter().find(|test| test.name == name);
            let passes = changed.is_some_and(|test| super::outcome(&definitions, test).passed());
            if !passes {
                self.last[symbol.0].store(*place, Ordering::Relaxed);
                return MutantFate::Noticed(name.to_owned());
            }
        }
        MutantFate::Unnoticed(tests.len())
    }

    /// The tests that depend on a definition, the one that noticed a mutant of it last at the beginning.
    fn in_order(&self, symbol: SymbolId) -> Vec<usize> {
        let last = self.last[symbol.0].load(Ordering::Relaxed);
        let mut tests = self.reach.tests_of(symbol).to_vec();
        tests.sort_by_key(|test| *test != last);
        tests
    }

    fn test_name(&self, place: usize) -> &str {
        &self.project.definitions.tests[place].name
    }

    /// The trees with one definition changed, without what no test can ask for and without all other tests.
    fn changed_files(&self, mutant: &Mutant, tests: &BTreeSet<&str>) -> Vec<ast::File> {
        let is_needed = |definition: &Definition| match definition {
            Definition::Test(test) => tests.contains(test.name.node.as_str()),
            Definition::Dashboard(_) | Definition::ReportSource(_) | Definition::Match(_) => false,
            Definition::Calendar(_)
            | Definition::Scale(_)
            | Definition::Table(_)
            | Definition::Condition(_)
            | Definition::Score(_)
            | Definition::Sla(_)
            | Definition::Kpi(_)
            | Definition::View(_) => true,
        };
        let files = self.project.files.iter().enumerate();
        files
            .map(|(file, tree)| {
                let definitions = tree.definitions.iter().enumerate();
                let needed = definitions.filter(|(_, each)| is_needed(&each.node));
                let changed = needed.map(|(index, each)| {
                    let mut definition = each.clone();
                    if (file, index) == mutant.place {
                        Mutator::new(&self.vocabulary, Some(mutant.number))
                            .definition(&mut definition.node);
                    }
                    definition
                });
                ast::File {
                    source: tree.source,
                    definitions: changed.collect(),
                    comments: Vec::new(),
                    mistaken: Vec::new(),
                }
            })
            .collect()
    }

    /// The test in which all errors are, if they are in one: the mutant is right by itself.
    fn test_at_fault(&self, problems: &Problems) -> Option<String> {
        let tests = &self.project.definitions.tests;
        let within = |span: Span, whole: Span| {
            span.source == whole.source && (whole.start..whole.end).contains(&span.start)
        };
        let mut errors = problems
            .iter()
            .filter(|problem| problem.severity == Severity::Error);
        let test_of = |span: Span| tests.iter().find(|test| within(span, test.span));
        let first = errors.next()?.span.and_then(test_of)?;
        let all = errors.all(|problem| problem.span.and_then(test_of).is_some());
        all.then(|| first.name.clone())
    }
}

impl ChangedSymbol {
    /// Its symbol.
    pub fn symbol(&self, definitions: &Definitions) -> Option<SymbolId> {
        let table = self.table.as_deref();
        definitions.symbols.find(self.kind, table, &self.name)
    }

    /// `score risk`, `event findings.fixed`
    pub fn label(&self) -> String {
        match &self.table {
            Some(table) => format!("{} {table}.{}", self.kind.word(), self.name),
            None => format!("{} {}", self.kind.word(), self.name),
        }
    }
}
