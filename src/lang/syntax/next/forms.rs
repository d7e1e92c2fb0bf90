//! The grammar as data: the same files that pest compiles, read when a session first wants to know
//! what may come next. So completion cannot disagree with the parser.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use pest_meta::ast::{Expr, RuleType};
use pest_meta::parser;

const FILES: [&str; 4] = [
    include_str!("../../../../grammar/tokens.pest"),
    include_str!("../../../../grammar/expressions.pest"),
    include_str!("../../../../grammar/queries.pest"),
    include_str!("../../../../grammar/definitions.pest"),
];

/// What a rule of the grammar matches.
pub(super) enum Form {
    Text(String),
    Character(fn(char) -> bool),
    /// The end of the text.
    End,
    Rule(usize),
    /// Looks ahead: whether it follows (true) or does not (false).
    Ahead(Box<Form>, bool),
    Sequence(Vec<Form>),
    Choice(Vec<Form>),
    /// At least so many and at most so many.
    Repeat(Box<Form>, u32, u32),
}

impl Form {
    fn has_rules(&self) -> bool {
        match self {
            Form::Text(_) | Form::Character(_) | Form::End => false,
            Form::Rule(_) => true,
            Form::Ahead(form, _) | Form::Repeat(form, _, _) => form.has_rules(),
            Form::Sequence(parts) | Form::Choice(parts) => parts.iter().any(Form::has_rules),
        }
    }
}

pub(super) struct GrammarRule {
    pub name: String,
    /// It leaves no node in the tree.
    pub is_silent: bool,
    /// No white space between its parts.
    pub is_atomic: bool,
    /// A word, a sign, a number: its parts leave no nodes.
    pub is_leaf: bool,
    pub form: Form,
}

pub(super) struct GrammarRules {
    pub rules: Vec<GrammarRule>,
    numbers: BTreeMap<String, usize>,
    /// The rules that may stand between any two parts.
    pub blanks: [usize; 2],
}

impl GrammarRules {
    /// The grammar of definitions and queries.
    pub fn get() -> &'static GrammarRules {
        static GRAMMAR: OnceLock<GrammarRules> = OnceLock::new();
        GRAMMAR.get_or_init(read)
    }

    pub fn number(&self, name: &str) -> usize {
        self.numbers[name]
    }
}

fn read() -> GrammarRules {
    let text = FILES.concat();
    let pairs = parser::parse(parser::Rule::grammar_rules, &text).expect("pest compiled it");
    let rules = parser::consume_rules(pairs).expect("pest compiled it");
    let names = rules.iter().enumerate();
    let numbers: BTreeMap<String, usize> = names
        .map(|(number, rule)| (rule.name.clone(), number))
        .collect();
    let rules = rules
        .iter()
        .map(|rule| {
            let form = form(&rule.expr, &numbers);
            let is_silent = rule.ty == RuleType::Silent;
            GrammarRule {
                name: rule.name.clone(),
                is_silent,
                is_atomic: matches!(rule.ty, RuleType::Atomic | RuleType::CompoundAtomic),
                is_leaf: rule.ty == RuleType::Atomic || (!is_silent && !form.has_rules()),
                form,
            }
        })
        .collect();
    let blanks = [numbers["WHITESPACE"], numbers["COMMENT"]];
    GrammarRules {
        rules,
        numbers,
        blanks,
    }
}

fn form(expr: &Expr, numbers: &BTreeMap<String, usize>) -> Form {
    let inner = |expr: &Expr| Box::new(form(expr, numbers));
    match expr {
        Expr::Str(text) => Form::Text(text.clone()),
        Expr::Ident(name) => named(name, numbers),
        Expr::PosPred(expr) => Form::Ahead(inner(expr), true),
        Expr::NegPred(expr) => Form::Ahead(inner(expr), false),
        Expr::Seq(left, right) => {
            let mut parts = vec![form(left, numbers)];
            match form(right, numbers) {
                Form::Sequence(more) => parts.extend(more),
                one => parts.push(one),
            }
            Form::Sequence(parts)
        }
        Expr::Choice(left, right) => Form::Choice(vec![form(left, numbers), form(right, numbers)]),
        Expr::Opt(expr) => Form::Repeat(inner(expr), 0, 1),
        Expr::Rep(expr) => Form::Repeat(inner(expr), 0, u32::MAX),
        Expr::RepOnce(expr) => Form::Repeat(inner(expr), 1, u32::MAX),
        Expr::RepExact(expr, count) => Form::Repeat(inner(expr), *count, *count),
        Expr::RepMin(expr, least) => Form::Repeat(inner(expr), *least, u32::MAX),
        Expr::RepMax(expr, most) => Form::Repeat(inner(expr), 0, *most),
        Expr::RepMinMax(expr, least, most) => Form::Repeat(inner(expr), *least, *most),
        Expr::Insens(_) | Expr::Range(..) | Expr::PeekSlice(..) | Expr::Skip(_) | Expr::Push(_) => {
            unreachable!("the grammar has no such form: {expr}")
        }
    }
}

fn named(name: &str, numbers: &BTreeMap<String, usize>) -> Form {
    match name {
        "EOI" => Form::End,
        "ANY" => Form::Character(|_| true),
        "ASCII_ALPHA" => Form::Character(|letter| letter.is_ascii_alphabetic()),
        "ASCII_ALPHANUMERIC" => Form::Character(|letter| letter.is_ascii_alphanumeric()),
        "ASCII_DIGIT" => Form::Character(|letter| letter.is_ascii_digit()),
        "ALPHABETIC" => Form::Character(char::is_alphabetic),
        "NUMBER" => Form::Character(char::is_numeric),
        rule => Form::Rule(numbers[rule]),
    }
}
