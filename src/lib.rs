//! RiskQL: the language of application-security KPIs, and the engine that computes them.

pub mod answer;
pub mod calendar;
pub mod check;
pub mod data;
pub mod diagnostic;
pub mod engine;
pub mod format;
pub mod functions;
pub mod model;
pub mod plan;
pub mod render;
pub mod source;
pub mod syntax;
pub mod types;
