//! What is asked: the targets of KPIs over complete months.

use crate::base::diagnostic::{Diagnostic, Problems, nearest};
use crate::base::source::{Sources, Span};
use crate::lang::analyze;
use crate::lang::format;
use crate::lang::model::{Definitions, Kpi, Query, Target};

/// One number that is judged: of a KPI, or of the rows that a target is for.
pub struct GateQuestion {
    pub kpi: String,
    pub title: String,
    pub part: Option<String>,
    /// Where the first target for these rows is defined.
    pub span: Span,
    pub(super) query: Query,
}

/// What is asked: each KPI's target over complete months. `only` names KPIs; all that have a target where it names none.
///
/// # Errors
///
/// A name that is no KPI, or one of a KPI without a target (K927).
pub fn questions(
    sources: &mut Sources,
    definitions: &Definitions,
    only: &[String],
    months: u32,
) -> Result<Vec<GateQuestion>, Problems> {
    let mut problems = Problems::default();
    for name in only {
        problems.extend(not_judged(definitions, name));
    }
    let is_asked = |kpi: &&Kpi| only.is_empty() || only.contains(&kpi.name);
    let mut questions: Vec<GateQuestion> = Vec::new();
    for kpi in definitions.kpis.iter().filter(is_asked) {
        for target in &kpi.targets {
            let part = &target.restrictions_written;
            let is_same = |other: &GateQuestion| other.kpi == kpi.name && other.part == *part;
            if questions.iter().any(is_same) {
                continue;
            }
            match question(sources, definitions, (kpi, target), months) {
                Ok(question) => questions.push(question),
                Err(of_query) => problems.extend(of_query),
            }
        }
    }
    if questions.is_empty() && problems.is_empty() {
        problems.extend(
            Diagnostic::data("K927", "no KPI of the definitions has a target")
                .help("add one to a KPI: `target at most 0`")
                .into(),
        );
    }
    match problems.has_errors() {
        true => Err(problems),
        false => Ok(questions),
    }
}

/// The query for a KPI, or the rows of it that a target is for, over complete months beside its targets.
pub fn series(kpi: &str, part: Option<&str>, months: u32) -> String {
    let filter = part.map_or_else(String::new, |part| format!(" where {part}"));
    let name = format::name(kpi);
    format!("{name}{filter} over month last {months} months versus target")
}

fn question(
    sources: &mut Sources,
    definitions: &Definitions,
    (kpi, target): (&Kpi, &Target),
    months: u32,
) -> Result<GateQuestion, Problems> {
    let part = &target.restrictions_written;
    let text = series(&kpi.name, part.as_deref(), months);
    let read = analyze::read(sources, definitions, "<gate>", &text)?;
    Ok(GateQuestion {
        kpi: kpi.name.clone(),
        title: kpi.title.clone().unwrap_or_else(|| kpi.name.clone()),
        part: part.clone(),
        span: target.span,
        query: read.query,
    })
}

/// Why a KPI named cannot be judged.
fn not_judged(definitions: &Definitions, name: &str) -> Problems {
    let judged = || {
        let kpis = definitions
            .kpis
            .iter()
            .filter(|kpi| !kpi.targets.is_empty());
        kpis.map(|kpi| kpi.name.as_str())
    };
    let problem = match definitions.kpi_named(name) {
        Some(id) if !definitions.kpis[id.0].targets.is_empty() => return Problems::default(),
        Some(_) => Diagnostic::data("K927", format!("`{name}` has no target")),
        None => Diagnostic::data("K927", format!("there is no KPI `{name}`")),
    };
    let near = nearest(name, judged()).filter(|_| definitions.kpi_named(name).is_none());
    match near {
        Some(near) => problem.help(format!("did you mean `{near}`?")).into(),
        None => {
            let names: Vec<&str> = judged().collect();
            problem
                .help(format!("these have targets: {}", names.join(", ")))
                .into()
        }
    }
}
