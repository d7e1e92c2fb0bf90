//! Small definitions and queries, built without parser or check.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Weekday};
use riskql::calendar;
use riskql::functions;
use riskql::model::*;
use riskql::plan::{Given, Plan, Slot, Timeline, Work, plan, standpoint};
use riskql::source::{SourceId, Span};
use riskql::types::{
    Bound, DisplayUnit, FieldType, Grain, MICROS_PER_DAY, Scale, StockMoment, TimeUnit, Unit,
};

pub const ASSETS: TableId = TableId(0);
pub const FINDINGS: TableId = TableId(1);
pub const SCANS: TableId = TableId(2);
pub const EPISODES: TableId = TableId(3);

/// A span in source 0 that starts at this byte.
pub fn at(start: u32) -> Span {
    Span {
        source: SourceId(0),
        start,
        end: start + 1,
    }
}

pub fn calendar_of(zone: &str) -> Calendar {
    Calendar {
        timezone: zone.parse().expect("a zone of the test"),
        week_starts: Weekday::Mon,
        year_starts: 1,
        history_from: None,
    }
}

fn severity() -> Arc<Scale> {
    Arc::new(Scale {
        name: "severity".into(),
        values: ["info", "low", "medium", "high", "critical"]
            .map(String::from)
            .to_vec(),
        mapped: Vec::new(),
    })
}

/// A table whose columns are all there is; events, states and the rest are added by the caller.
fn table(name: &str, columns: &[(&str, FieldType)]) -> Table {
    let of_event = |name: &str| name.ends_with("_at") && name != "ingested_at";
    Table {
        name: name.into(),
        title: None,
        span: at(1),
        columns: columns
            .iter()
            .map(|(name, field_type)| Column {
                name: (*name).into(),
                field_type: field_type.clone(),
                is_time_of_event: of_event(name),
                span: at(2),
            })
            .collect(),
        fields: columns
            .iter()
            .enumerate()
            .map(|(index, (name, field_type))| {
                field(name, field_type.clone(), FieldSource::Column(index))
            })
            .collect(),
        key: Some(0),
        parents: Vec::new(),
        events: Vec::new(),
        states: Vec::new(),
        known_from: None,
        excludes: Vec::new(),
    }
}

fn field(name: &str, field_type: FieldType, source: FieldSource) -> Field {
    Field {
        name: name.into(),
        field_type,
        source,
        declared: true,
        span: at(3),
    }
}

fn event(name: &str, source: EventSource) -> Event {
    Event {
        name: name.into(),
        source,
        filter: None,
        span: at(4),
    }
}

fn state(name: &str, source: StateSource) -> State {
    State {
        name: name.into(),
        source,
        span: at(5),
    }
}

fn parent(table: TableId, column: usize) -> Parent {
    Parent {
        table,
        column,
        span: at(6),
    }
}

fn assets() -> Table {
    let text = || FieldType::Text;
    let mut assets = table(
        "assets",
        &[
            ("asset_id", text()),
            ("team", text()),
            ("commissioned_at", FieldType::Date),
            ("retired_at", FieldType::Date),
        ],
    );
    assets.states.push(state(
        "in_service",
        StateSource::Columns {
            from: vec![2],
            until: vec![3],
        },
    ));
    assets
}

