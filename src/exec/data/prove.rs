//! What has to hold of a columnar file before a query reads it: columns are there, their types fit,
//! all values convert. What is remembered of the content is not looked at again.

use std::path::Path;

use super::absent::TableFile;
use super::columnar::ExaminedColumn;
use super::columnar_parts::ColumnarParts;
use super::columns::{ColumnRequest, Meaning};
use super::files::Format;
use super::keys;
use super::plan::TablePlan;
use super::proofs::{FileContent, ProofCache, ProofRecord};
use super::report::{Origin, report_bad_values};
use super::scan::can_be_scanned;
use super::source::{Proof, Scan};
use crate::base::diagnostic::{Diagnostic, Problems};
use crate::lang::model::{Calendar, Definitions, TableId};

/// A columnar file all of whose wanted columns were checked.
pub(super) struct ColumnarTable {
    pub file: ColumnarParts,
    pub origin: Origin,
    /// By wanted column: whether the file lacks it.
    pub is_absent: Vec<bool>,
    pub notes: Vec<String>,
    pub record: ProofRecord,
    /// What was proven of each part by itself, where the table is a folder.
    pub part_records: Vec<ProofRecord>,
    pub proofs: Vec<Proof>,
}

/// Checks the wanted columns of a file.
pub(super) fn prove(
    definitions: &Definitions,
    id: TableId,
    plan: &TablePlan,
    (path, format): (&Path, Format),
    (content, cache): (Option<&FileContent>, &ProofCache),
) -> Result<ColumnarTable, Problems> {
    let name = path.display().to_string();
    let file = ColumnarParts::open(path, &name, format)?;
    file.check_types(&plan.wanted)?;
    if file.rows >= super::MOST_ROWS {
        return Err(Diagnostic::data("D114", format!("`{name}` has too many rows")).into());
    }
    let record = content.map(|content| cache.record(&content.hash.content()));
    let part_records = content.map(|content| content.parts().map(|part| cache.record(&part)));
    let mut table = ColumnarTable {
        part_records: part_records.into_iter().flatten().collect(),
        is_absent: plan.wanted.iter().map(|wanted| !file.has(wanted)).collect(),
        origin: Origin::File {
            name,
            numbering: file.numbering(),
        },
        file,
        notes: Vec::new(),
        record: record.unwrap_or_default(),
        proofs: content.map(fingerprint).into_iter().collect(),
    };
    table.prove_columns(definitions, id, plan)?;
    Ok(table)
}

impl ColumnarTable {
    fn prove_columns(
        &mut self,
        definitions: &Definitions,
        id: TableId,
        plan: &TablePlan,
    ) -> Result<(), Problems> {
        let calendar = &definitions.calendar;
        let hashed = self.key_to_hash(definitions, id, plan);
        let present = plan.wanted.iter().filter(|wanted| self.file.has(wanted));
        let is_known = |wanted: &&ColumnRequest| {
            let fact = fact(wanted, calendar);
            self.record.columns.contains_key(&fact) && hashed != Some(wanted.column)
        };
        let (known, new): (Vec<&ColumnRequest>, Vec<&ColumnRequest>) = present.partition(is_known);
        let known: Vec<ColumnRequest> = known.into_iter().cloned().collect();
        let new: Vec<ColumnRequest> = new.into_iter().cloned().collect();
        // A file that was damaged since must not end the process.
        self.file.check_pages(&known)?;
        let examined = self.examine(&new, hashed, calendar)?;
        self.report(definitions, id, plan, &new, &examined)?;
        for (wanted, examined) in new.iter().zip(examined) {
            let fact = fact(wanted, calendar);
            self.record.columns.insert(fact.clone(), examined.span);
            let is_hashed = hashed == Some(wanted.column);
            if is_hashed && keys::are_unique(examined.hashes) {
                self.record.unique.insert(fact);
            }
        }
        self.check_scan(&new, calendar);
        let proof = |wanted: &ColumnRequest, is_remembered| Proof {
            what: format!("values of `{}`", wanted.name),
            is_remembered,
        };
        self.proofs
            .extend(known.iter().map(|wanted| proof(wanted, true)));
        self.proofs
            .extend(new.iter().map(|wanted| proof(wanted, false)));
        Ok(())
    }

