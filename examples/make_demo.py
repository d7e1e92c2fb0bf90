#!/usr/bin/env python3
"""Writes the demo data: examples/demo/{assets,findings,scans,detections}.csv.

An invented company, two years to the end of September 2026. The story: after a slow start fixes get
faster and fewer flaws come in, so risk exposure falls; scan coverage rises; one team, logistics,
keeps missing the remediation SLA. Same seed, same files. Needs nothing but Python 3.
"""

import csv
import random
from datetime import date, timedelta
from pathlib import Path

START, END = date(2024, 10, 1), date(2026, 9, 30)
FOLDER = Path(__file__).parent / "demo"
rng = random.Random(7)
# What came back has numbers of its own, so that all else stays as it is.
rng_of_reopenings = random.Random(8)

# name, kind, criticality, exposure, business critical, team, commissioned, retired
ASSETS = [
    ("shop-web", "web", "critical", "internet", "yes", "storefront", "2022-03-01", ""),
    ("shop-mobile-web", "web", "high", "internet", "yes", "storefront", "2023-01-16", ""),
    ("catalog-api", "api", "high", "internet", "no", "storefront", "2022-03-01", ""),
    ("search-service", "microservice", "medium", "internal", "no", "storefront", "2023-05-02", ""),
    ("campaign-pages", "web", "low", "internet", "no", "storefront", "2023-09-04", "2026-02-28"),
    ("login-web", "web", "critical", "internet", "yes", "identity", "2022-01-10", ""),
    ("account-api", "api", "critical", "internet", "yes", "identity", "2022-01-10", ""),
    ("session-service", "microservice", "high", "internal", "yes", "identity", "2022-06-20", ""),
    ("consent-service", "microservice", "medium", "internal", "no", "identity", "2024-02-05", ""),
    ("checkout-web", "web", "critical", "internet", "yes", "payments-core", "2022-02-14", ""),
    ("payment-api", "api", "critical", "partner", "yes", "payments-core", "2022-02-14", ""),
    ("refund-service", "microservice", "high", "internal", "yes", "payments-core", "2022-11-07", ""),
    ("ledger-service", "microservice", "critical", "internal", "yes", "payments-core", "2022-05-30", ""),
    ("fraud-api", "api", "high", "internal", "no", "payments-core", "2025-09-01", ""),
    ("tracking-web", "web", "medium", "internet", "no", "logistics", "2022-08-15", ""),
    ("carrier-api", "api", "critical", "internet", "yes", "logistics", "2022-08-15", ""),
    ("warehouse-api", "api", "critical", "internet", "yes", "logistics", "2023-02-20", ""),
    ("label-service", "microservice", "medium", "internal", "no", "logistics", "2023-02-20", ""),
    ("driver-portal", "web", "high", "internet", "no", "logistics", "2023-06-12", ""),
    ("reporting-web", "web", "medium", "internal", "no", "data-platform", "2023-03-06", ""),
    ("export-api", "api", "high", "partner", "no", "data-platform", "2023-03-06", ""),
    ("stream-service", "microservice", "medium", "internal", "no", "data-platform", "2023-10-09", ""),
    ("partner-portal", "web", "high", "internet", "no", "data-platform", "2024-05-13", ""),
    ("pricing-api", "api", "medium", "internal", "no", "data-platform", "2024-08-26", ""),
]

