"""The library's KPIs as SQL, one statement each, written as an expert in DuckDB would.

Every statement takes `{by}`, a list of grouping columns that starts with a comma or is empty, and
answers the 36 months from 2024-01 to 2026-12, as of the end of the last. Stocks are swept (events
of +1 and -1, a running sum): of the variants tried it is DuckDB's fastest. Medians over a stock need
a range join.
"""

SETUP = """
set timezone = 'UTC';
create or replace view assets as select * from read_parquet('{folder}/assets.parquet');
create or replace view all_findings as select * from read_parquet('{folder}/findings.parquet');
create or replace view scans as select * from read_parquet('{folder}/scans.parquet');
create or replace view detections as select * from read_parquet('{folder}/detections.parquet');
create or replace table months as
  select range as m, range + interval 1 month as e
  from range(timestamp '2024-01-01', timestamp '2027-01-01', interval 1 month);
create or replace view findings as
  select f.*, a.team from all_findings f left join assets a using (asset_id)
  where resolution is distinct from 'false_positive' and ingested_at < timestamp '2027-01-01';
"""

RANGE = "{at} >= timestamp '2024-01-01' and {at} < timestamp '2027-01-01'"


def flow(value: str, at: str, table: str = "findings", where: str = "true") -> str:
    within = RANGE.format(at=at)
    return f"""
select date_trunc('month', {at}) as m {{by}}, {value} as v from {table}
where {within} and {where} group by all order by all"""


def stock(rows: str, opened: str, closed: str, weight: str = "1") -> str:
    """`opened` and `closed` are instants; a row counts at a month's end if opened < end <= closed."""
    return f"""
with r as (select {opened} as o, {closed} as c, {weight} as w {{by}} from {rows}),
changes as (
  select greatest(date_trunc('month', o), timestamp '2024-01-01') as m {{by}}, sum(w) as d from r
  where o < timestamp '2027-01-01' and (c is null or c > o) group by all
  union all
  select greatest(date_trunc('month', c), timestamp '2024-01-01') as m {{by}}, -sum(w) as d
  from r where o < timestamp '2027-01-01' and c > o and c < timestamp '2027-01-01' group by all),
summed as (select m {{by}}, sum(d) as d from changes group by all),
groups as (select distinct {{groups}} from summed)
select months.m {{shown}}, sum(coalesce(d, 0)) over ({{partition}} order by months.m) as v
from months cross join groups left join summed on summed.m = months.m {{same}}
order by all"""


WEIGHT = """least(360,
  case severity when 'critical' then 40 when 'high' then 20 when 'medium' then 8 when 'low' then 2 else 0 end
  * case exploitable when 'yes' then 3.0 else 1.0 end
  * case criticality when 'critical' then 2.0 when 'high' then 1.5 else 1.0 end
  * case exposure when 'internet' then 1.5 else 1.0 end)"""

WITH_ASSETS = """(select f.*, a.team, a.criticality, a.exposure from all_findings f
  left join assets a using (asset_id)
  where resolution is distinct from 'false_positive' and ingested_at < timestamp '2027-01-01')"""

# Acceptance stands in for the state that pauses the clock.
CLOCK = f"""(select *, least(verified_at, closed_at) as stopped_at,
    case when accepted_at < limit_at and acceptance_ends_at is null then null
         when accepted_at < limit_at then limit_at + (acceptance_ends_at - greatest(accepted_at, found_at))
         else limit_at end as due_at
  from (select *, found_at + case when severity = 'critical' and exposure = 'internet' then interval 7 day
                    when severity = 'critical' then interval 30 day when severity = 'high' then interval 60 day
                    when severity = 'medium' then interval 90 day else interval 180 day end as limit_at
        from {WITH_ASSETS}))"""

BREACHED = f"""(select * from {CLOCK} where due_at < timestamp '2027-01-01' and (stopped_at is null or stopped_at > due_at))"""

DAYS = "date_diff('microsecond', {a}, {b}) / 86400e6"


def coverage(where: str) -> str:
    return f"""
with covered as (
  select distinct e, s.asset_id from months
  join (select asset_id, finished_at from scans where outcome = 'success') s
    on s.finished_at < e and s.finished_at >= e - interval 30 day)
select months.m {{by}}, count(c.asset_id) * 1.0 / count(*) as v
from months join assets a on commissioned_at < e and (retired_at is null or retired_at >= e)
left join covered c on c.e = months.e and c.asset_id = a.asset_id
where {where} group by all order by all"""


