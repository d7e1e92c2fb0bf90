//! Formulas and measures in the language's own spelling.

use super::conditions::{chosen_name, condition, name};
use crate::base::types::{TimeUnit, Unit};
use crate::lang::model::{Definitions, Formula, Measure, Measured, Operator, Population, Role};

/// `count of findings verified / count of findings introduced`
pub fn formula(definitions: &Definitions, tree: &Formula) -> String {
    match tree {
        Formula::Number(number) => number.to_string(),
        Formula::Constant { value, unit } => amount(*value, *unit),
        Formula::Measure(one) => measure(definitions, one),
        Formula::Kpi(kpi) => definitions.kpis[kpi.0].name.clone(),
        Formula::Binary {
            operator,
            left,
            right,
        } => format!(
            "{} {} {}",
            operand(definitions, left),
            symbol(*operator),
            operand(definitions, right)
        ),
        Formula::Negate(inner) => format!("-{}", operand(definitions, inner)),
        Formula::Adjusted {
            of,
            adjustment,
            value,
            unit,
        } => format!(
            "{} {} {}",
            operand(definitions, of),
            adjustment.words(),
            amount(*value, *unit)
        ),
    }
}

fn operand(definitions: &Definitions, tree: &Formula) -> String {
    let written = formula(definitions, tree);
    match tree {
        Formula::Binary { .. } | Formula::Negate(_) | Formula::Adjusted { .. } => {
            format!("({written})")
        }
        Formula::Number(_) | Formula::Constant { .. } | Formula::Measure(_) | Formula::Kpi(_) => {
            written
        }
    }
}

/// A number of the engine as the language writes it: `30 days`, `15%`.
fn amount(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Duration => {
            let fits = |unit: &&TimeUnit| (value / unit.micros() as f64).fract() == 0.0;
            let units = [TimeUnit::Days, TimeUnit::Hours, TimeUnit::Minutes];
            let unit = units.iter().find(fits).unwrap_or(&TimeUnit::Days);
            format!("{} {}", value / unit.micros() as f64, unit.word())
        }
        Unit::Percent => format!("{}%", value * 100.0),
        Unit::Count | Unit::Points | Unit::Ratio => value.to_string(),
    }
}

fn symbol(operator: Operator) -> char {
    match operator {
        Operator::Add => '+',
        Operator::Subtract => '-',
        Operator::Multiply => '*',
        Operator::Divide => '/',
    }
}

/// `mean time from found to verified of findings verified where severity = critical`
pub fn measure(definitions: &Definitions, measure: &Measure) -> String {
    let mut words = function(measure);
    if let Some(value) = &measure.value {
        words += &format!(" {}", measured(definitions, value));
    }
    words += &format!(" of {}", population(definitions, &measure.population));
    if let Some(with) = &measure.with {
        words += &format!(" with {}", condition(definitions, with));
    }
    if let Some(moment) = measure.moment {
        words += &format!(", at {}", moment.word());
    }
    words
}

/// `p95` for the percentile function.
fn function(measure: &Measure) -> String {
    match measure.parameter {
        Some(fraction) => {
            let percentile = format!("p{}", (fraction * 100.0).round());
            match measure.function.name {
                "pNN" => percentile,
                name => format!("{name} {percentile}"),
            }
        }
        None => measure.function.name.to_owned(),
    }
}

fn measured(definitions: &Definitions, value: &Measured) -> String {
    match value {
        Measured::Field(field) => name(definitions, *field).to_owned(),
        Measured::Score(score) => definitions.scores[score.0].name.clone(),
        Measured::Between { from, to } => format!(
            "time from {} to {}",
            chosen_name(definitions, from),
            chosen_name(definitions, to)
        ),
        Measured::Since(since) => format!("time since {}", chosen_name(definitions, since)),
    }
}

/// `findings open including excluded where severity = high`
pub(super) fn population(definitions: &Definitions, population: &Population) -> String {
    let table = definitions.table(population.table);
    let mut words = table.name.clone();
    match population.role {
        Role::Event(event) => words += &format!(" {}", table.events[event].name),
        Role::State(state) => words += &format!(" {}", table.states[state].name),
        Role::Rows => {}
    }
    if population.including_excluded {
        words += " including excluded";
    }
    if let Some(filter) = &population.filter {
        words += &format!(" where {}", condition(definitions, filter));
    }
    words
}
