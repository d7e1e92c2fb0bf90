//! Conditions over time against the naive evaluator: random trees of tests on flows and stocks, counted month by month.

use chrono::NaiveDate;
use riskql::lang::model::{Definitions, Query};

use super::agreement::first_difference;
use super::questions::{self, calendars};
use super::seeded::Seeded;
use super::{generator, times};
use crate::answers::flat::lines;
use crate::answers::naive::atoms::{Atom, OF_ASSETS, OF_FINDINGS};
use crate::answers::naive::calendar::{Calendar, Period};
use crate::answers::naive::instants::Judged;
use crate::answers::naive::kpis::{Number, counted, is_between, share, within};
use crate::answers::naive::world::{Row, World};
use crate::answers::naive::{self, Library, Question};
use crate::answers::pipeline::{self, EvaluationTime};
use crate::answers::tables::{Table, smallest};

/// How many sets of tables are tried for each calendar, and how many conditions over each of them.
const CASES: u64 = 12;
const CONDITIONS: usize = 6;

const POPULATIONS: [&str; 5] = [
    "findings found",
    "findings verified",
    "findings open",
    "findings overdue including excluded",
    "assets in_service",
];

enum Tree {
    Atom(&'static Atom),
    /// A test of a flow that is judged at as-of, wherever it stands (rule S41).
    SoFar(&'static Atom),
    Not(Box<Tree>),
    All(Vec<Tree>),
    Any(Vec<Tree>),
}

/// What a tree may be made of.
#[derive(Clone, Copy)]
struct Words {
    atoms: &'static [Atom],
    is_flow: bool,
}

impl Words {
    fn of(population: &str) -> Words {
        Words {
            atoms: if population.starts_with("assets") {
                OF_ASSETS
            } else {
                OF_FINDINGS
            },
            is_flow: matches!(population, "findings found" | "findings verified"),
        }
    }
}

impl Tree {
    /// A tree at most `depth` deep.
    fn random(random: &mut Seeded, words: Words, depth: usize) -> Tree {
        let parts = |random: &mut Seeded| {
            (0..2)
                .map(|_| Tree::random(random, words, depth - 1))
                .collect()
        };
        match if depth == 0 { 3 } else { random.below(5) } {
            0 => Tree::Not(Box::new(Tree::random(random, words, depth - 1))),
            1 => Tree::All(parts(random)),
            2 => Tree::Any(parts(random)),
            _ => {
                let atom = &words.atoms[random.below(words.atoms.len())];
                // Tests with a time of their own are refused there.
                let has_time = atom.text.contains("within") || atom.text.contains("in the period");
                match words.is_flow && !has_time && random.percent(20) {
                    true => Tree::SoFar(atom),
                    false => Tree::Atom(atom),
                }
            }
        }
    }

    fn text(&self) -> String {
        let joined = |parts: &[Tree], word: &str| {
            let parts: Vec<String> = parts
                .iter()
                .map(|part| format!("({})", part.text()))
                .collect();
            parts.join(word)
        };
        match self {
            Tree::Atom(atom) => atom.text.to_owned(),
            Tree::SoFar(atom) => format!("({}) so far", atom.text),
            Tree::Not(inner) => format!("not ({})", inner.text()),
            Tree::All(parts) => joined(parts, " and "),
            Tree::Any(parts) => joined(parts, " or "),
        }
    }

    fn holds(&self, row: &Judged, calendar: &Calendar) -> bool {
        match self {
            Tree::Atom(atom) => (atom.holds)(row, calendar),
            Tree::SoFar(atom) => (atom.holds)(&row.at_as_of(), calendar),
            Tree::Not(inner) => !inner.holds(row, calendar),
            Tree::All(parts) => parts.iter().all(|part| part.holds(row, calendar)),
            Tree::Any(parts) => parts.iter().any(|part| part.holds(row, calendar)),
        }
    }
}

/// `count of POPULATION where FIRST`, or `share of POPULATION where FIRST with SECOND`.
struct Asked {
    population: &'static str,
    first: Tree,
    second: Option<Tree>,
}

impl Asked {
    fn random(random: &mut Seeded, population: &'static str) -> Asked {
        let words = Words::of(population);
        Asked {
            population,
            first: Tree::random(random, words, 2),
            second: random.percent(50).then(|| Tree::random(random, words, 2)),
        }
    }

    fn text(&self) -> String {
        let (of, first) = (self.population, self.first.text());
        let measure = match &self.second {
            None => format!("count of {of} where {first}"),
            Some(second) => format!("share of {of} where {first} with {}", second.text()),
        };
        format!("{measure} over month from 2025-09 to 2026-04")
    }
}

/// Answers what is asked, row by row.
struct Judge<'a> {
    calendar: &'a Calendar,
    world: &'a World,
    asked: &'a Asked,
}

impl Judge<'_> {
    /// The event of a flow.
    fn event(&self) -> Option<&'static str> {
        match self.asked.population {
            "findings found" => Some("found_at"),
            "findings verified" => Some("verified_at"),
            _ => None,
        }
    }

    fn judged<'b>(&'b self, row: &'b Row, period: &'b Period) -> Judged<'b> {
        let event = self.event();
        let instant = event.and_then(|event| row.time(event));
        Judged {
            world: self.world,
            row,
            instant: instant.unwrap_or(period.end),
            is_flow: event.is_some(),
            period,
        }
    }

    fn is_counted(&self, row: &Row, period: &Period) -> bool {
        let judged = self.judged(row, period);
        let kept = !row.is("resolution", "false_positive");
        match self.asked.population {
            "findings open" => kept && judged.is_open(),
            "findings overdue including excluded" => judged.is_overdue(),
            "assets in_service" => is_between(row, "commissioned_at", "retired_at", period.end),
            _ => kept,
        }
    }
}

