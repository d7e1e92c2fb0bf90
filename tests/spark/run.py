"""Runs statements in Spark: python run.py JOB RESULTS. Needs `pyspark`; docs/scale.md says how it is called.

In one process, or with RISKQL_SPARK=cluster in the environment on a master and two workers on loopback.
"""

import decimal
import json
import signal
import sys
import tempfile

from cluster import SETTINGS, place
from pyspark.sql import SparkSession


def plain(value):
    if isinstance(value, decimal.Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def rows(spark: SparkSession, text: str) -> dict:
    frame = spark.sql(text)
    return {"columns": frame.columns, "rows": [[plain(value) for value in row] for row in frame.collect()]}


def main(job: str, results: str) -> None:
    # An end that is asked for ends the cluster as well.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with open(job) as file:
        job = json.load(file)
    with place() as (master, _), tempfile.TemporaryDirectory() as warehouse:
        done = run(job, master, warehouse)
    with open(results, "w") as file:
        json.dump(done, file)


def run(job: dict, master: str, warehouse: str) -> list[dict]:
    builder = SparkSession.builder.master(master)
    for name, value in (SETTINGS | {"spark.sql.warehouse.dir": warehouse}).items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    for place, tables in enumerate(job["sets"]):
        spark.sql(f"CREATE DATABASE case_{place}")
        spark.sql(f"USE case_{place}")
        for table in tables:
            spark.sql(table["create"] + " USING parquet")
            schema = spark.table(table["name"]).schema
            read = spark.read.csv(table["rows"], schema=schema, quote='"', escape='"')
            read.coalesce(1).write.insertInto(table["name"])
    done = []
    for number, statement in enumerate(job["statements"]):
        try:
            spark.sql(f"USE case_{statement['set']}")
            text = statement["text"]
            if statement["is_view"]:
                spark.sql(f"CREATE VIEW view_{number} AS\n{text}")
                text = f"SELECT * FROM view_{number}"
            done.append(rows(spark, text))
        except Exception as error:
            done.append({"error": str(error)[:2000]})
    spark.stop()
    return done


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
