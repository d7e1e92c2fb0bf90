//! Which tests a definition's numbers are expected in: the uses of definitions, followed to tests.

use std::collections::BTreeSet;

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

    /// The tests that depend on a symbol.
    pub fn tests_of(&self, symbol: SymbolId) -> &[usize] {
        &self.tests[symbol.0]
    }
}