# title, cwe, cve, cvss, severity, where it is usually seen
FLAWS = [
    ("SQL injection in {place}", "CWE-89", "", 9.8, "critical", "dast"),
    ("Remote code execution in log4j-core", "CWE-502", "CVE-2021-44228", 10.0, "critical", "sca"),
    ("Remote code execution in spring-beans", "CWE-94", "CVE-2022-22965", 9.8, "critical", "sca"),
    ("Authentication bypass on {place}", "CWE-287", "", 9.1, "critical", "dast"),
    ("Hard-coded credential in {place}", "CWE-798", "", 9.1, "critical", "sast"),
    ("Broken object level authorization on {place}", "CWE-639", "", 8.1, "high", "dast"),
    ("Stored cross-site scripting in {place}", "CWE-79", "", 8.0, "high", "dast"),
    ("Server-side request forgery on {place}", "CWE-918", "", 8.6, "high", "dast"),
    ("Command injection in lodash", "CWE-77", "CVE-2021-23337", 7.2, "high", "sca"),
    ("Denial of service in the HTTP/2 stack", "CWE-400", "CVE-2023-44487", 7.5, "high", "sca"),
    ("Path traversal in {place}", "CWE-22", "", 7.5, "high", "sast"),
    ("Deserialization of untrusted data in {place}", "CWE-502", "", 8.1, "high", "sast"),
    ("Reflected cross-site scripting in {place}", "CWE-79", "", 6.1, "medium", "dast"),
    ("Cross-site scripting in jquery", "CWE-79", "CVE-2020-11022", 6.1, "medium", "sca"),
    ("Missing rate limit on {place}", "CWE-307", "", 5.3, "medium", "dast"),
    ("Weak hash in {place}", "CWE-328", "", 5.9, "medium", "sast"),
    ("Open redirect on {place}", "CWE-601", "", 5.4, "medium", "dast"),
    ("Cross-site request forgery on {place}", "CWE-352", "", 6.5, "medium", "dast"),
    ("Cookie without Secure on {place}", "CWE-614", "", 3.1, "low", "dast"),
    ("Verbose error message on {place}", "CWE-209", "", 3.7, "low", "dast"),
    ("Missing security header on {place}", "CWE-693", "", 3.1, "low", "dast"),
    ("Version disclosed by {place}", "CWE-200", "", 0.0, "info", "dast"),
]
PLACES = ["/login", "/cart", "/orders", "/search", "/profile", "/upload", "/export", "/webhook", "/admin", "/report"]
# Of CISA's catalogue of known exploited vulnerabilities: the day of listing, and the due date.
KNOWN_EXPLOITED = {
    "CVE-2021-44228": ("2021-12-10", "2021-12-24"),
    "CVE-2022-22965": ("2022-04-04", "2022-04-25"),
    "CVE-2023-44487": ("2023-10-10", "2023-10-31"),
}
TOOLS = {"dast": ["Wayfarer", "Probe"], "sast": ["Codelens"], "sca": ["Depcheck", "Manifest"]}

# What fixing takes on average in days at the start and at the end of the two years.
PACE = {"critical": (48, 11), "high": (85, 22), "medium": (150, 45), "low": (190, 80), "info": (240, 150)}
EXPLOITABLE = {"critical": 0.5, "high": 0.3, "medium": 0.12, "low": 0.03, "info": 0.0}
SEVERITIES = {"critical": 14, "high": 27, "medium": 36, "low": 17, "info": 6}


def day(text):
    return date.fromisoformat(text)


def progress(at):
    """0 at the start, 1 at the end."""
    return max(0.0, min(1.0, (at - START).days / (END - START).days))


def between(ends, at):
    return ends[0] + (ends[1] - ends[0]) * progress(at)


def chance(probability):
    return rng.random() < probability


def in_data(at):
    """A date, or empty if it is after the end of the data."""
    return at.isoformat() if at is not None and at <= END else ""


def assets():
    names = ("name", "kind", "criticality", "exposure", "business_critical", "team", "commissioned_at", "retired_at")
    return [{"asset_id": f"A{number:02}", **dict(zip(names, row))} for number, row in enumerate(ASSETS, 1)]


def in_service(asset, at):
    return day(asset["commissioned_at"]) <= at and (not asset["retired_at"] or at < day(asset["retired_at"]))


def monthly_arrivals():
    """How many findings each month brings: many at first, then fewer."""
    at = START
    while at <= END:
        following = (at.replace(day=28) + timedelta(days=4)).replace(day=1)
        yield at, (following - at).days, round(between((26, 7), at) + rng.uniform(-2, 2))
        at = following


