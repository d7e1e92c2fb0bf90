//! `riskql kpis`: the KPIs with their titles, units, owners and targets.

use std::path::Path;

use serde_json::{Value as Json, json};

use super::args::KpisArguments;
use super::console::{Console, OutputTarget};
use super::failure::Failure;
use super::workspace;
use crate::base::diagnostic::{Diagnostic, nearest};
use crate::base::source::Sources;
use crate::insight::lineage;
use crate::lang::model::{Definitions, Direction, Kpi, Target};
use crate::render::{self, OutputFormat, RenderOptions, Sheet};

/// Lists the KPIs that have a text in name, title, note or owner.
pub fn run(
    console: &mut Console,
    arguments: &KpisArguments,
    defs: Option<&Path>,
) -> Result<(), Failure> {
    let target = OutputTarget::new(&arguments.output)?;
    let definitions = workspace::definitions(console, defs)?;
    let text = arguments.text.join(" ");
    let all = definitions.kpis.iter();
    let kpis: Vec<&Kpi> = all.filter(|kpi| matches(kpi, &text)).collect();
    if kpis.is_empty() && !text.is_empty() {
        return Err(nothing(&definitions, &text).into());
    }
    let bytes = match target.format {
        OutputFormat::Table => table(&kpis, target.look(console)).into_bytes(),
        OutputFormat::Json => render::json(&object(&console.sources, &kpis)).into_bytes(),
        OutputFormat::Jsonl => lines(&console.sources, &kpis).into_bytes(),
        OutputFormat::Csv => sheet(&console.sources, &kpis).csv(target.look(console).csv),
        OutputFormat::Md => sheet(&console.sources, &kpis).markdown().into_bytes(),
        OutputFormat::Parquet
        | OutputFormat::Openmetrics
        | OutputFormat::Svg
        | OutputFormat::Html => {
            let problem = Diagnostic::data("K909", "the list of KPIs is no table of numbers");
            return Err(problem
                .help("write `--format csv` or `--format json`")
                .into());
        }
    };
    target.write(console, &bytes)
}

fn matches(kpi: &Kpi, text: &str) -> bool {
    let text = text.to_lowercase();
    let texts = [
        Some(&kpi.name),
        kpi.title.as_ref(),
        kpi.note.as_ref(),
        kpi.owner.as_ref(),
    ];
    let mut texts = texts.into_iter().flatten();
    text.is_empty() || texts.any(|each| each.to_lowercase().contains(&text))
}

fn nothing(definitions: &Definitions, text: &str) -> Diagnostic {
    let problem = Diagnostic::data(
        "K911",
        format!("no KPI has `{text}` in its name, title, note or owner"),
    );
    let names = definitions.kpis.iter().map(|kpi| kpi.name.as_str());
    match nearest(text, names) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem.help("all KPIs: riskql kpis"),
    }
}

/// A row for each KPI; where the terminal has no room for targets, they stand below.
fn table(kpis: &[&Kpi], look: RenderOptions) -> String {
    let narrow = Sheet::new()
        .words("kpi")
        .texts("title")
        .words("unit")
        .texts("owner");
    let mut wide = narrow.clone().texts("target");
    let mut narrow = narrow;
    for kpi in kpis {
        let cells = || {
            [
                kpi.name.clone(),
                kpi.title.clone().unwrap_or_default(),
                kpi.display.word().to_string(),
                kpi.owner.clone().unwrap_or_default(),
            ]
        };
        let targets: Vec<String> = kpi.targets.iter().map(in_words).collect();
        wide.row(cells().into_iter().chain([targets.join("; ")]));
        narrow.row(cells());
        narrow.details(targets);
    }
    match !wide.fits(look) && narrow.is_aligned(look) {
        true => narrow.render(look),
        false => wide.render(look),
    }
}

/// All of a KPI in one row, for programs and for Markdown.
fn sheet(sources: &Sources, kpis: &[&Kpi]) -> Sheet {
    let mut sheet = Sheet::new()
        .words("kpi")
        .texts("title")
        .words("unit")
        .texts("owner")
        .words("better")
        .texts("target")
        .texts("formula")
        .words("place");
    for kpi in kpis {
        let targets: Vec<String> = kpi.targets.iter().map(in_words).collect();
        sheet.row([
            kpi.name.clone(),
            kpi.title.clone().unwrap_or_default(),
            kpi.display.word().to_string(),
            kpi.owner.clone().unwrap_or_default(),
            better(kpi).unwrap_or_default().to_string(),
            targets.join("; "),
            kpi.written.clone(),
            lineage::place(sources, kpi.span),
        ]);
    }
    sheet
}

fn object(sources: &Sources, kpis: &[&Kpi]) -> Json {
    let kpis: Vec<Json> = kpis.iter().map(|kpi| kpi_object(sources, kpi)).collect();
    json!({ "schema_version": 1, "kpis": kpis })
}

fn lines(sources: &Sources, kpis: &[&Kpi]) -> String {
    let line = |kpi: &&Kpi| format!("{}\n", kpi_object(sources, kpi));
    kpis.iter().map(line).collect()
}

fn kpi_object(sources: &Sources, kpi: &Kpi) -> Json {
    let (line, _) = sources.line_column(kpi.span);
    let targets: Vec<Json> = kpi.targets.iter().map(target_object).collect();
    let bands: Vec<&str> = kpi.bands.iter().map(|band| band.label.as_str()).collect();
    json!({
        "kpi": kpi.name,
        "title": kpi.title,
        "note": kpi.note,
        "owner": kpi.owner,
        "formula": kpi.written,
        "unit": kpi.display.word(),
        "kind": kpi.kind.word(),
        "better": better(kpi),
        "dimensions": kpi.dimensions,
        "targets": targets,
        "bands": bands,
        "file": sources.get(kpi.span.source).name,
        "line": line,
    })
}

fn target_object(target: &Target) -> Json {
    json!({
        "bound": target.bound.words(),
        "limit": target.limit,
        "written": target.written,
        "for": target.restrictions_written,
        "since": target.since.map(crate::base::instants::rfc3339),
    })
}

fn better(kpi: &Kpi) -> Option<&'static str> {
    kpi.direction.map(|direction| match direction {
        Direction::HigherIsBetter => "higher",
        Direction::LowerIsBetter => "lower",
    })
}

/// `below 30 days for severity = critical`
fn in_words(target: &Target) -> String {
    let of = target.restrictions_written.as_ref();
    let of = of.map_or_else(String::new, |of| format!(" for {of}"));
    format!("{} {}{of}", target.bound.words(), target.written)
}
