//! One report against the second opinion.

use std::collections::{BTreeMap, BTreeSet};

use riskql::reports::ingest::{Report, ReportRow};

use super::expected::Expected;
use super::own_ids::Ids;
use super::raw::Node;
use super::steps::{self, Rule, Step, Working};
use super::template::{Template, is_one};

/// What is compared.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum What {
    Rows,
    Severities,
    Cves,
    Cwes,
    Files,
    Components,
    Hosts,
}

impl What {
    pub const ALL: [What; 7] = [
        What::Rows,
        What::Severities,
        What::Cves,
        What::Cwes,
        What::Files,
        What::Components,
        What::Hosts,
    ];

    pub fn word(self) -> &'static str {
        match self {
            What::Rows => "rows",
            What::Severities => "severities",
            What::Cves => "cves",
            What::Cwes => "cwes",
            What::Files => "files",
            What::Components => "components",
            What::Hosts => "hosts",
        }
    }

    /// How names are made, where the other writes them in several ways.
    fn templates(self) -> Vec<Template> {
        let texts: &[&'static str] = match self {
            What::Files => &["{file}"],
            What::Components => &[
                "{component}@{version}",
                "{component}@",
                "{component}",
                "{purl}",
                "{purl}@",
            ],
            What::Hosts => &["{host}", "{url host}"],
            What::Rows | What::Severities | What::Cves | What::Cwes => &[],
        };
        texts.iter().map(|text| Template::read(text)).collect()
    }
}

/// One report and all that it is compared with.
pub struct Case<'a> {
    pub expected: &'a Expected,
    pub report: &'a Report,
    pub raw: &'a Node,
    /// Every id anywhere in the report.
    pub named: &'a Ids,
    /// How many rows the report itself has, where somebody counted them.
    pub own_rows: Option<u64>,
    /// The words of the scale of severities.
    pub words: &'a [String],
}

/// How two differ; `None` where they do not.
type How = Option<String>;