impl Library for Judge<'_> {
    fn as_of(&self) -> i64 {
        self.world.as_of
    }

    fn population(&self, _: &str, period: &Period) -> Vec<&Row> {
        let rows = match self.asked.population {
            "assets in_service" => &self.world.assets,
            _ => &self.world.findings,
        };
        let mut rows: Vec<&Row> = match self.event() {
            Some(event) => within(rows, period, |row| row.time(event)),
            None => rows.iter().collect(),
        };
        rows.retain(|row| self.is_counted(row, period));
        rows
    }

    fn number(&self, kpi: &str, period: &Period, _: &dyn Fn(&Row) -> bool) -> Number {
        let holds = |tree: &Tree, row: &Row| tree.holds(&self.judged(row, period), self.calendar);
        let mut rows = self.population(kpi, period);
        rows.retain(|row| holds(&self.asked.first, row));
        match &self.asked.second {
            None => counted(&rows),
            Some(second) => share(&rows, |row| holds(second, row)),
        }
    }
}

struct Case<'a> {
    calendar: &'a Calendar,
    definitions: &'a Definitions,
    evaluation: EvaluationTime,
}

impl Case<'_> {
    /// Where the engine and the naive evaluator part.
    fn differences(&self, asked: &[Asked], tables: &[Table]) -> Vec<Option<String>> {
        let queries = asked
            .iter()
            .map(|asked| pipeline::query(self.definitions, &asked.text()));
        let queries: Vec<Query> = queries.collect();
        let queries: Vec<&Query> = queries.iter().collect();
        let dataset = pipeline::from_given(self.definitions, tables);
        let answers = pipeline::answers(self.definitions, &dataset, &queries, self.evaluation);
        let world = World::new(self.calendar, tables, self.evaluation);
        let compared = asked.iter().zip(&answers).map(|(asked, answer)| {
            let judge = Judge {
                calendar: self.calendar,
                world: &world,
                asked,
            };
            let expected = naive::answer(self.calendar, &judge, &question());
            first_difference(&expected, &lines(answer))
        });
        compared.collect()
    }

    fn report(&self, asked: &Asked, tables: &[Table]) -> String {
        let asked = std::slice::from_ref(asked);
        let difference = |tables: &[Table]| self.differences(asked, tables).remove(0);
        let tables = smallest(tables, &|tables| difference(tables).is_some());
        let written: String = tables.iter().map(ToString::to_string).collect();
        format!(
            "{}as of {}\n{}\n{written}{}",
            self.calendar.written(),
            times::stamp(self.evaluation.as_of),
            asked[0].text(),
            difference(&tables).unwrap_or("(only together with other queries)".to_owned()),
        )
    }
}

fn question() -> Question<'static> {
    Question {
        kpi: "",
        by: Vec::new(),
        grain: Some("month"),
        first: date("2025-09-01"),
        last: date("2026-04-30"),
        filter: &|_| true,
        with_total: false,
    }
}

fn date(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

#[test]
fn conditions_hold_where_the_naive_evaluator_says_so() {
    for (number, calendar) in calendars().iter().enumerate() {
        let definitions = questions::definitions(calendar);
        for case in 0..CASES {
            let mut random = Seeded::new(number as u64 * 1000 + case + 700_000);
            let tables = generator::tables(&mut random, calendar);
            let case = Case {
                calendar,
                definitions: &definitions,
                evaluation: EvaluationTime::at(times::as_of(&mut random, calendar, &tables)),
            };
            let asked = POPULATIONS
                .iter()
                .flat_map(|population| [*population; CONDITIONS]);
            let asked: Vec<Asked> = asked
                .map(|population| Asked::random(&mut random, population))
                .collect();
            let differences = case.differences(&asked, &tables);
            for (asked, difference) in asked.iter().zip(differences) {
                assert!(difference.is_none(), "{}", case.report(asked, &tables));
            }
        }
    }
}

/// A test that never holds, or always, would say little.
#[test]
fn every_test_holds_of_some_rows_and_not_of_others() {
    let calendar = &calendars()[0];
    let mut seen: Vec<(&str, [bool; 2])> = Vec::new();
    for (population, atoms) in [
        ("findings open", OF_FINDINGS),
        ("assets in_service", OF_ASSETS),
    ] {
        for atom in atoms {
            let asked = Asked {
                population,
                first: Tree::Atom(atom),
                second: None,
            };
            let mut held = [false; 2];
            for case in 0..CASES {
                let mut random = Seeded::new(case + 700_000);
                let tables = generator::tables(&mut random, calendar);
                let as_of = calendar.read("2026-04-01");
                let world = World::new(calendar, &tables, EvaluationTime::at(as_of));
                let judge = Judge {
                    calendar,
                    world: &world,
                    asked: &asked,
                };
                let first = date("2025-10-01");
                for period in calendar.periods(first, date("2026-03-31"), "month") {
                    for row in judge.population("", &period) {
                        let holds = asked.first.holds(&judge.judged(row, &period), calendar);
                        held[usize::from(holds)] = true;
                    }
                }
            }
            seen.push((atom.text, held));
        }
    }
    // What these ask is settled by the state.
    let settled = ["open", "closed_at is missing", "retired_at is present"];
    seen.retain(|(text, _)| !settled.contains(text));
    let one_sided: Vec<_> = seen.iter().filter(|(_, held)| *held != [true; 2]).collect();
    assert!(one_sided.is_empty(), "{one_sided:?}");
}
