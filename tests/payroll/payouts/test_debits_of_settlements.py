"""A debit that is a leaver's settlement, in one sum or in parts; and the payroll's line that the settlement paid."""

import datetime
from decimal import Decimal

import pytest

from payroll.models import LeaverSettlement
from payroll.selectors.debits import settlements_open
from payroll.services.debits import debit_unexplain
from responsibilities.services.trail import Actor
from tests.factories.debits import explain, movement, to_worker
from tests.factories.reconciliation import by_worker
from tests.factories.settlements import left
from tests.refusals import code_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_23_november")]
SYSTEM = Actor.system("tests")
DAY = datetime.date(2026, 11, 23)
NET = Decimal("5380.00")


@pytest.fixture
def settlement(project):
    """Worker 1 left; what he was owed is paid."""
    stay = left(project, None)
    return LeaverSettlement.objects.create(
        stay=stay,
        earned=6000,
        balance=6000,
        agreed_on=stay.left_on,
        paid_on=DAY,
        payment_note="回单 0012",
        open_pay="included",
        state="paid",
    )


def test_a_settlement_paid_from_the_account_is_no_extra_pay(project, paid, settlement, scope):
    line = to_worker(project, 1, 6000, reference="A")
    worker_id = paid[0].line.worker_id
    assert by_worker(scope, project)[worker_id].state == "over"
    explain(line, "settle", settlement_id=settlement.pk)
    assert by_worker(scope, project)[worker_id].state == "uncovered"
    other = to_worker(project, 1, 6000, reference="B")
    assert code_of(explain, other, "settle", settlement_id=settlement.pk) == "settlement_missing", "it was paid once"


def test_a_settlement_may_be_paid_in_parts_and_what_differs_is_told(cast, project, paid, settlement, scope, client):
    parts = [to_worker(project, 1, amount, reference=f"{amount}") for amount in (4000, 1500, 600, 1)]
    client.force_login(cast.supervisor)

    def shown() -> str:
        return client.get(f"/payroll/reconciliation/?project={project.code}").content.decode()

    explain(parts[0], "settle", settlement_id=settlement.pk)
    assert "流水共付 4,000.00 元，少付 2,000.00 元" in shown()
    assert [one.said for one in settlements_open(scope, project)] == [4000]
    for line in parts[1:3]:
        last = explain(line, "settle", settlement_id=settlement.pk)
    assert "流水共付 6,100.00 元，多付 100.00 元" in shown()
    assert settlements_open(scope, project) == []
    assert code_of(explain, parts[3], "settle", settlement_id=settlement.pk) == "settlement_missing"
    debit_unexplain(explanation_id=last.pk, actor=SYSTEM)
    assert "少付 500.00 元" in shown()
    explain(movement(project, 500, reference="E"), "settle", settlement_id=settlement.pk)
    assert "流水共付" not in shown()


def test_a_line_that_a_paid_settlement_covers_is_not_unpaid(project, batch, settlement, scope):
    """Nothing of the batch went out: one line stands in the settlement, the others are unpaid."""
    worker_id = settlement.stay.entry.worker_id
    row = by_worker(scope, project)[worker_id]
    assert (row.state, row.state_words, row.settled, row.difference) == (
        "settled",
        ("已由退场结算支付", "green"),
        NET,
        0,
    )
    assert worker_id not in by_worker(scope, project, only="unpaid")
    assert worker_id not in by_worker(scope, project, only="different")
    assert list(by_worker(scope, project, only="settled")) == [worker_id]
    assert sorted(one.state for one in by_worker(scope, project).values()) == ["settled", "unpaid", "unpaid"]
    to_worker(project, 1, NET, reference="A")
    row = by_worker(scope, project)[worker_id]
    assert (row.state, row.statement, row.extra) == ("settled", NET, 0), "the debit stands for the settlement"


@pytest.mark.parametrize(("changes", "state"), [({"open_pay": "separate"}, "unpaid"), ({"state": "agreed"}, "unpaid")])
def test_a_settlement_that_leaves_the_line_out_or_is_not_paid_covers_nothing(
    project, batch, settlement, scope, changes, state
):
    LeaverSettlement.objects.update(**changes)
    assert {one.state for one in by_worker(scope, project).values()} == {state}


def test_a_settled_line_recorded_as_an_exception_says_the_same(project, batch, settlement, scope):
    batch.lines.get(worker_id=settlement.stay.entry.worker_id).payout_exceptions.create(
        kind="settled", reason="回单 0012", recorded_at=datetime.datetime(2026, 11, 23, 9, tzinfo=datetime.UTC)
    )
    LeaverSettlement.objects.update(state="agreed")
    row = by_worker(scope, project)[settlement.stay.entry.worker_id]
    assert (row.state, row.excepted, row.difference) == ("settled", 0, 0)
