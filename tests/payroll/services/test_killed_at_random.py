"""Real workers killed at random instants, frozen, rung twice: every sheet is read exactly once, or says why not."""

import os
import random
import signal
import time

import pytest
import redis

from payroll.models import PayrollBatch, PayrollLine, Worker
from payroll.services.queue import MAX_ATTEMPTS, stranded_batches_unscoped
from payroll.services.reading import batch_read
from payroll.services.uploads import READ_TASK
from payroll.tasks import sweep_batches
from responsibilities.services.touch import ring
from tests.cast import build_cast
from tests.factories.payroll import person, sheet_bytes, site, upload
from tests.payroll.services import killing

pytestmark = pytest.mark.django_db(transaction=True)
Status = PayrollBatch.Status
ROWS = 1_500


@pytest.fixture
def project(transactional_db):
    return site(build_cast())


def sheet(project, number: int, *, rows: int = ROWS, beginning: int = 1):
    """A sheet of its own of the same people, two of whom have a remark."""
    people = [person(n) for n in range(beginning, beginning + rows)]
    for row in people[:2]:
        row["bank_name"] = f"某某行{number}"
    return upload(project, sheet_bytes(people), name=f"{number}.xlsx")


def lasting(batch, worker) -> float:
    """Seconds from claim to draft, undisturbed."""
    sweep_batches_until_claimed(batch)
    begun = time.monotonic()
    killing.finish(batch)
    return time.monotonic() - begun


def sweep_batches_until_claimed(batch):
    def claimed():
        sweep_batches()
        batch.refresh_from_db()
        return batch.attempts

    PayrollBatch.objects.filter(pk=batch.pk).update(status=Status.READING)  # as after a lost doorbell
    killing.until(claimed, "没有开始读取")


def test_ten_imports_killed_at_random_instants_are_each_read_exactly_once(project, celery_worker_process):
    worker, chance = celery_worker_process.pid, random.Random(20_261_127)
    first = sheet(project, 0)
    lasts = lasting(first, worker)
    batches = [first]
    for number in range(1, 11):
        # Known people and new ones: each sheet brings a hundred that nobody has seen.
        batch = sheet(project, number, beginning=number * 100 + 1)
        PayrollBatch.objects.filter(pk=batch.pk).update(status=Status.READING)
        killing.read_with_kills(batch, worker, 1 + number % 2, lasts, chance)
        killing.finish(batch)
        batches.append(batch)
    assert killing.wrong_with(batches, ROWS, ROWS + 1_000) == []
    assert max(batch.attempts for batch in batches) > 1, "no kill struck a reader"


def test_a_sheet_that_kills_its_reader_each_time_stops_and_says_so(project, celery_worker_process):
    batch = sheet(project, 1, rows=8_000)
    PayrollBatch.objects.filter(pk=batch.pk).update(status=Status.READING)
    killing.read_with_kills(batch, celery_worker_process.pid, MAX_ATTEMPTS, 0.02, random.Random(1))
    killing.finish(batch)
    batch.refresh_from_db()
    assert (batch.status, batch.attempts, batch.refused_code) == (Status.FAILED, MAX_ATTEMPTS, "failed")
    assert "连续 3 次处理失败" in batch.refused_message
    assert "重新上传" in batch.refused_message
    assert PayrollLine.objects.count() == Worker.objects.count() == killing.locks_held() == 0


def test_a_broker_that_forgot_everything_loses_no_sheet(project, celery_worker_process):
    batches = [sheet(project, number, rows=20) for number in range(4)]
    for batch in batches:
        ring(READ_TASK, batch.pk)
    redis.Redis.from_url(os.environ["REDIS_URL"]).flushdb()
    PayrollBatch.objects.filter(status=Status.QUEUED).update(status=Status.READING)
    for batch in batches:
        killing.finish(batch)
    assert killing.wrong_with(batches, 20, 20) == []


def test_a_frozen_reader_keeps_its_sheet_and_finishes_it_once(project, celery_worker_process):
    batch = sheet(project, 1, rows=6_000)
    sweep_batches_until_claimed(batch)
    frozen = killing.pool_of(celery_worker_process.pid)
    for pid in frozen:
        os.kill(pid, signal.SIGSTOP)
    try:
        batch.refresh_from_db()
        assert batch.status == Status.READING, "it was read before it could be frozen"
        assert stranded_batches_unscoped() == []
        assert batch_read(batch.pk) is None, "somebody else took a sheet that is in a frozen reader's hands"
    finally:
        for pid in frozen:
            os.kill(pid, signal.SIGCONT)
    killing.finish(batch)
    assert killing.wrong_with([batch], 6_000, 6_000) == []
    assert batch.attempts == 1


def test_two_readers_of_one_sheet_read_it_once(project, celery_worker_process):
    batch = sheet(project, 1)
    for _ring in range(3):
        ring(READ_TASK, batch.pk)
    batch_read(batch.pk)
    killing.finish(batch)
    assert killing.wrong_with([batch], ROWS, ROWS) == []
    assert batch.attempts == 1
