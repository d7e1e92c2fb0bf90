//! Which ids a report itself states, by a second and naive reading of it.
//!
//! A text states ids if it holds some, is no URL, and little is left of it without them: prose names
//! ids only in passing. What is otherwise with a format stands in `own_ids.txt`.

use std::collections::BTreeSet;

use riskql::reports::ingest::Report;

use super::compare::told;
use super::explained::matches;
use super::raw::Node;

const TEXT: &str = include_str!("own_ids.txt");

/// Letters beside ids, from which on a text is prose.
const PROSE: usize = 100;

/// CVE and GHSA ids, and numbers of CWEs.
#[derive(Default, Clone, PartialEq, Eq)]
pub struct Ids {
    pub advisories: BTreeSet<String>,
    pub cwes: BTreeSet<u32>,
}

impl Ids {
    /// How these, of our rows, differ from those stated; `None` where they do not.
    pub fn difference(&self, stated: &Ids) -> Option<String> {
        let only = |one: &Ids, other: &Ids| {
            let advisories = one.advisories.difference(&other.advisories).cloned();
            let cwes = one.cwes.difference(&other.cwes);
            let cwes = cwes.map(|number| format!("CWE-{number}"));
            advisories.chain(cwes).collect()
        };
        (self != stated).then(|| told(only(self, stated), only(stated, self)))
    }
}

/// A line of `own_ids.txt`: `source: what it says of a path: why`.
pub struct Rule {
    pub source: &'static str,
    /// What it says, as it is written.
    pub written: &'static str,
    pub says: Says,
    pub why: &'static str,
}

/// What is otherwise with a path.
pub enum Says {
    /// Its texts state advisories though they are prose or URLs.
    TakesAdvisories(&'static str),
    /// Its texts state CWEs though they are prose, URLs or bare numbers.
    TakesCwes(&'static str),
    /// What is there is of no row, if the condition holds.
    Leaves(&'static str, Option<Condition>),
    /// A number that every row of the source has and no report states.
    Adds(u32),
}

/// Which values at a path; names inside of them are written with what separates them from the path.
pub enum Condition {
    Is(&'static str, &'static str),
    IsNot(&'static str, &'static str),
    Without(&'static str),
    /// The value at the name is none of those at a path of the report.
    Unless(&'static str, &'static str),
}

/// All lines, in order.
pub fn rules() -> Vec<Rule> {
    let lines = TEXT.lines();
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(rule).collect()
}

fn rule(line: &'static str) -> Rule {
    let parts: Vec<&str> = line.splitn(3, ": ").collect();
    let [source, written, why] = parts[..] else {
        panic!("no rule: {line}");
    };
    let (word, rest) = written.split_once(' ').expect("a word and a path");
    let condition = |rest: &'static str| {
        if let Some((path, rest)) = rest.split_once(" where ") {
            return match rest.split_once(" is not ") {
                Some((name, value)) => (path, Some(Condition::IsNot(name, value))),
                None => {
                    let (name, value) = rest.split_once(" is ").expect("a value");
                    (path, Some(Condition::Is(name, value)))
                }
            };
        }
        if let Some((path, name)) = rest.split_once(" without ") {
            return (path, Some(Condition::Without(name)));
        }
        match rest.split_once(" unless ") {
            Some((path, rest)) => {
                let (name, others) = rest.split_once(" among ").expect("a path");
                (path, Some(Condition::Unless(name, others)))
            }
            None => (rest, None),
        }
    };
    let says = match word {
        "takes" => match rest.split_once(" of ") {
            Some(("advisories", path)) => Says::TakesAdvisories(path),
            Some(("CWEs", path)) => Says::TakesCwes(path),
            _ => panic!("it takes advisories or CWEs: {line}"),
        },
        "adds" => Says::Adds(rest.parse().expect("a number")),
        "leaves" => {
            let (path, condition) = condition(rest);
            Says::Leaves(path, condition)
        }
        _ => panic!("`{word}` is no rule: {line}"),
    };
    Rule {
        source,
        written,
        says,
        why,
    }
}

/// The ids of the rows that were read.
pub fn of_rows(report: &Report) -> Ids {
    let mut ids = Ids::default();
    for row in &report.rows {
        for id in &row.vulnerability_ids {
            ids.advisories.extend(advisories(id).0);
        }
        ids.cwes.extend(&row.cwe);
    }
    ids
}

/// The ids that a report states, by the rules given of its source.
pub fn stated(raw: &Node, rules: &[&Rule]) -> Ids {
    let mut reading = Reading {
        rules: rules
            .iter()
            .map(|rule| (*rule, others(rule, raw)))
            .collect(),
        ids: Ids::default(),
    };
    reading.collect(raw);
    let mut ids = reading.ids;
    let is_empty = raw.children.iter().all(|child| child.children.is_empty());
    for rule in rules {
        if let (Says::Adds(number), false) = (&rule.says, is_empty) {
            ids.cwes.insert(*number);
        }
    }
    ids
}

/// What the condition of a rule compares with.
fn others<'a>(rule: &Rule, raw: &'a Node) -> BTreeSet<&'a str> {
    let mut texts = BTreeSet::new();
    if let Says::Leaves(_, Some(Condition::Unless(_, path))) = &rule.says {
        raw.visit(&mut |node| {
            let text = node.text.as_deref();
            texts.extend(text.filter(|_| matches(path, &node.path)));
        });
    }
    texts
}

/// Every id anywhere in a report, also in prose and URLs.
pub fn named(raw: &Node) -> Ids {
    let mut ids = Ids::default();
    raw.visit(&mut |node| {
        if let Some(text) = &node.text {
            ids.advisories.extend(advisories(text).0);
            ids.cwes.extend(weaknesses(text).0);
            ids.cwes.extend(numbers(&node.path, text));
        }
    });
    ids
}

/// A report while its ids are collected; each rule with what its condition compares with.
struct Reading<'a> {
    rules: Vec<(&'a Rule, BTreeSet<&'a str>)>,
    ids: Ids,
}

