//! The reasons as text, as a table for other programs, and as a JSON object.

use serde_json::{Value as Json, json};

use super::{
    Attribution, Contribution, ContributionMethod, FEW_ROWS, GroupChange, StockChange, words,
};
use crate::base::types::FieldType;
use crate::exec::answer::{Answer, AnswerColumn, Cell, ColumnRole, Level, Row};
use crate::render::{self, OutputFormat, RenderOptions};

/// Groups shown on a terminal; what comes after them is added up.
const SHOWN: usize = 20;

/// In a format: text for people, an object, or the table of groups.
pub fn written(why: &Attribution, format: OutputFormat, look: RenderOptions) -> Vec<u8> {
    match format {
        OutputFormat::Table => text(why, look).into_bytes(),
        OutputFormat::Json => json(why).into_bytes(),
        OutputFormat::Jsonl
        | OutputFormat::Csv
        | OutputFormat::Md
        | OutputFormat::Parquet
        | OutputFormat::Openmetrics
        | OutputFormat::Svg
        | OutputFormat::Html => render::answer(&table(why), format, look),
    }
}

/// For people: the change, the table of groups, and what they say in words.
pub fn text(why: &Attribution, look: RenderOptions) -> String {
    let arrow = if look.unicode { "→" } else { "->" };
    let mut text = String::new();
    let mut add = |sentence: &str| {
        for line in render::lines(sentence, "", look) {
            text += &format!("{line}\n");
        }
    };
    add(&words::headline(why, arrow));
    words::change(why).iter().for_each(|change| add(change));
    words::parts(why).iter().for_each(|parts| add(parts));
    let shown = match look.width {
        Some(_) => why.groups.len().min(SHOWN),
        None => why.groups.len(),
    };
    if !why.dimensions.is_empty() {
        let full = people(why, shown, ColumnBudget::Wide);
        let table = match render::stands_in_columns(&full, look) {
            true => full,
            false => people(why, shown, ColumnBudget::Narrow),
        };
        text += &format!("\n{}\n", render::body(&table, look));
    }
    for sentence in words::sentences(why) {
        for line in render::lines(&sentence, "", look) {
            text += &format!("{line}\n");
        }
    }
    let mut dim = |sentence: &str| text += &render::remark(sentence, look);
    rest(why, shown).iter().for_each(|rest| dim(rest));
    if why.how == ContributionMethod::Quotient {
        dim("rate: the group's own value changed; mix: its share of the whole changed");
        if why.groups.iter().any(GroupChange::has_few_rows) {
            dim(&format!(
                "few: fewer than {FEW_ROWS} rows in one of the periods"
            ));
        }
    }
    why.notes.iter().for_each(|note| dim(note));
    dim(&format!("as of {}", why.context.as_of));
    text
}

/// `3 more groups, together +0.2`
fn rest(why: &Attribution, shown: usize) -> Option<String> {
    let rest = &why.groups[shown..];
    if rest.is_empty() {
        return None;
    }
    let sum: f64 = rest
        .iter()
        .filter_map(|group| group.contribution)
        .map(Contribution::total)
        .sum();
    let together = match why.how {
        ContributionMethod::Adds | ContributionMethod::Quotient => format!(
            ", together {}",
            words::difference(why, sum, words::decimals(why))
        ),
        ContributionMethod::Not | ContributionMethod::NoValue => String::new(),
    };
    Some(format!("{} more groups{together}", rest.len()))
}

/// How much of the table there is room for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ColumnBudget {
    Wide,
    /// Only the values and what the group contributes.
    Narrow,
}

/// One column of the table.
struct AttributionColumn {
    name: String,
    cell: fn(&Attribution, &GroupChange) -> CellNumber,
}

/// What stands in a cell: rounded as a value or as a difference, or as it is.
enum CellNumber {
    Value(Option<f64>),
    Change(Option<f64>),
    Part(Option<f64>),
    Rows(u64),
    Few(bool),
}

