//! What `init --from` writes for the database of another program: connections, a SELECT for each table of the model,
//! and which definitions of the library stay out because that database cannot answer them.

use clap::ValueEnum;

/// A program whose database RiskQL can ask.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum KnownDatabase {
    #[value(name = "defectdojo")]
    DefectDojo,
    #[value(name = "dependency_track")]
    DependencyTrack,
}

/// What is written for a database.
pub(super) struct DatabaseFiles {
    /// The name of the connection.
    pub connection: &'static str,
    /// The variable of the environment that holds its address.
    pub variable: &'static str,
    /// Paths beside the definitions, and texts.
    pub files: &'static [(&'static str, &'static str)],
    /// The names of KPIs, views and dashboards of the library that stay out, and why.
    pub left_out: &'static [(&'static [&'static str], &'static str)],
}

const DEFECTDOJO: DatabaseFiles = DatabaseFiles {
    connection: "defectdojo",
    variable: "DEFECTDOJO_DATABASE",
    files: &[
        (
            "connections.toml",
            include_str!("defectdojo/connections.toml"),
        ),
        (
            "defectdojo/assets.sql",
            include_str!("defectdojo/assets.sql"),
        ),
        (
            "defectdojo/detections.sql",
            include_str!("defectdojo/detections.sql"),
        ),
        (
            "defectdojo/findings.sql",
            include_str!("defectdojo/findings.sql"),
        ),
        ("defectdojo/scans.sql", include_str!("defectdojo/scans.sql")),
    ],
    left_out: &[
        (
            &["kev_overdue"],
            "it has the day of listing in KEV, and no due date",
        ),
        (
            &["mean_time_to_detect"],
            "it does not know when a flaw came in",
        ),
    ],
};

const DEPENDENCY_TRACK: DatabaseFiles = DatabaseFiles {
    connection: "dependency_track",
    variable: "DEPENDENCY_TRACK_DATABASE",
    files: &[
        (
            "connections.toml",
            include_str!("dependency_track/connections.toml"),
        ),
        (
            "dependency_track/assets.sql",
            include_str!("dependency_track/assets.sql"),
        ),
        (
            "dependency_track/detections.sql",
            include_str!("dependency_track/detections.sql"),
        ),
        (
            "dependency_track/findings.sql",
            include_str!("dependency_track/findings.sql"),
        ),
        (
            "dependency_track/scans.sql",
            include_str!("dependency_track/scans.sql"),
        ),
    ],
    left_out: &[
        (
            &[
                "mttr",
                "verified_findings",
                "fix_rate",
                "time_to_fix",
                "reopen_rate",
                "team_mttr",
                "fix_flow",
                "appsec",
            ],
            "an upgrade deletes the component with its findings, so no fix is seen to be verified",
        ),
        (
            &["mean_time_to_detect", "escape_rate"],
            "it knows neither when a flaw came in nor environments",
        ),
        (
            &["risk_acceptances", "expiring_acceptances"],
            "it does not know acceptances",
        ),
        (
            &["exploitability_rate", "kev_overdue"],
            "it does not know what is exploited",
        ),
        (
            &[
                "scan_coverage_web",
                "scan_coverage_api",
                "scan_coverage_microservice",
                "scan_coverage_business_critical",
            ],
            "it does not know which projects those are",
        ),
    ],
};

impl KnownDatabase {
    pub(super) fn files(self) -> &'static DatabaseFiles {
        match self {
            KnownDatabase::DefectDojo => &DEFECTDOJO,
            KnownDatabase::DependencyTrack => &DEPENDENCY_TRACK,
        }
    }
}

impl DatabaseFiles {
    /// Whether a file of the library holds a definition that stays out, or tests that name one.
    pub(super) fn leaves_out(&self, path: &str, text: &str) -> bool {
        let file = path.strip_suffix(".kpi");
        match file.and_then(|path| path.split_once('/')) {
            Some(("kpis" | "views" | "dashboards", name)) => self.names(name),
            Some(("tests", _)) => text
                .split(|letter: char| !letter.is_alphanumeric() && letter != '_')
                .any(|word| self.names(word)),
            Some(_) | None => false,
        }
    }

    fn names(&self, name: &str) -> bool {
        let mut groups = self.left_out.iter();
        groups.any(|(names, _)| names.contains(&name))
    }
}