def findings(all_assets):
    rows = []
    for month, days, arrivals in monthly_arrivals():
        for _ in range(arrivals):
            found = month + timedelta(days=rng.randrange(days))
            asset = rng.choice([one for one in all_assets if in_service(one, found)])
            rows.append(finding(asset, found))
    rows.sort(key=lambda row: (row["found_at"], row["asset_id"], row["title"]))
    return [{"finding_id": f"F{number:04}", **row} for number, row in enumerate(rows, 1)]


def finding(asset, found):
    severity = rng.choices(list(SEVERITIES), list(SEVERITIES.values()))[0]
    title, cwe, cve, cvss, _, kind = rng.choice([flaw for flaw in FLAWS if flaw[4] == severity])
    row = {
        "asset_id": asset["asset_id"],
        "title": title.format(place=rng.choice(PLACES)),
        "severity": severity,
        "validation": "confirmed" if chance(between((0.55, 0.8), found)) else "unverified",
        "exploitable": "yes" if chance(EXPLOITABLE[severity]) else rng.choice(["no", "no", "no", ""]),
        "environment": environment(found),
        "resolution": "",
        "introduced_at": (found - timedelta(days=rng.randrange(1, 45))).isoformat() if chance(0.7) else "",
        "found_at": found.isoformat(),
        "fixed_at": "", "verified_at": "", "closed_at": "", "reopened_at": "", "accepted_at": "", "acceptance_ends_at": "",
        "ingested_at": min(found + timedelta(days=rng.choice([0, 0, 0, 0, 1, 3])), END).isoformat(),
        "cwe": cwe, "cve": cve, "cvss": cvss,
        "known_exploited_at": KNOWN_EXPLOITED.get(cve, ("", ""))[0],
        "known_exploited_due_at": KNOWN_EXPLOITED.get(cve, ("", ""))[1],
        "episode": 1, "previous_closed_at": "",
        "kind": kind,
    }
    settle(row, asset, found)
    return row


def environment(found):
    if chance(between((0.27, 0.08), found)):
        return "production"
    return rng.choice(["staging", "staging", "development", "ci"])


def settle(row, asset, found):
    """What became of it."""
    if chance(0.07):
        judged = found + timedelta(days=rng.randrange(2, 15))
        if judged <= END:
            row.update(resolution="false_positive", validation="unverified", closed_at=in_data(judged))
        return
    if row["severity"] not in ("critical", "info") and chance(0.08):
        accepted = found + timedelta(days=rng.randrange(5, 30))
        row.update(accepted_at=in_data(accepted))
        if row["accepted_at"]:
            ends = accepted + timedelta(days=rng.choice([60, 90, 180]))
            row.update(resolution="accepted", acceptance_ends_at=ends.isoformat(), closed_at=in_data(ends))
        return
    pace = between(PACE[row["severity"]], found) * (2.4 if asset["team"] == "logistics" else 1.0)
    fixed = found + timedelta(days=max(1, round(rng.gammavariate(2.2, pace / 2.2))))
    verified = fixed + timedelta(days=rng.randrange(1, 9))
    retired = day(asset["retired_at"]) if asset["retired_at"] else None
    if retired and verified > retired:
        row.update(resolution="asset_retired", closed_at=retired.isoformat())
    elif chance(0.03) and fixed <= END:
        row.update(fixed_at=fixed.isoformat(), resolution="reopened")
    elif fixed <= END:
        row.update(fixed_at=fixed.isoformat(), resolution="fixed", verified_at=in_data(verified), closed_at=in_data(verified))


