//! The rows of a table as of the evaluation time, with everything that measures read of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::LoweringContext;
use super::periods::Periods;
use crate::base::types::Choice;
use crate::lang::model::{Bands, ChosenColumns, FieldId, FieldSource, FixedTest, TableId};
use crate::plan::relation::{
    Expression, JoinKind, Name, Relation, RelationalOperator, SharedRelation,
};

/// Columns over the rows of one table, each made once whoever asks for it. [`Rows::build`] gives the relation.
pub(super) struct Rows<'a> {
    pub context: LoweringContext<'a>,
    pub table: TableId,
    /// Columns of the file that are read.
    columns: BTreeSet<usize>,
    has_row_number: bool,
    parents: Vec<ParentJoin>,
    related: Vec<RelatedJoin>,
    derived: Vec<DerivedColumn>,
    /// Keys that rows do not have wherever they count.
    band_keys: Vec<(Bands, Name)>,
    /// The periods of what is being lowered.
    pub periods: Option<Periods<'a>>,
}

/// What is read through one parent: the name here, and the value there.
struct ParentJoin {
    parent: usize,
    fields: Vec<(Name, ParentValue)>,
}

/// A value of a parent's row.
#[derive(Clone, PartialEq)]
enum ParentValue {
    Field(FieldId),
    /// Since when a date is known.
    KnownFrom(FieldId),
    /// Whether the parent passes a test at fixed instants.
    Passes(FixedTest),
}

/// Columns that come from the rows of another table, one row a key.
struct RelatedJoin {
    /// The column of this table that finds the row.
    on: Name,
    key: Name,
    relation: SharedRelation,
    columns: Vec<Name>,
}

/// A column made of others of the row.
struct DerivedColumn {
    name: Name,
    expression: Expression,
    /// 1 if it reads no other derived column.
    level: usize,
}

/// One of several instants.
pub(super) fn choose(choice: Choice, mut parts: Vec<Expression>) -> Expression {
    if parts.len() == 1 {
        return parts.remove(0);
    }
    match choice {
        Choice::First => Expression::Coalesce(parts),
        Choice::Earliest => Expression::Least(parts),
        Choice::Latest => Expression::Greatest(parts),
    }
}

/// The column that holds the place of a row in its file.
pub(super) const ROW_NUMBER: &str = "row_number";

