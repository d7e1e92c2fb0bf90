//! A run of tests as one JSON object.

use serde_json::{Value as Json, json};

use super::{ReportedLine, ReportedMutant, TestReport};
use crate::base::diagnostic::Problems;
use crate::insight::testing::compare::ComparedRow;
use crate::insight::testing::mutation::MutantFate;
use crate::insight::testing::{Expected, TestOutcome};
use crate::lang::model::Test;
use crate::render;

impl TestReport<'_> {
    /// Everything as one object.
    pub fn json(&self) -> String {
        let tests: Vec<Json> = self
            .tests
            .iter()
            .map(|each| self.test_object(each))
            .collect();
        let lines = self.coverage.as_ref().map(|lines| -> Vec<Json> {
            lines.iter().map(|each| self.line_object(each)).collect()
        });
        let mutants = self.mutants.as_ref().map(|mutants| -> Vec<Json> {
            mutants
                .iter()
                .map(|each| self.mutant_object(each))
                .collect()
        });
        render::json(&json!({
            "schema_version": 1,
            "passed": self.tests.len() - self.failed(),
            "failed": self.failed(),
            "not_selected": self.definitions.tests.len() - self.tests.len(),
            "tests": tests,
            "coverage": lines,
            "mutants": mutants,
        }))
    }

    fn test_object(&self, (test, outcome): &(&Test, TestOutcome)) -> Json {
        let (file, line, _) = self.file_and_line(test.span);
        let expects: Vec<Json> = test
            .expects
            .iter()
            .zip(&outcome.expects)
            .map(|(expect, expected)| {
                let (_, line, _) = self.file_and_line(expect.span);
                json!({
                    "query": expect.query.text,
                    "line": line,
                    "passed": expected.passed(),
                    "columns": expect.header,
                    "rows": compared_rows(expected),
                    "problems": messages(expected),
                })
            })
            .collect();
        json!({
            "name": test.name,
            "file": file,
            "line": line,
            "passed": outcome.passed(),
            "problems": outcome.given.as_ref().map_or_else(Vec::new, texts_of),
            "expects": expects,
        })
    }

    fn line_object(&self, each: &ReportedLine) -> Json {
        let line = &each.covered.line;
        let (file, number, _) = self.file_and_line(line.span);
        json!({
            "kind": line.kind.word(),
            "definition": self.definitions.symbols.get(line.symbol).label(),
            "text": line.text,
            "file": file,
            "line": number,
            "hit": each.covered.is_hit,
            "tests": each.covered.tests,
            "allowed": each.allowed,
        })
    }

    fn mutant_object(&self, each: &ReportedMutant) -> Json {
        let change = &each.mutant.change;
        let (file, line, column) = self.file_and_line(change.span);
        let (fate, test) = match &each.fate {
            MutantFate::Noticed(test) => ("noticed", Some(test)),
            MutantFate::Unnoticed(_) => ("unnoticed", None),
            MutantFate::Refused => ("refused", None),
        };
        json!({
            "kind": change.kind.word(),
            "definition": change.of.label(),
            "file": file,
            "line": line,
            "column": column,
            "old": each.mutant.old,
            "new": change.new,
            "fate": fate,
            "test": test,
            "allowed": each.allowed,
        })
    }
}

fn texts_of(problems: &Problems) -> Vec<String> {
    let sorted = problems.clone().sorted();
    sorted.into_iter().map(|problem| problem.message).collect()
}

fn messages(expected: &Expected) -> Vec<String> {
    match expected {
        Expected::Compared(_) => Vec::new(),
        Expected::NoColumn(message) => vec![message.clone()],
        Expected::Refused(problems) => texts_of(problems),
    }
}

fn compared_rows(expected: &Expected) -> Vec<Json> {
    let Expected::Compared(difference) = expected else {
        return Vec::new();
    };
    let row = |row: &ComparedRow| match row {
        ComparedRow::Same(cells) => json!({"status": "same", "expected": cells, "got": cells}),
        ComparedRow::Differing { expected, got, .. } => {
            json!({"status": "differs", "expected": expected, "got": got})
        }
        ComparedRow::Lacking(cells) => {
            json!({"status": "lacking", "expected": cells, "got": null})
        }
        ComparedRow::Surplus(cells) => {
            json!({"status": "surplus", "expected": null, "got": cells})
        }
    };
    difference.rows.iter().map(row).collect()
}