fn findings() -> Table {
    let (text, date) = (|| FieldType::Text, || FieldType::Date);
    let mut findings = table(
        "findings",
        &[
            ("finding_id", text()),
            ("asset_id", text()),
            ("introduced_at", date()),
            ("found_at", date()),
            ("verified_at", date()),
            ("closed_at", date()),
            ("ingested_at", date()),
            ("severity", FieldType::Scale(severity())),
            ("exploitable", FieldType::YesNo),
            ("resolution", text()),
            ("accepted_at", date()),
            ("acceptance_ends_at", date()),
        ],
    );
    findings.parents.push(parent(ASSETS, 1));
    findings.fields.push(field(
        "team",
        text(),
        FieldSource::Parent {
            parent: 0,
            field: 1,
        },
    ));
    findings
        .fields
        .push(field("due_at", date(), FieldSource::Due(SlaId(0))));
    findings.events = vec![
        event("introduced", EventSource::Columns(vec![2, 3])),
        event("found", EventSource::Columns(vec![3])),
        event("verified", EventSource::Columns(vec![4])),
        event("closed", EventSource::Columns(vec![5])),
        event("breached", EventSource::Breach(SlaId(0))),
        event(
            "last_ended",
            EventSource::LastOf {
                table: EPISODES,
                column: 3,
            },
        ),
    ];
    findings.states = vec![
        state(
            "open",
            StateSource::Columns {
                from: vec![3],
                until: vec![5],
            },
        ),
        state(
            "risk_accepted",
            StateSource::Columns {
                from: vec![10],
                until: vec![11],
            },
        ),
        state("overdue", StateSource::Overdue(SlaId(0))),
        state(
            "running",
            StateSource::Intervals {
                table: EPISODES,
                from: vec![2],
                until: vec![3],
            },
        ),
    ];
    findings.known_from = Some(6);
    findings.excludes.push(Exclude {
        filter: texts(finding_field("resolution", &findings), &["false_positive"]),
        label: "false positive".into(),
    });
    findings
}

fn finding_field(name: &str, table: &Table) -> FieldId {
    FieldId {
        table: FINDINGS,
        field: table.field_named(name).expect("a field of the fixture"),
    }
}

fn scans() -> Table {
    let mut scans = table(
        "scans",
        &[
            ("scan_id", FieldType::Text),
            ("asset_id", FieldType::Text),
            ("finished_at", FieldType::Date),
            ("outcome", FieldType::Text),
        ],
    );
    scans.parents.push(parent(ASSETS, 1));
    let mut completed = event("completed", EventSource::Columns(vec![2]));
    completed.filter = Some(texts(
        FieldId {
            table: SCANS,
            field: 3,
        },
        &["success"],
    ));
    scans.events.push(completed);
    scans
}

fn episodes() -> Table {
    let mut episodes = table(
        "episodes",
        &[
            ("episode_id", FieldType::Text),
            ("finding_id", FieldType::Text),
            ("began_at", FieldType::Date),
            ("ended_at", FieldType::Date),
        ],
    );
    episodes.parents.push(parent(FINDINGS, 1));
    episodes
}

fn sla(severity: FieldId) -> Sla {
    Sla {
        name: "remediation".into(),
        title: None,
        owner: None,
        table: FINDINGS,
        starts: finding_event(1),
        stops: vec![finding_event(2), finding_event(3)],
        pauses: vec![1],
        versions: vec![SlaVersion {
            since: None,
            lines: vec![
                DueLine {
                    micros: 30 * MICROS_PER_DAY,
                    filter: Some(codes(severity, &[4])),
                },
                DueLine {
                    micros: 180 * MICROS_PER_DAY,
                    filter: None,
                },
            ],
        }],
        span: at(20),
    }
}

fn score(severity: FieldId, exploitable: FieldId) -> Score {
    Score {
        name: "risk".into(),
        title: None,
        table: FINDINGS,
        versions: vec![ScoreVersion {
            since: None,
            base: Factor {
                field: severity,
                weights: Weights::Codes {
                    by_code: vec![0.0, 2.0, 8.0, 20.0, 40.0],
                    missing: None,
                },
            },
            times: vec![Factor {
                field: exploitable,
                weights: Weights::Codes {
                    by_code: vec![1.0, 3.0],
                    missing: Some(1.0),
                },
            }],
            cap: Some(360.0),
        }],
        span: at(30),
    }
}

pub fn finding_event(event: usize) -> EventId {
    EventId {
        table: FINDINGS,
        event,
    }
}

pub fn codes(field: FieldId, allowed: &[u8]) -> Condition {
    Condition::Codes {
        field,
        allowed: allowed.iter().copied().collect(),
    }
}

pub fn texts(field: FieldId, allowed: &[&str]) -> Condition {
    Condition::Texts {
        field,
        allowed: allowed
            .iter()
            .map(|text| (*text).to_owned())
            .collect::<BTreeSet<_>>(),
    }
}

