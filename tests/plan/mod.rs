//! Plans of hand-built queries: bounds worked out by hand, and properties over random ones.

mod comparisons;
mod components;
mod evaluation_times;
mod fixture;
mod requirements;
mod tiling;
mod timelines;
mod words;
