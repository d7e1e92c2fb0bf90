//! What is said of values that a query asks for and that no row has.

use super::session::Session;
use crate::exec::query_context::AbsentValue;
use crate::render;

impl Session {
    /// A line for each text.
    pub(super) fn unknown_texts(&self, absent: &[AbsentValue]) -> String {
        let line = |value: &AbsentValue| match (&value.near, value.is_listed) {
            (None, true) => {
                format!(
                    "{}; those there are: \\values {}",
                    value.fact(),
                    value.field
                )
            }
            (Some(_), _) | (None, false) => value.sentence(),
        };
        let remark = |text| render::remark(&line(text), self.settings.look);
        absent.iter().map(remark).collect()
    }
}
