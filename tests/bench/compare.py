"""Times riskql beside DuckDB on the same files: python compare.py RISKQL FOLDER [RUNS]

Both answer 36 months as of 2026-12-31. riskql runs as a process each time: start-up, reading the
definitions, finding what was proven of the files and writing JSON are all in its figure; the first turn, which proves
them, is not counted. DuckDB runs the statements of `statements.py` in one open connection. The two take turns, and
figures are medians; machines differ, so read the ratios. Needs `duckdb`. A process counts the peak of the one that
started it as its own, so a peak of riskql below that of DuckDB is not seen.
"""

import os
import statistics
import sys
import time
from pathlib import Path

import duckdb
import statements

MONTHS = "over month last 36 months"
DAYS = "over day from 2024-01-01 to 2026-12-31"


def run(binary: str, folder: str, query: str) -> tuple[float, int]:
    """Seconds and peak memory (MB) of one riskql process."""
    command = [binary, "run", "--data", folder, "--as-of", "2026-12-31", "--format", "json", query]
    start = time.perf_counter()
    silent = os.open(os.devnull, os.O_WRONLY)
    child = os.posix_spawn(command[0], command, os.environ, file_actions=[
        (os.POSIX_SPAWN_DUP2, silent, 1), (os.POSIX_SPAWN_DUP2, silent, 2)])
    _, status, usage = os.wait4(child, 0)
    os.close(silent)
    if status != 0:
        sys.exit(f"failed: {' '.join(command)}")
    return time.perf_counter() - start, usage.ru_maxrss // 1024


def sql(db: duckdb.DuckDBPyConnection, statement: str) -> float:
    start = time.perf_counter()
    db.execute(statement).fetchall()
    return time.perf_counter() - start


def line(what: str, ours: list[float], theirs: list[float], memory: int) -> None:
    a, b = statistics.median(ours), statistics.median(theirs)
    print(f"| {what} | {a * 1000:,.0f} | {b * 1000:,.0f} | {a / b:.2f} | {memory:,} |", flush=True)


def main(binary: str, folder: str, runs: int) -> None:
    db = duckdb.connect()
    db.execute(statements.SETUP.format(folder=folder))
    rows = db.execute("select count(*) from all_findings").fetchone()[0]
    print(f"{rows:,} findings, {os.cpu_count()} cores, DuckDB {duckdb.__version__}, medians of {runs}\n")
    print("| what | riskql ms | DuckDB ms | ratio | riskql peak MB |\n|---|---|---|---|---|")
    every = [statements.statement(name, []) for name in statements.STATEMENTS]
    ours, theirs, fewer, peak = [], [], [], 0
    for turn in range(runs + 1):
        seconds, memory = run(binary, folder, f"{', '.join(statements.STATEMENTS)} {MONTHS}")
        each = [sql(db, statement) for statement in every]
        age = each[list(statements.STATEMENTS).index("open_age")]
        if turn > 0:  # the first turn warms the caches of both
            ours.append(seconds), theirs.append(sum(each)), fewer.append(sum(each) - age)
            peak = max(peak, memory)
    line(f"all {len(every)} KPIs, 36 months", ours, theirs, peak)
    line("the same beside DuckDB without `open_age`", ours, fewer, peak)
    for name in statements.STATEMENTS:
        by = statements.DIMENSIONS[name]
        ours, theirs, peak = [], [], 0
        for turn in range(runs + 1):
            seconds, memory = run(binary, folder, f"{name} by {', '.join(by)} {MONTHS}")
            other = sql(db, statements.statement(name, by))
            if turn > 0:
                ours.append(seconds), theirs.append(other)
                peak = max(peak, memory)
        line(f"`{name}` by {', '.join(by)}", ours, theirs, peak)
    monthly = [run(binary, folder, f"backlog by severity {MONTHS}")[0] for _ in range(runs)]
    daily = [run(binary, folder, f"backlog by severity {DAYS}")[0] for _ in range(runs)]
    ratio = statistics.median(daily) / statistics.median(monthly)
    print(f"\nbacklog by severity: 1,096 days take {ratio:.2f} times what 36 months take")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 5)
