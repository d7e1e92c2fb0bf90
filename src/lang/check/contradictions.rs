//! Tests that contradict each other, or of which one always holds (K440), and tests that a query repeats of what its
//! KPI asks already (K423).

use super::conditions::{ConditionContext, ConditionSite, condition};
use super::populations::setting_of;
use super::scope::Scope;
use super::value_sets::{TestedValue, ValueSet};
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::Spanned;
use crate::lang::format;
use crate::lang::model::{Condition, Measure, Population};
use crate::lang::syntax::ast::{self, ComparisonOperator};

/// What is so of a row that passes some tests.
struct Facts<'s> {
    scope: Scope<'s>,
    sets: Vec<(TestedValue, ValueSet)>,
    tests: Vec<Condition>,
}

impl<'s> Facts<'s> {
    fn of<'c>(scope: Scope<'s>, conditions: impl IntoIterator<Item = &'c Condition>) -> Self {
        let mut facts = Facts {
            scope,
            sets: Vec::new(),
            tests: Vec::new(),
        };
        for part in conditions.into_iter().flat_map(Condition::conjuncts) {
            facts.tests.push(part.clone());
            if let Some((subject, set)) = ValueSet::of(scope, part) {
                let mut known = facts.sets.iter_mut();
                match known.find(|(known, _)| *known == subject) {
                    Some((_, before)) => *before = before.clone().intersection(&set),
                    None => facts.sets.push((subject, set)),
                }
            }
        }
        facts
    }

    /// What is so of a field or a time.
    fn about(&self, subject: &TestedValue) -> Option<&ValueSet> {
        let mut sets = self.sets.iter();
        sets.find(|(known, _)| known == subject).map(|(_, set)| set)
    }

    /// Whether a test fails wherever these hold.
    fn refute(&self, test: &Condition) -> bool {
        if let Some((subject, set)) = ValueSet::of(self.scope, test) {
            let own = self.about(&subject);
            return own.is_some_and(|own| own.clone().intersection(&set).is_empty());
        }
        match test {
            Condition::All(parts) => parts.iter().any(|part| self.refute(part)),
            Condition::AnyOf(parts) => parts.iter().all(|part| self.refute(part)),
            other => self.tests.contains(&negated(other)),
        }
    }

    /// Whether a test holds wherever these hold.
    fn imply(&self, test: &Condition) -> bool {
        if let Some((subject, set)) = ValueSet::of(self.scope, test) {
            let own = self.about(&subject);
            return own.is_some_and(|own| own.is_within(&set));
        }
        match test {
            Condition::All(parts) => parts.iter().all(|part| self.imply(part)),
            Condition::AnyOf(parts) => parts.iter().any(|part| self.imply(part)),
            other => self.tests.contains(other),
        }
    }

    /// Whether nothing passes all of them.
    fn are_impossible(&self) -> bool {
        self.sets.iter().any(|(_, set)| set.is_empty()) || self.are_opposed()
    }

    /// Whether nothing that has a value passes all of them.
    fn leave_no_value(&self) -> bool {
        self.sets.iter().any(|(_, set)| set.has_no_value()) || self.are_opposed()
    }

    fn are_opposed(&self) -> bool {
        let mut tests = self.tests.iter();
        tests.any(|test| self.tests.contains(&negated(test)))
    }
}

fn negated(test: &Condition) -> Condition {
    match test {
        Condition::Not(inner) => (**inner).clone(),
        other => Condition::Not(Box::new(other.clone())),
    }
}

/// Whether a test holds, or fails, wherever a condition holds.
pub(super) fn settles(scope: Scope, condition: &Condition, test: &Condition) -> Option<bool> {
    let facts = Facts::of(scope, [condition]);
    match (facts.imply(test), facts.refute(test)) {
        (true, _) => Some(true),
        (false, true) => Some(false),
        (false, false) => None,
    }
}

/// Tells of chains of tests in a condition that never hold, or always do.
pub(super) fn advise(
    scope: Scope,
    population: &Population,
    tree: Option<&Spanned<ast::Condition>>,
    problems: &mut Problems,
) {
    let site = ConditionSite {
        table: population.table,
        setting: setting_of(population.role),
    };
    if let Some(tree) = tree {
        each_chain(scope, site, tree, problems);
    }
}

