//! The option `--record`: values are kept in a file, and told where they are not what was kept before.

use std::io;
use std::path::{Path, PathBuf};

use super::console::{Console, takes_results, write_result};
use super::failure::Failure;
use crate::base::diagnostic::{Diagnostic, Problems, Severity};
use crate::base::files;
use crate::exec::answer::Answer;
use crate::insight::restatement::{self, RecordedValue, Restatement};
use crate::lang::model::{Definitions, Query, Subject};

/// A record file as it was read.
pub struct RecordFile {
    path: PathBuf,
    bytes: Vec<u8>,
    values: Vec<RecordedValue>,
}

impl RecordFile {
    /// Reads the file, which need not be there; `None` where none is named.
    pub fn open(path: Option<&Path>) -> Result<Option<RecordFile>, Failure> {
        let Some(path) = path else {
            return Ok(None);
        };
        takes_results(path)?;
        let bytes = match files::read_plain(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => {
                let message = format!("cannot read `{}`: {error}", path.display());
                return Err(Diagnostic::data("D901", message).into());
            }
        };
        let values = restatement::read(&path.display().to_string(), &bytes)?;
        Ok(Some(RecordFile {
            path: path.to_path_buf(),
            bytes,
            values,
        }))
    }

    /// Refuses a query whose answer has no values.
    pub fn accepts(query: &Query) -> Result<(), Failure> {
        if query.explain {
            let problem = Diagnostic::data("K933", "an explanation has no values to record");
            return Err(problem.help("leave `explain` out").into());
        }
        match &query.subject {
            Subject::Values(_) => Ok(()),
            Subject::List(_) => Err(Diagnostic::data("K933", "a list has no values to record")
                .help("record how many rows there are: count of findings open")
                .into()),
        }
    }

    /// Writes the values of answers behind those that are there, and warns of what is restated; gives the sentences.
    pub fn add(
        &self,
        console: &Console,
        definitions: &Definitions,
        answers: &[&Answer],
    ) -> Result<Vec<String>, Failure> {
        let values: Vec<_> = answers
            .iter()
            .flat_map(|answer| restatement::values(definitions, answer))
            .collect();
        let restated = restatement::restated(&self.values, &values);
        let bytes = restatement::appended(&self.bytes, &self.values, &values);
        write_result(&self.path, &bytes)?;
        let sentences: Vec<String> = restated.iter().map(Restatement::sentence).collect();
        let mut problems = Problems::default();
        for sentence in &sentences {
            problems.push(Diagnostic {
                severity: Severity::Warning,
                ..Diagnostic::data("D928", sentence.clone())
            });
        }
        console.report(problems);
        Ok(sentences)
    }
}
