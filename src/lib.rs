//! RiskQL: the language of application-security KPIs, and the engine that computes them.

pub mod diagnostic;
pub mod format;
pub mod source;
pub mod syntax;
pub mod types;
