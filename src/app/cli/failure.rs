//! Why a command did not end well, and the exit code that says so.

use crate::base::diagnostic::{Diagnostic, Fault, Problems};

/// The kinds of bad endings; a pipeline tells them apart by the exit code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Everything was computed and the answer is "no": a failing test, a file to be formatted.
    No,
    /// A mistake in the command line, a definition or the query. Nothing was computed.
    Mistake,
    /// Data or files that are missing, unreadable or not what they should be.
    Environment,
}

impl Kind {
    /// The exit code. A bug has 101 (a panic's), an interruption 130 (the shell's for the signal).
    pub fn exit_code(self) -> u8 {
        match self {
            Kind::No => 1,
            Kind::Mistake => 2,
            Kind::Environment => 3,
        }
    }
}

/// A bad ending and what to say about it; a "no" has been said on stdout already.
#[derive(Debug)]
pub struct Failure {
    pub kind: Kind,
    pub problems: Problems,
}

impl Failure {
    /// The answer is "no".
    pub fn no() -> Failure {
        Failure {
            kind: Kind::No,
            problems: Problems::default(),
        }
    }
}

/// Problems with definitions and queries have codes with `K`, those with data and files with `D`.
impl From<Problems> for Failure {
    fn from(problems: Problems) -> Failure {
        let kind = match problems.fault() {
            Some(Fault::Mistake) => Kind::Mistake,
            Some(Fault::Environment) | None => Kind::Environment,
        };
        Failure { kind, problems }
    }
}

impl From<Diagnostic> for Failure {
    fn from(diagnostic: Diagnostic) -> Failure {
        Problems::from(diagnostic).into()
    }
}
