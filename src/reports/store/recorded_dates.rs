//! What a manifest says of the dates of its report.

use serde::{Deserialize, Serialize};

use crate::reports::ingest::UnreadDate;

/// Dates of a field that nothing reads: the first of them, and how many rows have one.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedUnreadDate {
    pub text: String,
    pub first_row: u64,
    pub rows: u64,
}

impl RecordedUnreadDate {
    pub(super) fn of(date: &UnreadDate) -> RecordedUnreadDate {
        RecordedUnreadDate {
            text: date.text.clone(),
            first_row: date.first_row,
            rows: date.rows,
        }
    }
}

/// The order of day and month, as people type it.
pub(super) mod day_order {
    use serde::de::{Deserialize, Deserializer, Error};
    use serde::ser::Serializer;

    use crate::reports::ingest::DayOrder;

    pub fn serialize<S: Serializer>(order: &Option<DayOrder>, to: S) -> Result<S::Ok, S::Error> {
        match order {
            Some(order) => to.serialize_str(order.word()),
            None => to.serialize_none(),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<DayOrder>, D::Error> {
        let word = Option::<String>::deserialize(from)?;
        let order = word.map(|word| {
            let mut known = DayOrder::ALL.into_iter();
            let order = known.find(|known| known.word() == word);
            order.ok_or_else(|| D::Error::custom(format!("unknown word `{word}`")))
        });
        order.transpose()
    }
}
