"""Writes the reports of many scans, seeded: python3 scans.py SCANS ROWS FOLDER

An asset is scanned every week, twenty times. Of what a scan sees, one row in fifty is gone in the next,
as many are new, and as many have another severity.
"""

import json
import os
import random
import sys
from datetime import date, timedelta

WEEKS = 20
SEVERITIES = ["Info", "Low", "Medium", "High", "Critical"]


def row(chance, number):
    return {
        "title": f"Weakness of kind {number % 300}",
        "severity": chance.choice(SEVERITIES),
        "cwe": 20 + number % 900,
        "file_path": f"src/part{number % 97}/file{number % 1009}.java",
        "line": 1 + number % 3000,
        "unique_id_from_tool": f"id-{number}",
    }


def main():
    scans, rows, folder = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    chance = random.Random(11)
    os.makedirs(folder, exist_ok=True)
    for asset in range(scans // WEEKS):
        seen = [row(chance, number) for number in range(rows)]
        number = rows
        for week in range(WEEKS):
            day = date(2025, 6, 2) + timedelta(weeks=week)
            report = {"name": "Example", "type": "Example", "scan_date": day.isoformat(), "findings": seen}
            with open(f"{folder}/app{asset:03}-{week:02}.json", "w") as out:
                json.dump(report, out)
            for _ in range(rows // 50):
                seen[chance.randrange(rows)] = row(chance, number)
                number += 1
                other = chance.randrange(rows)
                seen[other] = seen[other] | {"severity": chance.choice(SEVERITIES)}


main()
