//! Facts of KPIs, views and dashboards.

use super::{ChangeEffect, Fact, FactReader};
use crate::lang::model::{Direction, Kpi, Target};

impl FactReader<'_> {
    pub(super) fn kpi(&self, name: &str) -> Vec<Fact> {
        let Some(id) = self.definitions.kpi_named(name) else {
            return Vec::new();
        };
        let kpi = &self.definitions.kpis[id.0];
        let value = |about: &str, written: String| Fact::new(about, written, ChangeEffect::Value);
        let mut facts = vec![
            value("is", format!("is {}", kpi.written)).meaning(self.normal.formula(&kpi.formula)),
            value("as", format!("as {}", kpi.display.word())),
            value("at", format!("at {}", kpi.moment.word())),
        ];
        if let Some(direction) = kpi.direction {
            let written = match direction {
                Direction::HigherIsBetter => "higher is better",
                Direction::LowerIsBetter => "lower is better",
            };
            facts.push(Fact::new("better", written, ChangeEffect::Verdict));
        }
        if let Some(rows) = kpi.fewest_rows {
            let written = format!("at least {rows} rows");
            facts.push(Fact::new("rows", written, ChangeEffect::Verdict));
        }
        facts.extend(self.targets(kpi));
        facts.extend(kpi.bands.iter().map(|band| {
            Fact::new(
                format!("band {:?}", band.label),
                format!(
                    "band {:?} from {} to {}",
                    band.label, band.lower, band.upper
                ),
                ChangeEffect::Verdict,
            )
        }));
        facts.extend(wordings(kpi));
        facts
    }

    /// Paired by the rows they judge and the day they apply from, so that a moved limit is one change.
    fn targets(&self, kpi: &Kpi) -> Vec<Fact> {
        let mut facts: Vec<Fact> = Vec::new();
        for target in &kpi.targets {
            let rows = self.normal.restrictions(&target.restrictions);
            let since = self.since(target.since);
            let about = match rows.is_empty() {
                true => "target".to_string(),
                false => format!("target for {rows}"),
            };
            let of_same_rows = |fact: &&Fact| {
                let same_words =
                    fact.about == about || fact.about.starts_with(&format!("{about} #"));
                same_words && fact.version == since
            };
            let about = match facts.iter().filter(of_same_rows).count() {
                0 => about,
                before => format!("{about} #{}", before + 1),
            };
            let fact = Fact::new(about, written(target), ChangeEffect::Verdict)
                .meaning(format!("{:?} {:?} {rows}", target.bound, target.limit))
                .of_version(since.as_ref());
            facts.push(fact);
        }
        facts
    }

    pub(super) fn view(&self, name: &str) -> Vec<Fact> {
        let mut views = self.definitions.views.iter();
        let Some(view) = views.find(|view| view.name == name) else {
            return Vec::new();
        };
        let written = format!("show {}", view.query.text);
        vec![
            Fact::new("show", written, ChangeEffect::Value).meaning(self.normal.query(&view.query)),
        ]
    }

    /// A fact for each card. In which order cards stand is layout.
    pub(super) fn dashboard(&self, name: &str) -> Vec<Fact> {
        let mut dashboards = self.definitions.dashboards.iter();
        let Some(dashboard) = dashboards.find(|dashboard| dashboard.name == name) else {
            return Vec::new();
        };
        let mut facts: Vec<Fact> = Vec::new();
        for layer in &dashboard.layers {
            if let Some(title) = &layer.title {
                let about = format!("layer {}", layer.name);
                let written = format!("layer {} {title:?}", layer.name);
                facts.push(Fact::new(about, written, ChangeEffect::Wording));
            }
            for card in &layer.cards {
                let about = format!("card {:?} in layer {}", card.title, layer.name);
                let same = facts.iter().filter(|fact| fact.about.starts_with(&about));
                let about = match same.count() {
                    0 => about,
                    before => format!("{about} #{}", before + 1),
                };
                let kind = card.kind.word();
                let written = format!("show {kind} {:?}: {}", card.title, card.query.text);
                let meaning = format!("{kind} {}", self.normal.query(&card.query));
                let next_step = card.next_step.as_ref().map(|text| {
                    let about = format!("next step of {about}");
                    Fact::new(about, format!("then {text:?}"), ChangeEffect::Wording)
                });
                facts.push(Fact::new(about, written, ChangeEffect::Value).meaning(meaning));
                facts.extend(next_step);
            }
        }
        facts
    }
}

fn wordings(kpi: &Kpi) -> Vec<Fact> {
    let wording = |about: &str, text: &Option<String>| {
        let text = text.as_ref()?;
        let written = format!("{about} {text:?}");
        Some(Fact::new(about, written, ChangeEffect::Wording))
    };
    let by = (!kpi.dimensions.is_empty()).then(|| {
        let mut sorted = kpi.dimensions.clone();
        sorted.sort();
        let written = format!("by {}", kpi.dimensions.join(", "));
        Fact::new("by", written, ChangeEffect::Wording).meaning(sorted.join(", "))
    });
    let note = wording("note", &kpi.note);
    let owner = wording("owner", &kpi.owner);
    [note, owner, by].into_iter().flatten().collect()
}

fn written(target: &Target) -> String {
    let of = target.restrictions_written.as_ref();
    let of = of.map_or_else(String::new, |of| format!(" for {of}"));
    format!("target {} {}{of}", target.bound.words(), target.written)
}
