"""应发实发对账: pay that isn't due yet is no difference; from the day after its pay day on it is unpaid. 724 art 14."""

import datetime
from io import BytesIO

import pytest
from openpyxl import load_workbook

from escalation.selectors.days import workday_from_unscoped, workdays_by_unscoped
from payroll.models import Payout, PayrollBatch
from payroll.selectors.reconciliation import sums_by_employer, sums_by_month, sums_by_project, worker_months
from payroll.services.payout_files import payout_files_make
from payroll.services.payout_lines import exception_record
from responsibilities.models import Figure
from responsibilities.services.trail import Actor
from tests.factories.payouts import noticed
from tests.factories.payroll import MONTH, person
from tests.factories.people import labour_contract, worker
from tests.factories.reconciliation import asked, months

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_23_november")]
SYSTEM = Actor.system("tests")
SEPTEMBER = datetime.date(2026, 9, 1)


def on(project, day: str, **changes):
    """The page's question on a day."""
    return asked(project, due_from=workday_from_unscoped(datetime.date.fromisoformat(day)), **changes)


def states(scope, project, day: str) -> list[str]:
    """By the sheets' order of months and rows."""
    rows = months(scope, on(project, day))
    return [row.state for row in sorted(rows, key=lambda row: (row.month_on, row.line_id))]


def stated(project, employer, day: int | None, n: int = 1, **facts):
    """The n-th worker's contract, with this pay day."""
    starts_on = facts.pop("starts_on", datetime.date(2026, 3, 1))
    return labour_contract(project, worker(n), employer, starts_on, pay_day=day, **facts)


@pytest.mark.parametrize("stage", ["confirming", "audited", "noticed"])
def test_before_the_pay_out_nothing_is_missing_until_the_last_day_of_the_month_after(project, batch, scope, stage):
    PayrollBatch.objects.update(stage=stage)
    (first, *_) = months(scope, on(project, "2026-11-23"))
    assert (first.state, first.state_words, first.difference) == ("preparing", ("尚在办理", "blue"), 0)
    assert (first.preparing, first.pay_on) == (first.payable, datetime.date(2026, 11, 30))
    assert [states(scope, project, day) for day in ("2026-11-29", "2026-11-30", "2026-12-01")] == [
        ["preparing"] * 3,
        ["preparing"] * 3,
        ["unpaid"] * 3,
    ]


def test_the_day_that_the_contract_states_counts_for_its_worker_only(cast, project, batch, scope):
    stated(project, cast.contractor, 25)
    assert [states(scope, project, day) for day in ("2026-11-24", "2026-11-25", "2026-11-26")] == [
        ["preparing"] * 3,
        ["preparing"] * 3,
        ["unpaid", "preparing", "preparing"],
    ]
    assert states(scope, project, "2026-12-01") == ["unpaid"] * 3


def test_a_subcontractors_contract_counts_on_its_own_sheet(cast, project, scope):
    noticed(project, [person(1), person(2)], subcontractor=cast.subcontractor)
    stated(project, cast.subcontractor, 25)
    stated(project, cast.contractor, 5, n=2)
    assert states(scope, project, "2026-11-25") == ["preparing"] * 2
    assert states(scope, project, "2026-11-26") == ["unpaid", "preparing"]
    assert [row.state for row in months(cast.scope(cast.subcontractor_clerk), on(project, "2026-11-26"))] == [
        "unpaid",
        "preparing",
    ]


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({}, "unpaid"),
        ({"starts_on": datetime.date(2026, 10, 31)}, "unpaid"),
        ({"ends_on": datetime.date(2026, 10, 1)}, "unpaid"),
        ({"day": None}, "preparing"),
        ({"starts_on": datetime.date(2026, 11, 1)}, "preparing"),
        ({"ends_on": datetime.date(2026, 9, 30)}, "preparing"),
        ({"ended_on": datetime.date(2026, 9, 30)}, "preparing"),
    ],
    ids=["in force", "begun on the last day", "ended on the first", "no day", "not yet", "ran out", "ended early"],
)
def test_only_a_contract_in_force_in_the_month_states_the_day(cast, project, batch, scope, facts, state):
    stated(project, cast.contractor, facts.pop("day", 5), **facts)
    assert states(scope, project, "2026-11-23") == [state, "preparing", "preparing"]


