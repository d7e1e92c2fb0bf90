//! A weakness: what it is, where, and from when to when it is there.

use super::catalogue::{CodeRule, CodeScanner, FlawSeverity, Package, PageRule};
use super::company::{Application, Environment};
use super::schedule::DemoScanner;

/// Something that scanners find.
pub struct Weakness<'a> {
    pub application: usize,
    pub flaw: Flaw<'a>,
    /// From a day on, until before another; the second time it came back.
    pub there: Vec<(i64, i64)>,
    /// A second scanner of code has the rule too, and sees it.
    pub is_seen_twice: bool,
}

/// What it is, and where.
pub enum Flaw<'a> {
    Code {
        rule: &'a CodeRule,
        file: String,
        line: i64,
    },
    Package(&'a Package),
    Page {
        rule: &'a PageRule,
        environment: Environment,
        path: String,
        parameter: Option<&'static str>,
    },
}

impl Weakness<'_> {
    pub fn is_there(&self, day: i64) -> bool {
        self.there
            .iter()
            .any(|(from, until)| (*from..*until).contains(&day))
    }

    pub fn severity(&self) -> FlawSeverity {
        match &self.flaw {
            Flaw::Code { rule, .. } => rule.severity,
            Flaw::Package(package) => package.severity,
            Flaw::Page { rule, .. } => rule.severity,
        }
    }

    /// The scanners that see it.
    pub fn scanners(&self, application: &Application) -> Vec<DemoScanner> {
        match &self.flaw {
            Flaw::Code { .. } => vec![DemoScanner::Code],
            Flaw::Package(_) => package_scanners(application),
            Flaw::Page {
                rule, environment, ..
            } => {
                let zap = rule.plugin.as_ref();
                let zap = zap.map(|_| DemoScanner::Site(*environment));
                let nuclei = rule.template.as_ref();
                let nuclei = nuclei.filter(|_| *environment == Environment::Production);
                let nuclei = nuclei.map(|_| DemoScanner::Templates);
                zap.into_iter().chain(nuclei).collect()
            }
        }
    }

    /// Its rule and file in the code, if CodeQL sees it.
    pub fn of_codeql(&self) -> Option<(&CodeRule, &str, i64)> {
        match &self.flaw {
            Flaw::Code { rule, file, line } if rule.scanner != CodeScanner::Semgrep => {
                Some((rule, file, *line))
            }
            Flaw::Code { .. } | Flaw::Package(_) | Flaw::Page { .. } => None,
        }
    }

    /// The same of Semgrep.
    pub fn of_semgrep(&self) -> Option<(&CodeRule, &str, i64)> {
        match &self.flaw {
            Flaw::Code { rule, file, line }
                if rule.scanner == CodeScanner::Semgrep || self.is_seen_twice =>
            {
                // It points to the call, CodeQL to its argument.
                Some((rule, file, line + 1))
            }
            Flaw::Code { .. } | Flaw::Package(_) | Flaw::Page { .. } => None,
        }
    }

    pub fn package(&self) -> Option<&Package> {
        match &self.flaw {
            Flaw::Package(package) => Some(package),
            Flaw::Code { .. } | Flaw::Page { .. } => None,
        }
    }

    /// Its rule, path and parameter on the site of an environment.
    pub fn page(&self, of: Environment) -> Option<(&PageRule, &str, Option<&'static str>)> {
        match &self.flaw {
            Flaw::Page {
                rule,
                environment,
                path,
                parameter,
            } if *environment == of => Some((rule, path, *parameter)),
            Flaw::Code { .. } | Flaw::Package(_) | Flaw::Page { .. } => None,
        }
    }
}

/// The scanners that look at the packages of an application.
pub fn package_scanners(application: &Application) -> Vec<DemoScanner> {
    let mut scanners = Vec::new();
    if application.in_cluster {
        scanners.push(DemoScanner::Cluster);
    }
    if application.has_dependency_check() {
        scanners.push(DemoScanner::Dependencies);
    }
    scanners
}

/// The address of a request.
pub fn address(
    application: &Application,
    environment: Environment,
    path: &str,
    parameter: Option<&str>,
) -> String {
    let site = application.site(environment);
    match parameter {
        Some(parameter) => format!("{site}{path}?{parameter}=1"),
        None => format!("{site}{path}"),
    }
}
