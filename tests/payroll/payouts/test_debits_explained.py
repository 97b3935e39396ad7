"""A debit that equals no single payment: a person says what it is, and the reconciliation goes by it until undone."""

import datetime
from decimal import Decimal

import pytest

from accounts.models import StatementLine
from accounts.rules.statements import Movement
from accounts.services.statements import statement_report
from payroll.models import DebitExplanation, LeaverSettlement, Payout, StatementMatch
from payroll.selectors.debits import payments_near, settlements_open
from payroll.selectors.matching import candidates_for, loose_debits, unseen_payments, whole_files_for
from payroll.services import debits, statement_matching
from payroll.services.bank_results import payout_file_settle
from payroll.services.debits import debit_explain, debit_unexplain
from payroll.services.payout_files import payout_files_make
from payroll.services.statement_matching import statement_pair, statement_pair_file, statement_unpair, statements_match
from payroll.services.stays import site_enter, site_leave
from payroll.views import matching as matching_page
from responsibilities.models import AuditEvent
from responsibilities.rules.errors import NotAllowed, NotVisible, Refused
from responsibilities.selectors.clock import now
from responsibilities.services.trail import Actor
from tests.factories.payouts import special_account
from tests.factories.payroll import card_number, site
from tests.factories.people import worker
from tests.factories.reconciliation import asked, months

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("tests")
DAY = datetime.date(2026, 11, 23)
NET = Decimal("5380.00")


@pytest.fixture(autouse=True)
def today(settings):
    settings.PORTAL_TODAY = "2026-11-23"


@pytest.fixture
def scope(cast):
    return cast.scope(cast.labour_officer)


@pytest.fixture
def paid(batch):
    """Three workers' pay, all of it through the bank."""
    file = payout_files_make(batch_id=batch.pk, layout="generic", actor=SYSTEM).files[0]
    payout_file_settle(file_id=file.pk, outcome="paid", on=DAY, note="回单1", actor=SYSTEM)
    return list(Payout.objects.order_by("row"))


def movement(project, amount, *, number="", day=DAY, out=True, reference="", purpose="转账") -> StatementLine:
    one = Movement(1, day, out, Decimal(amount), None, "", number, reference, purpose)
    statement_report(project=project, movements=[one], actor=SYSTEM)
    return StatementLine.objects.latest("pk")


def to_worker(project, n, amount, **facts) -> StatementLine:
    return movement(project, amount, number=card_number(n), **facts)


def explain(line, kind, payouts=(), **facts) -> DebitExplanation:
    given = {"reason": "银行回单 0012", "actor": SYSTEM, "payouts": [one.pk for one in payouts]} | facts
    return debit_explain(statement_line_id=line.pk, kind=kind, **given)


def rows(scope, project, **changes) -> dict[int, object]:
    return {row.worker_id: row for row in months(scope, asked(project, **changes))}


def code_of(function, *arguments, **facts) -> str:
    with pytest.raises(Refused) as refused:
        function(*arguments, **facts)
    return refused.value.code


# ── what each kind does to the reconciliation ──────────────────────────


def test_a_debit_of_another_amount_is_said_to_be_one_payment(project, paid, scope):
    line = movement(project, NET - 700, reference="A")
    before = rows(scope, project)[paid[0].line.worker_id]
    assert (before.state, before.statement) == ("uncovered", 0), "a debit to no card that is known tells nothing"
    found = explain(line, "part", paid[:1])
    row = rows(scope, project)[paid[0].line.worker_id]
    assert (row.state, row.statement, row.short, row.difference) == ("part", NET - 700, 700, 700)
    assert list(loose_debits(scope, project)) == []
    assert unseen_payments(scope, project).count() == 2
    debit_unexplain(explanation_id=found.pk, actor=SYSTEM)
    row = rows(scope, project)[paid[0].line.worker_id]
    assert (row.state, row.difference) == ("uncovered", 0)
    assert list(loose_debits(scope, project)) == [line]


def test_what_was_paid_in_two_parts_is_paid_in_full(project, paid, scope):
    worker_id = paid[0].line.worker_id
    for amount, reference, state in ((NET - 700, "A", "part"), (Decimal(700), "B", "clear")):
        explain(to_worker(project, 1, amount, reference=reference), "part", paid[:1])
        assert rows(scope, project)[worker_id].state == state
    assert rows(scope, project)[worker_id].statement == NET