def test_of_two_contracts_in_the_month_the_later_one_states_the_day(cast, project, batch, scope):
    stated(project, cast.contractor, 5, ends_on=datetime.date(2026, 10, 9))
    stated(project, cast.contractor, 27, starts_on=datetime.date(2026, 10, 10))
    stated(project, cast.contractor, None, starts_on=datetime.date(2026, 10, 20))
    assert states(scope, project, "2026-11-27")[0] == "preparing"
    assert states(scope, project, "2026-11-28")[0] == "unpaid"


def test_a_day_that_the_month_does_not_have_is_its_last_one(cast, project, batch, scope):
    stated(project, cast.contractor, 31)
    assert months(scope, on(project, "2026-11-30", text=person(1)["name"]))[0].pay_on == datetime.date(2026, 11, 30)


@pytest.mark.parametrize(
    ("day", "last", "after"),
    [
        (None, "2026-10-30", "2026-10-31"),
        (5, "2026-09-30", "2026-10-01"),
        (10, "2026-10-10", "2026-10-11"),
        (17, "2026-10-16", "2026-10-17"),
    ],
    ids=["a month that ends on a Saturday", "within 国庆节", "a Saturday that is worked (调休)", "a Saturday"],
)
def test_a_pay_day_on_a_rest_day_is_moved_before_it(cast, project, scope, day, last, after):
    noticed(project, [person(1)], month_on=SEPTEMBER)
    stated(project, cast.contractor, day)
    assert states(scope, project, last) == ["preparing"]
    assert states(scope, project, after) == ["unpaid"], "no arrears hide behind the rest days"
    (row,) = months(scope, on(project, last))
    assert workdays_by_unscoped([row.pay_on]) == {row.pay_on: datetime.date.fromisoformat(last)}


def test_where_no_calendar_reaches_today_all_pay_is_due(project, batch, scope):
    assert workday_from_unscoped(datetime.date(2199, 1, 1)) is None
    assert {row.state for row in months(scope, asked(project, due_from=None))} == {"unpaid"}


def test_what_a_bank_refused_or_has_is_not_on_its_way_any_more(project, batch, scope):
    """The control: the stage is past the notice, the pay day isn't."""
    payout_files_make(batch_id=batch.pk, layout="generic", actor=SYSTEM)
    assert states(scope, project, "2026-11-23") == ["pending"] * 3
    Payout.objects.update(state="failed")
    assert states(scope, project, "2026-11-23") == ["unpaid"] * 3
    assert {row.pay_on for row in months(scope, on(project, "2026-11-23"))} == {datetime.date(2026, 11, 30)}


def test_what_is_paid_has_no_pay_day_any_more(project, batch, scope):
    payout_files_make(batch_id=batch.pk, layout="generic", actor=SYSTEM)
    Payout.objects.update(state="paid", paid_on=datetime.date(2026, 11, 20))
    assert {row.pay_on for row in months(scope, on(project, "2026-11-23"))} == {None}


def test_an_exception_in_a_sheet_on_its_way_stays_one(project, batch, scope):
    exception_record(line_id=batch.lines.order_by("row")[0].pk, kind="frozen", reason="法院冻结", actor=SYSTEM)
    assert states(scope, project, "2026-11-23") == ["excepted", "preparing", "preparing"]


def test_back_pay_for_a_month_whose_pay_day_has_passed_is_unpaid_at_once(project, batch, scope):
    late = noticed(project, [person(1)], month_on=datetime.date(2026, 8, 1))
    PayrollBatch.objects.filter(pk=late.pk).update(kind="back_pay", sequence=1)
    assert states(scope, project, "2026-11-23") == ["unpaid", "preparing", "preparing", "preparing"]


def test_back_pay_on_its_way_beside_a_paid_sheet_is_told_apart(project, batch, scope):
    payout_files_make(batch_id=batch.pk, layout="generic", actor=SYSTEM)
    Payout.objects.update(state="paid", paid_on=datetime.date(2026, 11, 20))
    extra = noticed(project, [person(1, days=2, gross=460, deductions=0, advance=0, net_pay=460)], month_on=SEPTEMBER)
    PayrollBatch.objects.filter(pk=extra.pk).update(kind="back_pay", sequence=1, month_on=MONTH)
    first, *others = sorted(months(scope, on(project, "2026-11-23")), key=lambda row: row.line_id)
    assert (first.state, first.preparing, first.difference) == ("preparing", 460, 0)
    assert {row.state for row in others} == {"uncovered"}
    first, *_ = sorted(months(scope, on(project, "2026-12-01")), key=lambda row: row.line_id)
    assert (first.state, first.preparing, first.difference) == ("part", 0, 460)


