"""The bank's answer under stress: a reader that dies, random partial answers, an answer and a new file at once."""

import datetime
import threading
from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from payroll.models import BankResult, Payout, PayrollBatch
from payroll.selectors.payouts import standing_of
from payroll.services import result_reading
from payroll.services.bank_results import result_apply
from payroll.services.payout_files import payout_files_make
from payroll.services.queue import RESULTS
from payroll.services.result_reading import result_read, result_upload
from responsibilities.rules.errors import Refused
from responsibilities.selectors.clock import today
from responsibilities.services.trail import Actor
from tests.cast import build_cast
from tests.factories.payouts import answer_bytes, answered, answers, noticed, special_account
from tests.factories.payroll import site

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("tests")


@pytest.fixture
def file(batch):
    """The pay-out file of three."""
    return payout_files_make(batch_id=batch.pk, layout="generic", actor=SYSTEM).files[0]


def take(result):
    return result_apply(result_id=result.pk, version=result.version, actor=SYSTEM)


# ── the queue ──────────────────────────────────────────────────────────


def uploaded(file, data=None):
    data = data or answer_bytes(answers(file))
    return result_upload(
        payout_file_id=file.pk, name="r.xlsx", data=data, covers="all", paid_on=today(), actor=SYSTEM, wake=False
    )[0]


def test_a_file_that_kills_its_reader_stops_after_three_attempts(file, monkeypatch):
    result = uploaded(file)

    def explode(_data):
        raise MemoryError

    monkeypatch.setattr(result_reading, "read", explode)
    for _ in range(3):
        with pytest.raises(MemoryError):
            result_read(result.pk)
    result_read(result.pk)
    result.refresh_from_db()
    assert (result.status, result.attempts) == ("failed", 3)
    assert str(result.pk) in result.refused_message


def test_the_sweep_finds_what_nobody_reads(file):
    result = uploaded(file)
    assert RESULTS.stranded_unscoped() == []
    BankResult.objects.filter(pk=result.pk).update(status="reading")
    assert RESULTS.stranded_unscoped() == [result.pk]
    result_read(result.pk)
    assert RESULTS.stranded_unscoped() == []


# ── never double, whatever the bank says ───────────────────────────────


@settings(
    max_examples=10,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_random_partial_results_add_up_and_no_line_is_paid_twice(project, data):
    month = datetime.date(2026, data.draw(st.integers(1, 9)), 1)
    PayrollBatch.objects.filter(project=project, status="submitted").update(status="superseded")
    batch = noticed(project, data.draw(st.integers(2, 6)), month_on=month)
    for _round in range(data.draw(st.integers(1, 3))):
        try:
            file = payout_files_make(batch_id=batch.pk, layout="generic", actor=SYSTEM).files[0]
        except Refused:
            break
        rows = answers(file)
        kept = [row for row in rows if data.draw(st.booleans())]
        for row in kept:
            if data.draw(st.booleans()):
                row[4], row[5] = "失败", "账户冻结"
        result = answered(file, answer_bytes(kept or rows))
        try:
            take(result)
            take(result)
        except Refused:
            pass
    standing = standing_of(batch)
    paid = Payout.objects.filter(line__batch=batch, state="paid")
    assert standing.paid == paid.values("line").distinct().count() == paid.count()
    assert standing.paid_net == sum((one.amount for one in paid), Decimal(0))
    assert standing.paid_net + standing.pending_net + standing.left_net == standing.net == batch.total_net


@pytest.mark.django_db(transaction=True)
def test_a_result_and_a_new_file_at_once_take_turns():
    cast = build_cast()
    project = site(cast)
    special_account(project, cast.bank)
    batch = noticed(project, 12)
    (file,) = payout_files_make(batch_id=batch.pk, layout="generic", actor=SYSTEM).files
    result = answered(file, answer_bytes(answers(file, dict.fromkeys(range(1, 7), "银行系统超时"))))
    gate, outcomes = threading.Barrier(3), []

    def run(act):
        gate.wait()
        try:
            outcomes.append(act())
        except Refused as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    def again():
        return payout_files_make(batch_id=batch.pk, layout="generic", actor=SYSTEM).created

    threads = [threading.Thread(target=run, args=(act,)) for act in (lambda: take(result), again, again)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made = Payout.objects.filter(file__batch=batch, attempt=2)
    assert made.count() in (0, 6)
    assert Payout.objects.filter(state__in=["pending", "paid"]).values("line").distinct().count() == (
        Payout.objects.filter(state__in=["pending", "paid"]).count()
    )
    if not made.exists():
        assert payout_files_make(batch_id=batch.pk, layout="generic", actor=SYSTEM).files[-1].rows == 6
