"""Where Spark runs: a master and two workers on loopback, for as long as a block of Python runs, or one process."""

import contextlib
import json
import os
import re
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

import pyspark

HOME = Path(pyspark.__file__).parent
WORKERS = 2
SECONDS = 900

# Of sessions that run many small statements.
SETTINGS = {
    "spark.sql.shuffle.partitions": "1",
    # Compiling each of many small statements takes longer than running it.
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.session.timeZone": "Asia/Kolkata",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}

# Of settings of proxies nothing counts here: all is on this machine.
PAGES = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def started(stack: contextlib.ExitStack, folder: Path, name: str, arguments: list[str]) -> tuple[subprocess.Popen, Path]:
    """A process of Spark, which ends with the block, by its id."""
    log = folder / f"{name}.log"
    command = [HOME / "bin/spark-class", *arguments]
    settings = os.environ | {"SPARK_HOME": str(HOME), "SPARK_LOCAL_IP": "127.0.0.1"}
    with open(log, "wb") as file:
        process = subprocess.Popen(command, cwd=folder, env=settings, stdout=file, stderr=file)
    stack.callback(stop, process)
    return process, log


def stop(process: subprocess.Popen) -> None:
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def until(what: str, process: subprocess.Popen, log: Path, found):
    """What a question gives when it gives anything; an error if the process ends before, or it takes too long."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        answer = found()
        if answer:
            return answer
        if process.poll() is not None:
            break
        time.sleep(0.2)
    raise RuntimeError(f"Spark: {what} was waited for in vain\n{log.read_text()[-2000:]}")


def alive(page: str) -> int:
    """How many workers the master knows."""
    try:
        with PAGES.open(f"{page}/json/", timeout=10) as answer:
            return json.load(answer)["aliveworkers"]
    except OSError:
        return 0


@contextlib.contextmanager
def cluster(memory: str = "2g"):
    """Gives the address of the master when all workers are there, and the processes."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        place = ["--host", "127.0.0.1", "--port", "0", "--webui-port", "0"]
        master, log = started(stack, folder, "master", ["org.apache.spark.deploy.master.Master", *place])

        def told(pattern: str):
            return lambda: (match := re.search(pattern, log.read_text())) and match[1]

        address = until("the master", master, log, told(r"Starting Spark master at (spark://\S+)"))
        page = until("its page", master, log, told(r"MasterWebUI to \S+ and started at (http://\S+)"))
        processes = [master]
        for number in range(WORKERS):
            worker, _ = started(stack, folder, f"worker_{number}", [
                "org.apache.spark.deploy.worker.Worker", *place, "--cores", "1", "--memory", memory,
                "--work-dir", str(folder / f"work_{number}"), address])
            processes.append(worker)
        until("the workers", master, log, lambda: alive(page) == WORKERS)
        yield address, processes


def place():
    """Where Spark runs, as `cluster` gives it: in one process, or with RISKQL_SPARK=cluster on a master and two workers."""
    if os.environ.get("RISKQL_SPARK") == "cluster":
        return cluster()
    return contextlib.nullcontext(("local[2]", []))
