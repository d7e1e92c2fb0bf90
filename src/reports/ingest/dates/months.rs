//! `Di., 31 März 2026 10:00:00`: dates with the names of months, in the languages that tools are translated to.
//!
//! A name may be a month in one language and another month in another: `lis` is October in Croatian and
//! November in Polish. So every language is tried; the day of the week, where it is written, has to be of the
//! same language and to be right; and what is left has to be one day.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use chrono::{DateTime, Datelike};
use pure_rust_locales as locales;

use super::clock::ClockTime;
use crate::base::iso_dates;
use crate::base::types::MICROS_PER_DAY;

/// The names of one language: January and Sunday come first.
struct Names {
    months: [&'static [&'static str]; 2],
    days: [&'static [&'static str]; 2],
}

macro_rules! names_of {
    ($($locale:ident)*) => {
        &[$(Names {
            months: [locales::$locale::LC_TIME::MON, locales::$locale::LC_TIME::ABMON],
            days: [locales::$locale::LC_TIME::DAY, locales::$locale::LC_TIME::ABDAY],
        }),*]
    };
}

/// Those that ZAP is translated to, as far as months have names there that are one word.
const LANGUAGES: &[Names] = names_of![
    en_US ar_SA az_AZ bn_BD bs_BA cs_CZ da_DK de_DE de_AT el_GR es_ES fa_IR fi_FI fil_PH fr_FR he_IL hi_IN
    hr_HR hu_HU id_ID it_IT ja_JP ko_KR mk_MK ms_MY nb_NO nl_NL pl_PL pt_BR pt_PT ro_RO ru_RU si_LK sk_SK
    sl_SI sq_AL sr_RS sv_SE tr_TR uk_UA ur_PK zh_CN zh_TW
];

/// The names of a language as they are compared: in small letters, without the point of an abbreviation.
struct PlainNames {
    months: [Vec<String>; 2],
    days: [Vec<String>; 2],
}

/// All of them, made once: a report may have many dates.
fn languages() -> &'static [PlainNames] {
    static PLAIN: OnceLock<Vec<PlainNames>> = OnceLock::new();
    PLAIN.get_or_init(|| {
        let names = LANGUAGES.iter().map(|names| PlainNames {
            months: names.months.map(plain_names),
            days: names.days.map(plain_names),
        });
        names.collect()
    })
}

fn plain_names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| plain(name)).collect()
}

fn plain(text: &str) -> String {
    text.trim().trim_end_matches('.').to_lowercase()
}

/// Reads `31 March 2026`, `March 31, 2026`, `31 de marzo de 2026`, with a day of the week in front or without,
/// and a time behind; also as C and Java write it: `Tue Mar 31 10:00:00 PDT 2026`.
pub(super) fn read(text: &str) -> Option<i64> {
    let words: Vec<&str> = text
        .split([' ', ',', '\u{a0}'])
        .filter(|word| !word.is_empty() && !matches!(*word, "de" | "of" | "at"))
        .collect();
    let (weekday, rest) = match words.as_slice() {
        [first, rest @ ..] if !starts_with_digit(first) && !is_month_first(&words) => {
            (Some(*first), rest)
        }
        all => (None, all),
    };
    let (day, month, rest) = match rest {
        [one, other, rest @ ..] => match day_of_month(one) {
            Some(day) => (day, *other, rest),
            None => (day_of_month(other)?, *one, rest),
        },
        _ => return None,
    };
    let (year, time) = match rest {
        [year, time @ ..] if year_of(year).is_some() => (year_of(year)?, time.join(" ")),
        [time @ .., year] => (year_of(year)?, time.join(" ")),
        [] => return None,
    };
    one_day(weekday, day, month, year)
        .and_then(|day| ClockTime::read(&time)?.on(day * MICROS_PER_DAY))
}

/// The only day that these are in any language.
fn one_day(weekday: Option<&str>, day: i64, month: &str, year: i64) -> Option<i64> {
    let (month, weekday) = (plain(month), weekday.map(plain));
    let days: BTreeSet<i64> = languages()
        .iter()
        .filter_map(|names| {
            let month = place_in(&month, &names.months)?;
            let days = iso_dates::days(year, month as i64 + 1, day)?;
            let on = DateTime::from_timestamp(days * 86_400, 0)?.weekday();
            let is_right = weekday.as_ref().is_none_or(|weekday| {
                place_in(weekday, &names.days) == Some(on.num_days_from_sunday() as usize)
            });
            is_right.then_some(days)
        })
        .collect();
    match days.len() {
        1 => days.into_iter().next(),
        _ => None,
    }
}

/// Which of some names a word is: written whole, or as its beginning if no other begins so.
fn place_in(word: &str, names: &[Vec<String>; 2]) -> Option<usize> {
    let place_of = |names: &Vec<String>| names.iter().position(|name| name == word);
    let whole = names.iter().find_map(place_of);
    if whole.is_some() {
        return whole;
    }
    let begins = |name: &str| {
        // Chinese writes the last letter of a day of the week behind a word for week of its choice.
        let is_letter = !name.is_ascii() && name.chars().count() == 1;
        let is_beginning = word.chars().count() >= 2 && name.starts_with(word);
        is_beginning || is_letter && word.ends_with(name)
    };
    let places = names.iter().flat_map(|names| {
        let fitting = names.iter().enumerate().filter(|(_, name)| begins(name));
        fitting.map(|(place, _)| place)
    });
    let places: BTreeSet<usize> = places.collect();
    match places.len() {
        1 => places.into_iter().next(),
        _ => None,
    }
}

/// Whether the first word is a month and not a day of the week: a day of the month comes after it.
fn is_month_first(words: &[&str]) -> bool {
    words
        .get(1)
        .is_some_and(|second| day_of_month(second).is_some())
        && words
            .get(2)
            .is_some_and(|third| year_of(third).is_some() || third.contains(':'))
}

fn starts_with_digit(word: &str) -> bool {
    word.starts_with(|letter: char| letter.is_ascii_digit())
}

/// `31`, `31.`, `31st`.
fn day_of_month(word: &str) -> Option<i64> {
    let length = word.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = word.split_at(length);
    let is_day = (1..=2).contains(&length)
        && matches!(rest, "" | "." | "st" | "nd" | "rd" | "th" | "º" | "er");
    is_day.then(|| digits.parse().ok()).flatten()
}

fn year_of(word: &str) -> Option<i64> {
    let is_year = word.len() == 4 && word.bytes().all(|letter| letter.is_ascii_digit());
    is_year.then(|| word.parse().ok()).flatten()
}
