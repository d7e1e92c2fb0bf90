//! The last query and its answer, for commands about it.

use chrono::{DateTime, Utc};

use crate::app::repl::session::Session;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::exec::answer::Answer;
use crate::exec::query_context::{self, QueryContext};
use crate::lang::model::{Moment, Query};
use crate::lang::syntax::ast;

/// What was asked last, checked against the definitions there are now.
pub(super) struct Recalled {
    pub query: Query,
    pub answer: Answer,
    /// The evaluation time of the answer; later settings do not change it.
    stood: AnsweredAt,
    /// What the user should know.
    pub notes: Vec<String>,
}

/// The evaluation time of an answer whose query names none.
#[derive(Clone)]
struct AnsweredAt {
    as_of: Option<Moment>,
    known_on: Option<Moment>,
    /// The latest event in the data, as it was then.
    watermark: i64,
}

/// The last query and its answer; `command` is who wants it, with an example of what to ask first.
pub(super) fn last(session: &mut Session, command: &str) -> Result<Recalled, Problems> {
    let Some(last) = &session.last else {
        return Err(nothing_asked_yet(command));
    };
    let (text, answer) = (last.query.text.clone(), last.answer.clone());
    let is_everything = last.written.node.subject == ast::Subject::Everything;
    // Not by RFC 3339, which has no year 10000: the day after 9999-12-31 begins there.
    let instant = answer.context.as_of_instant.parse::<DateTime<Utc>>();
    let end = instant.expect("answers name their instant");
    let stood = AnsweredAt {
        as_of: last.as_of.clone(),
        known_on: last.known_on.clone(),
        watermark: end.timestamp_micros() - 1,
    };
    // Places in definitions move when definitions do: the text is read again.
    let mut query = session.read(&text)?.query;
    let mut recalled = {
        let context = at(session.context(), &stood);
        if is_everything {
            query_context::leave_out_unanswerable(&mut query, &context)?;
        }
        Recalled {
            query,
            answer,
            stood,
            notes: Vec::new(),
        }
    };
    recalled.refresh(session)?;
    Ok(recalled)
}

fn nothing_asked_yet(command: &str) -> Problems {
    Diagnostic::data(
        "K950",
        format!("`\\{command}` is about the last answer, and there is none yet"),
    )
    .help("ask something first: backlog by severity")
    .into()
}

fn at<'a>(context: QueryContext<'a>, stood: &AnsweredAt) -> QueryContext<'a> {
    QueryContext {
        as_of: stood.as_of.clone(),
        known_on: stood.known_on.clone(),
        watermark: Some(stood.watermark),
        ..context
    }
}

impl Recalled {
    /// Where the last query was asked.
    pub fn context<'a>(&self, session: &'a Session) -> QueryContext<'a> {
        at(session.context(), &self.stood)
    }

    /// Definitions may have changed since: then the answer has, too.
    fn refresh(&mut self, session: &Session) -> Result<(), Problems> {
        let context = self.context(session);
        if self.answer.context.definitions == context.definitions.fingerprint {
            return Ok(());
        }
        let mut answered = context.answers(&[&self.query])?;
        self.answer = answered.answers.remove(0);
        self.notes
            .push("definitions have changed since the last answer: it was asked again".to_string());
        Ok(())
    }
}
