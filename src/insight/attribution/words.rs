//! What contributions say, in sentences.

use super::{Attribution, Contribution, ContributionMethod, GroupChange};
use crate::render;

/// Groups that are named; the others are in the table.
const NAMED: usize = 2;
/// Below this part of the change a group is not worth a sentence.
const WORTH_NAMING: f64 = 0.1;

/// The number in both periods and its change: `mttr: 12 days in 2026-02 → 18 days in 2026-03`.
pub(super) fn headline(why: &Attribution, arrow: &str) -> String {
    let side = |side: &super::Side| match (side.value, &side.reason) {
        (Some(value), _) => {
            format!("{} in {}", render::with_unit(value, why.unit), side.period)
        }
        (None, Some(reason)) => format!("none in {} ({reason})", side.period),
        (None, None) => format!("none in {}", side.period),
    };
    let (before, after) = (side(&why.before), side(&why.after));
    format!("{}: {before} {arrow} {after}", why.name)
}

/// `+6.2 days, worse`
pub(super) fn change(why: &Attribution) -> Option<String> {
    let change = why.change()?;
    let words = with_unit(why, change);
    Some(match why.verdict() {
        Some(verdict) => format!("{words}, {verdict}"),
        None if change == 0.0 => "no change".to_string(),
        None => words,
    })
}

/// `opened +12, closed -15, scope in +1`; `-12.6 days within groups, -1.78 days mix`
pub(super) fn parts(why: &Attribution) -> Option<String> {
    if let Some((within, mix)) = why.within_and_mix().filter(|_| why.groups.len() > 1) {
        return Some(format!(
            "{} within groups (rate), {} by their shares of the whole (mix)",
            with_unit(why, within),
            with_unit(why, mix)
        ));
    }
    let parts = why.stock?.parts().into_iter();
    let parts = parts.filter(|(_, part)| *part != 0.0);
    let parts: Vec<String> = parts
        .map(|(name, part)| format!("{name} {}", difference(why, part, decimals(why))))
        .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// How many decimals all differences get, so that their points line up.
pub(super) fn decimals(why: &Attribution) -> usize {
    let own = why.groups.iter().filter_map(|group| group.contribution);
    let parts = own.flat_map(|own| [own.mix, own.rate, own.total()]);
    render::column_decimals(parts.chain(why.change()), why.unit)
}

/// A difference with its sign.
pub(super) fn difference(why: &Attribution, change: f64, decimals: usize) -> String {
    render::change_between(change, why.unit, decimals)
}

/// A difference with its sign and unit.
fn with_unit(why: &Attribution, change: f64) -> String {
    let number = difference(why, change, decimals(why));
    let whole = render::with_unit(change, why.unit);
    let bare = render::value(change, why.unit);
    let unit = whole.strip_prefix(&bare).unwrap_or("");
    format!("{number}{unit}")
}

/// What the table says, in words.
pub(super) fn sentences(why: &Attribution) -> Vec<String> {
    match why.how {
        ContributionMethod::NoValue => vec![
            "one of the periods has no value, so there is no change to explain; the table has the \
             groups' own values"
                .to_string(),
        ],
        ContributionMethod::Not => vec![format!(
            "{} does not follow from its groups' values, so no group has a part in the change; the \
             table has their own values",
            why.name
        )],
        ContributionMethod::Adds | ContributionMethod::Quotient if why.dimensions.is_empty() => {
            Vec::new()
        }
        ContributionMethod::Adds | ContributionMethod::Quotient => of_contributions(why),
    }
}

fn of_contributions(why: &Attribution) -> Vec<String> {
    let change = why.change().unwrap_or(0.0);
    let all: f64 = why.groups.iter().map(|group| total(group).abs()).sum();
    if all == 0.0 {
        return vec!["no group changed".to_string()];
    }
    let mut sentences = Vec::new();
    // What cancels out is larger than what is left of it.
    if change.abs() < all * WORTH_NAMING {
        sentences.push("what the groups contribute nearly cancels out".to_string());
    }
    let worth = |group: &&GroupChange| total(group).abs() >= all * WORTH_NAMING;
    let named = why.groups.iter().filter(worth).take(NAMED);
    sentences.extend(named.map(|group| of_group(why, group, change)));
    sentences
}

fn total(group: &GroupChange) -> f64 {
    group.contribution.map_or(0.0, Contribution::total)
}

/// `team payments brings +3.1 days, 50% of the change: its own value went from 12 to 30 days (rate)`
fn of_group(why: &Attribution, group: &GroupChange, change: f64) -> String {
    let own = total(group);
    let part = if own * change > 0.0 {
        format!(", {} of the change", percent(own / change))
    } else {
        String::new()
    };
    let verb = if own * change < 0.0 {
        "works against it with"
    } else {
        "brings"
    };
    format!(
        "{} {verb} {}{part}{}",
        named(why, group),
        with_unit(why, own),
        reason(why, group)
    )
}

fn reason(why: &Attribution, group: &GroupChange) -> String {
    let Some(contribution) = group
        .contribution
        .filter(|_| why.how == ContributionMethod::Quotient)
    else {
        return String::new();
    };
    let value = |value: Option<f64>| {
        value.map_or("none".to_string(), |value| {
            render::with_unit(value, why.unit)
        })
    };
    if contribution.rate.abs() >= contribution.mix.abs() {
        let (before, after) = (value(group.before.value), value(group.after.value));
        return format!(": its own value went from {before} to {after} (rate)");
    }
    let (before, after) = group.shares.unwrap_or_default();
    let (before, after) = (percent(before), percent(after));
    format!(": its share of the whole went from {before} to {after} (mix)")
}

/// `40%`
pub(super) fn percent(part: f64) -> String {
    // Adding nothing turns a negative nothing into a plain one.
    format!("{:.0}%", (part * 100.0).round() + 0.0)
}

/// `team payments`, `team payments, severity missing`
fn named(why: &Attribution, group: &GroupChange) -> String {
    let pairs = why.dimensions.iter().zip(&group.values);
    let names = pairs.map(|(dimension, value)| match value {
        Some(value) => format!("{dimension} {value}"),
        None => format!("{dimension} (missing)"),
    });
    let names: Vec<String> = names.collect();
    if names.is_empty() {
        "the whole".to_string()
    } else {
        names.join(", ")
    }
}
