//! The Kaplan-Meier median (rule S22): the first duration by which at most half are left.

use super::axes::POINT;
use super::relations::Translator;
use super::select::{Select, SelectColumn, bare};
use crate::plan::relation::Reading;

/// The median by group and point, of a cube of rows by duration. `keys` columns of it are the groups.
pub(super) fn survival(
    translator: &mut Translator,
    cube: &Select,
    rows: &str,
    ended: &str,
    keys: usize,
    fraction: f64,
) -> Select {
    let dialect = translator.dialect;
    let micros = dialect.name(Reading::MICROS);
    let name = bare(&cube.source).to_string();
    let groups = cube.columns[..keys].iter().chain([cube.column(POINT)]);
    let groups: Vec<SelectColumn> = groups.cloned().collect();
    let by: Vec<String> = groups.iter().map(|group| group.sql.clone()).collect();
    let partition = format!("PARTITION BY {}", by.join(", "));
    let part = |of: &Select, others: Vec<SelectColumn>| {
        let mut select = of.clone();
        select.columns = groups.iter().cloned().chain(others).collect();
        select
    };
    let duration = cube.column(Reading::MICROS).clone();
    let finished = cube.column(ended).clone();
    let rows = &cube.column(rows).sql;
    let at_risk = format!("sum({rows}) OVER ({partition} ORDER BY {micros} DESC)");
    let at_risk = SelectColumn::made("at_risk", at_risk);
    let mut select = part(cube, vec![duration.clone(), finished.clone(), at_risk]);
    select.filters = vec![format!("{micros} IS NOT NULL")];
    let at_risk = translator.part(&format!("{name}_at_risk"), &select);
    let ended = dialect.name(ended);
    let left = format!("(1 - {} / at_risk)", dialect.dividend(&ended));
    let left = dialect.product(&left, &format!("{partition} ORDER BY {micros}"));
    let left = SelectColumn::made("survival", left);
    let select = part(&at_risk, vec![duration, finished, left]);
    let survival = translator.part(&format!("{name}_survival"), &select);
    // A product of quotients may miss it by a rounding error.
    let left = dialect.number(1.0 - fraction);
    let is_reached = format!("{ended} > 0 AND survival <= {left} + 1e-12");
    let median = format!("min({micros}) FILTER (WHERE {is_reached})");
    let mut select = part(&survival, vec![SelectColumn::made("median", median)]);
    select.groups = by;
    translator.part(&format!("{name}_typical"), &select)
}
