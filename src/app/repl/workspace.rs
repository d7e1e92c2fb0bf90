//! The definitions of a session: those of the folder, and those typed.

use std::collections::BTreeMap;
use std::ops::Range;

use super::sound::read;
use crate::base::diagnostic::Problems;
use crate::base::source::{SourceId, Sources, Span, Spanned};
use crate::lang::check;
use crate::lang::format;
use crate::lang::model::Definitions;
use crate::lang::project::ProjectOrigin;
use crate::lang::syntax::{self, ast};

/// Definitions that are sound, whatever else the folder holds.
pub struct Workspace {
    pub origin: ProjectOrigin,
    pub sources: Sources,
    pub definitions: Definitions,
    /// What was read from the origin, without the definitions that have mistakes.
    files: Vec<ast::File>,
    /// What was typed since, the latest last. Each is a file of its own.
    typed: Vec<ast::File>,
    /// How many definitions of the origin were left out because of mistakes.
    pub left_out: usize,
    /// Nothing of the origin was sound: these are those of the built-in library.
    pub is_stand_in: bool,
}

/// What came of reading the origin again.
#[derive(Default)]
pub struct Reloaded {
    pub problems: Problems,
    /// Mistakes would have lost definitions: the previous ones stay.
    pub is_kept: bool,
    pub added: usize,
    pub changed: usize,
    pub gone: usize,
}

/// What came of definitions that were typed.
pub struct AddedDefinitions {
    /// Kind and name of each: `kpi mttr`.
    pub names: Vec<String>,
    /// Those of them that stand in for others of the same name.
    pub replaced: Vec<String>,
    pub warnings: Problems,
}

impl Workspace {
    /// Reads the definitions of an origin. What has mistakes is left out; if nothing sound remains,
    /// the built-in library takes its place.
    pub fn open(origin: ProjectOrigin) -> (Workspace, Problems) {
        let mut sources = Sources::default();
        let read = read(&mut sources, &origin);
        let workspace = Workspace {
            origin,
            sources,
            definitions: read.definitions,
            files: read.files,
            typed: Vec::new(),
            left_out: read.left_out,
            is_stand_in: read.is_stand_in,
        };
        (workspace, read.problems)
    }

    /// Reads the origin again and keeps what was typed, as far as it still fits. If a mistake would
    /// lose a definition that was there, everything stays as it was.
    pub fn reload(&mut self) -> Reloaded {
        let before = self.texts();
        let read = read(&mut self.sources, &self.origin);
        let is_there = |name: &String| read.files.iter().any(|file| has(file, name));
        let lost = before.keys().filter(|name| !is_there(name)).count();
        let mut problems = read.problems;
        if problems.has_errors() && lost > 0 {
            return Reloaded {
                problems,
                is_kept: true,
                ..Reloaded::default()
            };
        }
        self.files = read.files;
        self.definitions = read.definitions;
        self.left_out = read.left_out;
        self.is_stand_in = read.is_stand_in;
        for typed in std::mem::take(&mut self.typed) {
            if let Err(of_typed) = self.put(typed) {
                problems.extend(of_typed);
            }
        }
        let after = self.texts();
        let changed = |(name, text): &(&String, &String)| {
            before.get(*name).is_some_and(|before| before != *text)
        };
        Reloaded {
            problems,
            is_kept: false,
            added: after
                .keys()
                .filter(|name| !before.contains_key(*name))
                .count(),
            changed: after.iter().filter(changed).count(),
            gone: before
                .keys()
                .filter(|name| !after.contains_key(*name))
                .count(),
        }
    }

    /// The definitions of the origin as they are written, by kind and name.
    fn texts(&self) -> BTreeMap<String, String> {
        let all = self.files.iter().flat_map(|file| &file.definitions);
        all.map(|tree| {
            let text = self.sources.slice(tree.span).to_string();
            (label(&tree.node), text)
        })
        .collect()
    }

    /// Checks definitions, in a text that messages call `name`, together with all others and adds
    /// them. One that has the name of another takes its place. With any mistake in them, nothing
    /// changes.
    pub fn add(&mut self, name: &str, text: &str) -> Result<AddedDefinitions, Problems> {
        let id = self.sources.add(name, text);
        let (file, problems) = syntax::parse_file(&self.sources, id);
        if problems.has_errors() {
            return Err(problems);
        }
        let names: Vec<String> = file
            .definitions
            .iter()
            .map(|definition| label(&definition.node))
            .collect();
        let known = self.labels();
        let replaced = names
            .iter()
            .filter(|name| known.contains(name))
            .cloned()
            .collect();
        let mut warnings = problems;
        warnings.extend(self.put(file)?);
        Ok(AddedDefinitions {
            names,
            replaced,
            warnings,
        })
    }

    /// The tree of a definition and the text it stands in, by kind and name: `kpi mttr`.
    pub fn tree(&self, wanted: &str) -> Option<(&ast::File, &Spanned<ast::Definition>)> {
        self.trees().find(|(_, tree)| label(&tree.node) == wanted)
    }

    /// All definitions with the texts they stand in: those of the origin, then those typed.
    pub fn trees(&self) -> impl Iterator<Item = (&ast::File, &Spanned<ast::Definition>)> {
        let all = self.files.iter().chain(&self.typed);
        all.flat_map(|file| file.definitions.iter().map(move |tree| (file, tree)))
    }

