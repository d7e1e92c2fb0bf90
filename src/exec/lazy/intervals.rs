//! Arithmetic of intervals `(from, until]` of instants. A set is a list of them, ascending and apart.

/// `i64::MIN` and `i64::MAX` stand for open ends.
pub(super) type Interval = (i64, i64);

/// Joins ascending intervals that touch or overlap, and leaves out empty ones.
pub(super) fn merge_ascending(intervals: &mut Vec<Interval>) {
    intervals.dedup_by(|next, kept| {
        let touches = next.0 <= kept.1;
        if touches {
            kept.1 = kept.1.max(next.1);
        }
        touches
    });
    intervals.retain(|(from, until)| from < until);
}

/// Where at least so many of some intervals are.
pub(super) fn covered(mut intervals: Vec<Interval>, at_least: u32) -> Vec<Interval> {
    if at_least <= 1 {
        intervals.sort_unstable();
        merge_ascending(&mut intervals);
        return intervals;
    }
    let mut changes: Vec<(i64, i64)> = Vec::with_capacity(2 * intervals.len());
    for (from, until) in intervals {
        changes.extend([(from, 1), (until, -1)]);
    }
    // Where one ends and another begins there is no gap between: beginnings first.
    changes.sort_unstable_by_key(|(at, change)| (*at, -change));
    let (mut depth, mut since, mut apart) = (0, None, Vec::new());
    for (at, change) in changes {
        depth += change;
        match since {
            None if depth >= i64::from(at_least) => since = Some(at),
            Some(from) if depth < i64::from(at_least) => {
                apart.push((from, at));
                since = None;
            }
            None | Some(_) => {}
        }
    }
    merge_ascending(&mut apart);
    apart
}

/// Where both sets are; `both` is what it is written to.
pub(super) fn intersect(left: &[Interval], right: &[Interval], both: &mut Vec<Interval>) {
    both.clear();
    let (mut i, mut j) = (0, 0);
    while let (Some(a), Some(b)) = (left.get(i), right.get(j)) {
        let (from, until) = (a.0.max(b.0), a.1.min(b.1));
        if from < until {
            both.push((from, until));
        }
        if a.1 < b.1 {
            i += 1;
        } else {
            j += 1;
        }
    }
}

/// Where a set is not; `gaps` is what it is written to.
pub(super) fn complement(set: &[Interval], gaps: &mut Vec<Interval>) {
    gaps.clear();
    let mut after = i64::MIN;
    for (from, until) in set {
        if after < *from {
            gaps.push((after, *from));
        }
        after = *until;
    }
    if after < i64::MAX {
        gaps.push((after, i64::MAX));
    }
}

#[cfg(test)]
mod tests {
    use super::{Interval, covered, merge_ascending};

    fn intersect(left: &[Interval], right: &[Interval]) -> Vec<Interval> {
        let mut both = vec![(7, 7)];
        super::intersect(left, right, &mut both);
        both
    }

    fn complement(set: &[Interval]) -> Vec<Interval> {
        let mut gaps = vec![(7, 7)];
        super::complement(set, &mut gaps);
        gaps
    }

    fn merged(mut ascending: Vec<Interval>) -> Vec<Interval> {
        merge_ascending(&mut ascending);
        ascending
    }

    #[test]
    fn sets_intersect_complement_and_merge() {
        assert_eq!(intersect(&[(0, 5), (8, 9)], &[(3, 8)]), vec![(3, 5)]);
        assert_eq!(complement(&[(0, 5)]), vec![(i64::MIN, 0), (5, i64::MAX)]);
        assert_eq!(
            complement(&complement(&[(0, 5), (7, 9)])),
            vec![(0, 5), (7, 9)]
        );
        assert_eq!(complement(&[]), vec![(i64::MIN, i64::MAX)]);
        assert_eq!(complement(&[(i64::MIN, i64::MAX)]), vec![]);
        assert_eq!(
            merged(vec![(0, 2), (2, 3), (5, 5), (6, 9), (7, 8)]),
            vec![(0, 3), (6, 9)]
        );
    }

    #[test]
    fn instants_are_in_at_least_so_many_intervals() {
        let three = || vec![(0, 10), (4, 6), (6, 12)];
        assert_eq!(covered(three(), 1), vec![(0, 12)]);
        // One ends at 6 and the next begins there: two are always there from 4 to 10.
        assert_eq!(covered(three(), 2), vec![(4, 10)]);
        assert_eq!(covered(three(), 3), vec![]);
        assert_eq!(
            covered(vec![(0, i64::MAX), (5, i64::MAX)], 2),
            vec![(5, i64::MAX)]
        );
    }
}
