//! Locks of a store: many processes add reports at once, one alone removes segments.
//!
//! Locks are of the operating system and end with their process, however it ends. Readers take none:
//! what they listed may be gone when they come to read it, and then they list again.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::PathBuf;

use super::errors::unwritable;
use super::layout::Store;
use crate::base::diagnostic::Diagnostic;

/// Held until dropped.
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// For adding a segment: between the writing of its rows and of its manifest nothing is removed.
    pub fn adding(store: &Store) -> Result<Lock, Diagnostic> {
        let (file, path) = open(store, ".adding")?;
        match file.lock_shared() {
            Ok(()) => Ok(Lock { _file: file }),
            // On file systems without locks `compact` fails, so segments are never removed there.
            Err(error) if error.kind() == io::ErrorKind::Unsupported => Ok(Lock { _file: file }),
            Err(error) => Err(unwritable(&path, &error)),
        }
    }

    /// For removing segments: waits until nobody adds one.
    pub fn removing(store: &Store) -> Result<Lock, Diagnostic> {
        let (file, path) = open(store, ".adding")?;
        let locked = file.lock().map(|()| Lock { _file: file });
        locked.map_err(|error| unwritable(&path, &error))
    }

    /// For changing which segments stand for which: waits its turn.
    pub fn changing(store: &Store) -> Result<Lock, Diagnostic> {
        let (file, path) = open(store, ".compacting")?;
        let locked = file.lock().map(|()| Lock { _file: file });
        locked.map_err(|error| unwritable(&path, &error))
    }

    /// The same for those who would rather be told than wait.
    pub fn compacting(store: &Store) -> Result<Lock, Diagnostic> {
        let (file, path) = open(store, ".compacting")?;
        match file.try_lock() {
            Ok(()) => Ok(Lock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(Diagnostic::data(
                "D422",
                "another process is compacting this store",
            )),
            Err(TryLockError::Error(error)) => Err(unwritable(&path, &error)),
        }
    }
}

fn open(store: &Store, name: &str) -> Result<(File, PathBuf), Diagnostic> {
    let path = store.folder().join(name);
    let mut options = OpenOptions::new();
    let opened = options.create(true).truncate(false).write(true).open(&path);
    match opened {
        Ok(file) => Ok((file, path)),
        Err(error) => Err(unwritable(&path, &error)),
    }
}
