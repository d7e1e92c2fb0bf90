//! Verdicts: what is said of worlds in which risk falls, rises, or cannot be judged (rule S64).

mod boards;
mod worlds;
