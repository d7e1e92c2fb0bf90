//! `\\test`: runs the definitions' tests, those typed in the session with them.

use super::{ArgumentKind, SessionCommand};
use crate::app::repl::reply::Reply;
use crate::app::repl::session::Session;
use crate::base::diagnostic::{Diagnostic, Fault, Problems, nearest};
use crate::insight::testing;
use crate::lang::model::{Definitions, Test};

pub(super) const TEST: SessionCommand = SessionCommand {
    name: "test",
    arguments: "[NAME]",
    help: "run the tests, or those about a KPI",
    takes: &[ArgumentKind::Kpi],
    run: test,
};

fn test(session: &mut Session, arguments: &str) -> Result<Reply, Problems> {
    let workspace = &session.workspace;
    let definitions = &workspace.definitions;
    let is_wanted = |test: &&Test| arguments.is_empty() || testing::is_about(test, arguments);
    let selected: Vec<&Test> = definitions.tests.iter().filter(is_wanted).collect();
    if selected.is_empty() {
        return Err(none_about(definitions, arguments).into());
    }
    let mut text = String::new();
    let mut failed = 0;
    for test in &selected {
        let outcome = testing::outcome(definitions, test);
        failed += usize::from(!outcome.passed());
        text += &testing::report(&workspace.sources, session.settings.look, test, &outcome);
    }
    text += &testing::closing_line(definitions, selected.len(), failed);
    Ok(Reply {
        fault: (failed > 0).then_some(Fault::Mistake),
        ..Reply::shown(text)
    })
}

fn none_about(definitions: &Definitions, name: &str) -> Diagnostic {
    let what = match name {
        "" => "there is no test".to_string(),
        name => format!("no test is about `{name}`"),
    };
    let problem = Diagnostic::data("K979", what);
    let mut kpis = definitions.kpis.iter().map(|kpi| kpi.name.as_str());
    let is_kpi = kpis.clone().any(|kpi| kpi == name);
    if let (false, Some(near)) = (is_kpi, nearest(name, &mut kpis)) {
        return problem.help(format!("did you mean `{near}`?"));
    }
    problem.help(
        "write one: test \"what must hold\", then `given TABLE` and `expect QUERY` with their rows",
    )
}
