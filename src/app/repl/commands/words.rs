//! Instants, shares and numbers as the commands write them.

use crate::base::calendar;
use crate::base::types::DisplayUnit;
use crate::lang::model::Calendar;
use crate::render;
use crate::render::RenderOptions;

/// The local date of an instant, with its time unless it begins the day.
pub(super) fn instant(calendar: &Calendar, micros: i64) -> String {
    match calendar::local_time(calendar, micros) {
        Some(local) if calendar::midnight(calendar, local.date()) == micros => {
            local.format("%Y-%m-%d").to_string()
        }
        Some(local) => local.format("%Y-%m-%d %H:%M:%S%.f").to_string(),
        None => format!("{micros} microseconds after 1970"),
    }
}

/// Some of all rows: `12.5%`.
pub(super) fn percent(rows: u64, of: u64) -> String {
    match of {
        0 => String::new(),
        of => render::value(rows as f64 / of as f64, DisplayUnit::Percent),
    }
}

/// `12 (3.1%)`; only the count if it is none or all there is.
pub(super) fn with_share(rows: u64, of: u64) -> String {
    match rows {
        0 => "0".to_string(),
        rows => format!("{} ({})", render::count(rows), percent(rows, of)),
    }
}

/// `12 (3%)`, for columns that have little room.
pub(super) fn with_round_share(rows: u64, of: u64) -> String {
    let percent = rows as f64 * 100.0 / of.max(1) as f64;
    let percent = match percent.round() as u64 {
        0 if rows > 0 => "<1%".to_string(),
        100 if rows < of => ">99%".to_string(),
        percent => format!("{percent}%"),
    };
    match rows {
        0 => "0".to_string(),
        rows => format!("{} ({percent})", render::count(rows)),
    }
}

/// Columns of the longest bar.
pub(super) fn bar_room(look: RenderOptions) -> usize {
    look.width.map_or(16, |width| (width / 5).clamp(4, 16))
}

/// A number worked out of the data, with as many digits as tell something.
pub(super) fn number(value: f64) -> String {
    render::value(value, DisplayUnit::Points)
}
