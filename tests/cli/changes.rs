//! `why`: where the change of a number comes from.

use serde_json::Value as Json;

use super::Project;

const ZERO: &str = "\
calendar
  timezone \"UTC\"

table fixes
  key   fix_id
  event reported at reported_at
  event fixed    at fixed_at
  field vendor text

kpi days_to_fix \"Days to fix\"
  is mean time from reported to fixed of fixes fixed
  as days
  by vendor
  lower is better
";

/// Vendor, fixes and their mean in days, as Google's Project Zero has published them for 2019 and 2021 (\"A walk through
/// Project Zero metrics\", 2022).
const FIXES: [(&str, [(u32, u32); 2]); 5] = [
    ("Apple", [(61, 71), (11, 64)]),
    ("Microsoft", [(46, 85), (16, 76)]),
    ("Google", [(26, 49), (17, 53)]),
    ("Linux", [(12, 32), (5, 15)]),
    ("others", [(54, 63), (14, 29)]),
];

fn project_zero() -> Project {
    let project = Project::empty();
    project.write("defs/zero.kpi", ZERO);
    let mut rows = "fix_id,vendor,reported_at,fixed_at\n".to_owned();
    for (vendor, years) in FIXES {
        for (year, (count, days)) in [2019, 2021].into_iter().zip(years) {
            let fixed = chrono::NaiveDate::from_ymd_opt(year, 6, 30).expect("a day");
            let reported = fixed - chrono::Days::new(days.into());
            for number in 0..count {
                rows += &format!("{vendor}-{year}-{number},{vendor},{reported},{fixed}\n");
            }
        }
    }
    project.write("data/fixes.csv", rows);
    project
}

fn is_near(value: &Json, expected: f64) -> bool {
    value
        .as_f64()
        .is_some_and(|value| (value - expected).abs() < 0.005)
}

#[test]
fn a_mean_falls_into_within_and_mix() {
    let project = project_zero();
    let why = project
        .with_data(&[
            "why",
            "days_to_fix from 2019 to 2021 by vendor",
            "--format",
            "json",
        ])
        .json();
    assert_eq!(why["before"]["period"], "2019");
    assert_eq!(why["before"]["rows"], 199);
    assert_eq!(why["after"]["rows"], 63);
    assert!(is_near(&why["change"], -14.43), "{why}");
    assert!(is_near(&why["within"], -12.64), "{why}");
    assert!(is_near(&why["mix"], -1.78), "{why}");
    // Without a field named, the KPI's own is taken.
    let own = project.with_data(&["why", "days_to_fix from 2019 to 2021", "--format", "json"]);
    assert_eq!(own.json(), why);
}

#[test]
fn the_change_is_told_in_words() {
    project_zero()
        .with_data(&["why", "days_to_fix from 2019 to 2021"])
        .shows(&[
            "days_to_fix: 66.8 days in 2019 → 52.4 days in 2021",
            "-14.43 days, better",
            "-12.64 days within groups (rate), -1.78 days by their shares of the whole (mix)",
            "Microsoft",
        ]);
}

#[test]
fn the_groups_are_a_table_for_other_programs() {
    let outcome =
        project_zero().with_data(&["why", "days_to_fix from 2019 to 2021", "--format", "csv"]);
    let header = outcome.stdout.lines().next();
    assert_eq!(
        header,
        Some("vendor,2019,2021,mix,rate,total,part,rows before,rows after")
    );
    assert_eq!(outcome.stdout.lines().count(), 6);
}

#[test]
fn a_stock_falls_into_what_happened_to_its_rows() {
    let project = Project::empty();
    project.write(
        "defs/bugs.kpi",
        "calendar\n  timezone \"UTC\"\n\ntable bugs\n  key bug_id\n  event found at found_at\n  event closed at closed_at\n  state open from found_at until closed_at\n  state accepted from accepted_at until accepted_until\n  field points number\n\nkpi points_open\n  is sum points of bugs open where not accepted\n  lower is better\n",
    );
    // B1 stays, B2 closes, B3 comes, B4 is accepted, B5 is no longer accepted, B6 comes and goes.
    project.write(
        "data/bugs.csv",
        "bug_id,points,found_at,closed_at,accepted_at,accepted_until\n\
         B1,1,2026-01-01,,,\n\
         B2,2,2026-01-01,2026-03-10,,\n\
         B3,4,2026-03-05,,,\n\
         B4,8,2026-01-01,,2026-03-20,\n\
         B5,16,2026-01-01,,2026-01-10,2026-03-15\n\
         B6,32,2026-03-02,2026-03-03,,\n\
         B7,64,2026-04-30,,,\n",
    );
    // 1 + 2 + 8 at the end of February, 1 + 4 + 16 at the end of March.
    let why = project
        .with_data(&[
            "why",
            "points_open from 2026-02 to 2026-03",
            "--format",
            "json",
        ])
        .json();
    assert_eq!(
        (&why["before"]["value"], &why["after"]["value"]),
        (&11.0.into(), &21.0.into())
    );
    assert_eq!(
        why["stock"],
        serde_json::json!({
            "opened": 4.0, "closed": -2.0, "re_scored": 0.0, "scope_in": 16.0, "scope_out": -8.0
        })
    );
    project
        .with_data(&["why", "points_open from 2026-02 to 2026-03"])
        .shows(&["opened +4.00, closed -2.00, scope in +16.00, scope out -8.00"]);
}

#[test]
fn new_weights_rescore_what_stays() {
    let project = Project::empty();
    project.write(
        "defs/bugs.kpi",
        "calendar\n  timezone \"UTC\"\n\nscale size is small < large\n\ntable bugs\n  key bug_id\n  event found at found_at\n  event closed at closed_at\n  state open from found_at until closed_at\n  field size scale size\n\nscore weight\n  of bugs\n  base size\n    small 1\n    large 3\n\nscore weight\n  of bugs\n  base size\n    small 1\n    large 10\n  since 2026-03-01\n\nkpi load\n  is sum weight of bugs open\n  as points\n  by size\n  lower is better\n",
    );
    project.write(
        "data/bugs.csv",
        "bug_id,size,found_at,closed_at\nB1,large,2026-01-01,\nB2,small,2026-01-01,2026-03-10\nB3,large,2026-03-05,\n",
    );
    // 3 + 1; 10 + 10.
    let why = project
        .with_data(&["why", "load from 2026-02 to 2026-03", "--format", "json"])
        .json();
    assert_eq!(why["change"], 16.0);
    assert_eq!(
        why["stock"],
        serde_json::json!({
            "opened": 10.0, "closed": -1.0, "re_scored": 7.0, "scope_in": 0.0, "scope_out": 0.0
        })
    );
}

#[test]
fn what_cannot_be_explained_is_refused() {
    let project = Project::new();
    project
        .with_data(&["why", "list findings open"])
        .refused(2, &["K970", "backlog from 2026-01 to 2026-06"]);
    project
        .with_data(&["why", "from 2026-01 to 2026-02"])
        .refused(2, &["K966"]);
    project
        .with_data(&["why", "mttr", "frm", "2026-01"])
        .refused(2, &["frm"]);
    project
        .with_defs(&["why", "mttr from 2026-01 to 2026-02"])
        .refused(2, &["K907", "--data"]);
    project
        .with_defs(&["why", "mttr last month", "--data", "nowhere"])
        .refused(3, &["nowhere"]);
}
