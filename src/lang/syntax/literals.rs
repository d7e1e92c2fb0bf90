//! Pairs → names, texts, numbers, durations and dates.

use super::ast::{DateLiteral, Duration, FieldRef, Identifier, Number, Text, WrittenLiteral};
use super::errors;
use super::grammar::{Fragment, PairChildren, ParseResult, Rule, RulePair};
use crate::base::source::Spanned;
use crate::base::types::{Grain, StockMoment, TimeUnit};

/// A name, bare or in back-ticks.
pub(super) fn name(piece: &Fragment<'_>, pair: &RulePair<'_>) -> Identifier {
    let written = pair.as_str();
    let bare = written
        .strip_prefix('`')
        .and_then(|rest| rest.strip_suffix('`'));
    Spanned::new(bare.unwrap_or(written).to_string(), place(piece, pair))
}

/// A text in quotes, without them and with its escapes resolved.
pub(super) fn text(piece: &Fragment<'_>, pair: &RulePair<'_>) -> Text {
    Spanned::new(unquoted(pair.as_str()), place(piece, pair))
}

/// The place of an atomic pair, which swallows nothing.
fn place(piece: &Fragment<'_>, pair: &RulePair<'_>) -> crate::base::source::Span {
    let start = piece.start() + pair.as_span().start();
    piece.place(start, start + pair.as_str().len())
}

/// `"a \"b\""` without its quotes. A backslash before anything but a quote or itself stays.
pub(super) fn unquoted(written: &str) -> String {
    let inside = &written[1..written.len() - 1];
    unescaped(inside, '"')
}

/// Resolves `\\` and the backslash before one other character.
pub(super) fn unescaped(written: &str, escaped: char) -> String {
    let mut out = String::with_capacity(written.len());
    let mut characters = written.chars().peekable();
    while let Some(character) = characters.next() {
        match characters.peek() {
            Some(&next) if character == '\\' && (next == escaped || next == '\\') => {
                out.push(next);
                characters.next();
            }
            _ => out.push(character),
        }
    }
    out
}

/// `severity` or `findings.severity`.
pub(super) fn field(piece: &Fragment<'_>, pair: RulePair<'_>) -> FieldRef {
    let mut names = pair.into_inner().map(|part| name(piece, &part));
    let first = names.next().expect("a field has a name");
    match names.next() {
        Some(second) => FieldRef {
            table: Some(first),
            name: second,
        },
        None => FieldRef {
            table: None,
            name: first,
        },
    }
}

/// Any literal that may stand right of a comparison.
pub(super) fn literal(
    piece: &Fragment<'_>,
    pair: RulePair<'_>,
) -> ParseResult<Spanned<WrittenLiteral>> {
    let span = piece.span_of(&pair);
    let inner = PairChildren::of(pair).next();
    let node = match inner.as_rule() {
        Rule::text => WrittenLiteral::Text(unquoted(inner.as_str())),
        Rule::date => WrittenLiteral::Date(date(piece, &inner)?.node),
        Rule::quantity => quantity(piece, inner)?,
        Rule::dotted => WrittenLiteral::Field(field(piece, inner)),
        _ => word(piece, &inner)?,
    };
    Ok(Spanned::new(node, span))
}

fn word(piece: &Fragment<'_>, pair: &RulePair<'_>) -> ParseResult<WrittenLiteral> {
    match pair.as_str() {
        "now" | "today" => Err(errors::wall_clock(piece.span_of(pair), pair.as_str())),
        "null" | "NULL" => Err(errors::null(piece.span_of(pair), pair.as_str())),
        word => Ok(WrittenLiteral::Word(word.to_string())),
    }
}

pub(super) fn quantity(piece: &Fragment<'_>, pair: RulePair<'_>) -> ParseResult<WrittenLiteral> {
    amount(piece, pair, Rule::signed_number)
}

/// A number by a rule, and the unit behind it.
pub(super) fn amount(
    piece: &Fragment<'_>,
    pair: RulePair<'_>,
    number_rule: Rule,
) -> ParseResult<WrittenLiteral> {
    let mut parts = PairChildren::of(pair);
    let amount = number(piece, &parts.need(number_rule))?.node;
    if parts.has(Rule::percent_sign) {
        return Ok(WrittenLiteral::Percent(amount));
    }
    Ok(match parts.take(Rule::time_unit) {
        Some(unit) => WrittenLiteral::Duration(Duration {
            amount,
            unit: time_unit(unit.as_str()),
        }),
        None => WrittenLiteral::Number(amount),
    })
}