impl Reading<'_> {
    fn collect(&mut self, node: &Node) {
        let is_left = |(rule, others): &(&Rule, BTreeSet<&str>)| match &rule.says {
            Says::Leaves(path, condition) => {
                let holds = |condition| holds(condition, node, others);
                matches(path, &node.path) && condition.as_ref().is_none_or(holds)
            }
            Says::TakesAdvisories(_) | Says::TakesCwes(_) | Says::Adds(_) => false,
        };
        if self.rules.iter().any(is_left) {
            return;
        }
        if let Some(text) = &node.text {
            self.state(&node.path, text);
        }
        for child in &node.children {
            self.collect(child);
        }
    }

    fn state(&mut self, path: &str, text: &str) {
        let mut takes_advisories = false;
        let mut takes_cwes = false;
        for (rule, _) in &self.rules {
            match rule.says {
                Says::TakesAdvisories(of) => takes_advisories |= matches(of, path),
                Says::TakesCwes(of) => takes_cwes |= matches(of, path),
                Says::Leaves(..) | Says::Adds(_) => {}
            }
        }
        let is_field = |left: usize| !text.contains("://") && left <= PROSE;
        let (advisories, left) = advisories(text);
        if takes_advisories || is_field(left) {
            self.ids.advisories.extend(advisories);
        }
        let (cwes, left) = weaknesses(text);
        if takes_cwes || is_field(left) {
            self.ids.cwes.extend(cwes);
        }
        match takes_cwes {
            true => self.ids.cwes.extend(digits(text)),
            false => self.ids.cwes.extend(numbers(path, text)),
        }
    }
}

fn holds(condition: &Condition, node: &Node, others: &BTreeSet<&str>) -> bool {
    let texts = |name: &str| -> Vec<&str> {
        let inside = node.at(&format!("{}{name}", node.path)).into_iter();
        inside.filter_map(|node| node.text.as_deref()).collect()
    };
    match condition {
        Condition::Is(name, value) => texts(name).contains(value),
        Condition::IsNot(name, value) => !texts(name).contains(value),
        Condition::Without(name) => node.at(&format!("{}{name}", node.path)).is_empty(),
        Condition::Unless(name, _) => !texts(name).iter().any(|text| others.contains(text)),
    }
}

/// The numbers in a text of numbers alone, in a field whose name says that they are CWEs.
fn numbers(path: &str, text: &str) -> Vec<u32> {
    let path = path.trim_end_matches("[*]").to_lowercase();
    let name = path.rsplit(['.', '/', ':', '!']).next().unwrap_or_default();
    let is_number = |letter: char| letter.is_ascii_digit() || letter == ',' || letter == ' ';
    match name.contains("cwe") && text.chars().all(is_number) {
        true => digits(text),
        false => Vec::new(),
    }
}

