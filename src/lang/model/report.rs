//! How reports of tools are read, and the words that what they say is told in.

use crate::base::source::{Span, Spanned};

/// A checked `source`: one report format.
#[derive(Clone, Debug)]
pub struct ReportSource {
    pub name: String,
    pub title: Option<String>,
    /// What the tool is called where the report does not say.
    pub tool: String,
    pub kind: ToolKind,
    pub reads: Vec<Shape>,
    /// Programs in jq.
    pub known_by: Spanned<String>,
    pub scan: Option<Spanned<String>>,
    pub rows: Spanned<String>,
    /// The report's words for places on the scale `severity`.
    pub severity: WordMap<u8>,
    pub status: WordMap<Status>,
    pub evidence: WordMap<Evidence>,
    /// Formats of dates beyond RFC 3339, tried in order.
    pub dates: Vec<String>,
    pub fills: Fills,
    /// What makes a row the same one in the next report.
    pub identity: Vec<RowField>,
    /// Rows that are alike in all of `identity` are told apart by which of them they are, in the order of the report.
    pub is_numbered: bool,
    /// Arrays of which a large report is read some members at a time: the rows of the whole are those
    /// of its parts, one after the other. Empty: a report is read whole.
    pub parts: Vec<ArrayPath>,
    /// Where the rows are: as many as the program `rows` must give. Empty: nobody counts them.
    pub counted: Vec<RowPath>,
    /// Sources that do not count where this one knows a report too.
    pub precedes: Vec<String>,
    /// Names of columns that may stand in a table several times, where `*` is any text.
    pub repeated: Vec<String>,
    pub span: Span,
}

/// Where in a report its rows are: `.runs[].results[].locations[+]`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RowPath {
    pub text: String,
    pub steps: Vec<RowStep>,
    /// Each place is one row or more: `.statements[]+`.
    pub is_open: bool,
}

/// One step towards rows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RowStep {
    /// To the member of an object: `.name`, `."a name"`.
    Member(String),
    /// To the members of an object whose names are like this, where `*` is any text: `."*audit.fvdl"`.
    Like(String),
    /// To the members of this name at any depth, but not to those inside them: `..name`.
    Anywhere(String),
    /// To a member where there is one; else it stays where it is: `.name?`.
    Inside(String),
    /// To the first of several members that has anything in it: `."name|other"`.
    FirstOf(Vec<String>),
    /// To every member of an array; what is no array is one, and null is none: `[]`.
    Each,
    /// To every member of an object: `{}`.
    Values,
    /// A row for every member of an array, and one where there is none: `[+]`, at the end.
    AtLeastOne,
    /// The same for the members that are objects: `[{+}]`.
    AtLeastOneObject,
}

impl RowPath {
    /// Reads the notation.
    pub fn read(text: &str) -> Option<RowPath> {
        let mut steps = Vec::new();
        let path = text.strip_suffix('+');
        let mut rest = path.unwrap_or(text).strip_prefix('.')?;
        let mut is_after_dot = true;
        while !rest.is_empty() {
            let signs = [
                ("[]", RowStep::Each),
                ("{}", RowStep::Values),
                ("[+]", RowStep::AtLeastOne),
                ("[{+}]", RowStep::AtLeastOneObject),
            ];
            let sign = signs.into_iter().find(|(sign, _)| rest.starts_with(sign));
            rest = match sign {
                Some((sign, step)) => {
                    steps.push(step);
                    &rest[sign.len()..]
                }
                None => {
                    let name = match is_after_dot {
                        true => rest,
                        false => rest.strip_prefix('.')?,
                    };
                    let (is_anywhere, name) = match name.strip_prefix('.') {
                        Some(name) => (true, name),
                        None => (false, name),
                    };
                    let (name, after) = member(name)?;
                    if let Some(after) = after.strip_prefix('?') {
                        steps.push(RowStep::Inside(name));
                        rest = after;
                        is_after_dot = false;
                        continue;
                    }
                    steps.push(match is_anywhere {
                        true => RowStep::Anywhere(name),
                        false if name.contains('|') => {
                            RowStep::FirstOf(name.split('|').map(str::to_string).collect())
                        }
                        false if name.contains('*') => RowStep::Like(name),
                        false => RowStep::Member(name),
                    });
                    after
                }
            };
            is_after_dot = false;
        }
        let is_well_placed = |index: usize| {
            let is_last = index + 1 == steps.len();
            is_last && index > 0 && matches!(steps[index - 1], RowStep::Member(_))
        };
        let is_list =
            |step: &RowStep| matches!(step, RowStep::AtLeastOne | RowStep::AtLeastOneObject);
        let mut lists = (0..steps.len()).filter(|index| is_list(&steps[*index]));
        lists.all(is_well_placed).then(|| RowPath {
            text: text.to_string(),
            steps,
            is_open: path.is_some(),
        })
    }
}

