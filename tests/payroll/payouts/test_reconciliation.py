"""应发实发对账: each worker's month against the bank's word and the account's statement; what is certain is matched."""

import datetime
from decimal import Decimal

import pytest

from accounts.rules.statements import Movement
from accounts.services.statements import statement_report
from payroll.models import Payout, PayrollBatch, StatementMatch
from payroll.rules.employers import OWN_CREWS
from payroll.rules.reconciliation import QUIET
from payroll.selectors.balances import spendable_unscoped
from payroll.selectors.reconciliation import (
    count_worker_months,
    sums_by_employer,
    sums_by_month,
    sums_by_project,
    sums_of_all,
    worker_months,
)
from payroll.services.bank_results import payout_file_settle
from payroll.services.payout_files import payout_files_make
from payroll.services.payout_lines import exception_record
from payroll.services.statement_matching import statement_pair, statement_unpair, statements_match
from responsibilities.rules.errors import NotAllowed, Refused
from responsibilities.services.trail import Actor
from tests.factories.payouts import answer_bytes, answered, answers, noticed, special_account
from tests.factories.payroll import MONTH, card_number, person, site
from tests.factories.reconciliation import asked, months

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_23_november")]
SYSTEM = Actor.system("tests")
DAY = datetime.date(2026, 11, 23)
NET = Decimal("5380.00")


def paid(batch, failures=()):
    """The batch paid through the bank but for the rows named."""
    file = payout_files_make(batch_id=batch.pk, layout="generic", actor=SYSTEM).files[0]
    result = answered(file, answer_bytes(answers(file, dict.fromkeys(failures, "账户冻结"))))
    from payroll.services.bank_results import result_apply

    result_apply(result_id=result.pk, version=result.version, actor=SYSTEM)
    return file


def debit(project, n, amount=NET, day=DAY, reference="", name="", purpose="工资", card=None):
    movement = Movement(1, day, True, Decimal(amount), None, name, card or card_number(n), reference, purpose)
    return statement_report(project=project, movements=[movement], actor=SYSTEM)


def states(scope, project, **changes):
    return {row.worker_id: row.state for row in months(scope, asked(project, **changes))}


def in_sheet_order(batch):
    return list(batch.lines.order_by("row").values_list("worker_id", flat=True))


def test_paid_failed_and_excepted_are_told_apart(project, batch, scope):
    paid(batch, failures=(2, 3))
    exception_record(line_id=batch.lines.get(payouts__row=3).pk, kind="frozen", reason="法院冻结", actor=SYSTEM)
    workers = in_sheet_order(batch)
    assert states(scope, project) == {workers[0]: "uncovered", workers[1]: "unpaid", workers[2]: "excepted"}
    total = sums_of_all(scope, asked(project))
    assert (total.workers, total.payable, total.paid, total.difference) == (3, NET * 3, NET, NET * 2)
    assert count_worker_months(scope, asked(project, only="unpaid")) == 2


def test_under_way_and_not_yet_sent(project, batch, scope):
    assert set(states(scope, project).values()) == {"unpaid"}
    payout_files_make(batch_id=batch.pk, layout="generic", actor=SYSTEM)
    assert set(states(scope, project).values()) == {"pending"}


def test_back_pay_adds_to_what_is_owed(cast, project, batch, scope):
    paid(batch)
    extra = noticed(
        project,
        [person(1, days=2, gross=Decimal("460.00"), deductions=0, advance=0, net_pay=Decimal("460.00"))],
        month_on=datetime.date(2026, 9, 1),
    )
    PayrollBatch.objects.filter(pk=extra.pk).update(kind="back_pay", sequence=1, month_on=MONTH)
    row = worker_months(scope, asked(project, only="unpaid"))[0]
    assert (row.payable, row.paid, row.state) == (NET + 460, NET, "part")


def test_statement_debits_are_matched_by_card_amount_and_day(project, batch, scope):
    paid(batch)
    for n in (1, 2):
        debit(project, n)
    debit(project, 3, day=DAY - datetime.timedelta(days=20))
    assert statements_match(project.pk) == 2
    assert statements_match(project.pk) == 0
    assert set(StatementMatch.objects.values_list("payout__row", flat=True)) == {1, 2}


def test_a_whole_file_booked_as_one_debit_is_matched_by_its_sum(project, batch, scope):
    paid(batch)
    debit(project, 9, amount=NET * 3, card="62010000000001", purpose="代发工资3笔")
    assert statements_match(project.pk) == 1
    row = worker_months(scope, asked(project))[0]
    assert (row.statement, row.state) == (NET, "clear")


