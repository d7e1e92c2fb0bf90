//! The tables of one place, from wherever one looks at them.
//!
//! Files are the same from everywhere. Tables that follow from dated facts are others from another
//! horizon: each horizon has files of its own, and horizons with the same files share what was read.

use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use super::{Location, ProofCache, RemoteFiles, TableCache, TableDatabase};
use crate::base::diagnostic::Problems;
use crate::lang::model::{Definitions, Moment};

/// How far one sees: what happened at `as_of` or later, and what became known at `known_on` or later,
/// lies beyond. In microseconds; `None`: nothing does.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Horizon {
    pub as_of: Option<i64>,
    pub known_on: Option<i64>,
}

impl Horizon {
    /// Whether what happened at an instant is in sight.
    pub fn has_happened(&self, at: i64) -> bool {
        self.as_of.is_none_or(|as_of| at < as_of)
    }

    /// Whether what was recorded at an instant is in sight.
    pub fn was_known(&self, recorded_at: i64) -> bool {
        self.known_on.is_none_or(|known_on| recorded_at < known_on)
    }
}

/// Facts from which tables follow.
pub trait SnapshotProvider {
    /// The files of the tables that follow from what is within a horizon.
    fn locate(
        &self,
        definitions: &Definitions,
        horizon: Horizon,
    ) -> Result<Vec<Location>, Problems>;
}

/// Horizons that are kept beside the first: each may hold whole tables.
const MOST_KEPT: usize = 8;

/// Tables, as far as they were asked for.
#[derive(Default)]
pub struct Tables {
    /// `None`: files that are what they are.
    replay: Option<Box<dyn SnapshotProvider>>,
    knowledge: Option<Moment>,
    proofs: ProofCache,
    rows_in_memory: usize,
    /// The database that has the tables, if they are no files.
    database: Option<Arc<dyn TableDatabase>>,
    /// Who copies files of other machines when they are first needed.
    remote_files: Option<Arc<dyn RemoteFiles>>,
    seen: RefCell<Vec<HorizonTables>>,
}

struct HorizonTables {
    horizon: Horizon,
    cache: Rc<RefCell<TableCache>>,
}

impl Tables {
    /// Tables that are files.
    pub fn of_files(locations: Vec<Location>) -> Tables {
        let cache = Rc::new(RefCell::new(TableCache::new(locations)));
        let horizon = Horizon::default();
        Tables {
            seen: RefCell::new(vec![HorizonTables { horizon, cache }]),
            ..Tables::default()
        }
    }

    /// Tables that follow from facts. `knowledge` is when the last of them became known.
    pub fn of_facts(replay: Box<dyn SnapshotProvider>, knowledge: Option<Moment>) -> Tables {
        Tables {
            replay: Some(replay),
            knowledge,
            ..Tables::default()
        }
    }

    /// Tables of a database.
    pub fn of_database(locations: Vec<Location>, database: Arc<dyn TableDatabase>) -> Tables {
        let mut tables = Tables {
            database: Some(database),
            ..Tables::of_files(locations)
        };
        tables.start_caches();
        tables
    }

    /// The same, of files that are copied when they are first needed. To be said before anything is asked.
    pub fn with_remote_files(mut self, remote_files: Arc<dyn RemoteFiles>) -> Tables {
        self.remote_files = Some(remote_files);
        self.start_caches();
        self
    }

    /// The same, remembering what was proven of files. To be said before anything is asked.
    pub fn with_proofs(mut self, proofs: ProofCache) -> Tables {
        self.proofs = proofs;
        self.start_caches();
        self
    }

    /// The same, keeping columns of files with at most so many rows in memory, for who asks many queries. To be said before
    /// anything is asked.
    pub fn with_rows_in_memory(mut self, rows_in_memory: usize) -> Tables {
        self.rows_in_memory = rows_in_memory;
        self.start_caches();
        self
    }

    /// The files that are read; none where tables follow from facts or are in a database.
    pub fn files(&self) -> Vec<PathBuf> {
        let are_files = self.replay.is_none() && self.database.is_none();
        let first = are_files.then(|| self.seen.borrow());
        let caches = first.iter().flat_map(|seen| seen.first());
        let mut files = Vec::new();
        for tables in caches {
            let cache = tables.cache.borrow();
            files.extend(cache.locations().iter().map(|at| at.path.clone()));
        }
        files
    }

    fn start_caches(&mut self) {
        let mut seen = self.seen.take();
        for seen in &mut seen {
            let locations = seen.cache.borrow().locations().to_vec();
            seen.cache = Rc::new(RefCell::new(self.new_cache(locations)));
        }
        self.seen.replace(seen);
    }

    fn new_cache(&self, locations: Vec<Location>) -> TableCache {
        TableCache::new(locations)
            .with_proofs(self.proofs.clone())
            .with_rows_in_memory(self.rows_in_memory)
            .with_database(self.database.clone())
            .with_remote_files(self.remote_files.clone())
    }

    /// As known when whoever does not say asks: facts that were recorded late are known since then and
    /// not before, so they are asked with all that is known. `None`: as known at as-of.
    pub fn knowledge(&self) -> Option<&Moment> {
        self.knowledge.as_ref()
    }

    /// All there is.
    pub fn whole(&self, definitions: &Definitions) -> Result<Rc<RefCell<TableCache>>, Problems> {
        let known_on = self.knowledge.as_ref().map(|moment| moment.instant);
        let as_of = None;
        self.within(definitions, Horizon { as_of, known_on })
    }

    /// What is within a horizon.
    ///
    /// # Errors
    ///
    /// What keeps the tables from being made or found.
    pub fn within(
        &self,
        definitions: &Definitions,
        horizon: Horizon,
    ) -> Result<Rc<RefCell<TableCache>>, Problems> {
        let horizon = match self.replay {
            Some(_) => horizon,
            None => Horizon::default(),
        };
        if let Some(cache) = self.find(|seen| seen.horizon == horizon) {
            return Ok(cache);
        }
        let locations = match &self.replay {
            Some(replay) => replay.locate(definitions, horizon)?,
            None => Vec::new(),
        };
        let cache = self
            .find(|seen| seen.cache.borrow().locations() == locations)
            .unwrap_or_else(|| Rc::new(RefCell::new(self.new_cache(locations))));
        let mut seen = self.seen.borrow_mut();
        if seen.len() > MOST_KEPT {
            seen.remove(1);
        }
        let found = Rc::clone(&cache);
        seen.push(HorizonTables { horizon, cache });
        Ok(found)
    }

    fn find(&self, is_it: impl Fn(&HorizonTables) -> bool) -> Option<Rc<RefCell<TableCache>>> {
        let seen = self.seen.borrow();
        let found = seen.iter().find(|seen| is_it(seen));
        found.map(|seen| Rc::clone(&seen.cache))
    }
}
