//! What a session says to what was typed.

use crate::base::diagnostic::Fault;

/// The reply to one entry.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Reply {
    /// The result, for stdout.
    pub shown: Vec<u8>,
    /// Messages, warnings and notes, for stderr; ends with a line break if there are any.
    pub told: String,
    /// Why there is no result, if there is none: a script stops here.
    pub fault: Option<Fault>,
    /// What the caller has to do, because a session cannot.
    pub effect: Option<Effect>,
}

/// An action that a session leaves to its caller: it needs the process or the terminal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Effect {
    /// End the session.
    Leave,
    /// Open a text in the user's editor and enter what comes of it.
    Edit(String),
    /// Show a text, already laid out, in the user's pager.
    Page(Vec<u8>),
}

impl Reply {
    /// A result.
    pub fn shown(text: impl Into<Vec<u8>>) -> Reply {
        Reply {
            shown: text.into(),
            ..Reply::default()
        }
    }

    /// A sentence that is no result.
    pub fn told(text: impl Into<String>) -> Reply {
        let mut told = text.into();
        if !told.is_empty() && !told.ends_with('\n') {
            told.push('\n');
        }
        Reply {
            told,
            ..Reply::default()
        }
    }

    pub fn effect(effect: Effect) -> Reply {
        Reply {
            effect: Some(effect),
            ..Reply::default()
        }
    }

    /// Whether messages come before the result: all do but the reason why nothing more is shown.
    pub fn tells_first(&self) -> bool {
        self.fault.is_none()
    }

    /// This reply, followed by another; of two faults the first counts, of two effects the last.
    pub fn then(mut self, next: Reply) -> Reply {
        self.shown.extend(next.shown);
        self.told += &next.told;
        self.fault = self.fault.or(next.fault);
        self.effect = next.effect.or(self.effect);
        self
    }
}