fn columns(why: &Attribution, room: ColumnBudget) -> Vec<AttributionColumn> {
    let column =
        |name: &str, cell: fn(&Attribution, &GroupChange) -> CellNumber| AttributionColumn {
            name: name.to_string(),
            cell,
        };
    let mut columns = vec![
        column(&why.before.period, |_, group| {
            CellNumber::Value(group.before.value)
        }),
        column(&why.after.period, |_, group| {
            CellNumber::Value(group.after.value)
        }),
    ];
    if why.how == ContributionMethod::Quotient && room == ColumnBudget::Wide {
        columns.push(column("mix", |_, group| {
            CellNumber::Change(group.contribution.map(|own| own.mix))
        }));
        columns.push(column("rate", |_, group| {
            CellNumber::Change(group.contribution.map(|own| own.rate))
        }));
    }
    if why.stock.is_some() && room == ColumnBudget::Wide {
        columns.extend(stock_columns(why));
    }
    if matches!(
        why.how,
        ContributionMethod::Adds | ContributionMethod::Quotient
    ) {
        columns.push(column("total", |_, group| CellNumber::Change(total(group))));
    }
    if matches!(
        why.how,
        ContributionMethod::Adds | ContributionMethod::Quotient
    ) && room == ColumnBudget::Wide
    {
        columns.push(column("part", |why, group| {
            CellNumber::Part(part(why, group))
        }));
    }
    if room == ColumnBudget::Wide {
        columns.push(column("rows before", |_, group| {
            CellNumber::Rows(group.before.rows)
        }));
        columns.push(column("rows after", |_, group| {
            CellNumber::Rows(group.after.rows)
        }));
    }
    if why.how == ContributionMethod::Quotient && why.groups.iter().any(GroupChange::has_few_rows) {
        columns.push(column("few", |_, group| {
            CellNumber::Few(group.has_few_rows())
        }));
    }
    columns
}

/// The parts of a stock's change, but for those that are nothing in every group.
fn stock_columns(why: &Attribution) -> Vec<AttributionColumn> {
    let cells: [fn(&Attribution, &GroupChange) -> CellNumber; 5] = [
        |_, group| stock_part(group, 0),
        |_, group| stock_part(group, 1),
        |_, group| stock_part(group, 2),
        |_, group| stock_part(group, 3),
        |_, group| stock_part(group, 4),
    ];
    let names = StockChange::default().parts().map(|(name, _)| name);
    let columns = names.into_iter().zip(cells).enumerate();
    let is_shown = |place: usize| {
        let mut parts = why.groups.iter().filter_map(|group| group.stock);
        parts.any(|stock| stock.parts()[place].1 != 0.0)
    };
    columns
        .filter(|(place, _)| is_shown(*place))
        .map(|(_, (name, cell))| AttributionColumn {
            name: name.to_string(),
            cell,
        })
        .collect()
}

fn stock_part(group: &GroupChange, place: usize) -> CellNumber {
    CellNumber::Change(group.stock.map(|stock| stock.parts()[place].1))
}

fn total(group: &GroupChange) -> Option<f64> {
    group.contribution.map(Contribution::total)
}

/// What part of the change a group's contribution is; none where nothing changed.
fn part(why: &Attribution, group: &GroupChange) -> Option<f64> {
    let change = why.change().filter(|change| *change != 0.0)?;
    total(group).map(|total| total / change)
}

/// The groups as a table of numbers, for programs.
pub fn table(why: &Attribution) -> Answer {
    let columns = columns(why, ColumnBudget::Wide);
    rows(why, columns, why.groups.len(), |_, number| match number {
        CellNumber::Value(number) | CellNumber::Change(number) | CellNumber::Part(number) => {
            number.map_or(Cell::Missing, Cell::Number)
        }
        CellNumber::Rows(rows) => Cell::Number(rows as f64),
        CellNumber::Few(few) => Cell::YesNo(few),
    })
}

