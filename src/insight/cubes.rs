//! Numbers of KPIs in long form, for programs that draw and pivot: a row for each KPI, period and group.
//!
//! Takes KPIs, a time line and dimensions; gives an answer of rows. Each number is that of a query of its own and none is
//! added up here: few KPIs are sums of their groups.

use crate::base::calendar;
use crate::base::diagnostic::{Diagnostic, Problems, nearest};
use crate::base::source::Sources;
use crate::base::types::FieldType;
use crate::exec::answer::{Answer, AnswerColumn, Cell, ColumnRole, Level, Row, Value};
use crate::exec::query_context::{self, AbsentValue, PlannedQuery, QueryContext, QueryReply};
use crate::lang::analyze;
use crate::lang::format;
use crate::lang::model::{Definitions, Kpi, KpiId, Query, Subject};
use crate::plan::{self, TimeBucket, Work};

/// Queries that are computed together: their numbers are in memory at once.
const QUERIES_AT_ONCE: usize = 64;

/// What is exported.
pub struct CubeRequest<'a> {
    /// KPIs, and dashboards for the KPIs they show; none: all KPIs.
    pub names: &'a [String],
    /// What stands after `over`: `month last 12 months`.
    pub over: &'a str,
    /// What stands after `by`; `None`: each KPI as a whole and by each of its own dimensions.
    pub by: Option<&'a str>,
}

/// A query of one KPI, to be asked.
pub struct CubeQuery {
    kpi: KpiId,
    query: Query,
}

/// The rows, and what the user should know of the data.
pub struct Cubes {
    pub answer: Answer,
    pub absent: Vec<AbsentValue>,
}

/// The queries of a request, and a note on each KPI that has not the dimensions asked for.
///
/// # Errors
///
/// K911: a name that neither a KPI nor a dashboard has. Whatever is wrong with the clauses.
pub fn queries(
    sources: &mut Sources,
    definitions: &Definitions,
    request: &CubeRequest,
) -> Result<(Vec<CubeQuery>, Vec<String>), Problems> {
    let wanted = kpis(definitions, request.names)?;
    let by = request.by.map(|by| format!("by {by} "));
    let clauses = format!("{}over {}", by.unwrap_or_default(), request.over);
    let fitting = analyze::read(sources, definitions, "<cubes>", &clauses)?.query;
    let Subject::Values(fitting) = fitting.subject else {
        unreachable!("clauses without a subject ask for values");
    };
    let left_out = fitting.left_out.iter();
    let notes = left_out.map(|(kpi, reason)| format!("{kpi} left out: {reason}"));
    let mut queries = Vec::new();
    let mut problems = Problems::default();
    for id in wanted {
        let kpi = &definitions.kpis[id.0];
        if !fitting.columns.iter().any(|column| column.kpi == Some(id)) {
            continue;
        }
        for dimensions in groupings(kpi, request.by) {
            let text = text(kpi, &dimensions, request.over);
            match analyze::read(sources, definitions, "<cubes>", &text) {
                Ok(question) => queries.push(CubeQuery {
                    kpi: id,
                    query: question.query,
                }),
                Err(of_query) => problems.extend(of_query),
            }
        }
    }
    match problems.has_errors() {
        true => Err(problems),
        false => Ok((queries, notes.collect())),
    }
}

/// The KPIs of names, each once, in the order of the names.
fn kpis(definitions: &Definitions, names: &[String]) -> Result<Vec<KpiId>, Diagnostic> {
    let all = (0..definitions.kpis.len()).map(KpiId);
    if names.is_empty() {
        return Ok(all.collect());
    }
    let mut found: Vec<KpiId> = Vec::new();
    for name in names {
        let of_name = match definitions.kpi_named(name) {
            Some(id) => vec![id],
            None => shown_on(definitions, name)?,
        };
        let is_new = |id: &KpiId| !found.contains(id);
        let new: Vec<KpiId> = of_name.into_iter().filter(is_new).collect();
        found.extend(new);
    }
    Ok(found)
}

/// The KPIs that the cards of a dashboard show.
fn shown_on(definitions: &Definitions, name: &str) -> Result<Vec<KpiId>, Diagnostic> {
    let mut dashboards = definitions.dashboards.iter();
    let Some(dashboard) = dashboards.find(|dashboard| dashboard.name == name) else {
        return Err(unknown(definitions, name));
    };
    let mut shown = Vec::new();
    for card in dashboard.layers.iter().flat_map(|layer| &layer.cards) {
        if let Subject::Values(values) = &card.query.subject {
            let of_card = values.columns.iter().filter_map(|column| column.kpi);
            let new: Vec<KpiId> = of_card.filter(|id| !shown.contains(id)).collect();
            shown.extend(new);
        }
    }
    Ok(shown)
}

