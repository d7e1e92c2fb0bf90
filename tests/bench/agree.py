"""Checks that riskql and the SQL of `statements.py` answer alike: python agree.py RISKQL FOLDER

Every KPI over 36 months, without groups and by its dimensions. Prints a line for each, and fails if a
value differs by more than one part in a billion. Needs `duckdb`.
"""

import json
import subprocess
import sys

import duckdb
import statements

MONTHS = "over month last 36 months"


def ours(binary: str, folder: str, name: str, by: list[str]) -> dict:
    grouped = f" by {', '.join(by)}" if by else ""
    command = [binary, "run", "--data", folder, "--as-of", "2026-12-31", "--format", "json",
               f"{name}{grouped} {MONTHS}"]
    answer = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return {(row["period"], *(row[column] for column in by)): row[name] for row in answer["rows"]}


def theirs(db: duckdb.DuckDBPyConnection, name: str, by: list[str]) -> dict:
    rows = db.execute(statements.statement(name, by)).fetchall()
    return {(row[0].strftime("%Y-%m"), *row[1:-1]): row[-1] for row in rows}


def differs(left: float | None, right: float | None) -> bool:
    # SQL has no row for an empty group: that is 0 or none here.
    left, right = float(left or 0), float(right or 0)
    return abs(left - right) > 1e-9 * max(1.0, abs(left), abs(right))


def main(binary: str, folder: str) -> int:
    db = duckdb.connect()
    db.execute(statements.SETUP.format(folder=folder))
    wrong = 0
    for name in statements.STATEMENTS:
        for by in ([], statements.DIMENSIONS[name]):
            left, right = ours(binary, folder, name, by), theirs(db, name, by)
            differing = [key for key in left | right if differs(left.get(key), right.get(key))]
            wrong += len(differing)
            example = f", such as {differing[0]}: {left.get(differing[0])} and {right.get(differing[0])}" if differing else ""
            print(f"{name} by {', '.join(by) or 'nothing'}: {len(left)} values, {len(differing)} differ{example}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
