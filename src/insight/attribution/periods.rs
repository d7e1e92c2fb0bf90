//! Which two periods a question compares.

use chrono::NaiveDate;

use crate::base::calendar;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::types::Grain;
use crate::lang::model::{
    Calendar, CalendarPeriod, ComparedWith, Definitions, Period, Query, Subject, Versus,
};
use crate::plan::{self, BucketStatus, EvaluationTime, TimeBucket, Timeline, Work};

/// The earlier or other period, and the one asked about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PeriodPair {
    pub before: TimeBucket,
    pub after: TimeBucket,
    /// What is to be said of them: what is provisional, where history begins.
    pub notes: Vec<String>,
}

/// The two periods of a query: those it compares; else the last two it shows; else its period and the
/// one before; else the last complete month and the one before.
pub fn pair(
    definitions: &Definitions,
    query: &Query,
    evaluation: &EvaluationTime,
) -> Result<PeriodPair, Problems> {
    let mut query = query.clone();
    let Subject::Values(values) = &mut query.subject else {
        unreachable!("only values have reasons");
    };
    if let (true, Some(Period::This(grain))) = (values.versus.is_empty(), &query.period)
        && values.over.is_none()
    {
        values.versus = vec![ComparedWith {
            versus: Versus::Previous(*grain),
            as_percent: false,
        }];
    }
    let (over, versus) = (values.over, !values.versus.is_empty());
    if query.period.is_none() && over.is_none() && !versus {
        query.period = Some(Period::Last(1, Grain::Month));
    }
    let asked = timeline(definitions, &query, evaluation)?;
    if versus {
        return compared(asked);
    }
    if over.is_some() {
        return last_two(asked);
    }
    let period = query.period.clone().expect("filled in above");
    before(definitions, &query, &period, evaluation, asked)
}

/// Makes a query over a range one of its last period compared with its first: `from 2026-01 to 2026-06` as `why` reads it.
/// A query that compares already, and one over periods, stay what they are.
pub fn compare_ends(query: &mut Query) {
    let Some(Period::Range(first, last)) = query.period else {
        return;
    };
    let Subject::Values(values) = &mut query.subject else {
        return;
    };
    if first != last && values.over.is_none() && values.versus.is_empty() {
        query.period = Some(Period::Range(last, last));
        values.versus = vec![ComparedWith {
            versus: Versus::Period(Period::Range(first, first)),
            as_percent: false,
        }];
    }
}

fn timeline(
    definitions: &Definitions,
    query: &Query,
    evaluation: &EvaluationTime,
) -> Result<Timeline, Problems> {
    match plan::plan(definitions, query, evaluation)?.work {
        Work::Values(work) => Ok(work.timeline),
        Work::List(_) => unreachable!("a values query"),
    }
}

fn compared(asked: Timeline) -> Result<PeriodPair, Problems> {
    // Of two comparisons the first.
    let others = asked.compared.into_iter().next().unwrap_or_default();
    let mut pairs = asked.slots.into_iter().zip(others);
    let last = pairs.rfind(|(slot, _)| slot.is_readable());
    match last {
        Some((after, before)) => Ok(PeriodPair {
            before,
            after,
            notes: asked.notes,
        }),
        None => Err(one_period()),
    }
}

fn last_two(asked: Timeline) -> Result<PeriodPair, Problems> {
    let mut readable = asked.slots.into_iter().filter(TimeBucket::is_readable);
    let after = readable.next_back();
    let before = readable.next_back();
    match (before, after) {
        (Some(before), Some(after)) => Ok(PeriodPair {
            before,
            after,
            notes: asked.notes,
        }),
        (_, _) => Err(one_period()),
    }
}

/// The first and the last period of a query that are over and have a history.
pub fn first_and_last(
    definitions: &Definitions,
    query: &Query,
    evaluation: &EvaluationTime,
) -> Result<Option<PeriodPair>, Problems> {
    let asked = timeline(definitions, query, evaluation)?;
    let mut over = asked
        .slots
        .into_iter()
        .filter(|slot| slot.status == BucketStatus::Complete);
    let (before, after) = (over.next(), over.next_back());
    let notes = asked.notes;
    Ok(before.zip(after).map(|(before, after)| PeriodPair {
        before,
        after,
        notes,
    }))
}

fn one_period() -> Problems {
    Diagnostic::data("K972", "there are not two periods to compare")
        .help("name the other one: versus 2026-01")
        .into()
}

fn before(
    definitions: &Definitions,
    query: &Query,
    period: &Period,
    evaluation: &EvaluationTime,
    mut asked: Timeline,
) -> Result<PeriodPair, Problems> {
    let after = asked.slots.remove(0);
    let single = |period: Period| -> Result<TimeBucket, Problems> {
        let query = Query {
            period: Some(period),
            ..query.clone()
        };
        Ok(timeline(definitions, &query, evaluation)?.slots.remove(0))
    };
    let calendar = &definitions.calendar;
    let before = match period {
        Period::Range(first, last) => {
            let (first, last) = range_before(calendar, *first, *last);
            single(Period::Range(first, last))?
        }
        Period::Last(count, grain) => {
            let twice = single(Period::Last(2 * count, *grain))?;
            earlier(calendar, &twice, &after, *count, *grain)
        }
        Period::Past(count, grain) => {
            let twice = single(Period::Past(2 * count, *grain))?;
            let label = match count {
                1 => format!("the {} before", grain.word()),
                count => format!("the {count} {}s before", grain.word()),
            };
            cut(&twice, &after, label)
        }
        Period::This(_) => unreachable!("this period is compared with the one before"),
    };
    Ok(PeriodPair {
        before,
        after,
        notes: asked.notes,
    })
}

/// As many periods before a range as it has; days where it begins and ends in different ones.
fn range_before(
    calendar: &Calendar,
    first: CalendarPeriod,
    last: CalendarPeriod,
) -> (CalendarPeriod, CalendarPeriod) {
    if first.grain != last.grain {
        let day = |start: NaiveDate| calendar::period_of(calendar, start, Grain::Day);
        let end = calendar::previous(day(calendar::end_of(last)));
        return range_before(calendar, day(first.start), end);
    }
    let mut count = 1;
    let mut period = first;
    while period.start < last.start {
        period = calendar::next(period);
        count += 1;
    }
    (calendar::back(first, count), calendar::previous(first))
}

/// The first half of twice as many complete periods.
fn earlier(
    calendar: &Calendar,
    twice: &TimeBucket,
    after: &TimeBucket,
    count: u32,
    grain: Grain,
) -> TimeBucket {
    let start = calendar::local_day(calendar, after.start);
    let label = start.map(|day| {
        let next = calendar::period_of(calendar, day, grain);
        let (first, last) = (calendar::back(next, count), calendar::previous(next));
        match count {
            1 => calendar::label(calendar, first),
            _ => format!(
                "{} to {}",
                calendar::label(calendar, first),
                calendar::label(calendar, last)
            ),
        }
    });
    cut(twice, after, label.unwrap_or_default())
}

fn cut(twice: &TimeBucket, after: &TimeBucket, label: String) -> TimeBucket {
    TimeBucket {
        label,
        start: twice.start.min(after.start),
        end: after.start,
        // History that begins within the later period leaves nothing of the earlier one.
        status: if twice.start < after.start {
            BucketStatus::Complete
        } else {
            BucketStatus::NoHistory
        },
    }
}