def test_more_than_the_payment_is_too_much(project, paid, scope):
    explain(to_worker(project, 1, NET + 100), "part", paid[:1])
    row = rows(scope, project)[paid[0].line.worker_id]
    assert (row.state, row.statement, row.extra, row.difference) == ("over", NET, 100, -100)


def test_a_sum_of_several_workers_is_all_of_their_payments(project, paid, scope):
    line = movement(project, NET * 2, reference="A")
    assert statements_match(project.pk) == 0
    explain(line, "several", paid[:2])
    found = rows(scope, project)
    assert [found[one.line.worker_id].state for one in paid] == ["clear", "clear", "uncovered"]


def test_other_expenses_and_what_came_back_are_nobodys_pay(project, paid, scope):
    worker_id = paid[0].line.worker_id
    explain(to_worker(project, 1, NET, reference="A"), "part", paid[:1])
    again = to_worker(project, 1, NET, reference="B")
    assert rows(scope, project)[worker_id].state == "double"
    back = movement(project, NET, out=False, reference="C", purpose="冲正")
    found = explain(again, "reversed", reversed_by_id=back.pk)
    assert rows(scope, project)[worker_id].state == "clear"
    debit_unexplain(explanation_id=found.pk, actor=SYSTEM)
    assert rows(scope, project)[worker_id].state == "double"
    explain(again, "other", reason="误付的材料款，已要求退回")
    assert rows(scope, project)[worker_id].state == "clear"


@pytest.fixture
def settlement(cast, project):
    """Worker 1 left; what he was owed is paid."""
    stay = site_enter(
        project=project, subcontractor=None, worker=worker(1), entered_on=datetime.date(2026, 9, 1), actor=SYSTEM
    )
    stay = site_leave(stay_id=stay.pk, left_on=datetime.date(2026, 11, 15), actor=SYSTEM)
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
    assert rows(scope, project)[worker_id].state == "over"
    explain(line, "settle", settlement_id=settlement.pk)
    assert rows(scope, project)[worker_id].state == "uncovered"
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
    row = rows(scope, project)[worker_id]
    assert (row.state, row.state_words, row.settled, row.difference) == (
        "settled",
        ("已由退场结算支付", "green"),
        NET,
        0,
    )
    assert worker_id not in rows(scope, project, only="unpaid")
    assert worker_id not in rows(scope, project, only="different")
    assert list(rows(scope, project, only="settled")) == [worker_id]
    assert sorted(one.state for one in rows(scope, project).values()) == ["settled", "unpaid", "unpaid"]
    to_worker(project, 1, NET, reference="A")
    row = rows(scope, project)[worker_id]
    assert (row.state, row.statement, row.extra) == ("settled", NET, 0), "the debit stands for the settlement"


@pytest.mark.parametrize(("changes", "state"), [({"open_pay": "separate"}, "unpaid"), ({"state": "agreed"}, "unpaid")])
def test_a_settlement_that_leaves_the_line_out_or_is_not_paid_covers_nothing(
    project, batch, settlement, scope, changes, state
):
    LeaverSettlement.objects.update(**changes)
    assert {one.state for one in rows(scope, project).values()} == {state}


def test_a_settled_line_recorded_as_an_exception_says_the_same(project, batch, settlement, scope):
    batch.lines.get(worker_id=settlement.stay.entry.worker_id).payout_exceptions.create(
        kind="settled", reason="回单 0012", recorded_at=datetime.datetime(2026, 11, 23, 9, tzinfo=datetime.UTC)
    )
    LeaverSettlement.objects.update(state="agreed")
    row = rows(scope, project)[settlement.stay.entry.worker_id]
    assert (row.state, row.excepted, row.difference) == ("settled", 0, 0)


