"""Real workers killed at random instants, frozen, rung twice: every sheet is read exactly once, or says why not."""

import os
import random
import signal
from functools import partial

import pytest
import redis

from payroll.models import PayrollBatch, PayrollLine, Worker
from payroll.services.queue import MAX_ATTEMPTS, stranded_batches_unscoped
from payroll.services.reading import batch_read
from payroll.services.uploads import READ_TASK
from responsibilities.services.touch import ring
from tests.cast import build_cast
from tests.factories.payroll import site
from tests.payroll.services import killing
from tests.worker import celery_worker

pytestmark = pytest.mark.django_db(transaction=True)
Status = PayrollBatch.Status
ROWS = 1_500


@pytest.fixture
def project(transactional_db):
    return site(build_cast())


@pytest.fixture
def crew(project):
    """A worker of several processes: while Celery mourns the killed one, seconds long, another takes up its sheet."""
    redis.Redis.from_url(os.environ["REDIS_URL"]).flushdb()
    with celery_worker(3) as worker:
        yield worker.pid


def test_ten_imports_killed_at_random_instants_are_each_read_exactly_once(project, crew):
    chance = random.Random(20_261_127)
    batches, struck = [killing.sheet(project, number, rows=ROWS) for number in range(2)], 0
    lasts = min(map(killing.lasting, batches))
    for number in range(1, 11):
        # Known people and new ones: each sheet brings a hundred that nobody has seen.
        batch = killing.sheet(project, number + 1, rows=ROWS, beginning=number * 100 + 1)
        kill = partial(killing.kill_readers, crew)
        struck += killing.read_with_kills(batch, kill, 1 + number % 2, lasts, chance)
        killing.finish(batch)
        batches.append(batch)
    assert killing.wrong_with(batches, ROWS, ROWS + 1_000) == []
    assert struck == sum(batch.attempts for batch in batches) - len(batches), "each kill that struck cost an attempt"
    assert struck, "no kill struck a reader"


def test_what_is_lost_doubled_or_altered_is_seen(project):
    """A negative control of the kills' own eye."""
    batch = killing.sheet(project, 1, rows=30)
    batch_read(batch.pk)
    assert killing.wrong_with([batch], 30, 30) == []
    assert len(killing.wrong_with([batch], 30, 31)) == 1
    line = PayrollLine.objects.filter(batch=batch).first()
    PayrollLine.objects.filter(pk=line.pk).update(net=line.net + 1)
    assert "合计" in killing.wrong_with([batch], 30, 30)[0]
    line.pk, line.row = None, 99
    line.save()
    assert len(killing.wrong_with([batch], 30, 30)) == 2


def test_a_sheet_that_kills_its_reader_each_time_stops_and_says_so(project, crew):
    batch = killing.sheet(project, 1, rows=8_000)
    kill = partial(killing.kill_readers, crew)
    assert killing.read_with_kills(batch, kill, MAX_ATTEMPTS, 0.02, random.Random(1)) == MAX_ATTEMPTS
    killing.finish(batch)
    batch.refresh_from_db()
    assert (batch.status, batch.attempts, batch.refused_code) == (Status.FAILED, MAX_ATTEMPTS, "failed")
    assert "连续 3 次处理失败" in batch.refused_message
    assert "重新上传" in batch.refused_message
    killing.until(lambda: not killing.backends_reading(), "读取锁没有释放")
    assert PayrollLine.objects.count() == Worker.objects.count() == 0


def test_a_broker_that_forgot_everything_loses_no_sheet(project, celery_worker_process):
    batches = [killing.sheet(project, number, rows=20) for number in range(4)]
    PayrollBatch.objects.update(status=Status.QUEUED)
    for batch in batches:
        ring(READ_TASK, batch.pk)
    redis.Redis.from_url(os.environ["REDIS_URL"]).flushdb()
    PayrollBatch.objects.filter(status=Status.QUEUED).update(status=Status.READING)
    for batch in batches:
        killing.finish(batch)
    assert killing.wrong_with(batches, 20, 20) == []


def test_a_frozen_reader_keeps_its_sheet_and_finishes_it_once(project, celery_worker_process):
    batch = killing.sheet(project, 1, rows=6_000)
    killing.until_claimed(batch)
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
    batch = killing.sheet(project, 1, rows=ROWS)
    for _ring in range(3):
        ring(READ_TASK, batch.pk)
    batch_read(batch.pk)
    killing.finish(batch)
    assert killing.wrong_with([batch], ROWS, ROWS) == []
    assert batch.attempts == 1
