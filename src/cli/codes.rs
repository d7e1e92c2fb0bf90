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
    ("D950", "there is no editor"),
    ("D951", "the editor failed"),
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
    ("K957", "a command needs the name of a file"),
    ("K958", "a script that reads itself"),
    ("K959", "definitions that have no files cannot be watched"),
];
