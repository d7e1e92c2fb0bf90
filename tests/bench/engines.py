"""Runs the statements of `riskql compile` in databases over generated findings, and compares them with `riskql run`:

    python engines.py RISKQL FOLDER [ENGINE ...]

ENGINE is `duckdb`, `postgres`, `clickhouse`, `spark` (one process) or `cluster` (a master and two workers on loopback);
without any, all of them. Every KPI of the library over 36 months, one statement each. Whole numbers have to be equal, others
to twelve digits. Printed are seconds by the clock and seconds of processors, all of them together, which other work
on the machine changes less. Loading tables into a database is not counted, reading Parquet is for riskql, DuckDB and
Spark. Needs `duckdb`, and the packages of the databases (docs/scale.md); PostgreSQL is that of the system.
"""

import contextlib
import json
import os
import pwd
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests/spark"))
MONTHS = "over month last 36 months"
AS_OF = "2026-12-31"
LONGEST = 120  # seconds that PostgreSQL may take for a statement
WORDS = {"cluster": "spark"}
TYPES = {  # of text, yes/no, number, date
    "duckdb": ["VARCHAR", "BOOLEAN", "DOUBLE", "TIMESTAMPTZ"],
    "postgres": ["text", "boolean", "double precision", "timestamptz"],
    "clickhouse": ["Nullable(String)", "Nullable(Bool)", "Nullable(Float64)", "Nullable(DateTime64(6, 'UTC'))"],
}
# Columns of the library that generated findings lack.
MADE = {
    "reopened_at": "if(hash(finding_id) % 20 = 0, closed_at + to_days(cast(1 + hash(asset_id) % 200 as int)), NULL)",
    "known_exploited_due_at": "if(hash(finding_id) % 50 = 1, found_at + to_days(14), NULL)",
}


def library() -> list[str]:
    """The names of the KPIs."""
    return sorted(file.stem for file in (ROOT / "kpi-defs/kpis").glob("*.kpi"))


def model() -> dict[str, dict[str, int]]:
    """The columns of each table of the library, with the place of their type above."""
    tables = {}
    for file in sorted((ROOT / "kpi-defs/model").glob("*.kpi")):
        text = re.sub(r"#.*", "", file.read_text())
        for block in re.findall(r"^table .*(?:\n .*)*", text, re.M):
            columns = {name: 0 for name in re.findall(r"^ *key +(\w+)|\bby (\w+) *$", block, re.M) for name in name if name}
            columns |= {name: 3 for name in re.findall(r"\b(\w+_at)\b", block)}
            for name, of, rest in re.findall(r"^ *field +(\w+) +(?:planned )?(\w+)(.*)$", block, re.M):
                if " from " not in rest:
                    columns[name] = {"yesno": 1, "number": 2, "date": 3}.get(of, 0)
            tables[block.split()[1]] = columns
    return tables


def prepared(folder: str, into: str) -> dict[str, str]:
    """The tables with all columns of the model and its types, as Parquet: what databases hold."""
    db = duckdb.connect()
    db.execute("set timezone = 'UTC'")
    files = {}
    for table, columns in model().items():
        source = f"{folder}/{table}.parquet"
        if not Path(source).exists():
            continue
        there = {row[0] for row in db.execute(f"describe select * from '{source}'").fetchall()}
        made = ", ".join(
            f"CAST({name if name in there else MADE.get(name, 'NULL')} AS {TYPES['duckdb'][of]}) AS {name}"
            for name, of in columns.items())
        files[table] = f"{into}/{table}.parquet"
        db.execute(f"COPY (SELECT {made} FROM '{source}') TO '{files[table]}' (FORMAT parquet)")
    return files


