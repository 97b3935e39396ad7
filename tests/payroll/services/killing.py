"""Killing real workers at random instants of an import, and what must be true afterwards; also for `make soak`."""

import contextlib
import os
import random
import signal
import time
from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import openpyxl
from django.db import connection
from django.db.models import Sum

from payroll.imports.columns import TITLES
from payroll.models import BankCard, PayrollBatch, PayrollLine, Worker
from payroll.services.queue import LOCK_SPACE
from payroll.tasks import sweep_batches
from responsibilities.models import AuditEvent
from responsibilities.services import vault
from tests.factories.payroll import person, sheet_bytes, upload

Status = PayrollBatch.Status


def sheet(project, number: int, *, rows: int, beginning: int = 1) -> PayrollBatch:
    """A sheet of its own, no two people paid the same, two of them with a remark; as one whose doorbell was lost."""
    people = []
    for n in range(beginning, beginning + rows):
        deductions = Decimal(n * 7 % 100_000) / 100
        people.append(person(n, deductions=deductions, net_pay=person(n)["gross"] - deductions - 500))
    for row in people[:2]:
        row["bank_name"] = f"某某行{number}"
    batch = upload(project, sheet_bytes(people), name=f"{number}.xlsx")
    PayrollBatch.objects.filter(pk=batch.pk).update(status=Status.READING)
    return batch


def until(condition, what: str, patience: float = 90.0):
    """Wait for a truth; returns it."""
    deadline = time.monotonic() + patience
    while not (found := condition()):
        assert time.monotonic() < deadline, what
        time.sleep(0.005)
    return found


def children(pid: int) -> set[int]:
    """The living children of a process, whichever of its threads begot them."""
    found: set[int] = set()
    for thread in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found.update(map(int, thread.read_text().split()))
    return {child for child in found if _alive(child)}


def descendants(pid: int) -> set[int]:
    """Everybody below a process, the readers' warm processes and their children included."""
    found: set[int] = set()
    for child in children(pid):
        found |= {child, *descendants(child)}
    return found


def pool_of(worker: int) -> set[int]:
    """The pool processes of a Celery worker: those that read."""
    return children(worker)


def kill_readers(worker: int) -> None:
    """SIGKILL whoever reads; nothing that hung on it may live on."""
    below = descendants(worker)
    for pid in pool_of(worker):
        os.kill(pid, signal.SIGKILL)
    until(lambda: not any(_alive(pid) for pid in below), "被杀的读取进程留下了子进程")


def kill_worker(worker: int) -> None:
    """SIGKILL the whole worker in one blow, as a machine that loses its power does; whoever started it reaps it."""
    below = descendants(worker)
    for pid in (worker, *pool_of(worker)):
        os.kill(pid, signal.SIGKILL)
    until(lambda: not any(_alive(pid) for pid in below), "被杀的 worker 留下了子进程")


def read_with_kills(
    batch: PayrollBatch, kill: Callable[[], None], kills: int, lasts: float, chance: random.Random
) -> int:
    """Let the worker read the batch, killing it so often at instants spread over the time a reading lasts.

    Returns how many kills struck somebody who was reading: the others came when it was done.
    """
    struck, seen = 0, batch.attempts
    for _kill in range(kills):
        sweep_batches()
        until(lambda seen=seen: _fresh(batch).attempts > seen or batch.status == Status.DRAFT, "没有开始读取")
        time.sleep(chance.uniform(0, lasts))
        seen, holders = _fresh(batch).attempts, backends_reading()
        kill()
        until(lambda holders=holders: not holders & backends_reading(), "被杀的读取者留下了锁")
        # Its message comes back by itself, and the next reader may have begun, even ended, by now.
        if _fresh(batch).status == Status.DRAFT and batch.attempts == seen:
            break
        struck += 1
    return struck


def until_claimed(batch: PayrollBatch) -> None:
    """Ring until somebody begins to read it."""

    def claimed():
        sweep_batches()
        return _fresh(batch).attempts

    until(claimed, "没有开始读取")


def lasting(batch: PayrollBatch) -> float:
    """Seconds from claim to draft, undisturbed."""
    until_claimed(batch)
    begun = time.monotonic()
    finish(batch)
    return time.monotonic() - begun


def finish(batch: PayrollBatch) -> None:
    """Ring until it is read."""

    def rung():
        if _fresh(batch).status in (Status.DRAFT, Status.FAILED):
            return True
        sweep_batches()
        time.sleep(0.2)
        return False

    until(rung, f"批次停在 {batch.status}")


def backends_reading() -> set[int]:
    """The database connections that hold a reader's lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid::bigint = %s AND database ="
            " (SELECT oid FROM pg_database WHERE datname = current_database())",
            [LOCK_SPACE],
        )
        return {pid for (pid,) in cursor.fetchall()}


def wrong_with(batches: list[PayrollBatch], rows: int, people: int) -> list[str]:
    """What was lost, doubled or altered, where every batch has so many rows, two of them with a remark, of so many people.

    What was paid is compared with what another reader finds in the original.
    """
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
        sums = lines.aggregate(sum=Sum("net"))["sum"], batch.total_net, _paid_in_original(batch)
        if len(set(sums)) != 1:
            wrong.append(f"批次 {batch.pk}：各行、批次、原件的实发合计是 {'、'.join(map(str, sums))}")
    stored = Worker.objects.count(), BankCard.objects.count()
    if stored != (people, people):
        wrong.append(f"应有 {people} 人 {people} 张卡，库中是 {stored}")
    # A bell rung twice holds a lock for the moment in which it learns that all is done.
    until(lambda: not backends_reading(), "读取锁没有释放")
    return wrong


def _paid_in_original(batch: PayrollBatch) -> Decimal:
    data = vault.unseal_bytes(batch.file.sealed, "file")
    _above, titles, *rows = openpyxl.load_workbook(BytesIO(data), read_only=True).active.iter_rows(values_only=True)
    place = titles.index(TITLES["net_pay"])
    return sum(Decimal(str(row[place])) for row in rows)


def _fresh(batch: PayrollBatch) -> PayrollBatch:
    batch.refresh_from_db(fields=["status", "attempts", "accepted", "rows", "total_net"])
    return batch


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
