//! The index: KPIs by layer of the dashboards, and by owner.

use std::collections::BTreeMap;

use super::{Documented, DocumentedPage, PageNames, header, layers, line, targets, text};
use crate::lang::model::Kpi;
use crate::render;

/// A heading and KPIs below it.
type Section<'a> = (String, Vec<&'a Kpi>);

pub(super) fn page(documented: &Documented, names: &PageNames) -> DocumentedPage {
    let kpis = &documented.definitions().kpis;
    let mut markdown = format!(
        "# KPIs\n\n{}, each with a page: how it is defined, in words and as written.\n",
        render::counted(kpis.len() as u64, "KPI", "KPIs")
    );
    markdown += "\n## By layer\n";
    markdown += &sections(names, &by_layer(documented));
    markdown += "\n## By owner\n";
    markdown += &sections(names, &by_owner(kpis));
    DocumentedPage {
        path: "index".to_string(),
        markdown,
    }
}

/// The layers of all dashboards in their order, then what none shows.
fn by_layer<'a>(documented: &'a Documented) -> Vec<Section<'a>> {
    let definitions = documented.definitions();
    let mut found: Vec<Section> = Vec::new();
    for dashboard in &definitions.dashboards {
        for layer in &dashboard.layers {
            let shows = |kpi: &&Kpi| {
                let mut layers = layers(definitions, kpi);
                layers.any(|(of, name, _)| of == dashboard.name && name == layer.name)
            };
            let heading = match &layer.title {
                Some(title) => format!("{}, {}: {title}", dashboard.name, layer.name),
                None => format!("{}, {}", dashboard.name, layer.name),
            };
            found.push((heading, definitions.kpis.iter().filter(shows).collect()));
        }
    }
    let is_nowhere = |kpi: &&Kpi| layers(definitions, kpi).next().is_none();
    let rest = definitions.kpis.iter().filter(is_nowhere).collect();
    found.push(("On no dashboard".to_string(), rest));
    found
}

fn by_owner(kpis: &[Kpi]) -> Vec<Section<'_>> {
    let mut owners: BTreeMap<&str, Vec<&Kpi>> = BTreeMap::new();
    for kpi in kpis {
        let owner = kpi.owner.as_deref().unwrap_or("Nobody");
        owners.entry(owner).or_default().push(kpi);
    }
    let owners = owners.into_iter();
    owners
        .map(|(owner, kpis)| (owner.to_string(), kpis))
        .collect()
}

fn sections(names: &PageNames, sections: &[Section]) -> String {
    let mut markdown = String::new();
    for (heading, kpis) in sections.iter().filter(|(_, kpis)| !kpis.is_empty()) {
        markdown += &format!("\n### {}\n\n", text(heading));
        markdown += &header(["KPI", "Title", "Unit", "Target"]);
        for kpi in kpis {
            let title = kpi.title.as_deref().unwrap_or_default();
            markdown += &line([
                names.link("kpis/", &kpi.name),
                text(title),
                kpi.display.word().to_string(),
                text(&targets(kpi).join("; ")),
            ]);
        }
    }
    markdown
}