impl<'a> Rows<'a> {
    pub fn new(context: LoweringContext<'a>, table: TableId) -> Rows<'a> {
        Rows {
            context,
            table,
            columns: BTreeSet::new(),
            has_row_number: false,
            parents: Vec::new(),
            related: Vec::new(),
            derived: Vec::new(),
            band_keys: Vec::new(),
            periods: None,
        }
    }

    /// The place of the row in the file.
    pub fn row_number(&mut self) -> Expression {
        self.has_row_number = true;
        Expression::column(ROW_NUMBER)
    }

    /// A column of the file, as of the evaluation time.
    pub fn column(&mut self, column: usize) -> Expression {
        self.columns.insert(column);
        let table = self.context.definitions.table(self.table);
        Expression::column(&table.columns[column].name)
    }

    /// The one of some date columns that counts.
    pub fn chosen(&mut self, columns: &ChosenColumns) -> Expression {
        let parts = columns.iter().map(|column| self.column(*column)).collect();
        choose(columns.choice, parts)
    }

    /// A field of this table; of a roll-up its steps.
    pub fn field(&mut self, field: FieldId) -> Expression {
        debug_assert_eq!(field.table, self.table);
        let table = self.context.definitions.table(self.table);
        let definition = &table.fields[field.field];
        match definition.source {
            FieldSource::Column(column) => self.column(column),
            FieldSource::Due(sla) => self.due(sla),
            FieldSource::RollUp(place) => self.roll_up(&definition.name, place),
            FieldSource::Parent { parent, field: of } => {
                let of = FieldId {
                    table: table.parents[parent].table,
                    field: of,
                };
                self.parent_value(parent, definition.name.clone(), ParentValue::Field(of))
            }
        }
    }

    /// Since when a date is known that is not known at all times (rules S40, S44): what happens, since it happens; the
    /// planned end of a state, since the state begins; a due instant, since its clock starts.
    pub fn known_from(&mut self, field: FieldId) -> Expression {
        let definitions = self.context.definitions;
        let table = definitions.table(self.table);
        let definition = &table.fields[field.field];
        match definition.source {
            FieldSource::Column(column) => match table.planned_with(column) {
                Some(begin) => {
                    let parts = begin.iter().map(|column| self.column(*column)).collect();
                    choose(Choice::Earliest, parts)
                }
                None => self.column(column),
            },
            FieldSource::Due(sla) => self.event(definitions.slas[sla.0].starts.event),
            FieldSource::RollUp(_) => unreachable!("a roll-up is a number"),
            FieldSource::Parent { parent, field: of } => {
                let of = FieldId {
                    table: table.parents[parent].table,
                    field: of,
                };
                let name = format!("{} known from", definition.name);
                self.parent_value(parent, name, ParentValue::KnownFrom(of))
            }
        }
    }

    /// Whether the parent's row passes a test at fixed instants; missing where there is no such row.
    pub fn tested_of_parent(&mut self, parent: usize, test: FixedTest) -> Expression {
        let of = ParentValue::Passes(test);
        let mut fields = self.parents.iter().filter(|join| join.parent == parent);
        let known = fields.find_map(|join| join.fields.iter().find(|(_, known)| *known == of));
        if let Some((name, _)) = known {
            return Expression::column(name);
        }
        let name = self.free_name("parent_passes");
        self.parent_value(parent, name, of)
    }

    fn parent_value(&mut self, parent: usize, name: Name, of: ParentValue) -> Expression {
        let table = self.context.definitions.table(self.table);
        self.columns.insert(table.parents[parent].column);
        let known = self.parents.iter().position(|join| join.parent == parent);
        let join = known.unwrap_or_else(|| {
            self.parents.push(ParentJoin {
                parent,
                fields: Vec::new(),
            });
            self.parents.len() - 1
        });
        let fields = &mut self.parents[join].fields;
        if !fields.iter().any(|(known, _)| *known == name) {
            fields.push((name.clone(), of));
        }
        Expression::Column(name)
    }

    /// The column of this table that holds a parent's key.
    pub fn link(&mut self, parent: usize) -> Expression {
        let column = self.context.definitions.table(self.table).parents[parent].column;
        self.column(column)
    }

    /// The key of this table.
    pub fn key(&mut self) -> Expression {
        let key = self.context.definitions.table(self.table).key;
        self.column(key.expect("tables that others belong to have a key"))
    }

    /// Columns of a relation that has one row for each value of `key`, found by the column `on` of this table.
    /// `columns` are renamed if their names are taken.
    pub fn related(
        &mut self,
        on: Expression,
        key: &str,
        columns: &[&str],
        relation: SharedRelation,
    ) -> Vec<Expression> {
        let Expression::Column(on) = on else {
            unreachable!("rows are found by columns of the file");
        };
        let same = |join: &&RelatedJoin| join.on == on && join.relation == relation;
        if let Some(known) = self.related.iter().find(same) {
            return known.columns.iter().map(Expression::column).collect();
        }
        let names: Vec<Name> = columns.iter().map(|name| self.free_name(name)).collect();
        let mut project = vec![(key.to_string(), Expression::column(key))];
        let own = columns.iter().map(|name| Expression::column(*name));
        project.extend(names.iter().cloned().zip(own));
        let renamed = match names.iter().zip(columns).all(|(new, old)| new == old) {
            true => relation,
            false => Arc::new(Relation::Project {
                input: relation,
                columns: project,
            }),
        };
        self.related.push(RelatedJoin {
            on,
            key: key.to_string(),
            relation: renamed,
            columns: names.clone(),
        });
        names.into_iter().map(Expression::Column).collect()
    }

    /// A column for an expression, made once. Columns stay what they are.
    pub fn derive(&mut self, hint: &str, expression: Expression) -> Expression {
        if matches!(expression, Expression::Column(_)) {
            return expression;
        }
        let same = |derived: &&DerivedColumn| derived.expression == expression;
        if let Some(known) = self.derived.iter().find(same) {
            return Expression::column(&known.name);
        }
        let mut level = 1;
        expression.each_column(&mut |read| {
            let derived = self.derived.iter().find(|derived| derived.name == read);
            level = level.max(derived.map_or(1, |derived| derived.level + 1));
        });
        let name = self.free_name(hint);
        self.derived.push(DerivedColumn {
            name: name.clone(),
            expression,
            level,
        });
        Expression::Column(name)
    }

    /// The key column of bands that rows enter and leave.
    pub fn band_key(&mut self, bands: &Bands) -> Name {
        if let Some((_, key)) = self.band_keys.iter().find(|(known, _)| known == bands) {
            return key.clone();
        }
        let key = self.free_name(&format!("{}_band", bands.name));
        self.band_keys.push((bands.clone(), key.clone()));
        key
    }

    /// The hint, or the hint with a number: no column or field of the table and nothing derived has that name.
    fn free_name(&self, hint: &str) -> Name {
        let table = self.context.definitions.table(self.table);
        let is_taken = |name: &str| {
            table.field_named(name).is_some()
                || [ROW_NUMBER, "low", "high", "point", "value"].contains(&name)
                || self.derived.iter().any(|derived| derived.name == name)
                || self
                    .parents
                    .iter()
                    .any(|join| join.fields.iter().any(|(field, _)| field == name))
                || self.band_keys.iter().any(|(_, key)| key == name)
                || self
                    .related
                    .iter()
                    .any(|join| join.columns.iter().any(|column| column == name))
        };
        if !is_taken(hint) {
            return hint.to_string();
        }
        let numbered = (2..).map(|number| format!("{hint}_{number}"));
        let mut free = numbered.skip_while(|name| is_taken(name));
        free.next().expect("there are more numbers than columns")
    }

    /// The rows known at the evaluation time with the wanted columns.
    pub fn build(&self, wanted: &BTreeSet<Name>) -> SharedRelation {
        let mut relation = self.file();
        for join in &self.parents {
            relation = Arc::new(self.with_parent(relation, join));
        }
        for join in &self.related {
            relation = Arc::new(Relation::Join {
                left: relation,
                right: join.relation.clone(),
                on: (join.on.clone(), join.key.clone()),
                kind: JoinKind::Left,
            });
        }
        let levels = self.derived.iter().map(|derived| derived.level).max();
        for level in 1..=levels.unwrap_or(0) {
            let of_level = self.derived.iter().filter(|derived| derived.level == level);
            let columns = of_level.map(|one| (one.name.clone(), one.expression.clone()));
            relation = Arc::new(Relation::Extend {
                input: relation,
                columns: columns.collect(),
            });
        }
        let columns = wanted
            .iter()
            .map(|name| (name.clone(), Expression::column(name)));
        Arc::new(Relation::Project {
            input: relation,
            columns: columns.collect(),
        })
    }

    /// The rows of the file that are known, without what had not happened (rule S3).
    fn file(&self) -> SharedRelation {
        let table = self.context.definitions.table(self.table);
        let mut read = self.columns.clone();
        for column in &self.columns {
            let with = table.planned_with(*column);
            read.extend(with.into_iter().flat_map(|from| from.iter()));
        }
        read.extend(table.known_from);
        let name = |column: &usize| table.columns[*column].name.clone();
        let row_number = self.has_row_number.then(|| ROW_NUMBER.to_string());
        let mut relation = Arc::new(Relation::Scan {
            table: self.table,
            name: table.name.clone(),
            columns: read.iter().map(name).collect(),
            row_number: row_number.clone(),
        });
        if let Some(known_from) = table.known_from {
            let known_from = Expression::column(name(&known_from));
            let known_on = Expression::integer(self.context.evaluation.known_on.instant);
            let before = known_from.clone().is(RelationalOperator::Less, known_on);
            relation = Arc::new(Relation::Filter {
                input: relation,
                predicate: Expression::Or(vec![known_from.is_missing(), before]),
            });
        }
        let as_of = Expression::integer(self.context.evaluation.as_of.instant);
        let has_happened = |column: &usize| {
            Expression::column(name(column)).is(RelationalOperator::Less, as_of.clone())
        };
        let happened = |column: &usize| {
            let value = Expression::column(name(column));
            if table.columns[*column].is_time_of_event {
                return (name(column), value.only_if(has_happened(column)));
            }
            match table.planned_with(*column) {
                // The end of a state is agreed on with the state.
                Some(from) => {
                    let begun = from.iter().map(has_happened).collect();
                    (name(column), value.only_if(Expression::Or(begun)))
                }
                None => (name(column), value),
            }
        };
        let mut columns: Vec<(Name, Expression)> = self.columns.iter().map(happened).collect();
        columns.extend(row_number.map(|name| (name.clone(), Expression::Column(name))));
        Arc::new(Relation::Project {
            input: relation,
            columns,
        })
    }

    fn with_parent(&self, left: SharedRelation, join: &ParentJoin) -> Relation {
        let link = &self.context.definitions.table(self.table).parents[join.parent];
        let mut rows = Rows::new(self.context, link.table);
        let key = rows.key();
        let Expression::Column(key_name) = key.clone() else {
            unreachable!("a key is a column");
        };
        let mut columns = vec![(key_name.clone(), key)];
        for (name, value) in &join.fields {
            let value = match value {
                ParentValue::Passes(test) => rows.holds_at_instants(test),
                ParentValue::Field(field) => rows.field(*field),
                ParentValue::KnownFrom(field) => rows.known_from(*field),
            };
            columns.push((name.clone(), value));
        }
        let mut wanted = BTreeSet::new();
        for (_, expression) in &columns {
            expression.add_columns_to(&mut wanted);
        }
        // A field may have the name of the parent's key: the key goes by a name that no field has.
        let key_here = format!(
            "{key_name} of {}",
            self.context.definitions.table(link.table).name
        );
        columns[0].0 = key_here.clone();
        let own = self.context.definitions.table(self.table);
        Relation::Join {
            left,
            right: Arc::new(Relation::Project {
                input: rows.build(&wanted),
                columns,
            }),
            on: (own.columns[link.column].name.clone(), key_here),
            kind: JoinKind::Left,
        }
    }
}
