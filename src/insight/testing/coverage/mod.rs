//! Which definitions and lines of definitions tests hit.
//!
//! Takes definitions with their trees, and their tests; gives each line with whether a test hits it. A definition is hit
//! by a test that depends on it. A due line, a weight or an exclusion is hit where a row of such a test falls on it; a
//! target or a band where a test expects the verdict or the band.

mod lines;

use std::sync::atomic::{AtomicBool, Ordering};

pub use lines::{CoverageLine, LineKind};

use super::reach::TestReach;
use super::{GivenTables, given_tables};
use crate::base::parallel::in_parallel;
use crate::base::source::{Sources, Span};
use crate::exec::answer::{Answer, Cell, ColumnRole, Status, Value};
use crate::exec::query_context::answers_over;
use crate::lang::analyze;
use crate::lang::model::{Definitions, Expect, Query, Subject, SymbolKind, Test};
use crate::lang::project::Project;

/// A line, and how often it is hit.
pub struct CoveredLine {
    pub line: CoverageLine,
    /// The tests that depend on the definition it belongs to.
    pub tests: usize,
    pub is_hit: bool,
}

/// Lines with the tests that hit them, in the order of files and texts.
pub fn coverage(sources: &Sources, project: &Project) -> Vec<CoveredLine> {
    let definitions = &project.definitions;
    let reach = TestReach::new(definitions);
    let lines = lines::lines(sources, project);
    let mut texts = sources.clone();
    let queries: Vec<Option<Query>> = lines
        .iter()
        .map(|line| {
            let text = line.rows.as_deref()?;
            let read = analyze::read(&mut texts, definitions, "<coverage>", text);
            read.ok().map(|read| read.query)
        })
        .collect();
    let hits: Vec<AtomicBool> = lines.iter().map(|_| AtomicBool::new(false)).collect();
    let tests: Vec<usize> = (0..definitions.tests.len()).collect();
    in_parallel(&tests, |test| {
        let asked = AskedTest {
            definitions,
            lines: &lines,
            queries: &queries,
            hits: &hits,
            test: &definitions.tests[*test],
        };
        asked.mark(|line| reach.tests_of(line.symbol).contains(test));
    });
    let hits = hits.into_iter().map(AtomicBool::into_inner);
    lines
        .into_iter()
        .zip(hits)
        .map(|(line, is_hit)| CoveredLine {
            tests: reach.tests_of(line.symbol).len(),
            is_hit,
            line,
        })
        .collect()
}

/// How headers of columns end that hold verdicts, and bands.
const OF_VERDICTS: [&str; 3] = ["_status", "_target", "_bound"];
const OF_BANDS: &str = "_band";

/// Whether a test expects a verdict or a band.
fn expects_verdict(expect: &Expect) -> bool {
    let mut endings = OF_VERDICTS.iter().chain(std::iter::once(&OF_BANDS));
    endings.any(|ending| expect.header.iter().any(|head| head.ends_with(ending)))
}

/// One test, and the lines that it may hit.
struct AskedTest<'a> {
    definitions: &'a Definitions,
    lines: &'a [CoverageLine],
    /// For each line, the rows that fall on it.
    queries: &'a [Option<Query>],
    hits: &'a [AtomicBool],
    test: &'a Test,
}

