"""Checks that read stays, attendance, contracts, other sheets and the account: each with what keeps it silent."""

import datetime
from decimal import Decimal

import pytest

from payroll.models import PayrollRemark
from payroll.services.submissions import batch_submit
from responsibilities.services.trail import Actor
from tests.factories.accounts import bare_statement_line, credit, month
from tests.factories.payroll import MONTH, draft, person, site
from tests.factories.people import attended, labour_contract, on_roster, worker

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("test")


@pytest.fixture
def project(cast):
    return site(cast)


def days(*numbers):
    return [datetime.date(2026, 10, number) for number in numbers]


def said(batch, *codes):
    rows = PayrollRemark.objects.filter(batch=batch, code__in=codes) if codes else batch.remarks.all()
    return [(row.row, row.code) for row in rows.order_by("row", "id")]


def submit(batch):
    return batch_submit(batch_id=batch.pk, actor=SYSTEM)


def test_stays_bound_the_days_paid(cast, project):
    on_roster(project, worker(1), cast.contractor, entered_on=datetime.date(2026, 3, 1))
    on_roster(project, worker(2), cast.contractor, entered_on=datetime.date(2026, 10, 20))
    on_roster(project, worker(3), cast.contractor, entered_on=datetime.date(2026, 11, 1))
    batch = draft(project, [person(1), person(2), person(3)])
    assert said(batch) == [(4, "days_over_stay"), (5, "paid_before_entry")]


def test_attendance_speaks_once_the_employer_records_it(cast, project):
    rows = [person(1, days=Decimal(2)), person(2), person(3)]
    assert said(draft(project, rows, name="before.xlsx")) == []
    attended(project, worker(1), days(1, 2))
    attended(project, worker(2), days(1, 2, 3))
    attended(project, worker(4, name="马小军"), days(1))
    batch = draft(project, rows, name="after.xlsx", month_on=MONTH)
    batch = draft(project, [*rows, person(9)], name="after.xlsx")
    assert said(batch) == [
        (4, "days_over_attendance"),
        (5, "paid_without_attendance"),
        (6, "paid_without_attendance"),
        (None, "attended_not_paid"),
    ]
    message = PayrollRemark.objects.get(batch=batch, code="attended_not_paid").message
    assert "有 1 人" in message
    assert "马*军" in message
    assert "马小军" not in message


def test_attendance_of_another_employer_asks_nothing_of_this_one(cast, project):
    attended(project, worker(4), days(1), subcontractor=cast.subcontractor)
    assert said(draft(project, [person(1)])) == []
    batch = draft(project, [person(1)], subcontractor=cast.subcontractor, name="sub.xlsx")
    assert said(batch) == [(3, "paid_without_attendance"), (None, "attended_not_paid")]


def test_the_same_day_on_two_sites_is_told_by_attendance(cast, project):
    elsewhere = site(cast, "ZY-2026-011")
    attended(project, worker(1), days(*range(1, 27)))
    attended(elsewhere, worker(1), days(25, 26, 27))
    batch = draft(project, [person(1)])
    assert said(batch) == [(3, "same_day_other_site")]
    message = PayrollRemark.objects.get(batch=batch).message
    assert "10月25日、10月26日" in message
    assert elsewhere.name not in message


def test_who_has_no_contract_is_told_where_contracts_are_registered(cast, project):
    assert said(draft(project, [person(1)], name="before.xlsx")) == []
    labour_contract(project, worker(1), cast.contractor, datetime.date(2026, 3, 1))
    ended = {"ends_on": datetime.date(2026, 9, 30)}
    labour_contract(project, worker(2), cast.contractor, datetime.date(2026, 3, 1), **ended)
    assert said(draft(project, [person(1), person(2), person(3)])) == [(4, "no_contract"), (5, "no_contract")]


def test_pay_in_another_employers_sheet_of_the_month_is_told(cast, project):
    submit(draft(project, [person(1)], subcontractor=cast.subcontractor))
    assert said(draft(project, [person(1)]), "paid_by_other_employer") == [(3, "paid_by_other_employer")]
    september = draft(project, [person(1)], month_on=datetime.date(2026, 9, 1), name="9月工资.xlsx")
    assert said(september, "paid_by_other_employer") == []


def test_a_month_left_out_is_told_and_one_that_was_stated_is_not(cast, project):
    submit(draft(project, [person(1)], month_on=datetime.date(2026, 8, 1)))
    assert said(draft(project, [person(1)], name="a.xlsx"), "month_gap") == [(None, "month_gap")]
    submit(draft(project, [person(1)], month_on=datetime.date(2026, 9, 1)))
    assert said(draft(project, [person(1), person(2)], name="b.xlsx"), "month_gap") == []


def test_credits_of_the_month_are_held_against_the_batch_once_any_is_recorded(cast, project):
    assert said(draft(project, [person(1)], name="a.xlsx")) == []
    credit(month(project, MONTH), "5000", datetime.date(2026, 10, 20))
    batch = draft(project, [person(1), person(2)], name="b.xlsx")
    assert said(batch) == [(None, "balance_too_low")]
    assert "2026年10月专户到账的人工费用为 5,000.00 元" in PayrollRemark.objects.get(batch=batch).message
    assert said(draft(project, [person(1, net_pay=Decimal(380), advance=Decimal(5500))], name="c.xlsx")) == []


