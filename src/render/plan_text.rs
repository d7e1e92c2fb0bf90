//! How a query is computed, as text: its periods and measures, relations, the plans of polars, the files.

use super::numbers::counted;
use super::options::RenderOptions;
use super::plan_words::{over_periods, served_columns, served_measures};
use super::text::lines;
use crate::exec::compute::{
    BaseDescription, CubeDescription, CubeMethod, CubePurpose, PlanDescription, ScanDescription,
};
use crate::plan::relation::OutlineNode;

/// A description in lines that fit the look.
pub(super) fn plan(described: &PlanDescription, look: RenderOptions) -> String {
    let mut page = PlanPage {
        text: String::new(),
        look,
    };
    page.line("", &described.query);
    page.section("Periods", &periods(described));
    page.section("Computes", &computes(described));
    page.section("Stands", &stands(described));
    page.title("Relations");
    for base in &described.bases {
        page.line("  ", &format!("{}: {}", base.name, base_words(base)));
        page.outline(&base.relation);
    }
    for (place, cube) in described.cubes.iter().enumerate() {
        page.line("  ", &cube_title(described, place, cube));
        for measure in served_measures(described, cube) {
            page.line("    ", &format!("for {measure}"));
        }
        page.outline(&cube.relation);
    }
    match described.database {
        Some(title) => page.title(&format!("Statements for {title}")),
        None => page.title("Plans of polars"),
    }
    for base in &described.bases {
        if let Some(polars) = &base.polars {
            page.line("  ", &format!("{}:", base.name));
            page.words_of_polars(polars);
        }
    }
    for (place, cube) in described.cubes.iter().enumerate() {
        page.line("  ", &cube_title(described, place, cube));
        page.words_of_polars(&cube.polars);
        if let Some(kept) = &cube.polars_of_kept {
            page.line("    ", "over the rows kept of all batches:");
            page.words_of_polars(kept);
        }
    }
    page.title("Scanned");
    for scan in &described.scans {
        page.scan(scan, described.database.is_some());
    }
    page.section("Notes", &described.notes);
    page.text
}

/// Text as it grows.
struct PlanPage {
    text: String,
    look: RenderOptions,
}

impl PlanPage {
    fn line(&mut self, indent: &str, line: &str) {
        self.text += &lines(line, indent, self.look).join("\n");
        self.text.push('\n');
    }

    fn title(&mut self, title: &str) {
        self.text.push('\n');
        self.line("", title);
    }

    fn section(&mut self, title: &str, lines: &[String]) {
        if lines.is_empty() {
            return;
        }
        self.title(title);
        for line in lines {
            self.line("  ", line);
        }
    }

    fn outline(&mut self, nodes: &[OutlineNode]) {
        for node in nodes {
            self.indented(node.depth * 2, &node.text);
        }
    }

    /// The words of polars, which come with an indentation of their own.
    fn words_of_polars(&mut self, text: &str) {
        for line in text.trim_end().lines() {
            let own = line.trim_start_matches(' ');
            self.indented(line.len() - own.len(), own.trim_end());
        }
    }

    /// A line below a title. On a narrow screen lines go no further to the right than a quarter of it.
    fn indented(&mut self, indent: usize, line: &str) {
        let deepest = self.look.width.map_or(usize::MAX, |width| width / 4);
        self.line(&" ".repeat(4 + indent.min(deepest)), line);
    }