impl AskedTest<'_> {
    fn mark(&self, depends: impl Fn(&CoverageLine) -> bool) {
        let own: Vec<usize> = (0..self.lines.len())
            .filter(|index| depends(&self.lines[*index]))
            .collect();
        let Ok(given) = given_tables(self.definitions, self.test) else {
            return;
        };
        for index in &own {
            match (self.lines[*index].kind, &self.queries[*index]) {
                (LineKind::Definition, _) => self.hit(*index),
                // What no list can be asked for is hit by what depends on it.
                (LineKind::Due | LineKind::Weight | LineKind::Exclusion, None) => self.hit(*index),
                (LineKind::Due | LineKind::Weight | LineKind::Exclusion, Some(_)) => {}
                (LineKind::Target | LineKind::Band, _) => {}
            }
        }
        self.mark_rows(&own, &given);
        for expect in self
            .test
            .expects
            .iter()
            .filter(|expect| expects_verdict(expect))
        {
            let queries = [&expect.query];
            let answers = answers_over(self.definitions, &given.sources, &queries, &given.time);
            if let Ok(answers) = answers {
                self.mark_values(&own, expect, &answers[0]);
            }
        }
    }

    /// Lines that a row of the test falls on; those hit before are not asked for again.
    fn mark_rows(&self, own: &[usize], given: &GivenTables) {
        let asked: Vec<(usize, &Query)> = own
            .iter()
            .filter(|index| !self.is_hit(**index))
            .filter_map(|index| Some((*index, self.queries[*index].as_ref()?)))
            .filter(|(_, query)| self.gives_rows(query))
            .collect();
        if asked.is_empty() {
            return;
        }
        let ask = |queries: &[&Query]| {
            answers_over(self.definitions, &given.sources, queries, &given.time)
        };
        let queries: Vec<&Query> = asked.iter().map(|(_, query)| *query).collect();
        // All at once is quicker; one that is refused must not take the others along.
        let together = ask(&queries).ok();
        for (place, (index, query)) in asked.iter().enumerate() {
            let has_rows = match &together {
                Some(answers) => !answers[place].rows.is_empty(),
                None => ask(&[*query]).is_ok_and(|answers| !answers[0].rows.is_empty()),
            };
            if has_rows {
                self.hit(*index);
            }
        }
    }

    /// Whether the test gives rows of the table that is listed.
    fn gives_rows(&self, query: &Query) -> bool {
        let Subject::List(list) = &query.subject else {
            return false;
        };
        let mut tables = self.test.givens.iter().map(|given| given.table);
        tables.any(|table| table == list.population.table)
    }

    fn is_hit(&self, index: usize) -> bool {
        self.hits[index].load(Ordering::Relaxed)
    }

    fn hit(&self, index: usize) {
        self.hits[index].store(true, Ordering::Relaxed);
    }

    /// Verdicts and bands that the test expects, by the headers of its rows.
    fn mark_values(&self, own: &[usize], expect: &Expect, answer: &Answer) {
        for (place, column) in answer.columns.iter().enumerate() {
            if !matches!(column.role, ColumnRole::Value(_)) {
                continue;
            }
            let expects = |part: &str| {
                let name = format!("{}{part}", column.name);
                expect.header.contains(&name)
            };
            let is_judged = OF_VERDICTS.iter().any(|part| expects(part));
            let has_band = expects(OF_BANDS);
            for row in &answer.rows {
                let Cell::Value(value) = &row.cells[place] else {
                    continue;
                };
                if let Some(target) = judging(value).filter(|_| is_judged) {
                    self.hit_where(own, |line| {
                        line.kind == LineKind::Target && line.span == target
                    });
                }
                if let Some(band) = value.band.as_ref().filter(|_| has_band) {
                    self.hit_where(own, |line| self.is_band(line, &column.name, band));
                }
            }
        }
    }

    fn is_band(&self, line: &CoverageLine, kpi: &str, band: &str) -> bool {
        let symbols = &self.definitions.symbols;
        line.label.as_deref() == Some(band)
            && symbols.find(SymbolKind::Kpi, None, kpi) == Some(line.symbol)
    }

    fn hit_where(&self, own: &[usize], is_meant: impl Fn(&CoverageLine) -> bool) {
        let meant = own.iter().filter(|index| is_meant(&self.lines[**index]));
        meant.for_each(|index| self.hit(*index));
    }
}

/// The target that passed or failed a value.
fn judging(value: &Value) -> Option<Span> {
    let target = value.target.as_ref()?;
    (target.status != Status::NoData).then_some(target.span)
}
