//! Why a command did not end well, and the exit code that says so.

use crate::base::diagnostic::{Diagnostic, Fault, Problems};

/// The kinds of bad endings; a pipeline tells them apart by the exit code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FailureKind {
    /// Everything was computed and the answer is "no": a failing test, a file to be formatted.
    No,
    /// A mistake in the command line, a definition or the query. Nothing was computed.
    Mistake,
    /// Somebody pressed Ctrl-C.
    Interrupted,
    /// Data or files that are missing, unreadable or not what they should be.
    Environment,
}

impl FailureKind {
    /// The exit code. A bug has 101 (a panic's).
    pub fn exit_code(self) -> u8 {
        match self {
            FailureKind::No => 1,
            FailureKind::Mistake => 2,
            FailureKind::Environment => 3,
            // The shell's for the signal.
            FailureKind::Interrupted => 130,
        }
    }
}

/// A bad ending and what to say about it; a "no" has been said on stdout already.
#[derive(Debug)]
pub struct Failure {
    pub kind: FailureKind,
    pub problems: Problems,
}

impl Failure {
    /// The answer is "no".
    pub fn no() -> Failure {
        Failure {
            kind: FailureKind::No,
            problems: Problems::default(),
        }
    }

    /// Somebody pressed Ctrl-C, and knows it.
    pub fn interrupted() -> Failure {
        Failure {
            kind: FailureKind::Interrupted,
            problems: Problems::default(),
        }
    }
}

/// Problems with definitions and queries have codes with `K`, those with data and files with `D`.
impl From<Problems> for Failure {
    fn from(problems: Problems) -> Failure {
        let kind = match problems.fault() {
            Some(Fault::Mistake) => FailureKind::Mistake,
            Some(Fault::Environment) | None => FailureKind::Environment,
        };
        Failure { kind, problems }
    }
}

impl From<Diagnostic> for Failure {
    fn from(diagnostic: Diagnostic) -> Failure {
        Problems::from(diagnostic).into()
    }
}
