//! How an output may look: what the terminal can show, and the few styles used.

/// What the place an output goes to can show. Nothing here is detected: the caller looks at the
/// terminal and the environment, so that the same answer and look give the same bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RenderOptions {
    /// Columns of the terminal. `None` is a pipe or a file: nothing is ever cut.
    pub width: Option<usize>,
    /// Whether ANSI colours may be written.
    pub color: bool,
    /// Whether drawing characters outside ASCII may be written; texts of the data are kept anyway.
    pub unicode: bool,
    /// Lines that a long answer may take before rows in its middle are hidden. `None` hides none.
    pub rows: Option<usize>,
    /// Whether the reader is in a session, and asks for what is hidden with its commands.
    pub in_session: bool,
    /// How texts are written that a spreadsheet would take for formulas.
    pub csv: CsvTexts,
}

/// What of CSV a spreadsheet may compute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CsvTexts {
    /// Nothing: a text that would be a formula has a `'` before it.
    #[default]
    Safe,
    /// Texts are as the data has them.
    Raw,
}

impl RenderOptions {
    /// No width, no colour: what a pipe gets.
    pub const PIPE: RenderOptions = RenderOptions {
        width: None,
        color: false,
        unicode: true,
        rows: None,
        in_session: false,
        csv: CsvTexts::Safe,
    };

    /// A text in a style, or as it is where colours are off.
    pub(super) fn paint(self, text: &str, style: Style) -> String {
        match style.code() {
            Some(code) if self.color && !text.is_empty() => format!("\x1b[{code}m{text}\x1b[0m"),
            Some(_) | None => text.to_string(),
        }
    }

    /// The look with fewer columns.
    pub(super) fn narrower(self, columns: usize) -> RenderOptions {
        RenderOptions {
            width: self.width.map(|width| width.saturating_sub(columns)),
            ..self
        }
    }

    /// One of two spellings of a mark.
    fn mark(self, unicode: &'static str, ascii: &'static str) -> &'static str {
        if self.unicode { unicode } else { ascii }
    }

    /// How to get what a long answer hides: `all`, or `all 68 rows`.
    pub(super) fn way_to_all(self, what: &str) -> String {
        match self.in_session {
            true => format!("\\page shows {what}, \\output FILE writes them"),
            false => format!("--full shows {what}, -o FILE writes them"),
        }
    }

    /// Stands for what was cut off.
    pub(super) fn ellipsis(self) -> &'static str {
        self.mark("…", "..")
    }

    /// Between the parts of a footer.
    pub(super) fn dot(self) -> &'static str {
        self.mark(" · ", " | ")
    }

    /// What rules are drawn with.
    pub(super) fn rule(self) -> &'static str {
        self.mark("─", "-")
    }

    /// From one value to another.
    pub(super) fn arrow(self) -> &'static str {
        self.mark("→", "->")
    }

    /// Between what is taken from a number and the number.
    pub(super) fn minus(self) -> &'static str {
        self.mark("−", "-")
    }

    /// The direction a value went.
    pub(super) fn triangle(self, change: f64) -> &'static str {
        if change > 0.0 {
            self.mark("▲", "^")
        } else if change < 0.0 {
            self.mark("▼", "v")
        } else {
            self.mark("=", "=")
        }
    }
}

/// Why a text stands out. Every style but `Plain` has words or marks beside it that say the same,
/// for readers without colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Dim,
    Strong,
    Good,
    Bad,
    /// One of several lines in a chart; letters beside them say which.
    Series(usize),
}

/// The colours of lines in a chart, in the order they are given out: none is that of good or bad.
const SERIES: [&str; 4] = ["36", "35", "33", "34"];

impl Style {
    /// The parameter of the ANSI escape.
    fn code(self) -> Option<&'static str> {
        match self {
            Style::Plain => None,
            Style::Dim => Some("2"),
            Style::Strong => Some("1"),
            Style::Good => Some("32"),
            Style::Bad => Some("31"),
            Style::Series(index) => Some(SERIES[index % SERIES.len()]),
        }
    }
}
