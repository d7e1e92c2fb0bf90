//! Where queries are asked: definitions, the tables' files, and the instants to stand at.
//!
//! Takes checked queries; gives their answers. Each file is read once for all of them, with the
//! columns that any of them needs.

mod everything;

pub use everything::leave_out_unanswerable;

use std::cell::RefCell;
use std::rc::Rc;

use crate::answer::Answer;
use crate::data::{Dataset, Location, Memory, Request};
use crate::diagnostic::Problems;
use crate::engine;
use crate::model::{Definitions, Moment, Query};
use crate::plan::{self, Asking, Plan};
use crate::source::{Sources, Span};

/// What a query is asked over.
pub struct Ground<'a> {
    pub definitions: &'a Definitions,
    /// Where definitions and queries were written; messages about needed columns name the place.
    pub sources: &'a Sources,
    /// The tables, as far as they were read; what a query needs beyond that is read when it is asked.
    pub tables: Rc<RefCell<Memory>>,
    /// For queries that do not say; without it, the latest event in the data (rule S2).
    pub as_of: Option<Moment>,
    /// For queries that do not say; without it, as-of.
    pub known_on: Option<Moment>,
}

/// Answers in the order of the queries, and what the user should know of the data.
pub struct Answered {
    pub answers: Vec<Answer>,
    pub notes: Vec<String>,
}

impl Ground<'_> {
    /// Answers several queries over one reading of the data.
    pub fn answers(&self, queries: &[&Query]) -> Result<Answered, Problems> {
        let (dataset, given) = self.load(queries)?;
        let plans = plans(self.definitions, queries, &given)?;
        Ok(Answered {
            answers: engine::answers(self.definitions, &dataset, &plans)?,
            notes: dataset.notes,
        })
    }

    /// Reads what queries need, and says where they stand if they do not.
    pub fn load(&self, queries: &[&Query]) -> Result<(Dataset, plan::Given), Problems> {
        let request = self.needs(queries);
        let mut tables = self.tables.borrow_mut();
        let dataset = tables.dataset(self.definitions, &request)?;
        let given = plan::Given {
            as_of: self.as_of.clone(),
            known_on: self.known_on.clone(),
            watermark: if self.wants_watermark(queries) {
                tables.watermark(self.definitions, &dataset)
            } else {
                None
            },
        };
        Ok((dataset, given))
    }

    /// What queries read of the tables.
    pub fn needs(&self, queries: &[&Query]) -> Request {
        let asking = Asking {
            place: &|span| self.place(span),
            watermark: self.wants_watermark(queries),
            tolerant: false,
        };
        plan::needs(self.definitions, queries, asking)
    }

    fn wants_watermark(&self, queries: &[&Query]) -> bool {
        self.as_of.is_none() && queries.iter().any(|query| query.as_of.is_none())
    }

    /// The files of the tables that have one.
    pub fn files(&self) -> Vec<Location> {
        self.tables.borrow().locations().to_vec()
    }

    /// The tables a query cannot do without and that have no file.
    pub fn lacking(&self, query: &Query) -> Vec<&str> {
        let asking = Asking {
            place: &|_| String::new(),
            watermark: false,
            tolerant: false,
        };
        let files = self.files();
        plan::needs(self.definitions, &[query], asking)
            .tables
            .iter()
            .filter(|(table, wanted)| {
                !wanted.file_needed_by.is_empty()
                    && !files.iter().any(|location| location.table == **table)
            })
            .map(|(table, _)| self.definitions.table(*table).name.as_str())
            .collect()
    }

    /// Where a span begins, as a message names it: `kpis/mttr.kpi:3`.
    pub fn place(&self, span: Span) -> String {
        let (line, _) = self.sources.line_column(span);
        format!("{}:{line}", self.sources.get(span.source).name)
    }
}

/// Plans queries; reports the problems of all of them.
pub fn plans(
    definitions: &Definitions,
    queries: &[&Query],
    given: &plan::Given,
) -> Result<Vec<Plan>, Problems> {
    let mut problems = Problems::default();
    let mut plans = Vec::with_capacity(queries.len());
    for query in queries {
        let planned = plan::standpoint(definitions, query, given)
            .and_then(|standpoint| plan::plan(definitions, query, &standpoint));
        match planned {
            Ok(plan) => plans.push(plan),
            Err(of_query) => problems.extend(of_query),
        }
    }
    if problems.has_errors() {
        Err(problems)
    } else {
        Ok(plans)
    }
}

/// Plans and answers queries over loaded tables.
pub fn answers_over(
    definitions: &Definitions,
    dataset: &Dataset,
    queries: &[&Query],
    given: &plan::Given,
) -> Result<Vec<Answer>, Problems> {
    let plans = plans(definitions, queries, given)?;
    engine::answers(definitions, dataset, &plans)
}
