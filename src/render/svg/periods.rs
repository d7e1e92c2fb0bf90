//! Labels of periods below a chart: `Oct`, with the year once below them.

/// Labels of three letters that stand side by side in a wide chart.
const MOST_SHORT: usize = 13;
/// The same of all others.
const MOST: usize = 7;
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// The label of one period.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PeriodLabel {
    /// Which period it is of.
    pub place: usize,
    pub text: String,
    /// Said where it begins to be another one.
    pub year: Option<String>,
}

/// The labels that have room, the last period always among them; half as many in a narrow chart.
pub(super) fn labels(periods: &[&str], is_narrow: bool) -> Vec<PeriodLabel> {
    let short: Vec<(String, Option<String>)> = periods.iter().map(|period| short(period)).collect();
    let longest = short.iter().map(|(text, _)| text.chars().count()).max();
    let most = if longest.unwrap_or(0) <= 3 {
        MOST_SHORT
    } else {
        MOST
    };
    let most = if is_narrow { most.div_ceil(2) } else { most };
    let step = periods.len().div_ceil(most).max(1);
    let shown = (0..periods.len()).filter(|place| (periods.len() - 1 - place).is_multiple_of(step));
    let mut labels: Vec<PeriodLabel> = Vec::new();
    let mut last: Option<String> = None;
    for place in shown {
        let (text, year) = short[place].clone();
        let is_other = year.is_some() && year != last;
        last = year.clone();
        let year = year.filter(|_| is_other);
        labels.push(PeriodLabel { place, text, year });
    }
    // Two years side by side do not fit.
    if labels.len() > 2 && labels[1].year.is_some() {
        labels[0].year = None;
    }
    labels
}

/// The labels of all periods, each with its year where another one begins.
pub(super) fn heads(periods: &[&str]) -> Vec<(String, Option<String>)> {
    let mut last: Option<String> = None;
    let head = |period: &&str| {
        let (text, year) = short(period);
        let is_other = year != last;
        last.clone_from(&year);
        (text, year.filter(|_| is_other))
    };
    periods.iter().map(head).collect()
}

/// `Oct` of `2025-10`, `Q1` of `2026-Q1`, `W14` of `2026-W14`, `31 Mar` of `2026-03-31`, and the year; anything
/// else as it is.
fn short(period: &str) -> (String, Option<String>) {
    let whole = || (period.to_string(), None);
    let Some((year, rest)) = period.split_once('-') else {
        return whole();
    };
    let month = |digits: &str| {
        let number: usize = digits.parse().ok()?;
        MONTHS.get(number.checked_sub(1)?)
    };
    let text = match rest.split_once('-') {
        _ if rest.starts_with(['Q', 'W']) => Some(rest.to_string()),
        None => month(rest).map(|month| month.to_string()),
        Some((digits, day)) => {
            month(digits).map(|month| format!("{} {month}", day.trim_start_matches('0')))
        }
    };
    text.map_or_else(whole, |text| (text, Some(year.to_string())))
}

/// `March 2026` of `2026-03`, `Q1 2026` of `2026-Q1`; anything else as it is.
pub(in crate::render) fn in_words(period: &str) -> String {
    const NAMES: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    match short(period) {
        (text, Some(year)) if text.starts_with('Q') => format!("{text} {year}"),
        (text, Some(year)) => match MONTHS.iter().position(|month| *month == text) {
            Some(place) => format!("{} {year}", NAMES[place]),
            None => period.to_string(),
        },
        (_, None) => period.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_are_said_once() {
        let labels = labels(&["2025-11", "2025-12", "2026-01"], false);
        let texts: Vec<&str> = labels.iter().map(|label| label.text.as_str()).collect();
        assert_eq!(texts, ["Nov", "Dec", "Jan"]);
        let years: Vec<Option<&str>> = labels.iter().map(|label| label.year.as_deref()).collect();
        assert_eq!(years, [Some("2025"), None, Some("2026")]);
    }

    #[test]
    fn of_many_periods_the_last_keeps_its_label() {
        let weeks: Vec<String> = (1..=26).map(|week| format!("2026-W{week:02}")).collect();
        let weeks: Vec<&str> = weeks.iter().map(String::as_str).collect();
        let places: Vec<usize> = labels(&weeks, false)
            .iter()
            .map(|label| label.place)
            .collect();
        assert_eq!(places, [1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25]);
        let days: Vec<String> = (1..=14).map(|day| format!("2026-03-{day:02}")).collect();
        let days: Vec<&str> = days.iter().map(String::as_str).collect();
        let texts: Vec<String> = labels(&days, false)
            .into_iter()
            .map(|label| label.text)
            .collect();
        assert_eq!(
            texts,
            [
                "2 Mar", "4 Mar", "6 Mar", "8 Mar", "10 Mar", "12 Mar", "14 Mar"
            ]
        );
    }

    #[test]
    fn months_and_quarters_have_words() {
        assert_eq!(in_words("2026-03"), "March 2026");
        assert_eq!(in_words("2026-Q1"), "Q1 2026");
        assert_eq!(in_words("2026-W14"), "2026-W14");
        assert_eq!(in_words("2026-03-31"), "2026-03-31");
    }

    #[test]
    fn what_is_no_period_stays_as_it_is() {
        assert_eq!(short("2026"), ("2026".to_string(), None));
        assert_eq!(short("all"), ("all".to_string(), None));
        assert_eq!(short("2026-13"), ("2026-13".to_string(), None));
    }
}
