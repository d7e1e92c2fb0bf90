//! What can be asked about a number: its meaning, its rows, what moved it, what it may hide, tests, targets, dashboards, profiles of tables, cubes for other programs.

pub mod advice;
pub mod attribution;
pub mod cubes;
pub mod dashboards;
pub mod definition_diff;
pub mod documentation;
pub mod drill_through;
pub mod explain;
pub mod gate;
pub mod lineage;
pub mod profile;
pub mod restatement;
pub mod row_membership;
pub mod testing;
pub mod verdict;