fn unknown(definitions: &Definitions, name: &str) -> Diagnostic {
    let message = format!("neither a KPI nor a dashboard is called `{name}`");
    let kpis = definitions.kpis.iter().map(|kpi| kpi.name.as_str());
    let dashboards = definitions.dashboards.iter();
    let known = kpis.chain(dashboards.map(|dashboard| dashboard.name.as_str()));
    let problem = Diagnostic::data("K911", message);
    match nearest(name, known) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem.help("all KPIs: riskql kpis"),
    }
}

/// By what a KPI is grouped, a query each.
fn groupings(kpi: &Kpi, by: Option<&str>) -> Vec<String> {
    match by {
        Some(by) => vec![by.to_string()],
        None => {
            let own = kpi.dimensions.iter().map(|name| format::name(name));
            std::iter::once(String::new()).chain(own).collect()
        }
    }
}

fn text(kpi: &Kpi, dimensions: &str, over: &str) -> String {
    let name = format::name(&kpi.name);
    let by = match dimensions {
        "" => String::new(),
        dimensions => format!(" by {dimensions}"),
    };
    let versus = if kpi.targets.is_empty() {
        ""
    } else {
        " versus target"
    };
    format!("{name}{by} over {over}{versus}")
}

/// The rows of queries; those that the data cannot answer are left out, with a note.
///
/// # Errors
///
/// D903: the data answers none of them. Whatever is wrong with the tables.
pub fn answer(context: &QueryContext, queries: Vec<CubeQuery>) -> Result<Cubes, Problems> {
    let asked: Vec<&Query> = queries.iter().map(|asked| &asked.query).collect();
    let reasons = query_context::unanswerable(&asked, context)?;
    let mut notes: Vec<String> = Vec::new();
    let mut kept: Vec<CubeQuery> = Vec::new();
    for (asked, reason) in queries.into_iter().zip(reasons) {
        match reason {
            Some(reason) => notes.push(format!("{} left out: {reason}", asked.query.text)),
            None => kept.push(asked),
        }
    }
    if kept.is_empty() {
        return Err(query_context::nothing_answerable(notes).into());
    }
    let mut absent: Vec<AbsentValue> = Vec::new();
    let mut numbers: Vec<CubeNumber> = Vec::new();
    let mut of_first = None;
    for together in kept.chunks(QUERIES_AT_ONCE) {
        let planned: Vec<PlannedQuery> = together
            .iter()
            .map(|asked| PlannedQuery::of(&asked.query))
            .collect();
        let found = context.replies(&planned)?;
        notes.retain(|note| !found.notes.contains(note));
        notes.extend(found.notes);
        absent.retain(|text| !found.absent.contains(text));
        absent.extend(found.absent);
        for (asked, reply) in together.iter().zip(found.replies) {
            let kpi = &context.definitions.kpis[asked.kpi.0];
            numbers.extend(of_reply(context, kpi, &asked.query, &reply)?);
            of_first.get_or_insert_with(|| reply.answers[0].context.clone());
        }
    }
    let widest = numbers.iter().map(|number| number.members.len()).max();
    let widest = widest.unwrap_or(0).max(1);
    Ok(Cubes {
        answer: Answer {
            query: "cubes".to_string(),
            context: of_first.expect("some query is answered"),
            period: None,
            columns: columns(widest),
            rows: numbers
                .into_iter()
                .map(|number| number.row(widest))
                .collect(),
            excluded: Vec::new(),
            notes,
        },
        absent,
    })
}

/// A number with what it is of.
struct CubeNumber {
    /// KPI, title, unit, grain, period, its first and last day.
    of: [Option<String>; 7],
    /// Dimensions, each with the member that the group is.
    members: Vec<(String, Cell)>,
    value: Value,
}