/// The first groups as people read them.
fn people(why: &Attribution, shown: usize, room: ColumnBudget) -> Answer {
    let decimals = words::decimals(why);
    rows(why, columns(why, room), shown, |why, number| {
        Cell::Text(match number {
            CellNumber::Value(None) => "none".to_string(),
            CellNumber::Value(Some(value)) => render::value(value, why.unit),
            CellNumber::Change(change) => change
                .map(|change| words::difference(why, change, decimals))
                .unwrap_or_default(),
            CellNumber::Part(part) => part.map(words::percent).unwrap_or_default(),
            CellNumber::Rows(rows) => render::count(rows),
            CellNumber::Few(true) => "few".to_string(),
            CellNumber::Few(false) => String::new(),
        })
    })
}

fn rows(
    why: &Attribution,
    own: Vec<AttributionColumn>,
    shown: usize,
    cell: impl Fn(&Attribution, CellNumber) -> Cell,
) -> Answer {
    let column = |name: &String, field: FieldType| AnswerColumn {
        name: name.clone(),
        title: name.clone(),
        role: ColumnRole::Field(field),
        is_optional: false,
    };
    let dimensions = why.dimensions.iter();
    let mut columns: Vec<AnswerColumn> = dimensions
        .map(|name| column(name, FieldType::Text))
        .collect();
    columns.extend(own.iter().map(|own| {
        let is_mark = own.name == "few";
        let field = if is_mark {
            FieldType::YesNo
        } else {
            FieldType::Number
        };
        column(&own.name, field)
    }));
    let row = |group: &GroupChange| {
        let values = group.values.iter().cloned();
        let mut cells: Vec<Cell> = values
            .map(|value| value.map_or(Cell::Missing, Cell::Text))
            .collect();
        cells.extend(own.iter().map(|own| cell(why, (own.cell)(why, group))));
        Row {
            level: Level::Group,
            cells,
        }
    };
    Answer {
        query: format!("why {}", why.name),
        context: why.context.clone(),
        period: None,
        columns,
        rows: why.groups[..shown].iter().map(row).collect(),
        excluded: Vec::new(),
        notes: why.notes.clone(),
    }
}

fn stock_object(stock: &StockChange) -> Json {
    let parts = stock.parts().map(|(name, part)| {
        let key = name.replace([' ', '-'], "_");
        (key, json!(part))
    });
    Json::Object(parts.into_iter().collect())
}

/// All of it as one object.
pub fn json(why: &Attribution) -> String {
    let side = |side: &super::Side| json!({"period": side.period, "value": side.value, "reason": side.reason, "rows": side.rows});
    let group = |group: &GroupChange| {
        let pairs = why.dimensions.iter().zip(&group.values);
        let names: serde_json::Map<String, Json> = pairs
            .map(|(name, value)| (name.clone(), json!(value)))
            .collect();
        let contribution = group.contribution.map(|own| {
            json!({"mix": own.mix, "rate": own.rate, "total": own.total(), "part": part(why, group)})
        });
        json!({
            "group": names,
            "before": side(&group.before),
            "after": side(&group.after),
            "contribution": contribution,
            "stock": group.stock.as_ref().map(stock_object),
            "few_rows": group.has_few_rows(),
        })
    };
    let how = match why.how {
        ContributionMethod::Adds => "adds",
        ContributionMethod::Quotient => "mix and rate",
        ContributionMethod::Not => "not decomposable",
        ContributionMethod::NoValue => "no value",
    };
    let object = json!({
        "kpi": why.name,
        "title": why.title,
        "unit": why.unit.word(),
        "as_of": why.context.as_of,
        "dimensions": why.dimensions,
        "before": side(&why.before),
        "after": side(&why.after),
        "change": why.change(),
        "verdict": why.verdict(),
        "decomposition": how,
        "within": why.within_and_mix().map(|(within, _)| within),
        "mix": why.within_and_mix().map(|(_, mix)| mix),
        "stock": why.stock.as_ref().map(stock_object),
        "groups": why.groups.iter().map(group).collect::<Vec<Json>>(),
        "words": words::sentences(why),
        "notes": why.notes,
    });
    let text = render::pretty_json(&object);
    format!("{text}\n")
}
