//! Files of tables that lie on other machines.

use std::fmt;
use std::path::Path;

use crate::base::diagnostic::Problems;

/// Copies files when somebody first needs them. Until then there is an empty file in place of each.
pub trait RemoteFiles: fmt::Debug + Send + Sync {
    /// Copies all that a [`super::Location`] stands for.
    ///
    /// # Errors
    ///
    /// A server that cannot be reached, or has something else by now; no room for a copy.
    fn copy(&self, path: &Path) -> Result<(), Problems>;

    /// A text with addresses in place of the paths of copies.
    fn told(&self, text: &str) -> String;
}
