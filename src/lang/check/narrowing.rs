//! A query's `where`, on every population of its columns.

use std::collections::BTreeMap;

use super::conditions::{ConditionContext, ConditionSite, condition, join};
use super::contradictions;
use super::formulas::{inline, measures, populations};
use super::populations::setting_of;
use super::scope::Scope;
use super::settled;
use crate::base::diagnostic::Problems;
use crate::base::source::Spanned;
use crate::lang::model::{Condition, Formula, Measure, Population, TableId};
use crate::lang::syntax::ast;

/// The meanings of a `where` on the tables met so far.
pub(super) struct Narrowing<'a> {
    tree: Option<&'a Spanned<ast::Condition>>,
    found: BTreeMap<(TableId, ConditionContext), Result<Condition, Problems>>,
    /// Told where the `where` is taken all the same.
    warnings: Problems,
}

impl<'a> Narrowing<'a> {
    pub fn new(tree: Option<&'a Spanned<ast::Condition>>) -> Self {
        Narrowing {
            tree,
            found: BTreeMap::new(),
            warnings: Problems::default(),
        }
    }

    /// What is wrong with the `where` on the populations of a formula; `None` if nothing is. Its
    /// problems may be none, where a name in it is broken elsewhere.
    pub fn check(&mut self, scope: Scope, formula: &Formula) -> Option<Problems> {
        let tree = self.tree?;
        let mut wrong: Option<Problems> = None;
        let warnings = &mut self.warnings;
        populations(scope, formula, &mut |population| {
            let (table, setting) = (population.table, setting_of(population.role));
            let meaning = self.found.entry((table, setting)).or_insert_with(|| {
                let mut problems = Problems::default();
                let site = ConditionSite { table, setting };
                match condition(scope, site, tree, &mut problems) {
                    Some(meaning) => {
                        warnings.extend(problems);
                        Ok(meaning)
                    }
                    None => Err(problems),
                }
            });
            if let Err(problems) = meaning {
                let all = wrong.get_or_insert_with(Problems::default);
                all.extend(problems.clone());
            }
        });
        wrong
    }

    /// Tells of tests in the `where` that say nothing on a population of a formula, and of those that repeat or contradict
    /// what the formula asks itself. `owner` is the column.
    pub fn advise(&self, scope: Scope, formula: &Formula, owner: &str, problems: &mut Problems) {
        populations(scope, formula, &mut |population| {
            settled::advise(scope, population, self.tree, problems);
        });
        self.advise_of_own(scope, formula, owner, problems);
    }

    /// Tells of tests in the `where` that repeat or contradict what a formula asks itself. Call [`Narrowing::check`] first.
    pub fn advise_of_own(
        &self,
        scope: Scope,
        formula: &Formula,
        owner: &str,
        problems: &mut Problems,
    ) {
        let Some(tree) = self.tree else { return };
        measures(scope, formula, &mut |measure| {
            if let Some(Ok(own)) = self.found.get(&key_of(&measure.population)) {
                contradictions::advise_narrowed(scope, (measure, owner), (own, tree), problems);
            }
        });
    }

    /// What is to be said of the `where` where nothing is wrong with it.
    pub fn warnings(&self) -> Problems {
        self.warnings.clone()
    }

    /// The formula without KPI names and with the `where` in every population. Call
    /// [`Narrowing::check`] first.
    pub fn apply(&self, scope: Scope, formula: &Formula) -> Formula {
        inline(scope, formula, &mut |measure| Measure {
            population: self.narrowed(&measure.population),
            ..measure.clone()
        })
    }

    fn narrowed(&self, population: &Population) -> Population {
        let Some(Ok(own)) = self.found.get(&key_of(population)) else {
            return population.clone();
        };
        let filters = population.filter.iter().chain([own]).cloned();
        Population {
            filter: Some(join(filters)),
            ..population.clone()
        }
    }
}

fn key_of(population: &Population) -> (TableId, ConditionContext) {
    (population.table, setting_of(population.role))
}
