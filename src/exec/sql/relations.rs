//! Relations → SELECTs. Steps that one SELECT can hold are put into one; the others become named parts of the
//! statement, so that nothing is nested.

use std::collections::{BTreeMap, BTreeSet};

use super::StatementInput;
use super::axes::AxisTables;
use super::dialects::SqlDialect;
use super::select::{Select, SelectColumn, TableExpression, bare};
use super::tables::{TableFiles, TableNames};
use crate::lang::model::{Definitions, TableId};
use crate::plan::relation::{Expression, Name, Relation, SharedRelation};

/// Translates relations; what they share becomes one part of the statement.
pub(super) struct Translator<'a> {
    pub dialect: &'static dyn SqlDialect,
    pub definitions: &'a Definitions,
    pub files: Option<&'a TableFiles>,
    /// Where the tables of a database are, if they are not as the model has them.
    pub names: Option<&'a TableNames>,
    pub axes: AxisTables,
    pub parts: Vec<TableExpression>,
    /// Names that parts cannot have: those of tables, and of parts that are there.
    taken: BTreeSet<String>,
    known: Vec<(SharedRelation, Select)>,
    /// Columns read of each table, and whether its rows are numbered.
    pub(super) scanned: Scanned,
    /// Tables with their columns converted.
    pub(super) typed: BTreeMap<TableId, Select>,
    /// The table of points that the cube being translated runs along.
    pub points: PointTable,
    /// What is said above the next part.
    pub remarks: Vec<String>,
    /// The name of the cube that is being translated; none while the rows of tables are.
    pub subject: String,
}

/// By table the columns that are read, and whether rows are numbered.
pub(super) type Scanned = BTreeMap<TableId, (BTreeSet<Name>, bool)>;

/// A table of points.
#[derive(Clone, Default, Debug)]
pub(super) struct PointTable {
    pub table: String,
    /// Whether some of its rows are of periods that cannot be read.
    pub has_unreadable: bool,
}

impl<'a> Translator<'a> {
    pub fn new(question: &StatementInput<'a>, axes: AxisTables) -> Translator<'a> {
        Translator {
            files: question.files,
            ..Translator::over(question.dialect, question.definitions, axes)
        }
    }

    /// Over tables of a database.
    pub fn over(
        dialect: &'static dyn SqlDialect,
        definitions: &'a Definitions,
        axes: AxisTables,
    ) -> Translator<'a> {
        let tables = definitions.tables.iter();
        let tables = tables.map(|table| table.name.to_lowercase());
        Translator {
            dialect,
            definitions,
            files: None,
            names: None,
            axes,
            parts: Vec::new(),
            taken: tables.chain([super::axes::PERIODS.to_string()]).collect(),
            known: Vec::new(),
            scanned: BTreeMap::new(),
            typed: BTreeMap::new(),
            points: PointTable::default(),
            remarks: Vec::new(),
            subject: String::new(),
        }
    }

    /// Notes what relations read, so that each table is read once.
    pub fn note_scans(&mut self, relation: &Relation) {
        if let Relation::Scan {
            table,
            columns,
            row_number,
            ..
        } = relation
        {
            let (known, is_numbered) = self.scanned.entry(*table).or_default();
            known.extend(columns.iter().cloned());
            *is_numbered |= row_number.is_some();
        }
        relation
            .inputs()
            .into_iter()
            .for_each(|input| self.note_scans(input));
    }

    /// Adds a part to the statement; gives what selects from it.
    pub fn part(&mut self, hint: &str, select: &Select) -> Select {
        self.part_of(hint, select.text(), &select.columns)
    }

    /// The same of a text that gives these columns.
    pub fn part_of(&mut self, hint: &str, body: String, columns: &[SelectColumn]) -> Select {
        let name = self.free_name(&hint.replace(['"', '`'], ""));
        self.parts.push(TableExpression {
            comments: std::mem::take(&mut self.remarks),
            name: name.clone(),
            body,
        });
        Select::from(self.dialect, &name, columns)
    }

    fn free_name(&mut self, hint: &str) -> String {
        let numbered = (2..).map(|number| format!("{hint}_{number}"));
        let mut names = std::iter::once(hint.to_string()).chain(numbered);
        let free = names.find(|name| self.taken.insert(name.to_lowercase()));
        free.expect("there are more numbers than parts")
    }

    /// A relation as a SELECT.
    pub fn select(&mut self, relation: &Relation) -> Select {
        match relation {
            Relation::Filter { input, predicate } => self.filter(input, predicate),
            Relation::Project { input, columns } => self.project(input, columns, false),
            Relation::Extend { input, columns } => self.project(input, columns, true),
            Relation::Union { inputs } => self.union(inputs),
            Relation::Sort { input, keys } => self.sort(input, keys),
            Relation::Limit { input, rows } => {
                let mut select = self.shared(input);
                select.limit = Some(*rows);
                select
            }
            Relation::Named { name, input } => {
                let select = self.shared(input);
                self.part(name, &select)
            }
            Relation::Scan { .. }
            | Relation::Join { .. }
            | Relation::Aggregate { .. }
            | Relation::Running { .. }
            | Relation::Expand { .. }
            | Relation::Unnest { .. } => self.other(relation),
        }
    }

