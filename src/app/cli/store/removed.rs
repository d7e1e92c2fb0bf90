//! `riskql store remove`: reports are taken back, or it is said what that would change.

use serde_json::{Value as Json, json};

use crate::app::cli::args::{RemoveArguments, TextOrJson};
use crate::app::cli::console::{Console, write_stdout};
use crate::app::cli::failure::Failure;
use crate::app::cli::reports;
use crate::lang::analyze;
use crate::lang::model::Definitions;
use crate::render::{self, RenderOptions, Sheet, count, counted, sentence};
use crate::reports::store::{self, Manifest, Store, Withdrawals, short_id};

/// How much follows from a store.
#[derive(Clone, Copy)]
struct StoreNumbers {
    detections: usize,
    weaknesses: usize,
}

/// What is done with the reports, and what follows from the store before and after.
struct Removal {
    reports: Vec<(Manifest, &'static str)>,
    before: StoreNumbers,
    after: StoreNumbers,
}

/// Takes reports back: all that are named, or none.
pub fn run(
    console: &mut Console,
    store: Store,
    definitions: &Definitions,
    arguments: &RemoveArguments,
) -> Result<(), Failure> {
    let at = arguments.recorded_at.as_deref();
    let at =
        at.map(|text| analyze::occasion(&mut console.sources, definitions, "--recorded-at", text));
    let at = at.transpose()?.unwrap_or_else(reports::now);
    let named = store::named_reports(&store, &arguments.reports)?;
    let withdrawals = store.withdrawals()?;
    let before = numbers(&store, definitions)?;
    let store = match arguments.dry_run {
        true => store.assuming_withdrawn(named.iter().map(|report| report.segment.clone())),
        false => {
            store::withdraw(&store, &named, at)?;
            store
        }
    };
    let removal = Removal {
        before,
        after: numbers(&store, definitions)?,
        reports: named
            .into_iter()
            .map(|report| {
                let word = fate(&report, &withdrawals, arguments.dry_run);
                (report, word)
            })
            .collect(),
    };
    match arguments.format {
        TextOrJson::Table => {
            let look = console.stdout_look();
            console.show_rendered(&text(&removal, look))
        }
        TextOrJson::Json => write_stdout(json(&removal).as_bytes()),
    }
}

fn fate(report: &Manifest, withdrawals: &Withdrawals, is_dry: bool) -> &'static str {
    match (withdrawals.counts(&report.segment), is_dry) {
        (false, _) => "already withdrawn",
        (true, true) => "would be withdrawn",
        (true, false) => "withdrawn",
    }
}

fn numbers(store: &Store, definitions: &Definitions) -> Result<StoreNumbers, Failure> {
    let about = store::derive(store, definitions)?.about;
    Ok(StoreNumbers {
        detections: about.detections,
        weaknesses: about.issues,
    })
}

fn text(removal: &Removal, look: RenderOptions) -> String {
    let mut wide = Sheet::new().words("report").words("source").texts("assets");
    wide = wide.numbers("rows").words("file").words("");
    let mut narrow = Sheet::new().words("report").words("");
    for (report, fate) in &removal.reports {
        let id = short_id(report).to_string();
        narrow.row([id.clone(), fate.to_string()]);
        narrow.details([report.file.clone()]);
        wide.row([
            id,
            report.source.clone(),
            report.assets.join(", "),
            count(report.rows),
            report.file.clone(),
            fate.to_string(),
        ]);
    }
    let Removal { before, after, .. } = removal;
    let change = |before: usize, after: usize, one: &str, many: &str| {
        format!(
            "{}, {} before",
            counted(after as u64, one, many),
            count(before as u64)
        )
    };
    let follows = format!(
        "{}; {}",
        change(
            before.detections,
            after.detections,
            "detection",
            "detections"
        ),
        change(
            before.weaknesses,
            after.weaknesses,
            "weakness",
            "weaknesses"
        )
    );
    let sheet = Sheet::widest([wide, narrow], look).render(look);
    format!("{sheet}\n{}", sentence(&follows, look))
}

fn json(removal: &Removal) -> String {
    let numbers = |numbers: StoreNumbers| json!({ "detections": numbers.detections, "weaknesses": numbers.weaknesses });
    let reports: Vec<Json> = removal
        .reports
        .iter()
        .map(|(report, fate)| {
            json!({ "segment": report.segment, "file": report.file, "rows": report.rows, "fate": fate })
        })
        .collect();
    let object = json!({
        "reports": reports,
        "before": numbers(removal.before),
        "after": numbers(removal.after),
    });
    let text = render::pretty_json(&object);
    format!("{text}\n")
}
