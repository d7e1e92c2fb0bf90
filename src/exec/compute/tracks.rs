//! The lines of slots a query is evaluated over: its own periods, those they are compared with, and
//! the whole range.

use crate::plan::{TimeBucket, ValuesWork};

/// All lines of one query. Slots of a line are ascending and do not overlap.
pub struct Tracks {
    pub main: Vec<TimeBucket>,
    compared: Vec<Vec<TimeBucket>>,
    /// For each comparison and each slot of `main` the line and the place of the slot it is compared with.
    compared_at: Vec<Vec<(usize, usize)>>,
    /// The whole range as one slot: ranks the groups of `top` over periods.
    pub range: Option<Vec<TimeBucket>>,
}

impl Tracks {
    pub fn new(work: &ValuesWork) -> Tracks {
        let mut tracks = Tracks {
            main: work.timeline.slots.clone(),
            compared: Vec::new(),
            compared_at: Vec::new(),
            range: needs_range(work)
                .then(|| work.timeline.whole())
                .flatten()
                .map(|slot| vec![slot]),
        };
        let lines = &work.timeline.compared;
        tracks.compare(lines, work.timeline.is_windowed);
        tracks
    }

    /// Compared slots may repeat and overlap: each goes to the first line with room for it. On a line of windows they
    /// only must be ascending.
    fn compare(&mut self, comparisons: &[Vec<TimeBucket>], is_windowed: bool) {
        let mut sorted: Vec<&TimeBucket> = comparisons.iter().flatten().collect();
        sorted.sort_by_key(|slot| (slot.start, slot.end));
        sorted.dedup();
        for slot in sorted {
            let room = |line: &Vec<TimeBucket>| {
                line.last().is_some_and(|last| {
                    last.end <= slot.start
                        || (is_windowed && last.start <= slot.start && last.end < slot.end)
                })
            };
            match self.compared.iter_mut().find(|line| room(line)) {
                Some(line) => line.push(slot.clone()),
                None => self.compared.push(vec![slot.clone()]),
            }
        }
        let at = |slot: &TimeBucket| {
            let lines = self.compared.iter().enumerate();
            let mut places = lines.filter_map(|(line, slots)| {
                Some((line, slots.iter().position(|known| known == slot)?))
            });
            places.next().expect("every compared slot went to a line")
        };
        let of = |slots: &Vec<TimeBucket>| slots.iter().map(at).collect();
        self.compared_at = comparisons.iter().map(of).collect();
    }

    /// The slots of a line: 0 is the query's own, then those compared with, then the range.
    pub fn line(&self, line: usize) -> &[TimeBucket] {
        self.all().nth(line).expect("lines are counted from this")
    }

    pub fn all(&self) -> impl Iterator<Item = &[TimeBucket]> {
        std::iter::once(&self.main)
            .chain(&self.compared)
            .chain(&self.range)
            .map(Vec::as_slice)
    }

    /// The lines compared with.
    pub fn compared(&self) -> &[Vec<TimeBucket>] {
        &self.compared
    }

    /// For each comparison the line and place of the slot that a slot of `main` is compared with.
    pub fn compared_with(&self, slot: usize) -> impl Iterator<Item = (usize, usize)> {
        self.compared_at.iter().map(move |line| line[slot])
    }
}

fn needs_range(work: &ValuesWork) -> bool {
    work.shows_period && (work.top.is_some() || (work.with_total && work.by.is_empty()))
}