def statement(project, *days):
    """A statement of one bank file's days, with nothing in it that concerns a worker."""
    movements = [Movement(1, day, True, Decimal(1), None, "", "", f"{day}", "手续费") for day in days]
    return statement_report(project=project, movements=movements, actor=SYSTEM)


def test_what_a_statement_of_that_day_does_not_show_is_said(project, batch, scope, settings):
    paid(batch)
    debit(project, 1)
    statements_match(project.pk)
    workers = in_sheet_order(batch)
    assert states(scope, project) == dict(zip(workers, ["clear", "uncovered", "uncovered"], strict=True))
    settings.PORTAL_TODAY = "2026-12-05"
    statement(project, DAY, datetime.date(2026, 12, 1))
    assert states(scope, project) == dict(zip(workers, ["clear", "unseen", "unseen"], strict=True))
    assert sums_of_all(scope, asked(project)).differing == 2
    assert len(worker_months(scope, asked(project, only="unseen"))) == 2


@pytest.mark.parametrize(
    ("days", "taken_on", "state"),
    [
        ((DAY + datetime.timedelta(days=1), DAY + datetime.timedelta(days=9)), "2026-12-05", "uncovered"),
        ((DAY - datetime.timedelta(days=9), DAY - datetime.timedelta(days=1)), "2026-12-05", "uncovered"),
        ((DAY, DAY + datetime.timedelta(days=9)), "2026-12-05", "unseen"),
        ((DAY - datetime.timedelta(days=9), DAY), "2026-11-24", "unseen"),
        ((DAY - datetime.timedelta(days=9), DAY), "2026-11-23", "uncovered"),
    ],
    ids=["begins after", "ends before", "its first day", "its last day, taken in later", "taken in the same day"],
)
def test_a_payment_is_missed_only_on_days_that_a_statement_holds_whole(
    project, batch, scope, settings, days, taken_on, state
):
    paid(batch)
    settings.PORTAL_TODAY = taken_on
    statement(project, *days)
    assert set(states(scope, project).values()) == {state}
    assert sums_of_all(scope, asked(project)).differing == (3 if state == "unseen" else 0)
    assert len(worker_months(scope, asked(project, only="uncovered"))) == (0 if state == "unseen" else 3)


def test_statements_of_another_account_cover_nothing(cast, project, batch, scope, settings):
    paid(batch)
    other = site(cast, "ZY-2026-011")
    special_account(other, cast.bank, number="6210000000000008888")
    settings.PORTAL_TODAY = "2026-12-05"
    statement(other, DAY, datetime.date(2026, 12, 1))
    assert set(states(scope, project).values()) == {"uncovered"}


def test_the_plot_table_writes_amounts_as_everywhere(cast, project, batch, client):
    client.force_login(cast.labour_officer)
    page = client.get("/payroll/reconciliation/", {"project": project.code}).content.decode()
    assert '<td class="num">16,140.00</td>' in page
    assert "16140.0<" not in page


def test_the_month_is_settled_only_once_the_banks_statement_says_so_too(cast, project, batch, client):
    paid(batch)
    client.force_login(cast.supervisor)
    address = f"/payroll/reconciliation/?project={project.code}&first=2026-10&last=2026-10"
    shown = client.get(address).content.decode()
    assert "银行已发足，流水没有核对完" in shown
    assert "已结清" not in shown
    debit(project, 9, amount=NET * 3, card="62010000000001", purpose="代发工资3笔")
    statements_match(project.pk)
    shown = client.get(address).content.decode()
    assert "已结清" in shown
    assert "流水没有核对完" not in shown


def test_a_second_debit_to_the_same_card_is_a_suspicion(project, batch, scope):
    paid(batch)
    debit(project, 1, reference="A")
    statements_match(project.pk)
    debit(project, 1, reference="B")
    assert statements_match(project.pk) == 0
    row = worker_months(scope, asked(project, only="double"))[0]
    assert (row.state, row.extra, row.difference) == ("double", NET, -NET)
    debit(project, 2, amount=100, reference="C")
    assert len(worker_months(scope, asked(project, only="over"))) == 2


def test_a_debit_of_another_amount_stands_for_the_payment_that_is_missing(project, batch, scope, settings):
    """The bank says 5,380 each; the statement shows 700 less for one, twice the pay for another, one as it should be."""
    paid(batch)
    debit(project, 1, amount=NET - 700, reference="A")
    debit(project, 2, reference="B")
    debit(project, 2, reference="C")
    debit(project, 3, reference="D")
    statements_match(project.pk)
    settings.PORTAL_TODAY = "2026-12-05"
    statement(project, DAY, datetime.date(2026, 12, 1))
    by_worker = {row.worker_id: row for row in months(scope, asked(project))}
    less, twice, right = (by_worker[worker] for worker in in_sheet_order(batch))
    assert (less.state, less.statement, less.extra, less.difference) == ("part", NET - 700, 0, 700)
    assert (twice.state, twice.statement, twice.extra, twice.difference) == ("double", NET, NET, -NET)
    assert (right.state, right.difference) == ("clear", 0)
    for sums in (sums_by_employer, sums_by_month, sums_by_project):
        assert sum(one.difference for one in sums(scope, asked(project))) == 700 - NET
    assert next(row.worker_id for row in worker_months(scope, asked(project, order="-difference"))) == less.worker_id
    assert [row.worker_id for row in worker_months(scope, asked(project, only="unpaid"))] == [less.worker_id]


