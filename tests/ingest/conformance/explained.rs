//! Why samples differ from the second opinion, and whether it is so.

use std::collections::BTreeSet;

use super::compare::{Case, What};
use super::steps::{self, Step};
use super::{Difference, Sample, Verdict};

const TEXT: &str = include_str!("explained.txt");

/// A line of `explained.txt`.
pub struct Explanation {
    /// A name of a sample; `*` stands for any text.
    pub samples: &'static str,
    pub says: Says,
    pub why: &'static str,
}

/// What a line explains.
pub enum Says {
    Refused,
    Differs {
        whats: Vec<What>,
        /// As they are written.
        written: &'static str,
        steps: Vec<Step>,
    },
}

/// All lines, in order.
pub fn read() -> Vec<Explanation> {
    let lines = TEXT.lines();
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(of_line).collect()
}

fn of_line(line: &'static str) -> Explanation {
    let parts: Vec<&str> = line.splitn(3, ": ").collect();
    let [samples, whats, rest] = parts[..] else {
        panic!("no explanation: {line}");
    };
    if whats == "refused" {
        let says = Says::Refused;
        return Explanation {
            samples,
            says,
            why: rest,
        };
    }
    let (written, why) = rest.split_once(": ").expect("steps and a reason");
    let what = |word: &str| {
        let what = What::ALL.into_iter().find(|what| what.word() == word);
        what.unwrap_or_else(|| panic!("`{word}` is nothing that differs: {line}"))
    };
    let says = Says::Differs {
        whats: whats.split(", ").map(what).collect(),
        written,
        steps: steps::read(written),
    };
    Explanation { samples, says, why }
}

impl Explanation {
    fn steps(&self, sample: &str, what: What) -> Option<&[Step]> {
        match &self.says {
            Says::Differs { whats, steps, .. } if whats.contains(&what) => {
                matches(self.samples, sample).then_some(steps)
            }
            Says::Differs { .. } | Says::Refused => None,
        }
    }
}

/// Whether what is said of a difference is so: what remains of it after the steps.
///
/// # Errors
///
/// There is no explanation, or it is wrong.
pub fn verdict(all: &[Explanation], case: &Case, what: What) -> Result<Verdict, String> {
    let sample = &case.expected.sample;
    let mut about = all.iter().enumerate().filter_map(|(index, explanation)| {
        let steps = explanation.steps(sample, what)?;
        Some((index, steps))
    });
    let Some((index, steps)) = about.next() else {
        return Err("not explained".to_string());
    };
    if about.next().is_some() {
        return Err("explained twice".to_string());
    }
    if let Some(how) = case.difference(what, steps) {
        return Err(format!("the explanation is wrong: {how}"));
    }
    for index in 0..steps.len() {
        let others: Vec<Step> = [&steps[..index], &steps[index + 1..]].concat();
        if case.difference(what, &others).is_none() {
            return Err(format!(
                "step {} of the explanation changes nothing",
                index + 1
            ));
        }
    }
    let is_exact = steps.iter().all(|step| match step {
        Step::Rule(rule) => rule.is_exact() || what == What::Rows,
        Step::Rows(_) | Step::Merged { .. } | Step::Severity(..) | Step::Score => true,
        Step::As(_) | Step::And(_) => true,
    });
    Ok(Verdict {
        explanation: index,
        is_exact,
    })
}

/// What is wrong, one a line: differences that are not explained, explanations that are wrong or explain
/// nothing.
pub fn wrong(all: &[Explanation], samples: &[Sample]) -> String {
    let mut wrong = String::new();
    let mut used: BTreeSet<(usize, What)> = BTreeSet::new();
    let mut refused: BTreeSet<usize> = BTreeSet::new();
    for sample in samples {
        let name = &sample.name;
        if let Err(how) = &sample.outcome {
            let about = all.iter().enumerate().filter(|(_, line)| {
                matches!(line.says, Says::Refused) && matches(line.samples, name)
            });
            let about: Vec<usize> = about.map(|(index, _)| index).collect();
            if about.is_empty() {
                wrong += &format!("refused without an explanation: {name}: {how}\n");
            }
            refused.extend(about);
        }
        for Difference { what, how, verdict } in &sample.differences {
            match verdict {
                Ok(verdict) => {
                    used.insert((verdict.explanation, *what));
                }
                Err(why) => wrong += &format!("{name}: {}: {how}: {why}\n", what.word()),
            }
        }
    }
    for (index, line) in all.iter().enumerate() {
        let idle: Vec<&str> = match &line.says {
            Says::Refused if refused.contains(&index) => Vec::new(),
            Says::Refused => vec!["refused"],
            Says::Differs { whats, .. } => {
                let whats = whats.iter().filter(|what| !used.contains(&(index, **what)));
                whats.map(|what| what.word()).collect()
            }
        };
        for what in idle {
            wrong += &format!("no difference: {}: {what}\n", line.samples);
        }
    }
    wrong
}

/// Whether a name is of a pattern in which `*` stands for any text.
pub fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, rest)) if !rest.contains('*') => {
            let after = name.strip_prefix(start);
            after.is_some_and(|after| after.ends_with(rest))
        }
        Some((start, rest)) => name.strip_prefix(start).is_some_and(|name| {
            (0..=name.len())
                .filter(|at| name.is_char_boundary(*at))
                .any(|at| matches(rest, &name[at..]))
        }),
    }
}
