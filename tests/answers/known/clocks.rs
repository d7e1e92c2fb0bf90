//! Several clocks on one table, times of the calendar, dates of the row, and what is due (rules S36, S54 to S56).

use super::values_of;
use crate::answers::flat::lines;
use crate::answers::pipeline;
use crate::answers::tables::Table;

const AS_OF: &str = "2026-07-01T00:00:00Z";

const TICKETS: &str = r#"
scale severity is low < high < critical

table tickets "One row per ticket"
  key    ticket_id
  event  opened at opened_at
  event  done   at done_at
  state  open   from opened_at until done_at
  state  held   from held_at until earliest of planned held_until, done_at
  field  severity scale severity
  field  fix_by planned date

sla terms
  of     tickets
  starts opened
  stops  done
  pauses held
  due 1 calendar month  where severity = critical
  due 2 calendar weeks  where severity = high
  due 30 days otherwise

sla agreed
  of     tickets
  prefix agreed
  starts opened
  stops  done
  due at fix_by where fix_by is present
  due 1 calendar quarter otherwise
"#;

fn ask(zone: &str, tickets: &str, text: &str) -> Vec<Option<f64>> {
    let definitions =
        pipeline::definitions_in(&format!("calendar\n  timezone \"{zone}\"\n{TICKETS}"));
    let tables = [Table::written("tickets", tickets)];
    values_of(&lines(&pipeline::ask(&definitions, &tables, AS_OF, text)))
}

fn counts<const N: usize>(counts: [u32; N]) -> Vec<Option<f64>> {
    counts.map(|count| Some(f64::from(count))).to_vec()
}

#[test]
fn a_month_of_the_calendar_ends_on_the_last_day_of_a_shorter_one() {
    // 31 January and a month: 28 February. 28 February and a month: 28 March. 15 January: 15 February.
    let tickets = "ticket_id | severity | opened_at
         T1        | critical | 2026-01-31
         T2        | critical | 2026-02-28
         T3        | critical | 2026-01-15";
    let days = "count of tickets due over day from 2026-02-14 to 2026-02-16";
    assert_eq!(ask("UTC", tickets, days), counts([0, 1, 0]));
    let days = "count of tickets due over day from 2026-02-27 to 2026-03-01";
    assert_eq!(ask("UTC", tickets, days), counts([0, 1, 0]));
    let days = "count of tickets due over day from 2026-03-27 to 2026-03-29";
    assert_eq!(ask("UTC", tickets, days), counts([0, 1, 0]));
}

#[test]
fn times_of_the_calendar_are_local_and_durations_are_not() {
    // Berlin's clocks go forward on 29 March at 2. Two calendar weeks after 20 March, noon, is 3 April, noon; 30 days
    // after 1 March, midnight, is 31 March, one in the morning. A month after 28 February, half past two, is skipped on
    // no day; one after 1 March 02:30 is 1 April 02:30.
    let tickets = "ticket_id | severity | opened_at
         T1        | high     | 2026-03-20T12:00:00
         T2        | low      | 2026-03-01
         T3        | critical | 2026-03-01T02:30:00";
    let at = |instant: &str| {
        let text = format!("count of tickets open where due_at = {instant}");
        ask("Europe/Berlin", tickets, &text)
    };
    assert_eq!(at("2026-04-03T10:00:00Z"), counts([1]));
    assert_eq!(at("2026-03-30T23:00:00Z"), counts([1]));
    assert_eq!(at("2026-04-01T00:30:00Z"), counts([1]));
}

#[test]
fn a_skipped_local_time_is_due_when_the_clocks_skip_it() {
    // A fortnight after 15 March, half past two, Berlin's clocks jump from two to three: 01:00 in UTC.
    let tickets = "ticket_id | severity | opened_at
         T1        | high     | 2026-03-15T02:30:00";
    let text = "count of tickets open where due_at = 2026-03-29T01:00:00Z";
    assert_eq!(ask("Europe/Berlin", tickets, text), counts([1]));
}

#[test]
fn two_clocks_of_one_table_run_apart() {
    // T1: 10 February under the first (a month), 1 May under the other. T2: 24 January, and 10 April (a quarter).
    // T3: 9 February, and its date has passed when it is opened: due at once.
    let tickets = "ticket_id | severity | opened_at  | done_at    | fix_by
         T1        | critical | 2026-01-10 | 2026-03-01 | 2026-05-01
         T2        | high     | 2026-01-10 |            |
         T3        | low      | 2026-01-10 | 2026-01-20 | 2025-06-30";
    let months = "over month from 2026-01 to 2026-05";
    let count = |of: &str| ask("UTC", tickets, &format!("count of tickets {of} {months}"));
    assert_eq!(count("due"), counts([1, 2, 0, 0, 0]));
    assert_eq!(count("breached"), counts([1, 1, 0, 0, 0]));
    assert_eq!(count("overdue"), counts([1, 2, 1, 1, 1]));
    assert_eq!(count("agreed_due"), counts([1, 0, 0, 1, 1]));
    assert_eq!(count("agreed_breached"), counts([1, 0, 0, 1, 0]));
    assert_eq!(count("agreed_overdue"), counts([0, 0, 0, 1, 1]));
    // Nothing is due before its clock starts, so the year of the date of T3 has nothing.
    let before = "count of tickets agreed_due in 2025";
    assert_eq!(ask("UTC", tickets, before), counts([0]));
}

