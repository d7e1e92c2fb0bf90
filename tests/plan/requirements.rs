//! What queries read, and how badly.

use riskql::base::source::Span;
use riskql::lang::model::*;
use riskql::plan::{Requirement, RequirementOptions, Requirements, requirements};

use super::fixture::*;

fn place(span: Span) -> String {
    format!("kpis/x.kpi:{}", span.start)
}

fn asking() -> RequirementOptions<'static> {
    RequirementOptions {
        place: &place,
        watermark: false,
        tolerant: false,
    }
}

fn asked(query: &Query, asking: RequirementOptions) -> Requirements {
    requirements(&definitions(calendar_of("UTC")), &[query], asking)
}

/// `column` or `column?` where it may be absent, by name in the order of the table.
fn columns(request: &Requirements, table: TableId) -> Vec<String> {
    let definitions = definitions(calendar_of("UTC"));
    let Some(wanted) = request.tables.get(&table) else {
        return Vec::new();
    };
    let key = definitions.table(table).key.zip(wanted.key.as_ref());
    let key = key.filter(|(key, _)| !wanted.columns.contains_key(key));
    let columns = wanted.columns.iter().map(|(column, need)| (*column, need));
    key.into_iter()
        .chain(columns)
        .map(|(column, need)| {
            let name = &definitions.table(table).columns[column].name;
            let mark = if *need == Requirement::Optional {
                "?"
            } else {
                ""
            };
            format!("{name}{mark}")
        })
        .collect()
}

/// What excluding and knowing take, in every query of findings.
const ALWAYS: [&str; 3] = ["finding_id", "ingested_at?", "resolution?"];

fn with_always(extra: &[&str]) -> Vec<String> {
    let order = definitions(calendar_of("UTC"));
    let place = |name: &String| {
        let columns = &order.table(FINDINGS).columns;
        columns
            .iter()
            .position(|column| column.name == name.trim_end_matches('?'))
    };
    let mut all: Vec<String> = ALWAYS
        .iter()
        .chain(extra)
        .map(|name| (*name).to_owned())
        .collect();
    all.sort_by_key(place);
    all
}

#[test]
fn a_mean_time_reads_both_events() {
    let request = asked(&query_of(vec![mttr_column()]), asking());
    assert_eq!(
        columns(&request, FINDINGS),
        with_always(&["found_at", "verified_at"])
    );
    assert_eq!(request.tables.len(), 1);
    let findings = &request.tables[&FINDINGS];
    assert_eq!(findings.file_needed_by, ["`mttr` (kpis/x.kpi:40)"]);
    assert_eq!(
        findings.columns[&3],
        Requirement::By(vec!["`mttr` (kpis/x.kpi:40)".into()])
    );
    assert!(findings.parents.is_empty());
}

#[test]
fn of_alternatives_the_last_must_be_there() {
    let introduced = column("in", measure("count", FINDINGS, Role::Event(0)));
    let request = asked(&query_of(vec![introduced]), asking());
    assert_eq!(
        columns(&request, FINDINGS),
        with_always(&["introduced_at?", "found_at"])
    );
}

#[test]
fn including_excluded_reads_no_reason_to_exclude() {
    let mut all = measure("count", FINDINGS, Role::State(0));
    all.population.including_excluded = true;
    let request = asked(&query_of(vec![column("all", all)]), asking());
    assert_eq!(
        columns(&request, FINDINGS),
        ["finding_id", "found_at", "closed_at?", "ingested_at?"]
    );
}

#[test]
fn a_dimension_of_a_parent_reads_the_parent() {
    let fixture = definitions(calendar_of("UTC"));
    let mut query = query_of(vec![stock()]);
    values(&mut query).by.push(Dimension {
        name: "team".into(),
        field_type: riskql::base::types::FieldType::Text,
        fields: vec![named(&fixture, FINDINGS, "team")],
        bands: Vec::new(),
    });
    let request = asked(&query, asking());
    assert_eq!(
        columns(&request, FINDINGS),
        with_always(&["asset_id", "found_at", "closed_at?"])
    );
    assert_eq!(columns(&request, ASSETS), ["asset_id", "team"]);
    assert!(request.tables[&FINDINGS].parents.contains(&0));
    assert_eq!(
        request.tables[&ASSETS].file_needed_by,
        ["`backlog` (kpis/x.kpi:90)"]
    );

    let tolerant = RequirementOptions {
        tolerant: true,
        ..asking()
    };
    let request = asked(&query, tolerant);
    assert!(
        request
            .tables
            .values()
            .all(|table| table.file_needed_by.is_empty())
    );
}

#[test]
fn what_depends_on_an_sla_reads_its_clock() {
    let overdue = column("late", measure("count", FINDINGS, Role::State(2)));
    let request = asked(&query_of(vec![overdue]), asking());
    assert_eq!(
        columns(&request, FINDINGS),
        with_always(&[
            "found_at",
            "verified_at?",
            "closed_at",
            "severity",
            "accepted_at?",
            "acceptance_ends_at?",
        ])
    );
}

