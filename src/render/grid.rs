//! Lays out styled cells in aligned columns that fit a width. Knows nothing of answers.
//!
//! A grid too wide for the look gives way in steps: headers break into lines, texts are shortened (or
//! go on below, where the grid says so), gaps shrink; if that is not enough, every row becomes a block
//! of `header  cell` lines, in which nothing is cut.

use super::options::{RenderOptions, Style};
use super::text::{harmless, join_wrapped, shorten, width, wrap};
use crate::base::cancellation::Steps;

/// A text shortened to fewer columns tells too little, and so does one that lost two thirds: a row
/// of titles cut to their first word is no list. From the larger number on it is enough in any case.
const SHORTEST_TEXT: (usize, usize) = (10, 24);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Right,
}

#[derive(Clone, Debug)]
pub(super) struct GridColumn {
    pub header: String,
    pub align: Align,
    /// Whether its cells may take fewer columns than they need; numbers and verdicts never do.
    pub shrinks: bool,
}

#[derive(Clone, Debug)]
pub(super) struct GridCell {
    pub text: String,
    pub style: Style,
}

impl GridCell {
    /// A text of ours.
    pub fn new(text: impl Into<String>, style: Style) -> Self {
        GridCell {
            text: text.into(),
            style,
        }
    }

    /// A text of the data, made harmless.
    pub fn of_data(text: &str, style: Style, look: RenderOptions) -> Self {
        GridCell::new(harmless(text, look), style)
    }

    pub fn empty() -> Self {
        GridCell::new("", Style::Plain)
    }
}

#[derive(Clone, Debug)]
pub(super) enum GridLine {
    /// One for each column.
    Cells(Vec<GridCell>),
    Rule,
    /// Pieces below a row, indented.
    Details(Vec<GridCell>),
}

#[derive(Clone, Debug, Default)]
pub(super) struct TextGrid {
    pub columns: Vec<GridColumn>,
    pub lines: Vec<GridLine>,
    /// Whether headers are shown above the columns.
    pub headed: bool,
    /// Whether a text with too little room goes on in the line below; else its end is cut off.
    pub wraps: bool,
}

/// How the columns stand.
struct ColumnLayout {
    widths: Vec<usize>,
    gap: usize,
}

impl TextGrid {
    /// The grid as lines, each with its newline.
    pub fn render(&self, look: RenderOptions) -> String {
        match self.layout(look.width) {
            Some(layout) => self.aligned(&layout, look),
            None => self.stacked(look),
        }
    }

    /// Whether columns stand beside each other: if not, every row is a block of lines.
    pub fn is_aligned(&self, look: RenderOptions) -> bool {
        self.layout(look.width).is_some()
    }

    /// Whether it fits with nothing cut or broken.
    pub fn fits(&self, look: RenderOptions) -> bool {
        self.fits_with_texts_of(usize::MAX, look)
    }

    /// Whether it fits with texts cut to no fewer than `least` columns.
    pub fn fits_with_texts_of(&self, least: usize, look: RenderOptions) -> bool {
        let least = |cells: usize, column: &GridColumn| {
            if column.shrinks {
                cells.min(least)
            } else {
                cells
            }
        };
        let needed = total(&self.widths(false, least), 2);
        look.width.is_none_or(|width| needed <= width)
    }

    /// The grid without the columns in which no row has anything.
    pub fn without_empty_columns(self) -> TextGrid {
        let filled = self.natural_cells().into_iter().map(|width| width > 0);
        let filled: Vec<bool> = filled.collect();
        self.with_columns(&filled)
    }

    /// Which columns fit beside each other if some of them may be left out: empty ones first, then from the last on. `None`
    /// if the others alone do not fit.
    pub fn fitting_columns(&self, are_optional: &[bool], look: RenderOptions) -> Option<Vec<bool>> {
        let widest = TextGrid {
            columns: self.columns.clone(),
            lines: vec![GridLine::Cells(self.widest_cells())],
            headed: self.headed,
            wraps: self.wraps,
        };
        let is_empty = self.natural_cells().into_iter().map(|width| width == 0);
        let mut keep: Vec<bool> = is_empty
            .zip(are_optional)
            .map(|(is_empty, is_optional)| !(is_empty && *is_optional))
            .collect();
        while !widest.clone().with_columns(&keep).is_aligned(look) {
            let mut columns = (0..keep.len()).rev();
            let last = columns.find(|column| keep[*column] && are_optional[*column])?;
            keep[last] = false;
        }
        Some(keep)
    }

    /// The widest cell of each column.
    fn widest_cells(&self) -> Vec<GridCell> {
        let mut widest = vec![GridCell::empty(); self.columns.len()];
        for line in &self.lines {
            if let GridLine::Cells(row) = line {
                for (widest, cell) in widest.iter_mut().zip(row) {
                    if width(&cell.text) > width(&widest.text) {
                        *widest = cell.clone();
                    }
                }
            }
        }
        widest
    }

