//! The parts of formulas as columns of their own.

use riskql::lang::model::*;
use riskql::plan::{Plan, ValuesWork, Work, components};

use super::fixture::*;

fn parts(columns: Vec<ValueColumn>) -> ValuesWork {
    let fixture = definitions(calendar_of("UTC"));
    let mut ask = Ask::utc("2026-04-30").columns(columns);
    values(&mut ask.query).sort.push(Sort {
        by: SortColumn::Value(1),
        descending: true,
    });
    values(&mut ask.query).top = Some(Top { count: 3, by: 1 });
    let Plan { work, .. } = components(&fixture, &ask.plan().unwrap());
    match work {
        Work::Values(work) => *work,
        Work::List(_) => panic!("a values query"),
    }
}

fn names(work: &ValuesWork) -> Vec<&str> {
    work.columns
        .iter()
        .map(|column| column.name.as_str())
        .collect()
}

#[test]
fn a_mean_has_a_sum_and_a_share_has_two_counts() {
    let fixture = definitions(calendar_of("UTC"));
    let mut share = measure("share", FINDINGS, Role::Event(1));
    let test = codes(named(&fixture, FINDINGS, "severity"), &[4]);
    share.with = Some(test.clone());
    share.unit = riskql::base::types::Unit::Percent;
    let work = parts(vec![mttr_column(), column("rate", share)]);
    assert_eq!(
        names(&work),
        ["mttr", "mttr: sum", "rate", "rate: passing", "rate: all"]
    );
    assert_eq!(work.steps.len(), 5);
    assert_eq!(work.columns[3].unit, riskql::base::types::Unit::Count);
    // What pointed at the second column still does.
    assert_eq!(work.sort[0].by, SortColumn::Value(2));
    assert_eq!(work.top.unwrap().by, 2);
    let passing = &work.steps[3].measure;
    assert_eq!(passing.population.filter, Some(test));
    assert_eq!(work.steps[4].measure.population.filter, None);
}

#[test]
fn a_quotient_has_its_measures() {
    let mut rate = flow();
    rate.name = "fix_rate".into();
    rate.formula = Formula::Binary {
        operator: Operator::Divide,
        left: Box::new(Formula::Measure(Box::new(measure(
            "count",
            FINDINGS,
            Role::Event(2),
        )))),
        right: Box::new(Formula::Measure(Box::new(measure(
            "count",
            FINDINGS,
            Role::Event(0),
        )))),
    };
    let work = parts(vec![rate, stock()]);
    assert_eq!(
        names(&work),
        [
            "fix_rate",
            "fix_rate: count of findings verified",
            "fix_rate: count of findings introduced",
            "backlog",
        ]
    );
    assert_eq!(work.steps.len(), 3);
}

#[test]
fn rows_pending_for_a_share_are_pending_for_its_counts() {
    let mut share = measure("share", FINDINGS, Role::Event(1));
    let quick = Condition::Within {
        event: finding_event(2),
        micros: 14,
    };
    share.with = Some(quick.clone());
    let work = parts(vec![column("quick", share), stock()]);
    let all = work.steps[2].measure.population.filter.clone();
    assert_eq!(
        all,
        Some(Condition::AnyOf(vec![
            quick.clone(),
            Condition::Not(Box::new(quick))
        ]))
    );
}
