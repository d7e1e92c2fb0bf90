//! What is said about mistakes: every code, and the whole messages as a record to read.

use riskql::base::diagnostic::Cause;
use riskql::base::source::Sources;
use riskql::lang::syntax::{CODES, Example, parse_file, parse_query};

use super::{file, query, shown};

/// The messages about one text.
fn messages(example: Example) -> (Vec<&'static str>, String) {
    let mut sources = Sources::default();
    let problems = match example {
        Example::Query(text) => {
            let id = sources.add("<query>", text);
            parse_query(&sources, id).err().unwrap_or_default()
        }
        Example::File(text) => {
            let id = sources.add("test.kpi", text);
            parse_file(&sources, id).1
        }
    };
    let problems = problems.sorted();
    let codes = problems.iter().map(|problem| problem.code).collect();
    (codes, shown(&sources, &problems))
}

#[test]
fn every_code_is_given_for_its_example_and_alone() {
    for code in CODES {
        let (codes, messages) = messages(code.example);
        assert_eq!(codes, [code.code], "{:?}\n{messages}", code.example);
    }
}

#[test]
fn codes_are_in_order_and_once() {
    assert!(CODES.windows(2).all(|pair| pair[0].code < pair[1].code));
}

#[test]
fn the_messages_of_all_examples() {
    let mut out = String::new();
    for code in CODES {
        let text = match code.example {
            Example::Query(text) | Example::File(text) => text,
        };
        let text = if text.len() > 200 { &text[..60] } else { text };
        let (_, messages) = messages(code.example);
        out += &format!("{}\n{messages}\n", text.trim_end());
    }
    insta::assert_snapshot!(out);
}

/// Further mistaken queries.
pub const QUERIES: &[&str] = &[
    "mttr whre severity = high",
    "mttr bt team",
    "mttr BY team",
    "count findings open",
    "count of findings open whre x = 1",
    "mttr by",
    "mttr by where x = 1",
    "mttr, by team",
    "mttr last",
    "mttr over",
    "mttr last 30 dyas",
    "mttr in march",
    "mttr from 2026-01",
    "mttr versus",
    "mttr as 2026-01",
    "mttr top ten",
    "mttr where team in payments",
    "mttr where team in (payments-core, web)",
    "mttr where team in ()",
    "mttr where version = 1.2.3",
    "mttr where path = /api",
    "mttr where found_at > 2026-02-31T25:00:00Z",
    "mttr where found_at > 2026-Q5",
    "mttr where x = \u{201c}web\u{201d}",
    "mttr where (a = 1 or b = 2) and c = 3 or (d = 4 and e = 5)",
    "mttr where a = 1 or\n # why\n b = 2 and   not c",
    "mttr where x is not null",
    "mttr where x = null",
    "mttr where x not high",
    "mttr where any scans",
    "mttr where any scans completed within 30",
    "mttr where severity =< high",
    "sum(risk)",
    "mttr + ",
    "mttr mttr",
    "time from found",
    "list findings open sort found_at",
    "mttr by team by app",
    "mttr where a = 1 where b = 2",
    "mttr | by team",
    "12months",
    "mttr last 12months",
    "\"mttr\"",
    "mttr limit -1",
    "mttr = 3",
    "backlog vs target",
    "mttr last month vs previous month",
    "mttr between 2026-01 and 2026-03",
];

/// Further mistaken files.
pub const FILES: &[&str] = &[
    "kpi a\n  is count of findings open\n  lowr is better\n  higher is\n  as days\n",
    "kpi a\n  is\nkpi b\n  is count of findings open\n",
    "kpi\n  is mttr\n",
    "kpi last\n  is mttr\n",
    "kpi a Title\n  is mttr\n",
    "kpi payments-core\n  is mttr\n",
    "kpi a\n  target 30 days\n  target <= 30 days\n  target below\n  target below 30 dys\n",
    "kpi a\nis mttr\n| a |\n\"x\"\nvews x\n",
    "scale s\n  low < medium\n",
    "scale s is known-exploited < b\n",
    "scale s is a < b\n  mapp \"x\" to a\n",
    "condition c is a = 1\n  by team\n",
    "condition c\n",
    "table t\n  field name\n  field name from a.b\n  event found found_at\n  state open from a\n  state from\n",
    "table t\n  exclude where a = b\n  belongs assets by x\n  evnt found at found_at\n",
    "score risk\n  base severity\n    critical 40\n    internet-facing 10\n  tims exploitable\n    yes 3\n",
    "score risk\n  base severity\n    critical\n    high 20\n",
    "sla x\n  due 7 days\n  due 7 months otherwise\n  due 30\n",
    "view v\n  show\n  shwo mttr\n",
    "dashboard d\n  layer one\n    show number\n    show line \"x\" mttr\n    show list findings overdue\n    card number mttr\n",
    "test x\n  as of 2026\n",
    "test \"t\"\n  given findings\n    | a | b\n  expect mttr\n  expect\n    | a |\n  given findings\n    | a | x\n    stray\n",
    "test \"t\"\n  as on 2026\n",
    "calendar\n  week starts\n  timezone Europe/Berlin\n  history from monday\n  quarter starts may\n",
    "note \"no kind\"\n",
    "KPI mttr\n  is mttr\n",
];

/// Further mistakes: the text, then what is said.
#[test]
fn the_messages_of_other_mistakes() {
    let mut out = String::new();
    for text in QUERIES {
        let mut sources = Sources::default();
        let id = sources.add("<query>", *text);
        let problems = parse_query(&sources, id).err().unwrap_or_default();
        assert!(!problems.is_empty(), "{text}");
        out += &format!("{text}\n{}\n", shown(&sources, &problems.sorted()));
    }
    insta::assert_snapshot!(out);
}

#[test]
fn the_messages_of_mistaken_files() {
    let mut out = String::new();
    for text in FILES {
        let (sources, _, problems) = file(text);
        assert!(!problems.is_empty(), "{text}");
        out += &format!("{text}{}\n", shown(&sources, &problems));
    }
    insta::assert_snapshot!(out);
}

#[test]
fn one_broken_definition_hides_no_other() {
    let (_, file, problems) = file("kpi a\n  is\nkpi b\n  is mttr\nkpy c\nkpi d\n  is mttr\n");
    assert_eq!(file.definitions.len(), 2);
    assert_eq!(problems.len(), 2);
}

#[test]
fn several_mistakes_of_one_definition_come_out_at_once() {
    let text = "kpi a\n  note none\n  is count(*)\n  as days\n  targt below 3\n  by\n";
    let (_, file, problems) = file(text);
    let codes: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
    assert!(file.definitions.is_empty());
    assert_eq!(codes, ["K100", "K127", "K113", "K101"]);
}

#[test]
fn an_unfinished_query_says_so() {
    for text in [
        "mttr where",
        "mttr where (a = 1",
        "mttr by team,",
        "mttr +",
        "list findings open show",
    ] {
        let problems = query(text).unwrap_err();
        assert!(problems[0].cause == Cause::EndsEarly, "{text}");
    }
}
