"""A real Spark standalone cluster on loopback: one master and two worker processes, stopped with the tests."""

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from conftest import ROOT, SCALE

PYTHON = ROOT / ".venv-spark" / "bin" / "python"
ABSENT = "" if (PYTHON.exists() and shutil.which("java")) else "perlu Spark (make .venv-spark/.ready) dan Java 17"
MEMORY = 1024 if SCALE <= 10 else 4096
"""MiB of the driver and of each executor."""
DEFAULTS = f"""
spark.ui.enabled false
spark.driver.host 127.0.0.1
spark.driver.bindAddress 127.0.0.1
spark.driver.memory {MEMORY}m
spark.executor.memory {MEMORY}m
spark.sql.shuffle.partitions 2
spark.sql.adaptive.enabled false
spark.sql.codegen.wholeStage false
spark.driver.extraJavaOptions -XX:TieredStopAtLevel=1 -XX:+UseSerialGC
spark.executor.extraJavaOptions -XX:TieredStopAtLevel=1 -XX:+UseSerialGC
"""
"""Set for little data: no time is spent on compiling what runs once."""


@dataclass
class Cluster:
    """Address of the master, the environment that clients need, the folder of logs and work, and the workers."""

    master: str
    environment: dict[str, str]
    folder: Path
    start: Callable[..., subprocess.Popen[bytes]] = field(repr=False)
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def add_worker(self) -> None:
        """Start one more worker process of one core, and wait until the master knows it."""
        number = len(self.workers) + 1
        place = ["--work-dir", str(self.folder / f"kerja{number}"), "--webui-port", str(free_port())]
        size = ["--cores", "1", "--memory", f"{MEMORY + 500}m"]
        self.workers.append(self.start(f"pekerja{number}", "worker.Worker", *size, *place, self.master))
        registered(self.folder, number)

    def etl(self, *command: str) -> subprocess.Popen[str]:
        """Start ``python -m etl`` as a user of the cluster does."""
        return subprocess.Popen(
            [str(PYTHON), "-m", "etl", *command], cwd=ROOT, env=self.environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip


@contextmanager
def cluster(folder: Path, key: Path) -> Iterator[Cluster]:
    """Start a master and two workers below a folder; whatever happens, nothing is left running."""
    [home] = (ROOT / ".venv-spark").glob("lib/python*/site-packages/pyspark")
    (folder / "conf").mkdir(parents=True)
    (folder / "conf" / "spark-defaults.conf").write_text(DEFAULTS, encoding="utf-8")
    environment = {
        **os.environ, "SPARK_HOME": str(home), "SPARK_CONF_DIR": str(folder / "conf"), "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_PYTHON": str(PYTHON), "KALTIM_KUNCI": str(key), "SPARK_LOCAL_DIRS": str(folder / "tmp"),
    }  # fmt: skip
    port = free_port()
    master = f"spark://127.0.0.1:{port}"
    started: list[subprocess.Popen[bytes]] = []

    def start(name: str, *command: str) -> subprocess.Popen[bytes]:
        with (folder / f"{name}.log").open("wb") as log:
            line = [str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{command[0]}", *command[1:]]
            started.append(subprocess.Popen(line, env=environment, stdout=log, stderr=log))
        return started[-1]

    try:
        start("induk", "master.Master", "--host", "127.0.0.1", "--port", str(port), "--webui-port", str(free_port()))
        listening(port, folder / "induk.log")
        made = Cluster(master, environment, folder, start)
        made.add_worker()
        made.add_worker()
        yield made
    finally:
        for process in started:
            process.kill()
            process.wait()


@contextmanager
def connect_server(folder: Path) -> Iterator[str]:
    """A Spark Connect server with two cores of its own, stopped afterwards; yield its address."""
    [home] = (ROOT / ".venv-spark").glob("lib/python*/site-packages/pyspark")
    port = free_port()
    (folder / "conf").mkdir(parents=True)
    place = f"spark.connect.grpc.binding.address 127.0.0.1\nspark.connect.grpc.binding.port {port}\n"
    (folder / "conf" / "spark-defaults.conf").write_text(DEFAULTS + place, encoding="utf-8")
    environment = {
        **os.environ, "SPARK_HOME": str(home), "SPARK_CONF_DIR": str(folder / "conf"), "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_PYTHON": str(PYTHON), "PYTHONPATH": str(ROOT), "SPARK_LOCAL_DIRS": str(folder / "tmp"),
    }  # fmt: skip
    service = ["--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "spark-internal"]
    line = [str(home / "bin" / "spark-class"), "org.apache.spark.deploy.SparkSubmit", "--master", "local[2]", *service]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(line, env=environment, cwd=folder, stdout=log, stderr=log)
        try:
            listening(port, folder / "log")
            yield f"sc://127.0.0.1:{port}"
        finally:
            process.kill()
            process.wait()


def free_port() -> int:
    """A port that nothing uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
    return number


def listening(port: int, log: Path, seconds: float = 60) -> None:
    """Wait until a port is open."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise AssertionError(log.read_text(encoding="utf-8"))


def registered(folder: Path, workers: int, seconds: float = 60) -> None:
    """Wait until the master knows its workers."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if len(re.findall("Registering worker", (folder / "induk.log").read_text(encoding="utf-8"))) >= workers:
            return
        time.sleep(0.2)
    raise AssertionError((folder / "induk.log").read_text(encoding="utf-8"))
