//! The words of the language, and human words for every rule of the grammar: messages say
//! "expected a column", never the name of a rule.

use std::borrow::Cow;

use super::grammar::Rule;

/// Words that cannot be names without back-ticks, nor values without quotes: each starts or glues
/// clauses inside a line. The rule `reserved` of the grammar lists the same; a test compares them.
pub const RESERVED: &[&str] = &[
    "and",
    "any",
    "as",
    "at",
    "by",
    "explain",
    "for",
    "from",
    "in",
    "including",
    "is",
    "last",
    "limit",
    "not",
    "of",
    "or",
    "otherwise",
    "over",
    "past",
    "show",
    "since",
    "sort",
    "this",
    "to",
    "top",
    "until",
    "versus",
    "where",
    "with",
    "within",
];

/// Words that mean something in their place only and may be names everywhere else.
const CONTEXTUAL: &[&str] = &[
    "above",
    "across",
    "ascending",
    "average",
    "band",
    "base",
    "belongs",
    "below",
    "better",
    "calendar",
    "called",
    "cap",
    "condition",
    "constant",
    "contains",
    "counted",
    "dashboard",
    "dates",
    "day",
    "days",
    "descending",
    "due",
    "earliest",
    "empty",
    "end",
    "event",
    "ever",
    "evidence",
    "exclude",
    "excluded",
    "expect",
    "far",
    "field",
    "fills",
    "given",
    "having",
    "higher",
    "history",
    "hours",
    "identity",
    "interval",
    "its",
    "key",
    "kind",
    "known",
    "kpi",
    "latest",
    "layer",
    "least",
    "list",
    "lower",
    "map",
    "match",
    "minutes",
    "missing",
    "month",
    "months",
    "most",
    "near",
    "next",
    "note",
    "numbered",
    "on",
    "owner",
    "parts",
    "pauses",
    "peak",
    "percent",
    "period",
    "planned",
    "precedes",
    "prefix",
    "present",
    "previous",
    "quarter",
    "quarters",
    "reads",
    "repeated",
    "rolling",
    "running",
    "rows",
    "same",
    "scale",
    "scan",
    "scope",
    "score",
    "severity",
    "share",
    "sla",
    "so",
    "source",
    "start",
    "starts",
    "state",
    "status",
    "stops",
    "table",
    "target",
    "test",
    "the",
    "then",
    "time",
    "times",
    "timezone",
    "tool",
    "total",
    "verdict",
    "view",
    "week",
    "weeks",
    "year",
    "years",
];

/// Whether a word cannot be a name without back-ticks.
pub fn is_reserved(word: &str) -> bool {
    RESERVED.contains(&word)
}

/// All words the grammar knows, reserved ones first: for completion and colouring.
pub fn keywords() -> impl Iterator<Item = &'static str> {
    RESERVED.iter().chain(CONTEXTUAL).copied()
}

/// The words that begin definitions, in the order in which data flows.
pub fn definition_words() -> [&'static str; 12] {
    DefinitionKind::ALL.map(DefinitionKind::word)
}

/// The kinds of definitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DefinitionKind {
    Calendar,
    Scale,
    Table,
    Condition,
    Score,
    Sla,
    Kpi,
    View,
    Dashboard,
    Source,
    Match,
    Test,
}

impl DefinitionKind {
    pub const ALL: [DefinitionKind; 12] = [
        DefinitionKind::Calendar,
        DefinitionKind::Scale,
        DefinitionKind::Table,
        DefinitionKind::Condition,
        DefinitionKind::Score,
        DefinitionKind::Sla,
        DefinitionKind::Kpi,
        DefinitionKind::View,
        DefinitionKind::Dashboard,
        DefinitionKind::Source,
        DefinitionKind::Match,
        DefinitionKind::Test,
    ];

