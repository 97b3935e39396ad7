"""A whole pay-out file that a bank booked as one debit."""

import datetime
from decimal import Decimal

import pytest

from payroll.models import Payout, StatementMatch
from payroll.selectors.matching import candidates_for, loose_debits, whole_files_for
from payroll.services.debits import debit_unexplain
from payroll.services.statement_matching import statement_pair, statement_pair_file, statement_unpair, statements_match
from responsibilities.models import AuditEvent
from responsibilities.rules.errors import NotAllowed, NotVisible
from responsibilities.services.trail import Actor
from tests.factories.debits import explain, movement, to_worker
from tests.factories.reconciliation import by_worker
from tests.refusals import code_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_23_november")]
SYSTEM = Actor.system("tests")
DAY = datetime.date(2026, 11, 23)
NET = Decimal("5380.00")


def test_a_payment_of_a_file_that_went_out_in_one_sum_is_no_other_debit(project, paid, scope):
    """Somebody of it is paid once more: that is a payment too many, not the payment that the sum already was."""
    movement(project, NET * 3, reference="A")
    assert statements_match(project.pk) == 1
    again = to_worker(project, 1, NET, reference="B")
    assert statements_match(project.pk) == 0
    assert candidates_for(scope, project, [again]) == {}
    assert code_of(statement_pair, statement_line_id=again.pk, payout_id=paid[0].pk, actor=SYSTEM) == "matched_already"
    assert by_worker(scope, project)[paid[0].line.worker_id].state == "double"


def test_a_file_that_went_out_in_one_sum_is_matched_by_hand_where_it_was_not_by_itself(
    cast, project, paid, scope, client
):
    """The day that was typed for the bank's answer lies too far from the statement's, or two files are alike."""
    line = movement(project, NET * 3, reference="A", day=DAY - datetime.timedelta(days=60))
    assert statements_match(project.pk) == 0
    file = paid[0].file
    (found,) = whole_files_for(scope, project, [line])[line.pk]
    assert (found["file_id"], found["payments"]) == (file.pk, 3)
    client.force_login(cast.labour_officer)
    matching = f"/payroll/reconciliation/{project.code}/matching/"
    assert "就是这一整份" in client.get(matching).content.decode()
    sent = {"act": "file", "line": line.pk, "file": file.pk}
    assert "整份代发文件视为流水已付" in client.post(matching, sent, follow=True).content.decode()
    assert {row.state for row in by_worker(scope, project).values()} == {"clear"}
    assert AuditEvent.objects.get(action="statement.pair").changes["amount"] == ["", str(NET * 3)]
    assert list(loose_debits(scope, project)) == []
    statement_unpair(match_id=StatementMatch.objects.get().pk, actor=SYSTEM)
    assert whole_files_for(scope, project, [line])
    assert statements_match(project.pk) == 0, "what a person undid is not matched by itself"


def test_a_file_that_the_bank_has_not_answered_in_full_is_no_debit_yet(project, paid, scope):
    """Else what the bank says later would count as seen in a debit that never paid it."""
    third = Payout.objects.filter(pk=paid[2].pk)
    third.update(state=Payout.State.PENDING, paid_on=None)
    line = movement(project, NET * 2, reference="A")
    assert statements_match(project.pk) == 0
    assert whole_files_for(scope, project, [line]) == {}
    refused = code_of(statement_pair_file, statement_line_id=line.pk, file_id=paid[0].file_id, actor=SYSTEM)
    assert refused == "not_answered"
    third.update(state=Payout.State.FAILED)
    assert statements_match(project.pk) == 1, "a negative control: now two is all that went out"
    assert [row.state for row in by_worker(scope, project).values()].count("clear") == 2


def test_a_whole_file_is_no_debit_of_another_sum_nor_one_that_is_known_in_part(cast, project, paid, scope):
    file = paid[0].file
    whole, other = (
        movement(project, NET * 3, reference="A", day=DAY - datetime.timedelta(days=60)),
        movement(project, 5),
    )
    income = movement(project, NET * 3, out=False, reference="B")

    def pair(line, **facts):
        return code_of(statement_pair_file, statement_line_id=line.pk, file_id=file.pk, actor=SYSTEM, **facts)

    assert pair(other) == "amount_differs"
    assert pair(income) == "not_a_debit"
    for user, error in ((cast.auditor, NotAllowed), (cast.other_labour_officer, NotVisible)):
        with pytest.raises(error):
            statement_pair_file(
                statement_line_id=whole.pk, file_id=file.pk, actor=cast.actor(user), scope=cast.scope(user)
            )
    explanation = explain(to_worker(project, 1, NET - 1, reference="C"), "part", paid[:1])
    assert whole_files_for(scope, project, [whole]) == {}
    assert pair(whole) == "matched_already"
    debit_unexplain(explanation_id=explanation.pk, actor=SYSTEM)
    statement_pair(statement_line_id=to_worker(project, 2, NET, reference="D").pk, payout_id=paid[1].pk, actor=SYSTEM)
    assert pair(whole) == "matched_already"
    Payout.objects.update(state="failed")
    assert pair(whole) == "not_paid"
