//! Why samples differ: lines `samples: what, what: why`.

use std::collections::BTreeSet;

use super::Sample;
use super::compare::WHATS;

const TEXT: &str = include_str!("explained.txt");

/// One line.
pub struct Explanation {
    /// A name of a sample; `*` stands for any text.
    pub samples: &'static str,
    pub whats: Vec<&'static str>,
    pub why: &'static str,
}

/// All lines, in order.
pub fn read() -> Vec<Explanation> {
    let lines = TEXT
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(of_line).collect()
}

fn of_line(line: &'static str) -> Explanation {
    let parts: Vec<&str> = line.splitn(3, ": ").collect();
    let [samples, whats, why] = parts[..] else {
        panic!("no explanation: {line}");
    };
    let whats: Vec<&str> = whats.split(", ").collect();
    for what in &whats {
        assert!(
            WHATS.contains(what),
            "`{what}` is nothing that differs: {line}"
        );
        let is_named = !["rows", "cves", "cwes"].contains(what) || !samples.contains('*');
        assert!(is_named, "every sample has to be named: {line}");
    }
    Explanation {
        samples,
        whats,
        why,
    }
}

impl Explanation {
    fn is_about(&self, sample: &str, what: &str) -> bool {
        self.whats.contains(&what) && matches(self.samples, sample)
    }
}

/// Differences without an explanation and explanations without a difference, one a line.
pub fn unexplained(samples: &[Sample]) -> String {
    let explanations = read();
    let mut used: BTreeSet<(usize, &str)> = BTreeSet::new();
    let mut wrong = String::new();
    for sample in samples {
        for difference in &sample.differences {
            let about = explanations
                .iter()
                .enumerate()
                .filter(|(_, explanation)| explanation.is_about(&sample.name, difference.what));
            let about: Vec<_> = about.map(|(index, _)| (index, difference.what)).collect();
            if about.is_empty() {
                let (name, what, how) = (&sample.name, difference.what, &difference.how);
                wrong += &format!("not explained: {name}: {what}: {how}\n");
            }
            used.extend(about);
        }
    }
    for (index, explanation) in explanations.iter().enumerate() {
        for what in &explanation.whats {
            if !used.contains(&(index, *what)) {
                wrong += &format!("no difference: {}: {what}\n", explanation.samples);
            }
        }
    }
    wrong
}

/// Whether a name is of a pattern in which `*` stands for any text.
pub fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, rest)) => name.strip_prefix(start).is_some_and(|name| {
            (0..=name.len())
                .filter(|at| name.is_char_boundary(*at))
                .any(|at| matches(rest, &name[at..]))
        }),
    }
}
