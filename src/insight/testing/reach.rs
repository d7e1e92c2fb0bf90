//! Which tests a definition's numbers are expected in: the uses of definitions, followed to tests.

use std::collections::BTreeSet;

use super::is_about;
use super::mutation::Mutant;
use crate::insight::lineage::{LineageDirection, LineageGraph};
use crate::lang::model::{Definitions, SymbolId, SymbolKind};

/// Tests by what they depend on, directly or through other definitions.
pub struct TestReach {
    /// By [`SymbolId`]: indexes into [`Definitions::tests`], in order.
    tests: Vec<Vec<usize>>,
}

impl TestReach {
    pub fn new(definitions: &Definitions) -> TestReach {
        let symbols = &definitions.symbols;
        let graph = LineageGraph::new(definitions);
        let mut uses: Vec<Vec<SymbolId>> = vec![Vec::new(); symbols.symbols.len()];
        for each in symbols.uses.iter().filter(|each| each.is_dependency) {
            uses[each.user.0].push(each.symbol);
        }
        let mut tests: Vec<Vec<usize>> = vec![Vec::new(); symbols.symbols.len()];
        for (place, test) in definitions.tests.iter().enumerate() {
            let Some(id) = symbols.find(SymbolKind::Test, None, &test.name) else {
                continue;
            };
            let own: BTreeSet<SymbolId> = uses[id.0].iter().copied().collect();
            let own: Vec<SymbolId> = own.into_iter().collect();
            for symbol in graph.reached(&own, LineageDirection::Sources) {
                tests[symbol.0].push(place);
            }
        }
        TestReach { tests }
    }

    /// Whether a test about a text depends on what a mutant changes.
    pub fn has_test(&self, definitions: &Definitions, mutant: &Mutant, text: &str) -> bool {
        let symbol = mutant.change.of.symbol(definitions);
        let tests = symbol.map_or(&[][..], |symbol| self.tests_of(symbol));
        let mut tests = tests.iter().map(|test| &definitions.tests[*test]);
        tests.any(|test| is_about(test, text))
    }

    /// The tests that depend on a symbol.
    pub fn tests_of(&self, symbol: SymbolId) -> &[usize] {
        &self.tests[symbol.0]
    }
}
