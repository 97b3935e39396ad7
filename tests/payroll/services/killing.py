"""Killing real workers at random instants of an import, and what must be true afterwards; also for `make soak`."""

import os
import random
import signal
import time
from pathlib import Path

from django.db import connection

from payroll.models import BankCard, PayrollBatch, PayrollLine, Worker
from payroll.services.queue import LOCK_SPACE
from payroll.tasks import sweep_batches
from responsibilities.models import AuditEvent

Status = PayrollBatch.Status


def until(condition, what: str, patience: float = 90.0):
    """Wait for a truth; returns it."""
    deadline = time.monotonic() + patience
    while not (found := condition()):
        assert time.monotonic() < deadline, what
        time.sleep(0.005)
    return found


def descendants(pid: int) -> set[int]:
    """Everybody below a process, the readers' warm processes and their children included."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
        except OSError:
            continue
        if state != "Z":
            parents[int(folder.name)] = int(parent)
    found, grown = {pid}, True
    while grown:
        grown = {child for child, parent in parents.items() if parent in found} - found
        found |= grown
    return found - {pid}


def pool_of(worker: int) -> set[int]:
    """The pool processes of a Celery worker: those that read."""
    return {pid for pid in descendants(worker) if _parent(pid) == worker}


def kill_readers(worker: int) -> None:
    """SIGKILL whoever reads; nothing that hung on it may live on."""
    below = descendants(worker)
    for pid in pool_of(worker):
        os.kill(pid, signal.SIGKILL)
    until(lambda: not any(_alive(pid) for pid in below), "被杀的读取进程留下了子进程")


def read_with_kills(batch: PayrollBatch, worker: int, kills: int, lasts: float, chance: random.Random) -> None:
    """Let the worker read the batch, killing it so often at instants spread over the time a reading lasts."""
    for _kill in range(kills):
        attempt = batch.attempts
        sweep_batches()
        until(lambda seen=attempt: _fresh(batch).attempts > seen or batch.status == Status.DRAFT, "没有开始读取")
        time.sleep(chance.uniform(0, lasts))
        kill_readers(worker)
        until(lambda: not locks_held(), "被杀的读取者留下了锁")
        if _fresh(batch).status == Status.DRAFT:
            return


def finish(batch: PayrollBatch) -> None:
    """Ring until it is read."""

    def rung():
        if _fresh(batch).status in (Status.DRAFT, Status.FAILED):
            return True
        sweep_batches()
        time.sleep(0.2)
        return False

    until(rung, f"批次停在 {batch.status}")


def locks_held() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid::bigint = %s AND database ="
            " (SELECT oid FROM pg_database WHERE datname = current_database())",
            [LOCK_SPACE],
        )
        return cursor.fetchone()[0]


def wrong_with(batches: list[PayrollBatch], rows: int, people: int) -> list[str]:
    """What was lost or doubled, where every batch has so many rows, two of them with a remark, of so many people."""
    wrong = []
    for batch in batches:
        _fresh(batch)
        lines = PayrollLine.objects.filter(batch=batch)
        events = AuditEvent.objects.filter(action="payroll.read", object_id=str(batch.pk)).count()
        seen = (
            batch.status,
            batch.accepted,
            lines.count(),
            lines.values("worker").distinct().count(),
            lines.filter(card__isnull=False).count(),
            batch.remarks.filter(code="unknown_bank").count(),
            events,
        )
        if seen != (Status.DRAFT, rows, rows, rows, rows, 2, 1):
            wrong.append(f"批次 {batch.pk}（{batch.attempts} 次）：{seen}")
    stored = Worker.objects.count(), BankCard.objects.count()
    if stored != (people, people):
        wrong.append(f"应有 {people} 人 {people} 张卡，库中是 {stored}")
    if locks_held():
        wrong.append("读取锁没有释放")
    return wrong


def _fresh(batch: PayrollBatch) -> PayrollBatch:
    batch.refresh_from_db(fields=["status", "attempts", "accepted", "rows"])
    return batch


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
