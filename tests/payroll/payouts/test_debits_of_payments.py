"""A debit that equals no payment, said to be part of one, several, came back or another expense; what is refused."""

import datetime
from decimal import Decimal

import pytest

from payroll.models import DebitExplanation, Payout
from payroll.selectors.debits import payments_near
from payroll.selectors.matching import candidates_for, loose_debits, unseen_payments
from payroll.services.debits import debit_unexplain
from payroll.services.statement_matching import statement_pair, statements_match
from responsibilities.rules.errors import Refused
from responsibilities.services.trail import Actor
from tests.factories.debits import explain, movement, to_worker
from tests.factories.payouts import special_account
from tests.factories.payroll import site
from tests.factories.reconciliation import by_worker
from tests.refusals import code_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_23_november")]
SYSTEM = Actor.system("tests")
DAY = datetime.date(2026, 11, 23)
NET = Decimal("5380.00")


def test_a_debit_of_another_amount_is_said_to_be_one_payment(project, paid, scope):
    line = movement(project, NET - 700, reference="A")
    before = by_worker(scope, project)[paid[0].line.worker_id]
    assert (before.state, before.statement) == ("uncovered", 0), "a debit to no card that is known tells nothing"
    found = explain(line, "part", paid[:1])
    row = by_worker(scope, project)[paid[0].line.worker_id]
    assert (row.state, row.statement, row.short, row.difference) == ("part", NET - 700, 700, 700)
    assert list(loose_debits(scope, project)) == []
    assert unseen_payments(scope, project).count() == 2
    debit_unexplain(explanation_id=found.pk, actor=SYSTEM)
    row = by_worker(scope, project)[paid[0].line.worker_id]
    assert (row.state, row.difference) == ("uncovered", 0)
    assert list(loose_debits(scope, project)) == [line]


def test_what_was_paid_in_two_parts_is_paid_in_full(project, paid, scope):
    worker_id = paid[0].line.worker_id
    for amount, reference, state in ((NET - 700, "A", "part"), (Decimal(700), "B", "clear")):
        explain(to_worker(project, 1, amount, reference=reference), "part", paid[:1])
        assert by_worker(scope, project)[worker_id].state == state
    assert by_worker(scope, project)[worker_id].statement == NET


def test_more_than_the_payment_is_too_much(project, paid, scope):
    explain(to_worker(project, 1, NET + 100), "part", paid[:1])
    row = by_worker(scope, project)[paid[0].line.worker_id]
    assert (row.state, row.statement, row.extra, row.difference) == ("over", NET, 100, -100)


def test_a_sum_of_several_workers_is_all_of_their_payments(project, paid, scope):
    line = movement(project, NET * 2, reference="A")
    assert statements_match(project.pk) == 0
    explain(line, "several", paid[:2])
    found = by_worker(scope, project)
    assert [found[one.line.worker_id].state for one in paid] == ["clear", "clear", "uncovered"]


def test_other_expenses_and_what_came_back_are_nobodys_pay(project, paid, scope):
    worker_id = paid[0].line.worker_id
    explain(to_worker(project, 1, NET, reference="A"), "part", paid[:1])
    again = to_worker(project, 1, NET, reference="B")
    assert by_worker(scope, project)[worker_id].state == "double"
    back = movement(project, NET, out=False, reference="C", purpose="冲正")
    found = explain(again, "reversed", reversed_by_id=back.pk)
    assert by_worker(scope, project)[worker_id].state == "clear"
    debit_unexplain(explanation_id=found.pk, actor=SYSTEM)
    assert by_worker(scope, project)[worker_id].state == "double"
    explain(again, "other", reason="误付的材料款，已要求退回")
    assert by_worker(scope, project)[worker_id].state == "clear"


def test_what_cannot_be_is_refused(cast, project, paid):
    line = movement(project, NET * 2, reference="A")
    assert code_of(explain, line, "nonsense") == "unknown_kind"
    assert code_of(explain, line, "part", paid[:1], reason=" ") == "reason_missing"
    assert code_of(explain, line, "part") == "payments_missing"
    assert code_of(explain, line, "part", paid[:2]) == "one_payment"
    assert code_of(explain, line, "several", paid[:1]) == "one_payment"
    assert code_of(explain, line, "several", paid) == "sum_differs"
    assert code_of(explain, line, "settle") == "settlement_missing"
    assert code_of(explain, line, "reversed") == "credit_missing"
    smaller = movement(project, NET, out=False, reference="B")
    earlier = movement(project, NET * 2, out=False, reference="C", day=DAY - datetime.timedelta(days=1))
    for credit in (smaller, earlier, line):
        assert code_of(explain, line, "reversed", reversed_by_id=credit.pk) == "credit_missing"
    assert code_of(explain, smaller, "other") == "not_a_debit"
    Payout.objects.filter(pk=paid[2].pk).update(state="failed")
    assert code_of(explain, line, "several", [paid[0], paid[2]]) == "not_paid"
    assert DebitExplanation.objects.count() == 0
    explain(line, "several", paid[:2])
    assert code_of(explain, line, "other") == "explained_already"


def test_payments_of_another_project_are_none(cast, project, paid):
    elsewhere = site(cast, "ZY-2026-011")
    special_account(elsewhere, cast.bank, number="6210000000000008888")
    assert code_of(explain, movement(elsewhere, 1), "part", paid[:1]) == "payments_missing"


def test_a_payment_is_not_told_twice(project, paid, scope):
    line = movement(project, NET * 2, reference="A")
    explain(line, "several", paid[:2])
    other = to_worker(project, 1, NET, reference="B")
    assert code_of(explain, movement(project, NET * 2, reference="C"), "several", paid[1:]) == "matched_already"
    assert statements_match(project.pk) == 0, "what is explained is not matched by itself"
    assert other.pk not in candidates_for(scope, project, [other]) or all(
        one["payout_id"] not in {paid[0].pk, paid[1].pk} for one in candidates_for(scope, project, [other])[other.pk]
    )
    with pytest.raises(Refused) as refused:
        statement_pair(statement_line_id=other.pk, payout_id=paid[0].pk, actor=SYSTEM)
    assert refused.value.code == "matched_already"
    third = to_worker(project, 3, NET, reference="D")
    statement_pair(statement_line_id=third.pk, payout_id=paid[2].pk, actor=SYSTEM)
    assert code_of(explain, movement(project, 5, reference="E"), "part", paid[2:]) == "matched_already"
    assert code_of(explain, third, "other") == "explained_already"


def test_payments_of_the_same_card_come_first_and_names_are_found(project, paid, scope):
    line = to_worker(project, 2, 100)
    first = payments_near(scope, project, line)
    assert (first[0].pk, first[0].same_card, len(first)) == (paid[1].pk, True, 3)
    name = paid[2].line.worker.name
    assert paid[2] in payments_near(scope, project, line, name)
    assert payments_near(scope, project, line, "没有这个人") == []
    both = f"{name}、 {paid[0].line.worker.name}，"
    assert {paid[2], paid[0]} <= set(payments_near(scope, project, line, both)), "a sum of both is found in one list"
    assert len(payments_near(scope, project, line, "、 ")) == 3
