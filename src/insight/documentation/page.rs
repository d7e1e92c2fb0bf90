//! The page of a KPI.

use super::{Documented, DocumentedPage, PageNames, header, layers, line, targets, text};
use crate::base::diagnostic::Problems;
use crate::base::source::{Sources, Span};
use crate::exec::query_context;
use crate::insight::lineage::{LineageDirection, LineageGraph};
use crate::lang::analyze;
use crate::lang::format;
use crate::lang::model::{Kpi, SymbolId, SymbolKind};
use crate::lang::syntax::ast::Definition;
use crate::plan::{self, GivenTime, Paragraph, Work};
use crate::render::{self, RenderOptions};

/// Any day will do: what is said of several periods does not name them.
const SOME_DAY: &str = "2026-01-31";

pub(super) fn page(
    documented: &Documented,
    names: &PageNames,
    kpi: &Kpi,
) -> Result<DocumentedPage, Problems> {
    let words = words(documented, kpi)?;
    let title = kpi.title.as_deref().unwrap_or(&kpi.name);
    let mut markdown = format!("# {}\n\n{}\n", text(title), facts(documented, kpi));
    if let Some(note) = &kpi.note {
        markdown += &format!("\n{}\n", text(note));
    }
    markdown += "\n## In words\n";
    markdown += &paragraphs(&words.rows);
    markdown += "\n## As written\n\n";
    markdown += &written(documented, kpi);
    markdown += &targets_section(kpi);
    if !words.policies.is_empty() {
        markdown += "\n## Weights and deadlines\n";
        markdown += &paragraphs(&words.policies);
    }
    markdown += &lineage_sections(documented, names, kpi);
    markdown += &history(documented, kpi);
    markdown += "\n[All KPIs](../index.md)\n";
    Ok(DocumentedPage {
        path: format!("kpis/{}", names.files[&kpi.name]),
        markdown,
    })
}

/// Name, unit, owner, dashboards.
fn facts(documented: &Documented, kpi: &Kpi) -> String {
    let owner = kpi.owner.as_deref().unwrap_or("nobody");
    let mut facts = vec![
        format!("- KPI: {}", text(&kpi.name)),
        format!("- Shown as: {}", kpi.display.word()),
        format!("- Owner: {}", text(owner)),
    ];
    if !kpi.dimensions.is_empty() {
        facts.push(format!("- By: {}", text(&kpi.dimensions.join(", "))));
    }
    for (dashboard, layer, _) in layers(documented.definitions(), kpi) {
        let shown = format!("{dashboard}, {layer}");
        facts.push(format!("- On the dashboard: {}", text(&shown)));
    }
    let place = documented.place(kpi.span);
    facts.push(format!("- Defined in: {}", text(&place)));
    facts.join("\n")
}

/// What `explain` says of a KPI, whatever its periods.
struct WordsOfKpi {
    rows: Vec<Paragraph>,
    policies: Vec<Paragraph>,
}

fn words(documented: &Documented, kpi: &Kpi) -> Result<WordsOfKpi, Problems> {
    let definitions = documented.definitions();
    let mut sources = Sources::default();
    let asked = format!("{} over month last 2 months", format::name(&kpi.name));
    let query = analyze::read(&mut sources, definitions, "<documentation>", &asked)?.query;
    let as_of = analyze::moment(&mut sources, definitions, "as of", SOME_DAY)?;
    let given = GivenTime {
        as_of: Some(as_of),
        ..GivenTime::default()
    };
    let plan = query_context::plans(definitions, &[&query], &given)?.remove(0);
    let place = |span: Span| documented.place(span);
    let mut words = plan::describe(definitions, &place, &plan);
    // When it is evaluated: of the day above.
    words.pop();
    let steps = match &plan.work {
        Work::Values(work) => work.steps.len(),
        Work::List(_) => 0,
    };
    let policies = words.split_off((1 + steps).min(words.len()));
    if let Some(first) = words.first_mut() {
        // The note stands above.
        first.lines.retain(|line| Some(line) != kpi.note.as_ref());
    }
    Ok(WordsOfKpi {
        rows: words,
        policies,
    })
}

