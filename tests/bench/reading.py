"""Times reading a report beside jq: python3 reading.py RISKQL SOURCE REPORT [RUNS]

riskql ingests the report into a store of its own each time: it recognises the format, runs the program
`rows` of the source, makes typed rows of what comes, and writes and syncs them. jq (the one in C) runs the same program
on the same report and writes what comes of it to nowhere. They take turns; figures are medians.
"""

import os
import re
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent


def program(source: str) -> str:
    """The rows of a source as a program for jq."""
    text = (HERE / f"../../kpi-defs/sources/{source}.kpi").read_text()
    rows = re.search(r'^  rows """(.*?)"""', text, re.S | re.M).group(1)
    return (HERE / "functions.jq").read_text() + rows


def run(command: list[str], out: str) -> tuple[float, int]:
    """Seconds and peak memory (MB) of one process."""
    start = time.perf_counter()
    written = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    child = os.posix_spawnp(command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, written, 1)])
    _, status, usage = os.wait4(child, 0)
    os.close(written)
    if status != 0:
        sys.exit(f"failed: {' '.join(command)}")
    return time.perf_counter() - start, usage.ru_maxrss // 1024


def main(binary: str, source: str, report: str, runs: int) -> None:
    folder = Path(tempfile.mkdtemp())
    (folder / "rows.jq").write_text(program(source))
    Path(report).read_bytes()  # into the page cache
    ours, theirs, rows = [], [], ""
    for _ in range(runs):
        store, told = folder / "store", folder / "told"
        ours.append(run([binary, "ingest", report, "--asset", "shop", "--at", "2026-04-01", "--store", str(store)], str(told)))
        rows = re.search(r"\(([\d,]+) rows\)", told.read_text()).group(1)
        shutil.rmtree(store)
        theirs.append(run(["jq", "-c", "-f", str(folder / "rows.jq"), report], os.devnull))
    shutil.rmtree(folder)
    a, b = (statistics.median(seconds for seconds, _ in each) for each in (ours, theirs))
    peaks = [max(peak for _, peak in each) for each in (ours, theirs)]
    size, per_second = os.path.getsize(report) / 1e6, int(rows.replace(",", "")) / a
    print(f"| {source}, {size:,.0f} MB | {rows} | {a:,.1f} | {b:,.1f} | {a / b:.2f} | {per_second:,.0f} | {peaks[0]:,} | {peaks[1]:,} |", flush=True)


main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]) if len(sys.argv) > 4 else 3)