    /// Looks at columns, but for what is known of single parts. What they tell is remembered of each part by itself too:
    /// it is not if it is reported as wrong, since nothing of this table is.
    fn examine(
        &mut self,
        new: &[ColumnRequest],
        hashed: Option<usize>,
        calendar: &Calendar,
    ) -> Result<Vec<ExaminedColumn>, Problems> {
        let known = |place: usize, wanted: &ColumnRequest| {
            let record = self.part_records.get(place)?;
            let known = record.columns.get(&fact(wanted, calendar)).copied();
            known.filter(|_| hashed != Some(wanted.column))
        };
        let parts = self.file.examine(new, known, hashed, calendar)?;
        let mut whole: Vec<ExaminedColumn> = Vec::new();
        whole.resize_with(new.len(), ExaminedColumn::default);
        for (place, part) in parts.into_iter().enumerate() {
            for ((wanted, whole), later) in new.iter().zip(&mut whole).zip(part) {
                let record = self.part_records.get_mut(place);
                if let Some(record) = record.filter(|_| self.file.parts[place].file.has(wanted)) {
                    record.columns.insert(fact(wanted, calendar), later.span);
                }
                whole.append(later);
            }
        }
        Ok(whole)
    }

    fn check_scan(&mut self, new: &[ColumnRequest], calendar: &Calendar) {
        if self.file.format == Format::Arrow && self.file.is_scannable && !new.is_empty() {
            let scan = Scan {
                file: self.file.clone(),
                wanted: new.to_vec(),
                calendar: calendar.clone(),
            };
            self.record.is_unscannable |= !can_be_scanned(&scan);
        }
        self.file.is_scannable &= !self.record.is_unscannable;
    }

    /// The key's column, if it is to be proven unique by its hashes. That of a parent is read whole.
    fn key_to_hash(
        &self,
        definitions: &Definitions,
        id: TableId,
        plan: &TablePlan,
    ) -> Option<usize> {
        let key = definitions.table(id).key?;
        let wanted = plan.wanted.iter().find(|wanted| wanted.column == key)?;
        let is_text = matches!(wanted.meaning, Meaning::Text | Meaning::Hash);
        let is_known = self
            .record
            .unique
            .contains(&fact(wanted, &definitions.calendar));
        (is_text && !is_known && !plan.is_parent && self.file.has(wanted)).then_some(key)
    }

    /// Reports columns that are absent and values that do not convert.
    fn report(
        &mut self,
        definitions: &Definitions,
        id: TableId,
        plan: &TablePlan,
        new: &[ColumnRequest],
        examined: &[ExaminedColumn],
    ) -> Result<(), Problems> {
        let mut problems = Problems::default();
        let file = TableFile {
            definitions,
            table: definitions.table(id),
            name: &self.file.name,
        };
        let header = self.file.header();
        self.notes = file.report_absent(plan, &header, &self.is_absent, &mut problems);
        let lacking = plan.wanted.iter();
        let lacking = lacking.filter_map(|wanted| self.note_of_lacking(wanted));
        let lacking: Vec<String> = lacking.collect();
        self.notes.extend(lacking);
        for (wanted, examined) in new.iter().zip(examined) {
            let bad = &examined.bad;
            report_bad_values(definitions, &self.origin, wanted, bad, &mut problems);
        }
        if problems.has_errors() {
            return Err(problems);
        }
        Ok(())
    }

    /// A column that is in some files only.
    fn note_of_lacking(&self, wanted: &ColumnRequest) -> Option<String> {
        let lacking = self.file.lacking(wanted);
        (lacking > 0).then(|| {
            format!(
                "`{}` has no column `{}` in {lacking} of {} files: it reads as missing there",
                self.file.name,
                wanted.name,
                self.file.parts.len()
            )
        })
    }
}

fn fingerprint(content: &FileContent) -> Proof {
    Proof {
        what: "fingerprint".to_owned(),
        is_remembered: content.is_remembered,
    }
}

/// A column and what it is read as, by everything that decides how its values convert.
pub(super) fn fact(wanted: &ColumnRequest, calendar: &Calendar) -> String {
    let meaning = match &wanted.meaning {
        Meaning::Text | Meaning::Hash => "text".to_owned(),
        Meaning::YesNo => "yes/no".to_owned(),
        Meaning::Number => "number".to_owned(),
        Meaning::Date => format!("date in {}", calendar.timezone),
        Meaning::Scale(scale) => {
            let spelt = format!("{:?} {:?}", scale.values, scale.mapped);
            format!("scale {}", &blake3::hash(spelt.as_bytes()).to_hex()[..16])
        }
    };
    format!("{}: {meaning}", wanted.name)
}
