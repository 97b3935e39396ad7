"""Pages of money: the months, how a month's requirement is computed, and the forms that settle it."""

import datetime
import re
from decimal import Decimal

import pytest
from django.test import Client

from accounts.models import Allocation, AllocationMonth, AllocationPeriod, SpecialAccount
from accounts.services.periods import period_state, periods_open
from accounts.services.special_accounts import special_account_save
from responsibilities.selectors import clock
from responsibilities.services.trail import Actor
from tests.factories.accounts import credit, general_contract, month
from tests.factories.payroll import site

CODE = "ZY-2026-010"
NUMBER = "6210000000000001234"
SYSTEM = Actor.system("tests")


@pytest.fixture
def project(cast):
    project = site(cast)
    general_contract(project, employer=cast.developer, contractor=cast.contractor, labour_cost_ratio=Decimal("0.25"))
    return project


@pytest.fixture
def october(project):
    return month(project, datetime.date(2026, 10, 1))


@pytest.fixture
def as_():
    def sign_in(user) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in


def url(tail: str = "allocations/2026-10/") -> str:
    return f"/projects/{CODE}/{tail}"


def text(answer) -> str:
    """What a person reads: without tags and runs of blanks."""
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.content.decode()))


def test_the_list_shows_each_month_with_required_credited_and_gap(cast, project, october, as_):
    october.completed_value = Decimal("1000000")
    october.save()
    credit(october, "100000", datetime.date(2026, 10, 20))
    periods_open(today=clock.today())
    shown = text(as_(cast.developer_officer).get(url("allocations/")))
    assert "2026-10" in shown
    assert "2026-09" in shown
    assert "应拨付合计 300,000.00" in shown
    assert "没有足额到账的 1 个月共少 200,000.00 ，建设单位应补足" in shown
    assert "没有登记结转就不抵别的月份" in shown
    assert "待定" in shown


def test_what_is_too_much_in_a_month_makes_up_for_no_other_and_full_months_are_said_to_be_full(
    cast, project, october, as_
):
    periods_open(today=datetime.date(2026, 11, 1))
    rows = AllocationPeriod.objects.filter(project=project).order_by("month_on")
    rows.update(completed_value=Decimal("1000000"))
    for number, row in enumerate(rows):
        credit(row, {0: "200000", 1: "500000"}.get(number, "300000"), datetime.date(2026, 11, 20))
    shown = text(as_(cast.developer_officer).get(url("allocations/")))
    assert "1 个月共少 100,000.00" in shown, "the surplus of another month is not taken off"
    credit(rows[0], "100000", datetime.date(2026, 11, 21))
    shown = text(as_(cast.developer_officer).get(url("allocations/")))
    assert "已算出的各月都已足额到账" in shown
    assert "共少" not in shown


def test_the_button_of_a_month_says_what_the_caller_may_do(cast, project, october, as_):
    periods_open(today=clock.today())
    for user, words in (
        (cast.developer_officer, "填报和登记"),
        (cast.labour_officer, "填报产值"),
        (cast.bank_clerk, "登记到账"),
        (cast.auditor, "查看"),
    ):
        page = as_(user).get(url("allocations/")).content.decode()
        buttons = set(re.findall(r'<a class="btn btn-sm" href="[^"]*allocations/\d{4}-\d\d/">([^<]+)', page))
        assert buttons == {words}, user


def test_the_plots_table_says_that_a_month_is_not_known(cast, project, october, as_):
    periods_open(today=clock.today())
    assert "各月应拨付与已到账" not in as_(cast.developer_officer).get(url("allocations/")).content.decode(), (
        "all unknown"
    )
    october.completed_value = Decimal("1000000")
    october.save()
    page = as_(cast.developer_officer).get(url("allocations/")).content.decode()
    assert "各月应拨付与已到账" in page
    assert '<td class="num">—</td>' in page
    assert ">None<" not in page


def test_who_may_not_do_a_thing_is_told_who_may_and_what_to_do(cast, project, as_):
    answer = as_(cast.bank_clerk).get("/payroll/")
    shown = re.sub(r"<[^>]*>", " ", answer.content.decode())
    assert answer.status_code == 403
    assert "您的岗位没有办理此事项的权限，这里由人社监管员、总包劳资专管员、分包单位、审计人员办理或查看" in shown
    assert "请联系他们" in shown
    assert "切换单位和辖区" in shown


def test_the_month_shows_its_arithmetic(cast, october, as_):
    october.completed_value = Decimal("1000000")
    october.wages_due = Decimal("250000")
    october.save()
    shown = text(as_(cast.developer_officer).get(url()))
    for part in ("1,000,000.00", "政策下限 30%，合同约定 25%", "300,000.00", "250,000.00", "未足额到账", "第二十四条"):
        assert part in shown


