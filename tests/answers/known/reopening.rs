//! Findings that are closed and opened again: a fix is not erased by what happens after it.

use super::values_of;
use crate::answers::flat::lines;
use crate::answers::pipeline;
use crate::answers::tables::Table;

const EPISODES: &str = r#"
table findings "One row per finding"
  key    finding_id
  event  found    at found_at
  event  verified at last closed_at of episodes
  state  open     from episodes opened_at until closed_at

table episodes "One row per stretch of time a finding was open"
  key    episode_id
  belongs to findings by finding_id
  event  opened at opened_at
  event  closed at closed_at
"#;

fn ask(episodes: &str, as_of: &str, text: &str) -> Vec<Option<f64>> {
    let definitions = pipeline::definitions_in(EPISODES);
    let tables = [
        Table::written(
            "findings",
            "finding_id | found_at\nF1 | 2026-01-05\nF2 | 2026-01-07",
        ),
        Table::written("episodes", episodes),
    ];
    values_of(&lines(&pipeline::ask(&definitions, &tables, as_of, text)))
}

/// F1 is closed in January, opened again in March; F2 is closed in February for good.
const REOPENED: &str = "episode_id | finding_id | opened_at  | closed_at
    1          | F1         | 2026-01-05 | 2026-01-20
    2          | F1         | 2026-03-10 |
    3          | F2         | 2026-01-07 | 2026-02-11";

const END_OF_APRIL: &str = "2026-05-01T00:00:00Z";

#[test]
fn a_closing_stays_in_its_month_after_a_reopening() {
    let over = "over month from 2026-01 to 2026-04";
    let closed = ask(
        REOPENED,
        END_OF_APRIL,
        &format!("count of episodes closed {over}"),
    );
    assert_eq!(closed, [Some(1.0), Some(1.0), Some(0.0), Some(0.0)]);
    let open = ask(
        REOPENED,
        END_OF_APRIL,
        &format!("count of findings open {over}"),
    );
    assert_eq!(open, [Some(1.0), Some(0.0), Some(1.0), Some(1.0)]);
}

#[test]
fn a_fix_that_did_not_hold_is_not_verified_any_more() {
    let text = "count of findings verified over month from 2026-01 to 2026-04";
    let verified = ask(REOPENED, END_OF_APRIL, text);
    assert_eq!(verified, [Some(0.0), Some(1.0), Some(0.0), Some(0.0)]);
}

#[test]
fn a_fix_is_verified_as_of_a_time_before_the_reopening() {
    // The reopening of March has not happened: as of February, January's closing is the last word.
    let text = "count of findings verified in 2026-01 as of 2026-02-28";
    assert_eq!(ask(REOPENED, END_OF_APRIL, text), [Some(1.0)]);
    let text = "mean time from found to verified of findings verified as of 2026-02-28";
    let days = 86_400.0 * 1e6;
    let mean = ask(REOPENED, END_OF_APRIL, text)[0].expect("two fixes");
    // 15 days of F1 and 35 of F2.
    assert!([25.0, 25.0 * days, 25.0 * 24.0].contains(&mean), "{mean}");
}

#[test]
fn stretches_that_overlap_count_once() {
    let episodes = "episode_id | finding_id | opened_at  | closed_at
        1          | F1         | 2026-01-05 | 2026-03-20
        2          | F1         | 2026-02-01 | 2026-02-10
        3          | F1         | 2026-03-20 | 2026-04-02
        4          | F2         | 2026-02-10 | 2026-02-01";
    let text = "count of findings open over month from 2026-01 to 2026-04";
    let open = ask(episodes, END_OF_APRIL, text);
    assert_eq!(open, [Some(1.0), Some(1.0), Some(1.0), Some(0.0)]);
}

#[test]
fn the_average_of_a_month_is_the_mean_of_its_days_ends() {
    let episodes = "episode_id | finding_id | opened_at  | closed_at
        1          | F1         | 2026-02-01 | 2026-02-08
        2          | F1         | 2026-02-15 | 2026-02-22
        3          | F2         | 2026-02-15 | 2026-02-22";
    // F1 is open at the ends of the 1st to 7th (closing at the midnight that ends the 7th); both at
    // those of the 15th to 21st: 7 + 14 of 28 days.
    let of = |moment: &str| {
        let text = format!("count of findings open in 2026-02 at {moment}");
        ask(episodes, END_OF_APRIL, &text)[0]
    };
    assert_eq!(of("average"), Some(21.0 / 28.0));
    assert_eq!(of("peak"), Some(2.0));
    assert_eq!(of("start"), Some(0.0));
    assert_eq!(of("end"), Some(0.0));
}