    /// The grid with some of its columns.
    pub fn with_columns(self, keep: &[bool]) -> TextGrid {
        let keep = |index: usize| keep.get(index).copied().unwrap_or(true);
        TextGrid {
            columns: kept(self.columns, keep),
            lines: self
                .lines
                .into_iter()
                .map(|line| match line {
                    GridLine::Cells(cells) => GridLine::Cells(kept(cells, keep)),
                    GridLine::Rule => GridLine::Rule,
                    GridLine::Details(pieces) => GridLine::Details(pieces),
                })
                .collect(),
            headed: self.headed,
            wraps: self.wraps,
        }
    }

    fn layout(&self, width: Option<usize>) -> Option<ColumnLayout> {
        let natural = self.natural(false);
        let Some(width) = width.filter(|width| total(&natural, 2) > *width) else {
            return Some(ColumnLayout {
                widths: natural,
                gap: 2,
            });
        };
        [2, 1].into_iter().find_map(|gap| {
            let widths =
                self.shrunk(width.checked_sub(gap * self.columns.len().saturating_sub(1))?)?;
            Some(ColumnLayout { widths, gap })
        })
    }

    /// Widths that add up to at most `room`, taken from the widest texts first.
    fn shrunk(&self, room: usize) -> Option<Vec<usize>> {
        let mut widths = self.natural(true);
        let narrowest = self.narrowest(true);
        while widths.iter().sum::<usize>() > room {
            let widest = (0..widths.len())
                .filter(|index| widths[*index] > narrowest[*index])
                .max_by_key(|index| (widths[*index], usize::MAX - index))?;
            widths[widest] -= 1;
        }
        Some(widths)
    }

    fn natural(&self, broken: bool) -> Vec<usize> {
        self.widths(broken, |cells, _| cells)
    }

    fn narrowest(&self, broken: bool) -> Vec<usize> {
        let (least, enough) = SHORTEST_TEXT;
        let mut narrowest = self.widths(broken, |cells, column| {
            if column.shrinks {
                cells.min((cells / 3).clamp(least, enough))
            } else {
                cells
            }
        });
        if self.wraps {
            for (width, word) in narrowest.iter_mut().zip(self.longest_words()) {
                *width = word.min(enough).max(*width);
            }
        }
        narrowest
    }

    /// The widest word of each column.
    fn longest_words(&self) -> Vec<usize> {
        let mut longest = vec![0; self.columns.len()];
        for line in &self.lines {
            if let GridLine::Cells(row) = line {
                for (longest, cell) in longest.iter_mut().zip(row) {
                    let words = cell.text.split(' ').map(width);
                    *longest = words.max().unwrap_or(0).max(*longest);
                }
            }
        }
        longest
    }

    fn widths(&self, broken: bool, cells: impl Fn(usize, &GridColumn) -> usize) -> Vec<usize> {
        self.columns
            .iter()
            .zip(self.natural_cells())
            .map(|(column, widest)| cells(widest, column).max(self.header_width(column, broken)))
            .collect()
    }

    /// The widest cell of each column, headers aside.
    fn natural_cells(&self) -> Vec<usize> {
        let mut widest = vec![0; self.columns.len()];
        let mut steps = Steps::default();
        for line in &self.lines {
            steps.step();
            if let GridLine::Cells(row) = line {
                for (widest, cell) in widest.iter_mut().zip(row) {
                    *widest = width(&cell.text).max(*widest);
                }
            }
        }
        widest
    }

    fn header_width(&self, column: &GridColumn, broken: bool) -> usize {
        match (self.headed, broken) {
            (false, _) => 0,
            (true, false) => width(&column.header),
            (true, true) => column.header.split(' ').map(width).max().unwrap_or(0),
        }
    }

    fn aligned(&self, layout: &ColumnLayout, look: RenderOptions) -> String {
        let mut text = String::new();
        let rule = look.paint(
            &look.rule().repeat(total(&layout.widths, layout.gap)),
            Style::Dim,
        );
        if self.headed {
            for line in self.header_lines(layout) {
                text += &self.row(&line, layout, look);
            }
            text += &format!("{rule}\n");
        }
        let mut steps = Steps::default();
        for line in &self.lines {
            steps.step();
            match line {
                GridLine::Cells(row) if self.wraps => {
                    for line in wrapped(row, layout) {
                        text += &self.row(&line, layout, look);
                    }
                }
                GridLine::Cells(row) => text += &self.row(row, layout, look),
                GridLine::Rule => text += &format!("{rule}\n"),
                GridLine::Details(pieces) => text += &details(pieces, look),
            }
        }
        text
    }

