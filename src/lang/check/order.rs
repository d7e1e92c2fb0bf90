//! The order in which definitions that name each other are checked, and the circles among them.

use std::collections::BTreeMap;

use crate::base::diagnostic::{Diagnostic, Problems};
use crate::lang::syntax::ast::Identifier;

/// What must come before what, put in order.
pub(super) struct Order {
    /// Every index that is in no circle and leads to none, after all that it needs.
    pub sorted: Vec<usize>,
    /// Each circle found, from its first member to its last.
    pub circles: Vec<Vec<usize>>,
}

/// The place of each definition by its name.
pub(super) fn places<'a>(names: impl Iterator<Item = &'a Identifier>) -> BTreeMap<&'a str, usize> {
    let places = names.enumerate();
    places
        .map(|(place, name)| (name.node.as_str(), place))
        .collect()
}

/// The order of definitions of a kind by the places that each needs; every circle is reported.
pub(super) fn ordered<'a>(
    needs: &[Vec<usize>],
    kind: &str,
    name: impl Fn(usize) -> &'a Identifier,
    problems: &mut Problems,
) -> Order {
    let order = dependencies_first(needs);
    for circle in &order.circles {
        problems.push(circular(kind, circle, &name));
    }
    order
}

/// What is said of a circle (K228): the whole way round, told at its first member.
fn circular<'a>(
    kind: &str,
    circle: &[usize],
    name: &impl Fn(usize) -> &'a Identifier,
) -> Diagnostic {
    let first = name(circle[0]);
    let way = circle.iter().chain(circle.first());
    let way: Vec<&str> = way.map(|index| name(*index).node.as_str()).collect();
    let message = format!("{kind} `{}` is defined by itself", first.node);
    Diagnostic::error("K228", first.span, message).help(way.join(" → "))
}

#[derive(Clone, Copy, PartialEq)]
enum VisitState {
    Unseen,
    OnPath,
    Done,
    Broken,
}

/// Orders indexes so that `needs[i]` come before `i`. Without recursion, because chains may be long.
fn dependencies_first(needs: &[Vec<usize>]) -> Order {
    let mut order = Order {
        sorted: Vec::new(),
        circles: Vec::new(),
    };
    let mut marks = vec![VisitState::Unseen; needs.len()];
    for start in 0..needs.len() {
        if marks[start] == VisitState::Unseen {
            walk(start, needs, &mut marks, &mut order);
        }
    }
    order
}

fn walk(start: usize, needs: &[Vec<usize>], marks: &mut [VisitState], order: &mut Order) {
    let mut path: Vec<(usize, usize)> = vec![(start, 0)];
    marks[start] = VisitState::OnPath;
    let mut broken: Vec<bool> = vec![false];
    while let Some((index, place)) = path.last().copied() {
        let depth = path.len() - 1;
        let Some(&needed) = needs[index].get(place) else {
            path.pop();
            let is_broken = broken.pop().unwrap_or_default();
            marks[index] = if is_broken {
                VisitState::Broken
            } else {
                VisitState::Done
            };
            match is_broken {
                true => broken.iter_mut().for_each(|mark| *mark = true),
                false => order.sorted.push(index),
            }
            continue;
        };
        path[depth].1 += 1;
        match marks[needed] {
            VisitState::Unseen => {
                marks[needed] = VisitState::OnPath;
                path.push((needed, 0));
                broken.push(false);
            }
            VisitState::Done => {}
            VisitState::Broken => broken[depth] = true,
            VisitState::OnPath => {
                let first = path.iter().position(|(seen, _)| *seen == needed);
                let circle = path[first.unwrap_or(0)..].iter().map(|(seen, _)| *seen);
                order.circles.push(circle.collect());
                broken[depth] = true;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_needed_comes_first() {
        let order = dependencies_first(&[vec![2], vec![0], vec![]]);
        assert_eq!(order.sorted, [2, 0, 1]);
        assert!(order.circles.is_empty());
    }

    #[test]
    fn circles_are_found_once_and_what_leads_to_them_is_left_out() {
        let order = dependencies_first(&[vec![1], vec![2], vec![1], vec![]]);
        assert_eq!(order.circles, [vec![1, 2]]);
        assert_eq!(order.sorted, [3]);
    }

    #[test]
    fn a_long_chain_does_not_overflow() {
        let needs: Vec<Vec<usize>> = (0..200_000)
            .map(|index| if index == 0 { vec![] } else { vec![index - 1] })
            .rev()
            .collect();
        let count = needs.len();
        let turned: Vec<Vec<usize>> = needs
            .iter()
            .map(|list| list.iter().map(|index| count - 1 - index).collect())
            .collect();
        assert_eq!(dependencies_first(&turned).sorted.len(), count);
    }
}
