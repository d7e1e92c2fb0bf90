//! The codes that commands give themselves, and those of reading definition files (`project`).

/// Each with what it is about.
pub const CODES: &[(&str, &str)] = &[
    ("D901", "a file cannot be read"),
    ("D902", "the result cannot be written"),
    ("D903", "the data has no table that is asked about"),
    (
        "D920",
        "warning: something in the data that stops nothing: orphans, absent columns",
    ),
    (
        "D921",
        "warning: a KPI is about rows that the data does not have",
    ),
    ("D922", "warning: a text that does not occur in the data"),
    (
        "D923",
        "warning: rows that leave a state before they enter it",
    ),
    (
        "D924",
        "what entered and left a state does not add up to what is in it",
    ),
    ("K901", "the folder of definitions is not there"),
    ("K902", "there are no definition files"),
    ("K903", "a definition file is not UTF-8"),
    ("K904", "`init` would overwrite a folder"),
    ("K905", "`fmt -` together with other paths"),
    (
        "K906",
        "a test expects a column that the answer does not have",
    ),
    ("K907", "a command needs data and none is named"),
    ("K908", "an option holds no date"),
    ("K909", "a result cannot be written in the format asked for"),
    ("K910", "there is no such dashboard"),
    ("K950", "in a session, no query to refine yet"),
    ("K974", "`without` names no clause"),
    (
        "K975",
        "`without` names a clause that the query does not have",
    ),
    ("K976", "`and` or `_` is not followed by clauses"),
    ("K977", "Parquet is not shown on a screen"),
    ("K978", "there is no query to go back to"),
    ("K979", "no test is about what was named"),
    ("K980", "an answer cannot be drawn as that chart"),
    ("K981", "the last query is no KPI"),
    ("K982", "a definition or its file is there already"),
    ("K983", "what is to be saved, or where, cannot be told"),
    ("K967", "the last answer has no such row"),
    ("K968", "several rows of the last answer fit"),
    (
        "K969",
        "a number is made of several measures, or has no such one",
    ),
    (
        "K970",
        "the last answer is a list, and the command is about numbers",
    ),
    ("K972", "there are no two periods to compare"),
    ("K973", "a number cannot be divided by a field"),
];
