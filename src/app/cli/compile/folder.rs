//! `riskql compile --all`: a file for each KPI, and `schema.yml` with the meaning of their columns.
//!
//! Files are written over only where this command wrote them, and those of KPIs that are gone are removed.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::columns::{self, DescribedFile};
use super::{over_files, reads_what_is_given, without_data, written};
use crate::app::cli::args::CompileArguments;
use crate::app::cli::console::{Console, takes_results, write_result};
use crate::app::cli::failure::Failure;
use crate::app::cli::workspace;
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::exec::query_context;
use crate::exec::sql;
use crate::lang::analyze;
use crate::lang::format;
use crate::lang::model::{Definitions, Kpi, Query, Subject};
use crate::render;

/// What this command's files begin with, behind the sign of a comment.
const MARK: &str = " written by riskql compile --all\n";

/// The file that describes the others.
const SCHEMA: &str = "schema.yml";

/// A KPI and its query.
struct KpiQuery<'d> {
    kpi: &'d Kpi,
    query: Query,
}

/// Writes the files of the KPIs that have a statement; then tells why others have none.
pub fn run(
    console: &mut Console,
    arguments: &CompileArguments,
    defs: Option<&Path>,
) -> Result<(), Failure> {
    let definitions = workspace::definitions(console, defs)?;
    let clauses = arguments.query.join(" ");
    let folder = arguments.output.as_deref();
    let folder = folder.expect("--all asks for --output");
    let command = match clauses.trim() {
        "" => format!("compile --all -o {}", folder.display()),
        clauses => format!("compile --all \"{clauses}\" -o {}", folder.display()),
    };
    reads_what_is_given(arguments, &command)?;
    let (queries, refused) = queries(console, &definitions, &clauses)?;
    let instants = workspace::instants(console, &definitions, &arguments.data)?;
    let context = workspace::context(console, &definitions, &arguments.data, instants)?;
    let mut files = Vec::new();
    let mut described = Vec::new();
    let lacking = match arguments.data.given() {
        true => {
            let asked: Vec<&Query> = queries.iter().map(|asked| &asked.query).collect();
            query_context::unanswerable(&asked, &context)?
        }
        false => vec![None; queries.len()],
    };
    for (KpiQuery { kpi, query }, lacking) in queries.iter().zip(lacking) {
        if let Some(reason) = lacking {
            console.note(&format!("{} left out: {reason}", kpi.name));
            continue;
        }
        let statement = match arguments.data.given() {
            true => over_files(console, arguments.dialect, &context, query)?,
            false => {
                let given = without_data(arguments.dialect, &context, query, &command)?;
                written(arguments.dialect, &context, query, &given, None)?
            }
        };
        let stem = file_stem(&kpi.name, &described);
        let text = statement.trim_end().trim_end_matches(';');
        files.push((format!("{stem}.sql"), format!("--{MARK}{text}\n")));
        described.push(DescribedFile {
            columns: columns::of(&definitions, kpi, query),
            about: columns::about(kpi),
            stem,
        });
    }
    files.push((
        SCHEMA.to_string(),
        format!("#{MARK}{}", columns::schema(&described)),
    ));
    write(folder, &files)?;
    console.show(&format!(
        "wrote {} and {SCHEMA} to {}\n",
        render::counted(described.len() as u64, "statement", "statements"),
        folder.display()
    ))?;
    match refused.has_errors() {
        true => Err(refused.into()),
        false => Ok(()),
    }
}

/// The queries of the KPIs that clauses fit, and why others have none.
fn queries<'d>(
    console: &mut Console,
    definitions: &'d Definitions,
    clauses: &str,
) -> Result<(Vec<KpiQuery<'d>>, Problems), Failure> {
    let names = names(console, definitions, clauses)?;
    let mut queries = Vec::new();
    let mut refused = Problems::default();
    for kpi in definitions.kpis.iter() {
        if !names.contains(kpi.name.as_str()) {
            continue;
        }
        let text = format!("{} {clauses}", format::name(&kpi.name));
        match analyze::read(&mut console.sources, definitions, "<query>", text.trim()) {
            Ok(question) => match sql::refusal(&question.query) {
                Some(problem) => refused.push(problem),
                None => queries.push(KpiQuery {
                    kpi,
                    query: question.query,
                }),
            },
            Err(problems) => refused.extend(problems),
        }
    }
    Ok((queries, refused))
}