/// The numbers of one query.
fn of_reply(
    context: &QueryContext,
    kpi: &Kpi,
    query: &Query,
    reply: &QueryReply,
) -> Result<Vec<CubeNumber>, Problems> {
    let answer = &reply.answers[0];
    let Work::Values(work) = plan::plan(context.definitions, query, &reply.evaluation)?.work else {
        unreachable!("a KPI is asked for values");
    };
    let slots = &work.timeline.slots;
    let grain = work.timeline.grain.map(|grain| grain.word().to_string());
    let groups = answer.rows.iter().filter(|row| row.level == Level::Group);
    let number = |row: &Row| {
        let mut period = String::new();
        let mut members = Vec::new();
        let mut value = None;
        for (column, cell) in answer.columns.iter().zip(&row.cells) {
            match (&column.role, cell) {
                (ColumnRole::Period(_), Cell::Text(label)) => period.clone_from(label),
                (ColumnRole::Dimension(_), cell) => {
                    members.push((column.name.clone(), text_of(cell)))
                }
                (ColumnRole::Value(of), Cell::Value(found)) => {
                    value = Some((of.unit, found.as_ref().clone()));
                }
                (ColumnRole::Period(_) | ColumnRole::Value(_) | ColumnRole::Field(_), _) => {}
            }
        }
        let (unit, value) = value.expect("a KPI has a value in each row");
        let slot = slots.iter().find(|slot| slot.label == period);
        let (first, last) = slot.map_or((None, None), |slot| days(context, slot));
        CubeNumber {
            of: [
                Some(kpi.name.clone()),
                kpi.title.clone(),
                Some(unit.word().to_string()),
                grain.clone(),
                Some(period),
                first,
                last,
            ],
            members,
            value,
        }
    };
    Ok(groups.map(number).collect())
}

/// The first and the last day of a period, as far as it is over.
fn days(context: &QueryContext, slot: &TimeBucket) -> (Option<String>, Option<String>) {
    let calendar = &context.definitions.calendar;
    let day = |micros: i64| calendar::local_day(calendar, micros).map(|day| day.to_string());
    (
        day(slot.start),
        day(slot.end.max(slot.start.saturating_add(1)) - 1),
    )
}

/// A member as a text, whatever its dimension is of.
fn text_of(cell: &Cell) -> Cell {
    match cell {
        Cell::YesNo(yes) => Cell::Text(if *yes { "yes" } else { "no" }.to_string()),
        Cell::Number(number) => Cell::Text(number.to_string()),
        Cell::Missing | Cell::Text(_) | Cell::Value(_) => cell.clone(),
    }
}

/// The columns before and behind those of dimensions, whose names are a contract: new ones come at the end.
const BEFORE: [&str; 7] = [
    "kpi",
    "title",
    "unit",
    "grain",
    "period",
    "period_start",
    "period_end",
];
/// Those of them that are days.
pub const DAYS: [&str; 2] = ["period_start", "period_end"];
const BEHIND: [(&str, FieldType); 8] = [
    ("value", FieldType::Number),
    ("rows", FieldType::Number),
    ("reason", FieldType::Text),
    ("bound", FieldType::Text),
    ("target", FieldType::Number),
    ("status", FieldType::Text),
    ("band", FieldType::Text),
    ("provisional", FieldType::YesNo),
];

fn columns(widest: usize) -> Vec<AnswerColumn> {
    let column = |name: String, field_type: FieldType| AnswerColumn {
        title: name.clone(),
        name,
        role: ColumnRole::Field(field_type),
        is_optional: false,
    };
    let mut columns: Vec<AnswerColumn> = BEFORE
        .iter()
        .map(|name| column((*name).to_string(), FieldType::Text))
        .collect();
    for place in 1..=widest {
        let number = match place {
            1 => String::new(),
            place => format!("_{place}"),
        };
        columns.push(column(format!("dimension{number}"), FieldType::Text));
        columns.push(column(format!("member{number}"), FieldType::Text));
    }
    let behind = BEHIND.iter();
    columns.extend(behind.map(|(name, of)| column((*name).to_string(), of.clone())));
    columns
}

impl CubeNumber {
    fn row(self, widest: usize) -> Row {
        let text = |text: Option<String>| text.map_or(Cell::Missing, Cell::Text);
        let number = |number: Option<f64>| number.map_or(Cell::Missing, Cell::Number);
        let CubeNumber { of, members, value } = self;
        let mut cells: Vec<Cell> = of.into_iter().map(text).collect();
        let lacking = widest - members.len();
        for (dimension, member) in members {
            cells.push(Cell::Text(dimension));
            cells.push(member);
        }
        cells.extend(std::iter::repeat_n(Cell::Missing, 2 * lacking));
        let verdict = value.target.as_ref();
        cells.extend([
            number(value.value),
            Cell::Number(value.rows as f64),
            text(value.reason.clone()),
            text(verdict.map(|verdict| verdict.bound.words().to_string())),
            number(verdict.map(|verdict| verdict.limit)),
            text(verdict.map(|verdict| verdict.status.word().to_string())),
            text(value.band.clone()),
            Cell::YesNo(value.provisional),
        ]);
        Row {
            level: Level::Group,
            cells,
        }
    }
}
