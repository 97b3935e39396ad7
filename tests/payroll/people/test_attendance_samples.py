"""Attendance as found in the field, where the folder of samples is present: what each file must give."""

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from payroll.imports.attendance.layouts import parse_attendance
from payroll.rules.attendance import Measure
from payroll.rules.month import Month
from sheets.reader import read
from sheets.refusal import Refusal

SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "samples" / "payroll"
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the folder of samples is not here")


def parsed(name: str, month: str):
    return parse_attendance(
        read((SAMPLES / name).read_bytes()),
        month=Month.of(month),
        measure=Measure(Decimal(8), Decimal(4)),
        longest_shift=Decimal(16),
    )


def test_a_punch_clocks_printout_of_a_week():
    found = parsed("adayimaxiga-XJTURM/员工刷卡记录表.xls", "2017-10")
    assert (found.layout, len(found.people)) == ("blocks", 137)
    by_number = {person.number: person for person in found.people}
    second = by_number["2"]
    assert (second.name, second.crew, second.total_days) == ("刘万福", "电控组", Decimal("3.5"))
    assert second.marks[15] == "10:28 11:48 18:33 22:47"
    assert second.hours[15] == Decimal("5.57"), "1 h 20 and 4 h 14"
    assert by_number["4"].total_days == 0
    assert {at + 1 for person in found.people for at, day in enumerate(person.days) if day} <= set(range(16, 23))
    assert Counter(remark.severity for remark in found.remarks)["error"] == 0


def test_three_rows_a_person_without_names():
    found = parsed("pocerberus-project_management/考勤表.xlsx", "2025-10")
    assert found.layout == "rows"
    assert [(person.number, person.total_days) for person in found.people] == [
        ("11001", Decimal("25.5")),
        ("11002", Decimal("29.5")),
        ("11003", Decimal("18.5")),
    ]
    assert found.people[0].hours[18] == 9, "a day and an hour of overtime"
    assert found.remarks == []


@pytest.mark.parametrize(
    ("name", "month", "code"),
    [
        ("adayimaxiga-XJTURM/员工刷卡记录表.xls", "2017-11", "month_mismatch"),
        ("xn-gchf-oss/06.项目人员考勤导入模板.xlsx", "2025-10", "no_people"),
        ("xn-gchf-oss/07.项目人员工资导入模板.xlsx", "2025-10", "wrong_template"),
        ("xn-gchf-oss/04.项目人员进退场导入模板.xlsx", "2025-10", "no_attendance"),
        ("Zpe1-Software/工资发放表.xlsx", "2025-10", "wrong_template"),
        ("Rabbit1992-salarysheet_maker/加班表模板.xlsx", "2025-07", "no_attendance"),
        ("Rabbit1992-salarysheet_maker/请假表模板.xlsx", "2025-07", "no_attendance"),
    ],
)
def test_what_is_no_attendance_of_the_month_is_refused(name, month, code):
    with pytest.raises(Refusal) as refusal:
        parsed(name, month)
    assert refusal.value.code == code