    /// The word that begins the definition.
    pub fn word(self) -> &'static str {
        match self {
            DefinitionKind::Calendar => "calendar",
            DefinitionKind::Scale => "scale",
            DefinitionKind::Table => "table",
            DefinitionKind::Condition => "condition",
            DefinitionKind::Score => "score",
            DefinitionKind::Sla => "sla",
            DefinitionKind::Kpi => "kpi",
            DefinitionKind::View => "view",
            DefinitionKind::Dashboard => "dashboard",
            DefinitionKind::Source => "source",
            DefinitionKind::Match => "match",
            DefinitionKind::Test => "test",
        }
    }

    pub fn from_word(word: &str) -> Option<DefinitionKind> {
        DefinitionKind::ALL
            .into_iter()
            .find(|kind| kind.word() == word)
    }

    /// The words that begin a clause when they begin a line of this definition.
    pub fn clause_words(self) -> &'static [&'static str] {
        match self {
            DefinitionKind::Calendar => &["timezone", "week", "year", "history"],
            DefinitionKind::Scale => &["map"],
            DefinitionKind::Table => &[
                "key", "belongs", "event", "state", "known", "field", "exclude", "scope",
            ],
            DefinitionKind::Condition => &[],
            DefinitionKind::Score => &["of", "base", "times", "cap", "since"],
            DefinitionKind::Sla => &[
                "owner", "of", "prefix", "starts", "stops", "pauses", "due", "since",
            ],
            DefinitionKind::Kpi => &[
                "note", "owner", "is", "as", "by", "at", "higher", "lower", "target", "band",
            ],
            DefinitionKind::View => &["show"],
            DefinitionKind::Dashboard => &["layer", "show", "then"],
            DefinitionKind::Source => &[
                "tool", "kind", "reads", "known", "scan", "rows", "severity", "status", "evidence",
                "dates", "fills", "identity", "parts", "counted", "precedes", "repeated",
            ],
            DefinitionKind::Match => &["same", "near", "across"],
            DefinitionKind::Test => &["as", "given", "expect"],
        }
    }

    /// A first line as it should look.
    pub fn example(self) -> &'static str {
        match self {
            DefinitionKind::Calendar => "calendar",
            DefinitionKind::Scale => "scale severity is low < medium < high",
            DefinitionKind::Table => "table findings \"One row per vulnerability\"",
            DefinitionKind::Condition => "condition internet_facing is exposure = internet",
            DefinitionKind::Score => "score risk \"Risk exposure points\"",
            DefinitionKind::Sla => "sla remediation \"Remediation SLA\"",
            DefinitionKind::Kpi => "kpi mttr \"Mean time to remediate\"",
            DefinitionKind::View => "view highest_risk_apps \"Highest-risk applications\"",
            DefinitionKind::Dashboard => "dashboard appsec \"Application security\"",
            DefinitionKind::Source => "source zap_xml \"OWASP ZAP, XML report\"",
            DefinitionKind::Match => "match same_advisory \"One advisory for one component\"",
            DefinitionKind::Test => "test \"a finding counts once\"",
        }
    }
}

/// What a piece of text is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expecting {
    Query,
    /// The first line of a definition.
    Header(DefinitionKind),
    /// A clause of a definition.
    Clause(DefinitionKind),
}

impl Expecting {
    pub fn definition(self) -> Option<DefinitionKind> {
        match self {
            Expecting::Query => None,
            Expecting::Header(kind) | Expecting::Clause(kind) => Some(kind),
        }
    }
}

/// The words that begin the clauses of a query.
pub(super) const QUERY_CLAUSES: &[&str] = &[
    "by", "over", "rolling", "running", "where", "in", "from", "last", "this", "past", "as",
    "versus", "with", "having", "top", "sort", "limit", "show", "at",
];