    /// The headers, those with fewer lines standing at the bottom.
    fn header_lines(&self, layout: &ColumnLayout) -> Vec<Vec<GridCell>> {
        let headers: Vec<Vec<String>> = self
            .columns
            .iter()
            .zip(&layout.widths)
            .map(|(column, limit)| {
                let fits = width(&column.header) <= *limit;
                let whole = || vec![column.header.clone()];
                if fits {
                    whole()
                } else {
                    wrap(&column.header, *limit)
                }
            })
            .collect();
        let height = headers.iter().map(Vec::len).max().unwrap_or(0);
        let line = |header: &Vec<String>, index: usize| {
            let own = (index + header.len()).checked_sub(height);
            GridCell::new(own.map_or("", |own| header[own].as_str()), Style::Strong)
        };
        (0..height)
            .map(|index| headers.iter().map(|header| line(header, index)).collect())
            .collect()
    }

    fn row(&self, row: &[GridCell], layout: &ColumnLayout, look: RenderOptions) -> String {
        let mut text = String::new();
        // Spaces are written only before a text, so that no line ends in them.
        let mut spaces = 0;
        for ((cell, column), limit) in row.iter().zip(&self.columns).zip(&layout.widths) {
            let shown = shorten(&cell.text, *limit, look);
            let room = limit.saturating_sub(width(&shown));
            let (before, after) = match column.align {
                Align::Left => (0, room),
                Align::Right => (room, 0),
            };
            spaces += before;
            let visible = shown.trim_end();
            if !visible.is_empty() {
                text += &" ".repeat(spaces);
                text += &look.paint(visible, cell.style);
                spaces = 0;
            }
            spaces += width(&shown) - width(visible);
            spaces += after + layout.gap;
        }
        text + "\n"
    }

    /// Every row as a block of lines, a header and its cell each.
    fn stacked(&self, look: RenderOptions) -> String {
        let limit = look.width.unwrap_or(usize::MAX);
        let longest = self
            .columns
            .iter()
            .map(|column| width(&column.header))
            .max();
        let labels = longest.unwrap_or(0).min((limit / 2).saturating_sub(2));
        let blocks = self.lines.iter().filter_map(|line| match line {
            GridLine::Cells(row) => Some(self.block(row, labels, limit, look)),
            GridLine::Details(pieces) => Some(details(pieces, look)),
            GridLine::Rule => None,
        });
        blocks.collect::<Vec<_>>().join("\n")
    }

    fn block(&self, row: &[GridCell], labels: usize, limit: usize, look: RenderOptions) -> String {
        let mut text = String::new();
        for (column, cell) in self.columns.iter().zip(row) {
            let label = shorten(&column.header, labels, look);
            for (index, part) in wrap(&cell.text, limit.saturating_sub(labels + 2))
                .iter()
                .enumerate()
            {
                let label = if index == 0 { label.as_str() } else { "" };
                let space = " ".repeat(labels - width(label) + 2);
                let label = look.paint(label, Style::Dim);
                text += &format!(
                    "{label}{space}{}\n",
                    look.paint(part.trim_end(), cell.style)
                );
            }
        }
        text
    }
}

/// A row as lines in which no cell is wider than its column: texts go on below.
fn wrapped(row: &[GridCell], layout: &ColumnLayout) -> Vec<Vec<GridCell>> {
    let part = |(cell, limit): (&GridCell, &usize)| match width(&cell.text) > *limit {
        true => wrap(&cell.text, *limit),
        false => vec![cell.text.clone()],
    };
    let parts: Vec<Vec<String>> = row.iter().zip(&layout.widths).map(part).collect();
    let height = parts.iter().map(Vec::len).max().unwrap_or(0);
    let cell = |(parts, cell): (&Vec<String>, &GridCell), line: usize| {
        GridCell::new(parts.get(line).cloned().unwrap_or_default(), cell.style)
    };
    (0..height)
        .map(|line| {
            let cells = parts.iter().zip(row);
            cells.map(|of_cell| cell(of_cell, line)).collect()
        })
        .collect()
}

/// Pieces on indented lines, as many on each as fit.
fn details(pieces: &[GridCell], look: RenderOptions) -> String {
    let room = look.width.map(|width| width.saturating_sub(2));
    let mut text = String::new();
    let mut used = 0;
    for piece in pieces.iter().filter(|piece| !piece.text.is_empty()) {
        for part in join_wrapped(std::slice::from_ref(&piece.text), "", room) {
            let needed = width(&part) + 2;
            let begins = used == 0 || look.width.is_some_and(|limit| used + needed > limit);
            if begins {
                text += if used == 0 { "" } else { "\n" };
                used = 0;
            }
            text += &format!("  {}", look.paint(&part, piece.style));
            used += needed;
        }
    }
    if used > 0 {
        text.push('\n');
    }
    text
}

/// Columns that widths take with gaps between them.
fn total(widths: &[usize], gap: usize) -> usize {
    widths.iter().sum::<usize>() + gap * widths.len().saturating_sub(1)
}

fn kept<T>(list: Vec<T>, keep: impl Fn(usize) -> bool) -> Vec<T> {
    let kept = list
        .into_iter()
        .enumerate()
        .filter(|(index, _)| keep(*index));
    kept.map(|(_, each)| each).collect()
}
