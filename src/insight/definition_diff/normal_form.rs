//! Checked definitions as texts that are equal where the meaning is.
//!
//! Names stand for indexes, values for codes; what may stand in any order is sorted, and named conditions and KPIs are
//! replaced by what they mean. Two versions of a project have indexes of their own, so only such texts can be
//! compared.

use std::collections::BTreeMap;

use crate::base::types::FieldType;
use crate::lang::model::{
    Allowed, ChosenEvent, Condition, Definitions, DueTime, EventId, Exists, FieldId, Formula,
    ListColumn, Measure, Measured, NearDate, Population, RelatedNoun, Restriction, Role, StateId,
    SymbolKind, TableId, TableRelation,
};

/// New names of things that were renamed between two versions, by kind, table and old name.
pub type RenamedNames = BTreeMap<(SymbolKind, Option<String>, String), String>;

/// Writes the meanings of one version.
pub struct NormalForm<'a> {
    pub definitions: &'a Definitions,
    pub renamed: &'a RenamedNames,
}

impl NormalForm<'_> {
    pub fn name(&self, kind: SymbolKind, table: Option<&str>, name: &str) -> String {
        let key = (kind, table.map(str::to_owned), name.to_owned());
        self.renamed.get(&key).cloned().unwrap_or(key.2)
    }

    pub fn table(&self, id: TableId) -> String {
        let name = &self.definitions.table(id).name;
        self.name(SymbolKind::Table, None, name)
    }

    fn noun(&self, kind: SymbolKind, table: TableId, name: &str) -> String {
        let own = &self.definitions.table(table).name;
        let name = self.name(kind, Some(own), name);
        format!("{}.{name}", self.table(table))
    }

    pub fn field(&self, id: FieldId) -> String {
        self.noun(
            SymbolKind::Field,
            id.table,
            &self.definitions.field(id).name,
        )
    }

    pub fn event(&self, id: EventId) -> String {
        let name = &self.definitions.table(id.table).events[id.event].name;
        self.noun(SymbolKind::Event, id.table, name)
    }

    pub fn state(&self, id: StateId) -> String {
        let name = &self.definitions.table(id.table).states[id.state].name;
        self.noun(SymbolKind::State, id.table, name)
    }

    fn chosen(&self, chosen: &ChosenEvent) -> String {
        let events: Vec<String> = chosen.events.iter().map(|id| self.event(*id)).collect();
        let names: Vec<&str> = events.iter().map(String::as_str).collect();
        chosen.choice.written(&names)
    }

    /// The word of a code of a scale or yes/no field.
    pub fn word(field_type: &FieldType, code: u8) -> String {
        match field_type {
            FieldType::Scale(scale) => scale
                .values
                .get(usize::from(code))
                .cloned()
                .unwrap_or_default(),
            FieldType::YesNo => ["no", "yes"][usize::from(code == 1)].to_string(),
            FieldType::Text | FieldType::Number | FieldType::Date => code.to_string(),
        }
    }

    pub fn condition(&self, condition: &Condition) -> String {
        match condition {
            Condition::All(parts) => self.joined("all", parts),
            Condition::AnyOf(parts) => self.joined("any", parts),
            Condition::Not(inner) => match inner.as_ref() {
                Condition::Not(twice) => self.condition(twice),
                other => format!("not({})", self.condition(other)),
            },
            Condition::Codes { field, allowed } => {
                let field_type = &self.definitions.field(*field).field_type;
                let codes = allowed.iter();
                let words: Vec<String> = codes.map(|code| Self::word(field_type, *code)).collect();
                format!("{} in {words:?}", self.field(*field))
            }
            Condition::Texts { field, allowed } => {
                format!("{} in {allowed:?}", self.field(*field))
            }
            Condition::ContainsText { field, text } => {
                format!("{} contains {text:?}", self.field(*field))
            }
            Condition::Number { field, test } => format!("{} {test:?}", self.field(*field)),
            Condition::Between { field, from, until } => {
                format!("{} from {from} until {until}", self.field(*field))
            }
            Condition::Fields { left, test, right } => {
                format!("{} {test:?} {}", self.field(*left), self.field(*right))
            }
            Condition::Present(field) => format!("{} is present", self.field(*field)),
            Condition::Exists(exists) => self.exists(exists),
            Condition::InState(state) => self.state(*state),
            Condition::Happened(event) => self.event(*event),
            Condition::Elapsed {
                from,
                to,
                test,
                micros,
            } => {
                let to = to.as_ref().map(|to| self.chosen(to));
                format!(
                    "time from {} to {to:?} {test:?} {micros}",
                    self.chosen(from)
                )
            }
            Condition::Near { of, side, micros } => {
                let of = match of {
                    NearDate::Field(field) => self.field(*field),
                    NearDate::Event(event) => self.event(*event),
                };
                format!("{of} near {side:?} {micros}")
            }
            Condition::SoFar(inner) => format!("so far({})", self.condition(inner)),
            Condition::AtInstants(test) => format!(
                "at {:?} of {:?}({})",
                test.instants,
                test.parents,
                self.condition(&test.condition)
            ),
            Condition::Within { event, micros } => {
                format!("{} within {micros}", self.event(*event))
            }
        }
    }

    pub fn due_time(&self, time: DueTime) -> String {
        match time {
            DueTime::Elapsed(micros) => micros.to_string(),
            DueTime::Calendar { count, grain } => format!("{count} calendar {grain:?}"),
            DueTime::At(field) => format!("at {}", self.field(field)),
        }
    }

    pub fn list_column(&self, column: &ListColumn) -> String {
        match column {
            ListColumn::Field(field) => self.field(*field),
            ListColumn::Time { from, to, unit } => {
                let to = to.as_ref().map(|to| self.chosen(to));
                format!(
                    "time from {} to {to:?} in {}",
                    self.chosen(from),
                    unit.word()
                )
            }
        }
    }

    /// Parts in an order of their own, each once; nested ones of the same kind are parts too.
    fn joined(&self, word: &str, parts: &[Condition]) -> String {
        let mut texts: Vec<String> = Vec::new();
        let mut rest: Vec<&Condition> = parts.iter().collect();
        while let Some(part) = rest.pop() {
            match (word, part) {
                ("all", Condition::All(inner)) | ("any", Condition::AnyOf(inner)) => {
                    rest.extend(inner);
                }
                (_, part) => texts.push(self.condition(part)),
            }
        }
        texts.sort();
        texts.dedup();
        match texts.as_slice() {
            [only] => only.clone(),
            several => format!("{word}({})", several.join(", ")),
        }
    }

    fn exists(&self, exists: &Exists) -> String {
        let noun = match &exists.noun {
            RelatedNoun::Event(event, timeframe) => {
                format!("{} {timeframe:?}", self.event(*event))
            }
            RelatedNoun::State(state) => self.state(*state),
        };
        let through = match exists.relation {
            TableRelation::Child { parent } => {
                let parent = &self.definitions.table(exists.table()).parents[parent];
                format!("{} of its own", self.table(parent.table))
            }
            TableRelation::Sibling { own: _, related } => {
                let parent = &self.definitions.table(exists.table()).parents[related];
                format!("{} shared", self.table(parent.table))
            }
        };
        let filter = self.filter(exists.filter.as_ref());
        format!("at least {} {noun} of {through}{filter}", exists.at_least)
    }

    pub fn filter(&self, filter: Option<&Condition>) -> String {
        filter.map_or_else(String::new, |filter| {
            format!(" where {}", self.condition(filter))
        })
    }

    pub fn population(&self, population: &Population) -> String {
        let table = population.table;
        let noun = match population.role {
            Role::Event(event) => self.event(EventId { table, event }),
            Role::State(state) => self.state(StateId { table, state }),
            Role::Rows => self.table(table),
        };
        let excluded = match population.including_excluded {
            true => " including excluded",
            false => "",
        };
        format!(
            "{noun}{excluded}{}",
            self.filter(population.filter.as_ref())
        )
    }

    pub fn measure(&self, measure: &Measure) -> String {
        let value = measure.value.as_ref().map(|value| match value {
            Measured::Field(field) => self.field(*field),
            Measured::Score(score) => {
                let name = &self.definitions.scores[score.0].name;
                format!("score {}", self.name(SymbolKind::Score, None, name))
            }
            Measured::Between { from, to } => {
                format!("time from {} to {}", self.chosen(from), self.chosen(to))
            }
            Measured::Since(event) => format!("time since {}", self.chosen(event)),
        });
        let with = measure.with.as_ref().map(|with| self.condition(with));
        format!(
            "{} {:?} {value:?} of {} with {with:?} at {:?}",
            measure.function.name,
            measure.parameter,
            self.population(&measure.population),
            measure.moment
        )
    }

    /// KPIs are replaced by their formulas, with where their stocks are read.
    pub fn formula(&self, formula: &Formula) -> String {
        match formula {
            Formula::Number(number) => format!("{number:?}"),
            Formula::Constant { value, unit } => format!("{value:?} {unit}"),
            Formula::Measure(measure) => self.measure(measure),
            Formula::Kpi(id) => {
                let kpi = &self.definitions.kpis[id.0];
                format!("[{} at {:?}]", self.formula(&kpi.formula), kpi.moment)
            }
            Formula::Binary {
                operator,
                left,
                right,
            } => format!(
                "({} {operator:?} {})",
                self.formula(left),
                self.formula(right)
            ),
            Formula::Negate(inner) => format!("-({})", self.formula(inner)),
            Formula::Adjusted {
                of,
                adjustment,
                value,
                unit,
            } => format!("({}) {adjustment:?} {value:?} {unit}", self.formula(of)),
        }
    }

    pub fn restrictions(&self, restrictions: &[Restriction]) -> String {
        let mut texts: Vec<String> = restrictions
            .iter()
            .map(|restriction| match &restriction.allowed {
                Allowed::Codes(codes) => {
                    let words: Vec<String> = codes
                        .iter()
                        .map(|code| self.code_of(&restriction.field, *code))
                        .collect();
                    format!("{} in {words:?}", restriction.field)
                }
                Allowed::Texts(texts) => format!("{} in {texts:?}", restriction.field),
            })
            .collect();
        texts.sort();
        texts.join(" and ")
    }

    /// A restriction names its field for all tables, which agree on its type.
    fn code_of(&self, field: &str, code: u8) -> String {
        let mut tables = self.definitions.tables.iter();
        let found = tables.find_map(|table| {
            let field = &table.fields[table.field_named(field)?];
            let has_codes = matches!(field.field_type, FieldType::Scale(_) | FieldType::YesNo);
            has_codes.then_some(&field.field_type)
        });
        found.map_or_else(
            || code.to_string(),
            |field_type| Self::word(field_type, code),
        )
    }
}
