"""The audit page holds the days of a sheet against the attendance on record today, whenever that came."""

import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from payroll.models import AttendanceSheet, PayrollBatch, PayrollLine, PayrollRemark, StoredFile
from payroll.selectors.audits import attendance_of, attention_rows, days_compared
from responsibilities.selectors.clock import now
from tests.factories.flow import submitted
from tests.factories.payroll import person
from tests.factories.people import attended, worker

pytestmark = pytest.mark.django_db


def days(count):
    return [datetime.date(2026, 10, day) for day in range(1, count + 1)]


@pytest.fixture
def batch(cast, project):
    """Submitted before anybody recorded attendance: 22 days for the first, 26 for two, no days for the last."""
    rows = [person(1, days=Decimal(22)), person(2), person(3), person(4)]
    made = submitted(project, rows, subcontractor=cast.subcontractor)
    PayrollLine.objects.filter(batch=made, worker=worker(4)).update(days=None)
    for n, count in ((1, 26), (2, 25), (3, 26), (4, 20)):
        attended(project, worker(n), days(count), subcontractor=cast.subcontractor)
    return made


def said(cast, batch):
    return {
        row.line.worker_id: row.why
        for row in attention_rows(cast.scope(cast.labour_officer), batch, days_compared(batch))
    }


def test_attendance_that_came_later_names_who_is_paid_for_fewer_or_more_days(cast, batch, enter):
    why = said(cast, batch)
    assert "工资表 22 天，考勤记录 26 天，少 4 天，请核对是否少发工资" in why[worker(1).pk]
    assert "工资表 26 天，考勤记录 25 天，多 1 天，请核对考勤" in why[worker(2).pk]
    assert not {worker(3).pk, worker(4).pk} & set(why)
    assert (attendance_of(days_compared(batch)).under, attendance_of(days_compared(batch)).over) == (1, 1)
    page = enter(cast.labour_officer).get(f"/payroll/{batch.pk}/audit/").content.decode()
    assert "1 人少于考勤，1 人多于考勤" in page
    assert "少 4 天，请核对是否少发工资" in page


def test_who_is_paid_by_another_employer_of_the_site_too_is_not_short_here(cast, project, batch):
    submitted(project, [person(1, days=Decimal(4))], name="own.xlsx")
    assert worker(1).pk not in said(cast, batch)
    assert attendance_of(days_compared(batch)).under == 0


def test_a_remark_of_another_sheet_of_the_file_is_nobody_elses(cast, batch):
    """Rows count from 1 on every sheet: the same number stands for different people."""
    here, there = batch.lines.order_by("row")[2:4]
    PayrollLine.objects.filter(pk=there.pk).update(sheet_no=2, row=here.row)
    for sheet_no in (1, 2):
        PayrollRemark.objects.create(
            batch=batch,
            sheet_no=sheet_no,
            row=here.row,
            code="unknown_bank",
            severity="warning",
            message=f"表 {sheet_no}",
        )
    why = said(cast, batch)
    assert [[one for one in why[line.worker_id] if one.startswith("表")] for line in (here, there)] == [
        ["表 1"],
        ["表 2"],
    ]


def test_the_page_walks_the_days_of_all_lines_once(cast, batch, enter):
    client = enter(cast.labour_officer)
    with CaptureQueriesContext(connection) as asked:
        client.get(f"/payroll/{batch.pk}/audit/")
    of_lines = [one["sql"] for one in asked if 'FROM "payroll_payrollline"' in one["sql"]]
    walks = [sql for sql in of_lines if '."days"' in sql and '."crew"' not in sql]
    assert len(walks) == 1


def test_back_pay_is_not_held_against_the_months_attendance(cast, batch, enter):
    PayrollBatch.objects.filter(pk=batch.pk).update(kind=PayrollBatch.Kind.BACK_PAY, sequence=1)
    batch.refresh_from_db()
    assert attendance_of(days_compared(batch)) is None
    assert said(cast, batch) == {}
    page = enter(cast.labour_officer).get(f"/payroll/{batch.pk}/audit/").content.decode()
    assert "补发不与考勤对照" in page


@pytest.mark.parametrize(("who", "own"), [("subcontractor_clerk", True), ("labour_officer", False)])
def test_it_says_who_confirmed_the_attendance(project, cast, batch, enter, who, own):
    """Where the employer's own person did, the days of both papers have one author."""
    file = StoredFile.objects.create(name="考勤.xlsx", size=1, sha256="0" * 64, sealed=b"x")
    AttendanceSheet.objects.create(
        project=project,
        month_on=batch.month_on,
        subcontractor=cast.subcontractor,
        status=AttendanceSheet.Status.CONFIRMED,
        file=file,
        confirmed_by=getattr(cast, who),
        confirmed_at=now(),
    )
    shown = enter(cast.labour_officer).get(f"/payroll/{batch.pk}/audit/").content.decode()
    assert f"考勤表由{getattr(cast, who).name}" in shown
    assert ("是编制单位自己的人" in shown) is own


def test_who_attended_and_stands_on_no_sheet_is_told_with_his_days(cast, project, batch, enter):
    client, page = enter(cast.labour_officer), f"/payroll/{batch.pk}/audit/"
    assert "有考勤、没有工资" not in client.get(page).content.decode()
    attended(project, worker(5, name="马小军"), days(7), subcontractor=cast.subcontractor)
    attended(project, worker(6), days(3))  # by another employer
    assert "1 人有考勤、没有工资，共 7 天：马小军。" in client.get(page).content.decode()
    submitted(project, [person(5, name="马小军")], name="own.xlsx")
    assert "有考勤、没有工资" not in client.get(page).content.decode()