def two_employers(cast, project, batch, theirs):
    """The first worker is paid by a subcontractor as well; both payments are through, in days a statement holds."""
    row = person(1, days=5, gross=theirs, deductions=0, advance=0, net_pay=theirs)
    other = noticed(project, [row], subcontractor=cast.subcontractor)
    paid(batch)
    paid(other)
    return batch.lines.order_by("row").first().worker_id


def month_of(scope, project, worker):
    """The worker's rows by employer, and what the site's sums say of the debits."""
    rows = {row.employer: row for row in months(scope, asked(project)) if row.worker_id == worker}
    assert sums_of_all(scope, asked(project)).extra == sum(row.extra for row in worker_months(scope, asked(project)))
    return [rows[name] for name in sorted(rows, key=lambda name: name != OWN_CREWS)]


def test_debits_to_somebody_of_two_employers_are_counted_once(cast, project, batch, scope, settings):
    theirs = Decimal("1000.00")
    worker = two_employers(cast, project, batch, theirs)
    settings.PORTAL_TODAY = "2026-12-05"
    statement(project, DAY, datetime.date(2026, 12, 1))
    own, other = month_of(scope, project, worker)
    assert [own.state, other.state] == ["unseen", "unseen"]
    # One debit for both, 80 too little: the larger payment was made, the other one is short.
    debit(project, 1, amount=NET + theirs - 80, reference="A")
    own, other = month_of(scope, project, worker)
    assert (own.state, own.statement, own.extra) == ("clear", NET, 0)
    assert (other.state, other.statement, other.difference) == ("part", theirs - 80, 80)
    # 200 more than is owed in all stands once.
    debit(project, 1, amount=280, reference="B")
    own, other = month_of(scope, project, worker)
    assert sorted((own.extra, other.extra)) == [0, 200]


def test_a_payment_made_twice_is_suspected_at_its_own_employer(cast, project, batch, scope, settings):
    worker = two_employers(cast, project, batch, Decimal("1000.00"))
    debit(project, 1, reference="A")
    debit(project, 1, amount=1000, reference="B")
    statements_match(project.pk)
    debit(project, 1, amount=1000, reference="C")
    own, other = month_of(scope, project, worker)
    assert (own.state, own.extra) == ("clear", 0)
    assert (other.state, other.extra, other.difference) == ("double", 1000, -1000)
    # Whoever looks at one of the employers alone reads the same of it.
    (alone,) = (row for row in worker_months(scope, asked(project, employer="own")) if row.worker_id == worker)
    assert (alone.state, alone.extra) == ("clear", 0)
    assert sums_of_all(scope, asked(project, employer="own")).extra == 0
    code = cast.subcontractor.code
    assert [row.state for row in worker_months(scope, asked(project, employer=code))] == ["double"]
    assert count_worker_months(scope, asked(project, employer=code)) == 1
    clerk = cast.scope(cast.subcontractor_clerk)
    assert [(row.employer, row.state) for row in worker_months(clerk, asked(project))] == [
        (cast.subcontractor.name, "double")
    ]


def test_a_subcontractor_is_not_told_of_what_another_employer_paid_his_worker(cast, project, batch, settings):
    two_employers(cast, project, batch, Decimal("1000.00"))
    debit(project, 1, amount=1000, reference="A")
    statements_match(project.pk)
    settings.PORTAL_TODAY = "2026-12-05"
    statement(project, DAY, datetime.date(2026, 12, 1))
    debit(project, 1, amount=NET - 1, reference="B")
    (row,) = worker_months(cast.scope(cast.subcontractor_clerk), asked(project))
    assert (row.state, row.statement, row.extra) == ("clear", 1000, 0)


