//! Where answers go and how they look there: the screen, whole or with rows hidden, or a file.

use std::path::{Path, PathBuf};

use super::reply::Reply;
use super::session::Session;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::files;
use crate::exec::answer::Answer;
use crate::exec::objects::is_address;
use crate::render::{self, OutputFormat, RenderOptions};
use crate::reports::store;

/// Rows of a long answer on a terminal whose height is not known.
const ROWS: usize = 40;

impl Session {
    /// The last answer in the present format and width.
    pub(super) fn show_again(&mut self) -> Result<Reply, Problems> {
        self.refuse_unshowable()?;
        if let Some(why) = render::refusal(self.last_answer()?, self.format()) {
            return Err(Diagnostic::data("K909", why).into());
        }
        let shown = render::answer(self.last_answer()?, self.format(), self.look());
        self.put_out(shown)
    }

    /// The last answer, for commands that draw or save it.
    pub(super) fn last_answer(&self) -> Result<&Answer, Problems> {
        let last = self.last.as_ref().ok_or_else(nothing_asked_yet)?;
        Ok(&last.answer)
    }

    /// The format of answers: the one named, else that of the file's ending.
    pub(super) fn format(&self) -> OutputFormat {
        match &self.settings.output {
            Some(file) if !self.settings.format_is_named => {
                OutputFormat::of_file(file).unwrap_or(OutputFormat::Table)
            }
            Some(_) | None => self.settings.format,
        }
    }

    /// How answers look: as on the terminal, or plain and whole in a file.
    pub(super) fn look(&self) -> RenderOptions {
        match self.settings.output {
            Some(_) => RenderOptions {
                csv: self.settings.look.csv,
                ..RenderOptions::PIPE
            },
            None => self.screen(),
        }
    }

    /// How things look on the screen.
    pub(super) fn screen(&self) -> RenderOptions {
        let look = self.settings.look;
        RenderOptions {
            rows: look.width.and(look.rows.or(Some(ROWS))),
            in_session: true,
            ..look
        }
    }

    /// A result where the user wants it: on the screen, or in the file of `\output`.
    pub(super) fn put_out(&mut self, shown: Vec<u8>) -> Result<Reply, Problems> {
        let Some(file) = &self.settings.output else {
            return Ok(Reply::shown(shown));
        };
        if self
            .places
            .files()
            .iter()
            .any(|read| files::is_same(read, file))
        {
            return Err(own_input(file).into());
        }
        if let Some(problem) = not_for_results(file) {
            return Err(problem.into());
        }
        write(file, &shown)?;
        Ok(Reply::told(format!("written to {}", file.display())))
    }

    /// Refuses what only programs show: Parquet, pictures and pages.
    pub(super) fn refuse_unshowable(&self) -> Result<(), Problems> {
        let what = match self.format() {
            _ if self.settings.output.is_some() => return Ok(()),
            OutputFormat::Parquet => "a Parquet file",
            OutputFormat::Svg => "SVG",
            OutputFormat::Html => "HTML",
            OutputFormat::Table
            | OutputFormat::Json
            | OutputFormat::Jsonl
            | OutputFormat::Csv
            | OutputFormat::Md
            | OutputFormat::Openmetrics => return Ok(()),
        };
        let name = self.format().name();
        Err(
            Diagnostic::data("K977", format!("{what} is nothing to read on a screen"))
                .help(format!("name a file for it: \\output answer.{name}"))
                .help("or choose another format: \\format table")
                .into(),
        )
    }
}

/// Why a result is not written over what it is made from.
pub fn own_input(file: &Path) -> Diagnostic {
    let message = format!(
        "cannot write `{}`: the result is made from what is in it",
        file.display()
    );
    Diagnostic::data("D902", message).help("name another file, such as answer.csv")
}

/// Why a file is not for results: a store holds what `ingest` wrote and nothing else, and every file of a folder with the ending
/// `.kpi` is read as definitions.
pub fn not_for_results(file: &Path) -> Option<Diagnostic> {
    if is_address(file) {
        return Some(not_here(file));
    }
    if let Some(store) = store::store_around(file) {
        let message = format!(
            "cannot write `{}`: `{}` is a store, and a result in it would damage it",
            file.display(),
            store.display()
        );
        let problem = Diagnostic::data("D902", message);
        return Some(problem.help("name a file outside of the store"));
    }
    let is_definition = file.extension().is_some_and(|ending| ending == "kpi");
    is_definition.then(|| {
        let message = format!(
            "cannot write `{}`: files with this ending are read as definitions",
            file.display()
        );
        Diagnostic::data("D902", message).help("name another file, such as answer.csv")
    })
}

/// Why nothing is written at an address.
pub fn not_here(file: &Path) -> Diagnostic {
    let message = format!(
        "cannot write `{}`: only files of this machine are written",
        file.display()
    );
    Diagnostic::data("D902", message).help("name a file or a folder here, and copy it there")
}

/// Writes a file whole or not at all.
pub(super) fn write(file: &Path, bytes: &[u8]) -> Result<(), Problems> {
    files::replace(file, bytes).map_err(|error| {
        Diagnostic::data(
            "D902",
            format!("cannot write `{}`: {error}", file.display()),
        )
        .into()
    })
}

/// A file's name as typed: in quotes if it has spaces, with `~` for the home folder.
pub(super) fn path(typed: &str) -> PathBuf {
    let typed = typed.trim();
    let quoted = ['"', '\''].into_iter().find_map(|quote| {
        let inner = typed.strip_prefix(quote)?.strip_suffix(quote)?;
        (!inner.is_empty()).then_some(inner)
    });
    let name = quoted.unwrap_or(typed);
    let home = std::env::var_os("HOME").filter(|home| !home.is_empty());
    match (name, name.strip_prefix("~/"), home) {
        ("~", _, Some(home)) => PathBuf::from(home),
        (_, Some(rest), Some(home)) => PathBuf::from(home).join(rest),
        (name, _, _) => PathBuf::from(name),
    }
}

pub(super) fn nothing_asked_yet() -> Problems {
    Diagnostic::data("K950", "there is no query to refine yet")
        .help("ask one first: backlog by severity")
        .into()
}
