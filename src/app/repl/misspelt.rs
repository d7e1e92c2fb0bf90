//! What is said of texts that a query asks for and that no row has.

use super::session::Session;
use crate::exec::query_context::AbsentText;
use crate::render;

impl Session {
    /// A line for each text.
    pub(super) fn unknown_texts(&self, absent: &[AbsentText]) -> String {
        let line = |text: &AbsentText| match &text.near {
            Some(_) => text.sentence(),
            None => format!("{}; those there are: \\values {}", text.fact(), text.field),
        };
        let remark = |text| render::remark(&line(text), self.settings.look);
        absent.iter().map(remark).collect()
    }
}
