//! Whether the day or the month comes first, decided for a report from all its dates.

use std::fmt;

use super::numeric::NumericDate;

/// Which number of `03/04/2026` is the month.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum DayOrder {
    DayFirst,
    MonthFirst,
}

impl DayOrder {
    pub const ALL: [DayOrder; 2] = [DayOrder::DayFirst, DayOrder::MonthFirst];

    /// As people type it.
    pub fn word(self) -> &'static str {
        match self {
            DayOrder::DayFirst => "dmy",
            DayOrder::MonthFirst => "mdy",
        }
    }

    /// What comes first in it.
    pub fn first(self) -> &'static str {
        match self {
            DayOrder::DayFirst => "day",
            DayOrder::MonthFirst => "month",
        }
    }

    pub fn other(self) -> DayOrder {
        match self {
            DayOrder::DayFirst => DayOrder::MonthFirst,
            DayOrder::MonthFirst => DayOrder::DayFirst,
        }
    }
}

/// Where in a report a date is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DatePlace {
    /// What the report says of its scan.
    Scan,
    /// A row, from 1.
    Row(u64),
}

impl fmt::Display for DatePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DatePlace::Scan => f.write_str("of the scan"),
            DatePlace::Row(row) => write!(f, "in row {row}"),
        }
    }
}

/// A date as it stands in the report.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DateSample {
    pub text: String,
    pub place: DatePlace,
}

/// What the dates of a report tell of their order; of each kind the first is kept.
#[derive(Clone, Default)]
pub struct DateOrders {
    /// Dates in one order only, by that order.
    only: ByOrder,
    /// Those of them whose order the source leaves open.
    proof: ByOrder,
    /// Dates in both orders whose order the source leaves open.
    open: Option<DateSample>,
    /// Dates in both orders, by the order that the source declares.
    declared: ByOrder,
    /// A date in one order only, where the source declares the other.
    against: Option<(DateSample, DayOrder)>,
}

#[derive(Clone, Default)]
struct ByOrder([Option<DateSample>; 2]);

impl ByOrder {
    fn of(&self, order: DayOrder) -> Option<&DateSample> {
        self.0[order as usize].as_ref()
    }

    fn note(&mut self, order: DayOrder, sample: impl FnOnce() -> DateSample) {
        self.0[order as usize].get_or_insert_with(sample);
    }

    fn append(&mut self, later: ByOrder, rows: u64) {
        let each = self.0.iter_mut().zip(later.0);
        each.for_each(|(own, later)| keep_first(own, later, rows));
    }
}

fn keep_first(own: &mut Option<DateSample>, later: Option<DateSample>, rows: u64) {
    if let Some(later) = later.filter(|_| own.is_none()) {
        *own = Some(later.after(rows));
    }
}

impl DateSample {
    /// The same in a report that has so many rows more before it.
    fn after(self, rows: u64) -> DateSample {
        let place = match self.place {
            DatePlace::Scan => DatePlace::Scan,
            DatePlace::Row(row) => DatePlace::Row(row + rows),
        };
        DateSample { place, ..self }
    }
}

/// By what order the dates of a report are to be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OrderVerdict {
    /// Every date is one day only, or the source declares its order.
    Settled,
    /// By that of those dates that are in one order only.
    Proven(DayOrder),
    /// By what somebody told.
    Told(DayOrder),
}

impl OrderVerdict {
    /// The order that somebody had to tell.
    pub fn told(self) -> Option<DayOrder> {
        match self {
            OrderVerdict::Told(order) => Some(order),
            OrderVerdict::Settled | OrderVerdict::Proven(_) => None,
        }
    }
}

/// Why the dates of a report cannot be read in one order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum OrderConflict {
    /// No date tells, and nobody did.
    Unknown(DateSample),
    /// Some dates have the day first, and some the month.
    Mixed(DateSample, DateSample),
    /// The source declares the other order.
    Undeclared(DateSample, DayOrder),
    /// Somebody told this order, in which a date is none.
    Mistold(DateSample, DayOrder),
}

impl DateOrders {
    /// Notes what a date tells, of which this order is known.
    pub(super) fn note(
        &mut self,
        date: &NumericDate,
        text: &str,
        place: DatePlace,
        known: Option<DayOrder>,
    ) {
        let sample = || DateSample {
            text: text.to_string(),
            place,
        };
        let [day_first, month_first] = DayOrder::ALL.map(|order| date.at(order));
        match (day_first, month_first) {
            (Some(one), Some(other)) if one != other => match date.declared {
                Some(order) => self.declared.note(order, sample),
                None if known.is_none() => drop(self.open.get_or_insert_with(sample)),
                None => {}
            },
            (Some(_), None) => self.note_only(DayOrder::DayFirst, date, sample),
            (None, Some(_)) => self.note_only(DayOrder::MonthFirst, date, sample),
            (Some(_), Some(_)) | (None, None) => {}
        }
    }

    fn note_only(&mut self, order: DayOrder, date: &NumericDate, sample: impl Fn() -> DateSample) {
        self.only.note(order, &sample);
        match date.declared {
            None => self.proof.note(order, sample),
            Some(declared) if declared != order => {
                self.against.get_or_insert_with(|| (sample(), declared));
            }
            Some(_) => {}
        }
    }

    /// Adds what dates of later rows tell, before which there are so many others.
    pub fn append(&mut self, later: DateOrders, rows: u64) {
        self.only.append(later.only, rows);
        self.proof.append(later.proof, rows);
        self.declared.append(later.declared, rows);
        keep_first(&mut self.open, later.open, rows);
        if let Some((sample, order)) = later.against.filter(|_| self.against.is_none()) {
            self.against = Some((sample.after(rows), order));
        }
    }

    /// By what order the report is to be read; `told` is what somebody says of it.
    pub fn verdict(&self, told: Option<DayOrder>) -> Result<OrderVerdict, OrderConflict> {
        let [day_first, month_first] = DayOrder::ALL.map(|order| self.proof.of(order));
        if let (Some(one), Some(other)) = (day_first, month_first) {
            return Err(OrderConflict::Mixed(one.clone(), other.clone()));
        }
        if let Some(told) = told {
            return self.as_told(told);
        }
        if let Some((sample, declared)) = &self.against {
            return Err(OrderConflict::Undeclared(sample.clone(), *declared));
        }
        match (&self.open, day_first, month_first) {
            (None, _, _) => Ok(OrderVerdict::Settled),
            (Some(_), Some(_), _) => Ok(OrderVerdict::Proven(DayOrder::DayFirst)),
            (Some(_), None, Some(_)) => Ok(OrderVerdict::Proven(DayOrder::MonthFirst)),
            (Some(open), None, None) => Err(OrderConflict::Unknown(open.clone())),
        }
    }

    fn as_told(&self, told: DayOrder) -> Result<OrderVerdict, OrderConflict> {
        if let Some(sample) = self.only.of(told.other()) {
            return Err(OrderConflict::Mistold(sample.clone(), told));
        }
        let is_proven = self.proof.of(told).is_some();
        let changes_declared = self.declared.of(told.other()).is_some() || self.against.is_some();
        Ok(match (&self.open, is_proven, changes_declared) {
            (_, _, true) | (Some(_), false, false) => OrderVerdict::Told(told),
            (Some(_), true, false) => OrderVerdict::Proven(told),
            (None, _, false) => OrderVerdict::Settled,
        })
    }

    /// Whether reading the report in an order contradicts none of its dates.
    pub fn allows(&self, order: DayOrder) -> bool {
        self.only.of(order.other()).is_none()
    }
}
