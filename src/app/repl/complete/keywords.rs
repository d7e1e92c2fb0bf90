//! Words of the language as candidates, with what each is for.

use super::Candidate;
use crate::app::repl::input;
use crate::lang::syntax::{CompletionSlot, Next};

/// Words with what they begin; in the order in which they are offered.
const MEANINGS: &[(&str, &str)] = &[
    ("to", "to EVENT: where the time ends"),
    ("of", "of TABLE EVENT or STATE: the rows counted"),
    ("and", "both must hold"),
    ("or", "one must hold"),
    ("descending", "largest first"),
    ("ascending", "smallest first"),
    (
        "list",
        "list findings open show title, app: rows of a table",
    ),
    ("by", "by FIELD, …: groups"),
    ("where", "where FIELD = VALUE and …: only some rows"),
    (
        "over",
        "over day, week, month, quarter, year: a time series",
    ),
    ("last", "last 12 months: complete periods"),
    ("this", "this quarter: the period so far"),
    ("past", "past 90 days: rolling, up to as-of"),
    ("in", "in 2026-03: one period"),
    ("from", "from 2026-01 to 2026-03: a range"),
    (
        "rolling",
        "rolling 90 days: each period covers so much up to its end",
    ),
    ("running", "each period covers everything from the first on"),
    ("versus", "versus target, previous month: a comparison"),
    ("with", "with total: a row for all groups together"),
    ("having", "having KPI >= 5: only groups that pass"),
    ("top", "top 10 by KPI: the largest groups"),
    ("sort", "sort by KPI descending: the order of rows"),
    ("limit", "limit 20: at most so many rows"),
    ("show", "show FIELD, …: columns of a list"),
    ("as", "as of DATE, as known on DATE: where to stand"),
    ("at", "at end, start, average, peak: when a stock is read"),
    ("explain", "explain QUERY: how the number comes about"),
    ("not", "the opposite"),
    (
        "any",
        "any TABLE EVENT within 30 days, any TABLE STATE: related rows",
    ),
    ("within", "within 30 days: so soon"),
    ("ever", "at any time before"),
    ("so", "so far: as of now, not as things were at the event"),
    ("earliest", "earliest of A, B: whichever came first"),
    ("latest", "latest of A, B: whichever came last"),
    ("planned", "agreed in advance: may lie in the future"),
    ("is", "is missing, is present"),
    ("missing", "without a value"),
    ("present", "with a value"),
    ("total", "all groups together"),
    ("share", "the part that each group is of the total"),
    ("empty", "groups without rows too"),
    ("interval", "how far a value may be off by chance"),
    (
        "verdict",
        "whether the periods shown rise or fall, or tell nothing",
    ),
    (
        "on",
        "on constant scope: only what is in scope in every period",
    ),
    (
        "constant",
        "on constant scope: only what is in scope in every period",
    ),
    ("scope", "what `on constant scope` keeps"),
    ("least", "at least 10 rows: values of fewer are marked"),
    ("rows", "at least 10 rows: values of fewer are marked"),
    ("percent", "the change in percent"),
    ("called", "called NAME: what a column is called"),
    ("next", "within next 14 days: a date that lies ahead"),
    ("contains", "contains \"sql\": a text within the text"),
    ("target", "target below 30 days for CONDITION: what is good"),
    ("previous", "previous month: the period before"),
    (
        "including",
        "including excluded: also rows the table leaves out",
    ),
    ("excluded", "rows the table leaves out"),
    ("time", "time from EVENT to EVENT, or time since EVENT"),
    ("known", "as known on DATE: what was known then"),
    ("kpi", "defines a number"),
    ("view", "defines a query with a name"),
    ("condition", "defines a test with a name"),
    ("dashboard", "defines a board of cards"),
    ("test", "defines what must hold"),
    ("sla", "defines due dates"),
    ("score", "defines risk weights"),
    ("scale", "defines ordered words"),
    ("table", "defines a table"),
    ("calendar", "defines how time is cut"),
    ("note", "a sentence about it"),
    ("higher", "higher is better"),
    ("lower", "lower is better"),
    ("band", "a label for some values: band \"good\" below 10%"),
    ("key", "the column that names a row"),
    ("belongs", "belongs to TABLE by COLUMN: its parent"),
    ("event", "event NAME at COLUMN: something that happens"),
    ("state", "state NAME from COLUMN until COLUMN"),
    ("field", "field NAME TYPE"),
    ("exclude", "exclude where CONDITION as \"label\""),
    ("map", "map \"spelling\" to VALUE"),
    ("base", "base FIELD, then values and weights"),
    ("times", "times FIELD, then values and weights"),
    ("cap", "the largest score"),
    ("since", "from a date or an event on"),
    ("owner", "who answers for it"),
    ("prefix", "what the names it adds begin with"),
    ("starts", "the event that starts the clock"),
    ("stops", "the events that stop the clock"),
    ("pauses", "the states in which the clock stands"),
    (
        "due",
        "due 30 days, 1 calendar month or at COLUMN; where CONDITION, or otherwise",
    ),
    ("otherwise", "all others"),
    ("layer", "layer NAME \"title\": a part of the board"),
    (
        "then",
        "then \"Fix {finding_id}\": what to do about each row of the card above",
    ),
    ("given", "given TABLE, then rows between bars"),
    ("expect", "expect QUERY, then rows between bars"),
];

