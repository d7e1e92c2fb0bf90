//! What keeps a store from being read or written.

use std::io;
use std::path::Path;

use crate::base::diagnostic::Diagnostic;

/// A place where no store can be.
pub(super) fn not_begun(folder: &Path, error: &io::Error) -> Diagnostic {
    let name = folder.display();
    let reason = match folder.exists() && !folder.is_dir() {
        true => "it is a file".to_string(),
        false => error.to_string(),
    };
    Diagnostic::data(
        "D420",
        format!("cannot begin a store in `{name}`: {reason}"),
    )
    .help("name a folder that is empty or new, where you may write: --store DIR")
}

/// Something in a store that cannot be written.
pub(super) fn unwritable(path: &Path, error: &io::Error) -> Diagnostic {
    Diagnostic::data(
        "D420",
        format!("cannot write `{}`: {error}", path.display()),
    )
    .help("the store is as it was")
}

/// Something in a store that cannot be read.
pub(super) fn unreadable(path: &Path, error: impl std::fmt::Display) -> Diagnostic {
    Diagnostic::data("D420", format!("cannot read `{}`: {error}", path.display()))
}
