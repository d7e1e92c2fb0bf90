//! When scans would have seen what they do not see.

use std::collections::BTreeMap;

use super::{ObservedScan, RuleNumber, ScanCoverage};

/// The instants of adequate scans, ascending.
pub(super) struct AdequateScans {
    everything: Vec<i64>,
    by_rule: BTreeMap<RuleNumber, Vec<i64>>,
}

impl AdequateScans {
    pub fn of(looks: &[ObservedScan]) -> AdequateScans {
        let mut everything = Vec::new();
        let mut by_rule: BTreeMap<RuleNumber, Vec<i64>> = BTreeMap::new();
        for look in looks {
            match &look.reach {
                ScanCoverage::Nothing => {}
                ScanCoverage::Everything => everything.push(look.at),
                ScanCoverage::Rules(rules) => {
                    for rule in rules {
                        by_rule.entry(*rule).or_default().push(look.at);
                    }
                }
            }
        }
        everything.sort_unstable();
        for times in by_rule.values_mut() {
            times.sort_unstable();
        }
        AdequateScans {
            everything,
            by_rule,
        }
    }

    /// The first scan after an instant that proves what it does not see to be gone. Of a weakness
    /// whose rule is not known only a scan of everything proves that.
    pub fn next(&self, rule: Option<RuleNumber>, after: i64) -> Option<i64> {
        let first = |times: &[i64]| times.get(times.partition_point(|at| *at <= after)).copied();
        let of_rule = rule.and_then(|rule| self.by_rule.get(&rule));
        let of_rule = of_rule.and_then(|times| first(times));
        first(&self.everything).into_iter().chain(of_rule).min()
    }
}
