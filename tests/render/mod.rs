//! Answers, boards and problems in every format.

mod board;
mod build;
mod cards;
mod chart;
mod diagnostics;
mod formats;
mod frame;
mod html;
mod numbers;
mod openmetrics;
mod random;
mod svg;
mod table;

use riskql::render::RenderOptions;

/// A terminal without colours.
fn plain(width: usize) -> RenderOptions {
    RenderOptions {
        width: Some(width),
        ..RenderOptions::PIPE
    }
}
