//! Rules that are open at the end of a text → what the place takes, in words of the language.

use super::forms::GrammarRules;
use super::walk::{self, Attempt, ParseNode};
use super::{CompletionSlot, NameBeforeCursor, Next};

/// What may stand at the end of a text that begins as a rule says. `about`: what is meant where the
/// text itself names no table and no KPI.
pub(super) fn next(rule: &str, text: &str, about: &[NameBeforeCursor]) -> Vec<Next> {
    let mut found: Vec<Next> = Vec::new();
    for attempt in walk::attempts(rule, text) {
        let place = SlotContext {
            text,
            attempt: &attempt,
        };
        if place.is_refused() {
            continue;
        }
        let next = place.slot().map(|slot| Next {
            slot,
            about: place.about().unwrap_or_else(|| about.to_vec()),
            function: place.function(),
            measured: place.measured(),
            alone: place.alone(),
            field: place.field(),
        });
        found.extend(next.filter(|next| !found.contains(next)));
    }
    found
}

struct SlotContext<'p> {
    text: &'p str,
    attempt: &'p Attempt,
}

impl SlotContext<'_> {
    fn word(&self, node: &ParseNode) -> String {
        let written = self.text[node.start..node.end].trim();
        written.trim_matches('`').to_string()
    }

    /// The open rule that is so many from the innermost.
    fn open(&self, outward: usize) -> &str {
        let open = &self.attempt.open;
        let index = open.len().checked_sub(1 + outward);
        index.map_or("", |index| name(&open[index]))
    }

    fn innermost(&self) -> &ParseNode {
        self.attempt.open.last().expect("the first rule is open")
    }

    fn slot(&self) -> Option<CompletionSlot> {
        let leaf = GrammarRules::get().rules[self.attempt.rule].name.as_str();
        if let Some(word) = leaf.strip_prefix("kw_") {
            return Some(CompletionSlot::Keyword(word.to_string()));
        }
        match leaf {
            "name" => self.name_slot(),
            "word" => self.word_slot(),
            "text" => (self.open(0) != "literal").then_some(CompletionSlot::Text),
            "comparator" => Some(CompletionSlot::Comparison),
            "integer" => Some(CompletionSlot::Count),
            "date" | "year" => (self.open(0) != "literal").then_some(CompletionSlot::Date),
            "time_unit" => Some(CompletionSlot::TimeUnit),
            "moment" => Some(CompletionSlot::Moment),
            "grain" => Some(CompletionSlot::Grain {
                is_plural: self.is_plural(),
            }),
            "opening" if matches!(self.open(0), "membership" | "bounds") => {
                Some(CompletionSlot::List)
            }
            "comma" => Some(CompletionSlot::Comma),
            "ascending" | "descending" => Some(CompletionSlot::Keyword(leaf.to_string())),
            _ => None,
        }
    }

    fn is_plural(&self) -> bool {
        let count = self.innermost().children.iter();
        count
            .filter(|node| name(node) == "integer")
            .any(|node| self.word(node) != "1")
    }

    fn word_slot(&self) -> Option<CompletionSlot> {
        match (self.open(0), self.open(1)) {
            ("literal", "weight") => Some(CompletionSlot::Weight),
            ("literal", "comparison" | "membership") => Some(CompletionSlot::Value),
            ("plain_type", _) => Some(CompletionSlot::FieldType),
            _ => None,
        }
    }

    fn name_slot(&self) -> Option<CompletionSlot> {
        let innermost = self.innermost();
        let taken = innermost
            .children
            .iter()
            .filter(|node| name(node) == "name")
            .count();
        Some(match (self.open(0), taken) {
            ("operand", _) => CompletionSlot::Formula,
            ("aggregate", _) => CompletionSlot::Function,
            ("field", 0) => self.field_slot(),
            ("field", _) => CompletionSlot::FieldOf(self.word(&innermost.children[0])),
            ("population" | "exists", 0) => CompletionSlot::Table,
            ("population" | "exists", _) => CompletionSlot::Role,
            ("shared_parent", _) => CompletionSlot::Table,
            ("events" | "starts" | "stops", _) => CompletionSlot::Event,
            ("pauses", _) => CompletionSlot::State,
            ("top_clause", _) => CompletionSlot::Rank,
            ("of_table" | "given" | "interval_table", _) | ("belongs_to", 0) => {
                CompletionSlot::Table
            }
            ("last_of", 1) => CompletionSlot::Table,
            ("asked_unit", _) if self.open(1) == "shown" => CompletionSlot::TimeUnit,
            ("shown_as" | "asked_unit", _) => CompletionSlot::Unit,
            ("due_column", _) => CompletionSlot::Field,
            ("having_test", _) => CompletionSlot::Rank,
            ("scale_type", _) => CompletionSlot::Scale,
            ("scale_map", _) => CompletionSlot::ScaleValue,
            ("week_starts", _) => CompletionSlot::Weekday,
            ("year_starts", _) => CompletionSlot::MonthName,
            ("card", _) => CompletionSlot::CardKind,
            ("key" | "belongs_to" | "columns" | "time_column" | "known_from" | "last_of", _) => {
                CompletionSlot::Column
            }
            ("dotted", _) => return None,
            _ => CompletionSlot::NewName,
        })
    }

    fn field_slot(&self) -> CompletionSlot {
        match self.open(1) {
            "dimension" => CompletionSlot::Dimension,
            "sort_key" => CompletionSlot::SortKey,
            "test" => CompletionSlot::Tested,
            "measured" => CompletionSlot::Measured,
            _ => CompletionSlot::Field,
        }
    }

    /// What is asked about: the table of the population it stands in, else what the query names.
    fn about(&self) -> Option<Vec<NameBeforeCursor>> {
        let open = &self.attempt.open;
        for (index, node) in open.iter().enumerate().rev() {
            match name(node) {
                "population" | "exists" => match child(node, "name") {
                    Some(table) => return Some(vec![NameBeforeCursor::Table(self.word(table))]),
                    None => continue,
                },
                "aggregate" => {
                    let population = child(node, "population");
                    if let Some(table) = population.and_then(|node| child(node, "name")) {
                        return Some(vec![NameBeforeCursor::Table(self.word(table))]);
                    }
                }
                "query" | "inner_query" => {
                    let subject = self.subject(&open[index..]);
                    return Some(subject).filter(|subject| !subject.is_empty());
                }
                _ => {}
            }
        }
        None
    }

    /// The KPIs, views and tables that a query names so far.
    fn subject(&self, open: &[ParseNode]) -> Vec<NameBeforeCursor> {
        let mut found = Vec::new();
        for node in open {
            self.collect(node, &mut found);
        }
        found
    }

    fn collect(&self, node: &ParseNode, found: &mut Vec<NameBeforeCursor>) {
        for child in &node.children {
            match (name(node), name(child)) {
                ("operand", "name") => found.push(NameBeforeCursor::Formula(self.word(child))),
                ("population", "name") => {
                    found.push(NameBeforeCursor::Table(self.word(child)));
                    return;
                }
                ("query_clause", _) => return,
                _ => self.collect(child, found),
            }
        }
    }

    fn aggregate(&self) -> Option<&ParseNode> {
        let mut open = self.attempt.open.iter().rev();
        open.find(|node| name(node) == "aggregate")
    }

    fn function(&self) -> Option<String> {
        let written = child(self.aggregate()?, "name")?;
        Some(self.word(written))
    }

    fn measured(&self) -> Option<String> {
        let written = child(self.aggregate()?, "measured")?;
        Some(self.word(written))
    }

    /// The names that stand as conditions by themselves.
    fn alone(&self) -> Vec<String> {
        let mut found = Vec::new();
        for node in &self.attempt.open {
            for child in &node.children {
                self.collect_alone(child, &mut found);
            }
        }
        found
    }

    fn collect_alone(&self, node: &ParseNode, found: &mut Vec<String>) {
        if name(node) == "test" && node.children.len() == 1 {
            found.push(self.word(node));
        }
        for child in &node.children {
            self.collect_alone(child, found);
        }
    }

    /// The field that stands first in the test or weights around.
    fn field(&self) -> Option<(Option<String>, String)> {
        let mut open = self.attempt.open.iter().rev();
        let node = open.find(|node| matches!(name(node), "test" | "base" | "times"))?;
        let field = child(node, "field")?;
        let mut names = field.children.iter().map(|node| self.word(node));
        let first = names.next()?;
        Some(match names.next() {
            Some(second) => (Some(first), second),
            None => (None, first),
        })
    }

    /// Whether it stands in a clause that the query cannot have, or has already.
    fn is_refused(&self) -> bool {
        let open = &self.attempt.open;
        let Some(query) = open
            .iter()
            .position(|node| matches!(name(node), "query" | "inner_query"))
        else {
            return false;
        };
        let mut inner = open[query + 1..].iter();
        let Some(_) = inner.find(|node| name(node) == "query_clause") else {
            return false;
        };
        let kind = inner.next().map_or("", name);
        self.is_used(&open[query], kind) || is_misfit(&open[query], kind)
    }

    fn is_used(&self, query: &ParseNode, kind: &str) -> bool {
        let clauses = query.children.iter();
        let mut kinds = clauses
            .filter(|node| name(node) == "query_clause")
            .filter_map(|node| node.children.first());
        let has_filter = || query.children.iter().any(|node| contains(node, "filter"));
        kinds.any(|node| name(node) == kind) || (kind == "filter" && has_filter())
    }
}

/// Whether the kind of query has no such clause: a list shows rows, everything else numbers.
fn is_misfit(query: &ParseNode, kind: &str) -> bool {
    let subject = child(query, "subject");
    let is_list = subject.is_some_and(|node| contains(node, "list_subject"));
    let of_values = [
        "by_clause",
        "over_clause",
        "versus_clause",
        "total_clause",
        "share_clause",
        "empty_clause",
        "interval_clause",
        "verdict_clause",
        "scope_clause",
        "fewest_rows",
        "having_clause",
        "window_clause",
        "top_clause",
        "moment_clause",
    ];
    if is_list {
        of_values.contains(&kind)
    } else {
        subject.is_some() && kind == "show_clause"
    }
}

fn contains(node: &ParseNode, rule: &str) -> bool {
    name(node) == rule || node.children.iter().any(|child| contains(child, rule))
}

fn child<'n>(node: &'n ParseNode, rule: &str) -> Option<&'n ParseNode> {
    node.children.iter().find(|child| name(child) == rule)
}

fn name(node: &ParseNode) -> &'static str {
    &GrammarRules::get().rules[node.rule].name
}