/// What messages call a rule.
pub(super) fn words(rule: Rule) -> Cow<'static, str> {
    Cow::Borrowed(match rule {
        Rule::EOI => "the end",
        Rule::name | Rule::word => "a name",
        Rule::field | Rule::dimension | Rule::columns | Rule::time_column | Rule::sort_key => {
            "a column"
        }
        Rule::dotted => "a column with its table",
        Rule::text | Rule::quoted_cell => "a text in double quotes",
        Rule::block => "a program between `\"\"\"`",
        Rule::word_rule => "a word of the report and what it means",
        Rule::integer | Rule::digits => "a whole number",
        Rule::number | Rule::signed_number | Rule::quantity | Rule::constant => "a number",
        Rule::percent_sign => "`%`",
        Rule::time_unit => "a unit such as `days`",
        Rule::duration => "a duration such as `30 days`",
        Rule::calendar_time => "a time such as `1 calendar month`",
        Rule::date | Rule::any_date => "a date such as `2026-03-31`",
        Rule::year => "a year",
        Rule::literal => "a value",
        Rule::opening => "`(`",
        Rule::closing => "`)`",
        Rule::comma => "`,`",
        Rule::colon => "`:`",
        Rule::less => "`<`",
        Rule::arithmetic | Rule::minus | Rule::adjustment => "an operator",
        Rule::comparator | Rule::comparison => "a comparison such as `=`",
        Rule::formula | Rule::operand | Rule::group | Rule::formulas | Rule::asked => {
            "a KPI or a formula"
        }
        Rule::aggregate => "an aggregate such as `count of findings open`",
        Rule::measured => "what is measured",
        Rule::shown => "a column",
        Rule::events => "an event",
        Rule::quantile => "what is measured",
        Rule::containment => "a comparison such as `=`",
        Rule::population | Rule::of_table => "a table",
        Rule::condition | Rule::condition_operand | Rule::condition_group => "a condition",
        Rule::exists | Rule::test | Rule::elapsed => "a condition",
        Rule::subject | Rule::query | Rule::inner_query | Rule::query_text => "a query",
        Rule::query_clause | Rule::asked_label | Rule::asked_unit | Rule::asked_name => {
            "a clause such as `by`, `over`, `where` or `last`"
        }
        Rule::period => "a period such as `last 12 months`",
        Rule::grain => "`day`, `week`, `month`, `quarter` or `year`",
        Rule::moment => "`end`, `start`, `average` or `peak`",
        Rule::as_percent => "`as percent`",
        Rule::having_test => "a column and what it is compared with",
        Rule::versus_item => "`target`, `previous month` or a period",
        Rule::descending | Rule::ascending => "`ascending` or `descending`",
        Rule::weight => "a value and its weight",
        Rule::column_type | Rule::plain_type => "a type such as `text`",
        Rule::card_title => "a title and `:`",
        Rule::grid | Rule::grid_row | Rule::grid_cell | Rule::bare_cell => "rows between bars",
        // What begins with one keyword is told by that keyword: pest reports the keyword alone.
        _ => return keyword(rule).map_or(Cow::Borrowed("a clause"), quoted),
    })
}

fn quoted(word: String) -> Cow<'static, str> {
    Cow::Owned(format!("`{word}`"))
}

/// The word of a keyword rule: `by` of `kw_by`.
pub(super) fn keyword(rule: Rule) -> Option<String> {
    format!("{rule:?}").strip_prefix("kw_").map(str::to_string)
}

/// The words a rule may begin with, where they are few: typing slips are compared to them.
pub(super) fn beginnings(rule: Rule) -> Vec<String> {
    let list: &[&str] = match rule {
        Rule::query_clause | Rule::asked_label | Rule::asked_unit | Rule::asked_name => {
            QUERY_CLAUSES
        }
        Rule::adjustment => &["otherwise"],
        Rule::period => &["in", "from", "last", "this", "past"],
        Rule::time_unit => &["days", "hours", "minutes", "weeks"],
        Rule::versus_item => &["target", "previous", "last"],
        Rule::comparison | Rule::membership => &["in"],
        Rule::numerator => &["with"],
        Rule::descending | Rule::ascending => &["ascending", "descending"],
        _ => return keyword(rule).into_iter().collect(),
    };
    list.iter().map(|word| word.to_string()).collect()
}
