//! Which assets share a part of the derived tables.
//!
//! A part holds a range of assets in the order of their names. Where a range begins is decided by the names around
//! it alone, as in content-defined chunking: at a name whose hash is lower than those of its neighbours. So an asset
//! that comes or goes changes the ranges beside it, and moves no other.

use std::ops::Range;

/// Tables of a large store have about so many parts, or half of it.
const MOST_PARTS: u64 = 64;

/// The ranges of assets that are given in the order of their names. Tables without assets, or that follow from fewer than
/// twice `a_part` observations, have one part.
pub(super) fn ranges(assets: &[&str], observations: u64, a_part: u64) -> Vec<Range<usize>> {
    let parts = (observations / a_part.max(1)).clamp(1, MOST_PARTS);
    let reach = reach(assets.len().div_ceil(parts as usize));
    let hashes: Vec<[u8; 32]> = assets
        .iter()
        .map(|name| blake3::hash(name.as_bytes()).into())
        .collect();
    let is_lowest = |place: &usize| {
        let from = place.saturating_sub(reach);
        let to = assets.len().min(place + reach + 1);
        hashes[from..to].iter().all(|hash| hashes[*place] <= *hash)
    };
    let mut begins = vec![0];
    if parts > 1 {
        begins.extend((1..assets.len()).filter(is_lowest));
    }
    let ends = begins.iter().skip(1).copied().chain([assets.len()]);
    let ranges = begins.iter().zip(ends);
    ranges.map(|(begin, end)| *begin..end).collect()
}

/// How many neighbours on either side a name is compared with, so that ranges hold about so many assets. Only powers
/// of two: else one more asset could move all ranges.
fn reach(assets_a_part: usize) -> usize {
    assets_a_part.next_power_of_two() / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(count: usize) -> Vec<String> {
        (0..count)
            .map(|number| format!("asset-{number:05}"))
            .collect()
    }

    fn ranges_of(names: &[String], observations: u64) -> Vec<Vec<String>> {
        let texts: Vec<&str> = names.iter().map(String::as_str).collect();
        let ranges = ranges(&texts, observations, 1000);
        ranges
            .into_iter()
            .map(|range| names[range].to_vec())
            .collect()
    }

    #[test]
    fn small_tables_have_one_part_and_large_ones_some_dozens() {
        assert_eq!(ranges_of(&names(0), 0), [Vec::<String>::new()]);
        assert_eq!(ranges_of(&names(1), 1_000_000).len(), 1);
        assert_eq!(ranges_of(&names(500), 1999).len(), 1);
        for count in [60, 100, 500, 3_000, 10_000] {
            let names = names(count);
            let ranges = ranges_of(&names, 1_000_000);
            assert!(
                (20..=90).contains(&ranges.len()),
                "{count}: {}",
                ranges.len()
            );
            assert_eq!(ranges.concat(), names, "in the order of names");
            let largest = ranges.iter().map(Vec::len).max().expect("ranges");
            assert!(
                largest <= 5 * count.div_ceil(ranges.len()),
                "{count}: {largest}"
            );
        }
    }

    #[test]
    fn an_asset_that_comes_changes_the_ranges_beside_it_alone() {
        let before = names(500);
        let old = ranges_of(&before, 1_000_000);
        for place in (0..500).step_by(7) {
            let mut after = before.clone();
            after.insert(place, format!("asset-{:05}-b", place.max(1) - 1));
            after.sort();
            let new = ranges_of(&after, 1_000_000);
            let changed = new.iter().filter(|range| !old.contains(range)).count();
            assert!((1..=4).contains(&changed), "{place}: {changed}");
        }
    }
}
