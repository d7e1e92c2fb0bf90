//! The examples the language is specified by.

use super::{good_file, good_query};

const DEFINITIONS: &str = include_str!("language.kpi");
const QUERIES: &str = include_str!("language.queries");

#[test]
fn every_definition_of_the_specification_parses() {
    let file = good_file(DEFINITIONS);
    let starts = DEFINITIONS
        .lines()
        .filter(|line| line.starts_with(|first: char| first.is_alphabetic()))
        .count();
    assert_eq!(file.definitions.len(), starts);
}

#[test]
fn every_query_of_the_specification_parses() {
    for line in QUERIES.lines() {
        good_query(line);
    }
}
