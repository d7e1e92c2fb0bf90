//! Bands: together they cover the whole line, once (rule S31).

use super::limits::{LimitOwner, limit};
use super::units::describe;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::{Span, Spanned};
use crate::base::types::{DisplayUnit, Unit};
use crate::lang::format;
use crate::lang::model::Band;
use crate::lang::syntax::ast::{Text, WrittenLiteral};

/// A `band` clause as written.
pub(super) struct WrittenBand<'a> {
    pub label: &'a Text,
    pub lower: Option<&'a Spanned<WrittenLiteral>>,
    pub upper: Option<&'a Spanned<WrittenLiteral>>,
    pub span: Span,
}

struct CheckedBand<'a> {
    band: Band,
    written: &'a WrittenBand<'a>,
}

/// All bands of a KPI in ascending order. Reports holes (K225), overlaps (K226), bands that are
/// empty and labels that are used twice (K227).
pub(super) fn bands(
    kpi: &str,
    unit: Unit,
    display: DisplayUnit,
    written: &[WrittenBand],
    problems: &mut Problems,
) -> Option<Vec<Band>> {
    let judged = LimitOwner {
        kpi,
        unit,
        display,
        clause: "band \"…\" from",
    };
    let read: Vec<Option<CheckedBand>> = written
        .iter()
        .map(|written| band(&judged, written, problems))
        .collect();
    let mut read: Vec<CheckedBand> = read.into_iter().collect::<Option<_>>()?;
    refuse_same_labels(written, problems);
    read.sort_by(|left, right| left.band.lower.total_cmp(&right.band.lower));
    check_cover(kpi, unit, &read, problems);
    Some(read.into_iter().map(|read| read.band).collect())
}

fn band<'a>(
    judged: &LimitOwner,
    written: &'a WrittenBand<'a>,
    problems: &mut Problems,
) -> Option<CheckedBand<'a>> {
    let lower = match written.lower {
        Some(literal) => limit(judged, literal, problems),
        None => Some(f64::NEG_INFINITY),
    };
    let upper = match written.upper {
        Some(literal) => limit(judged, literal, problems),
        None => Some(f64::INFINITY),
    };
    let (lower, upper) = (lower?, upper?);
    if lower >= upper {
        problems.push(
            Diagnostic::error("K227", written.span, "this band is empty")
                .label("its lower bound must be below its upper bound"),
        );
        return None;
    }
    Some(CheckedBand {
        band: Band {
            label: written.label.node.clone(),
            lower,
            upper,
        },
        written,
    })
}

fn refuse_same_labels(written: &[WrittenBand], problems: &mut Problems) {
    for (index, band) in written.iter().enumerate() {
        if written[..index]
            .iter()
            .any(|other| other.label.node == band.label.node)
        {
            problems.push(
                Diagnostic::error("K227", band.label.span, "two bands have this label")
                    .label("give it another"),
            );
        }
    }
}

fn check_cover(kpi: &str, unit: Unit, bands: &[CheckedBand], problems: &mut Problems) {
    let (Some(first), Some(last)) = (bands.first(), bands.last()) else {
        return;
    };
    // Nothing that is counted or timed lies below zero, but differences may.
    if let Some(lower) = first.written.lower {
        let bound = format::literal(&lower.node);
        problems.push(
            hole(
                first.written.span,
                &format!("nothing covers what is below {bound}"),
            )
            .help(format!(
                "write `band \"…\" below {bound}`, or leave out `from {bound}`: `{kpi}` is {}",
                describe(unit)
            )),
        );
    }
    for pair in bands.windows(2) {
        check_pair(&pair[0], &pair[1], problems);
    }
    if let Some(upper) = last.written.upper {
        let bound = format::literal(&upper.node);
        problems.push(
            hole(
                last.written.span,
                &format!("nothing covers {bound} and more"),
            )
            .help(format!("write `band \"…\" from {bound}`")),
        );
    }
}

fn hole(span: Span, message: &str) -> Diagnostic {
    Diagnostic::error("K225", span, message).label("bands cover every value")
}

fn check_pair(left: &CheckedBand, right: &CheckedBand, problems: &mut Problems) {
    let text = |literal: Option<&Spanned<WrittenLiteral>>| {
        literal.map_or("…".to_owned(), |literal| format::literal(&literal.node))
    };
    let (upper, lower) = (text(left.written.upper), text(right.written.lower));
    if left.band.upper < right.band.lower {
        problems.push(
            hole(
                right.written.span,
                &format!("nothing covers {upper} to {lower}"),
            )
            .help(format!(
                "let one of the bands reach from {upper} to {lower}"
            ))
            .edit_at(
                right
                    .written
                    .lower
                    .map_or(right.written.span, |lower| lower.span),
                &upper,
                &format!("let one of the bands reach from {upper} to {lower}"),
            ),
        );
    } else if left.band.upper > right.band.lower {
        problems.push(
            Diagnostic::error(
                "K226",
                right.written.span,
                format!(
                    "\"{}\" and \"{}\" overlap",
                    left.band.label, right.band.label
                ),
            )
            .label("a value lies in one band")
            .help("a lower bound is part of its band, an upper bound is not")
            .edit_at(
                right
                    .written
                    .lower
                    .map_or(right.written.span, |lower| lower.span),
                &upper,
                "a lower bound is part of its band, an upper bound is not",
            ),
        );
    }
}
