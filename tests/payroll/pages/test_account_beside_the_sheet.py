"""The special account stands beside the sheet on the pages of upload, batch and audit: by statement, else by credits."""

import datetime
from decimal import Decimal

import pytest

from accounts.rules.statements import Movement
from accounts.services.statements import statement_report
from payroll.services.bank_results import result_apply
from payroll.services.payout_files import payout_files_make
from payroll.services.submissions import batch_submit
from responsibilities.models import Grant
from responsibilities.rules.roles import Role
from responsibilities.services.trail import Actor
from tests.factories.accounts import credit, month
from tests.factories.payouts import answer_bytes, answered, answers, noticed_batch, special_account
from tests.factories.payroll import draft, person

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("tests")


@pytest.fixture(autouse=True)
def today(settings):
    settings.PORTAL_TODAY = "2026-11-23"


@pytest.fixture
def batch(cast, project):
    special_account(project, cast.bank)
    return batch_submit(batch_id=draft(project, [person(1), person(2)]).pk, actor=SYSTEM)


def statement(project, balance):
    inflow = Movement(
        1, datetime.date(2026, 11, 20), False, Decimal(balance), Decimal(balance), "城投", "", "R1", "人工费"
    )
    statement_report(project=project, movements=[inflow], actor=SYSTEM)


def pages(client, project, batch):
    addresses = (
        f"/payroll/{batch.pk}/",
        f"/payroll/{batch.pk}/audit/",
        f"/payroll/upload/?project={project.code}&month=2026-10&employer=own",
    )
    return [client.get(address).content.decode() for address in addresses]


def test_by_the_banks_statement_with_its_day_and_what_is_missing_in_red(enter, cast, project, batch):
    statement(project, "1000")
    for page in pages(enter(cast.labour_officer), project, batch):
        assert "专户可用余额" in page
        assert "截至 2026-11-20 银行流水" in page
        assert "不足" in page
        assert f"还差 {batch.total_net - 1000:,.2f} 元" in page
        assert "u-red" in page


def test_enough_is_said_in_a_word_too(enter, cast, project, batch):
    statement(project, "90000")
    for page in pages(enter(cast.labour_officer), project, batch):
        assert f"后余 {90000 - batch.total_net:,.2f} 元" in page
        assert "足够" in page
        assert "还差" not in page


def test_without_a_statement_the_months_credits_stand_and_it_is_said(enter, cast, project, batch):
    credit(month(project, datetime.date(2026, 10, 1)), "3000", datetime.date(2026, 11, 2))
    for page in pages(enter(cast.labour_officer), project, batch):
        assert "2026-10 专户到账人工费用" in page
        assert "3,000.00" in page
        assert "还没有导入专户的银行流水" in page
        assert "专户可用余额" not in page


def test_before_a_sheet_is_there_the_month_before_is_the_guide_and_never_red(enter, cast, project, batch):
    statement(project, "1000")
    page = (
        enter(cast.labour_officer)
        .get(f"/payroll/upload/?project={project.code}&month=2026-11&employer=own")
        .content.decode()
    )
    assert "比 2026-10 的实发" in page
    assert "u-orange u-text" in page
    assert "u-red" not in page


def test_money_that_another_sheet_needs_too_is_no_plenty(enter, cast, project, batch):
    """Each employer's sheet is paid from the same account; a draft that replaces this sheet is no other one."""
    more = draft(project, [person(3)], subcontractor=cast.subcontractor)
    batch_submit(batch_id=more.pk, actor=SYSTEM)
    statement(project, f"{batch.total_net + 100}")
    client = enter(cast.labour_officer)
    shown = client.get(f"/payroll/{batch.pk}/audit/").content.decode()
    assert f"另有已提交未发放的工资 {more.total_net:,.2f} 元" in shown
    assert "合起来不够" in shown
    again = draft(project, [person(1), person(2), person(4)])
    assert f"另有已提交未发放的工资 {more.total_net:,.2f} 元" in client.get(f"/payroll/{again.pk}/").content.decode()


def test_one_months_credits_are_not_held_against_other_months_sheets(enter, cast, project, batch):
    """Without a statement only what came in for the month is known; the month before had its own credits."""
    earlier = draft(project, [person(1), person(2)], month_on=datetime.date(2026, 9, 1))
    batch_submit(batch_id=earlier.pk, actor=SYSTEM)
    credit(month(project, datetime.date(2026, 10, 1)), f"{batch.total_net + 100}", datetime.date(2026, 11, 2))
    shown = enter(cast.labour_officer).get(f"/payroll/{batch.pk}/audit/").content.decode()
    assert "后余 100.00 元" in shown
    assert "合起来不够" not in shown
    more = draft(project, [person(3)], subcontractor=cast.subcontractor)
    batch_submit(batch_id=more.pk, actor=SYSTEM)
    shown = enter(cast.labour_officer).get(f"/payroll/{batch.pk}/audit/").content.decode()
    assert f"本月另有已提交未发放的工资 {more.total_net:,.2f} 元" in shown
    assert "合起来不够" in shown, "this month's sheets share this month's credits"


