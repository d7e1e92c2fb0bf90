//! Windows of a series (rule S48): each period is asked of the naive evaluator with the start of its window.

use chrono::{DateTime, Days, Months, NaiveDateTime};

use super::agreement::first_difference;
use super::questions::{self, calendars};
use super::seeded::Seeded;
use super::{generator, times};
use crate::answers::flat::lines;
use crate::answers::naive::calendar::{Calendar, GRAINS, Period};
use crate::answers::naive::kpis::Number;
use crate::answers::naive::world::{Row, World};
use crate::answers::naive::{self, Library, Question};
use crate::answers::pipeline::{self, EvaluationTime};

/// How many sets of tables are tried for each calendar.
const CASES: u64 = 8;

/// KPIs of events: stocks have no windows, nor has `typical`.
const KPIS: [&str; 8] = [
    "mttr",
    "escape_rate",
    "fix_rate",
    "introduced_findings",
    "verified_findings",
    "validation_rate",
    "sla_breaches",
    "duplicate_reduction",
];

#[derive(Clone, Copy)]
enum Window {
    Running,
    Days(u64),
    Months(u32),
}

/// As written, and what it means.
const WINDOWS: [(&str, Window); 7] = [
    ("running", Window::Running),
    ("rolling 1 day", Window::Days(1)),
    ("rolling 90 days", Window::Days(90)),
    ("rolling 2 weeks", Window::Days(14)),
    ("rolling 3 months", Window::Months(3)),
    ("rolling 1 quarter", Window::Months(3)),
    ("rolling 1 year", Window::Months(12)),
];

impl Window {
    /// Where the window of a period begins whose end may be cut at as-of.
    fn start(self, calendar: &Calendar, first: i64, end: i64) -> i64 {
        let zoned = DateTime::from_timestamp_micros(end).expect("an instant");
        let local: NaiveDateTime = zoned.with_timezone(&calendar.zone).naive_local();
        match self {
            Window::Running => first,
            Window::Days(days) => calendar.instant(local - Days::new(days)),
            Window::Months(months) => calendar.instant(local - Months::new(months)),
        }
    }
}

/// The library, asked about the windows of periods.
struct Windowed<'a> {
    calendar: &'a Calendar,
    world: &'a World,
    window: Window,
    /// Where the first period begins that can be read.
    first: i64,
}

impl Windowed<'_> {
    fn widened(&self, period: &Period) -> Period {
        let start = self.window.start(self.calendar, self.first, period.end);
        let history = self.calendar.history_from;
        let history = history.map_or(i64::MIN, |day| self.calendar.midnight(day));
        Period {
            start: start.max(history),
            ..period.clone()
        }
    }
}

impl Library for Windowed<'_> {
    fn as_of(&self) -> i64 {
        self.world.as_of
    }

    fn population(&self, kpi: &str, period: &Period) -> Vec<&Row> {
        self.world.population(kpi, &self.widened(period))
    }

    fn number(&self, kpi: &str, period: &Period, keep: &dyn Fn(&Row) -> bool) -> Number {
        self.world.number(kpi, &self.widened(period), keep)
    }
}

/// Where the first period begins that lies in what is known.
fn first_readable(calendar: &Calendar, question: &Question) -> i64 {
    let grain = question.grain.expect("a series");
    let history = calendar.history_from;
    let history = history.map_or(i64::MIN, |day| calendar.midnight(day));
    let periods = calendar.periods(question.first, question.last, grain);
    let readable = periods.iter().find(|period| period.end > history);
    readable.map_or(i64::MIN, |period| period.start.max(history))
}

fn try_case(calendar: &Calendar, random: &mut Seeded) {
    let definitions = questions::definitions(calendar);
    let tables = generator::tables(random, calendar);
    let evaluation = EvaluationTime::at(times::as_of(random, calendar, &tables));
    let dataset = pipeline::from_given(&definitions, &tables);
    let world = World::new(calendar, &tables, evaluation);
    for kpi in KPIS {
        let grain = random.pick(&GRAINS);
        let (written, window) = random.pick(&WINDOWS);
        let first = times::day(random);
        let longest = if grain == "day" { 20 } else { 300 };
        let question = Question {
            kpi,
            by: vec!["team"],
            grain: Some(grain),
            first,
            last: first + Days::new(random.below(longest) as u64),
            filter: &|_| true,
            with_total: true,
        };
        let text = format!(
            "{kpi} by team over {grain} {written} from {first} to {} with total",
            question.last
        );
        let windowed = Windowed {
            calendar,
            world: &world,
            window,
            first: first_readable(calendar, &question),
        };
        let query = pipeline::query(&definitions, &text);
        let answers = pipeline::answers(&definitions, &dataset, &[&query], evaluation);
        let expected = naive::answer(calendar, &windowed, &question);
        if let Some(difference) = first_difference(&expected, &lines(&answers[0])) {
            panic!(
                "{}as of {}\n{text}\n{difference}",
                calendar.written(),
                times::stamp(evaluation.as_of)
            );
        }
    }
}

#[test]
fn windows_hold_what_lies_in_them() {
    for (number, calendar) in calendars().iter().enumerate() {
        for case in 0..CASES {
            try_case(
                calendar,
                &mut Seeded::new(number as u64 * 1000 + case + 1_300_000),
            );
        }
    }
}
