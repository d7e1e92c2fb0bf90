//! Charts for a terminal: an answer and a look → lines of text.
//!
//! Lines for values over periods, bars for one value a group, sparklines for many series. Points
//! stand where their values are: the axis says from where to where it goes, and a value that is not
//! there is a gap or the word `none`, never a zero.

mod axis;
mod bars;
mod canvas;
mod lines;

use super::footer;
use super::options::RenderOptions;
use super::trend::{self, Trend};
use crate::exec::answer::{Answer, ColumnRole};

/// The kinds of chart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ChartKind {
    /// Values over periods against an axis.
    Line,
    /// One bar a row.
    Bar,
    /// One sparkline a series.
    Spark,
}

/// More lines than this in one chart cannot be told apart.
const MOST_LINES: usize = 12;
/// More sparklines than this are no chart.
const MOST_SPARKS: usize = 100;
/// Columns of a chart where no terminal says how wide it is.
const WIDTH: usize = 80;

/// An answer as a chart of a kind, or of the kind that suits it; `height` is the lines of a line
/// chart between its top and its axis. An error says why there is no such chart.
pub fn chart(
    answer: &Answer,
    kind: Option<ChartKind>,
    look: RenderOptions,
    height: usize,
) -> Result<String, String> {
    let is_value = |role: &ColumnRole| matches!(role, ColumnRole::Value(_));
    if !answer.columns.iter().any(|column| is_value(&column.role)) {
        return Err("a list has no numbers to draw".to_string());
    }
    if answer.rows.is_empty() {
        return Err("the answer has no rows to draw".to_string());
    }
    let series = trend::trend(answer, MOST_SPARKS, look);
    let several = |trend: &Trend| trend.periods.len() > 1;
    let kind = kind.unwrap_or(match &series {
        Some(trend) if several(trend) && trend.series.len() <= MOST_LINES => ChartKind::Line,
        Some(trend) if several(trend) => ChartKind::Spark,
        Some(_) | None => ChartKind::Bar,
    });
    let body = match (kind, &series) {
        (ChartKind::Bar, _) => bars::chart(answer, look),
        (ChartKind::Line, Some(trend)) if trend.series.len() > MOST_LINES => {
            return Err(format!(
                "{} lines cannot be told apart; no more than {MOST_LINES} can",
                trend.series.len()
            ));
        }
        (ChartKind::Line, Some(trend)) => lines::chart(answer, trend, look, height)?,
        (ChartKind::Spark, Some(_)) => match trend::line_card(answer, look) {
            Some(grid) => grid.render(look) + "\n",
            None => return Err("there are too many series to draw".to_string()),
        },
        (ChartKind::Line | ChartKind::Spark, None) => {
            return Err(no_series(answer));
        }
    };
    // Points and names may leave blanks at the end of a line.
    let lines = body.lines().map(|line| format!("{}\n", line.trim_end()));
    let body: String = lines.collect();
    Ok(format!("{body}{}", footer::answer(answer, look)))
}

fn no_series(answer: &Answer) -> String {
    let is_period = |role: &ColumnRole| matches!(role, ColumnRole::Period(_));
    match answer.columns.iter().any(|column| is_period(&column.role)) {
        true => format!("more than {MOST_SPARKS} series cannot be told apart"),
        false => "lines need periods, and the answer has none".to_string(),
    }
}
