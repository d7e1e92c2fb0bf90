//! As-of is replay (rule S3): the answer as of an instant from all data is the answer from data that
//! ends there.

use riskql::lang::model::Query;

use super::{Scene, scenes};
use crate::answers::flat::lines;
use crate::answers::naive::calendar::Calendar;
use crate::answers::pipeline::{self, EvaluationTime};
use crate::answers::random::{questions, times};
use crate::answers::tables::Table;

/// The data as somebody had it at an instant: no row recorded later, no time that had yet to come.
fn truncated(calendar: &Calendar, tables: &[Table], instant: i64) -> Vec<Table> {
    let is_later = |cell: &String| !cell.is_empty() && calendar.read(cell) >= instant;
    let mut tables = tables.to_vec();
    for table in &mut tables {
        if let Some(ingested) = table.column("ingested_at") {
            table.rows.retain(|row| !is_later(&row[ingested]));
        }
        for row in &mut table.rows {
            for (column, cell) in table.header.iter().zip(row) {
                if column.ends_with("_at") && is_later(cell) {
                    cell.clear();
                }
            }
        }
    }
    tables
}

#[test]
fn as_of_is_replay_for_every_kpi() {
    for (number, mut scene) in scenes(1, 10).enumerate() {
        let Scene {
            calendar,
            definitions,
            tables,
            random,
            ..
        } = &mut scene;
        let asked = questions::all(random, number as u64);
        let queries: Vec<Query> = asked
            .iter()
            .map(|asked| pipeline::query(definitions, &asked.text()))
            .collect();
        let queries: Vec<&Query> = queries.iter().collect();
        let instant = times::as_of(random, calendar, tables);
        let evaluation = EvaluationTime::at(instant);
        let answers = |tables: &[Table]| {
            let dataset = pipeline::from_given(definitions, tables);
            pipeline::answers(definitions, &dataset, &queries, evaluation)
        };
        let replayed = answers(tables);
        let then = answers(&truncated(calendar, tables, instant));
        for (replayed, then) in replayed.iter().zip(&then) {
            assert_eq!(
                (lines(replayed), &replayed.excluded),
                (lines(then), &then.excluded),
                "as of {}: {}\n{}",
                times::stamp(instant),
                replayed.query,
                scene.words()
            );
        }
    }
}

#[test]
fn knowledge_set_apart_hides_rows_and_no_events() {
    for mut scene in scenes(2, 10) {
        let Scene {
            calendar,
            definitions,
            tables,
            evaluation,
            random,
        } = &mut scene;
        let known_on = times::as_of(random, calendar, tables);
        let query = pipeline::query(definitions, "backlog by severity with total");
        let answer = |tables: &[Table], known_on: i64| {
            let dataset = pipeline::from_given(definitions, tables);
            let evaluation = EvaluationTime {
                known_on,
                ..*evaluation
            };
            pipeline::answers(definitions, &dataset, &[&query], evaluation).remove(0)
        };
        let mut recorded = tables.clone();
        for table in &mut recorded {
            if let Some(ingested) = table.column("ingested_at") {
                table.rows.retain(|row| {
                    row[ingested].is_empty() || calendar.read(&row[ingested]) < known_on
                });
                table.rows.iter_mut().for_each(|row| row[ingested].clear());
            }
        }
        assert_eq!(
            lines(&answer(tables, known_on)),
            lines(&answer(&recorded, evaluation.as_of)),
            "known on {}\n{}",
            times::stamp(known_on),
            scene.words()
        );
    }
}
