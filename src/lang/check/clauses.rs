//! Clauses that may stand once, and clauses that must stand.

use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::Span;

/// Keeps the first of a clause's values; reports a second one (K210).
pub(super) fn once<T>(
    slot: &mut Option<T>,
    value: T,
    clause: &str,
    span: Span,
    problems: &mut Problems,
) {
    if slot.is_some() {
        problems.push(
            Diagnostic::error("K210", span, format!("`{clause}` is written twice"))
                .leave_out("keep one of them"),
        );
        return;
    }
    *slot = Some(value);
}

/// The clause's value; reports that it is missing (K211), with an example to write.
pub(super) fn needed<T>(
    slot: Option<T>,
    owner: &str,
    name: &crate::lang::syntax::ast::Identifier,
    clause: &str,
    example: &str,
    problems: &mut Problems,
) -> Option<T> {
    if slot.is_none() {
        problems.push(
            Diagnostic::error(
                "K211",
                name.span,
                format!("{owner} `{}` has no `{clause}`", name.node),
            )
            .help(format!("add a line such as `{example}`")),
        );
    }
    slot
}
