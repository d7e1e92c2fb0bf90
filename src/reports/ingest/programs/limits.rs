//! How much a program may take while it works on one part of a report: steps, calls, memory. What is too much stays too much:
//! a program that catches the mistake meets it again at its next step, and fails as a whole.

use std::cell::Cell;

use jaq_json::Val;

use crate::base::memory;

/// Definitions that may be called, by all programs and for each value that a program reads.
const CALLS: [u64; 2] = [200_000, 20];
/// Values that may be made or looked at.
const STEPS: [u64; 2] = [2_000_000, 1_000];
/// Bytes that may be held, rows that were made of what the program gave included, and those for each byte of the values that it reads.
const MEMORY: [u64; 2] = [64 << 20, 32];
/// What is left of a thread's stack where definitions may still call each other. Reports are read on threads with several times
/// as much.
const STACK_LEFT: usize = 6 << 20;
/// Steps of a path, of which a thread's stack has to hold as many as it can be longer after some calls.
const LONGEST_PATH: usize = 10_000;
const PATH_CALLS: u64 = 16;
/// What a value takes besides its text.
const VALUE_BYTES: u64 = 40;

/// What a program does that no program may.
pub(super) type Excess = &'static str;

const ON_AND_ON: Excess = "the program does not end: its definitions call each other on and on";
const TOO_DEEP: Excess = "the program's definitions call each other too deeply";
const TOO_MANY_STEPS: Excess = "the program does not end: it makes values on and on";
const TOO_MUCH: Excess =
    "the program makes more than memory is meant for: 64 MB, and 32 times what it reads";
/// Values that are nested more deeply than any report.
pub(super) const TOO_NESTED: Excess = "the program nests values more deeply than 1000";

/// What a program took so far, and what it may.
struct Spent {
    calls: Cell<u64>,
    most_calls: Cell<u64>,
    steps: Cell<u64>,
    most_steps: Cell<u64>,
    /// What the thread held before.
    ground: Cell<i64>,
    most_bytes: Cell<i64>,
    excess: Cell<Option<Excess>>,
}

thread_local! {
    static SPENT: Spent = const {
        Spent {
            calls: Cell::new(0),
            most_calls: Cell::new(0),
            steps: Cell::new(0),
            most_steps: Cell::new(0),
            ground: Cell::new(0),
            most_bytes: Cell::new(0),
            excess: Cell::new(None),
        }
    };
}

/// What a program takes is counted from here on; this is what it reads.
pub(super) fn begin(input: &Val) {
    let size = ValueSize::of(input);
    SPENT.with(|spent| {
        spent.calls.set(0);
        spent.most_calls.set(CALLS[0] + CALLS[1] * size.values);
        spent.steps.set(0);
        spent.most_steps.set(STEPS[0] + STEPS[1] * size.values);
        spent.ground.set(memory::held());
        spent
            .most_bytes
            .set((MEMORY[0] + MEMORY[1] * size.bytes) as i64);
        spent.excess.set(None);
    });
}

impl Spent {
    fn refuse(&self, excess: Excess) -> Result<(), Excess> {
        let first = self.excess.get().unwrap_or(excess);
        self.excess.set(Some(first));
        Err(first)
    }
}

/// What was too much, if anything was.
pub(super) fn excess() -> Option<Excess> {
    SPENT.with(|spent| spent.excess.get())
}

/// Notes that something is too much.
pub(super) fn refuse(excess: Excess) -> Result<(), Excess> {
    SPENT.with(|spent| spent.refuse(excess))
}

/// Counts a value that is made or looked at.
pub(super) fn step() -> Result<(), Excess> {
    room(0)
}

/// Counts a value that is going to be made, of so many bytes.
pub(super) fn room(bytes: usize) -> Result<(), Excess> {
    SPENT.with(|spent| {
        let steps = spent.steps.get() + 1;
        spent.steps.set(steps);
        let held = memory::held() - spent.ground.get();
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        if held.saturating_add(bytes) > spent.most_bytes.get() {
            return spent.refuse(TOO_MUCH);
        }
        if steps > spent.most_steps.get() {
            return spent.refuse(TOO_MANY_STEPS);
        }
        spent.excess.get().map_or(Ok(()), Err)
    })
}

/// Counts a call of a definition.
pub(super) fn call() -> Result<(), Excess> {
    SPENT.with(|spent| {
        let calls = spent.calls.get() + 1;
        spent.calls.set(calls);
        if calls > spent.most_calls.get() {
            return spent.refuse(ON_AND_ON);
        }
        match stacker::remaining_stack() {
            Some(left) if left < STACK_LEFT => spent.refuse(TOO_DEEP),
            Some(_) | None => spent.excess.get().map_or(Ok(()), Err),
        }
    })
}

/// Counts a call of a definition on the way to a value. The way is looked at now and then, since that takes as long as it is.
pub(super) fn call_of_path<T>(path: impl Iterator<Item = T>) -> Result<(), Excess> {
    call()?;
    let is_looked_at = SPENT.with(|spent| spent.calls.get().is_multiple_of(PATH_CALLS));
    match is_looked_at && path.take(LONGEST_PATH + 1).count() > LONGEST_PATH {
        true => refuse(TOO_NESTED),
        false => Ok(()),
    }
}

/// Whether a value may be written or gone through: parts of it may be shared, and each is met as often as it is there.
pub(super) fn may_be_unfolded(value: &Val) -> Result<(), Excess> {
    let most = SPENT.with(|spent| spent.most_bytes.get()) as u64;
    let mut bytes = 0;
    each_part(value, &mut |part| {
        step()?;
        bytes += VALUE_BYTES + text_bytes(part);
        match bytes > most {
            true => refuse(TOO_MUCH),
            false => Ok(()),
        }
    })
}

/// How many values a report's value is made of, and what they take.
struct ValueSize {
    values: u64,
    bytes: u64,
}

impl ValueSize {
    fn of(value: &Val) -> ValueSize {
        let (mut values, mut bytes) = (0, 0);
        let counted = each_part(value, &mut |part| {
            values += 1;
            bytes += VALUE_BYTES + text_bytes(part);
            Ok(())
        });
        debug_assert!(counted.is_ok());
        ValueSize { values, bytes }
    }
}

/// Hands a value and all that is inside of it to a function, until that refuses one. No value is nested so deeply that the
/// stack would not hold.
fn each_part(value: &Val, take: &mut impl FnMut(&Val) -> Result<(), Excess>) -> Result<(), Excess> {
    take(value)?;
    match value {
        Val::Arr(members) => members
            .iter()
            .try_for_each(|member| each_part(member, take)),
        Val::Obj(members) => members
            .values()
            .try_for_each(|member| each_part(member, take)),
        Val::Null | Val::Bool(_) | Val::Num(_) | Val::BStr(_) | Val::TStr(_) => Ok(()),
    }
}

fn text_bytes(value: &Val) -> u64 {
    match value {
        Val::TStr(text) | Val::BStr(text) => text.len() as u64,
        Val::Null | Val::Bool(_) | Val::Num(_) | Val::Arr(_) | Val::Obj(_) => 0,
    }
}
