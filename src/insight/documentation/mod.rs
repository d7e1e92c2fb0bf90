//! A page for each KPI, and an index of them.
//!
//! Takes a project with its texts and the commits that changed its files; gives pages in Markdown. The same
//! definitions and commits give the same bytes; no data is read.

mod index;
mod page;

use std::collections::{BTreeMap, BTreeSet};

use crate::base::diagnostic::Problems;
use crate::base::source::{Sources, Span};
use crate::insight::lineage;
use crate::lang::model::{Definitions, Kpi, Subject};
use crate::lang::project::Project;
use crate::lang::revision::FileCommit;
use crate::render;

/// A page of the documentation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DocumentedPage {
    /// Where it stands, without an ending: `index`, `kpis/mttr`.
    pub path: String,
    pub markdown: String,
}

/// What pages are made from.
pub struct Documented<'a> {
    pub project: &'a Project,
    pub texts: &'a Sources,
    /// By the name of a file, the latest first; nothing of files that no repository holds.
    pub changes: &'a BTreeMap<String, Vec<FileCommit>>,
}

/// The index and a page for each KPI, in the order of the definitions.
///
/// # Errors
///
/// A KPI cannot be put into words.
pub fn pages(documented: &Documented) -> Result<Vec<DocumentedPage>, Problems> {
    let names = PageNames::of(documented.definitions());
    let mut pages = vec![index::page(documented, &names)];
    for kpi in &documented.definitions().kpis {
        pages.push(page::page(documented, &names, kpi)?);
    }
    Ok(pages)
}

impl Documented<'_> {
    fn definitions(&self) -> &Definitions {
        &self.project.definitions
    }

    /// `kpis/mttr.kpi:1`
    fn place(&self, span: Span) -> String {
        lineage::place(self.texts, span)
    }
}

/// The files of pages by the names of their KPIs.
struct PageNames {
    files: BTreeMap<String, String>,
}

impl PageNames {
    /// Names are file names as they are, but for letters that a file or a link cannot have.
    fn of(definitions: &Definitions) -> PageNames {
        let mut taken: BTreeSet<String> = BTreeSet::new();
        let mut files = BTreeMap::new();
        for kpi in &definitions.kpis {
            let fits = |letter: char| letter.is_ascii_alphanumeric() || "_-".contains(letter);
            let plain: String = kpi
                .name
                .chars()
                .map(|letter| if fits(letter) { letter } else { '-' })
                .collect();
            // Some file systems do not tell letters of either case apart.
            let mut file = plain.clone();
            let mut number = 2;
            while !taken.insert(file.to_lowercase()) {
                file = format!("{plain}-{number}");
                number += 1;
            }
            files.insert(kpi.name.clone(), file);
        }
        PageNames { files }
    }

    /// A link to the page of a KPI from a folder of pages: `kpis/` or nothing.
    fn link(&self, folder: &str, kpi: &str) -> String {
        let name = text(kpi);
        match self.files.get(kpi) {
            Some(file) => format!("[{name}]({folder}{file}.md)"),
            None => name,
        }
    }
}

/// The layers of dashboards that show a KPI: dashboard, layer, and its title.
fn layers<'a>(
    definitions: &'a Definitions,
    kpi: &'a Kpi,
) -> impl Iterator<Item = (&'a str, &'a str, Option<&'a str>)> {
    let layers = definitions.dashboards.iter().flat_map(|dashboard| {
        let layers = dashboard.layers.iter();
        layers.map(|layer| (dashboard.name.as_str(), layer))
    });
    let shown = layers.filter(move |(_, layer)| {
        layer.cards.iter().any(|card| match &card.query.subject {
            Subject::Values(values) => values.columns.iter().any(|column| {
                let of = column.kpi.map(|id| definitions.kpis[id.0].name.as_str());
                of == Some(kpi.name.as_str())
            }),
            Subject::List(_) => false,
        })
    });
    shown.map(|(dashboard, layer)| (dashboard, layer.name.as_str(), layer.title.as_deref()))
}

/// The targets of a KPI: bound, rows and where.
fn targets(kpi: &Kpi) -> Vec<String> {
    let targets = kpi.targets.iter();
    targets
        .map(|target| {
            let bound = format!("{} {}", target.bound.words(), target.written);
            match &target.restrictions_written {
                Some(rows) => format!("{bound} for {rows}"),
                None => bound,
            }
        })
        .collect()
}

/// A text of a definition: it can form no markup.
fn text(text: &str) -> String {
    render::markdown_text(text)
}

/// A line of a table.
fn line<const CELLS: usize>(cells: [String; CELLS]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

/// The header of a table.
fn header<const CELLS: usize>(names: [&str; CELLS]) -> String {
    line(names.map(str::to_string)) + &line(names.map(|_| ":---".to_string()))
}
