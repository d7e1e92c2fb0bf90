//! Definitions → nouns.

use super::{
    Catalogue, ConditionWords, DashboardWords, FieldKind, FieldWords, KpiWords, Noun, TableWords,
};
use crate::base::types::FieldType;
use crate::exec::data::TableCache;
use crate::lang::functions;
use crate::lang::model::{
    ChosenColumns, Definitions, EventSource, FieldSource, Formula, Kpi, StateSource, Subject,
    Table, TableId, View,
};
use crate::plan;

/// Everything that has a name.
pub(super) fn collect(definitions: &Definitions, memory: &TableCache) -> Catalogue {
    let titled = |name: &str, title: &Option<String>| Noun {
        name: name.to_string(),
        about: title.clone().unwrap_or_default(),
    };
    let tables = definitions.tables.iter().enumerate();
    Catalogue {
        kpis: map(&definitions.kpis, |own| kpi(definitions, own)),
        views: map(&definitions.views, view),
        dashboards: map(&definitions.dashboards, |own| DashboardWords {
            name: own.name.clone(),
            about: own.title.clone().unwrap_or_default(),
            layers: map(&own.layers, |layer| titled(&layer.name, &layer.title)),
        }),
        conditions: map(&definitions.conditions, |own| ConditionWords {
            name: own.name.clone(),
            about: condition(definitions, own),
            tables: map(&own.meanings, |(table, _)| table.0),
        }),
        scores: map(&definitions.scores, |own| titled(&own.name, &own.title)),
        slas: map(&definitions.slas, |own| titled(&own.name, &own.title)),
        scales: map(&definitions.scales, |own| Noun {
            name: own.name.clone(),
            about: own.values.join(" < "),
        }),
        tables: tables
            .map(|(index, own)| table(definitions, own, memory.rows(TableId(index))))
            .collect(),
        functions: functions::ALL.iter().flat_map(function).collect(),
        ..Catalogue::default()
    }
}

fn map<T, U>(list: &[T], noun: impl Fn(&T) -> U) -> Vec<U> {
    list.iter().map(noun).collect()
}

/// A percentile stands for those that people ask for.
fn function(own: &functions::Function) -> Vec<Noun> {
    let noun = |name: &str| Noun {
        name: name.to_string(),
        about: own.signature.replace("p90", name),
    };
    match own.name {
        "pNN" => ["p50", "p90", "p95"].map(noun).to_vec(),
        name => vec![noun(name)],
    }
}

fn kpi(definitions: &Definitions, own: &Kpi) -> KpiWords {
    let mut tables = Vec::new();
    tables_of(definitions, &own.formula, &mut tables);
    let title = own.title.as_deref().unwrap_or(&own.written);
    let targets = own.targets.iter().map(|target| {
        let limit = format!("{} {}", target.bound.words(), target.written);
        match &target.restrictions_written {
            Some(restrictions) => format!("{limit} for {restrictions}"),
            None => limit,
        }
    });
    let targets: Vec<String> = targets.collect();
    KpiWords {
        name: own.name.clone(),
        about: format!("{title}, {}", own.display.word()),
        targets: targets.join("; "),
        dimensions: own.dimensions.clone(),
        tables,
    }
}

fn tables_of(definitions: &Definitions, formula: &Formula, found: &mut Vec<usize>) {
    match formula {
        Formula::Number(_) | Formula::Constant { .. } => {}
        Formula::Measure(measure) => {
            let table = measure.population.table.0;
            if !found.contains(&table) {
                found.push(table);
            }
        }
        Formula::Kpi(kpi) => tables_of(definitions, &definitions.kpis[kpi.0].formula, found),
        Formula::Binary { left, right, .. } => {
            tables_of(definitions, left, found);
            tables_of(definitions, right, found);
        }
        Formula::Negate(inner) | Formula::Adjusted { of: inner, .. } => {
            tables_of(definitions, inner, found)
        }
    }
}

