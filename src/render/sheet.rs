//! Small tables and paragraphs that are no answers: what commands say of data and definitions.

use super::grid::{Align, GridCell, GridColumn, GridLine, TextGrid};
use super::options::{CsvTexts, RenderOptions, Style};
use super::text::{harmless, paragraph, width, wrap};

const BLOCKS: [char; 8] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const ASCII_LEVELS: [char; 4] = ['.', '-', '=', '#'];

/// A table of texts. Whatever stands in a cell is made harmless.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    columns: Vec<GridColumn>,
    rows: Vec<SheetRow>,
}

#[derive(Clone, Debug)]
enum SheetRow {
    Cells(Vec<String>),
    /// Pieces below a row, indented.
    Details(Vec<String>),
}

fn cells_of(row: &SheetRow) -> Option<&[String]> {
    match row {
        SheetRow::Cells(cells) => Some(cells),
        SheetRow::Details(_) => None,
    }
}

impl Sheet {
    pub fn new() -> Sheet {
        Sheet::default()
    }

    /// A column of words that are never cut.
    pub fn words(self, header: &str) -> Sheet {
        self.column(header, Align::Left, false)
    }

    /// A column of texts, which may be cut where the terminal is narrow.
    pub fn texts(self, header: &str) -> Sheet {
        self.column(header, Align::Left, true)
    }

    /// A column of numbers.
    pub fn numbers(self, header: &str) -> Sheet {
        self.column(header, Align::Right, false)
    }

    fn column(mut self, header: &str, align: Align, shrinks: bool) -> Sheet {
        self.columns.push(GridColumn {
            header: header.to_string(),
            align,
            shrinks,
        });
        self
    }

    /// The first of these that can be shown in columns, so wide ones come before narrow ones. Where none
    /// can, it is the first: blocks have room for everything.
    pub fn widest<const MANY: usize>(sheets: [Sheet; MANY], look: RenderOptions) -> Sheet {
        let fitting = sheets.iter().position(|sheet| sheet.is_aligned(look));
        let mut sheets = sheets.into_iter();
        sheets
            .nth(fitting.unwrap_or(0))
            .expect("one to choose from")
    }

    /// Adds a row: a cell for each column.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let cells: Vec<String> = cells.into_iter().collect();
        assert_eq!(cells.len(), self.columns.len(), "a cell for each column");
        self.rows.push(SheetRow::Cells(cells));
    }

    /// Adds pieces below the last row.
    pub fn details(&mut self, pieces: impl IntoIterator<Item = String>) {
        self.rows
            .push(SheetRow::Details(pieces.into_iter().collect()));
    }

    /// Whether it can be shown in columns; else every row becomes a block.
    pub fn is_aligned(&self, look: RenderOptions) -> bool {
        self.grid(look).is_aligned(look)
    }

    /// Whether it fits with nothing cut.
    pub fn fits(&self, look: RenderOptions) -> bool {
        self.grid(look).fits(look)
    }

    /// The table in lines that fit the look; columns without anything in them are left out.
    pub fn render(&self, look: RenderOptions) -> String {
        self.grid(look).render(look)
    }

    /// The rows as CSV, headers as the keys of JSON are.
    pub fn csv(&self, texts: CsvTexts) -> Vec<u8> {
        let headers = self.columns.iter().map(|column| column.header.clone());
        super::csv::records(headers, self.rows.iter().filter_map(cells_of), texts)
    }

    /// The rows as a table of Markdown.
    pub fn markdown(&self) -> String {
        super::markdown::table(&self.grid(RenderOptions::PIPE))
    }

    fn grid(&self, look: RenderOptions) -> TextGrid {
        let cells = |texts: &[String], style: Style| -> Vec<GridCell> {
            let texts = texts.iter();
            texts
                .map(|text| GridCell::of_data(text, style, look))
                .collect()
        };
        let line = |row: &SheetRow| match row {
            SheetRow::Cells(texts) => GridLine::Cells(cells(texts, Style::Plain)),
            SheetRow::Details(texts) => GridLine::Details(cells(texts, Style::Dim)),
        };
        TextGrid {
            columns: self.columns.clone(),
            lines: self.rows.iter().map(line).collect(),
            headed: self.columns.iter().any(|column| !column.header.is_empty()),
            wraps: false,
        }
        .without_empty_columns()
    }
}

/// A text in lines that fit the look, each with its line break.
pub fn sentence(text: &str, look: RenderOptions) -> String {
    styled(text, Style::Plain, look)
}

/// The same, dim: what is said beside the matter.
pub fn remark(text: &str, look: RenderOptions) -> String {
    styled(text, Style::Dim, look)
}

/// The same, strong: what the lines below are about.
pub fn heading(text: &str, look: RenderOptions) -> String {
    styled(text, Style::Strong, look)
}

fn styled(text: &str, style: Style, look: RenderOptions) -> String {
    let lines = paragraph(text, look).into_iter();
    lines
        .map(|line| format!("{}\n", look.paint(line.trim_end(), style)))
        .collect()
}

/// Text of several lines, each made harmless and broken where it does not fit, with its indentation
/// and the spaces behind its first word.
pub fn verbatim(text: &str, look: RenderOptions) -> String {
    let mut shown = String::new();
    for line in text.lines() {
        let line = harmless(line, look);
        match look.width {
            Some(limit) if width(&line) > limit => shown += &broken(&line, limit),
            Some(_) | None => shown += &format!("{}\n", line.trim_end()),
        }
    }
    shown
}

fn broken(line: &str, limit: usize) -> String {
    let start = line.len() - line.trim_start().len();
    let word = line[start..]
        .find(' ')
        .map_or(line.len(), |end| start + end);
    let rest = line[word..].trim_start();
    let lead = &line[..line.len() - rest.len()];
    let deeper = " ".repeat(line[..start].chars().count() + 2);
    if width(lead) * 2 > limit {
        return wrap(line, limit).join("\n") + "\n";
    }
    let mut shown = String::new();
    let room = limit - width(lead).max(deeper.len());
    for (index, part) in wrap(rest, room).iter().enumerate() {
        let indent = if index == 0 { lead } else { &deeper };
        shown += &format!("{indent}{}\n", part.trim_end());
    }
    shown
}

/// A share of one as a bar of at most `room` columns; what is there at all is seen.
pub fn bar(share: f64, room: usize, look: RenderOptions) -> String {
    let share = share.clamp(0.0, 1.0);
    if share <= 0.0 {
        return String::new();
    }
    if !look.unicode {
        return "#".repeat(((share * room as f64).round() as usize).max(1));
    }
    let eighths = ((share * room as f64 * 8.0).round() as usize).max(1);
    let mut bar = "█".repeat(eighths / 8);
    bar.extend((eighths % 8).checked_sub(1).map(|rest| BLOCKS[rest]));
    bar
}

/// Counts side by side as bars that stand on 0; what is there at all is seen.
pub fn levels(counts: &[u64], look: RenderOptions) -> String {
    let levels: &[char] = if look.unicode { &LEVELS } else { &ASCII_LEVELS };
    let highest = counts.iter().copied().max().unwrap_or(0).max(1);
    let level = |count: &u64| match count {
        0 if look.unicode => '·',
        0 => '_',
        count => {
            let share = *count as f64 / highest as f64;
            let place = (share * levels.len() as f64).ceil() as usize;
            levels[place.clamp(1, levels.len()) - 1]
        }
    };
    counts.iter().map(level).collect()
}
