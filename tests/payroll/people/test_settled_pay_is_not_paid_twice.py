"""A leaver's settlement and the payrolls: pay that waits in one is not paid once more by the other."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from payroll.models import LeaverSettlement, Payout, PayoutException, PayrollBatch
from payroll.rules.pay_slips import standing
from payroll.selectors.agreed_days import passed_days_unscoped
from payroll.selectors.balances import owed_besides_unscoped
from payroll.selectors.open_pay import open_pay_of
from payroll.selectors.pay_slips import slip_facts_unscoped
from payroll.selectors.payouts import open_lines_unscoped
from payroll.selectors.reconciliation import Asked, worker_months
from payroll.selectors.turns import batches_in_turn
from payroll.services.leavers import settlement_suggest
from payroll.services.payout_files import payout_files_make
from payroll.services.payout_lines import exception_lift, exception_record, payout_return, settled_release
from responsibilities.models import AuditEvent
from responsibilities.rules.errors import NotAllowed
from responsibilities.services.trail import Actor
from tests.factories.payouts import noticed, paying_site
from tests.factories.payroll import MONTH, person, site
from tests.factories.people import labour_contract, worker
from tests.factories.settlements import ADVANCE, NET, agree, left, october, pay, sign
from tests.refusals import code_of

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("tests")


def november(number):
    return datetime.date(2026, 11, number)


@pytest.fixture(autouse=True)
def today(settings):
    settings.PORTAL_TODAY = "2026-11-23"


@pytest.fixture
def by(cast):
    return {"actor": cast.actor(cast.labour_officer), "scope": cast.scope(cast.labour_officer)}


@pytest.fixture
def project(cast):
    return paying_site(cast)


@pytest.fixture
def batch(cast, project):
    """October of two people, noticed, nothing paid yet."""
    return october(project, cast.subcontractor)


@pytest.fixture
def stay(cast, project, batch):
    """The first one worked from September and left in November; what he is owed is agreed and confirmed."""
    stay = left(project, cast.subcontractor)
    agree(stay)
    sign(stay)
    return stay


def holds(batch) -> dict[int, str]:
    return {line.row: line.hold for line in open_lines_unscoped(batch.pk)}


def first(batch):
    return batch.lines.order_by("row").first()


def test_a_settlement_is_not_paid_before_somebody_says_what_becomes_of_waiting_pay(stay, batch):
    (waiting,) = open_pay_of(stay)
    assert waiting.words == f"2026-10 工资表 #{batch.pk} 待发放 5,380.00 元"
    assert code_of(pay, stay) == "open_pay_unsaid"
    assert code_of(pay, stay, open_pay="nonsense") == "open_pay_unsaid"
    assert code_of(pay, stay, open_pay="separate", open_pay_reason=" ") == "open_pay_reason_missing"
    assert LeaverSettlement.objects.get().state == "confirmed"
    pay(stay, open_pay="included")
    assert LeaverSettlement.objects.get().open_pay == "included"
    assert AuditEvent.objects.get(action="leaver.pay").changes["batches"] == ["", f"{batch.pk}"]


def test_pay_that_the_settlement_includes_is_held_back_and_the_others_is_not(stay, batch):
    pay(stay, open_pay="included")
    held, other = open_lines_unscoped(batch.pk)
    assert (held.hold, other.hold) == ("settled", "")
    assert held.hold_words[0] == "退场结算已付清（回单号 0012），不再随批发放"
    made = payout_files_make(batch_id=batch.pk, layout="generic", actor=SYSTEM).files[0]
    assert (made.rows, made.total) == (1, NET)


def test_pay_that_the_settlement_includes_is_not_late_by_an_agreed_day(cast, project, stay, batch):
    for n in (1, 2):
        labour_contract(project, worker(n), cast.subcontractor, datetime.date(2026, 9, 1), pay_day=10)

    def late() -> int:
        listed = batches_in_turn(cast.scope(cast.labour_officer), "agreed", november(23)).count()
        passed = passed_days_unscoped([batch], november(23)).get(batch.pk)
        assert (listed == 1) is (passed is not None)
        return passed.people if passed else 0

    assert late() == 2, "the control"
    pay(stay, open_pay="included")
    assert late() == 1
    exception_record(line_id=batch.lines.order_by("row").last().pk, kind="unreachable", reason="联系不上", actor=SYSTEM)
    assert late() == 0


def test_pay_that_stands_beside_the_settlement_goes_out(stay, batch):
    pay(stay, open_pay="separate", open_pay_reason="结算只含 11 月工资")
    assert set(holds(batch).values()) == {""}


def test_a_payroll_that_comes_after_the_settlement_is_held_back_too(cast, project, stay, batch):
    pay(stay, open_pay="included")
    later = noticed(project, [person(1)], subcontractor=cast.subcontractor, month_on=datetime.date(2026, 9, 1))
    assert set(holds(later).values()) == {"settled"}


def test_other_months_sites_and_unpaid_settlements_hold_nothing(cast, project, stay, batch):
    assert set(holds(batch).values()) == {""}, "confirmed is not paid"
    pay(stay, open_pay="included")
    before = noticed(project, [person(1)], subcontractor=cast.subcontractor, month_on=datetime.date(2026, 8, 1))
    elsewhere = site(cast, "ZY-2026-011")
    there = noticed(elsewhere, [person(1)], subcontractor=cast.subcontractor)
    employed_by_another = noticed(project, [person(1)], subcontractor=cast.other_subcontractor)
    assert [set(holds(one).values()) for one in (before, there, employed_by_another)] == [{""}] * 3


def test_what_the_bank_has_cannot_be_said_to_be_in_the_settlement(stay, batch):
    payout_files_make(batch_id=batch.pk, layout="generic", actor=SYSTEM)
    assert code_of(pay, stay, open_pay="included") == "open_pay_under_way"
    Payout.objects.update(state="paid", paid_on=november(17))
    assert open_pay_of(stay) == []
    assert code_of(pay, stay) == "paid_meanwhile", "the balance was agreed before the bank paid"
    agree(stay, paid=NET + ADVANCE)
    sign(stay)
    pay(stay, payment_note="")
    assert LeaverSettlement.objects.get().balance == 0


def test_a_signed_settlement_is_agreed_anew_only_where_the_payments_changed(stay, batch):
    assert code_of(agree, stay, earned=NET + 1) == "already_confirmed"
    payout_files_make(batch_id=batch.pk, layout="generic", actor=SYSTEM)
    Payout.objects.update(state="paid", paid_on=november(17))
    settlement = agree(stay, paid=NET + ADVANCE)
    assert (settlement.state, settlement.confirmed_on, settlement.confirmed_scan) == ("agreed", None, None)


def test_a_line_left_over_in_a_finished_batch_still_waits(stay, batch, by):
    payout_files_make(batch_id=batch.pk, layout="generic", actor=SYSTEM)
    Payout.objects.filter(line=first(batch)).update(state="failed")
    Payout.objects.exclude(line=first(batch)).update(state="paid", paid_on=november(20))
    exception_record(line_id=first(batch).pk, kind="frozen", reason="法院冻结", **by)
    batch.refresh_from_db()
    assert batch.stage == PayrollBatch.Stage.PAID
    assert [one.line_id for one in open_pay_of(stay)] == [first(batch).pk]
    assert settlement_suggest(stay).paid == ADVANCE, "what failed is not paid because the rest of the batch is"


def test_the_hold_is_lifted_with_a_reason_and_only_by_who_pays(cast, stay, batch, by):
    pay(stay, open_pay="included")
    line = first(batch)
    auditor = {"actor": cast.actor(cast.auditor), "scope": cast.scope(cast.auditor)}
    with pytest.raises(NotAllowed):
        settled_release(line_id=line.pk, reason="应发", **auditor)
    assert code_of(settled_release, line_id=line.pk, reason=" ", **by) == "reason_missing"
    settled_release(line_id=line.pk, reason="结算单漏列 10 月工资", **by)
    assert set(holds(batch).values()) == {""}
    assert AuditEvent.objects.get(action="payout.settled_release").reason == "结算单漏列 10 月工资"
    assert code_of(settled_release, line_id=line.pk, reason="再来", **by) == "not_settled"


def test_a_batch_is_finished_without_the_line_that_the_settlement_paid(stay, batch, by):
    pay(stay, open_pay="included")
    payout_files_make(batch_id=batch.pk, layout="generic", actor=SYSTEM)
    Payout.objects.update(state="paid", paid_on=november(20))
    exception_record(line_id=first(batch).pk, kind=PayoutException.Kind.SETTLED, reason="回单号 0012", **by)
    batch.refresh_from_db()
    assert batch.stage == PayrollBatch.Stage.PAID


def test_who_came_back_within_the_month_is_not_owed_it_by_his_second_settlement(cast, project, by):
    """Both stays touch October: its pay stood in the first settlement, and a bank never paid it."""
    first_stay = left(project, cast.subcontractor, left_on=datetime.date(2026, 10, 10))
    batch = october(project, cast.subcontractor)
    agree(first_stay)
    sign(first_stay)
    pay(first_stay, open_pay="included")
    second = left(project, cast.subcontractor, entered_on=datetime.date(2026, 10, 20))
    assert open_pay_of(second) == []
    said = settlement_suggest(second)
    assert (said.earned, said.paid, said.months) == (0, 0, 0)
    assert [one.line_id for one in open_pay_of(first_stay)] == [first(batch).pk], "it is held by the first one"
    settled_release(line_id=first(batch).pk, reason="结算单漏列 10 月工资", **by)
    assert [one.line_id for one in open_pay_of(second)] == [first(batch).pk]
    assert holds(batch)[first(batch).row] == ""
    agree(second, paid=settlement_suggest(second).paid)
    sign(second)
    pay(second, open_pay="included")
    assert holds(batch)[first(batch).row] == "settled", "the second one pays it: what was said of the first one is over"


def test_money_that_comes_back_after_the_settlement_counted_it_is_owed_again(cast, stay, batch, by):
    """It was no part of the balance: held back as settled, nobody would ever pay it."""
    payout_files_make(batch_id=batch.pk, layout="generic", actor=SYSTEM)
    Payout.objects.update(state="paid", paid_on=november(17))
    agree(stay, paid=NET + ADVANCE)
    sign(stay)
    pay(stay)
    payout_return(line_id=first(batch).pk, returned_on=november(20), reason="银行系统故障，退汇", **by)
    assert holds(batch) == {first(batch).row: ""}
    (row,) = (one for one in reconciled(cast, batch) if one.worker_id == first(batch).worker_id)
    assert (row.state, row.settled, row.difference) == ("unpaid", 0, NET)
    assert slip_facts_unscoped(first(batch).confirmation, newer=False).settled is False


def test_money_that_comes_back_while_the_settlement_is_paid_waits_for_it(stay, batch):
    """Both lock the month's batch, though no pay waits in it: the later one sees what the earlier one did."""
    payout_files_make(batch_id=batch.pk, layout="generic", actor=SYSTEM)
    Payout.objects.update(state="paid", paid_on=november(17))
    agree(stay, paid=NET + ADVANCE)
    sign(stay)
    with CaptureQueriesContext(connection) as captured:
        pay(stay)
    locks = [one["sql"] for one in captured if "FOR UPDATE" in one["sql"] and '"payroll_payrollbatch"' in one["sql"]]
    with connection.cursor() as cursor:
        cursor.execute(locks[0])
        assert [row[0] for row in cursor.fetchall()] == [batch.pk]