fn view(own: &View) -> KpiWords {
    let mut tables = Vec::new();
    let mut dimensions = Vec::new();
    match &own.query.subject {
        Subject::Values(values) => {
            for column in &values.columns {
                for measure in column.formula.measures() {
                    tables.push(measure.population.table.0);
                }
            }
            dimensions.extend(values.by.iter().map(|by| by.name.clone()));
        }
        Subject::List(list) => tables.push(list.population.table.0),
    }
    tables.sort_unstable();
    tables.dedup();
    KpiWords {
        name: own.name.clone(),
        about: format!("{} (view)", own.title.as_deref().unwrap_or(&own.query.text)),
        targets: String::new(),
        dimensions,
        tables,
    }
}

fn condition(definitions: &Definitions, own: &crate::lang::model::NamedCondition) -> String {
    match own.meanings.first() {
        Some((_, meaning)) => plan::condition(definitions, meaning),
        None => "fits no table".to_string(),
    }
}

fn table(definitions: &Definitions, own: &Table, rows: Option<usize>) -> TableWords {
    TableWords {
        name: own.name.clone(),
        about: own.title.clone().unwrap_or_default(),
        rows,
        events: map(&own.events, |event| Noun {
            name: event.name.clone(),
            about: event_words(definitions, own, &event.source),
        }),
        states: map(&own.states, |state| Noun {
            name: state.name.clone(),
            about: state_words(definitions, own, &state.source),
        }),
        fields: map(&own.fields, |field| FieldWords {
            name: field.name.clone(),
            about: field_words(definitions, own, field),
            kind: kind(&field.field_type),
            is_declared: field.declared,
        }),
    }
}

fn kind(field_type: &FieldType) -> FieldKind {
    match field_type {
        FieldType::Text => FieldKind::Text,
        FieldType::YesNo => FieldKind::YesNo,
        FieldType::Number => FieldKind::Number,
        FieldType::Date => FieldKind::Date,
        FieldType::Scale(scale) => FieldKind::Scale(scale.values.clone()),
    }
}

fn field_words(
    definitions: &Definitions,
    own: &Table,
    field: &crate::lang::model::Field,
) -> String {
    let type_words = match &field.field_type {
        FieldType::Text => "text".to_string(),
        FieldType::YesNo => "yes or no".to_string(),
        FieldType::Number => "number".to_string(),
        FieldType::Date => "date".to_string(),
        FieldType::Scale(scale) => format!("scale {}: {}", scale.name, scale.values.join(" < ")),
    };
    match field.source {
        FieldSource::Column(_) => type_words,
        FieldSource::Parent { parent, field } => {
            let parent = definitions.table(own.parents[parent].table);
            let name = &parent.fields[field].name;
            format!("{type_words} from {}.{name}", parent.name)
        }
        FieldSource::Due(sla) => {
            format!("{type_words}, due under {}", definitions.slas[sla.0].name)
        }
        FieldSource::RollUp(place) => match own.roll_ups.get(place) {
            Some(roll_up) => {
                let written = plan::measure(definitions, &roll_up.measure);
                format!("{type_words}, at each instant the {written}")
            }
            None => type_words,
        },
    }
}

fn columns(own: &Table, columns: &ChosenColumns) -> String {
    let names: Vec<&str> = columns
        .iter()
        .map(|column| own.columns[*column].name.as_str())
        .collect();
    columns.choice.written(&names)
}

fn event_words(definitions: &Definitions, own: &Table, source: &EventSource) -> String {
    match source {
        EventSource::Columns(at) => format!("event at {}", columns(own, at)),
        EventSource::LastOf { table, column } => {
            let table = definitions.table(*table);
            format!(
                "event at the last {} of {}",
                table.columns[*column].name, table.name
            )
        }
        EventSource::Due(sla) => {
            format!("event: due under {}", definitions.slas[sla.0].name)
        }
        EventSource::Breach(sla) => {
            format!(
                "event: due under {} and not done",
                definitions.slas[sla.0].name
            )
        }
    }
}

fn state_words(definitions: &Definitions, own: &Table, source: &StateSource) -> String {
    match source {
        StateSource::Columns { from, until } => {
            format!(
                "state from {} until {}",
                columns(own, from),
                columns(own, until)
            )
        }
        StateSource::Intervals { table, from, until } => {
            let table = definitions.table(*table);
            format!(
                "state from {} {} until {}",
                table.name,
                columns(table, from),
                columns(table, until)
            )
        }
        StateSource::Overdue(sla) => {
            format!(
                "state: past the due date of {}",
                definitions.slas[sla.0].name
            )
        }
    }
}