impl Case<'_> {
    /// In what the two differ, once the steps are done.
    pub fn difference(&self, what: What, steps: &[Step]) -> How {
        let words = |row: &ReportRow| self.words[usize::from(row.severity)].clone();
        let rows = self.report.rows.iter();
        let mut rows: Vec<Working> = rows
            .map(|row| Working {
                row,
                severity: words(row),
            })
            .collect();
        for step in steps {
            if let Err(why) = steps::apply(step, &mut rows, self.raw) {
                return Some(why);
            }
        }
        let mut templates = what.templates();
        let mut extra = Vec::new();
        let mut rule = None;
        for step in steps {
            match step {
                Step::As(own) => templates.clone_from(own),
                Step::And(value) => extra.push(*value),
                Step::Rule(own) => rule = Some(*own),
                Step::Rows(_) | Step::Merged { .. } | Step::Severity(..) | Step::Score => {}
            }
        }
        match what {
            What::Rows => self.rows(rule),
            What::Severities => self.severities(&rows, &extra, rule),
            What::Cves => {
                let ids = |row: &ReportRow| cves(row, &templates);
                let named = self.named.advisories.clone();
                let named = named.into_iter().filter(|id| id.starts_with("CVE-"));
                let more: Vec<String> = extra.iter().map(ToString::to_string).collect();
                self.ids(
                    &rows,
                    ids,
                    &self.expected.cves,
                    &more,
                    &named.collect(),
                    rule,
                )
            }
            What::Cwes => {
                let ids = |row: &ReportRow| row.cwe.iter().copied().collect();
                let more = extra.iter().map(|id| id.parse().expect("a number"));
                let more: Vec<u32> = more.collect();
                self.ids(
                    &rows,
                    ids,
                    &self.expected.cwes,
                    &more,
                    &self.named.cwes,
                    rule,
                )
            }
            What::Files => self.names(&rows, &self.expected.files, &templates, &extra, rule),
            What::Components => {
                self.names(&rows, &self.expected.components, &templates, &extra, rule)
            }
            What::Hosts => self.names(&rows, &self.expected.hosts, &templates, &extra, rule),
        }
    }

    fn dropped(&self) -> u64 {
        self.report.dropped.values().sum()
    }

    fn rows(&self, rule: Option<Rule>) -> How {
        let kept = self.report.rows.len() as u64;
        let dropped = self.dropped();
        let theirs: u64 = self.expected.severities.values().sum();
        let wanted = match rule {
            Some(Rule::RowsAt(path)) => self.raw.at(path).len() as u64,
            Some(_) => return Some("no rule for rows".to_string()),
            None => self.own_rows.unwrap_or(theirs),
        };
        (kept + dropped != wanted)
            .then(|| format!("{kept} and {dropped} dropped, not {wanted} (theirs {theirs})"))
    }

    fn severities(&self, rows: &[Working], extra: &[&str], rule: Option<Rule>) -> How {
        let mut ours: BTreeMap<String, u64> = BTreeMap::new();
        let words = rows.iter().map(|row| row.severity.as_str());
        for word in words.chain(extra.iter().copied()) {
            *ours.entry(word.to_string()).or_default() += 1;
        }
        let theirs = &self.expected.severities;
        let sum = |counts: &BTreeMap<String, u64>| counts.values().sum::<u64>();
        let more = sum(theirs).saturating_sub(sum(&ours));
        let has_all = || {
            let mut ours = ours.iter();
            ours.all(|(word, count)| theirs.get(word).is_some_and(|theirs| theirs >= count))
        };
        let is_so = match rule {
            None => ours == *theirs,
            Some(Rule::DroppedRows) => has_all() && more > 0 && more == self.dropped(),
            Some(Rule::SomeDroppedRows) => has_all() && more > 0 && more < self.dropped(),
            Some(Rule::RowsAt(path)) => {
                sum(theirs) == self.raw.at(path).len() as u64 && theirs.keys().eq(ours.keys())
            }
            Some(Rule::WordsAt(path)) => {
                let stated = self.raw.at(path).into_iter();
                let stated = stated.filter_map(|node| node.text.as_deref());
                let stated: BTreeSet<String> = stated.map(str::to_lowercase).collect();
                more == 0
                    && sum(&ours) == sum(theirs)
                    && theirs.keys().all(|word| stated.contains(word))
            }
            Some(_) => false,
        };
        (!is_so).then(|| format!("{ours:?}, theirs {theirs:?}"))
    }

    fn ids<T: Ord + Clone + ToString>(
        &self,
        rows: &[Working],
        of_row: impl Fn(&ReportRow) -> BTreeSet<T>,
        theirs: &BTreeSet<T>,
        extra: &[T],
        named: &BTreeSet<T>,
        rule: Option<Rule>,
    ) -> How {
        let by_row: Vec<BTreeSet<T>> = rows.iter().map(|row| of_row(row.row)).collect();
        let ours: BTreeSet<T> = by_row.iter().flatten().cloned().collect();
        let mut rest = theirs.clone();
        for id in extra {
            if ours.contains(id) || named.contains(id) || !rest.remove(id) {
                return Some(format!("{} is not theirs alone", id.to_string()));
            }
        }
        let is_so = match rule {
            None => ours == rest,
            Some(Rule::Nothing) => rest.is_empty() && !ours.is_empty(),
            Some(Rule::OneOfARow) => is_one_of_each(&rest, &by_row),
            Some(Rule::AllOfTheReport) => {
                ours.len() < rest.len() && ours.is_subset(&rest) && rest.is_subset(named)
            }
            Some(Rule::SomeDroppedRows) => {
                self.dropped() > 0 && ours.is_subset(&rest) && rest.is_subset(named)
            }
            Some(_) => false,
        };
        let only = |one: &BTreeSet<T>, other| one.difference(other).map(T::to_string).collect();
        (!is_so).then(|| told(only(&ours, &rest), only(&rest, &ours)))
    }

    /// Every one of their names has to be one of ours, and every row of ours that has any has to have
    /// one of theirs.
    fn names(
        &self,
        rows: &[Working],
        theirs: &BTreeSet<String>,
        templates: &[Template],
        extra: &[&str],
        rule: Option<Rule>,
    ) -> How {
        let mut rest = theirs.clone();
        for name in extra {
            if !rest.remove(*name) {
                return Some(format!("{name} is not theirs"));
            }
        }
        let texts = |row: &Working| -> Vec<String> {
            let texts = templates
                .iter()
                .filter_map(|template| template.text(row.row));
            texts.collect()
        };
        let ours: BTreeSet<Vec<String>> = rows.iter().map(texts).collect();
        let known: BTreeSet<&String> = ours.iter().flatten().collect();
        let patterns: Vec<&&String> = known.iter().filter(|text| text.contains('*')).collect();
        let is_ours = |name: &&String| {
            known.contains(name) || patterns.iter().any(|pattern| is_one(pattern, name))
        };
        let mut lost: Vec<String> = rest.iter().filter(|name| !is_ours(name)).cloned().collect();
        let has_theirs = |texts: &&Vec<String>| {
            let mut texts = texts.iter();
            texts.any(|text| {
                rest.contains(text)
                    || text.contains('*') && rest.iter().any(|name| is_one(text, name))
            })
        };
        let more: BTreeSet<String> = ours
            .iter()
            .filter(|texts| !texts.is_empty() && !has_theirs(texts))
            .filter_map(|texts| texts.first().cloned())
            .collect();
        let firsts: BTreeSet<&String> = ours.iter().filter_map(|texts| texts.first()).collect();
        let is_so = match rule {
            None => lost.is_empty() && more.is_empty(),
            Some(Rule::Nothing) => rest.is_empty() && !more.is_empty(),
            Some(Rule::First(count)) => {
                firsts.len() > count && firsts.into_iter().take(count).eq(rest.iter())
            }
            Some(Rule::OtherFields) => !rest.is_empty() && self.stands(rest.iter()),
            Some(Rule::SomeDroppedRows) => {
                let stands = self.dropped() > 0 && self.stands(lost.iter());
                if stands {
                    lost.clear();
                }
                stands && more.is_empty()
            }
            Some(_) => false,
        };
        (!is_so).then(|| told(more.into_iter().collect(), lost))
    }

    /// Whether every name, or what is before its `@`, is a text of the report.
    fn stands<'a>(&self, mut names: impl Iterator<Item = &'a String>) -> bool {
        let mut texts = BTreeSet::new();
        self.raw
            .visit(&mut |node| texts.extend(node.text.as_deref()));
        names.all(|name| {
            let start = name
                .rsplit_once('@')
                .map_or(name.as_str(), |(start, _)| start);
            texts.contains(name.as_str()) || texts.contains(start)
        })
    }
}

