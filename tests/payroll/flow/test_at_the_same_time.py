"""Two people at once, on real connections: each pair of acts ends as if one had come after the other."""

import datetime
import threading
import time

import pytest
from django.db import connection, connections, transaction

from payroll.models import BatchAct, PayConfirmation, PayrollBatch, RosterEntry
from payroll.services.answers import Claim, contest_raise, pay_confirm
from payroll.services.audits import batch_audit, batch_return
from payroll.services.nil_returns import nil_return
from payroll.services.submissions import batch_submit
from responsibilities.rules.errors import Refused
from tests.factories.flow import SYSTEM, WORKER, answers, submitted, tokens
from tests.factories.payroll import MONTH, draft, person

pytestmark = pytest.mark.django_db(transaction=True)
Status = PayrollBatch.Status


def together(*acts):
    """Run the acts on connections of their own, starting as one; what each returned or refused with."""
    gate, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place, act):
        try:
            gate.wait(10)
            act()
            results[place] = "done"
        except Refused as refused:
            results[place] = refused.code
        except Exception as error:
            results[place] = repr(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert None not in results, "一个操作没有结束"
    return results


def test_two_auditors_approve_once(project):
    batch = submitted(project)
    audit = lambda: batch_audit(batch_id=batch.pk, actor=SYSTEM, reason="测试")  # noqa: E731
    assert sorted(together(audit, audit)) == ["done", "wrong_stage"]
    assert batch.acts.filter(act=BatchAct.Act.AUDIT).count() == 1


def test_an_audit_and_a_newer_sheet_leave_one_current_batch(project):
    first, second = submitted(project, [person(1)]), draft(project, [person(2)])
    results = together(
        lambda: batch_audit(batch_id=first.pk, actor=SYSTEM, reason="测试"),
        lambda: batch_submit(batch_id=second.pk, actor=SYSTEM),
    )
    assert results[1] == "done"
    assert results[0] in ("done", "wrong_stage")
    first.refresh_from_db()
    assert first.status == Status.SUPERSEDED
    assert PayrollBatch.objects.get(status=Status.SUBMITTED) == second


@pytest.mark.parametrize("act", [
    lambda token: pay_confirm(token=token, actor=WORKER),
    lambda token: contest_raise(token=token, claim=Claim(reason="days"), actor=WORKER),
])  # fmt: skip
def test_a_worker_who_answers_while_the_sheet_is_sent_back(project, act):
    batch = submitted(project, [person(1)])
    token = tokens(batch)[0]
    results = together(lambda: act(token), lambda: batch_return(batch_id=batch.pk, actor=SYSTEM, reason="天数有误"))
    assert results[1] == "done"
    assert results[0] in ("done", "sheet_replaced")
    one = answers(batch)[0]
    assert one.state == PayConfirmation.State.VOID
    # Either the answer came first and is remembered, or it was refused and left nothing.
    assert (one.voided_from != PayConfirmation.State.PENDING) is (results[0] == "done")


def test_twenty_workers_and_an_audit_end_in_peace(project):
    batch = submitted(project, [person(n) for n in range(20)])
    acts = [lambda token=token: pay_confirm(token=token, actor=WORKER) for token in tokens(batch)[:8]]
    results = together(*acts, lambda: batch_audit(batch_id=batch.pk, actor=SYSTEM, reason="测试"))
    assert set(results) == {"done"}
    assert batch.confirmations.filter(state="confirmed").count() == 8


def test_two_clicks_on_nobody_worked_make_one_statement(project):
    act = lambda: nil_return(project=project, month_on=MONTH, subcontractor=None, reason="停工", actor=SYSTEM)  # noqa: E731
    assert sorted(together(act, act)) == ["done", "nil_already"]
    assert PayrollBatch.objects.count() == 1


def test_nobody_worked_and_a_sheet_at_once_leave_one_current_batch(project):
    sheet = draft(project, [person(1)])
    results = together(
        lambda: nil_return(project=project, month_on=MONTH, subcontractor=None, reason="停工", actor=SYSTEM),
        lambda: batch_submit(batch_id=sheet.pk, actor=SYSTEM),
    )
    assert PayrollBatch.objects.filter(status=Status.SUBMITTED).count() == 1
    assert results[1] == "done" or results[0] == "done"
    assert not [one for one in results if one not in ("done", "sheet_submitted")], results


def test_a_sheet_sent_back_takes_nobody_along_whom_another_one_names_at_the_same_moment(project):
    sent_back = submitted(project, [person(1), person(2)])
    next_month = draft(project, [person(1)], month_on=(MONTH + datetime.timedelta(days=32)).replace(day=1))
    done = []

    def send_back():
        batch_return(batch_id=sent_back.pk, actor=SYSTEM, reason="天数有误")
        done.append(True)
        connections.close_all()

    thread = threading.Thread(target=send_back)
    with transaction.atomic():
        batch_submit(batch_id=next_month.pk, actor=SYSTEM)
        thread.start()
        until = time.monotonic() + 10
        while not _somebody_waits() and thread.is_alive() and time.monotonic() < until:
            thread.join(0.02)
    thread.join(30)
    assert done
    assert list(RosterEntry.objects.values_list("worker__name", flat=True)) == [person(1)["name"]]


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone()[0]
