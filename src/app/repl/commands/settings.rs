//! Commands that change how later queries are asked and shown.

use super::{ArgumentKind, SessionCommand, switched};
use crate::app::repl::output::path;
use crate::app::repl::reply::Reply;
use crate::app::repl::session::Session;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::lang::model::Moment;
use crate::lang::syntax;
use crate::lang::syntax::ast;
use crate::render::OutputFormat;

pub(super) const AS_OF: SessionCommand = SessionCommand {
    name: "as-of",
    arguments: "[DATE|latest]",
    help: "stand at another day or instant from now on; `latest` is the latest event",
    takes: &[ArgumentKind::Date],
    run: as_of,
};

pub(super) const KNOWN_ON: SessionCommand = SessionCommand {
    name: "known-on",
    arguments: "[DATE|latest]",
    help: "use only rows recorded by a day from now on; `latest` takes all again",
    takes: &[ArgumentKind::Date],
    run: known_on,
};

pub(super) const PERIOD: SessionCommand = SessionCommand {
    name: "period",
    arguments: "[PERIOD|none]",
    help: "the period of queries and lists that name none, not of boards: last 6 months",
    takes: &[ArgumentKind::Period],
    run: period,
};

pub(super) const FORMAT: SessionCommand = SessionCommand {
    name: "format",
    arguments: "[table|json|jsonl|csv|md|parquet|openmetrics|svg|html]",
    help: "how answers are written",
    takes: &[ArgumentKind::Format],
    run: format,
};

pub(super) const OUTPUT: SessionCommand = SessionCommand {
    name: "output",
    arguments: "[FILE]",
    help: "the file each answer replaces, in the format of its ending; without one, the screen again",
    takes: &[ArgumentKind::File],
    run: output,
};

pub(super) const TIME: SessionCommand = SessionCommand {
    name: "time",
    arguments: "[on|off]",
    help: "say how long each answer took",
    takes: &[ArgumentKind::Words(&["on", "off"])],
    run: time,
};

fn as_of(session: &mut Session, arguments: &str) -> Result<Reply, Problems> {
    if !arguments.is_empty() {
        session.settings.as_of = moment(session, "\\as-of", arguments)?;
    }
    Ok(Reply::told(match &session.settings.as_of {
        Some(moment) => format!("as of {}", moment.label),
        None => "as of the latest event in the data".to_string(),
    }))
}

fn known_on(session: &mut Session, arguments: &str) -> Result<Reply, Problems> {
    if !arguments.is_empty() {
        session.settings.known_on = moment(session, "\\known-on", arguments)?;
    }
    Ok(Reply::told(match &session.settings.known_on {
        Some(moment) => format!("as known on {}", moment.label),
        None if session.places.knowledge().is_some() => "with all the store knows".to_string(),
        None => "with all rows recorded by as-of".to_string(),
    }))
}

/// An instant; none for `latest`.
fn moment(session: &mut Session, option: &str, date: &str) -> Result<Option<Moment>, Problems> {
    match date {
        "latest" => Ok(None),
        date => session.moment(option, date).map(Some),
    }
}

fn period(session: &mut Session, arguments: &str) -> Result<Reply, Problems> {
    match arguments {
        "" => {}
        "none" => session.settings.period = None,
        period => {
            session.settings.period = Some(read_period(session, period)?);
        }
    }
    Ok(Reply::told(match &session.settings.period {
        Some(period) => format!("queries without a period: {period}"),
        None => "no period for queries that name none".to_string(),
    }))
}

/// What is said of what is no period.
const ADVICE: &str = "write it as in a query: \\period last 6 months";

/// A period as a query writes it.
fn read_period(session: &mut Session, text: &str) -> Result<String, Problems> {
    let no_period = || Diagnostic::data("K952", format!("`{text}` is not a period")).help(ADVICE);
    let id = session.workspace.sources.add("\\period", text);
    let written = syntax::parse_query(&session.workspace.sources, id)
        .map_err(|problems| problems.help(ADVICE))?;
    let is_one = matches!(
        written.node.clauses.as_slice(),
        [only] if matches!(only.node, ast::QueryClause::Period(_))
    );
    if written.node.subject != ast::Subject::Everything || !is_one {
        return Err(no_period().into());
    }
    Ok(session.read(text)?.query.text)
}

fn format(session: &mut Session, arguments: &str) -> Result<Reply, Problems> {
    if !arguments.is_empty() {
        let Some(format) = OutputFormat::named(arguments) else {
            let names = OutputFormat::ALL.map(OutputFormat::name);
            return Err(
                Diagnostic::data("K953", format!("`{arguments}` is not a format"))
                    .help(format!("formats: {}", names.join(", ")))
                    .into(),
            );
        };
        session.settings.format = format;
        session.settings.format_is_named = true;
    }
    let name = session.settings.format.name();
    Ok(Reply::told(format!("answers are written as {name}")))
}

fn output(session: &mut Session, arguments: &str) -> Result<Reply, Problems> {
    if arguments.is_empty() {
        session.settings.output = None;
        return Ok(Reply::told("answers are shown here"));
    }
    let file = path(arguments);
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let why = match folder {
        _ if file.is_dir() => Some("this is a folder".to_string()),
        Some(folder) if !folder.is_dir() => {
            Some(format!("there is no folder `{}`", folder.display()))
        }
        Some(_) | None => None,
    };
    if let Some(why) = why {
        return Err(
            Diagnostic::data("D902", format!("cannot write `{}`: {why}", file.display()))
                .help("answers are shown where they were before")
                .into(),
        );
    }
    if let Err(ending) = OutputFormat::for_file(&file)
        && !session.settings.format_is_named
    {
        let message = format!("no answer is written as `.{ending}`: `{}`", file.display());
        return Err(Diagnostic::data("K909", message)
            .help("end the name in .csv, .json, .jsonl, .md, .parquet, .svg, .html or, for a text table, .txt")
            .help("or name a format first: \\format csv")
            .into());
    }
    let words = format!(
        "each answer replaces what is in {}; the screen again: \\output",
        file.display()
    );
    if OutputFormat::of_file(&file).is_some() {
        // What was said last counts; another \format may follow.
        session.settings.format_is_named = false;
    }
    session.settings.output = Some(file);
    let name = session.format().name();
    Ok(Reply::told(format!(
        "answers are written as {name}: {words}"
    )))
}

fn time(session: &mut Session, arguments: &str) -> Result<Reply, Problems> {
    session.settings.is_timed = switched("\\time", arguments, session.settings.is_timed)?;
    let word = if session.settings.is_timed {
        "on"
    } else {
        "off"
    };
    Ok(Reply::told(format!("timing is {word}")))
}