#[test]
fn compliance_is_of_what_fell_due_in_the_period() {
    // Due after 30 days, in March: T1 (3 March, done in February), T2 (the same day, done on it: in time), T3 (late), T4
    // (never done). T5 is due on 1 April, and done in March. T6 stands still since 10 February.
    let tickets =
        "ticket_id | severity | opened_at  | done_at              | held_at    | held_until
         T1        | low      | 2026-02-01 | 2026-02-02           |            |
         T2        | low      | 2026-02-01 | 2026-03-03           |            |
         T3        | low      | 2026-02-01 | 2026-03-03T00:00:01Z |            |
         T4        | low      | 2026-02-10 |                      |            |
         T5        | low      | 2026-03-02 | 2026-03-05           |            |
         T6        | low      | 2026-02-01 |                      | 2026-02-10 |";
    let months = "over month from 2026-02 to 2026-04";
    let share = |test: &str| {
        ask(
            "UTC",
            tickets,
            &format!("share of tickets due with {test} {months}"),
        )
    };
    assert_eq!(share("not breached"), [None, Some(0.5), Some(1.0)]);
    assert_eq!(share("done"), [None, Some(0.5), Some(1.0)]);
    assert_eq!(
        share("time from opened to done <= 5 days"),
        [None, Some(0.25), Some(1.0)]
    );
}

#[test]
fn what_is_due_next_is_asked_of_each_instant() {
    // Due on 3 March, 12 March and, of T3, whose clock starts in the middle of March, on 14 April.
    let tickets = "ticket_id | severity | opened_at  | done_at
         T1        | low      | 2026-02-01 |
         T2        | low      | 2026-02-10 | 2026-03-02
         T3        | low      | 2026-03-15 |";
    let ask = |text: &str| ask("UTC", tickets, text);
    // At the end of 28 February the 12 days are those up to 12 March; the 11 days those up to 11 March.
    let days = "over day from 2026-02-28 to 2026-02-28";
    let open = |test: &str| ask(&format!("count of tickets open where {test} {days}"));
    assert_eq!(open("due_at within next 12 days"), counts([2]));
    assert_eq!(open("due_at within next 11 days"), counts([1]));
    assert_eq!(open("due within next 11 days"), counts([1]));
    assert_eq!(open("not (due_at within next 11 days)"), counts([1]));
    // At the end of 2 March, T1 is due at that very instant: not late yet, so it is ahead. A day later it is behind.
    let days = "over day from 2026-03-02 to 2026-03-04";
    let open = |test: &str| ask(&format!("count of tickets open where {test} {days}"));
    assert_eq!(open("due_at within next 5 days"), counts([1, 0, 0]));
    assert_eq!(open("due_at within last 5 days"), counts([0, 1, 1]));
    assert_eq!(open("overdue"), counts([0, 1, 1]));
    assert_eq!(open("due_at within last 24 hours"), counts([0, 1, 0]));
    // T3's date is known from its opening on, and a month and a half away only then.
    let weeks = "count of tickets open where due_at within next 60 days over day from 2026-03-14 to 2026-03-15";
    assert_eq!(ask(weeks), counts([0, 1]));
}

#[test]
fn a_flow_asks_of_its_event_what_is_next() {
    // T1 is done 3 days before it is due, T2 on the day, T3 a day after.
    let tickets = "ticket_id | severity | opened_at  | done_at
         T1        | low      | 2026-02-01 | 2026-02-28
         T2        | low      | 2026-02-01 | 2026-03-03
         T3        | low      | 2026-02-01 | 2026-03-04";
    let done = |test: &str| {
        let text = format!("count of tickets done where {test}");
        ask("UTC", tickets, &text)
    };
    assert_eq!(done("due_at within next 3 days"), counts([1]));
    assert_eq!(done("due_at within next 2 days"), counts([0]));
    assert_eq!(done("due_at within last 1 days"), counts([1]));
    assert_eq!(done("due_at within last 25 hours"), counts([2]));
    assert_eq!(done("opened_at within last 28 days"), counts([1]));
}

#[test]
fn an_end_that_is_agreed_is_near_once_it_is_agreed() {
    let tickets = "ticket_id | severity | opened_at  | done_at    | held_at    | held_until
         T1        | low      | 2026-01-01 |            | 2026-02-10 | 2026-03-05
         T2        | low      | 2026-01-01 |            | 2026-03-02 | 2026-03-12
         T3        | low      | 2026-01-01 | 2026-02-20 | 2026-02-10 | 2026-03-05";
    let days = "over day from 2026-02-28 to 2026-03-02";
    let text = format!("count of tickets held where held_until within next 14 days {days}");
    assert_eq!(ask("UTC", tickets, &text), counts([1, 1, 2]));
    // T1 and T3 are open; nobody knows in February that T2 will wait.
    let text =
        "count of tickets open where held_until is present over month from 2026-01 to 2026-03";
    assert_eq!(ask("UTC", tickets, text), counts([0, 1, 2]));
}

#[test]
fn the_default_as_of_does_not_move_with_what_is_due() {
    let definitions = pipeline::definitions_in(&format!("calendar\n  timezone \"UTC\"\n{TICKETS}"));
    let tables = [Table::written(
        "tickets",
        "ticket_id | severity | opened_at  | fix_by
         T1        | critical | 2026-01-10 | 2031-05-01",
    )];
    let read = pipeline::from_given(&definitions, &tables);
    let latest = riskql::exec::data::latest_event(&definitions, &read);
    // 2026-01-10 in microseconds: 20,463 days.
    assert_eq!(latest, Some(20_463 * 86_400_000_000));
}
