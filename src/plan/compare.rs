//! Which period each period is compared with (rules S9, S10).
//!
//! Periods of the calendar are compared, never shifted days: March with February whole, a week with the
//! week of the same number. What as-of cuts off is cut off the other period too.

use chrono::{Datelike, Days, Months, NaiveDate, NaiveTime};

use super::piece::Piece;
use super::stretch::{day_before, local, stretch};
use super::timeline::note_history;
use super::{Slot, Standing, Standpoint};
use crate::base::calendar;
use crate::base::diagnostic::Diagnostic;
use crate::base::source::Span;
use crate::base::types::Grain;
use crate::lang::model::{Calendar, CalendarPeriod, Period, Versus};

/// How many periods without a counterpart a note names.
const NAMED_IN_NOTE: usize = 3;

/// The slot each piece is compared with, and sentences about them.
pub(super) fn compare(
    calendar: &Calendar,
    (versus, span): (&Versus, Span),
    pieces: &[Piece],
    standpoint: &Standpoint,
    notes: &mut Vec<String>,
) -> Result<Vec<Slot>, Diagnostic> {
    let as_of = standpoint.as_of.instant;
    match versus {
        Versus::Previous(grain) => previous(calendar, (*grain, span), pieces, as_of, notes),
        Versus::Period(period) => fixed(calendar, (period, span), pieces, standpoint, notes),
    }
}

fn previous(
    calendar: &Calendar,
    (grain, span): (Grain, Span),
    pieces: &[Piece],
    as_of: i64,
    notes: &mut Vec<String>,
) -> Result<Vec<Slot>, Diagnostic> {
    let mut slots = Vec::new();
    let mut without_counterpart = Vec::new();
    for piece in pieces {
        check_length(calendar, piece, grain, span)?;
        let earlier = earlier(calendar, piece, grain, as_of);
        let slot = earlier.slot(calendar, as_of);
        if is_provisional(piece, as_of) {
            notes.push(format!(
                "{} is compared with the same elapsed part of {}",
                piece.label(calendar),
                slot.label
            ));
        }
        if !has_counterpart(calendar, piece, grain) {
            without_counterpart.push(format!("{} with {}", piece.label(calendar), slot.label));
        }
        note_history(calendar, &earlier, &slot, notes);
        slots.push(slot);
    }
    note_without_counterpart(&without_counterpart, grain, notes);
    Ok(slots)
}

