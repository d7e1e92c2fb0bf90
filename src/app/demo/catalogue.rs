//! What scanners of the demo can find, and what each says of it: the tables beside this file.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::company::Stack;

/// Lowest first.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[serde(rename_all = "lowercase")]
pub enum FlawSeverity {
    Info,
    Low,
    Medium,
    High,
    Critical,
    /// Reported as high, and no weakness.
    Noise,
}

impl FlawSeverity {
    /// Those of weaknesses.
    pub const ALL: [FlawSeverity; 5] = [
        FlawSeverity::Info,
        FlawSeverity::Low,
        FlawSeverity::Medium,
        FlawSeverity::High,
        FlawSeverity::Critical,
    ];

    pub fn word(self) -> &'static str {
        match self {
            FlawSeverity::Info => "info",
            FlawSeverity::Low => "low",
            FlawSeverity::Medium => "medium",
            FlawSeverity::High | FlawSeverity::Noise => "high",
            FlawSeverity::Critical => "critical",
        }
    }
}

/// Which of the scanners of code has a rule.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "lowercase")]
pub enum CodeScanner {
    CodeQl,
    Semgrep,
    Both,
}

/// A rule of the scanners of code.
#[derive(Deserialize, PartialEq, Debug)]
pub struct CodeRule {
    /// The name of the rule, without the language.
    pub name: String,
    pub title: String,
    pub cwe: u32,
    /// The `security-severity` of CodeQL.
    pub score: String,
    pub severity: FlawSeverity,
    pub scanner: CodeScanner,
}

/// A vulnerable version of a package.
#[derive(Deserialize, PartialEq, Debug)]
pub struct Package {
    pub stack: Stack,
    pub name: String,
    pub version: String,
    pub fixed: String,
    pub cve: String,
    pub cwe: u32,
    pub score: f64,
    pub severity: FlawSeverity,
    pub title: String,
    /// When the catalogue of known exploited vulnerabilities listed it, and its due date there.
    pub exploited: Option<String>,
    pub due: Option<String>,
}

/// A rule of the scanners of running applications.
#[derive(Deserialize, PartialEq, Debug)]
pub struct PageRule {
    /// The number of the ZAP plugin, if there is one.
    pub plugin: Option<String>,
    /// The Nuclei template, if there is one.
    pub template: Option<String>,
    pub title: String,
    /// 0 for none.
    pub cwe: u32,
    pub severity: FlawSeverity,
    /// It is about a parameter of a request.
    pub has_parameter: bool,
}

impl CodeRule {
    /// As CodeQL calls it, or Semgrep.
    pub fn id(&self, stack: Stack, is_semgrep: bool) -> String {
        match is_semgrep {
            true => format!("{}.security.{}", stack.language(), self.name),
            false => format!("{}/{}", stack.prefix(), self.name),
        }
    }
}

impl PageRule {
    /// As the first scanner that has it calls it.
    pub fn id(&self) -> &str {
        let ids = [&self.plugin, &self.template];
        ids.into_iter().flatten().next().map_or("", String::as_str)
    }
}

/// Everything that can be found.
pub struct FlawCatalogue {
    pub code: Vec<CodeRule>,
    pub packages: Vec<Package>,
    pub pages: Vec<PageRule>,
}

impl FlawCatalogue {
    pub fn read() -> FlawCatalogue {
        FlawCatalogue {
            code: table(include_str!("code_rules.csv")),
            packages: table(include_str!("packages.csv")),
            pages: table(include_str!("page_rules.csv")),
        }
    }
}

/// The rows of a table beside this file.
pub fn table<T: DeserializeOwned>(text: &str) -> Vec<T> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows = reader.deserialize().collect::<Result<Vec<T>, _>>();
    rows.expect("the tables of the demo are right")
}

/// Parts of names of files and routes.
pub const NOUNS: [&str; 16] = [
    "order", "cart", "price", "user", "session", "invoice", "address", "export", "search",
    "upload", "report", "payment", "message", "voucher", "stock", "profile",
];
pub const LAYERS: [&str; 4] = ["controller", "service", "store", "client"];
pub const PARAMETERS: [&str; 6] = ["id", "q", "next", "file", "sort", "lang"];
