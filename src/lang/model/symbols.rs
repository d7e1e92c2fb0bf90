//! The symbol table: every name that definitions give, and every place where one is used.

use std::collections::BTreeMap;

use crate::base::source::Span;

/// Index into [`SymbolTable::symbols`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct SymbolId(pub usize);

/// What a name names.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum SymbolKind {
    Scale,
    Table,
    /// A column of a table's file.
    Column,
    /// A field of a table that is in no file of it: looked up in a parent, or made by an SLA.
    Field,
    Event,
    State,
    Condition,
    Score,
    Sla,
    Kpi,
    View,
    Dashboard,
    Source,
    Match,
    Test,
}

impl SymbolKind {
    /// All kinds, in the order in which data flows.
    pub const ALL: [SymbolKind; 15] = [
        SymbolKind::Scale,
        SymbolKind::Table,
        SymbolKind::Column,
        SymbolKind::Field,
        SymbolKind::Event,
        SymbolKind::State,
        SymbolKind::Condition,
        SymbolKind::Score,
        SymbolKind::Sla,
        SymbolKind::Kpi,
        SymbolKind::View,
        SymbolKind::Dashboard,
        SymbolKind::Source,
        SymbolKind::Match,
        SymbolKind::Test,
    ];

    /// The kinds before this one, in the order in which data flows.
    pub const fn before(self) -> &'static [SymbolKind] {
        let all: &'static [SymbolKind] = &SymbolKind::ALL;
        all.split_at(self as usize).0
    }

    pub fn word(self) -> &'static str {
        match self {
            SymbolKind::Scale => "scale",
            SymbolKind::Table => "table",
            SymbolKind::Column => "column",
            SymbolKind::Field => "field",
            SymbolKind::Event => "event",
            SymbolKind::State => "state",
            SymbolKind::Condition => "condition",
            SymbolKind::Score => "score",
            SymbolKind::Sla => "sla",
            SymbolKind::Kpi => "kpi",
            SymbolKind::View => "view",
            SymbolKind::Dashboard => "dashboard",
            SymbolKind::Source => "source",
            SymbolKind::Match => "match",
            SymbolKind::Test => "test",
        }
    }

    /// The kind that a word asks for. `field` and `column` are both asked for by either word.
    pub fn is_called(self, word: &str) -> bool {
        match self {
            SymbolKind::Column | SymbolKind::Field => matches!(word, "column" | "field"),
            _ => self.word() == word,
        }
    }
}

/// Something with a name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Symbol {
    pub kind: SymbolKind,
    /// The table of a column, field, event or state.
    pub table: Option<String>,
    pub name: String,
    pub title: Option<String>,
    /// The names that define it: one for each version of a score or an SLA; none of a column that is only used, and of
    /// what an SLA adds to its table.
    pub names: Vec<Span>,
    /// Where a reader finds it.
    pub place: Span,
}

impl Symbol {
    /// `mttr`, `findings.severity`.
    pub fn path(&self) -> String {
        match &self.table {
            Some(table) => format!("{table}.{}", self.name),
            None => self.name.clone(),
        }
    }

    /// `kpi mttr`, `column findings.severity`.
    pub fn label(&self) -> String {
        format!("{} {}", self.kind.word(), self.path())
    }
}

/// How a use writes the name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NameForm {
    /// As it is.
    Name,
    /// One row of a table: `asset` of `assets`.
    Singular,
    /// A part of a word that is made of names: `found` of `time_since_found`.
    Part,
    /// In the header of a grid, with what may follow a name there: `mttr_status`.
    Cell { suffix: String },
}

/// A place that names a symbol, or a dependency that no name says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NameUse {
    /// `None`: nothing is written, as where a query of every KPI uses all of them.
    pub span: Option<Span>,
    pub form: NameForm,
    pub symbol: SymbolId,
    /// The definition that the name stands in.
    pub user: SymbolId,
    /// Whether the user depends on it. A name that only says which of several is meant, such as `findings` in
    /// `findings.severity`, is no dependency.
    pub is_dependency: bool,
}

/// Names and their uses, over all definitions of a project.
#[derive(Clone, Debug, Default)]
pub struct SymbolTable {
    /// Indexed by [`SymbolId`]; by kind, and within one in the order of the definitions.
    pub symbols: Vec<Symbol>,
    /// In the order in which definitions are read; a place may name several symbols, such as a dimension of two
    /// tables.
    pub uses: Vec<NameUse>,
    ids: BTreeMap<(SymbolKind, Option<String>, String), SymbolId>,
}

impl SymbolTable {
    /// Adds a symbol. One of the same kind, table and name is another version of it: its names are added.
    pub fn add(&mut self, symbol: Symbol) -> SymbolId {
        let key = (symbol.kind, symbol.table.clone(), symbol.name.clone());
        if let Some(id) = self.ids.get(&key) {
            self.symbols[id.0].names.extend(symbol.names);
            return *id;
        }
        let id = SymbolId(self.symbols.len());
        self.symbols.push(symbol);
        self.ids.insert(key, id);
        id
    }

    pub fn get(&self, id: SymbolId) -> &Symbol {
        &self.symbols[id.0]
    }

    /// All symbols with their ids.
    pub fn iter(&self) -> impl Iterator<Item = (SymbolId, &Symbol)> {
        let symbols = self.symbols.iter().enumerate();
        symbols.map(|(index, symbol)| (SymbolId(index), symbol))
    }

    pub fn find(&self, kind: SymbolKind, table: Option<&str>, name: &str) -> Option<SymbolId> {
        let key = (kind, table.map(str::to_owned), name.to_owned());
        self.ids.get(&key).copied()
    }
}