fn each_chain(
    scope: Scope,
    site: ConditionSite,
    tree: &Spanned<ast::Condition>,
    problems: &mut Problems,
) {
    match &tree.node {
        ast::Condition::And(parts) | ast::Condition::Or(parts) => {
            let chain = Chain {
                tree,
                parts,
                is_and: matches!(tree.node, ast::Condition::And(_)),
            };
            if let Some(verdict) = chain.verdict(scope, site) {
                problems.push(verdict);
            }
            for part in parts {
                each_chain(scope, site, part, problems);
            }
        }
        ast::Condition::Not(inner)
        | ast::Condition::Group(inner)
        | ast::Condition::SoFar(inner) => each_chain(scope, site, inner, problems),
        ast::Condition::Exists(asked) => {
            let table = scope.model.table_named(&asked.table.node);
            if let Some((table, filter)) = table.zip(asked.filter.as_ref()) {
                let setting = ConditionContext::Related;
                each_chain(scope, ConditionSite { table, setting }, filter, problems);
            }
        }
        ast::Condition::Compare { .. }
        | ast::Condition::In { .. }
        | ast::Condition::Contains { .. }
        | ast::Condition::Missing(_)
        | ast::Condition::Present(_)
        | ast::Condition::Within { .. }
        | ast::Condition::Near { .. }
        | ast::Condition::Elapsed { .. }
        | ast::Condition::Name(_) => {}
    }
}

/// Tests joined by `and`, or by `or`.
struct Chain<'t> {
    tree: &'t Spanned<ast::Condition>,
    parts: &'t [Spanned<ast::Condition>],
    is_and: bool,
}

impl Chain<'_> {
    fn verdict(&self, scope: Scope, site: ConditionSite) -> Option<Diagnostic> {
        // Their own problems are told where they are checked.
        let tests = self
            .parts
            .iter()
            .map(|part| condition(scope, site, part, &mut Problems::default()));
        let tests: Vec<Condition> = tests.collect::<Option<_>>()?;
        let is_settled = |tests: &[Condition]| match self.is_and {
            true => Facts::of(scope, tests).are_impossible(),
            // A chain of `or` says nothing if its tests cannot fail together, but where a value is missing.
            false => {
                let failures: Vec<Condition> = tests.iter().map(negated).collect();
                Facts::of(scope, &failures).leave_no_value()
            }
        };
        if !is_settled(&tests) {
            return None;
        }
        let pairs = (0..tests.len()).flat_map(|right| (0..right).map(move |left| (left, right)));
        let mut settled = pairs
            .filter(|(left, right)| is_settled(&[tests[*left].clone(), tests[*right].clone()]));
        Some(self.told(settled.next()))
    }

    /// What is said of the chain, and of the two tests in it that are enough for it.
    fn told(&self, pair: Option<(usize, usize)>) -> Diagnostic {
        let written = format::condition(&self.tree.node);
        let (holds, why) = match self.is_and {
            true => ("never holds", "no row passes all of these"),
            false => (
                "leaves nothing out",
                "every row with a value passes one of these",
            ),
        };
        let problem =
            Diagnostic::warning("K440", self.tree.span, format!("`{written}` {holds}")).label(why);
        let Some((left, right)) = pair else {
            return problem;
        };
        match (self.values_of(left), self.values_of(right)) {
            (Some(field), Some(same)) if field == same => problem.write(self.with_list(field)),
            _ => {
                let instead = self.with_pair(left, right);
                let which = if self.is_and {
                    "one of the two"
                } else {
                    "both"
                };
                problem.help_edit(format!("for rows that pass {which}: `{instead}`"), instead)
            }
        }
    }

    /// The field of a test for one value in a chain of `and`, against one value in a chain of `or`.
    fn values_of(&self, part: usize) -> Option<&ast::FieldRef> {
        let expected = match self.is_and {
            true => ComparisonOperator::Equal,
            false => ComparisonOperator::NotEqual,
        };
        match &self.parts[part].node {
            ast::Condition::Compare {
                field, operator, ..
            } if operator.node == expected => Some(field),
            _ => None,
        }
    }

    /// The chain with all such tests of a field as one of a list.
    fn with_list(&self, field: &ast::FieldRef) -> String {
        let is_of_list = |part: usize| self.values_of(part).is_some_and(|own| own == field);
        let values = (0..self.parts.len()).filter(|part| is_of_list(*part));
        let values = values.filter_map(|part| match &self.parts[part].node {
            ast::Condition::Compare { value, .. } => Some(value.clone()),
            _ => None,
        });
        let list = ast::Condition::In {
            field: field.clone(),
            negated: !self.is_and,
            values: values.collect(),
        };
        self.with_instead(&list, &is_of_list)
    }

    /// The chain with two of its tests joined by the other word.
    fn with_pair(&self, left: usize, right: usize) -> String {
        let both = vec![self.parts[left].clone(), self.parts[right].clone()];
        let joined = match self.is_and {
            true => ast::Condition::Or(both),
            false => ast::Condition::And(both),
        };
        let joined = match self.parts.len() {
            2 => joined,
            _ => ast::Condition::Group(Box::new(Spanned::new(joined, self.tree.span))),
        };
        self.with_instead(&joined, &|part| part == left || part == right)
    }

    /// The chain with a condition in the place of some of its tests.
    fn with_instead(&self, one: &ast::Condition, is_replaced: &dyn Fn(usize) -> bool) -> String {
        let mut texts = vec![format::condition(one)];
        let others = (0..self.parts.len()).filter(|part| !is_replaced(*part));
        texts.extend(others.map(|part| format::condition(&self.parts[part].node)));
        texts.join(if self.is_and { " and " } else { " or " })
    }
}

