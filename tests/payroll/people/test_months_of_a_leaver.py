"""A leaver's months one by one: which stand on a payroll, which don't, and that nobody settles without looking at those."""

import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from payroll.models import ComplaintTelephone, LeaverSettlement, Payout
from payroll.rules.month import Month
from payroll.rules.stay_months import StayMonth, off_sheet_words
from payroll.selectors.stay_months import months_of_stay
from payroll.services.payout_files import payout_files_make
from responsibilities.models import AuditEvent
from responsibilities.services.trail import Actor
from tests.factories.payouts import noticed, paying_site
from tests.factories.payroll import person
from tests.factories.people import attended, worker
from tests.factories.settlements import ADVANCE, NET, agree, left, october, pay, sign
from tests.refusals import code_of

pytestmark = pytest.mark.django_db
OFF_SHEET = "2026-09、2026-11（到 15 日）没有上工资表，考勤记录 5 天"


@pytest.fixture(autouse=True)
def today(settings):
    settings.PORTAL_TODAY = "2026-11-23"


@pytest.fixture
def project(cast):
    return paying_site(cast)


@pytest.fixture
def batch(cast, project):
    return october(project, cast.subcontractor)


@pytest.fixture
def stay(cast, project, batch):
    """September to the middle of November; October stands on a sheet, five days of November on record."""
    attended(
        project, worker(1), [datetime.date(2026, 11, day) for day in range(2, 7)], subcontractor=cast.subcontractor
    )
    return left(project, cast.subcontractor)


def page(client, cast, stay, of="") -> str:
    client.force_login(cast.labour_officer)
    return client.get(f"/payroll/stays/{stay.pk}/settlement/{of}").content.decode()


def form(**facts) -> dict:
    sent = {"step": "agree", "agree-earned": "5980", "agree-deductions": "0", "agree-paid": f"{ADVANCE}"}
    return sent | {"agree-agreed_on": "2026-11-18"} | facts


def test_every_month_of_the_stay_says_what_the_sheet_has_and_what_attendance_has(stay, batch):
    payout_files_make(batch_id=batch.pk, layout="generic", actor=Actor.system("tests"))
    Payout.objects.update(state="paid", paid_on=datetime.date(2026, 11, 17))
    with CaptureQueriesContext(connection) as asked:
        september, sheet, november = months_of_stay(stay)
    assert len(asked) == 2
    assert (september.batches, september.attended, september.part) == ((), None, "")
    assert (list(sheet.batches), sheet.days, sheet.price, sheet.net, sheet.paid) == ([batch.pk], 26, 230, NET, NET)
    assert (november.batches, november.attended, november.part) == ((), 5, "（到 15 日）")


def test_months_in_a_row_are_told_by_the_first_and_the_last():
    months = [StayMonth(Month(2026, n).first, Month(2026, n).last) for n in (2, 5, 6, 7)]
    assert off_sheet_words(months[:1]) == "2026-02 没有上工资表，也没有考勤记录"
    assert off_sheet_words(months) == "2026-02、2026-05 至 2026-07 没有上工资表，也没有考勤记录"
    assert off_sheet_words(months[:3]).startswith("2026-02、2026-05、2026-06 没有")
    assert off_sheet_words([StayMonth(Month(2026, 2).first, Month(2026, 2).last, batches=[1])]) == ""


def test_a_settlement_with_months_on_no_sheet_needs_a_tick_that_the_trail_keeps(cast, client, stay):
    shown = page(client, cast, stay)
    assert f"{OFF_SHEET}，这些工资还没有算进来。" in shown
    address = f"/payroll/stays/{stay.pk}/settlement/"
    assert "这些工资还没有算进来。请与工人核对" in client.post(address, form()).content.decode()
    assert not LeaverSettlement.objects.exists()
    assert code_of(agree, stay, off_sheet_checked=False) == "off_sheet_unchecked"
    client.post(address, form(**{"agree-off_sheet_checked": "on"}))
    assert LeaverSettlement.objects.get().state == "agreed"
    assert AuditEvent.objects.get(action="leaver.agree").changes["off_sheet"] == ["", OFF_SHEET]


def test_who_stands_on_a_sheet_for_all_his_months_needs_no_tick(cast, client, project, batch):
    first, last = datetime.date(2026, 10, 1), datetime.date(2026, 10, 31)
    stay = left(project, cast.subcontractor, entered_on=first, left_on=last)
    shown = page(client, cast, stay)
    assert "没有上工资表" not in shown
    assert "off_sheet_checked" not in shown
    assert agree(stay, off_sheet_checked=False).state == "agreed"


def test_what_the_sheets_took_off_is_the_reason_it_is_taken_off_for(cast, client, project, stay):
    assert 'value="工资表列示的扣款（2026-10 100.00 元）"' in page(client, cast, stay)
    noticed(project, [person(3, deductions=None, net_pay=Decimal(5480))], name="own.xlsx")
    other = left(project, None, 3)
    assert "工资表列示的扣款" not in page(client, cast, other)


def test_once_paid_the_page_says_so_with_what_was_paid(cast, client, stay):
    agree(stay, earned=Decimal("7500.00"))
    assert "应补发" in page(client, cast, stay)
    sign(stay)
    pay(stay, open_pay="included")
    shown = page(client, cast, stay)
    assert "2026-11-17 付，连同结算前共支付 7,500.00 元" in shown
    assert '<span class="wp-stat__label">应补发</span>' not in shown
    assert '<span class="wp-stat__label">已付清</span><span class="wp-stat__value tnum">7,000.00' in shown


def test_the_paper_has_each_month_with_days_price_and_amounts_and_a_telephone(cast, client, project, stay):
    ComplaintTelephone.objects.create(area=project.area, name="甘州区劳动保障监察大队", number="0936-0000000")
    agree(stay, earned=Decimal("7130.00"))
    shown = page(client, cast, stay, "paper/")
    row = shown.split(">2026-10</th>")[1].split("</tr>")[0]
    for said in ("26", "230.00", "5,980.00", "100.00", "500.00", "5,380.00"):
        assert f'<td class="num">{said}</td>' in row
    assert "没有上工资表，考勤记录 5 天" in shown
    assert "结算时另加" in shown
    assert ">1,150.00<" in shown
    assert "甘州区劳动保障监察大队" in shown
    assert "0936-0000000" in shown
