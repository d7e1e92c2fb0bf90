//! A board for one team, one application, one of whatever its tables have a field for.

use std::collections::BTreeSet;

use super::{DashboardDraft, DraftCard};
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::base::source::Sources;
use crate::exec::query_context::QueryContext;
use crate::insight::profile::{self, Distribution};
use crate::lang::analyze;
use crate::lang::format;
use crate::lang::model::{Definitions, FieldId, FieldSource, Query, TableId};
use crate::lang::refine;
use crate::lang::syntax::{self, is_bare, quoted};

/// What a board is narrowed to: `team = payments`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoardFilter {
    pub field: String,
    pub value: String,
}

impl BoardFilter {
    fn clause(&self) -> String {
        let value = match is_bare(&self.value) || ["yes", "no"].contains(&self.value.as_str()) {
            true => self.value.clone(),
            false => quoted(&self.value.replace('\n', " ")).unwrap_or_default(),
        };
        format!("where {} = {value}", format::name(&self.field))
    }
}

/// The board with `where FIELD = VALUE` in every query that can have it. The other cards stay whole, and their
/// titles say so.
///
/// # Errors
///
/// No card can be narrowed so: no table has the field, or the value is none of its scale.
pub fn narrowed(
    sources: &mut Sources,
    definitions: &Definitions,
    draft: &DashboardDraft,
    filter: &BoardFilter,
) -> Result<DashboardDraft, Problems> {
    let mut narrow = draft.clone();
    narrow.title = format!("{}: {}", draft.title, filter.value);
    let mut refused: Vec<Problems> = Vec::new();
    let mut cards = 0;
    for card in narrow.layers.iter_mut().flat_map(|layer| &mut layer.cards) {
        cards += 1;
        match query(sources, definitions, card, filter) {
            Ok(query) => card.query = query,
            Err(problems) => {
                card.title = format!("{} (not by {})", card.title, filter.field);
                refused.push(problems);
            }
        }
    }
    if refused.len() < cards {
        return Ok(narrow);
    }
    if fields(definitions, &filter.field).is_empty() {
        return Err(unknown_field(definitions, &filter.field).into());
    }
    Err(refused.swap_remove(0))
}

fn query(
    sources: &mut Sources,
    definitions: &Definitions,
    card: &DraftCard,
    filter: &BoardFilter,
) -> Result<Query, Problems> {
    let whole = sources.add("<dashboard>", card.query.text.clone());
    let clause = sources.add("<dashboard>", filter.clause());
    let whole = syntax::parse_query(sources, whole)?;
    let clause = syntax::parse_query(sources, clause)?;
    let views = |name: &str| {
        let view = definitions.views.iter().find(|view| view.name == name)?;
        Some(view.tree.node.clone())
    };
    let joined = refine::joined(&whole.node, &clause.node, &views);
    let text = format::query(&joined.expect("clauses alone can be joined to any query"));
    Ok(analyze::read(sources, definitions, "<dashboard>", &text)?.query)
}

/// The values that a field has in the data, in order: those of a scale in its own, the highest first.
///
/// # Errors
///
/// No table has the field or a value of it; files that cannot be read.
pub fn values(context: &QueryContext, field: &str) -> Result<Vec<String>, Problems> {
    let definitions = context.definitions;
    let fields = fields(definitions, field);
    if fields.is_empty() {
        return Err(unknown_field(definitions, field).into());
    }
    let request = profile::request(definitions, &fields);
    let sources = context
        .usual_tables()?
        .borrow_mut()
        .sources(definitions, &request)?;
    let mut texts = BTreeSet::new();
    let mut ranked: Vec<String> = Vec::new();
    for id in fields {
        match profile::field(definitions, &sources, id)?.map(|profile| profile.spread) {
            Some(Distribution::Texts(found)) => {
                texts.extend(found.iter().map(|(text, _)| text.to_string()));
            }
            Some(Distribution::Ordered(found)) => {
                let found = found.into_iter().rev().filter(|(_, rows)| *rows > 0);
                let new = found
                    .map(|(value, _)| value)
                    .filter(|value| !ranked.contains(value));
                let new: Vec<String> = new.collect();
                ranked.extend(new);
            }
            Some(Distribution::Nothing | Distribution::Numbers(_) | Distribution::Dates(_))
            | None => {}
        }
    }
    ranked.extend(texts);
    match ranked.is_empty() {
        true => Err(
            Diagnostic::data("K911", format!("no row has a `{field}` to make a page for")).into(),
        ),
        false => Ok(ranked),
    }
}

/// The columns of this name, each in its own table.
fn fields(definitions: &Definitions, name: &str) -> Vec<FieldId> {
    let tables = (0..definitions.tables.len()).map(TableId);
    let named = tables.filter_map(|table| {
        let field = definitions.table(table).field_named(name)?;
        Some(FieldId { table, field })
    });
    let is_column = |id: &FieldId| matches!(definitions.field(*id).source, FieldSource::Column(_));
    named.filter(is_column).collect()
}

fn unknown_field(definitions: &Definitions, name: &str) -> Diagnostic {
    let tables = definitions.tables.iter();
    let names = tables.flat_map(|table| table.fields.iter().map(|field| field.name.as_str()));
    let near = crate::base::diagnostic::nearest(name, names);
    let problem = Diagnostic::data("K911", format!("no table has a field `{name}`"));
    match near {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem.help("name a field of the tables: team, app, criticality"),
    }
}