def processor_seconds(ids: list[int]) -> float:
    """Of processes and those of their children that have ended."""
    ticks = 0
    for number in ids:
        with contextlib.suppress(FileNotFoundError):
            fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(int(field) for field in fields[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def children(of: int) -> list[int]:
    """All processes below one, and it."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    found = [of]
    for number in found:
        found += [child for child, parent in parents.items() if parent == number]
    return found


class DuckDb:
    def __init__(self, files: dict[str, str], stack: contextlib.ExitStack):
        self.db, self.ids = duckdb.connect(), lambda: [os.getpid()]
        for table, file in files.items():
            self.db.execute(f"CREATE VIEW {table} AS SELECT * FROM '{file}'")

    def rows(self, text: str) -> list:
        return self.db.execute(text).fetchall()


class ClickHouse:
    def __init__(self, files: dict[str, str], stack: contextlib.ExitStack):
        from chdb import session
        self.db, self.ids = session.Session(), lambda: [os.getpid()]
        self.db.query("SET output_format_json_quote_64bit_integers = 0")
        self.db.query("CREATE DATABASE bench")
        self.db.query("USE bench")
        for table, file in files.items():
            columns = ", ".join(f"{name} {TYPES['clickhouse'][of]}" for name, of in model()[table].items())
            self.db.query(f"CREATE TABLE {table} ({columns}) ENGINE = MergeTree ORDER BY tuple()")
            self.db.query(f"INSERT INTO {table} SELECT * FROM file('{file}', Parquet)")

    def rows(self, text: str) -> list:
        lines = self.db.query(text.rstrip().rstrip(";"), "JSONCompactEachRow").bytes().decode().splitlines()
        return [json.loads(line) for line in lines]


class Spark:
    def __init__(self, files: dict[str, str], stack: contextlib.ExitStack):
        self.start("local[2]", files, stack)

    def start(self, master: str, files: dict[str, str], stack: contextlib.ExitStack) -> None:
        from pyspark.sql import SparkSession
        builder = SparkSession.builder.master(master)
        for name, value in {
            "spark.sql.shuffle.partitions": "2", "spark.driver.memory": "3g", "spark.executor.memory": "3g",
            "spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1", "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.sql.session.timeZone": "UTC",
        }.items():
            builder = builder.config(name, value)
        self.spark = builder.getOrCreate()
        stack.callback(self.spark.stop)
        self.spark.sparkContext.setLogLevel("ERROR")
        self.ids = lambda: children(os.getpid())
        for table, file in files.items():
            self.spark.read.parquet(file).createOrReplaceTempView(table)

    def rows(self, text: str) -> list:
        return [list(row) for row in self.spark.sql(text.rstrip().rstrip(";")).collect()]


class Cluster(Spark):
    def __init__(self, files: dict[str, str], stack: contextlib.ExitStack):
        from cluster import cluster
        master, _ = stack.enter_context(cluster("3g"))
        self.start(master, files, stack)


class Postgres:
    def __init__(self, files: dict[str, str], stack: contextlib.ExitStack):
        programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))[-1].parent
        self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        user = pwd.getpwnam("postgres") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
        own = {"user": user.pw_uid, "group": user.pw_gid, "cwd": self.folder}
        os.chown(self.folder, user.pw_uid, user.pw_gid)
        data = self.folder / "data"
        subprocess.run([programs / "initdb", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8",
                        "--no-sync", "-D", data], check=True, capture_output=True, **own)
        settings = ["listen_addresses=", "fsync=off", "work_mem=256MB", "shared_buffers=1GB", "timezone=UTC",
                    f"statement_timeout={LONGEST}s"]
        server = subprocess.Popen([programs / "postgres", "-D", data, "-k", self.folder, *(
            word for setting in settings for word in ("-c", setting))], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **own)
        stack.callback(lambda: (server.terminate(), server.wait()))
        self.ids = lambda: [server.pid]
        while subprocess.run([*self.client(), "-c", "SELECT 1"], capture_output=True).returncode != 0:
            if server.poll() is not None:
                raise RuntimeError("PostgreSQL does not start")
            time.sleep(0.2)
        db = duckdb.connect()
        db.execute("set timezone = 'UTC'")
        for table, file in files.items():
            columns = ", ".join(f"{name} {TYPES['postgres'][of]}" for name, of in model()[table].items())
            copied = self.folder / f"{table}.csv"
            db.execute(f"COPY (SELECT * FROM '{file}') TO '{copied}' (HEADER false)")
            self.psql(f"CREATE TABLE {table} ({columns});\n\\copy {table} FROM '{copied}' WITH (FORMAT csv)\nANALYZE {table};\n")
            copied.unlink()

    def client(self) -> list:
        return ["psql", "-X", "-q", "-h", str(self.folder), "-U", "postgres", "-v", "ON_ERROR_STOP=1"]

    def psql(self, script: str) -> str:
        return subprocess.run(self.client(), input=script, check=True, capture_output=True, text=True).stdout

    def rows(self, text: str) -> list:
        text = text.rstrip().rstrip(";")
        told = self.psql(f"\\pset format unaligned\n\\pset tuples_only on\nSELECT row_to_json(answer) FROM (\n{text}\n) AS answer;\n")
        return [list(json.loads(line).values()) for line in told.splitlines()]


ENGINES = {"duckdb": DuckDb, "postgres": Postgres, "clickhouse": ClickHouse, "spark": Spark, "cluster": Cluster}


def compiled(binary: str, name: str, engine: str) -> str:
    command = [binary, "compile", f"{name} {MONTHS}", "--as-of", AS_OF, "--dialect", WORDS.get(engine, engine)]
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd="/").stdout


def ours(binary: str, folder: str, query: str) -> tuple[list, float, float]:
    """The rows of riskql, seconds by the clock and of processors."""
    command = [binary, "run", "--data", folder, "--as-of", AS_OF, "--format", "json", f"{query} {MONTHS}"]
    start = time.perf_counter()
    with tempfile.TemporaryFile() as told:
        child = subprocess.Popen(command, stdout=told, stderr=subprocess.DEVNULL, cwd="/")
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        if status != 0:
            sys.exit(f"failed: {' '.join(command)}")
        told.seek(0)
        return json.load(told)["rows"], seconds, usage.ru_utime + usage.ru_stime


def is_equal(left, right) -> bool:
    if left is None or right is None:
        return left is right
    if float(left).is_integer() and not isinstance(right, float):
        return float(left) == float(right)
    return abs(float(left) - float(right)) <= 1e-12 * max(abs(float(left)), abs(float(right)))


def main(binary: str, folder: str, engines: list[str]) -> None:
    # An end that is asked for ends servers as well.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    names = library()
    with tempfile.TemporaryDirectory() as into:
        os.chmod(into, 0o755)
        files = prepared(folder, into)
        ours(binary, into, ", ".join(names))  # proves the files
        answer, seconds, processors = ours(binary, into, ", ".join(names))
        print("| engine | seconds | of processors | equal |\n|---|---|---|---|")
        print(f"| riskql, all in one | {seconds:.1f} | {processors:.1f} | |")
        each = [ours(binary, into, name)[1:] for name in names]
        one, other = (sum(part) for part in zip(*each))
        print(f"| riskql, one after the other | {one:.1f} | {other:.1f} | |", flush=True)
        for engine in engines:
            texts = {name: compiled(binary, name, engine) for name in names}
            with contextlib.ExitStack() as stack:
                database = ENGINES[engine](files, stack)
                before, start, wrong, slowest = processor_seconds(database.ids()), time.perf_counter(), [], (0.0, "")
                for name, text in texts.items():
                    begun = time.perf_counter()
                    try:
                        rows = database.rows(text)
                    except Exception as error:
                        print(f"{engine}: {name}: {str(error)[:200]}", file=sys.stderr)
                        rows = []
                    slowest = max(slowest, (time.perf_counter() - begun, name))
                    expected = [(row["period"], row[name]) for row in answer]
                    if len(rows) != len(expected) or not all(
                            row[0] == period and is_equal(value, row[1]) for row, (period, value) in zip(rows, expected)):
                        wrong.append(name)
                seconds, processors = time.perf_counter() - start, processor_seconds(database.ids()) - before
                equal = f"all {len(names)}" if not wrong else f"not {', '.join(wrong)}"
                print(f"| {engine}, slowest {slowest[1]} {slowest[0]:.1f} s | {seconds:.1f} | {processors:.1f} | {equal} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:] or list(ENGINES))
