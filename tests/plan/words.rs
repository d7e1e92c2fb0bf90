//! Plans and conditions in words.

use riskql::base::source::Span;
use riskql::base::types::{Choice, Grain, MICROS_PER_DAY};
use riskql::lang::model::*;
use riskql::plan::{Paragraph, condition, describe};

use super::fixture::*;

fn place(span: Span) -> String {
    format!("kpis/x.kpi:{}", span.start)
}

fn described(ask: &Ask) -> Vec<Paragraph> {
    let fixture = definitions(ask.calendar.clone());
    describe(&fixture, &place, &ask.plan().unwrap())
}

fn written(paragraphs: &[Paragraph]) -> String {
    let mut text = String::new();
    for paragraph in paragraphs {
        text += &format!("{}\n", paragraph.title);
        for line in &paragraph.lines {
            text += &format!("  {line}\n");
        }
    }
    text
}

#[test]
fn a_kpi_is_explained_from_its_file_to_its_columns() {
    let mut mttr = mttr_column();
    mttr.targets = definitions(calendar_of("UTC")).kpis[0].targets.clone();
    mttr.direction = Some(Direction::LowerIsBetter);
    let ask = Ask::utc("2026-04-30")
        .columns(vec![mttr])
        .ranging("2026-03", "2026-03");
    let expected = "\
`mttr`: Mean time to remediate (kpis/x.kpi:40)
  Discovery to verified fix.
  is mean time from found to verified of findings verified
  shown as days, lower is better; a flow, of the events in a period
  target below 30 days for severity = critical (kpis/x.kpi:41)
mean time from found to verified of findings verified
  The arithmetic mean of a number, score or duration; none when there are no rows.
  rows of findings: verified_at lies in [2026-03-01, 2026-04-01)
  left out as \"false positive\": resolution = false_positive
  value: elapsed time from found_at to verified_at
  rows whose end lies before their start are left out as data faults
Time
  as of as-of: what happened at or after 2026-05-01 is not seen
  time zone UTC
  period 2026-03: [2026-03-01, 2026-04-01)
  attributes have no history: their latest values are used throughout
";
    assert_eq!(written(&described(&ask)), expected);
}

#[test]
fn scores_and_slas_are_written_out_where_they_matter() {
    let mut risk = measure("sum", FINDINGS, Role::State(2));
    risk.value = Some(Measured::Score(ScoreId(0)));
    let ask = Ask::utc("2026-04-30").columns(vec![column("risk", risk)]);
    let paragraphs = described(&ask);
    let titles: Vec<&str> = paragraphs.iter().map(|one| one.title.as_str()).collect();
    assert_eq!(
        titles,
        [
            "`risk`",
            "sum risk of findings overdue",
            "Score `risk` (kpis/x.kpi:30)",
            "SLA `remediation` (kpis/x.kpi:20)",
            "Time",
        ]
    );
    assert_eq!(
        paragraphs[1].lines[1],
        "rows of findings: just before 2026-05-01 due under SLA `remediation` and its clock not stopped"
    );
    assert_eq!(
        paragraphs[2].lines,
        [
            "base severity: critical 40, high 20, medium 8, low 2, info 0",
            "times exploitable: yes 3, no 1, missing 1",
            "at most 360",
        ]
    );
    assert_eq!(
        paragraphs[3].lines,
        [
            "of findings: the clock starts when found and stops when verified or closed",
            "it stands while risk_accepted",
            "due 30 days where severity = critical",
            "due 180 days otherwise",
        ]
    );
}

#[test]
fn a_series_names_its_ends_and_its_comparisons() {
    let ask = Ask::utc("2026-04-15")
        .columns(vec![stock()])
        .over(Grain::Month)
        .ranging("2026-03", "2026-05")
        .previous(Grain::Year);
    let paragraphs = described(&ask);
    assert_eq!(
        paragraphs[1].lines[1],
        "rows of findings: at the end of the period found_at is past, \
         closed_at is missing or not yet past"
    );
    assert_eq!(
        paragraphs[2].lines[2..6],
        [
            "3 periods from 2026-03, [2026-03-01, 2026-04-01), to 2026-05, in the future",
            "2026-03 is compared with 2025-03: [2025-03-01, 2025-04-01)",
            "2026-04 is compared with 2025-04: [2025-04-01, 2025-04-16)",
            "2026-05 is compared with 2025-05: [2025-05-01, 2025-06-01)",
        ]
    );
}