def test_a_stated_value_gives_the_requirement_at_once(cast, october, as_):
    developer = as_(cast.developer_officer)
    assert "应拨付待定" in text(developer.get(url()))
    body = {"completed_value": "2000000", "version": october.version}
    assert developer.post(url(), body).headers["Location"] == url()
    row = AllocationMonth.objects.get(pk=october.pk)
    assert row.required == Decimal("600000.00")
    assert "填报已保存" in text(developer.get(url()))


def test_nothing_stated_is_told_at_the_form_and_changes_nothing(cast, october, as_):
    shown = text(as_(cast.developer_officer).post(url(), {"version": october.version, "note": "以后再填"}))
    assert "请至少填写一项" in shown
    assert AllocationPeriod.objects.get(pk=october.pk).statement_note == ""


def test_an_overtaken_form_keeps_the_input_and_can_be_sent_again(cast, project, october, as_):
    period_state(project=project, month_on=october.month_on, completed_value=Decimal("900000"), actor=SYSTEM)
    developer = as_(cast.developer_officer)
    answer = developer.post(url(), {"completed_value": "1234567.89", "note": "已核对", "version": october.version})
    shown = answer.content.decode()
    assert "刚被他人修改过" in shown
    assert "1234567.89" in shown
    assert "已核对" in shown
    assert "900,000.00" in shown, "旁边应显示他人保存的数"
    assert AllocationPeriod.objects.get(pk=october.pk).completed_value == Decimal("900000.00")
    version = re.search(r'name="version"[^>]*value="(\d+)"', shown)[1]
    again = developer.post(url(), {"completed_value": "1234567.89", "note": "已核对", "version": version})
    assert again.status_code == 302
    assert AllocationPeriod.objects.get(pk=october.pk).completed_value == Decimal("1234567.89")


def test_a_credit_in_full_settles_the_month(cast, october, as_):
    october.completed_value = Decimal("1000000")
    october.save()
    bank = as_(cast.bank_clerk)
    body = {"credited_on": "2026-10-28", "amount": "300000", "bank_receipt_number": "HD-1"}
    answer = bank.post(url("allocations/2026-10/credits/new/"), body)
    assert answer.headers["Location"] == url()
    shown = text(bank.get(url()))
    assert "已足额到账" in shown
    assert "HD-1" in shown
    assert AllocationMonth.objects.get(pk=october.pk).satisfied_on == datetime.date(2026, 10, 28)


def test_a_receipt_used_elsewhere_is_told_at_its_field_with_the_input_kept(cast, project, october, as_):
    credit(october, "100", datetime.date(2026, 10, 20), bank_receipt_number="HD-1")
    body = {"credited_on": "2026-10-28", "amount": "300000", "bank_receipt_number": "HD-1", "note": "第二笔"}
    answer = as_(cast.bank_clerk).post(url("allocations/2026-10/credits/new/"), body)
    shown = answer.content.decode()
    assert "已登记在 2026-10" in text(answer)
    assert 'value="300000"' in shown
    assert "第二笔" in shown
    assert Allocation.objects.count() == 1


def test_a_voided_credit_stays_with_its_reason_and_counts_nothing(cast, october, as_):
    row = credit(october, "300000", datetime.date(2026, 10, 20))
    developer = as_(cast.developer_officer)
    address = url(f"allocations/credits/{row.pk}/void/")
    assert "300,000.00 元" in text(developer.get(address))
    assert "必填" in text(developer.post(address, {"reason": ""})) or not Allocation.objects.get().voided_at
    assert developer.post(address, {"reason": "银行退汇"}).headers["Location"] == url()
    assert "已作废：银行退汇" in text(developer.get(url()))
    assert AllocationMonth.objects.get(pk=october.pk).credited == 0
    assert developer.get(address).status_code == 404


def test_a_surplus_moves_only_by_a_recorded_act_and_never_beyond_it(cast, project, october, as_):
    october.completed_value = Decimal("1000000")
    october.save()
    credit(october, "350000", datetime.date(2026, 10, 20))
    developer = as_(cast.developer_officer)
    address = url("allocations/2026-10/surplus/")
    assert "可结转 50,000.00 元" in text(developer.get(address))
    body = {"to_month": "2026-11", "amount": "50000.01", "note": "抵下月"}
    assert "不能转出 50000.01 元" in text(developer.post(address, body))
    back = developer.post(address, body | {"to_month": "2026-09", "amount": "50000"})
    assert "结余只能转入以后的月份" in text(back)
    assert developer.post(address, body | {"amount": "50000"}).headers["Location"] == url()
    november = AllocationMonth.objects.get(project=project, month_on=datetime.date(2026, 11, 1))
    assert november.credited == Decimal("50000.00")
    assert AllocationMonth.objects.get(pk=october.pk).credited == Decimal("300000.00")


