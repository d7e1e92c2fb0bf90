//! Tables → typed columns: as the model says, or read from files by the rules that all formats share.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::dialects::{FileWords, SqlDialect, SqlType};
use super::expressions::case_text;
use super::relations::Translator;
use super::select::{Select, SelectColumn};
use crate::base::diagnostic::Diagnostic;
use crate::base::types::{FieldType, Scale};
use crate::lang::model::{Column, TableId};
use crate::plan::relation::Name;

/// The files of tables.
#[derive(Clone, Default, Debug)]
pub struct TableFiles {
    by_table: BTreeMap<TableId, FileOfTable>,
}

#[derive(Clone, Debug)]
struct FileOfTable {
    path: PathBuf,
    function: &'static str,
    options: &'static str,
    /// Columns that it lacks: they read as missing.
    absent: BTreeSet<usize>,
}

impl TableFiles {
    /// Adds the file of a table.
    ///
    /// # Errors
    ///
    /// `K918`: the database cannot read files of its format.
    pub fn add(
        &mut self,
        dialect: &dyn SqlDialect,
        table: TableId,
        path: &Path,
        absent: &BTreeSet<usize>,
    ) -> Result<(), Diagnostic> {
        let reader = dialect.files().and_then(|words| words.reader(path));
        let Some((function, options)) = reader else {
            let message = format!(
                "a statement for {} cannot read `{}`: it reads CSV, JSON and Parquet",
                dialect.title(),
                path.display()
            );
            return Err(Diagnostic::data("K918", message).help("write the table as Parquet"));
        };
        let file = FileOfTable {
            path: path.to_path_buf(),
            function,
            options,
            absent: absent.clone(),
        };
        self.by_table.insert(table, file);
        Ok(())
    }
}

/// Where the tables of a database are.
#[derive(Clone, Default, Debug)]
pub struct TableNames {
    /// Tables that are not among them have no rows.
    pub by_table: BTreeMap<TableId, NamedTable>,
}

/// A table of a database.
#[derive(Clone, Debug)]
pub struct NamedTable {
    pub source: NamedSource,
    /// How columns are read, by their places in the model; those that are not among them read as missing.
    pub forms: BTreeMap<usize, ColumnForm>,
}

/// What the rows of a table are selected from.
#[derive(Clone, Debug)]
pub enum NamedSource {
    /// `public.findings`, with quotes where names need them.
    Name(String),
    /// A SELECT.
    Query(String),
}

/// How the values of a column become those of its field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ColumnForm {
    /// They are.
    Plain,
    /// Numbers of another type.
    CastNumber,
    /// Texts that are numbers there, such as identifiers.
    CastText,
    /// Texts with blanks around them, or nothing but blanks, which is missing.
    Trimmed,
    /// Words of a scale in other spellings.
    Spelled,
}

/// The column that numbers rows.
const ROW_NUMBER: &str = "row_number";