    /// Kind and name of every definition that has a name.
    pub fn labels(&self) -> Vec<String> {
        let all = self.files.iter().chain(&self.typed);
        all.flat_map(|file| &file.definitions)
            .map(|definition| label(&definition.node))
            .collect()
    }

    /// Whether a definition was typed in this session.
    pub fn is_typed(&self, source: SourceId) -> bool {
        self.typed.iter().any(|file| file.source == source)
    }

    /// The text of a definition typed in this session, in the one form it has and with its comments.
    pub fn typed_text(&self, wanted: &str) -> Option<String> {
        let (file, index) = self.typed.iter().find_map(|file| {
            let mut definitions = file.definitions.iter();
            let index = definitions.position(|tree| label(&tree.node) == wanted)?;
            Some((file, index))
        })?;
        let definition = &file.definitions[index];
        let text = &self.sources.get(file.source).text;
        let around = with_comments(text, definition.span);
        let is_own = |comment: &&ast::Comment| around.contains(&(comment.span.start as usize));
        let alone = ast::File {
            source: file.source,
            definitions: vec![definition.clone()],
            comments: file.comments.iter().filter(is_own).cloned().collect(),
            mistaken: Vec::new(),
        };
        Some(format::file(&self.sources, &alone))
    }

    /// Lets go of what was typed under a label: it stands in a file now.
    pub fn forget(&mut self, wanted: &str) {
        for file in &mut self.typed {
            file.definitions.retain(|tree| label(&tree.node) != wanted);
        }
        self.typed.retain(|file| !file.definitions.is_empty());
    }

    fn put(&mut self, file: ast::File) -> Result<Problems, Problems> {
        let names: Vec<String> = file
            .definitions
            .iter()
            .map(|definition| label(&definition.node))
            .collect();
        let without = |files: &[ast::File]| -> Vec<ast::File> {
            files.iter().map(|file| without(file, &names)).collect()
        };
        let (files, mut typed) = (without(&self.files), without(&self.typed));
        let source = file.source;
        typed.push(file);
        let all: Vec<ast::File> = files.iter().chain(&typed).cloned().collect();
        let (definitions, problems) = check::definitions(&self.sources, &all);
        match definitions {
            Some(definitions) => {
                self.definitions = definitions;
                self.files = files;
                self.typed = typed;
                self.typed.retain(|file| !file.definitions.is_empty());
                Ok(only(problems, source))
            }
            None => Err(problems),
        }
    }
}

/// Warnings about what was typed; the others were told when the session began.
fn only(problems: Problems, source: SourceId) -> Problems {
    let mut own = Problems::default();
    for problem in problems.sorted() {
        if problem.span.is_some_and(|span| span.source == source) {
            own.push(problem);
        }
    }
    own
}

fn has(file: &ast::File, name: &str) -> bool {
    let mut definitions = file.definitions.iter();
    definitions.any(|tree| label(&tree.node) == name)
}

fn without(file: &ast::File, names: &[String]) -> ast::File {
    let mut file = file.clone();
    file.definitions
        .retain(|definition| !names.contains(&label(&definition.node)));
    file
}

/// The stretch of a text that a definition and its comments take: those above it at the margin, those
/// inside and at the ends of its lines, and those below it that are indented or followed by nothing.
fn with_comments(text: &str, definition: Span) -> Range<usize> {
    let (start, end) = (definition.start as usize, definition.end as usize);
    let mut above = start;
    for line in text[..start].split_inclusive('\n').rev() {
        let is_comment = line.starts_with('#') || line.trim().is_empty();
        if !is_comment {
            break;
        }
        above -= line.len();
    }
    let rest = &text[end..];
    let mut lines = rest.split_inclusive('\n');
    let mut below = end + lines.next().map_or(0, str::len);
    let is_comment = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
    let is_last = text[below..].lines().all(is_comment);
    for line in lines {
        let is_indented = line.starts_with([' ', '\t']) || line.trim().is_empty();
        if !is_comment(line) || !(is_indented || is_last) {
            break;
        }
        below += line.len();
    }
    above..below
}

/// Kind and name: `kpi mttr`; a calendar has no name.
pub fn label(definition: &ast::Definition) -> String {
    match definition {
        ast::Definition::Calendar(_) => "calendar".to_string(),
        ast::Definition::Scale(tree) => format!("scale {}", tree.name.node),
        ast::Definition::Table(tree) => format!("table {}", tree.name.node),
        ast::Definition::Condition(tree) => format!("condition {}", tree.name.node),
        ast::Definition::Score(tree) => format!("score {}", tree.name.node),
        ast::Definition::Sla(tree) => format!("sla {}", tree.name.node),
        ast::Definition::Kpi(tree) => format!("kpi {}", tree.name.node),
        ast::Definition::View(tree) => format!("view {}", tree.name.node),
        ast::Definition::Dashboard(tree) => format!("dashboard {}", tree.name.node),
        ast::Definition::ReportSource(tree) => format!("source {}", tree.name.node),
        ast::Definition::Match(tree) => format!("match {}", tree.name.node),
        ast::Definition::Test(tree) => format!("test {}", tree.name.node),
    }
}