fn paragraphs(paragraphs: &[Paragraph]) -> String {
    let mut markdown = String::new();
    for paragraph in paragraphs {
        markdown += &format!("\n{}\n\n", text(&paragraph.title));
        for line in &paragraph.lines {
            markdown += &format!("- {}\n", text(line));
        }
    }
    markdown
}

/// The definition as it stands in its file.
fn written(documented: &Documented, kpi: &Kpi) -> String {
    let files = documented.project.files.iter();
    let mut all = files.flat_map(|file| &file.definitions);
    let own = all.find(|definition| match &definition.node {
        Definition::Kpi(tree) => tree.name.node == kpi.name,
        _ => false,
    });
    let Some(own) = own else {
        return String::new();
    };
    let whole = &documented.texts.get(own.span.source).text;
    let own = &whole[own.span.start as usize..own.span.end as usize];
    let own = render::harmless_lines(own.trim_end(), RenderOptions::PIPE);
    let longest = own.split(|letter| letter != '`').map(str::len).max();
    let fence = "`".repeat(longest.unwrap_or_default().max(2) + 1);
    format!("{fence}kpi\n{own}\n{fence}\n")
}

fn targets_section(kpi: &Kpi) -> String {
    let targets = targets(kpi);
    if targets.is_empty() {
        return String::new();
    }
    let lines: Vec<String> = targets
        .iter()
        .map(|target| format!("- {}\n", text(target)))
        .collect();
    format!("\n## Targets\n\n{}", lines.concat())
}

/// What it is made of, what uses it, and which tests expect it.
fn lineage_sections(documented: &Documented, names: &PageNames, kpi: &Kpi) -> String {
    let definitions = documented.definitions();
    let symbols = &definitions.symbols;
    let Some(own) = symbols.find(SymbolKind::Kpi, None, &kpi.name) else {
        return String::new();
    };
    let graph = LineageGraph::new(definitions);
    let reached = |direction| {
        let mut reached = graph.reached(&[own], direction);
        reached.remove(&own);
        reached
    };
    let mut tests: Vec<SymbolId> = symbols
        .uses
        .iter()
        .filter(|each| each.symbol == own && symbols.get(each.user).kind == SymbolKind::Test)
        .map(|each| each.user)
        .collect();
    tests.dedup();
    let shown = |heading: &str, ids: &mut dyn Iterator<Item = SymbolId>| {
        let lines: Vec<String> = ids
            .map(|id| {
                let symbol = symbols.get(id);
                let name = match symbol.kind {
                    SymbolKind::Kpi => format!("kpi {}", names.link("", &symbol.name)),
                    _ => text(&symbol.label()),
                };
                format!("- {name} ({})\n", text(&documented.place(symbol.place)))
            })
            .collect();
        match lines.is_empty() {
            true => String::new(),
            false => format!("\n## {heading}\n\n{}", lines.concat()),
        }
    };
    let sources = reached(LineageDirection::Sources);
    let users = reached(LineageDirection::Users);
    shown("Made of", &mut sources.into_iter())
        + &shown("Used by", &mut users.into_iter())
        + &shown("Tests", &mut tests.into_iter())
}

/// The commits that changed the file of the definition.
fn history(documented: &Documented, kpi: &Kpi) -> String {
    let file = &documented.texts.get(kpi.span.source).name;
    let Some(changes) = documented.changes.get(file) else {
        return String::new();
    };
    let mut markdown = format!("\n## History of {}\n\n", text(file));
    markdown += &header(["Commit", "Day", "Author", "What changed"]);
    for change in changes {
        markdown += &line([
            change.id.clone(),
            change.day.clone(),
            text(&change.author),
            text(&change.summary),
        ]);
    }
    markdown
}
