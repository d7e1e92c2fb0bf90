"""Runs statements in ClickHouse: python run.py JOB RESULTS. Needs `chdb`; docs/scale.md says how it is called."""

import json
import sys

from chdb import session


def rows(db: session.Session, text: str) -> dict:
    lines = db.query(text, "JSONCompactEachRowWithNames").bytes().decode().splitlines()
    names, *rows = [json.loads(line) for line in lines] or [[]]
    return {"columns": names, "rows": rows}


def main(job: str, results: str) -> None:
    with open(job) as file:
        job = json.load(file)
    db = session.Session()
    db.query("SET max_threads = 1, output_format_json_quote_64bit_integers = 0, date_time_input_format = 'best_effort'")
    for place, tables in enumerate(job["sets"]):
        db.query(f"CREATE DATABASE case_{place}")
        db.query(f"USE case_{place}")
        for table in tables:
            db.query(table["create"] + " ENGINE = Memory")
            with open(table["rows"]) as file:
                if file.read(1):
                    db.query(f"INSERT INTO {table['name']} FROM INFILE '{table['rows']}' FORMAT CSV")
    done = []
    for number, statement in enumerate(job["statements"]):
        try:
            db.query(f"USE case_{statement['set']}")
            text = statement["text"]
            if statement["is_view"]:
                db.query(f"CREATE VIEW view_{number} AS\n{text}")
                text = f"SELECT * FROM view_{number}"
            done.append(rows(db, text))
        except Exception as error:
            done.append({"error": str(error)})
    with open(results, "w") as file:
        json.dump(done, file)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
