//! Programs give what they give with jaq's own functions and values.

use jaq_core::data::JustLut;
use jaq_core::load::{Arena, File, Loader};
use jaq_core::{Compiler, Ctx, Vars, unwrap_valr};
use jaq_json::Val;
use jaq_json::read as reader;
use proptest::prelude::*;

use super::Program;

/// What a program gives: values, up to its first failure.
fn given(program: &str, input: Val) -> Vec<String> {
    let program = Program::joined(program);
    let values = program.run(input);
    written(values)
}

/// The same with jaq alone.
fn given_by_jaq(program: &str, input: Val) -> Vec<String> {
    let definitions = jaq_core::defs()
        .chain(jaq_std::defs())
        .chain(jaq_json::defs());
    let arena = Arena::default();
    let file = File {
        code: program,
        path: (),
    };
    let modules = Loader::new(definitions).load(&arena, file);
    let functions = jaq_core::funs()
        .chain(jaq_std::funs())
        .chain(jaq_json::funs());
    let filter = Compiler::default()
        .with_funs(functions)
        .compile(modules.expect("a program"))
        .expect("a program");
    let context = Ctx::<JustLut<Val>>::new(&filter.lut, Vars::new([]));
    let mut is_over = false;
    let values = filter.id.run((context, input)).map(unwrap_valr);
    written(values.take_while(|value| !std::mem::replace(&mut is_over, value.is_err())))
}

fn written<E>(values: impl Iterator<Item = Result<Val, E>>) -> Vec<String> {
    let written = values.map(|value| value.map_or("fails".to_string(), |value| value.to_string()));
    written.collect()
}

const PATTERNS: &[&str] = &[
    r#"[match("a(b)?(c*)"; "g")]"#,
    r#"[match("(?<first>[a-c])|(?<second>é)"; "gi")]"#,
    r#"[match("b*"; "gn")]"#,
    r#"[match("^ab|c$"; "gx")]"#,
    r#"[match("a.b"; "s"), match("^b"; "gp")]"#,
    r#"[capture("(?<x>a+)(?<y>b+)?"; "g")]"#,
    r#"[scan("[ab]+")]"#,
    r#"sub("(?<x>a)"; "<\(.x)>")"#,
    r#"gsub("b|^"; "-")"#,
    r#"gsub("\\s+"; " ")"#,
    r#"[splits("[bc]")]"#,
    r#"split("a+b"; "l")"#,
    // Capital letters beyond ASCII have small ones here, and not there.
    r#"test("a{2}"), test("A"; "i"), test("."; "n")"#,
    r#"test("("), test("a"; "y")"#,
];

/// Signs and functions that have been written anew, and those of jaq that are made of them.
const OPERATIONS: &[&str] = &[
    ".[0] + .[1], (.[0] - .[1]), (.[0] * .[1]), (.[0] / .[1]), (.[0] % .[1])",
    "try (.[0] + .[1]) catch 0, try (.[0] - .[1]) catch 0, try (.[0] * .[1]) catch 0, try (.[0] / .[1]) catch 0, try -.[0] catch 0",
    "[.[0] == .[1], .[0] < .[1], .[0] <= .[1], .[0] > .[1], .[0] != .[1]]",
    "try .[0][.[1]] catch 0, try (.[0] | has($x)) catch 0, try (.[0] | .[1:]) catch 0, try (.[0] | .[:-1]) catch 0",
    "[.. | scalars], [.. | select(isarray) | length], [.. | length?]",
    "[paths], [paths(isarray)], [.[]? | keys?], [.[]? | to_entries?], map(with_entries(.)?)",
    "try sort catch 0, try sort_by(.[0]?) catch 0, try group_by(isnumber) catch 0, try unique catch 0, try unique_by(length?) catch 0",
    "try min catch 0, try max catch 0, try min_by(.a?) catch 0, try add catch 0, try any catch 0, try flatten catch 0, try reverse catch 0",
    "try (.[0] | contains($x)) catch 0, try (.[1] | inside($x)) catch 0, try (.[0] | indices($x)) catch 0, try (.[0] | index($x)) catch 0",
    "try (sort | bsearch($x)) catch 0, [.[] | tojson], [.[] | tojson | fromjson], [.[] | tostring], \"<\\(.)>\", @json, @html, @base64, @uri",
    ".[0] |= 1, (.[] |= [.]), (.. |= .), (.[1] |= empty), (.[0]? //= 7), (try (.[0].a = 1) catch 0), (try (.[0][1] = 1) catch 0)",
    "try (.[0:1] = [7, 8]) catch 0, try (.[1:] |= map([.])) catch 0, try (.[0][1:2] = \"x\") catch 0, try (.[-1:] = []) catch 0, try del(.[0]) catch 0",
    "try (.[-1] |= empty) catch 0, try (.[5] = 1) catch 0, try map_values(.a?) catch 0, try map_values(empty) catch 0, try del(.[].a?) catch 0",
    "try (.[0] | explode | implode) catch 0, try (.[0] | split($x)) catch 0, try (.[0] | ltrimstr($x)) catch 0, try (.[0] | ascii_downcase) catch 0",
    "[limit(3; .[])], [first(.[])], [skip(1; .[])], [range(3)], [range(0; 6; 2)], [range(3; 0; -1)], [.[] | tonumber?], [.[] | type]",
    "try join(\"-\") catch 0, try ([.[] | tostring] | join(\", \")) catch 0, try from_entries catch 0, [getpath([0, \"a\"])?]",
    "reduce .[] as $each ([]; [$each, .]), [foreach .[] as $each (0; . + 1; [., $each])], {a: .[0], b: .[]}, {(.[] | strings): 1}",
    "[.[] | objects | .a, .b], [.[] | .a?, .b?], [.[] | arrays | .[]], (try error(.[0]) catch .), [.[] as [$a, $b] | $a]?, [.[] as {$a} | $a]?",
];

proptest! {
    #[test]
    fn patterns_do_what_those_of_jq_do(input in "[abcAé \n]{0,12}") {
        for program in PATTERNS {
            let input = Val::from(input.clone());
            prop_assert_eq!(given(program, input.clone()), given_by_jaq(program, input), "{}", program);
        }
    }

    #[test]
    fn operations_do_what_those_of_jq_do(members in prop::collection::vec(json(), 0..5)) {
        let input = format!("[{}]", members.join(","));
        let input = reader::parse_single(input.as_bytes()).expect("a value");
        for program in OPERATIONS {
            let program = format!("(.[1]) as $x | {program}");
            prop_assert_eq!(given(&program, input.clone()), given_by_jaq(&program, input.clone()), "{}", program);
        }
    }
}

/// A small value, often equal to another.
fn json() -> impl Strategy<Value = String> {
    let scalar = prop_oneof![
        Just("null".to_string()),
        any::<bool>().prop_map(|truth| truth.to_string()),
        (-3..4_i64).prop_map(|number| number.to_string()),
        Just("1.5".to_string()),
        Just("-123456789012345678901234567890".to_string()),
        "[abé\n<]{0,3}".prop_map(|text| format!("{text:?}").replace("\\u{e9}", "é")),
    ];
    scalar.prop_recursive(3, 12, 3, |inner| {
        let key = prop_oneof![Just("a"), Just("b"), Just("start")];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4)
                .prop_map(|members| format!("[{}]", members.join(","))),
            prop::collection::btree_map(key, inner, 0..3).prop_map(|members| {
                let members: Vec<String> = members
                    .iter()
                    .map(|(key, value)| format!("\"{key}\":{value}"))
                    .collect();
                format!("{{{}}}", members.join(","))
            }),
        ]
    })
}