/// Tells of a share whose test its own `where` has settled.
pub(super) fn advise_share(
    scope: Scope,
    population: &Population,
    with: Option<(&Condition, &Spanned<ast::Condition>)>,
    problems: &mut Problems,
) {
    let (Some(filter), Some((with, tree))) = (&population.filter, with) else {
        return;
    };
    let facts = Facts::of(scope, [filter]);
    if facts.are_impossible() {
        return;
    }
    let Some(share) = settled_share(&facts, with) else {
        return;
    };
    problems.push(
        Diagnostic::warning(
            "K423",
            tree.span,
            format!(
                "`{}` is settled by `where`: the share is always {share}",
                format::condition(&tree.node)
            ),
        )
        .label("`where` chooses the rows that are counted, `with` those of them that count as the part")
        .help("leave one of the two out"),
    );
}

fn settled_share(facts: &Facts, with: &Condition) -> Option<&'static str> {
    match (facts.imply(with), facts.refute(with)) {
        (true, _) => Some("100%"),
        (false, true) => Some("0%"),
        (false, false) => None,
    }
}

/// Tells of a query's `where` that repeats or contradicts what a measure asks itself. `owner` is the column.
pub(super) fn advise_narrowed(
    scope: Scope,
    (measure, owner): (&Measure, &str),
    (narrowing, tree): (&Condition, &Spanned<ast::Condition>),
    problems: &mut Problems,
) {
    let own = &measure.population.filter;
    let before = Facts::of(scope, own);
    let after = Facts::of(scope, own.iter().chain([narrowing]));
    let written = format::condition(&tree.node);
    let problem = |message: String| Diagnostic::warning("K423", tree.span, message);
    if Facts::of(scope, [narrowing]).are_impossible() || before.are_impossible() {
        return;
    }
    if after.are_impossible() {
        problems.push(
            problem(format!("`{written}` leaves no row of `{owner}`"))
                .label("its own `where` asks for other rows")
                .help("leave it out, or ask for a formula without that `where`"),
        );
        return;
    }
    let Some(with) = &measure.with else {
        return;
    };
    let share = settled_share(&after, with);
    if let (Some(share), None) = (share, settled_share(&before, with)) {
        problems.push(
            problem(format!(
                "`{written}` settles `{owner}`: it is always {share}"
            ))
            .label("the share asks for this itself")
            .help("leave it out"),
        );
    }
}
