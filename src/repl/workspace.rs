//! The definitions of a session: those of the folder, and those typed.

use crate::check;
use crate::diagnostic::{Problems, Severity};
use crate::model::Definitions;
use crate::project::{self, Origin};
use crate::source::{SourceId, Sources, Spanned};
use crate::syntax::{self, ast};

/// Definitions that are sound, whatever else the folder holds.
pub struct Workspace {
    pub origin: Origin,
    pub sources: Sources,
    pub definitions: Definitions,
    /// What was read from the origin, without the definitions that have mistakes.
    files: Vec<ast::File>,
    /// What was typed since, the latest last. Each is a file of its own.
    typed: Vec<ast::File>,
}

/// What came of definitions that were typed.
pub struct Added {
    /// Kind and name of each: `kpi mttr`.
    pub names: Vec<String>,
    /// Those of them that stand in for others of the same name.
    pub replaced: Vec<String>,
    pub warnings: Problems,
}

impl Workspace {
    /// Reads the definitions of an origin. What has mistakes is left out; if nothing sound remains,
    /// the built-in library takes its place.
    pub fn open(origin: Origin) -> (Workspace, Problems) {
        let mut sources = Sources::default();
        let (files, definitions, problems) = read(&mut sources, &origin);
        let workspace = Workspace {
            origin,
            sources,
            definitions,
            files,
            typed: Vec::new(),
        };
        (workspace, problems)
    }

    /// Reads the origin again and keeps what was typed, as far as it still fits.
    pub fn reload(&mut self) -> Problems {
        let (files, definitions, mut problems) = read(&mut self.sources, &self.origin);
        self.files = files;
        self.definitions = definitions;
        for typed in std::mem::take(&mut self.typed) {
            if let Err(of_typed) = self.put(typed) {
                problems.extend(of_typed);
            }
        }
        problems
    }

    /// Checks definitions together with all others and adds them. One that has the name of another
    /// takes its place. With any mistake in them, nothing changes.
    pub fn add(&mut self, text: &str) -> Result<Added, Problems> {
        let id = self.sources.add("<typed>", text);
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
        Ok(Added {
            names,
            replaced,
            warnings,
        })
    }

    /// The tree of a definition and the text it stands in, by kind and name: `kpi mttr`.
    pub fn tree(&self, wanted: &str) -> Option<(&ast::File, &Spanned<ast::Definition>)> {
        let all = self.files.iter().chain(&self.typed);
        all.flat_map(|file| file.definitions.iter().map(move |tree| (file, tree)))
            .find(|(_, tree)| label(&tree.node) == wanted)
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
        typed.push(file);
        let all: Vec<ast::File> = files.iter().chain(&typed).cloned().collect();
        let (definitions, problems) = check::definitions(&self.sources, &all);
        match definitions {
            Some(definitions) => {
                self.definitions = definitions;
                self.files = files;
                self.typed = typed;
                self.typed.retain(|file| !file.definitions.is_empty());
                Ok(only(problems, &names, &self.sources))
            }
            None => Err(problems),
        }
    }
}

/// Warnings about what was typed; the others were told when the session began.
fn only(problems: Problems, _names: &[String], sources: &Sources) -> Problems {
    let mut own = Problems::default();
    for problem in problems.sorted() {
        let is_own = problem
            .span
            .is_some_and(|span| sources.get(span.source).name == "<typed>");
        if is_own {
            own.push(problem);
        }
    }
    own
}

fn without(file: &ast::File, names: &[String]) -> ast::File {
    let mut file = file.clone();
    file.definitions
        .retain(|definition| !names.contains(&label(&definition.node)));
    file
}

/// Kind and name: `kpi mttr`; a calendar has no name.
fn label(definition: &ast::Definition) -> String {
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
        ast::Definition::Source(tree) => format!("source {}", tree.name.node),
        ast::Definition::Match(tree) => format!("match {}", tree.name.node),
        ast::Definition::Test(tree) => format!("test {}", tree.name.node),
    }
}

fn read(sources: &mut Sources, origin: &Origin) -> (Vec<ast::File>, Definitions, Problems) {
    let (files, mut problems) = parse(sources, origin);
    let (files, definitions, of_checking) = sound(sources, files);
    problems.extend(of_checking);
    match definitions {
        Some(definitions) => (files, definitions, problems),
        None => {
            let (library, _) = parse(sources, &Origin::Library);
            let (library, definitions, _) = sound(sources, library);
            let definitions = definitions.expect("the built-in library is sound");
            (library, definitions, problems)
        }
    }
}

fn parse(sources: &mut Sources, origin: &Origin) -> (Vec<ast::File>, Problems) {
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

/// Leaves out the definitions with errors, and then those that need them, until the rest is sound.
fn sound(
    sources: &Sources,
    mut files: Vec<ast::File>,
) -> (Vec<ast::File>, Option<Definitions>, Problems) {
    let mut found = Problems::default();
    loop {
        if files.iter().all(|file| file.definitions.is_empty()) {
            return (files, None, found);
        }
        let (definitions, problems) = check::definitions(sources, &files);
        if definitions.is_some() {
            found.extend(problems);
            return (files, definitions, found);
        }
        let before: usize = files.iter().map(|file| file.definitions.len()).sum();
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
        found.extend(problems);
        let after: usize = files.iter().map(|file| file.definitions.len()).sum();
        if before == after {
            return (Vec::new(), None, found);
        }
    }
}