def test_the_sums_tell_apart_what_is_on_its_way(project, batch, scope):
    noticed(project, [person(1)], month_on=datetime.date(2026, 8, 1))
    net = batch.lines.first().net
    for sums in (sums_by_employer, sums_by_month, sums_by_project):
        found = sums(scope, on(project, "2026-11-23"))
        assert (sum(one.preparing for one in found), sum(one.difference for one in found)) == (net * 3, net)
        assert sum(one.differing for one in found) == 1
    listed = worker_months(scope, on(project, "2026-11-23", order="-difference"))
    assert [row.state for row in listed] == ["unpaid", *["preparing"] * 3]


def test_a_figure_in_force_later_leaves_earlier_months_alone(project, batch, scope):
    Figure.objects.create(
        code="pay_period_months", name="x", value="2", in_force_from=datetime.date(2026, 11, 1), is_default=True
    )
    assert states(scope, project, "2026-12-01") == ["unpaid"] * 3
    Figure.objects.filter(value="2").update(in_force_from=MONTH)
    assert states(scope, project, "2026-12-01") == ["preparing"] * 3


def test_one_question_more_or_less_whatever_the_number_of_contracts(cast, project, scope, django_assert_num_queries):
    noticed(project, 30)
    wanted = on(project, "2026-11-23")
    with django_assert_num_queries(1) as few:
        worker_months(scope, wanted)
    for n in range(1, 31):
        stated(project, cast.contractor, 25, n=n)
    with django_assert_num_queries(len(few)):
        worker_months(scope, wanted)


# ── the page ───────────────────────────────────────────────────────────

PAGE = "/payroll/reconciliation/"


def test_the_page_is_calm_until_the_pay_day_and_says_what_is_on_its_way(cast, project, batch, client, settings):
    client.force_login(cast.labour_officer)
    settings.PORTAL_TODAY = "2026-11-30"
    shown = client.get(PAGE, {"project": project.code}).content.decode()
    assert '<span class="wp-badge u-blue">尚在办理 16,140.00 元</span>' in shown
    assert '其中尚在办理 <span class="nowrap">16,140.00 元</span>' in shown
    assert "有差额或疑点 0 项" in shown
    assert "最迟 2026-11-30 支付" in shown
    assert "劳动次月的最后一天" in shown
    assert "未发</span>" not in shown
    assert "没有符合条件的记录" in client.get(PAGE, {"project": project.code, "only": "different"}).content.decode()
    assert '<span class="wp-sub">其中尚在办理 16,140.00</span>' in client.get(PAGE).content.decode()
    settings.PORTAL_TODAY = "2026-12-01"
    shown = client.get(PAGE, {"project": project.code}).content.decode()
    assert '<span class="wp-badge u-red">差额 16,140.00 元</span>' in shown
    assert "有差额或疑点 3 项" in shown
    assert "尚在办理 16,140.00" not in shown
    assert shown.count("支付日 2026-11-30 已过") == 3


def test_what_is_on_its_way_is_filtered_by_and_named_above_the_list(cast, project, batch, client):
    client.force_login(cast.supervisor)
    shown = client.get(PAGE, {"project": project.code, "only": "preparing"}).content.decode()
    assert '<option value="preparing" selected>尚在办理</option>' in shown
    assert "状态：尚在办理" in shown
    assert shown.count("最迟 2026-11-30 支付") == 3


def test_the_export_tells_the_amount_and_the_day(cast, project, batch, client, settings):
    stated(project, cast.contractor, 28)
    client.force_login(cast.labour_officer)
    answer = client.get(PAGE, {"project": project.code, "export": "xlsx"})
    rows = list(load_workbook(BytesIO(b"".join(answer)), read_only=True).active.values)
    titles = next(row for row in rows if "尚在办理（元）" in row)
    told = {
        (row[titles.index("状态")], float(row[titles.index("尚在办理（元）")]), f"{row[titles.index('最迟支付日')]:%F}")
        for row in rows[rows.index(titles) + 1 :]
    }
    # The 28th is a Saturday.
    assert told == {("尚在办理", 5380.0, "2026-11-27"), ("尚在办理", 5380.0, "2026-11-30")}
