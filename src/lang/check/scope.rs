//! What names mean while definitions and queries are checked.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::types::{FieldType, Scale};
use crate::lang::model::{Definitions, Kpi, KpiId, Table, TableId, View};
use crate::lang::syntax::ast;

/// The definitions known so far, and how to find them.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub model: &'a Definitions,
    pub known: &'a KnownNames,
    /// Whether what is checked is asked of periods: a KPI always is, a query that names one.
    pub has_period: bool,
}

/// Names that are looked up often, and names that are not to be reported as unknown because their
/// definition has an error of its own.
#[derive(Default)]
pub(super) struct KnownNames {
    pub kpis: BTreeMap<String, KpiId>,
    broken: BTreeSet<(ReferenceKind, String)>,
    /// Fields, events and states.
    broken_nouns: BTreeSet<(TableId, String)>,
    /// An SLA names no known table, so its nouns may be missing anywhere.
    pub sla_without_table: bool,
}

/// The kinds of definitions that others refer to by name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum ReferenceKind {
    Scale,
    Table,
    Condition,
    Score,
    Kpi,
    View,
}

impl ReferenceKind {
    const ALL: [ReferenceKind; 6] = [
        ReferenceKind::Scale,
        ReferenceKind::Table,
        ReferenceKind::Condition,
        ReferenceKind::Score,
        ReferenceKind::Kpi,
        ReferenceKind::View,
    ];
}

impl KnownNames {
    /// The names of definitions that have no errors.
    pub fn of(model: &Definitions) -> Self {
        let ids = model.kpis.iter().enumerate();
        KnownNames {
            kpis: ids
                .map(|(index, kpi)| (kpi.name.clone(), KpiId(index)))
                .collect(),
            ..KnownNames::default()
        }
    }

    /// Notes that a definition of this name exists and is wrong.
    pub fn break_name(&mut self, kind: ReferenceKind, name: &str) {
        self.broken.insert((kind, name.to_owned()));
    }

    /// Notes that a definition could not be read. Of an unknown kind, its name may be anything's.
    pub fn break_unread(&mut self, unread: &ast::MistakenDefinition) {
        let kinds = match unread.kind {
            Some("scale") => &[ReferenceKind::Scale][..],
            Some("table") => &[ReferenceKind::Table],
            Some("condition") => &[ReferenceKind::Condition],
            Some("score") => &[ReferenceKind::Score],
            Some("kpi") => &[ReferenceKind::Kpi],
            Some("view") => &[ReferenceKind::View],
            Some("sla") => {
                self.sla_without_table = true;
                &[]
            }
            Some(_) => &[],
            None => &ReferenceKind::ALL,
        };
        for (kind, name) in kinds.iter().zip(unread.name.iter().cycle()) {
            self.break_name(*kind, name);
        }
    }

    /// Notes that a field, event or state of this name exists and is wrong.
    pub fn break_noun(&mut self, table: TableId, name: &str) {
        self.broken_nouns.insert((table, name.to_owned()));
    }

    /// Notes that a KPI has been found right.
    pub fn mend_kpi(&mut self, name: &str, id: KpiId) {
        self.broken.remove(&(ReferenceKind::Kpi, name.to_owned()));
        self.kpis.insert(name.to_owned(), id);
    }

    /// Notes that a named condition has been found right.
    pub fn mend_condition(&mut self, name: &str) {
        self.broken
            .remove(&(ReferenceKind::Condition, name.to_owned()));
    }

    /// Whether any definition or noun was found wrong.
    pub fn has_broken(&self) -> bool {
        self.sla_without_table || !self.broken.is_empty() || !self.broken_nouns.is_empty()
    }

    pub fn is_broken(&self, kind: ReferenceKind, name: &str) -> bool {
        !self.broken.is_empty() && self.broken.contains(&(kind, name.to_owned()))
    }

    pub fn is_broken_noun(&self, table: TableId, name: &str) -> bool {
        let of_sla = ["due_at", "due", "breached", "overdue"]
            .iter()
            .any(|noun| name == *noun || name.ends_with(&format!("_{noun}")));
        (self.sla_without_table && of_sla) || self.broken_nouns.contains(&(table, name.to_owned()))
    }
}

impl<'a> Scope<'a> {
    pub fn of(model: &'a Definitions, known: &'a KnownNames) -> Scope<'a> {
        Scope {
            model,
            known,
            has_period: false,
        }
    }

    /// The same for what is asked of periods, or not.
    pub fn with_period(self, has_period: bool) -> Scope<'a> {
        Scope { has_period, ..self }
    }

    pub fn table(self, id: TableId) -> &'a Table {
        self.model.table(id)
    }

    /// A KPI without errors.
    pub fn kpi(self, name: &str) -> Option<KpiId> {
        let id = self.known.kpis.get(name).copied()?;
        (!self.known.is_broken(ReferenceKind::Kpi, name)).then_some(id)
    }

    pub fn kpi_at(self, id: KpiId) -> &'a Kpi {
        &self.model.kpis[id.0]
    }

    pub fn view(self, name: &str) -> Option<&'a View> {
        self.model.views.iter().find(|view| view.name == name)
    }

    /// A scale as its definition writes it and where that is, for a help line.
    pub fn cite_scale(self, scale: &Scale) -> String {
        match self.model.places.get(&format!("scale {}", scale.name)) {
            Some(place) => format!("{scale} ({place})"),
            None => scale.to_string(),
        }
    }

    /// What a table offers and where it is defined, for a help line: `findings has … (place)`.
    pub fn cite_table(self, id: TableId, offers: &str) -> String {
        let name = &self.table(id).name;
        match self.model.places.get(&format!("table {name}")) {
            Some(place) => format!("{name} has {offers} ({place})"),
            None => format!("{name} has {offers}"),
        }
    }

    /// Declared fields of a table first, then keys and times.
    pub fn field_names(self, id: TableId) -> Vec<&'a str> {
        let fields = &self.table(id).fields;
        let (declared, others): (Vec<_>, Vec<_>) = fields.iter().partition(|field| field.declared);
        declared
            .into_iter()
            .chain(others)
            .map(|field| field.name.as_str())
            .collect()
    }

    /// The type of a field, by its place.
    pub fn field_type(self, field: crate::lang::model::FieldId) -> &'a FieldType {
        &self.model.field(field).field_type
    }

    pub fn field_name(self, field: crate::lang::model::FieldId) -> &'a str {
        &self.model.field(field).name
    }
}