const DEFINITIONS: &[&str] = &[
    "kpi",
    "view",
    "condition",
    "dashboard",
    "test",
    "sla",
    "score",
    "scale",
    "table",
    "calendar",
];

const CLAUSES: &[&str] = &[
    "by", "over", "rolling", "running", "where", "in", "from", "last", "this", "past", "as",
    "versus", "with", "having", "top", "sort", "limit", "show", "at", "on",
];

/// Where a word means something else than usual.
enum UnusualPlace {
    /// Behind one of these words.
    Behind(&'static [&'static str]),
    /// In a definition of one of these kinds.
    Within(&'static [&'static str]),
    /// Behind a field that is tested.
    Testing,
}

use UnusualPlace::{Behind, Testing, Within};

/// The first that fits counts.
const UNUSUAL: &[(&str, UnusualPlace, &str)] = &[
    (
        "is",
        Behind(&["lower", "higher"]),
        "lower is better, higher is better",
    ),
    ("is", Within(&["kpi"]), "is FORMULA: the number"),
    ("is", Within(&["condition"]), "is CONDITION: the test"),
    ("in", Testing, "in (VALUE, VALUE): one of several values"),
    (
        "in",
        Within(&["table"]),
        "in scope: what counts as being there",
    ),
    (
        "from",
        Behind(&["time"]),
        "time from EVENT to EVENT: how long it took",
    ),
    (
        "from",
        Within(&["table"]),
        "from COLUMN: where the values or the state begin",
    ),
    (
        "at",
        Behind(&["target"]),
        "at most, at least: the limit counts as good",
    ),
    (
        "at",
        Within(&["table", "sla"]),
        "at COLUMN: when it happens",
    ),
    (
        "least",
        Within(&["kpi"]),
        "at least: no less than this; at least 10 rows: values of fewer are marked",
    ),
    ("show", Within(&["dashboard"]), "show KIND QUERY: a card"),
    (
        "show",
        Within(&["view"]),
        "show QUERY: what the view stands for",
    ),
    (
        "target",
        Behind(&["versus", ","]),
        "whether each value meets its target",
    ),
    (
        "by",
        Behind(&["sort"]),
        "by KPI or FIELD: what decides the order",
    ),
    (
        "with",
        Testing,
        "with CONDITION: what the rows counted must pass",
    ),
    (
        "as",
        Within(&["table"]),
        "as \"label\": what they are called where they are counted",
    ),
    ("as", Within(&["kpi"]), "as UNIT: what it is shown in"),
];

/// What a word of the language is for, behind a text.
pub(in crate::app::repl) fn meaning(
    word: &str,
    before: &str,
    next: Option<&Next>,
) -> Option<&'static str> {
    let mut words = before.split_whitespace();
    let first = words.next().filter(|_| input::begins_as_definition(before));
    let last = before.trim_end();
    let fits = |place: &UnusualPlace| match place {
        Behind(words) => words.iter().any(|word| last.ends_with(word)),
        Within(kinds) => first.is_some_and(|first| kinds.contains(&first)),
        Testing => next.is_some_and(|next| next.field.is_some()),
    };
    let mut unusual = UNUSUAL.iter();
    if let Some((_, _, meaning)) = unusual.find(|(own, place, _)| *own == word && fits(place)) {
        return Some(meaning);
    }
    let mut known = MEANINGS.iter();
    known
        .find(|(own, _)| *own == word)
        .map(|(_, meaning)| *meaning)
}

/// Whether a word begins a clause of a query.
pub(super) fn is_clause(word: &str) -> bool {
    CLAUSES.contains(&word)
}

/// The words that begin definitions.
pub(super) fn definitions() -> Vec<Candidate> {
    DEFINITIONS
        .iter()
        .map(|word| Candidate::new(*word, meaning(word, "", None).unwrap_or_default()))
        .collect()
}

/// The words of the language that may come next behind a text, the usual ones first.
pub(super) fn candidates(before: &str, next: &[Next]) -> Vec<Candidate> {
    let mut words: Vec<(&str, &Next)> = Vec::new();
    for next in next {
        if let CompletionSlot::Keyword(word) = &next.slot
            && !words.iter().any(|(known, _)| known == word)
        {
            words.push((word, next));
        }
    }
    let rank = |word: &str| {
        let index = MEANINGS.iter().position(|(own, _)| *own == word);
        index.unwrap_or(MEANINGS.len())
    };
    // Behind `versus`, targets and the period before are likelier than clauses of periods.
    let is_likely =
        |word: &str| before.trim_end().ends_with("versus") && matches!(word, "target" | "previous");
    words.sort_by_key(|(word, _)| (!is_likely(word), rank(word)));
    let about = |word, next| meaning(word, before, Some(next)).unwrap_or_default();
    words
        .into_iter()
        .map(|(word, next)| Candidate::new(word, about(word, next)))
        .collect()
}
