//! A column of an answer: its formula, the KPIs it refers to, its targets and bands.

use super::Paragraph;
use super::formulas::formula;
use super::time::instant;
use crate::base::source::Span;
use crate::base::types::{DisplayUnit, StockMoment};
use crate::lang::model::{
    Band, Definitions, Direction, Formula, Kind, Kpi, KpiId, Target, ValueColumn,
};

/// What a column is, where it is defined and how it is judged.
pub(super) fn column(
    definitions: &Definitions,
    place: &dyn Fn(Span) -> String,
    column: &ValueColumn,
) -> Paragraph {
    let kpi = column.kpi.map(|id| &definitions.kpis[id.0]);
    let mut lines = Vec::new();
    lines.extend(kpi.and_then(|kpi| kpi.note.clone()));
    lines.push(match kpi {
        Some(kpi) => format!("is {}", kpi.written),
        None => format!("is {}", formula(definitions, &column.formula)),
    });
    if let Some(kpi) = kpi {
        referred(definitions, place, kpi, &mut Vec::new(), &mut lines);
    }
    lines.push(shown(column));
    lines.extend(
        column
            .targets
            .iter()
            .map(|one| target(definitions, place, one)),
    );
    lines.extend(column.bands.iter().map(|one| band(column.display, one)));
    Paragraph {
        title: match kpi {
            Some(kpi) => format!("`{}`: {} ({})", column.name, column.title, place(kpi.span)),
            None => format!("`{}`", column.name),
        },
        lines,
    }
}

/// The KPIs a formula names, each once, and those they name in turn.
fn referred(
    definitions: &Definitions,
    place: &dyn Fn(Span) -> String,
    kpi: &Kpi,
    seen: &mut Vec<KpiId>,
    lines: &mut Vec<String>,
) {
    let mut named = Vec::new();
    names(&kpi.formula, &mut named);
    for id in named {
        if seen.contains(&id) {
            continue;
        }
        seen.push(id);
        let other = &definitions.kpis[id.0];
        lines.push(format!(
            "`{}` is {} ({})",
            other.name,
            other.written,
            place(other.span)
        ));
        referred(definitions, place, other, seen, lines);
    }
}

fn names(formula: &Formula, found: &mut Vec<KpiId>) {
    match formula {
        Formula::Number(_) | Formula::Constant { .. } | Formula::Measure(_) => {}
        Formula::Kpi(kpi) => found.push(*kpi),
        Formula::Binary { left, right, .. } => {
            names(left, found);
            names(right, found);
        }
        Formula::Negate(inner) | Formula::Adjusted { of: inner, .. } => names(inner, found),
    }
}

/// `shown as days, lower is better; a stock, read at the end of a period`
fn shown(column: &ValueColumn) -> String {
    let mut words = format!("shown as {}", column.display.word());
    match column.direction {
        Some(Direction::LowerIsBetter) => words += ", lower is better",
        Some(Direction::HigherIsBetter) => words += ", higher is better",
        None => {}
    }
    let read = match column.moment {
        StockMoment::End => "at the end of a period",
        StockMoment::Start => "at the start of a period",
        StockMoment::Average => "as the mean of a period's daily ends",
        StockMoment::Peak => "as the largest of a period's daily ends",
    };
    words
        + &match column.kind {
            Kind::Flow => "; a flow, of the events in a period".to_owned(),
            Kind::Stock => format!("; a stock, read {read}"),
            Kind::Mixed => format!("; flows of a period and stocks, read {read}"),
        }
}

fn target(definitions: &Definitions, place: &dyn Fn(Span) -> String, target: &Target) -> String {
    let mut words = format!("target {} {}", target.bound.words(), target.written);
    if let Some(rows) = &target.restrictions_written {
        words += &format!(" for {rows}");
    }
    if let Some(since) = target.since {
        words += &format!(" since {}", instant(&definitions.calendar, since));
    }
    format!("{words} ({})", place(target.span))
}

fn band(display: DisplayUnit, band: &Band) -> String {
    let lower = band.lower.is_finite().then(|| limit(display, band.lower));
    let upper = band.upper.is_finite().then(|| limit(display, band.upper));
    let range = match (lower, upper) {
        (Some(lower), Some(upper)) => format!("from {lower} to {upper}"),
        (Some(lower), None) => format!("from {lower}"),
        (None, Some(upper)) => format!("below {upper}"),
        (None, None) => "everywhere".to_owned(),
    };
    format!("band \"{}\" {range}", band.label)
}

/// A number of the engine in the unit it is shown in.
fn limit(display: DisplayUnit, value: f64) -> String {
    match display {
        // A fraction times 100 is seldom exact in binary.
        DisplayUnit::Percent => format!("{}%", (value * 1e11).round() / 1e9),
        DisplayUnit::Time(unit) => format!("{} {}", value / unit.micros() as f64, unit.word()),
        DisplayUnit::Count | DisplayUnit::Points | DisplayUnit::Ratio => value.to_string(),
    }
}