def test_a_payment_of_a_file_that_went_out_in_one_sum_is_no_other_debit(project, paid, scope):
    """Somebody of it is paid once more: that is a payment too many, not the payment that the sum already was."""
    movement(project, NET * 3, reference="A")
    assert statements_match(project.pk) == 1
    again = to_worker(project, 1, NET, reference="B")
    assert statements_match(project.pk) == 0
    assert candidates_for(scope, project, [again]) == {}
    assert code_of(statement_pair, statement_line_id=again.pk, payout_id=paid[0].pk, actor=SYSTEM) == "matched_already"
    assert rows(scope, project)[paid[0].line.worker_id].state == "double"


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
    assert {row.state for row in rows(scope, project).values()} == {"clear"}
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
    assert [row.state for row in rows(scope, project).values()].count("clear") == 2


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


# ── what is refused ────────────────────────────────────────────────────


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


def test_only_who_pays_on_the_project_says_what_a_debit_is(cast, project, paid):
    line = movement(project, NET * 2)
    for user, error in (
        (cast.auditor, NotAllowed),
        (cast.supervisor, NotAllowed),
        (cast.other_labour_officer, NotVisible),
    ):
        by = {"actor": cast.actor(user), "scope": cast.scope(user)}
        with pytest.raises(error):
            explain(line, "other", **by)
        with pytest.raises(error):
            debit_unexplain(explanation_id=explain(line, "other").pk, **by)
        debit_unexplain(explanation_id=DebitExplanation.objects.get(undone_at=None).pk, actor=SYSTEM)


def test_the_trail_keeps_what_was_said_and_that_it_was_undone(cast, project, paid):
    by = {"actor": cast.actor(cast.labour_officer), "scope": cast.scope(cast.labour_officer)}
    found = explain(movement(project, NET * 2), "several", paid[:2], **by)
    debit_unexplain(explanation_id=found.pk, **by)
    debit_unexplain(explanation_id=found.pk, **by)
    said = AuditEvent.objects.get(action="statement.explain")
    assert (said.reason, said.changes["payouts"]) == ("银行回单 0012", ["", f"{paid[0].pk}、{paid[1].pk}"])
    undone = AuditEvent.objects.get(action="statement.unexplain")
    assert undone.changes["payouts"] == [f"{paid[0].pk}、{paid[1].pk}", ""]
    found.refresh_from_db()
    assert found.undone_by == cast.labour_officer


@pytest.mark.parametrize("kind", ["match", "explanation"])
def test_two_clicks_at_once_undo_once(cast, project, paid, monkeypatch, kind):
    """The other click goes through while this one waits for its turn."""
    first, second = cast.actor(cast.labour_officer), SYSTEM
    if kind == "match":
        found = statement_pair(statement_line_id=to_worker(project, 1, NET).pk, payout_id=paid[0].pk, actor=SYSTEM)
        module, turn, action = statement_matching, "batch_lock", "statement.unpair"

        def undo(actor):
            statement_unpair(match_id=found.pk, actor=actor)
    else:
        found = explain(movement(project, NET * 2), "several", paid[:2])
        module, turn, action = debits, "matching_turn", "statement.unexplain"

        def undo(actor):
            debit_unexplain(explanation_id=found.pk, actor=actor)

    waits = getattr(module, turn)

    def meanwhile(*arguments):
        monkeypatch.setattr(module, turn, waits)
        undo(first)
        return waits(*arguments)

    monkeypatch.setattr(module, turn, meanwhile)
    undo(second)
    found.refresh_from_db()
    assert found.undone_by == cast.labour_officer
    assert AuditEvent.objects.filter(action=action).count() == 1


# ── the page ───────────────────────────────────────────────────────────


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


def test_the_pages_lead_out_of_the_dead_end(cast, project, paid, client):
    client.force_login(cast.labour_officer)
    line = movement(project, NET * 2)
    matching = f"/payroll/reconciliation/{project.code}/matching/"
    page = f"/payroll/reconciliation/{project.code}/debits/{line.pk}/"
    assert page in client.get(matching).content.decode()
    shown = client.post(page, {"kind": "several", "payouts": [paid[0].pk], "reason": "合并支付"}).content.decode()
    assert "请选择两笔以上代发" in shown
    assert f'value="{paid[0].pk}"' in shown
    assert "checked" in shown
    sent = {"kind": "several", "payouts": [one.pk for one in paid[:2]], "reason": "合并支付"}
    assert "已说明这笔支出" in client.post(page, sent, follow=True).content.decode()
    assert client.get(page).status_code == 302, "what is said is said once"
    found = DebitExplanation.objects.get()
    assert "合并支付" in client.get(f"/payroll/reconciliation/?project={project.code}").content.decode()
    client.post(matching, {"act": "unexplain", "explanation": found.pk})
    assert page in client.get(matching).content.decode()
    client.force_login(cast.supervisor)
    seen = client.get(f"/payroll/reconciliation/?project={project.code}").content.decode()
    assert "合并支付" in seen
    assert "撤销" in seen