def test_who_said_that_less_was_paid_may_have_meant_the_money_that_came_back(stay, batch, by):
    """The return is typed in late: whether the settlement paid it is for a person to say."""
    payout_files_make(batch_id=batch.pk, layout="generic", actor=SYSTEM)
    Payout.objects.update(state="paid", paid_on=november(17))
    agree(stay, paid=ADVANCE, paid_reason="10 月工资已退汇，银行回单未到")
    sign(stay)
    pay(stay)
    payout_return(line_id=first(batch).pk, returned_on=november(20), reason="账户状态异常，退汇", **by)
    assert holds(batch) == {first(batch).row: "settled"}


def test_money_that_had_come_back_before_stands_in_the_settlement(cast, stay, batch, by):
    payout_files_make(batch_id=batch.pk, layout="generic", actor=SYSTEM)
    Payout.objects.update(state="paid", paid_on=november(17))
    payout_return(line_id=first(batch).pk, returned_on=november(20), reason="账户状态异常，退汇", **by)
    pay(stay, open_pay="included")
    assert holds(batch) == {first(batch).row: "settled"}
    (row,) = (one for one in reconciled(cast, batch) if one.worker_id == first(batch).worker_id)
    assert (row.state, row.settled, row.difference) == ("settled", NET, 0)
    assert "退场结算" in standing(slip_facts_unscoped(first(batch).confirmation, newer=False))