pub fn definitions(calendar: Calendar) -> Definitions {
    let findings = findings();
    let severity = finding_field("severity", &findings);
    let exploitable = finding_field("exploitable", &findings);
    let mut definitions = Definitions {
        calendar,
        scales: vec![self::severity()],
        slas: vec![sla(severity)],
        scores: vec![score(severity, exploitable)],
        tables: vec![assets(), findings, scans(), episodes()],
        conditions: Vec::new(),
        kpis: Vec::new(),
        views: Vec::new(),
        dashboards: Vec::new(),
        tests: Vec::new(),
        fingerprint: "sha256:0".into(),
    };
    definitions.kpis.push(mttr(severity));
    definitions
}

fn mttr(severity: FieldId) -> Kpi {
    let critical = Restriction {
        field: "severity".into(),
        allowed: Allowed::Codes([4].into()),
    };
    let _ = severity;
    Kpi {
        name: "mttr".into(),
        title: Some("Mean time to remediate".into()),
        note: Some("Discovery to verified fix.".into()),
        formula: Formula::Measure(Box::new(mean_time())),
        unit: Unit::Duration,
        display: DisplayUnit::Time(TimeUnit::Days),
        kind: Kind::Flow,
        moment: StockMoment::End,
        dimensions: vec!["severity".into(), "team".into()],
        direction: Some(Direction::LowerIsBetter),
        targets: vec![Target {
            bound: Bound::Below,
            limit: 30.0 * MICROS_PER_DAY as f64,
            written: "below 30 days".into(),
            restrictions: vec![critical],
            restrictions_written: Some("severity = critical".into()),
            since: None,
            span: at(41),
        }],
        bands: Vec::new(),
        restrictions: Vec::new(),
        span: at(40),
        written: "mean time from found to verified of findings verified".into(),
    }
}

pub fn named(definitions: &Definitions, table: TableId, name: &str) -> FieldId {
    let field = definitions.table(table).field_named(name);
    FieldId {
        table,
        field: field.expect("a field of the fixture"),
    }
}

pub fn measure(function: &str, table: TableId, role: Role) -> Measure {
    let (function, parameter) = functions::find(function).expect("a function");
    Measure {
        function,
        parameter,
        value: None,
        population: Population {
            table,
            role,
            including_excluded: false,
            filter: None,
        },
        with: None,
        unit: Unit::Count,
        span: at(50),
    }
}

pub fn mean_time() -> Measure {
    Measure {
        value: Some(Measured::Between {
            from: finding_event(1),
            to: finding_event(2),
        }),
        unit: Unit::Duration,
        ..measure("mean", FINDINGS, Role::Event(2))
    }
}

/// A column of one measure.
pub fn column(name: &str, measure: Measure) -> ValueColumn {
    let unit = measure.unit;
    ValueColumn {
        name: name.into(),
        title: name.into(),
        kpi: None,
        kind: measure.kind(),
        formula: Formula::Measure(Box::new(measure)),
        unit,
        display: match unit {
            Unit::Count => DisplayUnit::Count,
            Unit::Duration => DisplayUnit::Time(TimeUnit::Days),
            Unit::Percent => DisplayUnit::Percent,
            Unit::Points => DisplayUnit::Points,
            Unit::Ratio => DisplayUnit::Ratio,
        },
        moment: StockMoment::End,
        direction: None,
        targets: Vec::new(),
        bands: Vec::new(),
        restrictions: Vec::new(),
    }
}

/// `mttr`
pub fn mttr_column() -> ValueColumn {
    ValueColumn {
        kpi: Some(KpiId(0)),
        title: "Mean time to remediate".into(),
        ..column("mttr", mean_time())
    }
}

/// Findings verified: a flow.
pub fn flow() -> ValueColumn {
    column("fixed", measure("count", FINDINGS, Role::Event(2)))
}

/// Findings open: a stock.
pub fn stock() -> ValueColumn {
    column("backlog", measure("count", FINDINGS, Role::State(0)))
}

pub fn query_of(columns: Vec<ValueColumn>) -> Query {
    query(Subject::Values(Box::new(ValuesQuery {
        columns,
        by: Vec::new(),
        over: None,
        versus_target: false,
        versus: None,
        with_total: false,
        top: None,
        sort: Vec::new(),
        limit: None,
        left_out: Vec::new(),
    })))
}