    /// Relations that change which rows there are.
    fn other(&mut self, relation: &Relation) -> Select {
        match relation {
            Relation::Scan {
                table,
                columns,
                row_number,
                ..
            } => self.scan(*table, columns, row_number.as_ref()),
            Relation::Join {
                left,
                right,
                on,
                kind,
            } => self.join(left, right, on, *kind),
            Relation::Aggregate {
                input,
                keys,
                aggregates,
            } => self.aggregate(input, keys, aggregates),
            Relation::Running {
                input,
                partition,
                order,
                columns,
            } => self.running(input, partition, order, columns),
            Relation::Expand {
                input,
                low,
                high,
                into,
            } => self.expand(input, low, high, into),
            Relation::Unnest {
                input,
                ranges,
                low,
                high,
                value,
            } => self.unnest(input, ranges, (low, high), value.as_deref()),
            _ => unreachable!("`select` has the others"),
        }
    }

    /// A relation that others may read too: a named one is translated once.
    pub fn shared(&mut self, relation: &SharedRelation) -> Select {
        let known = self.known.iter().find(|(known, _)| known == relation);
        if let Some((_, select)) = known {
            return select.clone();
        }
        let select = self.select(relation);
        if matches!(relation.as_ref(), Relation::Named { .. }) {
            self.known.push((relation.clone(), select.clone()));
        }
        select
    }

    /// A relation as a part of its own, made once.
    pub(super) fn source(&mut self, relation: &SharedRelation, hint: &str) -> Select {
        let known = self.known.iter().find(|(known, _)| known == relation);
        if let Some((_, select)) = known {
            return select.clone();
        }
        let select = self.select(relation);
        let select = self.closed(select, hint);
        self.known.push((relation.clone(), select.clone()));
        select
    }

    /// What selects from a SELECT; itself if it only selects whole columns of a part.
    fn closed(&mut self, select: Select, hint: &str) -> Select {
        match select.is_bare() {
            true => select,
            false => self.part(hint, &select),
        }
    }

    /// A SELECT in which expressions over these columns can be written.
    pub(super) fn opened(&mut self, select: Select, reads: &BTreeSet<Name>, joins: bool) -> Select {
        let can_read = reads.iter().all(|name| select.column(name).is_plain);
        let mut select = match can_read && !select.is_closed && (!joins || select.can_join()) {
            true => select,
            false => {
                let hint = self.hint_of(&select);
                self.part(&hint, &select)
            }
        };
        if joins {
            select.qualify();
        }
        select
    }

    /// A name for what is made of a part: `findings_known` is followed by `findings_known_2`, the rows of a cube are
    /// its own.
    pub(super) fn hint_of(&self, select: &Select) -> String {
        if !self.subject.is_empty() {
            return format!("{}_rows", self.subject);
        }
        let source = bare(&select.source);
        if let Some(table) = source.strip_suffix("_typed") {
            return format!("{table}_known");
        }
        let stem = source.trim_end_matches(|letter: char| letter.is_ascii_digit());
        let stem = stem.strip_suffix('_').filter(|stem| *stem != source);
        stem.unwrap_or(source).to_string()
    }
}

/// How values are ordered.
#[derive(Clone, Copy)]
pub(super) enum KeyOrder<'w> {
    /// As these words stand on their scale.
    Scale(&'w [String]),
    Text,
    /// As the database has it.
    Plain,
}

/// A key to order by: words as their scale has them, missing ones last.
pub(super) fn ordered(
    dialect: &dyn SqlDialect,
    sql: &str,
    order: KeyOrder,
    is_descending: bool,
) -> String {
    let key = match order {
        KeyOrder::Scale(words) => dialect.place(sql, words),
        KeyOrder::Text => dialect.ordered_text(sql),
        KeyOrder::Plain => sql.to_string(),
    };
    let direction = if is_descending { " DESC" } else { "" };
    format!("{key}{direction} NULLS LAST")
}

impl Select {
    /// Whether it is no more than some columns of a part.
    fn is_bare(&self) -> bool {
        let is_own = |column: &SelectColumn| {
            column.is_plain && column.sql == self.dialect.name(&column.name)
        };
        self.can_join() && self.joins.is_empty() && self.columns.iter().all(is_own)
    }
}

/// What a relation is about, as the name of a part.
pub(super) fn hint(relation: &Relation) -> String {
    match relation {
        Relation::Scan { name, .. } => format!("{name}_known"),
        Relation::Named { name, .. } => name.clone(),
        Relation::Aggregate { input, keys, .. } => {
            let of = hint(input);
            format!("{}_by_{}", of.trim_end_matches("_known"), keys.join("_"))
        }
        other => match other.inputs().first() {
            Some(input) => hint(input),
            None => "rows".to_string(),
        },
    }
}

/// The columns that expressions read.
pub(super) fn read_by<'e>(expressions: impl IntoIterator<Item = &'e Expression>) -> BTreeSet<Name> {
    let mut names = BTreeSet::new();
    for expression in expressions {
        expression.add_columns_to(&mut names);
    }
    names
}

/// Whether expressions need a table of points.
pub(super) fn needs_points<'e>(expressions: impl IntoIterator<Item = &'e Expression>) -> bool {
    expressions.into_iter().any(|expression| {
        let own = match expression {
            Expression::SlotOf { axis, .. }
            | Expression::FirstPointAfter { axis, .. }
            | Expression::InstantOfPoint { axis, .. }
            | Expression::SteppedPoints { axis, .. }
            | Expression::CoveredPoints { axis, .. } => axis.len() > 1,
            _ => false,
        };
        own || needs_points(expression.operands())
    })
}