def reopened(all_findings):
    """The second episodes of what was closed as fixed and came back. The first says when that was."""
    rows = []
    for first in all_findings:
        if first["resolution"] != "reopened":
            continue
        closed = day(first["fixed_at"]) + timedelta(days=rng_of_reopenings.randrange(1, 9))
        found = closed + timedelta(days=rng_of_reopenings.randrange(5, 120))
        first.update(resolution="fixed", verified_at=in_data(closed), closed_at=in_data(closed))
        if found > END:
            continue
        first.update(reopened_at=found.isoformat())
        rows.append({
            **first,
            "finding_id": f"{first['finding_id']}-2", "resolution": "reopened",
            "introduced_at": "", "found_at": found.isoformat(), "ingested_at": found.isoformat(),
            "fixed_at": "", "verified_at": "", "closed_at": "", "reopened_at": "",
            "episode": 2, "previous_closed_at": closed.isoformat(),
        })
    return rows


def reported_again(episodes, number):
    """One detection of each second episode, numbered after the others."""
    rows = []
    for number, found in enumerate(episodes, number + 1):
        rows.append({
            "detection_id": f"D{number:04}", "finding_id": found["finding_id"], "asset_id": found["asset_id"],
            "tool": rng_of_reopenings.choice(TOOLS[found["kind"]]), "tool_kind": found["kind"],
            "reported_at": found["found_at"], "duplicate": "no",
        })
    return rows


def scans(all_assets):
    """Every asset about every 25 days, the neglected ones less often; rarely a scan fails."""
    rows = []
    for asset in all_assets:
        kinds = ["dast", "sast", "sca"] if asset["kind"] == "web" else ["sast", "sca", "dast"]
        at, turn = START + timedelta(days=rng.randrange(0, 20)), 0
        while at <= END:
            if in_service(asset, at):
                rows.append(scan(asset, at, kinds[turn % 3]))
            turn += 1
            usual = between((36, 15), at) * (1.7 if asset["name"] in ("label-service", "driver-portal") else 1.0)
            at += timedelta(days=max(3, round(rng.gauss(usual, 5))))
    rows.append(scan(all_assets[0], END, "dast"))
    rows.sort(key=lambda row: (row["finished_at"], row["asset_id"]))
    return [{"scan_id": f"S{number:04}", **row} for number, row in enumerate(rows, 1)]


def scan(asset, at, kind):
    return {
        "asset_id": asset["asset_id"],
        "tool": rng.choice(TOOLS[kind]),
        "tool_kind": kind,
        "environment": "staging" if kind == "dast" else "ci",
        "finished_at": f"{at.isoformat()}T{rng.randrange(0, 23):02}:{rng.randrange(60):02}:00Z",
        "outcome": rng.choices(["success", "partial", "failed"], [93, 4, 3])[0],
    }


def detections(all_findings):
    rows = []
    for found in all_findings:
        for number in range(rng.choices([1, 2, 3], [58, 30, 12])[0]):
            kind = found["kind"] if number == 0 else rng.choice(list(TOOLS))
            at = day(found["found_at"]) + timedelta(days=rng.randrange(0, 20) if number else 0)
            if at <= END:
                rows.append({
                    "finding_id": found["finding_id"], "asset_id": found["asset_id"],
                    "tool": rng.choice(TOOLS[kind]), "tool_kind": kind,
                    "reported_at": at.isoformat(), "duplicate": "yes" if number else "no",
                })
    rows.sort(key=lambda row: (row["reported_at"], row["finding_id"], row["duplicate"]))
    return [{"detection_id": f"D{number:04}", **row} for number, row in enumerate(rows, 1)]


def write(name, rows, columns):
    with open(FOLDER / f"{name}.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main():
    FOLDER.mkdir(exist_ok=True)
    all_assets = assets()
    all_findings = findings(all_assets)
    write("assets", all_assets, list(all_assets[0]))
    second_episodes = reopened(all_findings)
    columns = [column for column in all_findings[0] if column != "kind"]
    write("findings", all_findings + second_episodes, columns)
    all_scans = scans(all_assets)
    write("scans", all_scans, list(all_scans[0]))
    all_detections = detections(all_findings)
    all_detections += reported_again(second_episodes, len(all_detections))
    write("detections", all_detections, list(all_detections[0]))


if __name__ == "__main__":
    main()