/// A number, with or without a sign.
pub(super) fn number(piece: &Fragment<'_>, pair: &RulePair<'_>) -> ParseResult<Spanned<Number>> {
    let span = piece.span_of(pair);
    let written = pair.as_str().to_string();
    match written.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(Spanned::new(Number { value, written }, span)),
        _ => Err(errors::number_too_large(span)),
    }
}

/// A whole number of things.
pub(super) fn integer(piece: &Fragment<'_>, pair: &RulePair<'_>) -> ParseResult<Spanned<u64>> {
    let span = piece.span_of(pair);
    match pair.as_str().parse() {
        Ok(value) => Ok(Spanned::new(value, span)),
        Err(_) => Err(errors::number_too_large(span)),
    }
}

/// `30 days`, `12h`.
pub(super) fn duration(piece: &Fragment<'_>, pair: RulePair<'_>) -> ParseResult<Spanned<Duration>> {
    let span = piece.span_of(&pair);
    let mut parts = PairChildren::of(pair);
    let amount = number(piece, &parts.need(Rule::number))?.node;
    let unit = time_unit(parts.need(Rule::time_unit).as_str());
    Ok(Spanned::new(Duration { amount, unit }, span))
}

fn time_unit(word: &str) -> TimeUnit {
    match word.as_bytes()[0] {
        b'm' => TimeUnit::Minutes,
        b'h' => TimeUnit::Hours,
        b'd' => TimeUnit::Days,
        _ => TimeUnit::Weeks,
    }
}

/// A grain, singular or plural, or the letter of `90d`.
pub(super) fn grain(piece: &Fragment<'_>, pair: &RulePair<'_>) -> ParseResult<Grain> {
    let word = pair.as_str().trim_end();
    let known = Grain::ALL.into_iter().find(|grain| {
        let one = grain.word();
        word == one || word.strip_suffix('s') == Some(one)
    });
    match (known, word) {
        (Some(grain), _) => Ok(grain),
        (None, "d") => Ok(Grain::Day),
        (None, "w") => Ok(Grain::Week),
        (None, _) => Err(errors::unknown_grain(piece.span_of(pair), word)),
    }
}

/// `end`, `start`, `average` or `peak`.
pub(super) fn moment(
    piece: &Fragment<'_>,
    pair: &RulePair<'_>,
) -> ParseResult<Spanned<StockMoment>> {
    let span = piece.span_of(pair);
    let word = pair.as_str().trim_end();
    match StockMoment::ALL
        .into_iter()
        .find(|moment| moment.word() == word)
    {
        Some(moment) => Ok(Spanned::new(moment, span)),
        None => Err(errors::unknown_moment(span, word)),
    }
}

/// A date, or a year where the grammar allows one.
pub(super) fn date(piece: &Fragment<'_>, pair: &RulePair<'_>) -> ParseResult<Spanned<DateLiteral>> {
    let span = piece.span_of(pair);
    match read_date(pair.as_str()) {
        Ok(date) => Ok(Spanned::new(date, span)),
        Err(reason) => Err(errors::no_such_date(span, pair.as_str(), &reason)),
    }
}

/// Reads what has the shape of a date; the error says what is wrong with it.
fn read_date(written: &str) -> Result<DateLiteral, String> {
    let year: i32 = written[..4].parse().map_err(|_| "no year".to_string())?;
    let Some(rest) = written[4..].strip_prefix('-') else {
        return Ok(DateLiteral::Year(year));
    };
    match rest.as_bytes()[0] {
        b'Q' | b'q' => Ok(DateLiteral::Quarter(
            year,
            part(&rest[1..], 1, 4, "quarters")?,
        )),
        b'W' | b'w' => {
            let week = part(two_digits(&rest[1..])?, 1, 53, "weeks")?;
            Ok(DateLiteral::Week(year, week))
        }
        _ => read_month_or_day(written, year, rest),
    }
}

fn read_month_or_day(written: &str, year: i32, rest: &str) -> Result<DateLiteral, String> {
    let (month, day) = match rest.split_once('-') {
        Some((month, day)) => (month, Some(day)),
        None => (rest, None),
    };
    let month = part(two_digits(month)?, 1, 12, "months")?;
    let Some(day) = day else {
        return Ok(DateLiteral::Month(year, month));
    };
    let (day, time) = match day.split_once(['T', 't']) {
        Some((day, time)) => (day, Some(time)),
        None => (day, None),
    };
    let day = part(two_digits(day)?, 1, 31, "days")?;
    match time {
        None => Ok(DateLiteral::Day(year, month, day)),
        Some(time) => {
            read_time(time)?;
            Ok(DateLiteral::Instant(written.to_string()))
        }
    }
}

