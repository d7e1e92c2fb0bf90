//! When scans would have seen what they do not see.

use std::collections::BTreeMap;

use super::{LineNumber, ObservedScan, RuleNumber, ScanCoverage};

/// The instants of adequate scans, by line, ascending.
pub(super) struct AdequateScans {
    everything: BTreeMap<LineNumber, Vec<i64>>,
    by_rule: BTreeMap<(LineNumber, RuleNumber), Vec<i64>>,
}

impl AdequateScans {
    pub fn of(looks: &[ObservedScan]) -> AdequateScans {
        let mut everything: BTreeMap<LineNumber, Vec<i64>> = BTreeMap::new();
        let mut by_rule: BTreeMap<(LineNumber, RuleNumber), Vec<i64>> = BTreeMap::new();
        for look in looks {
            match &look.reach {
                ScanCoverage::Nothing => {}
                ScanCoverage::Everything => everything.entry(look.line).or_default().push(look.at),
                ScanCoverage::Rules(rules) => {
                    for rule in rules {
                        by_rule.entry((look.line, *rule)).or_default().push(look.at);
                    }
                }
            }
        }
        for times in everything.values_mut().chain(by_rule.values_mut()) {
            times.sort_unstable();
        }
        AdequateScans {
            everything,
            by_rule,
        }
    }

    /// The first scan of a line after an instant that proves what it does not see to be gone. Of a weakness
    /// whose rule is not known only a scan of everything proves that.
    pub fn next(&self, line: LineNumber, rule: Option<RuleNumber>, after: i64) -> Option<i64> {
        let first = |times: &[i64]| times.get(times.partition_point(|at| *at <= after)).copied();
        let everything = self.everything.get(&line);
        let of_rule = rule.and_then(|rule| self.by_rule.get(&(line, rule)));
        let proofs = everything.into_iter().chain(of_rule);
        proofs.filter_map(|times| first(times)).min()
    }
}
