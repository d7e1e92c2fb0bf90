//! All problems at once, none of them twice, and no text that breaks the check.

use riskql::base::source::Sources;
use riskql::lang::check;
use riskql::lang::syntax::parse_file;

use super::language::{FILES, check_files};

const TEN: &str = r#"
kpi one
  is count of finding open

kpi two
  is count of findings opne

kpi three
  is count of findings open where severity = hgih

kpi four
  is cuont of findings open

kpi five
  is mean time from found to verified of findings verified
  target below 30

kpi six
  is count of findings open where tool = zap

kpi seven
  is one + tow

kpi eight
  is count of findings open
  as days

kpi nine
  is count of findings open
  by colour

view ten
  show backlog by colour
"#;

#[test]
fn ten_mistakes_are_ten_problems() {
    let mut files = FILES.to_vec();
    files.push(("ten.kpi", TEN));
    let (_, definitions, problems) = check_files(&files);
    assert!(definitions.is_none());
    let codes: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
    assert_eq!(
        codes,
        [
            "K201", "K203", "K204", "K207", "K220", "K301", "K206", "K221", "K202", "K202"
        ]
    );
}

#[test]
fn a_wrong_definition_is_not_unknown_elsewhere() {
    let text = r#"
scale size is small < large
  map "tiny" to smal

table notes
  key   note_id
  event written at written_at where mood = good
  event read    at last read_at of nothing
  field size scale size
  field kind txt

condition loud is volume = high

score weight
  of   notes
  base size
    small 1

sla answers
  of     note
  starts written
  stops  read
  due 3 days otherwise

kpi a
  is count of notes written where kind = long and loud

kpi b
  is sum weight of notes written

kpi c
  is a + b + count of notes read + count of notes overdue

view v
  show c by kind

dashboard d
  layer l
    show number a
    show table v
"#;
    let (_, definitions, problems) =
        check_files(&[("calendar.kpi", "calendar\n"), ("x.kpi", text)]);
    assert!(definitions.is_none());
    let told: Vec<(&str, &str)> = problems
        .iter()
        .map(|problem| (problem.code, problem.message.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("K204", "`smal` is not a value of `size`"),
            ("K202", "`mood` is not a field of notes"),
            ("K201", "there is no table `nothing`"),
            ("K233", "`txt` is not a type"),
            ("K202", "`volume` is not a field of notes"),
            ("K500", "no weight for `size` large"),
            ("K201", "there is no table `note`"),
        ]
    );
}

#[test]
fn an_event_named_as_another_field_is_told_once() {
    let text = r#"
table tickets
  key   id
  event opened at opened_at
  state live from opened_at until closed
  field opened yesno

kpi a
  is count of tickets opened

kpi b
  is mean time from opened to opened of tickets opened
"#;
    let (_, _, problems) = check_files(&[("calendar.kpi", "calendar\n"), ("x.kpi", text)]);
    let told: Vec<&str> = problems
        .iter()
        .map(|problem| problem.message.as_str())
        .collect();
    assert_eq!(told, ["`opened` is already a field of tickets"]);
}

/// Lines taken out and words replaced: whatever comes of it is told, without panic and without a
/// flood.
#[test]
fn damaged_definitions_are_told_about() {
    const OTHERS: [&str; 8] = [
        "zzz", "findings", "open", "2026-W53", "7", "severity", "mttr", "risk",
    ];
    let whole: String = FILES.iter().map(|(_, text)| format!("{text}\n")).collect();
    let lines: Vec<&str> = whole.lines().collect();
    for index in (0..lines.len()).step_by(3) {
        let mut kept = lines.clone();
        kept.remove(index);
        check_text(&kept.join("\n"));
    }
    let words = lines
        .iter()
        .enumerate()
        .flat_map(|(index, line)| line.split_whitespace().map(move |word| (index, word)));
    // A few of all pairs, other ones for each word: the check of all takes minutes.
    for (count, (index, word)) in words.enumerate().step_by(17) {
        let damaged = lines[index].replacen(word, OTHERS[count % OTHERS.len()], 1);
        let mut changed = lines.clone();
        changed[index] = &damaged;
        check_text(&changed.join("\n"));
    }
}

fn check_text(text: &str) {
    let mut sources = Sources::default();
    let id = sources.add("all.kpi", text);
    let (tree, unparsed) = parse_file(&sources, id);
    let is_whole = tree.mistaken.is_empty();
    let (definitions, problems) = check::definitions(&sources, &[tree]);
    let has_errors = problems.has_errors() || !is_whole;
    assert_eq!(definitions.is_none(), has_errors);
    if !unparsed.has_errors() {
        assert!(
            problems.sorted().len() < 120,
            "a flood of problems from\n{text}"
        );
    }
}

#[test]
fn a_thousand_kpis_are_quick() {
    let mut kpis = String::new();
    for index in 0..1000 {
        let before = match index {
            0 => "backlog".to_owned(),
            index => format!("kpi_{}", index / 2),
        };
        kpis.push_str(&format!(
            "kpi kpi_{index} \"Number {index}\"\n  is count of findings open where severity = critical + {before}\n  by severity, app, team\n  lower is better\n  target below {index} for severity = high\n\n",
        ));
    }
    // `kpi_0` to `kpi_1` would be a circle.
    let kpis = kpis.replace("+ kpi_0\n", "+ backlog\n");
    let mut files = FILES.to_vec();
    files.push(("many.kpi", &kpis));
    let mut sources = Sources::default();
    let trees: Vec<_> = files
        .iter()
        .map(|(name, text)| {
            let id = sources.add(*name, *text);
            parse_file(&sources, id).0
        })
        .collect();
    let start = std::time::Instant::now();
    let (definitions, problems) = check::definitions(&sources, &trees);
    let spent = start.elapsed();
    assert_eq!(problems.sorted(), []);
    assert_eq!(definitions.map(|found| found.kpis.len()), Some(1015));
    println!("1,015 KPIs checked in {spent:?}");
    // Generous, for slow machines and builds without optimisation: it would be minutes if looking
    // up names were quadratic.
    assert!(spent.as_secs() < 5, "{spent:?}");
}