/// Checks `10:00:00.5+02:00`. The zone may be missing: it is the project's then.
fn read_time(time: &str) -> Result<(), String> {
    let clock = match time.find(['Z', 'z', '+', '-']) {
        Some(index) => {
            read_offset(&time[index..])?;
            &time[..index]
        }
        None => time,
    };
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("the fraction of a second is digits".to_string());
    }
    let units = ["hours", "minutes", "seconds"];
    let mut parts = clock.split(':');
    for (index, unit) in units.into_iter().enumerate() {
        match parts.next() {
            Some(digits) => part(
                two_digits(digits)?,
                0,
                if index == 0 { 23 } else { 59 },
                unit,
            )?,
            None if index == 2 => 0,
            None => return Err("a time is written `10:00` or `10:00:00`".to_string()),
        };
    }
    match parts.next() {
        Some(_) => Err("a time is written `10:00:00`".to_string()),
        None => Ok(()),
    }
}

fn read_offset(offset: &str) -> Result<(), String> {
    if matches!(offset, "Z" | "z") {
        return Ok(());
    }
    let wrong = || "an offset is written `Z` or `+02:00`".to_string();
    let (hours, minutes) = match (offset.len(), offset[1..].split_once(':')) {
        (_, Some(pair)) => pair,
        (5, None) if offset.is_ascii() => (&offset[1..3], &offset[3..]),
        (3, None) => (&offset[1..], "00"),
        (_, None) => return Err(wrong()),
    };
    let hours = two_digits(hours).map_err(|_| wrong())?;
    let minutes = two_digits(minutes).map_err(|_| wrong())?;
    part(hours, 0, 23, "hours")?;
    part(minutes, 0, 59, "minutes")?;
    Ok(())
}

fn two_digits(written: &str) -> Result<&str, String> {
    if written.len() == 2 && written.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(written)
    } else {
        Err("its parts have two digits each".to_string())
    }
}

fn part(written: &str, least: u32, most: u32, what: &str) -> Result<u32, String> {
    match written.parse::<u32>() {
        Ok(value) if (least..=most).contains(&value) => Ok(value),
        Ok(_) | Err(_) => Err(format!("{what} go from {least} to {most}")),
    }
}

/// The cell of a grid, trimmed, without quotes and escapes.
pub(super) fn cell(piece: &Fragment<'_>, pair: RulePair<'_>) -> Spanned<String> {
    let inner = PairChildren::of(pair).next();
    let start = piece.start() + inner.as_span().start();
    let written = inner.as_str();
    if inner.as_rule() == Rule::quoted_cell {
        return Spanned::new(unquoted(written), piece.place(start, start + written.len()));
    }
    let trimmed = written.trim_end_matches(super::tokens::is_blank);
    Spanned::new(
        unescaped(trimmed, '|'),
        piece.place(start, start + trimmed.len()),
    )
}

/// `NAME "Title"` after the kind.
pub(super) fn name_and_title(
    piece: &Fragment<'_>,
    pair: RulePair<'_>,
) -> ParseResult<(Identifier, Option<Text>)> {
    let mut parts = PairChildren::of(pair);
    let title = parts.take(Rule::text).map(|pair| text(piece, &pair));
    Ok((name(piece, &parts.need(Rule::name)), title))
}

/// The one name among the children.
pub(super) fn one_name(piece: &Fragment<'_>, pair: RulePair<'_>) -> Identifier {
    name(piece, &PairChildren::of(pair).need(Rule::name))
}

/// The one text among the children.
pub(super) fn one_text(piece: &Fragment<'_>, pair: RulePair<'_>) -> Text {
    text(piece, &PairChildren::of(pair).need(Rule::text))
}

/// All texts among the children.
pub(super) fn texts(piece: &Fragment<'_>, pair: RulePair<'_>) -> Vec<Text> {
    PairChildren::of(pair)
        .all(Rule::text)
        .map(|pair| text(piece, &pair))
        .collect()
}

/// All names among the children.
pub(super) fn names(piece: &Fragment<'_>, pair: RulePair<'_>) -> Vec<Identifier> {
    PairChildren::of(pair)
        .all(Rule::name)
        .map(|pair| name(piece, &pair))
        .collect()
}
