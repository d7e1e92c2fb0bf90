//! Any text at all: nothing panics, nothing hangs, places are right, all line ends are read.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use riskql::base::source::Sources;
use riskql::lang::syntax::{RESERVED, ast, is_reserved, keywords, parse_file, parse_query};

use super::{file, good_file, good_query, query};

const DEFINITIONS: &str = include_str!("language.kpi");
const QUERIES: &str = include_str!("language.queries");

/// Reads a text both ways and looks at every place that comes out.
fn read(text: &str) {
    let mut sources = Sources::default();
    let id = sources.add("any", text);
    let (file, problems) = parse_file(&sources, id);
    for definition in &file.definitions {
        assert!(!sources.slice(definition.span).is_empty());
    }
    for comment in &file.comments {
        assert!(sources.slice(comment.span).starts_with('#'));
    }
    let of_query = parse_query(&sources, id).err().unwrap_or_default();
    // Counting lines takes time, and a text of many mistakes has thousands of places.
    let all = problems.sorted().into_iter().chain(of_query.sorted());
    for problem in all.take(100) {
        let span = problem.span.expect("a place");
        sources.slice(span);
        sources.line_column(span);
        assert!(!problem.message.is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn any_text_is_read(text in "\\PC{0,200}") {
        read(&text);
    }

    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        read(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_words_of_the_language_are_read(
        words in prop::collection::vec(prop::sample::select(vocabulary()), 0..40)
    ) {
        read(&words.join(" "));
        read(&format!("kpi x\n  {}", words.join(" ")));
        read(&words.concat());
    }

    #[test]
    fn changed_definitions_are_read(
        from in 0..DEFINITIONS.len(),
        length in 0..40usize,
        new in prop::sample::select(vocabulary()),
    ) {
        read(&changed(DEFINITIONS, from, length, new));
    }

    #[test]
    fn changed_queries_are_read(
        line in 0..QUERIES.lines().count(),
        from in 0..100usize,
        length in 0..10usize,
        new in prop::sample::select(vocabulary()),
    ) {
        let line = QUERIES.lines().nth(line).unwrap_or_default();
        read(&changed(line, from.min(line.len()), length, new));
    }
}

fn vocabulary() -> Vec<&'static str> {
    let signs = [
        "(",
        ")",
        ",",
        ":",
        "=",
        "!=",
        "<",
        "<=",
        "-",
        "+",
        "*",
        "/",
        ".",
        "%",
        "|",
        "| a |",
        "\n",
        "\n  ",
        "\r\n",
        "\"",
        "\"text\"",
        "`",
        "`name`",
        "#",
        "# note\n",
        "'",
        "\\",
        "30",
        "30 days",
        "30d",
        "2026",
        "2026-03",
        "2026-13",
        "2026-03-31T10:00:00Z",
        "1.5",
        "x",
        "findings",
        "mttr",
        "\u{a0}",
        "\u{feff}",
        "ä",
        "{",
        ";",
        "&&",
        "==",
        "now",
        "null",
        "select",
        "group",
        "kpi x\n ",
    ];
    keywords().chain(signs).collect()
}

/// A text with a stretch replaced; both ends are moved to the next character.
fn changed(text: &str, from: usize, length: usize, new: &str) -> String {
    let edge = |mut index: usize| {
        while !text.is_char_boundary(index) {
            index += 1;
        }
        index
    };
    let start = edge(from.min(text.len()));
    let end = edge((start + length).min(text.len()));
    format!("{}{new}{}", &text[..start], &text[end..])
}

#[test]
fn every_reserved_word_is_refused_as_a_name_and_read_in_back_ticks() {
    for word in RESERVED {
        let texts = |name: &str| {
            [
                format!("kpi {name}\n  is mttr\n"),
                format!("kpi a\n  is 2 * {name}\n"),
                format!("table t\n  field {name} text\n"),
                format!("condition c is {name} = 1\n"),
            ]
        };
        for text in texts(word) {
            assert!(!file(&text).2.is_empty(), "{text}");
        }
        for text in texts(&format!("`{word}`")) {
            good_file(&text);
        }
        assert!(query(&format!("mttr where x = {word}")).is_err(), "{word}");
        good_query(&format!("mttr where x = \"{word}\""));
        assert!(is_reserved(word));
    }
}

#[test]
fn every_other_keyword_may_be_a_name() {
    for word in keywords().filter(|word| !is_reserved(word)) {
        good_file(&format!("kpi {word}\n  is {word} / {word}\n  by {word}\n"));
        good_file(&format!(
            "table {word}\n  field {word} text\n  event {word} at {word}\n"
        ));
        good_file(&format!("condition {word} is {word} = {word} and {word}\n"));
        good_query(&format!(
            "{word} by {word} where {word} in ({word}) sort by {word}"
        ));
        good_query(&format!("count of {word} {word} by {word} top 3 by {word}"));
    }
}

#[test]
fn words_that_begin_with_a_reserved_word_are_names() {
    for word in RESERVED {
        for name in [
            format!("{word}_"),
            format!("{word}s9"),
            format!("_{word}"),
            word.to_uppercase(),
        ] {
            good_query(&format!("count of {name} {name} where {name} = {name}"));
        }
    }
}

#[test]
fn other_line_ends_and_marks_make_the_same_tree() {
    let plain = good_file(DEFINITIONS);
    for text in [
        DEFINITIONS.replace('\n', "\r\n"),
        format!("\u{feff}{DEFINITIONS}"),
        DEFINITIONS.replace("  ", "\t"),
        DEFINITIONS.replace("  ", " \u{a0} "),
        DEFINITIONS.trim_end().to_string(),
        DEFINITIONS.replace('\n', "\n\n"),
        DEFINITIONS.replace('\n', " # note\n"),
        DEFINITIONS.replace('\n', "\n# note\n"),
        DEFINITIONS.replace('\n', "\n   # note | \" ` (\n"),
    ] {
        assert_eq!(good_file(&text).definitions, plain.definitions);
    }
    assert_eq!(
        good_query("\u{feff}mttr\r\n by team\r\n"),
        good_query("mttr by team")
    );
}

#[test]
fn all_comments_are_kept() {
    let text = "# one\nkpi a # two  \r\n  is mttr\n  # three\n  note \"# no\"\ncondition b is `#` = 1\ntest \"t\"\n  given x\n    | #\n    | a#b | \"#\" | # four |\n# five";
    let (sources, file, _) = file(text);
    let found: Vec<(&str, bool)> = file
        .comments
        .iter()
        .map(|comment| (sources.slice(comment.span), comment.own_line))
        .collect();
    let expected = [
        ("# one", true),
        ("# two", false),
        ("# three", true),
        ("#", false),
        ("# four |", false),
        ("# five", true),
    ];
    assert_eq!(found, expected);
}

#[test]
fn places_cover_the_words_and_nothing_else() {
    let text = "kpi a \"A\" # why\n\n  is mean x of t e where a = b  # what\n  target below 3 days for `c d` = \"e\"  \n\n# end\n";
    let (sources, file, problems) = file(text);
    assert!(problems.is_empty());
    let definition = &file.definitions[0];
    assert_eq!(
        sources.slice(definition.span).lines().last(),
        Some("  target below 3 days for `c d` = \"e\"")
    );
    let ast::Definition::Kpi(kpi) = &definition.node else {
        panic!("not a kpi");
    };
    assert_eq!(sources.slice(kpi.name.span), "a");
    assert_eq!(sources.slice(kpi.title.as_ref().unwrap().span), "\"A\"");
    assert_eq!(
        sources.slice(kpi.clauses[0].span),
        "is mean x of t e where a = b"
    );
    let ast::KpiClause::Is(formula) = &kpi.clauses[0].node else {
        panic!("no formula");
    };
    assert_eq!(sources.slice(formula.span), "mean x of t e where a = b");
    let ast::Formula::Aggregate(aggregate) = &formula.node else {
        panic!("no aggregate");
    };
    assert_eq!(sources.slice(aggregate.population.span), "t e where a = b");
    assert_eq!(sources.slice(aggregate.value.as_ref().unwrap().span), "x");
    let ast::KpiClause::Target {
        bound,
        limit,
        filter,
        ..
    } = &kpi.clauses[1].node
    else {
        panic!("no target");
    };
    assert_eq!(sources.slice(bound.span), "below");
    assert_eq!(sources.slice(limit.span), "3 days");
    assert_eq!(
        sources.slice(filter.as_ref().unwrap().span),
        "`c d` = \"e\""
    );
}

#[test]
fn nesting_is_read_to_its_limit_and_refused_beyond() {
    let nested = |depth: usize| format!("mttr where {}x{}", "(".repeat(depth), ")".repeat(depth));
    let formula = |depth: usize| format!("{}x{}", "(".repeat(depth), ")".repeat(depth));
    let exists = |depth: usize| {
        format!(
            "mttr where {}x{}",
            "any t r (where ".repeat(depth),
            ")".repeat(depth)
        )
    };
    let not = |depth: usize| format!("mttr where {}x", "not ".repeat(depth));
    let minus = |depth: usize| format!("{}x", "- ".repeat(depth));
    for build in [
        &nested as &dyn Fn(usize) -> String,
        &formula,
        &exists,
        &not,
        &minus,
    ] {
        good_query(&build(128));
        for depth in [129, 10_000, 100_000] {
            let problems = query(&build(depth)).unwrap_err();
            assert_eq!(problems[0].code, "K115");
        }
    }
}

#[test]
fn chains_are_read_to_their_limit_and_refused_beyond() {
    for (part, joint) in [("x", " + "), ("x", " * "), ("x", "-")] {
        let chain = |length: usize| vec![part; length].join(joint);
        good_query(&chain(256));
        for length in [257, 50_000] {
            assert_eq!(query(&chain(length)).unwrap_err()[0].code, "K116");
        }
    }
    let or = |length: usize| format!("mttr where {}", vec!["a = b"; length].join(" or "));
    good_query(&or(256));
    assert_eq!(query(&or(257)).unwrap_err()[0].code, "K116");
    let deep = |levels: usize| format!("{}x{}", "(".repeat(levels), "+ x * y)".repeat(levels));
    good_query(&deep(100));
    let wide = format!("+{}", vec!["x"; 200].join("+"));
    let both = format!("{}x{}", "(".repeat(20), format!("{wide})").repeat(20));
    assert_eq!(query(&both).unwrap_err()[0].code, "K115");
}

#[test]
fn time_grows_with_the_text_and_no_faster() {
    let many = DEFINITIONS.repeat(10);
    let texts = [
        many.clone(),
        many.replace(" is ", " iss "),
        "a(".repeat(20_000),
        "a-b".repeat(20_000),
        "x in (a-".repeat(20_000),
        "\"".repeat(20_000),
        "kpi a\n".repeat(20_000),
        format!("kpi a\n{}", "  iss a\n".repeat(20_000)),
        format!("kpi a\n{}", "  is a b c\n".repeat(20_000)),
        format!("test \"t\"\n  given x\n{}", "  | a | b |\n".repeat(10_000)),
        format!("mttr {}", "by a ".repeat(10_000)),
        format!("mttr where x in ({})", "a, ".repeat(10_000)),
        format!("score s\n  base x\n{}", "   a 1\n".repeat(10_000)),
        "#\n".repeat(20_000),
        " ".repeat(200_000),
        "\n".repeat(200_000),
    ];
    for text in texts {
        let start = Instant::now();
        read(&text);
        let taken = start.elapsed();
        let some: String = text.chars().take(30).collect();
        println!("{taken:?} for {} bytes of {some:?}", text.len());
        assert!(taken < Duration::from_secs(10), "{some} took {taken:?}");
    }
}
