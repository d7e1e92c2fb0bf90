//! What is asked of random tables: every KPI and grain in each case, and every grouping in turn.

use chrono::{Days, NaiveDate};
use riskql::lang::model::Definitions;

use super::seeded::Seeded;
use super::times;
use crate::answers::naive::Question;
use crate::answers::naive::calendar::{Calendar, GRAINS};
use crate::answers::naive::kpis::KPIS;
use crate::answers::naive::world::Row;
use crate::answers::pipeline;

/// A query in a form both sides can read.
pub struct Asked {
    pub kpi: &'static str,
    pub grain: Option<&'static str>,
    pub by: Vec<&'static str>,
    pub filter: Option<&'static Filter>,
    pub first: NaiveDate,
    pub last: NaiveDate,
    pub with_total: bool,
}

/// A condition as written, and what it means.
pub struct Filter {
    text: &'static str,
    holds: fn(&Row) -> bool,
}

const OF_FINDINGS: [Filter; 7] = [
    Filter {
        text: "severity >= high",
        holds: |row| row.is("severity", "high") || row.is("severity", "critical"),
    },
    Filter {
        text: "severity < medium",
        holds: |row| row.is("severity", "info") || row.is("severity", "low"),
    },
    Filter {
        text: "environment != production",
        holds: |row| !row.is("environment", "production"),
    },
    Filter {
        text: "team in (web, payments) and exploitable = yes",
        holds: |row| {
            (row.is("team", "web") || row.is("team", "payments")) && row.is("exploitable", "yes")
        },
    },
    Filter {
        text: "exposure is missing or business_critical = no",
        holds: |row| row.text("exposure").is_none() || row.is("business_critical", "no"),
    },
    Filter {
        text: "not (severity = low or exploitable = yes)",
        holds: |row| !(row.is("severity", "low") || row.is("exploitable", "yes")),
    },
    Filter {
        text: "team not in (platform)",
        holds: |row| !row.is("team", "platform"),
    },
];

const OF_ASSETS: [Filter; 3] = [
    Filter {
        text: "criticality >= high",
        holds: |row| row.is("criticality", "high") || row.is("criticality", "critical"),
    },
    Filter {
        text: "exposure != internet",
        holds: |row| !row.is("exposure", "internet"),
    },
    Filter {
        text: "team is missing",
        holds: |row| row.text("team").is_none(),
    },
];

const OF_DETECTIONS: [Filter; 2] = [
    Filter {
        text: "tool = zap",
        holds: |row| row.is("tool", "zap"),
    },
    Filter {
        text: "app is present and tool_kind != sast",
        holds: |row| row.text("app").is_some() && !row.is("tool_kind", "sast"),
    },
];

impl Asked {
    pub fn text(&self) -> String {
        let mut text = self.kpi.to_owned();
        if !self.by.is_empty() {
            text += &format!(" by {}", self.by.join(", "));
        }
        if let Some(grain) = self.grain {
            text += &format!(" over {grain}");
        }
        if let Some(filter) = self.filter {
            text += &format!(" where {}", filter.text);
        }
        text += &format!(" from {} to {}", self.first, self.last);
        if self.with_total {
            text += " with total";
        }
        text
    }

    pub fn question(&self) -> Question<'_> {
        Question {
            kpi: self.kpi,
            by: self.by.clone(),
            grain: self.grain,
            first: self.first,
            last: self.last,
            filter: self.filter.map_or(&|_| true, |filter| &filter.holds),
            with_total: self.with_total,
        }
    }
}

/// Every grain, and the whole range as one period.
pub fn grains() -> Vec<Option<&'static str>> {
    let grains = GRAINS.into_iter().map(Some);
    grains.chain([None]).collect()
}

/// Without dimensions, by each, and by neighbours.
pub fn groupings(dimensions: &[&'static str]) -> Vec<Vec<&'static str>> {
    let mut groupings = vec![Vec::new()];
    groupings.extend(dimensions.iter().map(|dimension| vec![*dimension]));
    groupings.extend(dimensions.windows(2).map(|pair| pair.to_vec()));
    groupings
}

/// All KPIs by all grains; which grouping is due follows from the seed.
pub fn all(random: &mut Seeded, seed: u64) -> Vec<Asked> {
    let mut all = Vec::new();
    for (kpi, dimensions) in KPIS {
        for grain in grains() {
            let mut groupings = groupings(dimensions);
            let due = (seed / 1000 * 10 + seed % 1000) as usize % groupings.len();
            let by = groupings.swap_remove(due);
            let (first, last) = range(random, grain);
            all.push(Asked {
                kpi,
                grain,
                // A total of what is not divided is the same again.
                with_total: !by.is_empty() && random.percent(60),
                by,
                filter: random.percent(30).then(|| filter(random, kpi)),
                first,
                last,
            });
        }
    }
    all
}

fn filter(random: &mut Seeded, kpi: &str) -> &'static Filter {
    let filters: &'static [Filter] = match kpi {
        "duplicate_reduction" => &OF_DETECTIONS,
        name if name.starts_with("scan_coverage") => &OF_ASSETS,
        _ => &OF_FINDINGS,
    };
    &filters[random.below(filters.len())]
}

/// Days anywhere, so that the first and last periods of a grain are often cut.
fn range(random: &mut Seeded, grain: Option<&str>) -> (NaiveDate, NaiveDate) {
    let longest = match grain {
        Some("day") => 20,
        Some("week") => 100,
        Some(_) | None => 400,
    };
    let first = times::day(random);
    (first, first + Days::new(random.below(longest) as u64))
}

/// The shipped library with another calendar.
pub fn definitions(calendar: &Calendar) -> Definitions {
    let text = calendar.written();
    pipeline::definitions("kpi-defs", &[("model/calendar.kpi", text.as_str())])
}

/// Zones with and without summer time, one where the clocks skip midnight; weeks and years that
/// begin elsewhere; history that begins within the data.
pub fn calendars() -> Vec<Calendar> {
    let calendar = |zone: &str, week_starts, year_starts, history: Option<&str>| Calendar {
        zone: zone.parse().expect("a zone"),
        week_starts,
        year_starts,
        history_from: history.map(|day| day.parse().expect("a date")),
    };
    vec![
        calendar("UTC", 0, 1, None),
        calendar("Europe/Berlin", 0, 4, Some("2025-10-15")),
        calendar("America/New_York", 6, 10, None),
        calendar("America/Santiago", 2, 2, Some("2025-09-07")),
    ]
}
