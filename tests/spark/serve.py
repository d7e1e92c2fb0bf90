"""Runs a server of Spark Connect on loopback until stdin ends, and prints its address: python serve.py

In one process, or with RISKQL_SPARK=cluster in the environment on a master and two workers. Needs `pyspark`.
"""

import contextlib
import re
import signal
import sys
import tempfile
from pathlib import Path

from cluster import SETTINGS, place, started, until

SERVER = "org.apache.spark.sql.connect.service.SparkConnectServer"


def main() -> None:
    # An end that is asked for ends the server as well.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with place() as (master, _), contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        settings = SETTINGS | {
            "spark.connect.grpc.binding.address": "127.0.0.1",
            "spark.connect.grpc.binding.port": "0",
            "spark.sql.warehouse.dir": str(folder / "warehouse"),
        }
        words = [word for name, value in settings.items() for word in ("--conf", f"{name}={value}")]
        submit = ["org.apache.spark.deploy.SparkSubmit", "--class", SERVER, "--master", master, *words]
        server, log = started(stack, folder, "connect", submit)

        def address():
            return re.search(r"Connect server started at: (\S+:\d+)", log.read_text())

        print(f"sc://{until('its server', server, log, address)[1]}", flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
