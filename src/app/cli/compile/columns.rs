//! What the columns of a KPI's statement mean, from the definitions, as `schema.yml`.

use serde_json::Value as Json;

use crate::base::types::DisplayUnit;
use crate::lang::model::{Definitions, Kpi, Query, Subject};

/// A file with its columns.
pub(super) struct DescribedFile {
    /// Its name without the ending, which is the name of its view.
    pub stem: String,
    /// What its KPI is.
    pub about: String,
    pub columns: Vec<DescribedColumn>,
}

/// A column and what is in it.
pub(super) struct DescribedColumn {
    name: String,
    about: String,
}

/// A KPI in words: title, note, owner.
pub(super) fn about(kpi: &Kpi) -> String {
    let owner = kpi.owner.as_ref().map(|owner| format!("Owner: {owner}."));
    let title = kpi.title.as_ref().map(|title| format!("{title}."));
    let parts = [title, kpi.note.clone(), owner];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// The columns of a KPI's query, in their order.
pub(super) fn of(definitions: &Definitions, kpi: &Kpi, query: &Query) -> Vec<DescribedColumn> {
    let Subject::Values(values) = &query.subject else {
        return Vec::new();
    };
    let zone = definitions.calendar.timezone.name();
    let period = values.over.map(|grain| DescribedColumn {
        name: "period".to_string(),
        about: format!(
            "The {} that the number is of, in the time zone {zone}",
            grain.word()
        ),
    });
    let groups = values.by.iter().map(|dimension| DescribedColumn {
        name: dimension.name.clone(),
        about: format!(
            "The group by {}; missing where rows have none",
            dimension.name
        ),
    });
    let number = values.columns.iter().map(|column| DescribedColumn {
        name: column.name.clone(),
        about: format!("{}, in {}", kpi.written, unit(column.display)),
    });
    period.into_iter().chain(groups).chain(number).collect()
}

/// The unit of the numbers of a statement.
fn unit(display: DisplayUnit) -> &'static str {
    match display {
        DisplayUnit::Count => "rows",
        DisplayUnit::Percent => "parts of 1",
        DisplayUnit::Points | DisplayUnit::Ratio | DisplayUnit::Time(_) => display.word(),
    }
}

/// The description of files, as dbt reads it. Texts are written as JSON writes them, which is YAML as well.
pub(super) fn schema(files: &[DescribedFile]) -> String {
    let text = |text: &str| Json::from(text).to_string();
    let mut lines = vec!["version: 2".to_string(), "models:".to_string()];
    for file in files {
        lines.push(format!("  - name: {}", text(&file.stem)));
        lines.push(format!("    description: {}", text(&file.about)));
        lines.push("    columns:".to_string());
        for column in &file.columns {
            lines.push(format!("      - name: {}", text(&column.name)));
            lines.push(format!("        description: {}", text(&column.about)));
        }
    }
    lines.join("\n") + "\n"
}