pub fn query(subject: Subject) -> Query {
    Query {
        text: "a query".into(),
        explain: false,
        subject,
        period: None,
        as_of: None,
        known_on: None,
        span: at(90),
    }
}

pub fn values(query: &mut Query) -> &mut ValuesQuery {
    match &mut query.subject {
        Subject::Values(values) => values,
        Subject::List(_) => panic!("a values query"),
    }
}

/// A question about time and the answer to it.
pub struct Ask {
    pub calendar: Calendar,
    pub as_of: i64,
    pub query: Query,
}

impl Ask {
    /// Findings verified, as of the end of a day.
    pub fn new(calendar: Calendar, as_of: &str) -> Self {
        Ask {
            as_of: end_of(&calendar, as_of),
            calendar,
            query: query_of(vec![flow()]),
        }
    }

    pub fn utc(as_of: &str) -> Self {
        Ask::new(calendar_of("UTC"), as_of)
    }

    /// As of an RFC 3339 instant instead.
    pub fn instant(mut self, text: &str) -> Self {
        self.as_of = instant(text);
        self
    }

    pub fn columns(mut self, columns: Vec<ValueColumn>) -> Self {
        values(&mut self.query).columns = columns;
        self
    }

    pub fn over(mut self, grain: Grain) -> Self {
        values(&mut self.query).over = Some(grain);
        self
    }

    pub fn versus(mut self, versus: Versus) -> Self {
        values(&mut self.query).versus = Some(versus);
        self
    }

    pub fn previous(self, grain: Grain) -> Self {
        self.versus(Versus::Previous(grain))
    }

    pub fn period(mut self, period: Period) -> Self {
        self.query.period = Some(period);
        self
    }

    /// `from A to B`, of the calendar's labels.
    pub fn from_to(self, first: &str, last: &str) -> Self {
        let period = range(&self.calendar, first, last);
        self.period(period)
    }

    pub fn plan(&self) -> Result<Plan, Vec<&'static str>> {
        let definitions = definitions(self.calendar.clone());
        let given = Given {
            as_of: Some(Moment {
                label: "as-of".into(),
                instant: self.as_of,
            }),
            ..Given::default()
        };
        let codes = |problems: riskql::diagnostic::Problems| {
            problems
                .sorted()
                .iter()
                .map(|problem| problem.code)
                .collect::<Vec<_>>()
        };
        let standpoint = standpoint(&definitions, &self.query, &given).map_err(codes)?;
        plan(&definitions, &self.query, &standpoint).map_err(codes)
    }

    pub fn timeline(&self) -> Timeline {
        match self.plan().expect("a plan").work {
            Work::Values(work) => work.timeline,
            Work::List(_) => panic!("a values query"),
        }
    }

    /// `LABEL START END` of each slot, in local time.
    pub fn slots(&self) -> Vec<String> {
        self.written(&self.timeline().slots)
    }

    pub fn compared(&self) -> Vec<String> {
        self.written(&self.timeline().compared)
    }

    fn written(&self, slots: &[Slot]) -> Vec<String> {
        let local = |micros: i64| {
            calendar::local_time(&self.calendar, micros).map_or("ever".to_owned(), |local| {
                let written = local.format("%Y-%m-%d %H:%M").to_string();
                written.trim_end_matches(" 00:00").to_owned()
            })
        };
        slots
            .iter()
            .map(|slot| {
                let (start, end) = (local(slot.start), local(slot.end));
                format!("{}: {start} to {end}, {:?}", slot.label, slot.standing)
            })
            .collect()
    }
}

pub fn range(calendar: &Calendar, first: &str, last: &str) -> Period {
    let period = |label| calendar::parse(calendar, label).expect("a label");
    Period::Range(period(first), period(last))
}

pub fn end_of(calendar: &Calendar, label: &str) -> i64 {
    let period = calendar::parse(calendar, label).expect("a label");
    calendar::end_instant(calendar, period)
}

pub fn instant(text: &str) -> i64 {
    DateTime::parse_from_rfc3339(text)
        .expect("an instant")
        .timestamp_micros()
}
