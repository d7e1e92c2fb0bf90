//! The rows behind one measure of a value: the pass over its table with every row a group of its own,
//! so that what counts here is by construction what counted there.

use std::cmp::Ordering;

use super::assemble::{context, shown};
use super::axis::Axis;
use super::fields::Reader;
use super::finish::{Finish, Reading};
use super::list;
use super::nodes::Block;
use super::pass::Pass;
use super::store::Store;
use crate::base::cancellation::{self, Steps};
use crate::base::types::{FieldType, StockMoment};
use crate::exec::answer::{Answer, AnswerColumn, Cell, ColumnRole};
use crate::lang::functions::Keeps;
use crate::lang::model::Measure;
use crate::plan::{Step, Trace};

/// A row that counts.
#[derive(Clone, Copy, Debug)]
struct Counted {
    row: usize,
    /// What the measure makes of this row alone, in the engine's unit.
    value: Option<f64>,
    /// Whether it passes the test of a share, or its lifetime has ended.
    passes: bool,
}

/// The rows, the largest values first, those that pass before those that do not.
pub(super) fn answer<'a>(reader: &'a Reader<'a>, trace: &Trace) -> Answer {
    let mut counted = counted(reader, trace);
    counted.retain(|one| trace.only.is_none_or(|only| one.passes == only));
    counted.sort_by(cancellation::listening(
        |left: &Counted, right: &Counted| {
            let by_test = right.passes.cmp(&left.passes);
            let by_value = match (left.value, right.value) {
                (Some(left), Some(right)) => right.total_cmp(&left),
                (None, None) => Ordering::Equal,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
            };
            by_test.then(by_value).then(left.row.cmp(&right.row))
        },
    ));
    let places: Vec<usize> = counted.iter().map(|one| one.row).collect();
    let mut rows = list::cells(reader, &trace.show, &places);
    let mut steps = Steps::default();
    for (row, one) in rows.iter_mut().zip(&counted) {
        steps.step();
        row.cells.extend(own_cells(trace, one));
    }
    Answer {
        query: trace.title.clone(),
        context: context(reader),
        columns: columns(reader, trace),
        rows,
        excluded: Vec::new(),
        notes: Vec::new(),
    }
}

fn columns(reader: &Reader, trace: &Trace) -> Vec<AnswerColumn> {
    let own = |name: &String, field_type: FieldType| AnswerColumn {
        name: name.clone(),
        title: name.clone(),
        role: ColumnRole::Field(field_type),
    };
    let mut columns = list::columns(reader, &trace.show);
    let value = trace.value.iter();
    columns.extend(value.map(|(name, _)| own(name, FieldType::Number)));
    columns.extend(trace.test.iter().map(|name| own(name, FieldType::YesNo)));
    columns
}

fn own_cells(trace: &Trace, one: &Counted) -> Vec<Cell> {
    let mut cells = Vec::new();
    if let Some((_, unit)) = &trace.value {
        let number = one.value.map(|value| Cell::Number(shown(value, *unit)));
        cells.push(number.unwrap_or(Cell::Missing));
    }
    if trace.test.is_some() {
        cells.push(Cell::YesNo(one.passes));
    }
    cells
}

fn counted<'a>(reader: &'a Reader<'a>, trace: &Trace) -> Vec<Counted> {
    let measure = &trace.measure;
    // A stock over a period has the rows it was last read from: those of the end.
    let moment = match trace.moment {
        StockMoment::Start => StockMoment::Start,
        StockMoment::End | StockMoment::Average | StockMoment::Peak => StockMoment::End,
    };
    let slots = std::slice::from_ref(&trace.slot);
    let axis = Axis::new(slots, measure.kind(), moment, reader.calendar());
    if axis.len() == 0 {
        return Vec::new();
    }
    let step = Step {
        measure: measure.clone(),
        moment,
        keys: Vec::new(),
    };
    let mut pass = Pass::new(reader, measure.population.table);
    pass.add(&step, axis);
    pass.program
        .over_blocks(|block| counted_of_block(&pass, measure, block))
        .concat()
}

fn counted_of_block(pass: &Pass, measure: &Measure, block: &Block) -> Vec<Counted> {
    let job = &pass.jobs[0];
    let kept = pass.kept_by_row(job, block);
    let first = block.rows.start;
    if let (Keeps::Lifetimes, Store::Items(items)) = (job.keeps, &kept.store) {
        let lifetime = |item: &super::store::Item| Counted {
            row: first + item.cell as usize,
            value: Some((item.bits >> 1) as f64),
            passes: item.bits & 1 == 1,
        };
        return items.iter().map(lifetime).collect();
    }
    let rows = block.rows.len();
    let finished = Finish {
        kept: &kept,
        instants: &pass.axes[0].ends,
        reading: Reading::of(&job.taken),
        function: measure.function,
        parameter: measure.parameter,
    }
    .over(&(0..rows as u32).map(Some).collect::<Vec<_>>(), rows);
    (0..rows)
        .filter_map(|row| {
            let (value, count) = finished.at(row, 0);
            (count > 0).then_some(Counted {
                row: first + row,
                value,
                passes: measure.with.is_none() || value == Some(1.0),
            })
        })
        .collect()
}