def test_a_single_pay_over_the_limit_is_told(project):
    high = person(1, gross=Decimal(60000), net_pay=Decimal(59400))
    assert said(draft(project, [high, person(2)]), "pay_over_limit") == [(3, "pay_over_limit")]


def test_signs_of_wage_return_come_with_the_batch(project):
    same = [person(n, crew="木工班", days=Decimal(20 + n), net_pay=Decimal("5380.00")) for n in range(1, 6)]
    assert said(draft(project, same)) == [(3, "identical_pay")]
    assert said(draft(project, same[:4], name="four.xlsx")) == []


def test_the_banks_statement_goes_before_the_months_credits(cast, project):
    credit(month(project, MONTH), "500000", datetime.date(2026, 10, 20))
    assert said(draft(project, [person(1)], name="a.xlsx")) == []
    line = bare_statement_line(project, datetime.date(2026, 11, 3), cast.bank)
    type(line).objects.filter(pk=line.pk).update(balance=Decimal("6000.00"))
    assert said(draft(project, [person(1)], name="b.xlsx")) == []
    batch = draft(project, [person(1), person(2)], name="c.xlsx")
    assert said(batch) == [(None, "balance_too_low")]
    assert "截至 2026-11-03 银行流水" in PayrollRemark.objects.get(batch=batch).message
    # What another employer submitted and the bank hasn't got yet is not there twice.
    submit(draft(project, [person(3)], subcontractor=cast.subcontractor))
    batch = draft(project, [person(4)], name="d.xlsx")
    assert said(batch, "balance_too_low") == [(None, "balance_too_low")]
    assert "减去其他用工单位已提交的" in PayrollRemark.objects.get(batch=batch, code="balance_too_low").message


def test_who_was_on_site_and_is_left_off_the_sheet_is_named_once_for_the_batch(cast, project):
    """From entry to exit both days count; who is known from a payroll alone was on site as far as that payroll says."""
    came, left = datetime.date(2026, 3, 1), datetime.date(2026, 10, 1)
    on_roster(project, worker(1), cast.contractor, entered_on=came)
    on_roster(project, worker(2, name="马小军"), cast.contractor, entered_on=came, left_on=left)
    on_roster(project, worker(3, name="李敏"), cast.contractor, entered_on=datetime.date(2026, 10, 31))
    on_roster(project, worker(4), cast.contractor, entered_on=came, left_on=datetime.date(2026, 9, 30))
    on_roster(project, worker(5), cast.contractor, entered_on=datetime.date(2026, 11, 1))
    on_roster(project, worker(6), cast.contractor)
    on_roster(project, worker(7), cast.subcontractor, entered_on=came)
    batch = draft(project, [person(1)])
    remark = PayrollRemark.objects.get(batch=batch, code="roster_left_out")
    assert (remark.row, remark.severity) == (None, "warning")
    assert "花名册上有 2 人2026年10月在场，表里没有：马*军、李*。" in remark.message
    everybody = draft(
        project, [person(1), person(2, name="马小军"), person(3, name="李敏", days=Decimal(1))], name="b.xlsx"
    )
    assert said(everybody, "roster_left_out") == []


def test_who_has_back_pay_of_the_month_or_another_employers_pay_is_not_left_out(cast, project):
    for n in (1, 2, 3):
        on_roster(project, worker(n), cast.contractor, entered_on=datetime.date(2026, 3, 1))
    assert said(draft(project, [person(1)], name="a.xlsx"), "roster_left_out") == [(None, "roster_left_out")]
    submit(draft(project, [person(2)], subcontractor=cast.subcontractor, name="b.xlsx"))
    back_pay = submit(draft(project, [person(3)], name="c.xlsx"))
    type(back_pay).objects.filter(pk=back_pay.pk).update(kind="back_pay", sequence=1)
    assert said(draft(project, [person(1, days=Decimal(25))], name="d.xlsx"), "roster_left_out") == []


def test_a_sheet_copied_from_last_month_is_told_when_read_and_when_submitted(cast, project):
    code, rows = "same_as_last_month", [person(1), person(2), person(3)]
    september = draft(project, rows, month_on=datetime.date(2026, 9, 1), name="9月工资.xlsx")
    read_before = draft(project, rows, name="a.xlsx")
    assert said(read_before, code) == [], "September isn't submitted"
    submit(september)
    submit(read_before)
    assert said(read_before, code) == [(None, code)]
    other = [person(1), person(2), person(3, crew="瓦工班")]
    batch = draft(project, other, name="b.xlsx")
    assert said(batch, code) == [(None, code)]
    assert "与 2026-09 的工资表逐人相同" in PayrollRemark.objects.get(batch=batch, code=code).message
    assert said(draft(project, other, subcontractor=cast.subcontractor, name="c.xlsx"), code) == []
    fewer = [person(1), person(2), person(3, days=Decimal(25))]
    assert said(draft(project, fewer, name="d.xlsx"), code) == []
