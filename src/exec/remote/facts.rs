//! What queries rely on, asked of a table where it is: columns, rows, spans of dates, values of scales, keys, parents.

use std::collections::{BTreeMap, BTreeSet};

use arrow_schema::{DataType as ArrowType, Schema};

use super::frames::RemoteRows;
use crate::base::diagnostic::Problems;
use crate::base::types::{FieldType, Scale};
use crate::exec::data::{AskedFacts, LARGEST_NUMBER, TableFacts, TableShape};
use crate::exec::sql::{ColumnForm, NamedSource, SqlDialect, SqlType};
use crate::lang::model::Table;

/// A table that is asked.
pub(super) struct FactsInput<'a> {
    pub dialect: &'static dyn SqlDialect,
    pub table: &'a Table,
    pub source: &'a NamedSource,
}

/// What kind of values a column of the database holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ColumnShape {
    Text,
    YesNo,
    /// A number of double precision.
    Number,
    /// A number of another type.
    OtherNumber,
    Instant,
}

impl FactsInput<'_> {
    fn from(&self) -> String {
        from(self.source, "asked")
    }

    fn name(&self, column: usize) -> String {
        self.dialect.name(&self.table.columns[column].name)
    }
}

/// What stands behind FROM.
fn from(source: &NamedSource, alias: &str) -> String {
    match source {
        NamedSource::Name(name) => format!("{name} AS {alias}"),
        NamedSource::Query(text) => format!("(\n{text}\n) AS {alias}"),
    }
}

/// A statement without rows that tells which columns there are.
pub(super) fn shape_statement(input: &FactsInput) -> String {
    format!("SELECT *\nFROM {}\nWHERE 1 = 0", input.from())
}

/// The columns of a table, and of which kind those are that the model has.
pub(super) fn shape(
    input: &FactsInput,
    title: &str,
    schema: &Schema,
) -> (TableShape, BTreeMap<usize, ColumnShape>) {
    let mut shape = TableShape {
        title: title.to_owned(),
        columns: Vec::new(),
        wrong: BTreeMap::new(),
    };
    let mut kinds = BTreeMap::new();
    for field in schema.fields() {
        shape.columns.push(field.name().clone());
        let mut columns = input.table.columns.iter();
        let Some(place) = columns.position(|column| column.name == *field.name()) else {
            continue;
        };
        let wanted = &input.table.columns[place].field_type;
        match kind_of(field.data_type()).filter(|kind| can_hold(*kind, wanted)) {
            Some(kind) => drop(kinds.insert(place, kind)),
            None => drop(shape.wrong.insert(place, words_of(field.data_type()))),
        }
    }
    (shape, kinds)
}

fn kind_of(of: &ArrowType) -> Option<ColumnShape> {
    Some(match of {
        ArrowType::Utf8 | ArrowType::LargeUtf8 | ArrowType::Utf8View => ColumnShape::Text,
        ArrowType::Boolean => ColumnShape::YesNo,
        ArrowType::Float64 => ColumnShape::Number,
        ArrowType::Timestamp(..) | ArrowType::Date32 | ArrowType::Date64 => ColumnShape::Instant,
        of if of.is_numeric() => ColumnShape::OtherNumber,
        _ => return None,
    })
}

fn words_of(of: &ArrowType) -> String {
    match kind_of(of) {
        Some(ColumnShape::Text) => "texts".to_owned(),
        Some(ColumnShape::YesNo) => "yes/no values".to_owned(),
        Some(ColumnShape::Number | ColumnShape::OtherNumber) => "numbers".to_owned(),
        Some(ColumnShape::Instant) => "dates".to_owned(),
        None => format!("{of}"),
    }
}

fn can_hold(kind: ColumnShape, wanted: &FieldType) -> bool {
    match wanted {
        // Exact decimals come as texts; identifiers are often numbers.
        FieldType::Number => matches!(
            kind,
            ColumnShape::Number | ColumnShape::OtherNumber | ColumnShape::Text
        ),
        FieldType::Text => matches!(kind, ColumnShape::Text | ColumnShape::OtherNumber),
        FieldType::Scale(_) => kind == ColumnShape::Text,
        FieldType::YesNo => kind == ColumnShape::YesNo,
        FieldType::Date => kind == ColumnShape::Instant,
    }
}

