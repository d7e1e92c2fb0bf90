//! Candidates → the lines of the menu that Tab opens.

use super::candidate::Candidate;
use crate::render::{self, RenderOptions};

/// More candidates are not shown: a menu should fit on a screen.
pub(super) const MOST: usize = 5_000;

/// One line a candidate: its name, and aligned behind it what it is about, cut to the width of the
/// terminal. Without escapes, since their width is measured.
pub(super) fn lines(candidates: &[Candidate], look: RenderOptions) -> Vec<String> {
    let width = look.width.unwrap_or(80).saturating_sub(1);
    let name = |candidate: &Candidate| render::harmless(&candidate.replacement, look);
    let names: Vec<String> = candidates.iter().map(name).collect();
    let longest = names
        .iter()
        .map(|name| render::width(name))
        .max()
        .unwrap_or(0);
    let column = longest.min(width / 2);
    let line = |(candidate, name): (&Candidate, &String)| {
        let about = render::harmless(&candidate.about, look);
        if about.is_empty() {
            return render::shorten(name, width, look);
        }
        let gap = column.saturating_sub(render::width(name)) + 2;
        render::shorten(&format!("{name}{:gap$}{about}", ""), width, look)
    };
    candidates.iter().zip(&names).map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(replacement: &str, about: &str) -> Candidate {
        Candidate {
            replacement: replacement.to_string(),
            about: about.to_string(),
        }
    }

    #[test]
    fn descriptions_are_aligned_and_cut_to_the_width() {
        let look = RenderOptions {
            width: Some(21),
            ..RenderOptions::PIPE
        };
        let candidates = [
            candidate("mttr", "Mean time to remediate"),
            candidate("backlog", "Open"),
            candidate("bare", ""),
        ];
        assert_eq!(
            lines(&candidates, look),
            ["mttr     Mean time…", "backlog  Open", "bare"]
        );
    }

    #[test]
    fn hostile_values_cannot_move_the_cursor() {
        let candidates = [candidate("a\x1b[2Jb", "\x1b[31m")];
        assert!(
            lines(&candidates, RenderOptions::PIPE)[0]
                .chars()
                .all(|letter| !letter.is_control())
        );
    }
}
