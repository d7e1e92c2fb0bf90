//! Every code that `syntax` gives, with its meaning and a text that triggers it. The documentation is
//! written from this list, and the tests try every example.

/// A code of `syntax`.
#[derive(Clone, Copy, Debug)]
pub struct DiagnosticCode {
    pub code: &'static str,
    /// One line, as a heading in the documentation.
    pub meaning: &'static str,
    pub example: Example,
}

/// A text with one mistake.
#[derive(Clone, Copy, Debug)]
pub enum Example {
    Query(&'static str),
    File(&'static str),
}

/// Every code of `syntax`, in order.
pub const CODES: &[DiagnosticCode] = &[
    DiagnosticCode {
        code: "K100",
        meaning: "a word or sign stands where the grammar takes something else",
        example: Example::Query("mttr by team over month banana"),
    },
    DiagnosticCode {
        code: "K101",
        meaning: "the text ends where something must follow",
        example: Example::Query("mttr where severity ="),
    },
    DiagnosticCode {
        code: "K102",
        meaning: "a text in quotes is not closed",
        example: Example::Query("mttr where team = \"web"),
    },
    DiagnosticCode {
        code: "K103",
        meaning: "a name in back-ticks is empty or not closed",
        example: Example::Query("mttr by `last"),
    },
    DiagnosticCode {
        code: "K104",
        meaning: "a text stands in single or curly quotes",
        example: Example::Query("mttr where team = 'web'"),
    },
    DiagnosticCode {
        code: "K105",
        meaning: "a sign that means nothing in the language",
        example: Example::Query("mttr by team;"),
    },
    DiagnosticCode {
        code: "K106",
        meaning: "`==` instead of `=`",
        example: Example::Query("mttr where severity == critical"),
    },
    DiagnosticCode {
        code: "K107",
        meaning: "`&&` instead of `and`",
        example: Example::Query("mttr where exploitable && confirmed"),
    },
    DiagnosticCode {
        code: "K108",
        meaning: "`||` instead of `or`",
        example: Example::Query("mttr where exploitable || confirmed"),
    },
    DiagnosticCode {
        code: "K109",
        meaning: "`!` instead of `not`",
        example: Example::Query("mttr where !exploitable"),
    },
    DiagnosticCode {
        code: "K110",
        meaning: "`<>` instead of `!=`",
        example: Example::Query("mttr where severity <> low"),
    },
    DiagnosticCode {
        code: "K111",
        meaning: "indented text before the first definition",
        example: Example::File("  kpi mttr \"Mean time to remediate\"\n"),
    },
    DiagnosticCode {
        code: "K112",
        meaning: "a line at the margin begins no definition",
        example: Example::File("kpy mttr\n  is count of findings open\n"),
    },
    DiagnosticCode {
        code: "K113",
        meaning: "a line begins with no clause word of its definition",
        example: Example::File("kpi backlog\n  is count of findings open\n  tagret below 30\n"),
    },
    DiagnosticCode {
        code: "K114",
        meaning: "a reserved word stands where a name or value belongs",
        example: Example::Query("mttr where resolution = last"),
    },
    DiagnosticCode {
        code: "K115",
        meaning: "parentheses, `not` or signs are nested too deep",
        example: Example::Query(DEEP),
    },
    DiagnosticCode {
        code: "K116",
        meaning: "too many parts in one chain",
        example: Example::Query(LONG),
    },
    DiagnosticCode {
        code: "K117",
        meaning: "a clause stands twice in one query",
        example: Example::Query("mttr last month this year"),
    },
    DiagnosticCode {
        code: "K118",
        meaning: "`and` and `or` are mixed without parentheses",
        example: Example::Query("mttr where severity = critical and team = web or app = shop"),
    },
    DiagnosticCode {
        code: "K119",
        meaning: "a value with a hyphen is not quoted",
        example: Example::Query("mttr where team = payments-core"),
    },
    DiagnosticCode {
        code: "K120",
        meaning: "a wall clock is asked for: `now`, `today`",
        example: Example::Query("list findings open where found_at < now"),
    },
    DiagnosticCode {
        code: "K121",
        meaning: "`group by` instead of `by`",
        example: Example::Query("mttr group by team"),
    },
    DiagnosticCode {
        code: "K122",
        meaning: "`order by` instead of `sort by`",
        example: Example::Query("list findings open order by found_at"),
    },
    DiagnosticCode {
        code: "K123",
        meaning: "`between` instead of two comparisons",
        example: Example::Query("list findings open where cvss between 7 and 9"),
    },
    DiagnosticCode {
        code: "K124",
        meaning: "`like` and other tests of parts of a text",
        example: Example::Query("mttr where team like \"pay%\""),
    },
    DiagnosticCode {
        code: "K125",
        meaning: "`null` instead of `is missing`",
        example: Example::Query("list findings open where fixed_at is null"),
    },
    DiagnosticCode {
        code: "K126",
        meaning: "`is not missing` instead of `is present`",
        example: Example::Query("list findings open where fixed_at is not missing"),
    },
    DiagnosticCode {
        code: "K127",
        meaning: "an aggregate is written like a call of a function",
        example: Example::Query("count(*)"),
    },
    DiagnosticCode {
        code: "K128",
        meaning: "`select` instead of what is counted or listed",
        example: Example::Query("select title from findings"),
    },
    DiagnosticCode {
        code: "K129",
        meaning: "what looks like a date is none",
        example: Example::Query("mttr in 2026-13"),
    },
    DiagnosticCode {
        code: "K130",
        meaning: "a number is too large",
        example: Example::Query("mttr top 99999999999999999999"),
    },
    DiagnosticCode {
        code: "K131",
        meaning: "digits and letters that are neither a number nor a duration",
        example: Example::Query("mttr where team = 3rd"),
    },
    DiagnosticCode {
        code: "K132",
        meaning: "an unknown length of time",
        example: Example::Query("mttr over mnth"),
    },
    DiagnosticCode {
        code: "K133",
        meaning: "an unknown moment at which a stock is read",
        example: Example::Query("backlog at strat"),
    },
    DiagnosticCode {
        code: "K134",
        meaning: "a target does not say on which side of it is good",
        example: Example::File("kpi backlog\n  is count of findings open\n  target under 30\n"),
    },
    DiagnosticCode {
        code: "K135",
        meaning: "a word of the language is written in capitals",
        example: Example::Query("mttr WHERE severity = high"),
    },
    DiagnosticCode {
        code: "K136",
        meaning: "a card stands above the first layer of its dashboard, or `then` below no card",
        example: Example::File("dashboard appsec\n  show number mttr last month\n"),
    },
    DiagnosticCode {
        code: "K137",
        meaning: "a row of a grid has no bar at its end",
        example: Example::File("test \"one\"\n  given findings\n    | finding_id\n"),
    },
    DiagnosticCode {
        code: "K138",
        meaning: "`given` or `expect` has no rows below it",
        example: Example::File("test \"one\"\n  given findings\n"),
    },
    DiagnosticCode {
        code: "K139",
        meaning: "`where` stands after `with`",
        example: Example::File(
            "kpi rate\n  is share of findings found with exploitable = yes where severity = high\n",
        ),
    },
    DiagnosticCode {
        code: "K140",
        meaning: "a parenthesis is never closed",
        example: Example::Query("mttr where (severity = high"),
    },
    DiagnosticCode {
        code: "K141",
        meaning: "a definition has no name",
        example: Example::File("kpi \"Mean time to remediate\"\n  is count of findings open\n"),
    },
    DiagnosticCode {
        code: "K142",
        meaning: "`is` compares with a value",
        example: Example::Query("mttr where severity is high"),
    },
    DiagnosticCode {
        code: "K143",
        meaning: "a column with its table stands alone as a condition",
        example: Example::Query("mttr where findings.exploitable"),
    },
    DiagnosticCode {
        code: "K144",
        meaning: "`within` asks about a column with its table",
        example: Example::Query("mttr where findings.verified within 14 days"),
    },
    DiagnosticCode {
        code: "K145",
        meaning: "a parenthesis was never opened",
        example: Example::Query("mttr where severity = high)"),
    },
    DiagnosticCode {
        code: "K146",
        meaning: "`=<` or `=>` instead of `<=` or `>=`",
        example: Example::Query("mttr where severity => high"),
    },
    DiagnosticCode {
        code: "K147",
        meaning: "`otherwise`, `at most` or `at least` in a sum or product without parentheses",
        example: Example::Query("backlog / verified_findings otherwise 0"),
    },
    DiagnosticCode {
        code: "K160",
        meaning: "a clause of the query stands in a condition",
        example: Example::Query("mttr where last month"),
    },
    DiagnosticCode {
        code: "K161",
        meaning: "a file holds both sides of a merge conflict",
        example: Example::File(
            "kpi late\n<<<<<<< HEAD\n  is count of findings open\n=======\n  is count of findings overdue\n>>>>>>> theirs\n",
        ),
    },
];

/// 129 times `not`.
const DEEP: &str = "mttr where \
    not not not not not not not not not not not not not not not not not not \
    not not not not not not not not not not not not not not not not not not \
    not not not not not not not not not not not not not not not not not not \
    not not not not not not not not not not not not not not not not not not \
    not not not not not not not not not not not not not not not not not not \
    not not not not not not not not not not not not not not not not not not \
    not not not not not not not not not not not not not not not not not not \
    not not not exploitable";

/// 257 operands.
const LONG: &str = "\
    mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + \
    mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + \
    mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + \
    mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + \
    mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + \
    mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + \
    mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + \
    mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + \
    mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + \
    mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + \
    mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + \
    mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + \
    mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + \
    mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + \
    mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + \
    mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + \
    mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + \
    mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + \
    mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + \
    mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + \
    mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + mttr + \
    mttr + mttr + mttr + mttr + mttr";