def paid_in_part(batch):
    """The first of two workers is paid, the bank refused the other."""
    file = payout_files_make(batch_id=noticed_batch(batch).pk, layout="generic", actor=SYSTEM).files[0]
    result = answered(file, answer_bytes(answers(file, {2: "账户已销户"})))
    result_apply(result_id=result.pk, version=result.version, actor=SYSTEM)
    return batch.lines.order_by("row").first().net


def test_what_was_paid_of_a_month_is_taken_off_its_credits(enter, cast, project, batch):
    credit(month(project, datetime.date(2026, 10, 1)), "100000", datetime.date(2026, 11, 2))
    client = enter(cast.labour_officer)
    assert f"后余 {100000 - batch.total_net:,.2f} 元" in client.get(f"/payroll/{batch.pk}/").content.decode()
    paid = paid_in_part(batch)
    for page in ("", "payout/"):
        shown = client.get(f"/payroll/{batch.pk}/{page}").content.decode()
        assert f"后余 {100000 - batch.total_net:,.2f} 元" in shown
        assert f"只能看当月到账 100,000.00 元，减当月已发放 {paid:,.2f} 元" in shown


def test_what_another_sheet_of_the_month_has_under_way_is_taken_off_too_and_other_months_pay_is_not(
    enter, cast, project, batch
):
    credit(month(project, datetime.date(2026, 10, 1)), "100000", datetime.date(2026, 11, 2))
    earlier = draft(project, [person(5)], month_on=datetime.date(2026, 9, 1))
    more = draft(project, [person(3)], subcontractor=cast.subcontractor)
    for other in (earlier, more):
        submitted = noticed_batch(batch_submit(batch_id=other.pk, actor=SYSTEM))
        payout_files_make(batch_id=submitted.pk, layout="generic", actor=SYSTEM)
    shown = enter(cast.labour_officer).get(f"/payroll/{batch.pk}/").content.decode()
    assert f"减正在代发 {more.total_net:,.2f} 元" in shown
    assert f"后余 {100000 - batch.total_net - more.total_net:,.2f} 元" in shown


def test_a_project_without_an_account_is_told_that_nothing_can_be_paid_and_never_that_it_is_enough(
    enter, cast, project
):
    bare = batch_submit(batch_id=draft(project, [person(1)]).pk, actor=SYSTEM)
    credit(month(project, datetime.date(2026, 10, 1)), "100000", datetime.date(2026, 11, 2))
    for page in pages(enter(cast.labour_officer), project, bare):
        assert "专用账户没有登记，不能代发" in page
        assert f'href="/projects/{project.code}/?tab=account"' in page
        assert "足够" not in page
    special_account(project, cast.bank)
    for page in pages(enter(cast.labour_officer), project, bare):
        assert "专用账户没有登记" not in page
        assert "足够" in page


@pytest.mark.parametrize(("day", "days"), [("2026-12-21", 0), ("2026-12-22", 32)])
def test_a_balance_of_long_ago_is_no_proof_of_plenty(settings, enter, cast, project, batch, day, days):
    statement(project, "90000")
    settings.PORTAL_TODAY = day
    for page in pages(enter(cast.labour_officer), project, batch):
        assert (f"余额是 {days} 天前的" in page) is bool(days)
        assert ("足够" in page) is (not days)


def test_who_sees_other_projects_accounts_only_is_not_told_that_this_one_has_none(enter, cast, project):
    bare = batch_submit(batch_id=draft(project, [person(1)], subcontractor=cast.subcontractor).pk, actor=SYSTEM)
    special_account(project, cast.bank)
    Grant.objects.create(user=cast.subcontractor_clerk, organization=cast.other_contractor, role=Role.LABOUR_OFFICER)
    page = enter(cast.subcontractor_clerk).get(f"/payroll/{bare.pk}/").content.decode()
    assert "专用账户没有登记" not in page
    assert "专户" not in page.split("<main", 1)[1].split("</main>")[0]
    assert "专户到账" in enter(cast.labour_officer).get(f"/payroll/{bare.pk}/").content.decode()