impl Translator<'_> {
    /// Some columns of a table.
    pub(super) fn scan(
        &mut self,
        table: TableId,
        columns: &[Name],
        row_number: Option<&Name>,
    ) -> Select {
        let typed = match self.typed.get(&table) {
            Some(typed) => typed.clone(),
            None => {
                let typed = self.typed_table(table);
                self.typed.insert(table, typed.clone());
                typed
            }
        };
        let numbered = row_number.map(|name| SelectColumn {
            name: name.clone(),
            ..typed.column(ROW_NUMBER).clone()
        });
        let own = columns.iter().map(|name| typed.column(name).clone());
        Select {
            columns: own.chain(numbered).collect(),
            ..typed.clone()
        }
    }

    fn typed_table(&mut self, id: TableId) -> Select {
        let table = self.definitions.table(id);
        let (read, is_numbered) = self.scanned[&id].clone();
        let named = self.names.map(|names| names.by_table.get(&id));
        let mut select = match self.files.map(|files| files.by_table.get(&id)) {
            None if named.is_some() => self.named(&table.name, named.flatten()),
            None => Select {
                source: self.dialect.name(&table.name),
                ..Select::new(self.dialect)
            },
            Some(None) => Select {
                filters: vec!["false".to_string()],
                ..Select::new(self.dialect)
            },
            Some(Some(file)) => self.cells(&table.name, file),
        };
        let places = read.iter().map(|name| {
            let place = table.columns.iter().position(|column| column.name == *name);
            place.expect("relations read columns of the model")
        });
        let columns = places.map(|place| self.typed_column(id, place));
        select.columns = columns.collect();
        if is_numbered {
            select
                .columns
                .push(SelectColumn::made(ROW_NUMBER, self.dialect.row_number()));
        }
        let is_as_it_is = select.columns.iter().all(|column| column.is_plain);
        match self.files {
            None if is_as_it_is => select,
            _ => self.part(&format!("{}_typed", table.name), &select),
        }
    }

    /// The rows of a table of a database.
    fn named(&mut self, table: &str, named: Option<&NamedTable>) -> Select {
        let mut select = Select::new(self.dialect);
        match named.map(|named| &named.source) {
            None => select.filters.push("false".to_string()),
            Some(NamedSource::Name(name)) => select.source.clone_from(name),
            Some(NamedSource::Query(text)) => {
                let name = format!("{table}_source");
                select = self.part_of(&name, text.clone(), &[]);
            }
        }
        select
    }

    /// The texts of a file without blanks around them; an empty one is missing.
    fn cells(&mut self, table: &str, file: &FileOfTable) -> Select {
        let path = self.dialect.text(&file.path.display().to_string());
        let select = Select {
            columns: vec![SelectColumn::made("", self.file_words().all_cells())],
            source: format!("{}({path}{})", file.function, file.options),
            ..Select::new(self.dialect)
        };
        let name = format!("{table}_cells");
        self.part_of(&name, select.text(), &[])
    }

    fn typed_column(&self, id: TableId, place: usize) -> SelectColumn {
        let column = &self.definitions.table(id).columns[place];
        let file = self.files.map(|files| files.by_table.get(&id));
        let name = self.dialect.name(&column.name);
        let named = self.names.map(|names| names.by_table.get(&id));
        let form = named.map(|named| named.and_then(|named| named.forms.get(&place)));
        let sql = match file {
            None if form.is_some() => self.formed(column, form.flatten(), &name),
            None => match column.field_type {
                FieldType::Date => self.dialect.micros(&name),
                FieldType::Text | FieldType::YesNo | FieldType::Number | FieldType::Scale(_) => {
                    name.clone()
                }
            },
            Some(Some(file)) if !file.absent.contains(&place) => self.converted(column, &name),
            Some(_) => self.dialect.missing(type_of(&column.field_type)),
        };
        SelectColumn {
            name: column.name.clone(),
            is_plain: sql == name,
            sql,
            is_text: matches!(column.field_type, FieldType::Text),
            has_ranges: false,
            scale: scale_of(&column.field_type),
        }
    }

    /// A column of a table of a database.
    fn formed(&self, column: &Column, form: Option<&ColumnForm>, name: &str) -> String {
        let number = || {
            format!(
                "CAST({name} AS {})",
                self.dialect.type_word(SqlType::Number)
            )
        };
        match (form, &column.field_type) {
            (None, _) => self.dialect.missing(type_of(&column.field_type)),
            (Some(_), FieldType::Date) => self.dialect.micros(name),
            (Some(ColumnForm::Plain), _) => name.to_string(),
            (Some(ColumnForm::CastNumber), _) => number(),
            (Some(ColumnForm::CastText), _) => {
                format!("CAST({name} AS {})", self.dialect.type_word(SqlType::Text))
            }
            (Some(ColumnForm::Trimmed), _) => format!("nullif(trim({name}), '')"),
            (Some(ColumnForm::Spelled), FieldType::Scale(scale)) => {
                let parts = self.spellings(scale, &format!("trim({name})"));
                case_text("CASE", &parts)
            }
            (Some(ColumnForm::Spelled), _) => name.to_string(),
        }
    }

    /// How the files of the statement are read.
    fn file_words(&self) -> &'static dyn FileWords {
        let words = self.dialect.files();
        words.expect("files are added for databases that read them")
    }

    /// A cell's text as a value. One that is none stops the statement, as it stops a load.
    fn converted(&self, column: &Column, name: &str) -> String {
        match &column.field_type {
            FieldType::Text => name.to_string(),
            FieldType::Number => format!(
                "CAST({name} AS {})",
                self.dialect.type_word(SqlType::Number)
            ),
            FieldType::Date => {
                let zone = self.definitions.calendar.timezone.name();
                self.file_words().written_instant(name, zone)
            }
            FieldType::YesNo => {
                let words = |words: &str, value: bool| {
                    format!("WHEN lower({name}) IN ({words}) THEN {value}")
                };
                let refused = self.refused(column, name, "is neither yes nor no");
                let parts = [
                    words("'yes', 'true', '1'", true),
                    words("'no', 'false', '0'", false),
                    refused,
                ];
                case_text("CASE", &parts)
            }
            FieldType::Scale(scale) => self.scale_word(column, scale, name),
        }
    }

    fn scale_word(&self, column: &Column, scale: &Scale, name: &str) -> String {
        let mut parts = self.spellings(scale, name);
        parts.push(self.refused(column, name, &format!("is not on the scale {}", scale.name)));
        case_text("CASE", &parts)
    }

    /// The branches of a CASE that turn the spellings of a scale's words into them.
    fn spellings(&self, scale: &Scale, name: &str) -> Vec<String> {
        let mut parts = Vec::new();
        for (code, word) in scale.values.iter().enumerate() {
            let mapped = scale
                .mapped
                .iter()
                .filter(|(_, to)| usize::from(*to) == code);
            let mut spellings = vec![word.to_lowercase()];
            for (spelling, _) in mapped {
                let spelling = spelling.to_lowercase();
                let is_a_word = scale
                    .values
                    .iter()
                    .any(|value| value.to_lowercase() == spelling);
                if !is_a_word && !spellings.contains(&spelling) {
                    spellings.push(spelling);
                }
            }
            let word = self.dialect.text(word);
            let texts: Vec<String> = spellings
                .iter()
                .map(|spelling| self.dialect.text(spelling))
                .collect();
            let test = match texts.as_slice() {
                [only] => format!("= {only}"),
                several => format!("IN ({})", several.join(", ")),
            };
            parts.push(format!("WHEN lower({name}) {test} THEN {word}"));
        }
        parts
    }

    fn refused(&self, column: &Column, name: &str, why: &str) -> String {
        let before = self.dialect.text(&format!("{}: `", column.name));
        let after = self.dialect.text(&format!("` {why}"));
        let stopped = self
            .file_words()
            .stopped(&format!("{before} || {name} || {after}"));
        format!("WHEN {name} IS NOT NULL THEN {stopped}")
    }
}

fn type_of(field_type: &FieldType) -> SqlType {
    match field_type {
        FieldType::Text | FieldType::Scale(_) => SqlType::Text,
        FieldType::YesNo => SqlType::YesNo,
        FieldType::Number => SqlType::Number,
        FieldType::Date => SqlType::Integer,
    }
}

/// The scale of a field that has one.
pub(super) fn scale_of(field_type: &FieldType) -> Option<Arc<Scale>> {
    match field_type {
        FieldType::Scale(scale) => Some(scale.clone()),
        FieldType::Text | FieldType::YesNo | FieldType::Number | FieldType::Date => None,
    }
}
