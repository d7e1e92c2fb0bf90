//! The company of the demo: its teams and applications.

use serde::Deserialize;

use super::catalogue;

/// The team that falls behind.
pub const BEHIND: &str = "logistics";

/// What an application is written in.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "lowercase")]
pub enum Stack {
    Java,
    Node,
    Python,
}

/// An application under test: a row of `applications.csv`.
#[derive(Deserialize)]
pub struct Application {
    pub name: String,
    pub kind: String,
    pub criticality: String,
    pub exposure: String,
    pub business_critical: String,
    pub team: String,
    pub stack: Stack,
    /// Its image runs in the cluster that is scanned.
    pub in_cluster: bool,
    /// When scanners were set up for it, as a part of the whole time; `None`: not yet.
    pub onboarded: Option<f64>,
}

/// Where a site runs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Environment {
    Staging,
    Production,
}

/// All of them, by team.
pub fn applications() -> Vec<Application> {
    catalogue::table(include_str!("applications.csv"))
}

impl Application {
    /// Whether it has pages or endpoints that a scanner can ask.
    pub fn has_pages(&self) -> bool {
        self.kind != "microservice"
    }

    /// Whether its code is scanned: what matters most.
    pub fn has_code_scans(&self) -> bool {
        matches!(self.criticality.as_str(), "high" | "critical")
    }

    /// Whether Dependency-Check runs in its pipeline.
    pub fn has_dependency_check(&self) -> bool {
        self.stack == Stack::Java && self.criticality == "critical" && self.exposure != "internal"
    }

    /// Whether its production is scanned: what others than the company can reach.
    pub fn is_reachable(&self) -> bool {
        self.has_pages() && self.exposure != "internal"
    }

    /// What reports call it: the repository, the workload, the sites.
    pub fn aliases(&self) -> [String; 4] {
        [
            self.repository(),
            self.workload(),
            self.site(Environment::Staging),
            self.site(Environment::Production),
        ]
    }

    pub fn repository(&self) -> String {
        format!("https://git.example/{}/{}", self.team, self.name)
    }

    /// As Trivy calls it: namespace, kind and name.
    pub fn workload(&self) -> String {
        format!("{}/Deployment/{}", self.team, self.name)
    }

    pub fn host(&self, environment: Environment) -> String {
        match environment {
            Environment::Staging => format!("{}.staging.example", self.name),
            Environment::Production => format!("{}.example", self.name),
        }
    }

    pub fn site(&self, environment: Environment) -> String {
        format!("https://{}", self.host(environment))
    }

    /// A source file of it.
    pub fn file(&self, noun: &str, layer: &str) -> String {
        match self.stack {
            Stack::Java => format!("src/main/java/example/{layer}/{noun}.java"),
            Stack::Node => format!("src/{layer}/{noun}.js"),
            Stack::Python => format!("app/{layer}/{noun}.py"),
        }
    }
}

impl Stack {
    /// The language as CodeQL calls it.
    pub fn language(self) -> &'static str {
        match self {
            Stack::Java => "java",
            Stack::Node => "javascript",
            Stack::Python => "python",
        }
    }

    /// The language as the names of rules begin with it.
    pub fn prefix(self) -> &'static str {
        match self {
            Stack::Java => "java",
            Stack::Node => "js",
            Stack::Python => "py",
        }
    }
}

impl Environment {
    pub fn word(self) -> &'static str {
        match self {
            Environment::Staging => "staging",
            Environment::Production => "production",
        }
    }
}