fn note_without_counterpart(pairs: &[String], grain: Grain, notes: &mut Vec<String>) {
    if pairs.is_empty() {
        return;
    }
    let named = pairs[..pairs.len().min(NAMED_IN_NOTE)].join(", ");
    let more = match pairs.len().saturating_sub(NAMED_IN_NOTE) {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    notes.push(format!(
        "without a counterpart one {} earlier, compared with the last before it: {named}{more}",
        grain.word()
    ));
}

fn fixed(
    calendar: &Calendar,
    (period, span): (&Period, Span),
    pieces: &[Piece],
    standpoint: &Standpoint,
    notes: &mut Vec<String>,
) -> Result<Vec<Slot>, Diagnostic> {
    let as_of = standpoint.as_of.instant;
    let other = stretch(calendar, period, as_of, span)?.piece;
    let whole = other.slot(calendar, as_of);
    match whole.standing {
        Standing::Provisional => notes.push(format!(
            "{} is provisional: it is counted up to {}",
            whole.label, standpoint.as_of.label
        )),
        Standing::Complete | Standing::NoHistory | Standing::Future => {}
    }
    note_history(calendar, &other, &whole, notes);
    let mut slots = Vec::new();
    for piece in pieces {
        if !is_provisional(piece, as_of) {
            slots.push(whole.clone());
            continue;
        }
        let alike = piece.first.grain == other.first.grain && piece.last.grain == other.last.grain;
        let (part, slot) = if alike {
            let part = elapsed_part(calendar, piece, &other, as_of);
            ("the same elapsed part", part.slot(calendar, as_of))
        } else {
            ("the whole", whole.clone())
        };
        notes.push(format!(
            "{} is compared with {part} of {}",
            piece.label(calendar),
            slot.label
        ));
        slots.push(slot);
    }
    Ok(slots)
}

fn is_provisional(piece: &Piece, as_of: i64) -> bool {
    piece.start < as_of && as_of < piece.end
}

/// The beginning of another piece, as much of it as has elapsed of the first one.
fn elapsed_part(calendar: &Calendar, piece: &Piece, other: &Piece, as_of: i64) -> Piece {
    let same = same_offset(calendar, as_of, piece.first.start, other.first.start);
    Piece {
        end: same.min(other.end),
        ..*other
    }
}

/// Refuses a piece that would overlap what it is compared with.
fn check_length(
    calendar: &Calendar,
    piece: &Piece,
    grain: Grain,
    span: Span,
) -> Result<(), Diagnostic> {
    let grains = [piece.first.grain, piece.last.grain];
    if grains.contains(&Grain::Week) && matches!(grain, Grain::Month | Grain::Quarter) {
        let word = grain.word();
        return Err(Diagnostic::error(
            "K416",
            span,
            format!("weeks do not fall into {word}s, so none has a counterpart one {word} earlier"),
        )
        .help("write `versus previous week` or `versus previous year`"));
    }
    if is_longer(calendar, piece, grain) {
        let (label, word) = (piece.label(calendar), grain.word());
        return Err(Diagnostic::error(
            "K415",
            span,
            format!(
                "{label} is longer than a {word}, so it cannot be compared with the previous {word}"
            ),
        )
        .help(longer_help(piece)));
    }
    Ok(())
}

fn longer_help(piece: &Piece) -> String {
    if piece.first == piece.last {
        format!("write `versus previous {}`", piece.first.grain.word())
    } else {
        "write `versus previous year`, or the period to compare with: `versus 2025-12`".to_owned()
    }
}

fn is_longer(calendar: &Calendar, piece: &Piece, grain: Grain) -> bool {
    let (first, last) = (piece.first, piece.last);
    if first.grain > grain || last.grain > grain {
        return true;
    }
    if first == last {
        return false;
    }
    if first.grain >= Grain::Month && last.grain >= Grain::Month {
        return calendar::end_of(one_earlier(calendar, last, grain)) > first.start;
    }
    // Months differ in length: 31 days are a month's worth even where February is the other one.
    let days = (calendar::end_of(last) - first.start).num_days();
    days > match grain {
        Grain::Day => 1,
        Grain::Week => 7,
        Grain::Month => 31,
        Grain::Quarter => 92,
        Grain::Year => 366,
    }
}

/// A piece one grain earlier, cut where the piece is cut.
fn earlier(calendar: &Calendar, piece: &Piece, grain: Grain, as_of: i64) -> Piece {
    let whole = Piece::whole(
        calendar,
        one_earlier(calendar, piece.first, grain),
        one_earlier(calendar, piece.last, grain),
    );
    let start = if piece.start == calendar::start_instant(calendar, piece.first) {
        whole.start
    } else {
        let day = local(calendar, piece.start).date();
        counterpart(calendar, piece.start, (day, piece.first.grain), grain)
    };
    let end = if is_provisional(piece, as_of) {
        as_of
    } else {
        piece.end
    };
    let end = if end == calendar::end_instant(calendar, piece.last) {
        whole.end
    } else {
        let day = day_before(calendar, end);
        counterpart(calendar, end, (day, piece.last.grain), grain)
    };
    Piece {
        start,
        end,
        ..whole
    }
}

/// The instant at the same place of the period one grain earlier, no later than that period's end.
/// `day` and its grain say which period the instant is taken to lie in.
fn counterpart(
    calendar: &Calendar,
    instant: i64,
    (day, own): (NaiveDate, Grain),
    grain: Grain,
) -> i64 {
    let period = calendar::period_of(calendar, day, own);
    let other = one_earlier(calendar, period, grain);
    same_offset(calendar, instant, period.start, other.start)
        .min(calendar::end_instant(calendar, other))
}

/// As many local days after `to`, at the same time of day, as the instant lies after `from`.
fn same_offset(calendar: &Calendar, instant: i64, from: NaiveDate, to: NaiveDate) -> i64 {
    let local = local(calendar, instant);
    // The first instant of a day is its first instant elsewhere too, whatever clocks show there.
    let time = if instant == calendar::midnight(calendar, local.date()) {
        NaiveTime::MIN
    } else {
        local.time()
    };
    let day = to + (local.date() - from);
    calendar::instant_of(calendar, day.and_time(time))
}

/// The period of the same name one grain earlier; where there is none (29 February, week 53) the last
/// one before. The grain is not shorter than the period, and weeks go by weeks or years.
fn one_earlier(calendar: &Calendar, period: CalendarPeriod, grain: Grain) -> CalendarPeriod {
    let earlier = if period.grain == grain {
        calendar::previous(period)
    } else if (period.grain, grain) == (Grain::Week, Grain::Year) {
        same_week_of_last_year(calendar, period)
    } else {
        CalendarPeriod {
            start: match grain {
                Grain::Day | Grain::Week => period.start - Days::new(7),
                Grain::Month => period.start - Months::new(1),
                Grain::Quarter => period.start - Months::new(3),
                Grain::Year => period.start - Months::new(12),
            },
            ..period
        }
    };
    // A day that a zone skipped (Samoa, 30 December 2011) has nothing to compare with.
    if Piece::whole(calendar, earlier, earlier).is_empty() {
        return calendar::previous(earlier);
    }
    earlier
}

fn same_week_of_last_year(calendar: &Calendar, week: CalendarPeriod) -> CalendarPeriod {
    let (year, number) = week_number(calendar, week);
    calendar::week(calendar, year - 1, number)
        .or_else(|| calendar::week(calendar, year - 1, number - 1))
        .expect("every year has 52 weeks")
}

/// The year a week is named by, that of its fourth day, and its number there.
fn week_number(calendar: &Calendar, week: CalendarPeriod) -> (i32, u32) {
    let year = (week.start + Days::new(3)).year();
    let first = calendar::week(calendar, year, 1).expect("every year has a first week");
    let weeks = (week.start - first.start).num_days() / 7;
    (year, weeks as u32 + 1)
}

/// Whether there is a period of the same name one grain earlier, for both ends of a piece.
fn has_counterpart(calendar: &Calendar, piece: &Piece, grain: Grain) -> bool {
    [piece.first, piece.last].into_iter().all(|period| {
        let other = one_earlier(calendar, period, grain);
        match (period.grain, grain) {
            (Grain::Day, Grain::Month | Grain::Quarter | Grain::Year) => {
                other.start.day() == period.start.day()
            }
            (Grain::Week, Grain::Year) => {
                week_number(calendar, other).1 == week_number(calendar, period).1
            }
            (Grain::Day, Grain::Day | Grain::Week)
            | (Grain::Week, Grain::Day | Grain::Week | Grain::Month | Grain::Quarter)
            | (Grain::Month | Grain::Quarter | Grain::Year, _) => true,
        }
    })
}