#[test]
fn the_kpis_a_formula_names_are_shown_with_their_place() {
    let mut fixture = definitions(calendar_of("UTC"));
    let mut twice = fixture.kpis[0].clone();
    twice.name = "twice".into();
    twice.written = "mttr + mttr".into();
    twice.formula = Formula::Binary {
        operator: Operator::Add,
        left: Box::new(Formula::Kpi(KpiId(0))),
        right: Box::new(Formula::Kpi(KpiId(0))),
    };
    fixture.kpis.push(twice);
    let mut column = mttr_column();
    column.kpi = Some(KpiId(1));
    let plan = Ask::utc("2026-04-30").columns(vec![column]).plan().unwrap();
    let lines = &describe(&fixture, &place, &plan)[0].lines;
    assert_eq!(lines[1], "is mttr + mttr");
    assert_eq!(
        lines[2],
        "`mttr` is mean time from found to verified of findings verified (kpis/x.kpi:40)"
    );
    assert!(lines[3].starts_with("shown as"));
}

#[test]
fn a_list_says_what_it_shows() {
    let fixture = definitions(calendar_of("UTC"));
    let list = ListQuery {
        population: measure("count", FINDINGS, Role::State(0)).population,
        show: vec![
            ListColumn::Field(named(&fixture, FINDINGS, "finding_id")),
            ListColumn::Field(named(&fixture, FINDINGS, "team")),
            ListColumn::Field(named(&fixture, FINDINGS, "due_at")),
        ],
        sort: vec![(named(&fixture, FINDINGS, "found_at"), false)],
        limit: Some(20),
        shows_default: false,
    };
    let mut ask = Ask::utc("2026-04-30");
    ask.query = query(Subject::List(Box::new(list)));
    let paragraphs = described(&ask);
    assert_eq!(paragraphs[0].title, "list findings open");
    assert_eq!(
        paragraphs[0].lines[2..],
        [
            "shows finding_id, team (assets.team by asset_id), due_at (SLA `remediation`)",
            "sorted by found_at",
            "at most 20 rows",
        ]
    );
    assert!(paragraphs[1].title.starts_with("SLA"));
}