def test_two_debits_that_both_fit_are_left_to_a_person(project, batch, by, scope):
    paid(batch)
    debit(project, 1, reference="A")
    debit(project, 1, reference="B")
    assert statements_match(project.pk) == 0
    payout = Payout.objects.get(row=1)
    from accounts.models import StatementLine

    first, second = StatementLine.objects.order_by("id")
    match = statement_pair(statement_line_id=first.pk, payout_id=payout.pk, **by)
    with pytest.raises(Refused) as refused:
        statement_pair(statement_line_id=second.pk, payout_id=payout.pk, **by)
    assert refused.value.code == "matched_already"
    statement_unpair(match_id=match.pk, **by)
    statement_unpair(match_id=match.pk, **by)
    statement_pair(statement_line_id=second.pk, payout_id=payout.pk, **by)
    assert StatementMatch.objects.filter(undone_at=None).count() == 1


def test_what_a_person_undid_is_not_matched_again_by_itself(project, batch, by):
    paid(batch)
    debit(project, 1)
    statements_match(project.pk)
    statement_unpair(match_id=StatementMatch.objects.get().pk, **by)
    assert statements_match(project.pk) == 0


def test_a_pair_needs_equal_amounts_and_somebody_who_pays(cast, project, batch, by):
    paid(batch)
    debit(project, 1, amount=1)
    from accounts.models import StatementLine

    line, payout = StatementLine.objects.get(), Payout.objects.get(row=1)
    with pytest.raises(Refused) as refused:
        statement_pair(statement_line_id=line.pk, payout_id=payout.pk, **by)
    assert refused.value.code == "amount_differs"
    auditor = {"actor": cast.actor(cast.auditor), "scope": cast.scope(cast.auditor)}
    with pytest.raises(NotAllowed):
        statement_pair(statement_line_id=line.pk, payout_id=payout.pk, **auditor)


def test_sums_agree_with_each_other_and_with_the_rows(cast, project, batch, scope):
    paid(batch, failures=(1,))
    noticed(project, [person(11), person(12)], subcontractor=cast.subcontractor)
    noticed(project, [person(1)], month_on=datetime.date(2026, 9, 1))
    rows = worker_months(scope, asked(project))
    for sums in (sums_by_employer, sums_by_month, sums_by_project):
        found = sums(scope, asked(project))
        assert sum(one.payable for one in found) == sum(row.payable for row in rows)
        assert sum(one.difference for one in found) == sum(row.difference for row in rows)
        assert sum(one.differing for one in found) == len([row for row in rows if row.state not in QUIET])
    assert {one.name for one in sums_by_employer(scope, asked(project))} == {"总包自有班组", cast.subcontractor.name}
    assert len(worker_months(scope, asked(project), limit=2, offset=2)) == 2
    assert len(worker_months(scope, asked(project, employer="own"))) == 4
    assert len(worker_months(scope, asked(project, text=person(11)["name"]))) >= 1


@pytest.mark.parametrize("order", ["worker", "-worker", "month", "payable", "-paid", "difference", "nonsense; DROP"])
def test_every_order_is_possible_and_nothing_else(project, batch, scope, order):
    assert len(worker_months(scope, asked(project, order=order))) == 3


def test_a_subcontractor_sees_its_own_rows_only(cast, project, batch):
    noticed(project, [person(11)], subcontractor=cast.subcontractor)
    rows = worker_months(cast.scope(cast.subcontractor_clerk), asked(project))
    assert [row.employer for row in rows] == [cast.subcontractor.name]
    assert worker_months(cast.scope(cast.other_labour_officer), asked(project)) == []


def test_the_number_of_queries_does_not_grow(project, scope, django_assert_max_num_queries):
    noticed(project, 40)
    with django_assert_max_num_queries(3):
        worker_months(scope, asked(project))


# ── the balance before a payroll ───────────────────────────────────────


def test_the_balance_takes_off_what_was_paid_since_and_what_is_under_way(project, batch):
    assert spendable_unscoped(project.pk) is None
    inflow = Movement(
        1, DAY - datetime.timedelta(days=3), False, Decimal(20000), Decimal(20000), "城投", "", "R1", "人工费"
    )
    statement_report(project=project, movements=[inflow], actor=SYSTEM)
    found = spendable_unscoped(project.pk)
    assert (found.amount, found.short(NET * 3)) == (Decimal(20000), Decimal(0))
    assert "足够支付" in found.words(NET * 3)
    file = payout_files_make(batch_id=batch.pk, layout="generic", actor=SYSTEM).files[0]
    assert spendable_unscoped(project.pk).amount == 20000 - NET * 3
    assert spendable_unscoped(project.pk, besides_batch=batch.pk).amount == 20000
    payout_file_settle(file_id=file.pk, outcome="paid", on=DAY, note="回单1", actor=SYSTEM)
    found = spendable_unscoped(project.pk)
    assert found.amount == 20000 - NET * 3
    assert found.short(Decimal(5000)) == 5000 - found.amount
    assert "还差 1,140.00 元" in found.words(Decimal(5000))
    assert "截至 2026-11-20 银行流水" in found.source
