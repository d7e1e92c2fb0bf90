//! Laws that hold for any data, over random tables: nothing here says what a number is, only how
//! numbers must hang together.

mod balance;
mod behind;
mod partition;
mod past;
mod repeatable;
mod replay;
mod totals;
mod why;

use riskql::lang::model::Definitions;

use super::naive::calendar::Calendar;
use super::pipeline::EvaluationTime;
use super::random::questions::{calendars, definitions};
use super::random::seeded::Seeded;
use super::random::{generator, times};
use super::tables::Table;

/// Random tables under one of the calendars, and from where they are looked at.
struct Scene {
    calendar: Calendar,
    definitions: Definitions,
    tables: Vec<Table>,
    evaluation: EvaluationTime,
    random: Seeded,
}

/// So many scenes for each calendar. `salt` makes the scenes of two laws differ.
fn scenes(salt: u64, cases: u64) -> impl Iterator<Item = Scene> {
    calendars().into_iter().flat_map(move |calendar| {
        let definitions = definitions(&calendar);
        (0..cases).map(move |case| {
            let mut random = Seeded::new(salt * 1_000_000 + case);
            let tables = generator::tables(&mut random, &calendar);
            let as_of = times::as_of(&mut random, &calendar, &tables);
            Scene {
                calendar,
                definitions: definitions.clone(),
                tables,
                evaluation: EvaluationTime::at(as_of),
                random,
            }
        })
    })
}

impl Scene {
    /// For messages: what is needed to look at a failure.
    fn words(&self) -> String {
        let tables: String = self.tables.iter().map(ToString::to_string).collect();
        format!(
            "{}as of {}\n{tables}",
            self.calendar.written(),
            times::stamp(self.evaluation.as_of)
        )
    }
}
