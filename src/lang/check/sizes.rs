//! How large formulas may grow through the KPIs they name.

use crate::base::diagnostic::Diagnostic;
use crate::lang::model::Formula;
use crate::lang::syntax::ast;

/// Bounds on a formula once the KPIs in it are replaced by theirs, so that later stages may recurse.
const DEEPEST: usize = 128;
const LARGEST: usize = 4096;

/// How large a formula is once the KPIs in it are replaced by theirs.
#[derive(Clone, Copy, Default)]
pub(super) struct Size {
    depth: usize,
    parts: usize,
}

impl Size {
    pub fn is_too_large(self) -> bool {
        self.depth > DEEPEST || self.parts > LARGEST
    }
}

/// The size of a formula, given those of all KPIs.
pub(super) fn size(formula: &Formula, sizes: &[Size]) -> Size {
    match formula {
        Formula::Number(_) | Formula::Constant { .. } | Formula::Measure(_) => {
            Size { depth: 1, parts: 1 }
        }
        Formula::Kpi(id) => sizes[id.0],
        Formula::Negate(inner) | Formula::Adjusted { of: inner, .. } => {
            let inner = size(inner, sizes);
            Size {
                depth: inner.depth + 1,
                parts: inner.parts,
            }
        }
        Formula::Binary { left, right, .. } => {
            let (left, right) = (size(left, sizes), size(right, sizes));
            Size {
                depth: left.depth.max(right.depth) + 1,
                parts: left.parts.saturating_add(right.parts),
            }
        }
    }
}

pub(super) fn too_large(name: &ast::Identifier) -> Diagnostic {
    Diagnostic::error(
        "K236",
        name.span,
        format!("kpi `{}` is built on too many others", name.node),
    )
    .label(format!("at most {LARGEST} parts and {DEEPEST} levels"))
}