/// Asks for facts, and learns how columns are to be read.
pub(super) struct FactsReader<'a> {
    pub input: &'a FactsInput<'a>,
    pub columns: &'a BTreeMap<usize, ColumnShape>,
    pub asked: &'a AskedFacts,
    pub facts: TableFacts,
    pub forms: BTreeMap<usize, ColumnForm>,
}

type Run<'r> = &'r dyn Fn(&str) -> Result<RemoteRows, Problems>;

impl FactsReader<'_> {
    /// Rows, spans, and which columns hold what is not their fields' as it is: one statement, and one for each scale.
    pub fn read_columns(&mut self, run: Run) -> Result<(), Problems> {
        let asked = self.asked.columns.iter().chain(&self.asked.key);
        let asked: BTreeSet<usize> = asked.copied().collect();
        let counts: Vec<(usize, Counted, String)> = asked
            .iter()
            .flat_map(|place| self.counted(*place))
            .collect();
        let integer = self.input.dialect.type_word(SqlType::Integer);
        let mut shown = vec![format!("CAST(count(*) AS {integer}) AS c0")];
        shown.extend(
            counts
                .iter()
                .enumerate()
                .map(|(place, (.., sql))| format!("CAST({sql} AS {integer}) AS c{}", place + 1)),
        );
        let statement = format!("SELECT {}\nFROM {}", shown.join(",\n  "), self.input.from());
        let rows = run(&statement)?;
        let at = |place: usize| rows.whole(0, place);
        self.facts.rows = at(0).unwrap_or(0) as usize;
        let mut firsts: BTreeMap<usize, i64> = BTreeMap::new();
        for (place, (column, counted, _)) in counts.iter().enumerate() {
            let Some(value) = at(place + 1) else { continue };
            match counted {
                Counted::First => drop(firsts.insert(*column, value)),
                Counted::Last => {
                    let first = firsts.get(column).copied().unwrap_or(value);
                    self.facts.spans.insert(*column, (first, value));
                }
                Counted::Untidy if value > 0 => {
                    self.forms.insert(*column, ColumnForm::Trimmed);
                }
                Counted::TooLarge if value > 0 => {
                    let words = "no finite number".to_owned();
                    self.facts.bad.push((*column, words, value as usize));
                }
                Counted::WithoutKey => self.facts.rows_without_key = value as usize,
                Counted::Untidy | Counted::TooLarge => {}
            }
        }
        for place in asked {
            let form = self.usual_form(place);
            self.forms.entry(place).or_insert(form);
            if let FieldType::Scale(scale) = &self.input.table.columns[place].field_type {
                self.read_scale(place, scale, run)?;
            }
        }
        Ok(())
    }

    /// What is counted of a column.
    fn counted(&self, place: usize) -> Vec<(usize, Counted, String)> {
        let dialect = self.input.dialect;
        let name = self.input.name(place);
        let counted = |what: Counted, test: String| {
            (place, what, format!("count(CASE WHEN {test} THEN 1 END)"))
        };
        let mut all = match (
            &self.input.table.columns[place].field_type,
            self.columns.get(&place),
        ) {
            (FieldType::Date, _) => {
                let micros = dialect.micros(&name);
                vec![
                    (place, Counted::First, format!("min({micros})")),
                    (place, Counted::Last, format!("max({micros})")),
                ]
            }
            (FieldType::Text, Some(ColumnShape::Text)) => {
                vec![counted(
                    Counted::Untidy,
                    format!("{name} <> trim({name}) OR {name} = ''"),
                )]
            }
            (FieldType::Number, Some(ColumnShape::Number)) => {
                let largest = dialect.number(LARGEST_NUMBER);
                vec![counted(
                    Counted::TooLarge,
                    format!("abs({name}) > {largest}"),
                )]
            }
            _ => Vec::new(),
        };
        if self.asked.key == Some(place) {
            all.push(counted(Counted::WithoutKey, format!("{name} IS NULL")));
        }
        all
    }

    fn usual_form(&self, place: usize) -> ColumnForm {
        match (
            &self.input.table.columns[place].field_type,
            self.columns.get(&place),
        ) {
            (FieldType::Number, Some(ColumnShape::Number)) => ColumnForm::Plain,
            (FieldType::Number, _) => ColumnForm::CastNumber,
            (FieldType::Text, Some(ColumnShape::OtherNumber)) => ColumnForm::CastText,
            _ => ColumnForm::Plain,
        }
    }

    /// The values of a column of a scale: few, each with how many rows have it.
    fn read_scale(&mut self, place: usize, scale: &Scale, run: Run) -> Result<(), Problems> {
        const MOST: usize = 1000;
        let name = self.input.name(place);
        let integer = self.input.dialect.type_word(SqlType::Integer);
        let statement = format!(
            "SELECT {name} AS word, CAST(count(*) AS {integer}) AS counted\nFROM {}\nWHERE {name} IS NOT NULL\nGROUP BY {name}\nORDER BY {name}\nLIMIT {MOST}",
            self.input.from()
        );
        let rows = run(&statement)?;
        for row in 0..rows.len() {
            let (Some(word), Some(count)) = (rows.text(row, 0), rows.whole(row, 1)) else {
                continue;
            };
            if scale.values.contains(&word) {
                continue;
            }
            self.forms.insert(place, ColumnForm::Spelled);
            let trimmed = word.trim();
            if !trimmed.is_empty() && scale.code(trimmed).is_none() {
                self.facts.bad.push((place, word, count as usize));
            }
        }
        Ok(())
    }

    /// Keys that several rows have.
    pub fn read_key(&mut self, run: Run) -> Result<(), Problems> {
        const MOST: usize = 6;
        let Some(key) = self.asked.key else {
            return Ok(());
        };
        let name = self.input.name(key);
        let (text, integer) = (
            self.input.dialect.type_word(SqlType::Text),
            self.input.dialect.type_word(SqlType::Integer),
        );
        let statement = format!(
            "SELECT CAST({name} AS {text}) AS repeated, CAST(count(*) AS {integer}) AS counted\nFROM {}\nWHERE {name} IS NOT NULL\nGROUP BY {name}\nHAVING count(*) > 1\nORDER BY {name}\nLIMIT {MOST}",
            self.input.from()
        );
        let rows = run(&statement)?;
        for row in 0..rows.len() {
            if let (Some(value), Some(count)) = (rows.text(row, 0), rows.whole(row, 1)) {
                self.facts.repeated.push((value, count as usize));
            }
        }
        Ok(())
    }

    /// Rows that name a parent that is not there.
    pub fn read_orphans(
        &mut self,
        parent: usize,
        (parents, key): (&NamedSource, &str),
        run: Run,
    ) -> Result<(), Problems> {
        let dialect = self.input.dialect;
        let link = self.input.name(self.input.table.parents[parent].column);
        let (text, integer) = (
            dialect.type_word(SqlType::Text),
            dialect.type_word(SqlType::Integer),
        );
        let key = dialect.name(key);
        let statement = format!(
            "SELECT CAST(count(*) AS {integer}) AS counted, min(CAST({link} AS {text})) AS first_one\nFROM {}\nWHERE {link} IS NOT NULL AND CAST({link} AS {text}) NOT IN (\n  SELECT CAST({key} AS {text}) FROM {} WHERE {key} IS NOT NULL\n)",
            self.input.from(),
            from(parents, "parents")
        );
        let rows = run(&statement)?;
        if let (Some(count), Some(first)) = (rows.whole(0, 0), rows.text(0, 1))
            && count > 0
        {
            self.facts.orphans.insert(parent, (count as usize, first));
        }
        Ok(())
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Counted {
    First,
    Last,
    /// Texts with blanks around them, or none.
    Untidy,
    /// Numbers that are infinite or none.
    TooLarge,
    WithoutKey,
}