/// Whether one id can be taken of every row that has any so that all together are those given: each of
/// them gets a row of its own, moving others where it has to.
fn is_one_of_each<T: Ord + Clone>(ids: &BTreeSet<T>, rows: &[BTreeSet<T>]) -> bool {
    fn place<'a, T: Ord>(
        id: &'a T,
        rows: &[BTreeSet<T>],
        taken: &mut BTreeMap<usize, &'a T>,
        tried: &mut BTreeSet<usize>,
    ) -> bool {
        for (index, row) in rows.iter().enumerate() {
            if row.contains(id) && tried.insert(index) {
                let former = taken.get(&index).copied();
                if former.is_none_or(|former| place(former, rows, taken, tried)) {
                    taken.insert(index, id);
                    return true;
                }
            }
        }
        false
    }
    let has_any = |row: &BTreeSet<T>| row.is_empty() || !row.is_disjoint(ids);
    let mut taken = BTreeMap::new();
    rows.iter().all(has_any)
        && ids
            .iter()
            .all(|id| place(id, rows, &mut taken, &mut BTreeSet::new()))
}

/// The CVEs of a row, or those that the templates are.
fn cves(row: &ReportRow, templates: &[Template]) -> BTreeSet<String> {
    let ids: Vec<String> = match templates.is_empty() {
        true => row.vulnerability_ids.clone(),
        false => templates
            .iter()
            .filter_map(|template| template.text(row))
            .collect(),
    };
    let ids = ids.iter().map(|id| id.to_uppercase());
    ids.filter(|id| id.starts_with("CVE-")).collect()
}

/// What only one of two has.
pub fn told(more: Vec<String>, lost: Vec<String>) -> String {
    let listed = |names: &[String]| {
        let some = names[..names.len().min(4)].join(" ");
        format!("{} ({some})", names.len())
    };
    format!("only ours {}, only theirs {}", listed(&more), listed(&lost))
}

#[test]
fn one_id_of_each_row_leaves_a_row_for_each() {
    let set = |numbers: &[u32]| numbers.iter().copied().collect::<BTreeSet<u32>>();
    let rows = [set(&[1, 2]), set(&[2, 3]), set(&[])];
    assert!(is_one_of_each(&set(&[2]), &rows));
    assert!(is_one_of_each(&set(&[1, 3]), &rows));
    // The first row has to give up 2 to the second.
    assert!(is_one_of_each(&set(&[2, 1]), &rows));
    assert!(
        !is_one_of_each(&set(&[1]), &rows),
        "the second row has none"
    );
    assert!(
        !is_one_of_each(&set(&[1, 2, 3]), &rows),
        "three ids, two rows"
    );
    assert!(!is_one_of_each(&set(&[2, 4]), &rows), "4 is of no row");
}
