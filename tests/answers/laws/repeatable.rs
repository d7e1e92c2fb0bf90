//! The same data and definitions give the same bytes, on any number of threads, and no number that
//! is none (rules S2 and S17).

use riskql::exec::answer::Answer;
use riskql::exec::compute::Limits;
use riskql::lang::model::Query;
use riskql::render::{self, OutputFormat, RenderOptions};

use super::scenes;
use crate::answers::flat::lines;
use crate::answers::pipeline;
use crate::answers::random::questions;

fn bytes(answers: &[Answer]) -> Vec<Vec<u8>> {
    let json = |answer: &Answer| render::answer(answer, OutputFormat::Json, RenderOptions::PIPE);
    answers.iter().map(json).collect()
}

#[test]
fn answers_repeat_byte_for_byte_on_one_thread_and_on_two() {
    let pool = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.expect("threads")
    };
    let (one, two) = (pool(1), pool(2));
    for (number, mut scene) in scenes(8, 3).enumerate() {
        let asked = questions::all(&mut scene.random, number as u64);
        let queries: Vec<Query> = asked
            .iter()
            .map(|asked| pipeline::query(&scene.definitions, &asked.text()))
            .collect();
        let queries: Vec<&Query> = queries.iter().collect();
        let run = || {
            let dataset = pipeline::from_files(&scene.definitions, &scene.tables, &queries);
            pipeline::answers(&scene.definitions, &dataset, &queries, scene.evaluation)
        };
        let answers = run();
        for answer in &answers {
            for line in lines(answer) {
                assert!(
                    line.value.is_none_or(f64::is_finite),
                    "{}: {line:?}",
                    answer.query
                );
                assert_eq!(line.value.is_none(), line.reason.is_some(), "{line:?}");
            }
        }
        let first = bytes(&answers);
        assert!(first == bytes(&run()), "a second time\n{}", scene.words());
        assert!(
            first == bytes(&one.install(run)),
            "one thread\n{}",
            scene.words()
        );
        assert!(
            first == bytes(&two.install(run)),
            "two threads\n{}",
            scene.words()
        );
    }
}

#[test]
fn answers_do_not_depend_on_how_much_is_held_in_memory() {
    for (number, mut scene) in scenes(17, 1).enumerate() {
        let asked = questions::all(&mut scene.random, number as u64);
        let queries: Vec<Query> = asked
            .iter()
            .step_by(3)
            .map(|asked| pipeline::query(&scene.definitions, &asked.text()))
            .collect();
        let queries: Vec<&Query> = queries.iter().collect();
        let dataset = pipeline::from_given(&scene.definitions, &scene.tables);
        let within = |limits| {
            let answers = pipeline::answers_within(
                &scene.definitions,
                &dataset,
                &queries,
                scene.evaluation,
                limits,
            );
            bytes(&answers)
        };
        let whole = within(Limits::default());
        for (batch, kept) in [(150, usize::MAX), (100, 200)] {
            let limits = Limits { batch, kept };
            assert!(whole == within(limits), "{limits:?}\n{}", scene.words());
        }
    }
}
