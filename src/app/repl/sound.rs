//! An origin → those of its definitions that are sound, whatever else it holds.

use std::collections::BTreeSet;

use crate::base::diagnostic::{Problems, Severity};
use crate::base::source::{Sources, Span};
use crate::lang::check;
use crate::lang::model::Definitions;
use crate::lang::project::{self, ProjectOrigin};
use crate::lang::syntax::{self, ast};

/// The definitions of an origin that are sound, and why others are not.
pub(super) struct SoundDefinitions {
    pub files: Vec<ast::File>,
    pub definitions: Definitions,
    pub problems: Problems,
    /// How many definitions were left out.
    pub left_out: usize,
    /// Nothing was sound: these are those of the built-in library.
    pub is_stand_in: bool,
}

/// Reads an origin. What has mistakes is left out; if nothing sound remains, the built-in library takes
/// its place.
pub(super) fn read(sources: &mut Sources, origin: &ProjectOrigin) -> SoundDefinitions {
    let (files, mut problems) = parse(sources, origin);
    let unread = unread_definitions(sources, &problems);
    let parsed = count(&files);
    let (files, definitions, of_checking) = sound(sources, files);
    problems.extend(of_checking);
    let left_out = unread + parsed - count(&files);
    match definitions {
        Some(definitions) => SoundDefinitions {
            files,
            definitions,
            problems,
            left_out,
            is_stand_in: false,
        },
        None => {
            let (library, _) = parse(sources, &ProjectOrigin::Library);
            let (files, definitions, _) = sound(sources, library);
            SoundDefinitions {
                files,
                definitions: definitions.expect("the built-in library is sound"),
                problems,
                left_out,
                is_stand_in: true,
            }
        }
    }
}

fn count(files: &[ast::File]) -> usize {
    files.iter().map(|file| file.definitions.len()).sum()
}

/// How many definitions the errors of reading are in: each begins where a line does.
fn unread_definitions(sources: &Sources, problems: &Problems) -> usize {
    let errors = problems.clone().sorted();
    let errors = errors
        .iter()
        .filter(|problem| problem.severity == Severity::Error);
    let begins = |span: Span| {
        let text = &sources.get(span.source).text;
        let starts_word = |start: usize| text[start..].starts_with(char::is_alphabetic);
        // Back from the place, so that the whole stays linear in the text of mistaken definitions.
        let breaks = text[..span.start as usize].rmatch_indices('\n');
        let mut starts = breaks.map(|(at, _)| at + 1).chain(std::iter::once(0));
        (span.source, starts.find(|start| starts_word(*start)))
    };
    let begun: BTreeSet<_> = errors
        .filter_map(|problem| problem.span)
        .map(begins)
        .collect();
    begun.len()
}

fn parse(sources: &mut Sources, origin: &ProjectOrigin) -> (Vec<ast::File>, Problems) {
    let ids = match project::read(sources, origin) {
        Ok(ids) => ids,
        Err(problems) => return (Vec::new(), problems),
    };
    let mut problems = Problems::default();
    let mut files = Vec::with_capacity(ids.len());
    for id in ids {
        let (file, of_file) = syntax::parse_file(sources, id);
        problems.extend(of_file);
        files.push(file);
    }
    (files, problems)
}

/// Leaves out the definitions with errors, and then those that need them, until the rest is sound. What
/// is wrong is what the first look finds: later ones miss what was left out.
fn sound(
    sources: &Sources,
    mut files: Vec<ast::File>,
) -> (Vec<ast::File>, Option<Definitions>, Problems) {
    let mut told: Option<Problems> = None;
    loop {
        if files.iter().all(|file| file.definitions.is_empty()) {
            return (files, None, told.unwrap_or_default());
        }
        let (definitions, problems) = check::definitions(sources, &files);
        if definitions.is_some() {
            return (files, definitions, told.unwrap_or(problems));
        }
        let was_unread = files.iter().any(|file| !file.mistaken.is_empty());
        files.iter_mut().for_each(|file| file.mistaken.clear());
        let before = count(&files);
        for problem in problems.clone().sorted() {
            let Some(span) = problem.span.filter(|_| problem.severity == Severity::Error) else {
                continue;
            };
            for file in files.iter_mut().filter(|file| file.source == span.source) {
                file.definitions.retain(|definition| {
                    span.end <= definition.span.start || definition.span.end <= span.start
                });
            }
        }
        told.get_or_insert(problems);
        if before == count(&files) && !was_unread {
            return (Vec::new(), None, told.unwrap_or_default());
        }
    }
}
