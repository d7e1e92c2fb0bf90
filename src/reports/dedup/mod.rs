//! Detections of several tools → issues: which of them are one weakness, and why.
//!
//! Takes what tools saw of one asset in one environment, and the `match` rules; gives groups of
//! detections. Pure, and the same in whatever order detections come.
//!
//! Rules are tried one after the other; detections that a rule has merged are one for the next rule. A group
//! that matches two others which do not match each other is ambiguous and is not merged: it could belong to
//! either.

mod fields;

use std::collections::{BTreeMap, BTreeSet};

use crate::lang::model::{Across, MatchRule};
use crate::reports::ingest::ReportRow;
use fields::MatchKey;

/// One thing that a tool sees.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Detected<'a> {
    pub tool: &'a str,
    pub row: &'a ReportRow,
}

/// Which detections are one weakness, by their indexes.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct MergedIssues {
    /// Every detection is in one; ascending within, and by the first.
    pub issues: Vec<Vec<usize>>,
    pub links: Vec<Link>,
}

/// Why two detections are one weakness.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Link {
    pub left: usize,
    pub right: usize,
    /// The index of the rule.
    pub rule: usize,
    /// The fields and what they have in common.
    pub because: String,
}

/// Merges detections by the rules.
pub fn merge(rules: &[MatchRule], detections: &[Detected]) -> MergedIssues {
    let mut group: Vec<usize> = (0..detections.len()).collect();
    let mut links = Vec::new();
    for (index, rule) in rules.iter().enumerate() {
        let edges = edges(rule, detections, &group);
        let mut merged = BTreeMap::new();
        for (left, right) in unambiguous(&edges) {
            let (one, other) = edges[&(left, right)];
            let shared = MatchKey::of(rule, detections[one].row)
                .zip(MatchKey::of(rule, detections[other].row))
                .and_then(|(one, other)| one.shared(&other));
            links.push(Link {
                left: one,
                right: other,
                rule: index,
                because: shared.unwrap_or_default(),
            });
            merged.insert(right, left);
        }
        // The first of a clique is none of its others, so one step leads there.
        for member in &mut group {
            *member = merged.get(member).copied().unwrap_or(*member);
        }
    }
    let mut issues: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (detection, group) in group.iter().enumerate() {
        issues.entry(*group).or_default().push(detection);
    }
    MergedIssues {
        issues: issues.into_values().collect(),
        links,
    }
}

/// Whether detections name weaknesses that have nothing in common.
pub fn conflicts(detections: &[Detected], issue: &[usize]) -> bool {
    let classes = |member: &usize| &detections[*member].row.cwe;
    issue.iter().enumerate().any(|(index, left)| {
        issue[index + 1..].iter().any(|right| {
            let (left, right) = (classes(left), classes(right));
            let is_told = !left.is_empty() && !right.is_empty();
            is_told && !left.iter().any(|cwe| right.contains(cwe))
        })
    })
}

/// Groups that match, each named by its first detection, and the first two detections that match.
type Edges = BTreeMap<(usize, usize), (usize, usize)>;

fn edges(rule: &MatchRule, detections: &[Detected], group: &[usize]) -> Edges {
    let compared: Vec<Option<MatchKey>> = detections
        .iter()
        .map(|each| MatchKey::of(rule, each.row))
        .collect();
    let mut tools: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
    for (detection, group) in detections.iter().zip(group) {
        tools.entry(*group).or_default().insert(detection.tool);
    }
    let may_merge = |left: usize, right: usize| match rule.across {
        Across::Detections => left != right,
        Across::Tools => left != right && tools[&left].is_disjoint(&tools[&right]),
    };
    let mut buckets: BTreeMap<String, Vec<(usize, &MatchKey)>> = BTreeMap::new();
    for (detection, compared) in compared.iter().enumerate() {
        let keys = compared.iter().flat_map(|compared| {
            let keys = compared.keys().into_iter();
            keys.map(move |key| (key, compared))
        });
        for (key, compared) in keys {
            buckets.entry(key).or_default().push((detection, compared));
        }
    }
    let mut edges = Edges::new();
    // What one tool sees is never merged with what it sees beside it: that is most of what there is.
    let is_of_one_tool = |members: &[(usize, &MatchKey)]| {
        let mut tools = members
            .iter()
            .map(|(detection, _)| detections[*detection].tool);
        let first = tools.next();
        tools.all(|tool| Some(tool) == first)
    };
    // Comparing every pair of such a bucket would be quadratic in the findings of one scan, for nothing.
    let is_vain =
        |members: &[(usize, &MatchKey)]| rule.across == Across::Tools && is_of_one_tool(members);
    for members in buckets.values().filter(|members| !is_vain(members)) {
        for (index, (one, compared)) in members.iter().enumerate() {
            for (other, others) in &members[index + 1..] {
                let ends = (
                    group[*one].min(group[*other]),
                    group[*one].max(group[*other]),
                );
                if may_merge(ends.0, ends.1) && compared.agrees(others) {
                    let pair = (*one.min(other), *one.max(other));
                    let known = edges.entry(ends).or_insert(pair);
                    *known = pair.min(*known);
                }
            }
        }
    }
    edges
}

/// The edges between groups whose neighbours all go together: what remains are whole cliques. Of each
/// clique the edges of its first group are given.
fn unambiguous(edges: &Edges) -> Vec<(usize, usize)> {
    let mut neighbours: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for (left, right) in edges.keys() {
        neighbours.entry(*left).or_default().insert(*right);
        neighbours.entry(*right).or_default().insert(*left);
    }
    let is_clear = |group: &usize| {
        let around: Vec<usize> = neighbours[group].iter().copied().collect();
        around.iter().enumerate().all(|(index, left)| {
            around[index + 1..]
                .iter()
                .all(|right| edges.contains_key(&(*left, *right)))
        })
    };
    let clear: BTreeSet<usize> = neighbours.keys().copied().filter(is_clear).collect();
    let is_first = |group: usize| {
        let mut before = neighbours[&group].range(..group);
        !before.any(|other| clear.contains(other))
    };
    let both = edges
        .keys()
        .filter(|(left, right)| clear.contains(left) && clear.contains(right));
    both.copied().filter(|(left, _)| is_first(*left)).collect()
}
