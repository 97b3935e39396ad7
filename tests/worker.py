"""A real Celery worker in a process of its own, for tests and for trials."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

COMMAND = [sys.executable, "-m", "celery", "-A", "zhangye_wages.celery", "worker", "-l", "WARNING"]


@contextmanager
def celery_worker(processes: int = 1) -> Iterator[subprocess.Popen]:
    """A worker on the database and broker of the environment, ready when the block begins, gone when it ends."""
    worker = worker_start(processes)
    try:
        yield worker
    finally:
        worker_end(worker)


def worker_start(processes: int = 1, patience: float = 120) -> subprocess.Popen:
    """Start a worker of so many processes and wait for the sign of life that it writes itself."""
    from responsibilities.models import Heartbeat

    Heartbeat.objects.filter(name="worker").delete()
    environment = os.environ | {"PORTAL_BROKER_TIMEOUT": "15"}
    worker = subprocess.Popen([*COMMAND, "-c", str(processes), "--without-mingle", "--without-gossip"], env=environment)
    deadline = time.monotonic() + patience
    while not Heartbeat.objects.filter(name="worker").exists():
        if worker.poll() is not None or time.monotonic() > deadline:
            worker_end(worker)
            raise AssertionError(f"Celery worker 没有心跳（{worker.returncode}）")
        time.sleep(0.05)
    return worker


def worker_end(worker: subprocess.Popen) -> None:
    """Ask it to stop, and insist."""
    worker.terminate()
    try:
        worker.wait(20)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()