def test_the_account_number_is_sealed_and_shown_by_its_last_four_digits(cast, project, as_):
    contractor = as_(cast.labour_officer)
    body = {
        "bank": cast.bank.pk,
        "account_name": "祁连建设农民工工资专用账户",
        "number": NUMBER,
        "opened_on": "2026-07-20",
    }
    assert contractor.post(url("account/"), body).headers["Location"] == url("allocations/")
    row = SpecialAccount.objects.get()
    assert row.number_last4 == "1234"
    assert NUMBER.encode() not in bytes(row.number_sealed)
    for page in (url("account/"), url("allocations/"), f"/projects/{CODE}/?tab=account"):
        shown = contractor.get(page).content.decode()
        assert NUMBER not in shown
        assert "1234" in shown
    kept = contractor.post(url("account/"), body | {"number": "", "filed_on": "2026-08-01", "version": row.version})
    assert kept.status_code == 302
    after = SpecialAccount.objects.get()
    assert (after.number_last4, after.filed_on) == ("1234", datetime.date(2026, 8, 1))


def test_a_number_that_cannot_be_is_not_echoed_into_the_trail_and_told_at_its_field(cast, project, as_):
    body = {"bank": cast.bank.pk, "account_name": "专户", "number": "12ab", "opened_on": "2026-07-20"}
    assert "账号应为 9 至 32 位数字" in text(as_(cast.labour_officer).post(url("account/"), body))
    assert not SpecialAccount.objects.exists()


def test_one_account_serves_one_project(cast, project, as_):
    special_account_save(
        project=site(cast, "ZY-2026-011"),
        bank=cast.bank,
        account_name="另一项目专户",
        number=NUMBER,
        opened_on=datetime.date(2026, 7, 1),
        actor=SYSTEM,
    )
    body = {"bank": cast.bank.pk, "account_name": "专户", "number": NUMBER, "opened_on": "2026-07-20"}
    shown = text(as_(cast.labour_officer).post(url("account/"), body))
    assert "专用账户" in shown
    assert SpecialAccount.objects.count() == 1


@pytest.mark.parametrize(
    "tail", ["allocations/", "allocations/2026-10/", "allocations/2026-10/credits/new/", "allocations/2026-10/surplus/"]
)
def test_a_foreign_developer_finds_nothing(cast, october, as_, tail):
    assert as_(cast.other_developer_officer).get(url(tail)).status_code == 404
    assert as_(cast.developer_officer).get(url(tail)).status_code == 200


@pytest.mark.parametrize("wrong", ["2026-13", "2026-1", "2099-01", "2020-01"])
def test_a_month_that_is_none_of_the_project_is_not_found(cast, october, as_, wrong):
    assert as_(cast.developer_officer).get(url(f"allocations/{wrong}/")).status_code == 404


def test_who_only_looks_sees_no_form_and_no_button(cast, october, as_):
    credit(october, "100", datetime.date(2026, 10, 20))
    shown = as_(cast.county_leader).get(url()).content.decode()
    assert "产值由建设单位或总包填报" in shown
    assert "登记到账" not in shown
    assert "/void/" not in shown
    assert as_(cast.county_leader).post(url(), {"completed_value": "1", "version": 1}).status_code == 403


def test_months_take_as_many_queries_for_many_as_for_one(cast, project, october, as_, django_assert_max_num_queries):
    developer = as_(cast.developer_officer)
    developer.get(url("allocations/"))
    with django_assert_max_num_queries(30) as few:
        developer.get(url("allocations/"))
    periods_open(today=clock.today())
    with django_assert_max_num_queries(len(few)):
        developer.get(url("allocations/"))


def test_a_date_that_the_form_proposes_is_one_that_a_browser_shows(cast, october, as_):
    shown = as_(cast.bank_clerk).get(url("allocations/2026-10/credits/new/")).content.decode()
    assert f'value="{clock.today().isoformat()}"' in shown


def test_every_page_leads_back_to_its_project_and_month(cast, october, as_):
    developer = as_(cast.developer_officer)
    assert f'href="/projects/{CODE}/?tab=account"' in developer.get(url()).content.decode()
    shown = developer.get(url("allocations/2026-10/credits/new/")).content.decode()
    assert f'href="{url()}"' in shown
