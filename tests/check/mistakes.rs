//! One mistake each, and what is said about it. The snapshot is there to be read: a message that
//! would not help you is a bug.

use std::fmt::Write;

use riskql::base::diagnostic::{Diagnostic, Severity};
use riskql::base::source::Sources;
use riskql::lang::check::CODES;
use riskql::lang::syntax::parse_query;

use super::language::{FILES, check_files, language};

#[derive(Clone, Copy)]
pub enum Mistake {
    /// Beside the definitions of the language's description.
    Beside(&'static str),
    /// On its own.
    Alone(&'static str),
    Query(&'static str),
}

use Mistake::{Alone, Beside, Query};

/// A table of sites with a table of pages that belong to them, and a roll-up of pages.
macro_rules! sites {
    ($site:literal, $more:literal) => {
        concat!(
            "table sites\n  key site_id\n  state online from opened_at until closed_at\n",
            $site,
            "table pages\n  key page_id\n  belongs to sites by site_id\n  event written at written_at\n",
            "  event read at read_at\n  state shown from written_at until hidden_at\n  field size number\n",
            $more
        )
    };
}

const SITES_BEFORE_WORST_AS_TEXT: &str =
    sites!("  field largest text from max size of pages shown\n", "");
const SITES_UNKNOWN_SCOPE: &str = sites!("  scope onlin\n", "");
const SITES_SCOPE_IN_THE_PERIOD: &str =
    sites!("  scope online where any pages written in the period\n", "");
const SITES_MEDIAN: &str = sites!("  field usual number from median size of pages shown\n", "");
const SITES_SHARE: &str = sites!(
    "  field part number from share of pages shown with size > 3\n",
    ""
);
const SITES_DURATION: &str = sites!(
    "  field slow number from max time from written to read of pages read\n",
    ""
);
const SITES_IN_THE_PERIOD: &str = sites!(
    "  field visits number from count of pages shown where any hits made in the period\n",
    "table hits\n  key hit_id\n  belongs to pages by page_id\n  event made at made_at\n"
);
const SITES_WITHIN: &str = sites!(
    "  field soon number from count of pages written where read within 3 days\n",
    ""
);
const SITES_OF_A_ROLL_UP: &str = sites!(
    "  belongs to owners by owner_id\n  field largest number from max size of pages shown\n",
    "table owners\n  key owner_id\n  field largest_of_all number from max largest of sites online\n"
);
const SITES_BELOW_A_ROLL_UP: &str = sites!(
    "  field largest number from max size of pages shown where of_site > 3\n",
    "  field of_site number from sites.largest\n"
);
const SITES_BY_SIZE: &str = sites!(
    "  field area number\n",
    "view v\n  show count of sites online by area\n"
);
const SITES_BY_DURATIONS: &str = sites!(
    "  field area number\n",
    "view v\n  show count of sites online by area in (4 days, 7)\n"
);
const SITES_SCORE: &str = sites!(
    "  field largest number from max size of pages shown\n",
    "score bulk\n  of sites\n  base largest\n"
);
const SITES_EXCLUDE: &str = sites!(
    "  field largest number from max size of pages shown\n  exclude where largest > 3 as \"large\"\n",
    ""
);

/// The code that must come first, and the text that calls for it.
pub const MISTAKES: &[(&str, Mistake)] = &[
    // Names.
    ("K200", Beside("kpi backlog\n  is count of findings open\n")),
    ("K200", Beside("view mttr\n  show backlog\n")),
    ("K200", Beside("calendar\n  timezone \"UTC\"\n")),
    ("K201", Query("count of finding open")),
    ("K201", Beside("kpi k\n  is count of finding open\n")),
    (
        "K201",
        Query("backlog where any scan of its asset completed within 3 days"),
    ),
    ("K202", Query("backlog by sevrity")),
    ("K202", Query("backlog by month")),
    ("K202", Query("backlog where colour = red")),
    ("K202", Query("backlog where open = yes")),
    ("K202", Query("list findings open show found")),
    (
        "K202",
        Beside(
            "table notes\n  key note_id\n  belongs to assets by asset_id\n  field owner text from assets.owner\n",
        ),
    ),
    ("K203", Query("count of findings opne")),
    ("K203", Query("count of findings completed")),
    (
        "K203",
        Query("mean time from open to verified of findings verified"),
    ),
    (
        "K203",
        Query("mean time from found to fixd of findings verified"),
    ),
    (
        "K203",
        Query("backlog where any scans of its asset failed within 3 days"),
    ),
    (
        "K203",
        Beside(
            "sla other\n  of assets\n  starts in_service\n  stops retired\n  due 3 days otherwise\n",
        ),
    ),
    ("K204", Query("mttr where severity = hgih")),
    ("K204", Query("mttr where severity = moderate")),
    ("K204", Query("mttr where severity = 3")),
    (
        "K204",
        Beside(
            "kpi k\n  is count of findings open\n  lower is better\n  target below 30 for severity = hgih\n",
        ),
    ),
    (
        "K204",
        Beside("scale size is small < large\n  map \"tiny\" to smal\n"),
    ),
    (
        "K205",
        Beside("table notes\n  key note_id\n  field level scale severty\n"),
    ),
    ("K206", Query("appsec")),
    ("K206", Query("mtr by team")),
    ("K206", Query("risk")),
    ("K206", Query("findings")),
    ("K206", Query("mttr, highest_risk_apps")),
    ("K207", Query("cuont of findings open")),
    ("K207", Query("average cvss of findings open")),
    ("K207", Query("p101 risk of findings open")),
    ("K208", Query("backlog where internet_facin")),
    ("K208", Query("backlog where exploitable")),
    (
        "K208",
        Query("count of scans completed where internet_facing"),
    ),
    (
        "K210",
        Beside("kpi k\n  is count of findings open\n  as count\n  as count\n"),
    ),
    (
        "K210",
        Query("list findings open where severity = low last month where team = web"),
    ),
    ("K208", Alone("condition low is severity = low\n")),
    ("K211", Beside("kpi k\n  as days\n")),
    (
        "K211",
        Beside("score s\n  base severity\n    otherwise 1\n"),
    ),
    ("K211", Beside("sla s\n  of assets\n")),
    ("K212", Beside("kpi count\n  is count of findings open\n")),
    (
        "K212",
        Beside(
            "table notes\n  key note_id\n  event written at written_at\n  state written from written_at until erased_at\n",
        ),
    ),
    (
        "K212",
        Beside("table notes\n  key note_id\n  field size number\n  field size number\n"),
    ),
    (
        "K212",
        Beside("score exploitable\n  of findings\n  base severity\n    otherwise 1\n"),
    ),
    (
        "K212",
        Query("backlog called period over month last 3 months"),
    ),
    ("K213", Query("backlog where exploitable = maybe")),
    ("K213", Query("backlog where team = 4")),
    ("K213", Query("backlog where found_at > critical")),
    ("K213", Query("backlog where found_at > 30 days")),
    ("K213", Query("backlog where closed_at > found_at")),
    (
        "K213",
        Beside(
            "table notes\n  key note_id\n  event written at written_at\n  field size number\nkpi k\n  is count of notes written where size > big\n",
        ),
    ),
    ("K214", Query("backlog where team > web")),
    ("K214", Query("backlog where exploitable >= yes")),
    ("K215", Query("backlog where found_at > findings.team")),
    ("K215", Query("backlog where team in (findings.app)")),
    ("K216", Query("sum of findings open")),
    ("K216", Query("count app of findings open")),
    ("K216", Query("mean team of findings open")),
    ("K216", Query("mean severity of findings open")),
    ("K216", Query("mean exploitable of findings open")),
    ("K216", Query("sum found_at of findings open")),
    ("K216", Query("distinct risk of findings open")),
    ("K216", Query("typical team of findings found")),
    ("K216", Query("sum risk of scans completed")),
    ("K216", Query("sum verified_findings of findings open")),
    (
        "K216",
        Query("mean time from found to found of findings found"),
    ),
    ("K217", Query("share of findings found")),
    (
        "K217",
        Query("count of findings found with environment = production"),
    ),
    ("K218", Query("count of findings")),
    ("K219", Query("mttr + backlog")),
    ("K219", Query("mttr - 30")),
    ("K219", Query("backlog / mttr")),
    ("K219", Query("backlog * backlog")),
    (
        "K220",
        Beside(
            "kpi k\n  is mean time from found to verified of findings verified\n  target below 30\n",
        ),
    ),
    (
        "K220",
        Beside("kpi k\n  is share of findings found with exploitable = yes\n  target below 15\n"),
    ),
    (
        "K220",
        Beside("kpi k\n  is count of findings open\n  target below 15%\n"),
    ),
    (
        "K220",
        Beside("kpi k\n  is backlog / sla_breaches\n  target below 15%\n"),
    ),
    (
        "K221",
        Beside("kpi k\n  is count of findings open\n  as days\n"),
    ),
    (
        "K222",
        Beside("kpi k\n  is count of findings open\n  as dayz\n"),
    ),
    (
        "K223",
        Beside("kpi k\n  is count of findings open\n  target below 3 for not severity = low\n"),
    ),
    (
        "K224",
        Beside("kpi k\n  is count of findings open\n  lower is better\n  target at least 3\n"),
    ),
    (
        "K225",
        Beside(
            "kpi k\n  is backlog / sla_breaches\n  band \"low\" below 0.9\n  band \"high\" from 0.95\n",
        ),
    ),
    (
        "K225",
        Beside(
            "kpi k\n  is backlog / sla_breaches\n  band \"low\" below 0.9\n  band \"high\" from 0.9 to 2\n",
        ),
    ),
    (
        "K226",
        Beside(
            "kpi k\n  is backlog / sla_breaches\n  band \"low\" below 1\n  band \"high\" from 0.95\n",
        ),
    ),
    (
        "K227",
        Beside(
            "kpi k\n  is backlog / sla_breaches\n  band \"low\" below 1\n  band \"none\" from 1 to 1\n  band \"high\" from 1\n",
        ),
    ),
    (
        "K227",
        Beside(
            "kpi k\n  is backlog / sla_breaches\n  band \"low\" below 1\n  band \"low\" from 1\n",
        ),
    ),
    (
        "K228",
        Beside("kpi a\n  is b + 1\nkpi b\n  is c + 1\nkpi c\n  is a + 1\n"),
    ),
    ("K228", Beside("condition a is b\ncondition b is not a\n")),
    ("K229", Query("1 + 2")),
    ("K229", Query("backlog / 0")),
    ("K230", Beside("scale size is small\n")),
    ("K231", Beside("scale size is small < large < small\n")),
    (
        "K231",
        Beside("scale size is small < large\n  map \"Tiny\" to small\n  map \"tiny\" to small\n"),
    ),
    (
        "K233",
        Beside("table notes\n  key note_id\n  field size integer\n"),
    ),
    (
        "K233",
        Beside("table notes\n  key note_id\n  field level severity\n"),
    ),
    (
        "K234",
        Beside(
            "table notes\n  key note_id\n  event written at written_at\n  field written_at text\n",
        ),
    ),
    (
        "K234",
        Beside(
            "table notes\n  key note_id\n  belongs to assets by asset_id\n  field team yesno from assets.team\n",
        ),
    ),
    ("K235", Query("backlog where severity > critical")),
    (
        "K235",
        Beside(
            "kpi k\n  is count of findings open\n  target below 3 for severity = low and severity = high\n",
        ),
    ),
    (
        "K236",
        Beside(
            "kpi k1\n  is backlog + backlog\nkpi k2\n  is k1 + k1\nkpi k3\n  is k2 + k2\nkpi k4\n  is k3 + k3\nkpi k5\n  is k4 + k4\nkpi k6\n  is k5 + k5\nkpi k7\n  is k6 + k6\nkpi k8\n  is k7 + k7\nkpi k9\n  is k8 + k8\nkpi k10\n  is k9 + k9\nkpi k11\n  is k10 + k10\nkpi k12\n  is k11 + k11\nkpi k13\n  is k12 + k12\n",
        ),
    ),
    // Tables and how they are related.
    ("K301", Query("backlog where tool = zap")),
    ("K301", Query("backlog by tool_kind")),
    ("K301", Query("backlog where scans.tool = zap")),
    (
        "K301",
        Query("count of assets in_service where severity = high"),
    ),
    ("K302", Query("count of scans completed where team = web")),
    ("K302", Query("backlog where assets.kind = web")),
    (
        "K303",
        Beside(
            "table notes\n  field body text\ntable replies\n  key reply_id\n  belongs to notes by note_id\n",
        ),
    ),
    (
        "K303",
        Beside(
            "table notes\n  key note_id\n  belongs to assets by asset_id\n  belongs to assets by other_id\n",
        ),
    ),
    (
        "K303",
        Beside(
            "table a\n  key a_id\n  belongs to b by b_id\ntable b\n  key b_id\n  belongs to a by a_id\n",
        ),
    ),
    (
        "K304",
        Beside("table notes\n  key note_id\n  field team text from assets.team\n"),
    ),
    (
        "K304",
        Beside("table notes\n  key note_id\n  event written at last written_at of scans\n"),
    ),
    (
        "K304",
        Beside(
            "table notes\n  key note_id\n  event written at written_at\nkpi k\n  is count of notes written where any scans completed ever\n",
        ),
    ),
    (
        "K304",
        Query("backlog where any assets in_service within 3 days"),
    ),
    (
        "K304",
        Beside(
            "table notes\n  key note_id\n  event written at written_at\nkpi k\n  is count of notes written where scans.tool = zap\n",
        ),
    ),
    (
        "K305",
        Query("backlog where any scans of its asset completed (where any detections reported)"),
    ),
    ("K305", Query("backlog where any scans completed ever")),
    (
        "K304",
        Query("backlog where any scans of its team completed ever"),
    ),
    (
        "K304",
        Query("count of assets in_service where any findings of its asset open"),
    ),
    (
        "K212",
        Beside(
            "condition open is severity = high\n\nkpi k\n  is count of findings found where open\n",
        ),
    ),
    // Time.
    ("K400", Alone("scale size is small < large\n")),
    ("K401", Alone("calendar\n  timezone \"Europe/Berln\"\n")),
    ("K401", Alone("calendar\n  week starts mondy\n")),
    ("K401", Alone("calendar\n  year starts octobr\n")),
    ("K402", Query("sum backlog of findings open over quarter")),
    ("K402", Query("mean backlog of findings open")),
    (
        "K402",
        Beside("kpi k\n  is sum backlog of findings found\n"),
    ),
    ("K403", Query("backlog in 2025-W53")),
    ("K403", Query("backlog in 2026-03-31T10:00:00Z")),
    ("K404", Query("mean time since found of findings found")),
    (
        "K404",
        Query("typical time from found to verified of findings open"),
    ),
    ("K405", Query("mttr over month at peak")),
    (
        "K405",
        Beside("kpi k\n  is count of findings found\n  at average\n"),
    ),
    ("K406", Query("backlog where verified within 14 days")),
    ("K407", Query("backlog last 0 months")),
    ("K407", Query("backlog from 2026-04 to 2026-02")),
    ("K407", Query("backlog over day last 999999 days")),
    ("K407", Query("backlog over day last 900 years")),
    ("K408", Query("mttr past 90 days versus previous month")),
    (
        "K408",
        Query("mttr last month versus previous month, previous quarter, previous year"),
    ),
    (
        "K408",
        Query("mttr last month versus previous month, previous month"),
    ),
    ("K408", Query("mttr last month versus target as percent")),
    (
        "K409",
        Query("backlog where any scans of its asset completed within 0 days"),
    ),
    ("K418", Query("list findings last month")),
    ("K419", Query("mttr rolling 90 days")),
    ("K419", Query("mttr running")),
    ("K419", Query("backlog over week rolling 90 days")),
    (
        "K419",
        Query(
            "count of findings found where any detections of its asset reported in the period over month running",
        ),
    ),
    ("K419", Query("mttr over month running with total")),
    (
        "K419",
        Query("typical time from found to verified of findings found over week rolling 90 days"),
    ),
    (
        "K420",
        Query("share of assets in_service with any scans completed last month"),
    ),
    (
        "K420",
        Query("share of assets in_service with any scans completed in the period"),
    ),
    (
        "K420",
        Beside("kpi k\n  is count of assets in_service where any scans completed\n"),
    ),
    (
        "K420",
        Beside(
            "condition scanned is any scans completed\n\nkpi k\n  is count of assets in_service where scanned\n",
        ),
    ),
    (
        "K421",
        Query("count of assets in_service where any findings open within 3 days"),
    ),
    (
        "K421",
        Query("count of assets in_service where at least 0 findings open"),
    ),
    ("K422", Query("share of findings found with verified")),
    (
        "K422",
        Query("count of findings found where closed_at is missing"),
    ),
    ("K422", Query("count of findings found where risk_accepted")),
    (
        "K423",
        Query("count of findings open where closed_at is missing"),
    ),
    ("K423", Query("count of findings found where open")),
    (
        "K423",
        Query("count of scans completed where outcome = failed"),
    ),
    (
        "K423",
        Query("count of findings found where resolution = false_positive"),
    ),
    (
        "K423",
        Query("count of findings found where time since found > 9 days"),
    ),
    (
        "K424",
        Query("share of findings verified with verified within 30 days"),
    ),
    (
        "K425",
        Query("mean time from found to earliest of closed, closed of findings closed"),
    ),
    (
        "K426",
        Query("share of findings found with verified within 30 days so far"),
    ),
    (
        "K426",
        Query("count of findings found where not (verified within 9 days or open) so far"),
    ),
    (
        "K426",
        Query(
            "share of findings found with any detections of its asset reported in the period so far last month",
        ),
    ),
    (
        "K426",
        Beside(
            "condition quick is verified within 9 days\n\nkpi k\n  is share of findings found with quick so far\n",
        ),
    ),
    // Policy.
    (
        "K500",
        Beside("score s\n  of findings\n  base severity\n    critical 40\n"),
    ),
    (
        "K500",
        Beside(
            "score s\n  of findings\n  base severity\n    otherwise 1\n  times exposure\n    internet 2\n",
        ),
    ),
    (
        "K500",
        Beside("score s\n  of findings\n  base exploitable\n"),
    ),
    (
        "K501",
        Beside(
            "score s\n  of findings\n  base severity\n    critical 40\n    critical 30\n    otherwise 1\n",
        ),
    ),
    (
        "K501",
        Beside("score s\n  of findings\n  base severity\n    otherwise 1\n    critical 30\n"),
    ),
    (
        "K501",
        Beside(
            "score s\n  of findings\n  base severity\n    otherwise 1\n  times severity\n    otherwise 2\n",
        ),
    ),
    (
        "K502",
        Beside("score s\n  of findings\n  base found_at\n    otherwise 1\n"),
    ),
    (
        "K502",
        Beside(
            "table notes\n  key note_id\n  field size number\nscore s\n  of notes\n  base size\n    otherwise 1\n",
        ),
    ),
    (
        "K503",
        Beside("score s\n  of findings\n  base severity\n    otherwise 1\n  cap 0\n"),
    ),
    (
        "K504",
        Beside("score risk\n  of findings\n  base severity\n    otherwise 1\n  since 2026-01-01\n"),
    ),
    (
        "K504",
        Beside(
            "sla remediation\n  of findings\n  starts found\n  stops verified, closed\n  pauses risk_accepted\n  due 3 days otherwise\n",
        ),
    ),
    (
        "K510",
        Beside(
            "sla remediation\n  of findings\n  starts found\n  stops verified, closed\n  pauses risk_accepted\n  due 30 days where severity = critical\n  due 7 days where severity = critical and exposure = internet\n  due 90 days otherwise\n  since 2026-01-01\n",
        ),
    ),
    (
        "K510",
        Beside(
            "sla remediation\n  of findings\n  starts found\n  stops verified, closed\n  pauses risk_accepted\n  due 7 days where severity = critical and exposure = internet\n  due 8 days where severity = high and exposure = internet\n  due 9 days where severity >= high and exposure in (internet)\n  due 90 days otherwise\n  since 2026-01-01\n",
        ),
    ),
    (
        "K511",
        Beside(
            "sla remediation\n  of findings\n  starts found\n  stops verified, closed\n  pauses risk_accepted\n  due 30 days where severity = critical\n  since 2026-01-01\n",
        ),
    ),
    (
        "K511",
        Beside(
            "sla remediation\n  of findings\n  starts found\n  stops verified, closed\n  pauses risk_accepted\n  due 30 days otherwise\n  due 3 days where severity = critical\n  since 2026-01-01\n",
        ),
    ),
    (
        "K513",
        Beside(
            "sla remediation\n  of findings\n  starts found\n  stops verified, closed\n  pauses risk_accepted\n  due 30 days where due_at is missing\n  due 3 days where any scans completed within 3 days\n  due 3 days otherwise\n  since 2026-01-01\n",
        ),
    ),
    (
        "K514",
        Beside(
            "sla triage\n  of findings\n  starts found\n  stops verified\n  due 3 days otherwise\n",
        ),
    ),
    (
        "K514",
        Beside(
            "table notes\n  key note_id\n  event written at written_at\n  field due_at date\nsla answer\n  of notes\n  starts written\n  stops written\n  due 3 days otherwise\n",
        ),
    ),
    (
        "K514",
        Beside(
            "table notes\n  key note_id\n  event written at written_at\n  event due at due_at\nsla answer\n  of notes\n  starts written\n  stops written\n  due 3 days otherwise\n",
        ),
    ),
    (
        "K514",
        Beside(
            "sla kev\n  of findings\n  prefix kev\n  starts found\n  stops verified\n  due 3 days otherwise\nsla other\n  of findings\n  prefix kev\n  starts found\n  stops verified\n  due 3 days otherwise\n",
        ),
    ),
    (
        "K515",
        Beside(
            "sla remediation\n  of findings\n  prefix own\n  starts found\n  stops verified, closed\n  pauses risk_accepted\n  due 3 days otherwise\n  since 2026-01-01\n",
        ),
    ),
    (
        "K409",
        Beside(
            "sla kev\n  of findings\n  prefix kev\n  starts found\n  stops verified\n  due 0 calendar months where severity = high\n  due 99999 calendar years otherwise\n",
        ),
    ),
    (
        "K516",
        Beside(
            "sla kev\n  of findings\n  prefix kev\n  starts due\n  stops verified\n  due at due_at otherwise\n",
        ),
    ),
    (
        "K517",
        Beside(
            "sla kev\n  of findings\n  prefix kev\n  starts found\n  stops verified\n  due at closed_at where severity = high\n  due at acceptance_ends_at where severity = medium\n  due at severity otherwise\n",
        ),
    ),
    (
        "K430",
        Query("count of findings open where closed_at within next 14 days"),
    ),
    (
        "K430",
        Query("count of findings open where severity within last 14 days"),
    ),
    (
        "K430",
        Query("count of findings open where verified within next 14 days"),
    ),
    (
        "K430",
        Query("count of findings open where open within last 14 days"),
    ),
    (
        "K203",
        Query("count of findings open where due_at within 14 days"),
    ),
    (
        "K203",
        Query("count of findings open where closed_at within 14 days"),
    ),
    (
        "K406",
        Query("count of findings open where due within 14 days"),
    ),
    (
        "K515",
        Beside(
            "sla remediation\n  of findings\n  starts found\n  stops verified\n  due 3 days otherwise\n  since 2026-01-01\n",
        ),
    ),
    (
        "K516",
        Beside(
            "sla remediation\n  of findings\n  starts found\n  stops breached\n  pauses overdue\n  due 3 days otherwise\n  since 2026-01-01\n",
        ),
    ),
    // Queries, views, dashboards, tests.
    (
        "K222",
        Query("list findings open show time since found as percent"),
    ),
    (
        "K216",
        Query("list findings open show time from found to found"),
    ),
    (
        "K603",
        Query("list findings open show time since found, time since found as days"),
    ),
    ("K600", Query("list findings open by team")),
    ("K600", Query("list findings open top 3")),
    ("K600", Query("backlog show title")),
    ("K601", Query("backlog top 3")),
    ("K601", Query("backlog having backlog >= 5")),
    ("K601", Query("backlog with share")),
    ("K601", Query("backlog with empty")),
    ("K602", Query("backlog by app top 3 by bcklog")),
    (
        "K201",
        Beside("table sites\n  key site_id\n  field worst number from max cvss of flaws open\n"),
    ),
    (
        "K304",
        Beside("table sites\n  key site_id\n  field many number from count of findings open\n"),
    ),
    (
        "K304",
        Beside(
            "table sites\n  key site_id\n  event opened at opened_at\n  field size number\n  field worst number from max size of sites opened\n",
        ),
    ),
    ("K234", Beside(SITES_BEFORE_WORST_AS_TEXT)),
    ("K245", Beside(SITES_MEDIAN)),
    ("K245", Beside(SITES_SHARE)),
    ("K245", Beside(SITES_DURATION)),
    ("K245", Beside(SITES_IN_THE_PERIOD)),
    ("K245", Beside(SITES_WITHIN)),
    ("K246", Beside(SITES_OF_A_ROLL_UP)),
    ("K246", Beside(SITES_BELOW_A_ROLL_UP)),
    ("K246", Beside(SITES_SCORE)),
    ("K513", Beside(SITES_EXCLUDE)),
    ("K602", Query("backlog by app sort by month")),
    ("K603", Query("backlog, mttr, backlog")),
    ("K603", Query("list findings open show title, title")),
    ("K604", Query("backlog by found_at")),
    ("K604", Query("backlog by team, team")),
    ("K604", Beside(SITES_BY_SIZE)),
    ("K615", Query("backlog by time since found")),
    ("K615", Query("mttr by time from found to verified")),
    ("K615", Query("backlog by time since found in (30, 90)")),
    (
        "K615",
        Query("backlog by time since found in (90 days, 30 days)"),
    ),
    (
        "K615",
        Query("backlog by time since found in (30 days, 30 days)"),
    ),
    ("K615", Query("backlog by time since found in (severe)")),
    ("K615", Beside(SITES_BY_DURATIONS)),
    ("K615", Query("backlog by severity in (high, critical)")),
    ("K615", Query("backlog by found_at in (30 days)")),
    (
        "K615",
        Beside("kpi k\n  is count of findings open\n  by cvss in (4, 7)\n"),
    ),
    ("K203", Query("backlog by time since opened in (30 days)")),
    ("K409", Query("backlog by time since found in (0 days)")),
    (
        "K424",
        Query("count of findings found by time since found in (30 days)"),
    ),
    (
        "K424",
        Query("count of findings found by time since verified in (30 days)"),
    ),
    (
        "K424",
        Query("count of findings found by time from found to verified in (30 days)"),
    ),
    (
        "K424",
        Query("count of findings open by time from found to closed in (30 days)"),
    ),
    ("K202", Query("backlog by age")),
    (
        "K604",
        Query("backlog by time since found in (30 days), time since found in (90 days)"),
    ),
    (
        "K605",
        Alone("scale size is small < large\nview v\n  show by size\n"),
    ),
    ("K606", Beside("view v\n  show highest_risk_apps\n")),
    ("K606", Beside("view v\n  show backlog\n  show mttr\n")),
    ("K607", Query("backlog by app top 0")),
    ("K607", Query("list findings open limit 0")),
    ("K608", Query("mttr by team with share")),
    ("K609", Query("backlog by environment with empty")),
    ("K640", Query("mttr by app at least 1 rows")),
    (
        "K640",
        Query("backlog, risk_exposure by app at least 10 rows"),
    ),
    (
        "K640",
        Beside("kpi k\n  is count of findings open\n  at least 5 rows\n"),
    ),
    ("K641", Query("escape_rate last month with interval 100%")),
    ("K641", Query("mttr last month with interval")),
    ("K642", Query("mttr last month with verdict")),
    (
        "K642",
        Query("mttr over week rolling 90 days last 6 weeks with verdict"),
    ),
    ("K643", Query("mttr last month on constant scope")),
    (
        "K643",
        Query("mttr over month last 3 months on constant scope"),
    ),
    ("K203", Beside(SITES_UNKNOWN_SCOPE)),
    ("K643", Beside(SITES_SCOPE_IN_THE_PERIOD)),
    ("K602", Query("backlog by app having bcklog >= 5")),
    ("K220", Query("mttr by app having mttr > 30")),
    ("K220", Query("mttr otherwise 0")),
    ("K220", Query("escape_rate at most 1")),
    ("K229", Query("3 at least 1")),
    ("K221", Query("mttr as percent")),
    ("K222", Query("mttr as fortnights")),
    ("K212", Query("mttr called backlog")),
    ("K213", Query("backlog where severity contains \"x\"")),
    ("K213", Query("backlog where title contains 5")),
    ("K235", Query("backlog where title contains \"\"")),
    (
        "K216",
        Query("mean p75 time from found to verified of findings verified"),
    ),
    (
        "K216",
        Query("typical p100 time from found to verified of findings found"),
    ),
    ("K219", Query("mttr + 5")),
    // Units in arithmetic (S26), each with what to write.
    ("K219", Query("escape_rate + 5")),
    ("K219", Query("1 - escape_rate")),
    ("K219", Query("escape_rate - 0.05")),
    ("K219", Query("fix_rate + 10%")),
    ("K219", Query("fix_rate - escape_rate")),
    ("K219", Query("escape_rate - (backlog + 1) / sla_breaches")),
    ("K219", Query("backlog + 5%")),
    ("K219", Query("(backlog + sla_breaches) - 7.5%")),
    ("K219", Query("backlog + 3 days")),
    ("K219", Query("risk_exposure + backlog")),
    ("K219", Query("mttr * 2 days")),
    ("K219", Query("mttr * mttr")),
    ("K219", Query("backlog / 30 days")),
    ("K219", Query("1 / mttr")),
    ("K219", Beside("kpi k\n  is 1 - escape_rate\n")),
    (
        "K220",
        Query("fix_rate as percent called rate by app having rate > 0.9"),
    ),
    ("K229", Query("30 days")),
    ("K293", Query("mttr * 24")),
    ("K293", Query("mttr / 7")),
    // Tests that contradict each other, or leave nothing out.
    (
        "K440",
        Query("backlog where severity = high and severity = critical"),
    ),
    (
        "K440",
        Query("backlog where severity = high and exploitable = yes and severity = low"),
    ),
    (
        "K213",
        Beside(
            "table notes\n  key note_id\n  event written at written_at\n  field size number\nkpi k\n  is count of notes written where size > 50%\n",
        ),
    ),
    (
        "K213",
        Beside(
            "table notes\n  key note_id\n  event written at written_at\n  field size number\nkpi k\n  is count of notes written where size > 9 days\n",
        ),
    ),
    (
        "K213",
        Beside(
            "table notes\n  key note_id\n  event written at written_at\n  field size number\nkpi k\n  is count of notes written where size > \"9\"\n",
        ),
    ),
    (
        "K440",
        Beside(
            "table notes\n  key note_id\n  event written at written_at\n  field size number\nkpi k\n  is count of notes written where size < 4 and size > 7\n",
        ),
    ),
    (
        "K440",
        Beside(
            "table notes\n  key note_id\n  event written at written_at\n  field size number\nkpi k\n  is count of notes written where size >= 7 or size <= 9\n",
        ),
    ),
    (
        "K440",
        Query("backlog where severity != info or severity != low or severity != medium"),
    ),
    ("K440", Query("backlog where overdue and not overdue")),
    (
        "K440",
        Query("backlog where time since found < 9 days and time since found > 9 days"),
    ),
    (
        "K440",
        Query(
            "count of assets in_service where not any findings open (where severity = low and severity = high)",
        ),
    ),
    ("K423", Query("escape_rate where environment = production")),
    ("K423", Query("escape_rate where environment = ci")),
    ("K423", Query("overdue_critical where severity = high")),
    (
        "K423",
        Query("share of findings found where severity = low with severity <= low"),
    ),
    (
        "K423",
        Query(
            "backlog where any scans of its asset completed (where outcome = failed) within 9 days",
        ),
    ),
    ("K422", Query("count of findings fixed where open")),
    (
        "K423",
        Query(
            "backlog where any scans of its asset completed (where outcome != success) within 9 days",
        ),
    ),
    ("K423", Query("share of findings verified with found")),
    (
        "K423",
        Query("share of findings verified with found within 30 days"),
    ),
    ("K423", Query("share of findings breached with not open")),
    ("K423", Query("count of findings breached where overdue")),
    (
        "K423",
        Query("backlog where time from found to closed > 90 days"),
    ),
    (
        "K441",
        Query("backlog where findings.accepted_at is present"),
    ),
    (
        "K441",
        Query("backlog where findings.accepted_at is missing"),
    ),
    (
        "K442",
        Beside(
            "table notes\n  key note_id\n  belongs to findings by finding_id\n  event written at written_at\nkpi k\n  is share of findings found with any notes written ever\n",
        ),
    ),
    (
        "K443",
        Query("mean time from found to closed of findings open"),
    ),
    ("K202", Query("backlog where sev = Critical")),
    (
        "K610",
        Beside("dashboard d\n  layer l\n    show nmber backlog\n"),
    ),
    (
        "K611",
        Beside("dashboard d\n  layer l\n    show number backlog by app\n"),
    ),
    (
        "K611",
        Beside("dashboard d\n  layer l\n    show number backlog, mttr\n"),
    ),
    (
        "K611",
        Beside("dashboard d\n  layer l\n    show line backlog by app\n"),
    ),
    (
        "K611",
        Beside("dashboard d\n  layer l\n    show list backlog by app\n"),
    ),
    (
        "K611",
        Beside("dashboard d\n  layer l\n    show table \"Open\": list findings open\n"),
    ),
    (
        "K611",
        Beside("dashboard d\n  layer l\n    show area backlog by app\n"),
    ),
    (
        "K611",
        Beside(
            "dashboard d\n  layer l\n    show matrix mttr, backlog by team over month last 3 months\n",
        ),
    ),
    (
        "K611",
        Beside("dashboard d\n  layer l\n    show matrix mttr over month last 3 months\n"),
    ),
    (
        "K611",
        Beside("dashboard d\n  layer l\n    show matrix mttr by team\n"),
    ),
    (
        "K611",
        Beside("dashboard d\n  layer l\n    show verdict \"Less?\": backlog\n"),
    ),
    (
        "K611",
        Beside(
            "dashboard d\n  layer l\n    show verdict \"Less?\": backlog by app, team over month last 6 months\n",
        ),
    ),
    (
        "K611",
        Beside(
            "dashboard d\n  layer l\n    show verdict \"Less?\": mttr over month last 6 months rolling 3 months\n",
        ),
    ),
    (
        "K611",
        Beside(
            "dashboard d\n  layer l\n    show verdict \"Less?\": count of findings open over month last 6 months\n",
        ),
    ),
    (
        "K613",
        Beside(
            "dashboard d\n  layer l\n    show list \"Open\": list findings open show finding_id\n      then \"Fix {finding}\"\n",
        ),
    ),
    (
        "K613",
        Beside(
            "dashboard d\n  layer l\n    show list \"Open\": list findings open show finding_id\n      then \"Fix {finding_id\"\n",
        ),
    ),
    (
        "K613",
        Beside("dashboard d\n  layer l\n    show number backlog\n      then \"Fix them\"\n"),
    ),
    ("K612", Beside("dashboard d\n")),
    (
        "K620",
        Beside(
            "test \"t\"\n  given findings\n    | finding | \n    | F1 |\n  expect backlog\n    | backlog |\n    | 1 |\n",
        ),
    ),
    (
        "K620",
        Beside(
            "test \"t\"\n  given findings\n    | finding_id | team |\n    | F1 | web |\n  expect backlog\n    | backlog |\n    | 1 |\n",
        ),
    ),
    (
        "K621",
        Beside(
            "test \"t\"\n  given findings\n    | finding_id | severity |\n    | F1 |\n  expect backlog\n    | backlog |\n    | 1 |\n",
        ),
    ),
    (
        "K622",
        Beside(
            "test \"t\"\n  given findings\n    | finding_id |\n    | F1 |\n  expect backlog by team\n    | taem | backlog | backlog_rows |\n    | web | 1 | 1 |\n",
        ),
    ),
    (
        "K623",
        Beside("test \"t\"\n  given findings\n    | finding_id |\n    | F1 |\n"),
    ),
    ("K630", Query("backlog versus target")),
    // Advice.
    ("K280", Query("backlog where team = none")),
    ("K280", Query("backlog where team != \"\"")),
    ("K213", Query("backlog where exploitable = none")),
    ("K213", Query("backlog where fixed_at != missing")),
    ("K213", Query("backlog where found_at > \"03/15/2026\"")),
    ("K213", Query("backlog where found_at > yesterday")),
    ("K214", Query("backlog where team > 5")),
    (
        "K220",
        Beside(
            "kpi k\n  is share of findings found with exploitable = yes\n  target at least 0.5\n",
        ),
    ),
    (
        "K220",
        Beside("kpi k\n  is backlog / sla_breaches\n  target at least 33.3%\n"),
    ),
    (
        "K220",
        Beside("kpi k\n  is backlog / sla_breaches\n  as percent\n  target at least 20\n"),
    ),
    (
        "K281",
        Query("mean time from verified to found of findings verified"),
    ),
    (
        "K290",
        Beside("kpi k\n  is count of scans completed\n  target at least 100\n"),
    ),
    (
        "K291",
        Beside(
            "table notes\n  key note_id\n  field cvss number\nscore s\n  of notes\n  base cvss\n",
        ),
    ),
    ("K292", Query("100 * escape_rate")),
    ("K700", Alone("source s\n  tool \"t\"\n")),
    ("K701", Alone("source s\n  tool \"t\"\n  tool \"u\"\n")),
    ("K702", Alone("source s\n  kind dasd\n")),
    (
        "K703",
        Beside("source s\n  severity\n    \"urgent\" to hihg\n"),
    ),
    (
        "K704",
        Alone("source s\n  status\n    \"new\" to open\n    \"New\" to fixed\n"),
    ),
    ("K705", Alone("source s\n  dates \"%Q\"\n")),
    ("K706", Alone("source s\n  parts \"runs/results\"\n")),
    ("K706", Alone("source s\n  counted \".runs[+].results\"\n")),
    ("K707", Alone("source s\n  precedes t\n")),
    ("K720", Alone("match m\n  across tools\n")),
    ("K721", Alone("match m\n  same file\n  same url\n")),
    ("K722", Alone("match m\n  same file, methd\n")),
    ("K722", Alone("match m\n  same file\n  across planets\n")),
    ("K723", Alone("match m\n  same cwe\n")),
    (
        "K724",
        Alone("match m\n  same file\n  near cvss within 3\n"),
    ),
    // What every table must have for a query over several.
    ("K301", Query("backlog, scan_coverage by severity")),
    (
        "K301",
        Query("backlog, scan_coverage where severity = high"),
    ),
    ("K202", Query("where sevrity = high")),
    (
        "K604",
        Beside(
            "table notes\n  key note_id\n  event written at written_at\n  field team yesno\nview v\n  show backlog, count of notes written by team\n",
        ),
    ),
];

pub fn problems_of(mistake: &Mistake) -> (Sources, Vec<Diagnostic>) {
    match mistake {
        Beside(text) => {
            let mut files = FILES.to_vec();
            files.push(("mistake.kpi", text));
            let (sources, _, problems) = check_files(&files);
            (sources, problems)
        }
        Alone(text) => {
            let (sources, _, problems) = check_files(&[("mistake.kpi", text)]);
            (sources, problems)
        }
        Query(text) => {
            let mut sources = Sources::default();
            let id = sources.add("<query>", *text);
            let tree =
                parse_query(&sources, id).unwrap_or_else(|problems| panic!("{text}: {problems:?}"));
            let problems = match riskql::lang::check::query(&language(), &tree) {
                Ok((_, warnings)) => warnings,
                Err(problems) => problems,
            };
            (sources, problems.sorted())
        }
    }
}

fn render(sources: &Sources, problem: &Diagnostic, text: &mut String) {
    let severity = match problem.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let place = problem.span.expect("problems of definitions have a place");
    let (line, column) = sources.line_column(place);
    let label = problem.label.as_deref().unwrap_or("-");
    writeln!(text, "{severity}[{}]: {}", problem.code, problem.message).unwrap();
    writeln!(
        text,
        "  {line}:{column} `{}` {label}",
        sources.slice(place).replace('\n', "⏎")
    )
    .unwrap();
    for help in &problem.help {
        writeln!(text, "  = {help}").unwrap();
    }
}

#[test]
fn every_mistake_is_told() {
    let mut all = String::new();
    let mut wrong = Vec::new();
    for (code, mistake) in MISTAKES {
        let (sources, problems) = problems_of(mistake);
        let (Beside(text) | Alone(text) | Query(text)) = mistake;
        writeln!(all, "────\n{}", text.trim_end()).unwrap();
        for problem in &problems {
            render(&sources, problem, &mut all);
        }
        if !problems.iter().any(|problem| problem.code == *code) {
            wrong.push((*code, *text));
        }
    }
    insta::assert_snapshot!(all);
    assert!(wrong.is_empty(), "told otherwise: {wrong:#?}");
}

#[test]
fn every_code_has_a_mistake_and_a_meaning() {
    for (code, _) in CODES {
        assert!(
            MISTAKES.iter().any(|(mistake, _)| mistake == code),
            "{code} has no example"
        );
    }
    for (code, _) in MISTAKES {
        assert!(
            CODES.iter().any(|(known, _)| known == code),
            "{code} has no meaning"
        );
    }
    assert!(CODES.is_sorted_by_key(|(code, _)| *code));
}