/// A text of one number, a list of numbers, or the number at the end of a URL.
fn digits(text: &str) -> Vec<u32> {
    let is_url = text.starts_with("http");
    let words = text.split(|letter: char| !letter.is_ascii_digit());
    let numbers = words.filter_map(|word| word.parse().ok());
    let mut numbers = numbers.filter(|number| *number > 0);
    match is_url {
        true => numbers.next_back().into_iter().collect(),
        false if text.chars().any(|letter| letter.is_alphabetic()) => Vec::new(),
        false => numbers.collect(),
    }
}

/// CVE and GHSA ids in a text, and how many letters are left without them.
fn advisories(text: &str) -> (Vec<String>, usize) {
    let upper = text.to_ascii_uppercase();
    let mut found = Vec::new();
    let mut left = upper.chars().count();
    for (start, _) in upper.match_indices("CVE-") {
        let rest = &upper[start + 4..];
        let year = rest.len()
            - rest
                .trim_start_matches(|letter: char| letter.is_ascii_digit())
                .len();
        let Some(after) = rest[year..].strip_prefix('-') else {
            continue;
        };
        let number: String = after.chars().take_while(char::is_ascii_digit).collect();
        if year == 4 && number.len() >= 4 && begins_word(&upper, start) {
            let id = format!("CVE-{}-{number}", &rest[..4]);
            left -= id.len();
            found.push(id);
        }
    }
    for (start, _) in upper.match_indices("GHSA-") {
        let id: String = upper[start..].chars().take(19).collect();
        let groups: Vec<&str> = id.split('-').skip(1).collect();
        let is_group = |group: &&str| {
            group.len() == 4 && group.chars().all(|letter| letter.is_ascii_alphanumeric())
        };
        if groups.len() == 3 && groups.iter().all(is_group) && begins_word(&upper, start) {
            left -= id.len();
            found.push(id);
        }
    }
    (found, left)
}

/// Numbers after the word CWE, and how many letters are left without both.
fn weaknesses(text: &str) -> (Vec<u32>, usize) {
    let upper = text.to_ascii_uppercase();
    let mut found = Vec::new();
    let mut left = upper.chars().count();
    for (start, _) in upper.match_indices("CWE") {
        let rest = &upper[start + 3..];
        let after = rest.trim_start_matches([' ', '-', '_', ':', '/', '#']);
        let after = after.strip_prefix("ID ").unwrap_or(after);
        let number: String = after.chars().take_while(char::is_ascii_digit).collect();
        let is_word = begins_word(&upper, start);
        if let (Ok(number @ 1..), true) = (number.parse(), is_word) {
            left -= 3 + upper[start + 3..].len() - after.len() + number.to_string().len();
            found.push(number);
        }
    }
    (found, left)
}

fn begins_word(text: &str, start: usize) -> bool {
    let before = text[..start].chars().next_back();
    before.is_none_or(|letter| !letter.is_alphanumeric() && letter != '-' && letter != '_')
}

#[test]
fn fields_state_ids_and_prose_does_not() {
    let rules: [&Rule; 0] = [];
    let of = |text: &str| {
        let raw = super::raw::read(text.as_bytes());
        let ids = stated(&raw, &rules);
        let cwes = ids.cwes.iter().map(|number| format!("CWE-{number}"));
        let all: Vec<String> = ids.advisories.iter().cloned().chain(cwes).collect();
        all.join(" ")
    };
    let prose = "a long tale of a flaw that is not this one but another one ".repeat(3);
    assert_eq!(
        of(r#"{"id": "cve-2001-0001, GHSA-ab12-cd34-ef56"}"#),
        "CVE-2001-0001 GHSA-AB12-CD34-EF56"
    );
    assert_eq!(of(&format!(r#"{{"text": "{prose}CVE-2001-0001"}}"#)), "");
    assert_eq!(of(r#"{"link": "https://pages.example/CVE-2001-0001"}"#), "");
    assert_eq!(
        of(r#"{"tags": ["external/cwe/cwe-079", "multi-cwe-0001"]}"#),
        "CWE-79"
    );
    assert_eq!(of(r#"{"cwe": "16, 200", "line": 12}"#), "CWE-16 CWE-200");
    assert_eq!(
        of("<row cweid=\"89\"><class>CWE ID 22</class></row>"),
        "CWE-22 CWE-89"
    );
    assert_eq!(of("id,cwe\nCVE-2001-0001,5\n"), "CVE-2001-0001 CWE-5");
}