    fn scan(&mut self, scan: &ScanDescription, is_elsewhere: bool) {
        let report = &scan.report;
        let how = match (is_elsewhere, report.is_lazy) {
            (true, _) => "asked there",
            (false, true) => "scanned lazily",
            (false, false) => "read into memory",
        };
        let (held_by, proven) = match is_elsewhere {
            true => ("table", "asked now"),
            false => ("file", "proven now"),
        };
        let (path, rows) = (report.path.display(), rows(scan.rows));
        let own = format!("{}: {path}, {}, {how}, {rows}", scan.table, report.format);
        self.line("  ", &own);
        let of_file = report.file_columns.map_or(String::new(), |columns| {
            format!(" of {columns} in the {held_by}")
        });
        let columns = counted(report.columns.len() as u64, "column", "columns");
        let names = report.columns.join(", ");
        self.line("    ", &format!("{columns}{of_file}: {names}"));
        if report.proofs.is_empty() {
            self.line("    ", "checked as it was read");
        }
        for (title, is_remembered) in [(proven, false), ("remembered", true)] {
            let proofs = report.proofs.iter();
            let proofs = proofs.filter(|proof| proof.is_remembered == is_remembered);
            let proofs: Vec<&str> = proofs.map(|proof| proof.what.as_str()).collect();
            if !proofs.is_empty() {
                self.line("    ", &format!("{title}: {}", proofs.join(", ")));
            }
        }
    }
}

fn rows(count: usize) -> String {
    counted(count as u64, "row", "rows")
}

fn periods(described: &PlanDescription) -> Vec<String> {
    let labels = &described.periods;
    let (Some(first), Some(last)) = (labels.first(), labels.last()) else {
        return Vec::new();
    };
    let mut lines = vec![match (described.grain, labels.len()) {
        (Some(grain), count) if count > 1 => {
            format!("{count} {}s: {first} to {last}", grain.word())
        }
        (_, _) => first.clone(),
    }];
    let compared = &described.compared;
    if let (Some(first), Some(last)) = (compared.first(), compared.last()) {
        lines.push(match compared.len() {
            1 => format!("compared with {first}"),
            count => format!("compared with {count} others: {first} to {last}"),
        });
    }
    lines
}

/// Every measure once, and which columns share it.
fn computes(described: &PlanDescription) -> Vec<String> {
    let measures = described.measures.iter();
    let mut lines: Vec<String> = measures
        .map(|measure| match measure.columns.len() {
            0 | 1 => measure.measure.clone(),
            _ => format!(
                "{}; shared by {}",
                measure.measure,
                measure.columns.join(", ")
            ),
        })
        .collect();
    if !described.by.is_empty() {
        lines.push(format!("each by {}", described.by.join(", ")));
    }
    lines
}

fn stands(described: &PlanDescription) -> Vec<String> {
    let latest = match described.is_at_latest_event {
        true => ", the latest event of all tables",
        false => "",
    };
    let mut lines = vec![format!("as of {}{latest}", described.as_of)];
    let known_on = described.known_on.iter();
    lines.extend(known_on.map(|known| format!("as known on {known}")));
    lines
}

fn base_words(base: &BaseDescription) -> String {
    let readers = counted(base.readers as u64, "query", "queries");
    let how = match base.batches {
        Some(batches) => {
            let batches = counted(batches as u64, "batch", "batches");
            format!("made in {batches} for {readers}")
        }
        None => format!("made within the plan of {readers}"),
    };
    format!("rows of {}, {how}", base.table)
}

/// `1. mttr, fix_rate: flow over 3 buckets`.
fn cube_title(described: &PlanDescription, place: usize, cube: &CubeDescription) -> String {
    let number = place + 1;
    let CubePurpose::Measures {
        method,
        points,
        is_total,
    } = cube.gives
    else {
        let what = match cube.gives {
            CubePurpose::Exclusions => "rows that are not used, counted by reason",
            CubePurpose::Rows => "rows of the list",
            CubePurpose::Counts => "how many rows there are, and how many are not used",
            CubePurpose::Measures { .. } => unreachable!("those have a title of their own"),
        };
        return format!("{number}. {}: {what}", cube.base);
    };
    let points = points as u64;
    let instants = || counted(points, "instant", "instants");
    let how = match method {
        CubeMethod::Flow => format!("flow over {}", counted(points, "bucket", "buckets")),
        CubeMethod::Swept => format!("stock swept over {}", instants()),
        CubeMethod::Expanded => format!("stock expanded at {}", instants()),
    };
    let periods = over_periods(cube);
    let level = if is_total { ", all groups as one" } else { "" };
    let columns = served_columns(described, cube).join(", ");
    format!("{number}. {columns}: {how}{periods}{level}")
}
