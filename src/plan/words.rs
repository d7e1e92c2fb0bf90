use crate::model::{Condition, Definitions};
pub struct Paragraph {
    pub title: String,
    pub lines: Vec<String>,
}
pub fn condition(_d: &Definitions, _c: &Condition) -> String {
    String::new()
}
pub fn describe() {}