/// A name at the beginning of a text, and what comes after it. Names that are no words stand in quotes.
fn member(text: &str) -> Option<(String, &str)> {
    if let Some(quoted) = text.strip_prefix('"') {
        let (name, after) = quoted.split_once('"')?;
        return Some((name.to_string(), after));
    }
    let is_end = |letter: char| !letter.is_alphanumeric() && !"_-@#$".contains(letter);
    let end = text.find(is_end).unwrap_or(text.len());
    (end > 0).then(|| (text[..end].to_string(), &text[end..]))
}

/// Where in a report an array stands: `.runs[].results`; `.` is the report itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ArrayPath(pub Vec<PathStep>);

/// One step down into a value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PathStep {
    /// To the member of an object.
    Member(String),
    /// To any member of an array.
    Each,
    /// To any member of an object.
    Values,
}

impl ArrayPath {
    /// Reads the notation of `RowPath`, as far as it is names, `[]` and `{}`.
    pub fn read(text: &str) -> Option<ArrayPath> {
        let mut rest = text.strip_prefix('.')?;
        let mut steps = Vec::new();
        while !rest.is_empty() {
            if let Some(after) = rest.strip_prefix("[]") {
                steps.push(PathStep::Each);
                rest = after;
            } else if let Some(after) = rest.strip_prefix("{}") {
                steps.push(PathStep::Values);
                rest = after;
            } else {
                // The dot before the first name is read already.
                let begun = match steps.is_empty() {
                    true => rest,
                    false => rest.strip_prefix('.')?,
                };
                let (name, after) = member(begun)?;
                steps.push(PathStep::Member(name));
                rest = after;
            }
        }
        Some(ArrayPath(steps))
    }
}

/// A table of words, compared without regard to case and to white space around them.
#[derive(Clone, Debug)]
pub struct WordMap<T> {
    /// In lower case.
    pub listed: Vec<(String, T)>,
    /// What any other word means, and a missing one.
    pub otherwise: Option<T>,
    /// The name of the clause; `None` where the source has none.
    pub span: Option<Span>,
}

impl<T: Copy> WordMap<T> {
    /// The meaning of a word as listed.
    pub fn listed(&self, word: &str) -> Option<T> {
        let word = word.trim().to_lowercase();
        let found = self.listed.iter().find(|(listed, _)| *listed == word);
        found.map(|(_, meaning)| *meaning)
    }
}

impl<T> Default for WordMap<T> {
    fn default() -> Self {
        WordMap {
            listed: Vec::new(),
            otherwise: None,
            span: None,
        }
    }
}

/// Words of the language for the variants of an enum.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        pub enum $name { $($(#[$about])* $variant,)+ }

        impl $name {
            pub const ALL: &[$name] = &[$($name::$variant,)+];

            /// As definitions and tables write it.
            pub fn word(self) -> &'static str {
                match self { $($name::$variant => $word,)+ }
            }

            pub fn from_word(word: &str) -> Option<$name> {
                Self::ALL.iter().copied().find(|known| known.word() == word)
            }
        }
    };
}

pub(super) use words;

words!(
    /// What kind of testing a tool does.
    ToolKind {
        Dast = "dast",
        Sast = "sast",
        Sca = "sca",
        Api = "api",
        Container = "container",
        Iac = "iac",
        Secrets = "secrets",
        Cloud = "cloud",
        Iast = "iast",
        Manual = "manual",
    }
);

words!(
    /// What a report is made of, told by its first bytes.
    Shape {
        Json = "json",
        /// Several JSON documents one after the other.
        JsonLines = "jsonlines",
        Xml = "xml",
        Csv = "csv",
        Zip = "zip",
    }
);

