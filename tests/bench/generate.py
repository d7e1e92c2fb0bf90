"""Writes generated tables as Parquet: python generate.py ROWS FOLDER

Seeded by row number, so the same call writes the same rows: findings over four years up to
2026-12-31, 5,000 assets, 300,000 scans, and one detection for every five findings. Needs `duckdb`.
"""

import sys
from pathlib import Path

import duckdb

ASSETS, SCANS = 5_000, 300_000

# u(i, k): the k-th number of row i, evenly spread over [0, 1).
MACROS = """
create macro u(i, k) as (hash(i * 64 + k) >> 11) / 9007199254740992.0;
create macro pick(x, list) as list[1 + cast(floor(x * len(list)) as bigint)];
"""

ASSETS_SQL = f"""
select 'A' || lpad(i::varchar, 5, '0') as asset_id,
       'app-' || lpad(i::varchar, 5, '0') as name,
       pick(u(i, 1), ['web','web','api','api','microservice','microservice','mobile']) as kind,
       pick(u(i, 2), ['low','medium','medium','high','high','critical']) as criticality,
       pick(u(i, 3), ['internet','internal','internal','partner']) as exposure,
       if(u(i, 4) < 0.25, 'yes', 'no') as business_critical,
       'team-' || lpad(cast(floor(u(i, 5) * 60) as int)::varchar, 2, '0') as team,
       timestamp '2021-01-01' + to_days(cast(floor(u(i, 6) * 700) as int)) as commissioned_at,
       if(u(i, 7) < 0.1, timestamp '2024-01-01' + to_days(cast(floor(u(i, 8) * 900) as int)), null) as retired_at
from range({ASSETS}) t(i)
"""

FINDINGS_SQL = """
with base as (
  select i,
         timestamp '2023-01-01' + to_seconds(cast(floor(1461 * 86400.0 * (i + u(i, 1)) / {rows}) as bigint)) as found_at,
         u(i, 2) as s, u(i, 3) as r, u(i, 4) as d, u(i, 5) as v, u(i, 6) as a
  from range({rows}) t(i)
), timed as (
  select *, found_at + to_seconds(cast(floor(86400 * (1 + 120 * d * d + 40 * u(i, 7))) as bigint)) as done_at
  from base
)
select 'F' || lpad(i::varchar, 9, '0') as finding_id,
       'A' || lpad(cast(floor(u(i, 8) * {assets}) as int)::varchar, 5, '0') as asset_id,
       pick(s, ['info','low','low','low','medium','medium','medium','medium','high','high','critical']) as severity,
       if(u(i, 9) < 0.4, 'confirmed', 'unverified') as validation,
       if(u(i, 10) < 0.3, 'yes', 'no') as exploitable,
       pick(u(i, 11), ['development','test','test','staging','staging','production']) as environment,
       case when r < 0.05 then 'false_positive' when done_at >= timestamp '2027-01-01' then null
            when r < 0.85 then 'fixed' else null end as resolution,
       found_at - to_seconds(cast(floor(86400 * 60 * u(i, 12)) as bigint)) as introduced_at,
       found_at,
       if(r >= 0.05 and r < 0.85 and done_at < timestamp '2027-01-01', done_at, null) as fixed_at,
       if(r >= 0.05 and r < 0.80 and done_at + to_days(2) < timestamp '2027-01-01', done_at + to_days(2), null) as verified_at,
       case when r < 0.05 then found_at + to_days(3)
            when r < 0.85 and done_at < timestamp '2027-01-01' then done_at end as closed_at,
       if(a < 0.03, found_at + to_days(5), null) as accepted_at,
       if(a < 0.02, found_at + to_days(95), null) as acceptance_ends_at,
       found_at + to_hours(1) as ingested_at
from timed order by found_at
"""

SCANS_SQL = f"""
select 'S' || lpad(i::varchar, 7, '0') as scan_id,
       'A' || lpad(cast(floor(u(i, 1) * {ASSETS}) as int)::varchar, 5, '0') as asset_id,
       pick(u(i, 2), ['zap','semgrep','trivy','burp']) as tool,
       pick(u(i, 2), ['dast','sast','sca','dast']) as tool_kind,
       'test' as environment,
       timestamp '2023-01-01' + to_seconds(cast(floor(1461 * 86400.0 * (i + u(i, 3)) / {SCANS}) as bigint)) as finished_at,
       pick(u(i, 4), ['success','success','success','success','partial','failed']) as outcome
from range({SCANS}) t(i) order by finished_at
"""

DETECTIONS_SQL = """
select 'D' || lpad(i::varchar, 9, '0') as detection_id,
       'F' || lpad((i * 5)::varchar, 9, '0') as finding_id,
       'A' || lpad(cast(floor(u(i, 1) * {assets}) as int)::varchar, 5, '0') as asset_id,
       pick(u(i, 2), ['zap','semgrep','trivy','burp']) as tool,
       pick(u(i, 2), ['dast','sast','sca','dast']) as tool_kind,
       timestamp '2023-01-01' + to_seconds(cast(floor(1461 * 86400.0 * (i + u(i, 3)) / {rows}) as bigint)) as reported_at,
       if(u(i, 4) < 0.35, 'yes', 'no') as duplicate
from range({rows}) t(i) order by reported_at
"""


def main(rows: int, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    db = duckdb.connect()
    db.execute(MACROS)
    tables = {
        "assets": ASSETS_SQL,
        "findings": FINDINGS_SQL.format(rows=rows, assets=ASSETS),
        "scans": SCANS_SQL,
        "detections": DETECTIONS_SQL.format(rows=max(rows // 5, 1), assets=ASSETS),
    }
    for name, sql in tables.items():
        target = folder / f"{name}.parquet"
        db.execute(f"copy ({sql}) to '{target}' (format parquet, compression zstd)")
        print(f"{target}: {target.stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