#[test]
fn conditions_read_as_they_are_written() {
    let fixture = definitions(calendar_of("Europe/Berlin"));
    let field = |name| named(&fixture, FINDINGS, name);
    let severe = || codes(field("severity"), &[3, 4]);
    let not = |inner| Condition::Not(Box::new(inner));
    let between = |from: &str, until: &str| Condition::Between {
        field: field("found_at"),
        from: instant(from),
        until: instant(until),
    };
    let cases = [
        (severe(), "severity in (high, critical)"),
        (not(codes(field("severity"), &[4])), "severity != critical"),
        (not(severe()), "severity not in (high, critical)"),
        (codes(field("exploitable"), &[1]), "exploitable = yes"),
        (
            texts(field("team"), &["payments-core", "web"]),
            "team in (\"payments-core\", web)",
        ),
        (Condition::Present(field("found_at")), "found_at is present"),
        (
            not(Condition::Present(field("found_at"))),
            "found_at is missing",
        ),
        (
            Condition::AnyOf(vec![
                Condition::All(vec![severe(), texts(field("team"), &["web"])]),
                codes(field("exploitable"), &[0]),
            ]),
            "(severity in (high, critical) and team = web) or exploitable = no",
        ),
        (
            not(Condition::All(vec![
                severe(),
                codes(field("exploitable"), &[1]),
            ])),
            "not (severity in (high, critical) and exploitable = yes)",
        ),
        (
            between("2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z"),
            "found_at = 2026-03",
        ),
        (
            between("2026-02-28T23:00:00Z", "2026-03-01T12:00:00Z"),
            "found_at >= 2026-03-01 and found_at < 2026-03-01T12:00:00Z",
        ),
        (
            Condition::Between {
                field: field("found_at"),
                from: instant("2026-02-28T23:00:00Z"),
                until: i64::MAX,
            },
            "found_at >= 2026-03-01",
        ),
        (
            Condition::Fields {
                left: field("verified_at"),
                test: OrderTest::Greater,
                right: field("closed_at"),
            },
            "verified_at > findings.closed_at",
        ),
        (
            Condition::Within {
                event: finding_event(2),
                micros: 14 * MICROS_PER_DAY,
            },
            "verified within 14 days",
        ),
        (
            Condition::Exists(Box::new(Exists {
                relation: TableRelation::Sibling { own: 0, related: 0 },
                noun: completed(Timeframe::Within(MICROS_PER_DAY)),
                filter: Some(texts(named(&fixture, SCANS, "outcome"), &["success"])),
                at_least: 1,
            })),
            "any scans of its asset completed (where outcome = success) within 1 day",
        ),
        (
            Condition::Exists(Box::new(Exists {
                relation: TableRelation::Child { parent: 0 },
                noun: completed(Timeframe::InThePeriod),
                filter: None,
                at_least: 2,
            })),
            "at least 2 scans completed in the period",
        ),
        (
            Condition::Elapsed {
                from: ChosenEvent::only(finding_event(1)),
                to: Some(ChosenEvent {
                    choice: Choice::Earliest,
                    events: vec![finding_event(2), finding_event(3)],
                }),
                test: OrderTest::AtMost,
                micros: 30 * MICROS_PER_DAY,
            },
            "time from found to earliest of verified, closed <= 30 days",
        ),
        (
            Condition::SoFar(Box::new(Condition::Not(Box::new(Condition::Happened(
                finding_event(2),
            ))))),
            "(not verified) so far",
        ),
        (
            Condition::Not(Box::new(Condition::InState(StateId {
                table: FINDINGS,
                state: 1,
            }))),
            "not risk_accepted",
        ),
        (
            Condition::Number {
                field: field("finding_id"),
                test: NumberTest::AtLeast(7.5),
            },
            "finding_id >= 7.5",
        ),
    ];
    for (tree, expected) in cases {
        assert_eq!(condition(&fixture, &tree), expected);
    }
}

fn completed(timeframe: Timeframe) -> RelatedNoun {
    let event = EventId {
        table: SCANS,
        event: 0,
    };
    RelatedNoun::Event(event, timeframe)
}

#[test]
fn what_a_condition_reaches_is_spelt_out() {
    let fixture = definitions(calendar_of("UTC"));
    let mut quick = measure("share", FINDINGS, Role::Event(1));
    quick.population.filter = Some(Condition::All(vec![
        texts(named(&fixture, FINDINGS, "team"), &["web"]),
        Condition::Exists(Box::new(Exists {
            relation: TableRelation::Sibling { own: 0, related: 0 },
            noun: completed(Timeframe::Within(30 * MICROS_PER_DAY)),
            filter: None,
            at_least: 1,
        })),
    ]));
    quick.with = Some(Condition::Within {
        event: finding_event(2),
        micros: 14 * MICROS_PER_DAY,
    });
    let ask = Ask::utc("2026-04-30").columns(vec![column("quick", quick)]);
    let paragraph = described(&ask).swap_remove(1);
    assert_eq!(
        paragraph.title,
        "share of findings found where team = web and any scans of its asset completed within 30 days \
         with verified within 14 days"
    );
    assert_eq!(
        paragraph.lines[2..],
        [
            "only where team = web and any scans of its asset completed within 30 days",
            "reads team (assets.team by asset_id)",
            "`any scans of its asset completed within 30 days`: scans of the same row of assets (by asset_id) \
             with finished_at (if outcome = success) in the 30 days before the instant asked about",
            "left out as \"false positive\": resolution = false_positive",
            "passing rows: verified within 14 days",
            "`verified within 14 days` reads verified_at; \
             rows whose time is not over by as-of are pending and not counted",
        ]
    );
}
