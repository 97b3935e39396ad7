"""Two thousand people and thirty-one days: read and confirmed in seconds, one statement each."""

import datetime
import time
from io import BytesIO

import pytest
import xlsxwriter
from django.db import connection

from payroll.models import AttendanceDay
from payroll.services.attendance.confirming import attendance_confirm
from payroll.services.attendance.reading import attendance_read
from payroll.services.attendance.uploads import attendance_upload
from responsibilities.selectors import clock
from responsibilities.services import vault
from responsibilities.services.trail import Actor
from tests.factories.payroll import id_number, site

pytestmark = pytest.mark.django_db
PEOPLE = 2_000
# On two busy cores; alone it takes some two seconds.
SECONDS = 30


def grid() -> bytes:
    box = BytesIO()
    book = xlsxwriter.Workbook(box, {"constant_memory": True})
    page = book.add_worksheet("10月考勤")
    page.write_row(0, 0, ["序号", "姓名", "身份证号", *range(1, 32), "合计"])
    for n in range(PEOPLE):
        page.write_row(n + 1, 0, [n + 1, f"工人{n}", id_number(n), *["√"] * 26, *["休"] * 5, 26])
    book.close()
    return box.getvalue()


def test_a_month_of_two_thousand_people_is_read_and_confirmed_in_seconds(cast):
    project = site(cast)
    index = vault.blind_indexer("id_number")
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO payroll_worker (name, id_number_sealed, id_number_index, id_last4, phone_last4, created_at)"
            " VALUES (%s, '', %s, %s, '', %s)",
            [(f"工人{n}", index(id_number(n)), id_number(n)[-4:], clock.now()) for n in range(PEOPLE)],
        )
        cursor.execute(
            "INSERT INTO payroll_rosterentry (project_id, worker_id, employer_id, crew, trade)"
            " SELECT %s, id, %s, '', '' FROM payroll_worker",
            [project.pk, cast.subcontractor.pk],
        )
    data = grid()
    started = time.monotonic()
    sheet, _new = attendance_upload(
        project=project,
        month_on=datetime.date(2026, 10, 1),
        subcontractor=cast.subcontractor,
        name="10月考勤.xlsx",
        data=data,
        actor=Actor.system("test"),
        wake=False,
    )
    attendance_read(sheet.pk)
    read = time.monotonic()
    attendance_confirm(sheet_id=sheet.pk, actor=Actor.system("test"), matched=PEOPLE)
    confirmed = time.monotonic()
    print(f"read {read - started:.1f} s, confirm {confirmed - read:.1f} s")
    assert AttendanceDay.objects.filter(project=project).count() == PEOPLE * 26
    assert confirmed - started < SECONDS