STATEMENTS = {
    "backlog": stock("findings", "found_at", "closed_at"),
    "duplicate_reduction": flow("avg(if(duplicate = 'yes', 1.0, 0.0))", "reported_at", "(select d.*, a.team from detections d left join assets a using (asset_id))"),
    "escape_rate": flow("avg(if(environment = 'production', 1.0, 0.0))", "found_at"),
    "exploitability_rate": flow("avg(if(exploitable = 'yes', 1.0, 0.0))", "found_at"),
    "fix_rate": """
with fixed as (select date_trunc('month', verified_at) as m {by}, count(*) as n from findings
  where verified_at >= timestamp '2024-01-01' and verified_at < timestamp '2027-01-01' group by all),
introduced as (select date_trunc('month', coalesce(introduced_at, found_at)) as m {by}, count(*) as n from findings
  where coalesce(introduced_at, found_at) >= timestamp '2024-01-01'
    and coalesce(introduced_at, found_at) < timestamp '2027-01-01' group by all)
select m {by}, coalesce(fixed.n, 0) * 1.0 / introduced.n as v
from introduced left join fixed using (m {by}) order by all""",
    "fixed_findings": flow("count(*)", "fixed_at", where="resolution = 'fixed'"),
    "introduced_findings": flow("count(*)", "coalesce(introduced_at, found_at)"),
    "mttr": flow("avg(" + DAYS.format(a="found_at", b="verified_at") + ")", "verified_at", where="found_at <= verified_at"),
    "mttr_claimed": flow("avg(" + DAYS.format(a="found_at", b="fixed_at") + ")", "fixed_at", where="resolution = 'fixed' and found_at <= fixed_at"),
    "open_age": """
select months.m {by}, median(date_diff('microsecond', found_at, e)) / 86400e6 as v
from months join findings on found_at < e and (closed_at is null or closed_at >= e)
group by all order by all""",
    "overdue_critical": stock(f"(select * from {BREACHED} where severity = 'critical')", "due_at", "stopped_at"),
    "risk_exposure": stock(WITH_ASSETS, "found_at", "closed_at", WEIGHT),
    "scan_coverage": coverage("true"),
    "scan_coverage_api": coverage("kind = 'api'"),
    "scan_coverage_business_critical": coverage("business_critical = 'yes'"),
    "scan_coverage_microservice": coverage("kind = 'microservice'"),
    "scan_coverage_web": coverage("kind = 'web'"),
    "sla_breaches": flow("count(*)", "due_at", BREACHED),
    "time_to_fix": """
with lives as (select date_trunc('month', found_at) as m {by},
    date_diff('microsecond', found_at, coalesce(verified_at, timestamp '2027-01-01')) as t,
    verified_at is not null as ended from findings
  where found_at >= timestamp '2024-01-01' and found_at < timestamp '2027-01-01'),
times as (select m {by}, t, count(*) as n, count(*) filter (ended) as d from lives group by all),
risk as (select m {by}, t, d, sum(n) over (partition by m {by} order by t desc) as at_risk from times),
survival as (select m {by}, t, d, sum(if(d >= at_risk, -1e9, ln(1 - d / at_risk))) over (partition by m {by} order by t) as s from risk)
select m {by}, min(t) filter (d > 0 and s <= ln(0.5) + 1e-12) / 86400e6 as v from survival group by all order by all""",
    "validation_rate": flow("avg(if(validation = 'confirmed', 1.0, 0.0))", "found_at", "(select f.*, a.team from all_findings f left join assets a using (asset_id) where ingested_at < timestamp '2027-01-01')"),
    "verified_findings": flow("count(*)", "verified_at"),
}

# What each KPI's table can be grouped by.
DIMENSIONS = {name: ["severity", "team"] for name in STATEMENTS}
DIMENSIONS["duplicate_reduction"] = ["tool", "team"]
DIMENSIONS |= {name: ["criticality", "team"] for name in STATEMENTS if name.startswith("scan_coverage")}


def statement(name: str, by: list[str]) -> str:
    """The SQL of a KPI over months, grouped by some columns."""
    return STATEMENTS[name].format(
        by="".join(f", {column}" for column in by),
        shown="".join(f", groups.{column}" for column in by),
        groups=", ".join(by) or "1",
        partition="partition by " + ", ".join(f"groups.{column}" for column in by) if by else "",
        same="".join(f" and summed.{column} is not distinct from groups.{column}" for column in by),
    )