/// The KPIs that clauses fit: of a dimension that not every KPI has, those that have it.
fn names(
    console: &mut Console,
    definitions: &Definitions,
    clauses: &str,
) -> Result<BTreeSet<String>, Failure> {
    if clauses.trim().is_empty() {
        return Ok(definitions
            .kpis
            .iter()
            .map(|kpi| kpi.name.clone())
            .collect());
    }
    let question = workspace::query(console, definitions, clauses)?;
    let Subject::Values(values) = &question.query.subject else {
        return Err(names_something(clauses).into());
    };
    if !question.is_everything() {
        return Err(names_something(clauses).into());
    }
    for (kpi, reason) in &values.left_out {
        console.note(&format!("{kpi} left out: {reason}"));
    }
    Ok(values
        .columns
        .iter()
        .map(|column| column.name.clone())
        .collect())
}

fn names_something(clauses: &str) -> Diagnostic {
    let message = format!("`compile --all` is about every KPI, and `{clauses}` asks for something");
    let options = "--dialect postgres --as-of 2026-03-31";
    Diagnostic::data("K935", message)
        .help(format!(
            "write clauses alone: riskql compile --all \"over month last 12 months\" {options} -o models"
        ))
        .help(format!("or leave --all out: riskql compile \"mttr by team\" {options}"))
}

/// The name of a KPI as a name of a file and of a view: small letters, digits and `_`, no name twice.
fn file_stem(name: &str, others: &[DescribedFile]) -> String {
    let simple = |letter: char| match letter.is_ascii_alphanumeric() {
        true => letter.to_ascii_lowercase(),
        false => '_',
    };
    let plain: String = name.chars().map(simple).collect();
    let is_free = |stem: &String| others.iter().all(|file| file.stem != *stem);
    let numbered = (2..).map(|number| format!("{plain}_{number}"));
    let mut stems = std::iter::once(plain.clone()).chain(numbered);
    stems.find(is_free).expect("numbers do not end")
}

/// Writes the files, if none is in the place of one that somebody else wrote, and removes those of before.
fn write(folder: &Path, files: &[(String, String)]) -> Result<(), Failure> {
    takes_results(folder)?;
    fs::create_dir_all(folder).map_err(|error| cannot("create", folder, &error))?;
    let mut problems = Problems::default();
    for (name, _) in files {
        let path = folder.join(name);
        if path.exists() && !is_own(&path) {
            problems.push(
                Diagnostic::data(
                    "K934",
                    format!(
                        "`{}` was not written by this command and would be lost",
                        path.display()
                    ),
                )
                .help("move it away, or name another folder with --output"),
            );
        }
    }
    if problems.has_errors() {
        return Err(problems.into());
    }
    for (name, text) in files {
        write_result(&folder.join(name), text.as_bytes())?;
    }
    let entries = fs::read_dir(folder).map_err(|error| cannot("read", folder, &error))?;
    for entry in entries {
        let entry = entry.map_err(|error| cannot("read", folder, &error))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = entry.path();
        let is_of_now = files.iter().any(|(own, _)| *own == name);
        if name.ends_with(".sql") && !is_of_now && is_own(&path) {
            fs::remove_file(&path).map_err(|error| cannot("remove", &path, &error))?;
        }
    }
    Ok(())
}

/// Whether a file begins as this command's do.
fn is_own(path: &Path) -> bool {
    let begins = |text: &str| {
        let behind = text.trim_start_matches(['-', '#']);
        behind.starts_with(MARK)
    };
    path.is_file() && fs::read_to_string(path).is_ok_and(|text| begins(&text))
}

fn cannot(what: &str, path: &Path, error: &std::io::Error) -> Failure {
    Diagnostic::data(
        "D902",
        format!("cannot {what} `{}`: {error}", path.display()),
    )
    .into()
}