def test_all_that_was_said_and_matched_can_be_found_and_undone_however_old(cast, project, paid, client, monkeypatch):
    monkeypatch.setattr(matching_page, "MATCHES_SHOWN", 1)
    client.force_login(cast.labour_officer)
    old = explain(to_worker(project, 1, NET - 1, reference="A"), "part", paid[:1], reason="说在前面")
    explain(movement(project, 5, reference="B"), "other", reason="说在后面")
    match = statement_pair(
        statement_line_id=to_worker(project, 2, NET, reference="C").pk, payout_id=paid[1].pk, actor=SYSTEM
    )
    matching, told = (f"/payroll/reconciliation/{project.code}/{name}/" for name in ("matching", "debits"))
    assert "说在前面" not in client.get(matching).content.decode(), "the page of work shows the latest"
    everything = client.get(told).content.decode()
    assert "说在前面" in everything
    assert "说在后面" in everything
    found = client.get(told, {"q": paid[0].line.worker.name}).content.decode()
    assert "说在前面" in found
    assert "说在后面" not in found
    assert f'action="{matching}"' in found
    assert f'name="explanation" value="{old.pk}"' in found
    matched = client.get(told, {"show": "matched", "q": paid[1].line.worker.name}).content.decode()
    assert f'name="match" value="{match.pk}"' in matched
    assert "没有找到" in client.get(told, {"show": "matched", "q": paid[0].line.worker.name}).content.decode()
    client.force_login(cast.supervisor)
    seen = client.get(told).content.decode()
    assert "说在前面" in seen
    assert "_ask" not in seen, "who only looks undoes nothing"
    client.force_login(cast.subcontractor_clerk)
    assert client.get(told).status_code in (200, 404)
    assert "说在前面" not in client.get(told).content.decode()


def test_the_statement_leads_human_resources_to_what_was_said_and_who_pays_to_the_form(cast, project, paid, client):
    line = movement(project, Decimal("150000"), purpose="材料款")
    explain(line, "other", reason="误付材料款，已要求退回")
    statements = f"/projects/{project.code}/account/statements/?kind=other"
    told = f"/payroll/reconciliation/{project.code}/debits/"
    client.force_login(cast.supervisor)
    shown = client.get(statements).content.decode()
    assert f'href="{told}"' in shown
    assert f"/debits/{line.pk}/" not in shown
    assert "误付材料款，已要求退回" in client.get(told).content.decode()
    client.force_login(cast.labour_officer)
    assert f"/debits/{line.pk}/" in client.get(statements).content.decode()
    client.force_login(cast.bank_clerk)
    assert told not in client.get(statements).content.decode()


@pytest.mark.parametrize(
    ("kind", "badge"), [("reversed", "已说明：已退回"), ("part", "已说明：工资"), ("other", "非工资支出</span>")]
)
def test_the_statement_shows_what_a_debit_was_explained_as(cast, project, paid, client, kind, badge):
    line = movement(project, Decimal("5280"), purpose="往来")
    statements = f"/projects/{project.code}/account/statements/?kind=other"
    client.force_login(cast.supervisor)
    red = '<span class="wp-badge u-red">非工资支出</span>'
    assert red in client.get(statements).content.decode()
    DebitExplanation.objects.create(statement_line=line, kind=kind, reason="已查", at=now())
    shown = client.get(statements).content.decode()
    assert badge in shown
    assert (red in shown) == (kind == "other")
    # The bank's clerk reads the statement, and nothing of pay.
    client.force_login(cast.bank_clerk)
    assert "已说明" not in client.get(statements).content.decode()
