"""Kill -9 in the middle, the sweep, and a real Celery worker."""

import os
import signal
import subprocess
import sys
import time

import pytest

from payroll.models import PayrollBatch, PayrollLine, Worker
from payroll.services.queue import reading_alone, stranded_batches_unscoped
from payroll.services.reading import batch_read
from payroll.services.submissions import batch_submit
from payroll.services.uploads import batch_upload
from payroll.tasks import sweep_batches
from responsibilities.services.trail import Actor
from tests.cast import build_cast
from tests.factories.payroll import MONTH, person, sheet_bytes, site, upload

pytestmark = pytest.mark.django_db(transaction=True)
Status = PayrollBatch.Status

# Reads the batch and stops dead just before the last statement of the transaction.
KILLED_READER = """
import django, os, sys, time
django.setup()
from payroll.services import reading
def hang(*_):
    print("writing", flush=True)
    time.sleep(60)
reading.rejected_replace = hang
reading.batch_read(int(sys.argv[1]))
"""


def wait_for(batch, *statuses, patience=30):
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        batch.refresh_from_db()
        if batch.status in statuses:
            return batch
        time.sleep(0.05)
    raise AssertionError(f"批次停在 {batch.status}")


@pytest.fixture
def project(transactional_db):
    return site(build_cast())


def test_kill_9_in_the_middle_leaves_nothing_half_and_the_sweep_finds_it(project):
    batch = upload(project, sheet_bytes([person(n) for n in range(1, 51)]))
    reader = subprocess.Popen(
        [sys.executable, "-c", KILLED_READER, str(batch.pk)], stdout=subprocess.PIPE, text=True, env=os.environ.copy()
    )
    assert reader.stdout.readline() == "writing\n"
    assert stranded_batches_unscoped() == [], "a batch in a living reader's hands is not stranded"
    assert batch_read(batch.pk) is None, "a second reader must not take it"
    reader.send_signal(signal.SIGKILL)
    reader.wait()
    deadline = time.monotonic() + 10
    while stranded_batches_unscoped() != [batch.pk]:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert Worker.objects.count() == PayrollLine.objects.count() == 0
    batch_read(batch.pk)
    batch.refresh_from_db()
    assert (batch.status, batch.accepted, batch.attempts) == (Status.DRAFT, 50, 2)
    assert PayrollLine.objects.filter(batch=batch).count() == 50


def test_upload_read_by_a_real_worker_then_submitted(project, celery_worker_process):
    batch, _created = batch_upload(
        project=project,
        month_on=MONTH,
        subcontractor=None,
        name="10月工资.xlsx",
        data=sheet_bytes([person(1), person(2, net_pay=1)]),
        actor=Actor.system("test"),
    )
    wait_for(batch, Status.DRAFT)
    assert (batch.accepted, batch.rejected) == (1, 1)
    deadline = time.monotonic() + 20
    while batch.annotated_id is None:
        assert time.monotonic() < deadline, "批注版没有在后台生成"
        time.sleep(0.05)
        batch.refresh_from_db()
    assert batch_submit(batch_id=batch.pk, actor=Actor.system("test")).status == Status.SUBMITTED


def test_a_lost_doorbell_is_rung_again_by_the_sweep(project, celery_worker_process):
    batch = upload(project, sheet_bytes([person(1)]))
    PayrollBatch.objects.filter(pk=batch.pk).update(status=Status.READING, attempts=1)
    sweep_batches()
    wait_for(batch, Status.DRAFT)


def test_the_lock_ends_with_the_block(project):
    with reading_alone(7) as alone:
        assert alone
    with reading_alone(7) as alone:
        assert alone