def reconciled(cast, batch):
    asked = Asked(MONTH, MONTH, batch.project_id)
    return worker_months(cast.scope(cast.labour_officer), asked)


def test_pay_that_the_settlement_paid_is_owed_from_the_account_no_more(cast, project, stay, batch):
    other = noticed(project, [person(3)], subcontractor=cast.other_subcontractor)
    assert owed_besides_unscoped(other) == NET * 2
    pay(stay, open_pay="included")
    assert owed_besides_unscoped(other) == NET


def test_lifting_the_exception_of_a_settled_line_is_no_reason_to_pay_it(stay, batch, by):
    pay(stay, open_pay="included")
    line = first(batch)
    exception_record(line_id=line.pk, kind=PayoutException.Kind.SETTLED, reason="回单号 0012", **by)
    exception_lift(line_id=line.pk, **by)
    assert holds(batch)[line.row] == "settled"
    settled_release(line_id=line.pk, reason="结算单漏列 10 月工资", **by)
    assert holds(batch)[line.row] == ""


def test_both_pages_say_it(cast, client, stay, batch):
    client.force_login(cast.labour_officer)
    page = f"/payroll/stays/{stay.pk}/settlement/"
    shown = client.get(page).content.decode()
    words = f"2026-10 工资表 #{batch.pk} 待发放 5,380.00 元"
    assert words in shown
    assert "请勿重复支付" in shown
    sent = {"step": "pay", "pay-paid_on": "2026-11-17", "pay-payment_note": "回单号 0012"}
    assert "请选择结算款是否已包含这些工资" in client.post(page, sent).content.decode()
    done = client.post(page, sent | {"pay-open_pay": "included"}, follow=True).content.decode()
    assert "已登记付清" in done
    paying = client.get(f"/payroll/{batch.pk}/payout/").content.decode()
    assert "退场结算已付清（回单号 0012），不再随批发放" in paying
    assert "可以发放 1 笔" in paying
    line = f"/payroll/lines/{first(batch).pk}/payout/"
    assert "查看退场结算" in client.get(line).content.decode()
    lifted = client.post(line, {"act": "release", "reason": "结算单漏列 10 月工资"}, follow=True).content.decode()
    assert "已写明理由，这一行可以随批发放" in lifted
    assert datetime.date(2026, 10, 1) == MONTH