#[test]
fn a_score_reads_its_factors() {
    let mut risk = measure("sum", FINDINGS, Role::State(0));
    risk.value = Some(Measured::Score(ScoreId(0)));
    let request = asked(&query_of(vec![column("risk", risk)]), asking());
    assert_eq!(
        columns(&request, FINDINGS),
        with_always(&["found_at", "closed_at?", "severity", "exploitable"])
    );
}

#[test]
fn intervals_read_their_own_table() {
    let running = column("running", measure("count", FINDINGS, Role::State(3)));
    let request = asked(&query_of(vec![running]), asking());
    assert_eq!(columns(&request, FINDINGS), with_always(&[]));
    assert_eq!(
        columns(&request, EPISODES),
        ["episode_id", "finding_id", "began_at", "ended_at?"]
    );
    assert!(request.tables[&EPISODES].parents.contains(&0));

    let ended = column("ended", measure("count", FINDINGS, Role::Event(5)));
    let request = asked(&query_of(vec![ended]), asking());
    assert_eq!(
        columns(&request, EPISODES),
        ["episode_id", "finding_id", "began_at", "ended_at"]
    );
}

fn scanned(relation: TableRelation) -> Condition {
    Condition::Exists(Box::new(Exists {
        relation,
        noun: RelatedNoun::Event(
            EventId {
                table: SCANS,
                event: 0,
            },
            Timeframe::Ever,
        ),
        filter: None,
        at_least: 1,
    }))
}

#[test]
fn existence_reads_the_related_table_and_the_way_there() {
    let mut coverage = measure("share", ASSETS, Role::State(0));
    coverage.with = Some(scanned(TableRelation::Child { parent: 0 }));
    let request = asked(&query_of(vec![column("coverage", coverage)]), asking());
    assert_eq!(
        columns(&request, SCANS),
        ["scan_id", "asset_id", "finished_at", "outcome"]
    );
    assert!(request.tables[&SCANS].parents.contains(&0));
    assert_eq!(
        columns(&request, ASSETS),
        ["asset_id", "commissioned_at", "retired_at?"]
    );

    let mut sibling = measure("count", FINDINGS, Role::State(0));
    sibling.population.filter = Some(scanned(TableRelation::Sibling { own: 0, related: 0 }));
    let request = asked(&query_of(vec![column("seen", sibling)]), asking());
    assert!(request.tables[&FINDINGS].parents.contains(&0));
    assert!(request.tables[&SCANS].parents.contains(&0));
    assert_eq!(columns(&request, ASSETS), ["asset_id"]);
}

#[test]
fn a_list_may_show_what_is_not_there_but_not_sort_by_it() {
    let fixture = definitions(calendar_of("UTC"));
    let list = ListQuery {
        population: measure("count", FINDINGS, Role::State(0)).population,
        show: vec![
            ListColumn::Field(named(&fixture, FINDINGS, "severity")),
            ListColumn::Field(named(&fixture, FINDINGS, "team")),
        ],
        sort: vec![(named(&fixture, FINDINGS, "exploitable"), false)],
        limit: None,
        shows_default: false,
    };
    let request = asked(&query(Subject::List(Box::new(list))), asking());
    assert_eq!(
        columns(&request, FINDINGS),
        with_always(&[
            "asset_id?",
            "found_at",
            "closed_at?",
            "severity?",
            "exploitable"
        ])
    );
    assert_eq!(columns(&request, ASSETS), ["asset_id?", "team?"]);
    assert!(request.tables[&ASSETS].file_needed_by.is_empty());
}

#[test]
fn the_watermark_reads_every_event() {
    let watermark = RequirementOptions {
        watermark: true,
        ..asking()
    };
    let request = asked(&query_of(vec![flow()]), watermark);
    assert_eq!(
        columns(&request, ASSETS),
        ["commissioned_at?", "retired_at?"]
    );
    assert_eq!(columns(&request, SCANS), ["finished_at?"]);
    assert!(request.tables[&SCANS].file_needed_by.is_empty());
    assert!(columns(&request, FINDINGS).contains(&"verified_at".to_owned()));
    assert!(columns(&request, FINDINGS).contains(&"closed_at?".to_owned()));
}

#[test]
fn two_who_need_a_column_are_both_named() {
    let request = asked(
        &query_of(vec![mttr_column(), flow(), mttr_column()]),
        asking(),
    );
    assert_eq!(
        request.tables[&FINDINGS].columns[&4],
        Requirement::By(vec![
            "`mttr` (kpis/x.kpi:40)".into(),
            "`fixed` (kpis/x.kpi:90)".into(),
        ])
    );
}