words!(
    /// What the report says has become of a row.
    Status {
        Open = "open",
        Confirmed = "confirmed",
        InTriage = "in_triage",
        Fixed = "fixed",
        FalsePositive = "false_positive",
        Accepted = "accepted",
        Suppressed = "suppressed",
        OutOfScope = "out_of_scope",
        NotAffected = "not_affected",
    }
);

words!(
    /// How sure the report is that the weakness is real.
    Evidence {
        None = "none",
        Inferred = "inferred",
        Proven = "proven",
    }
);

words!(
    /// What people decide about a finding.
    Decision {
        Confirmed = "confirmed",
        Accepted = "accepted",
        ClaimedFixed = "claimed_fixed",
        OutOfScope = "out_of_scope",
        FalsePositive = "false_positive",
    }
);

words!(
    /// Which table rows belong to.
    Fills {
        /// Rows of a scan, from which the lifecycle is derived.
        Observations = "observations",
        /// Rows of a tracker, which has a lifecycle of its own.
        Findings = "findings",
        /// Applications, APIs and services, as somebody registered them.
        Assets = "assets",
        /// Scans that were made, without what they saw.
        Scans = "scans",
        /// Verdicts of people.
        Decisions = "decisions",
        /// What is known of vulnerabilities on a day: EPSS, KEV.
        Advisories = "advisories",
    }
);

impl Fills {
    /// The fields of a record, for the tables that are filled as they are; `None` for rows of tools,
    /// whose fields are [`RowField`]s.
    pub fn record_fields(self) -> Option<&'static [&'static str]> {
        match self {
            Fills::Observations | Fills::Findings => None,
            Fills::Assets => Some(&[
                "asset_id",
                "name",
                "kind",
                "criticality",
                "exposure",
                "business_critical",
                "team",
                "commissioned_at",
                "retired_at",
                "alias_of",
            ]),
            Fills::Scans => Some(&[
                "scan_id",
                "asset_id",
                "tool",
                "tool_kind",
                "environment",
                "finished_at",
                "outcome",
            ]),
            Fills::Decisions => Some(&[
                "finding_id",
                "asset_id",
                "rule_id",
                "vulnerability_id",
                "file",
                "url",
                "component",
                "decision",
                "at",
                "until",
                "by",
                "reason",
            ]),
            Fills::Advisories => Some(&[
                "vulnerability_id",
                "date",
                "epss",
                "percentile",
                "known_exploited",
                "due_date",
            ]),
        }
    }

    /// The field of a record that says when it began to be so: before, it tells of the future. Where it
    /// is missing, the report's own date stands for it. `None`: records have no time of their own.
    pub fn date_field(self) -> Option<&'static str> {
        match self {
            Fills::Observations | Fills::Findings | Fills::Assets => None,
            Fills::Scans => Some("finished_at"),
            Fills::Decisions => Some("at"),
            Fills::Advisories => Some("date"),
        }
    }
}

words!(
    /// What a row program may say of a row.
    RowField {
        RuleId = "rule_id",
        Title = "title",
        Message = "message",
        Severity = "severity",
        SeverityFrom = "severity_from",
        Cvss = "cvss",
        CvssVector = "cvss_vector",
        Cwe = "cwe",
        VulnerabilityIds = "vulnerability_ids",
        File = "file",
        Line = "line",
        Url = "url",
        Method = "method",
        Parameter = "parameter",
        Host = "host",
        Port = "port",
        Component = "component",
        Version = "version",
        FixedVersion = "fixed_version",
        Manifest = "manifest",
        Purl = "purl",
        Confidence = "confidence",
        Evidence = "evidence",
        Status = "status",
        StatusReason = "status_reason",
        NativeId = "native_id",
        Fingerprint = "fingerprint",
        FirstSeen = "first_seen",
        LastSeen = "last_seen",
        ClosedAt = "closed_at",
        AcceptedUntil = "accepted_until",
        Epss = "epss",
        KnownExploited = "known_exploited",
        Target = "target",
        /// The tool and the scan line of a row, where a report has several.
        Tool = "tool",
        ScanLine = "scan_line",
        Environment = "environment",
        Branch = "branch",
        /// Why the row is no finding: it is counted and not kept.
        Dropped = "dropped",
    }
);
