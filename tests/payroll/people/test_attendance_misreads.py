"""Attendance as clerks really write it, where a reader could count wrongly without a word: each is right, or is said."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payroll.imports.attendance.days import months_in, period_in
from payroll.imports.attendance.layouts import parse_attendance
from payroll.rules.attendance import Mark, Marks, Measure, Problem, Unit, legend_of
from payroll.rules.attendance_punches import Punch, days_of_punches
from payroll.rules.month import Month
from sheets.reader import Range, Sheet, Workbook
from sheets.refusal import Refusal
from tests.factories.payroll import id_number
from tests.payroll.people.attendance_sheets import MONTH, name

MEASURE = Measure(Decimal(8), Decimal(4))
DAYS = Marks(measure=MEASURE, unit=Unit.DAYS)
SHIFT = Decimal(16)
HALF = Decimal("0.5")


def sheet_of(rows, title="考勤", merged=()) -> Workbook:
    return Workbook("xlsx", [Sheet.of(rows, title, merged=list(merged))])


def parsed(rows, title="考勤", month=MONTH, merged=()):
    return parse_attendance(sheet_of(rows, title, merged), month=month, measure=MEASURE, longest_shift=SHIFT)


def refused(rows, title="考勤", month=MONTH) -> str:
    with pytest.raises(Refusal) as refusal:
        parsed(rows, title, month)
    return refusal.value.code


def head(*more, first=1, last=31):
    return [*more, *[float(day) for day in range(first, last + 1)]]


def worked(person) -> dict[int, Decimal]:
    return {at + 1: day for at, day in enumerate(person.days) if day}


def codes(found):
    return [(remark.code, remark.cell) for remark in found.remarks]


# ── which month, which day ─────────────────────────────────────────────


PERIODS = [
    "2026年9月26日至10月25日考勤表",
    "考勤周期：2026-09-26～2026-10-25",
    "9月26日-10月25日考勤",
    "2026年9月26日～2026年10月25日",
]


@pytest.mark.parametrize("title", PERIODS)
def test_a_wage_month_from_the_26th_gives_each_month_its_own_days(title):
    days = [float(day) for day in (*range(26, 31), *range(1, 26))]
    rows = [[title], ["姓名", *days], [name(1), *["√"] * 30]]
    october = parsed(rows)
    assert set(worked(october.people[0])) == set(range(1, 26))
    assert [remark.code for remark in october.remarks] == ["other_month_days"]
    september = parsed(rows, month=Month(2026, 9))
    assert set(worked(september.people[0])) == set(range(26, 31)), "and not September the first to 25th"


def test_a_period_over_the_turn_of_the_year_has_the_right_years():
    text = "12月26日至1月25日考勤"
    assert period_in(text, Month(2027, 1)) == (datetime.date(2026, 12, 26), datetime.date(2027, 1, 25))
    assert period_in(text, Month(2026, 12)) == (datetime.date(2026, 12, 26), datetime.date(2027, 1, 25))


@pytest.mark.parametrize(
    ("above", "sheet"),
    [
        ("9月考勤表", "Sheet1"),
        ("九月份考勤表", "Sheet1"),
        ("某项目考勤表", "9月"),
        ("某项目考勤表", "2026.09"),
        ("十一月出勤", "Sheet1"),
    ],
)
def test_a_month_named_without_a_year_is_heeded(above, sheet):
    rows = [[above], head("姓名"), [name(1), *["√"] * 31]]
    assert refused(rows, sheet) == "month_mismatch"


@pytest.mark.parametrize(
    ("above", "sheet"),
    [
        ("10月考勤表", "9月"), ("十月份考勤表", "Sheet1"), ("某项目考勤表", "9月、10月"), ("制表日期：2026年11月3日", "Sheet1"),
        ("打印时间：2026-11-03", "10月"), ("某项目考勤表 2026 年 10 月", "Sheet1"), ("3月份开工项目", "Sheet1"),
    ],
)  # fmt: skip
def test_the_line_about_the_attendance_decides_and_the_date_of_the_paper_does_not(above, sheet):
    assert len(worked(parsed([[above], head("姓名"), [name(1), *["√"] * 31]], sheet).people[0])) == 31


def test_months_are_found_in_lines():
    assert months_in("2026年9月考勤", MONTH) == {Month(2026, 9)}
    assert months_in("十二月考勤", MONTH) == {Month(2026, 12)}
    assert months_in("10月1日进场人员考勤", MONTH) == set(), "a day is no month"


@pytest.mark.parametrize("form", ["{}(周一)", "{}日", "{}\n三", "{}/五", "10/{}", "10月{}日 星期一", "{}号（星期日）"])
def test_days_are_read_with_their_weekdays(form):
    rows = [["姓名", *[form.format(day) for day in range(1, 32)]], [name(1), None, "√"]]
    assert worked(parsed(rows).people[0]) == {2: 1}


def test_a_mark_on_a_day_that_the_month_does_not_have_is_said():
    rows = [head("姓名"), [name(1), *["√"] * 31], [name(2), "√"]]
    found = parsed(rows, month=Month(2026, 9))
    assert len(worked(found.people[0])) == 30
    assert codes(found) == [("no_such_day", "AF2")]


# ── a month in two rows ────────────────────────────────────────────────


def folded(*people, merged=True, weekdays=False):
    """1–15 above 16–31, as on the paper form; people are (name, first half, second half)."""
    rows = [["2026年10月考勤表"], head("序号", "姓名", last=15), head(None, None, first=16)]
    if weekdays:
        rows.insert(2, [None, None, *"四五六日一二三四五六日一二三四"])
    areas = []
    for at, (who, upper, lower) in enumerate(people, start=1):
        rows += [[float(at), who, *upper], [None if merged else float(at), None if merged else who, *lower]]
        areas += [Range(len(rows) - 1, column, len(rows), column) for column in (1, 2)] if merged else []
    return rows, areas


@pytest.mark.parametrize("merged", [True, False])
@pytest.mark.parametrize("weekdays", [True, False])
def test_a_month_folded_in_two_rows_is_a_month(merged, weekdays):
    rows, areas = folded(
        (name(1), ["√"] * 15, ["√"] * 10),
        (name(2), [None, "半"], [None] * 15 + ["√"]),
        (name(3), ["√"], [None, "◇"]),
        merged=merged,
        weekdays=weekdays,
    )
    found = parsed(rows, merged=areas)
    assert [set(worked(person)) for person in found.people] == [set(range(1, 26)), {2, 31}, {1}]
    assert found.people[1].days[1] == HALF
    row = 9 + weekdays
    assert [(one.code, one.day, one.cell) for one in found.remarks] == [("mark_unknown", 17, f"D{row}")]
    assert found.people[0].place_of(16) == f"C{row - 4}", "a remark about the 16th stands in the lower row"


def test_more_rows_than_the_fold_has_are_not_guessed():
    rows, areas = folded((name(1), ["√"] * 15, ["√"] * 10))
    rows.append([None, None, 2.0, 2.0])
    found = parsed(rows, merged=areas)
    assert worked(found.people[0]) == {}
    assert codes(found) == [("rows_unclear", "B4")]


# ── whose row ──────────────────────────────────────────────────────────


@pytest.mark.parametrize("post", ["班组长", "负责人", "项目经理", "劳资专管员", "审核员"])
def test_who_has_a_post_before_his_name_is_counted(post):
    rows = [head("职务", "姓名"), [post, name(1), "√", "√"], ["木工", name(2), "√"], ["审核：", None, "王五"]]
    found = parsed(rows)
    assert [len(worked(person)) for person in found.people] == [2, 1]
    assert [one["why"] for one in found.ignored_rows] == ["note"], "the line of signatures stays one"


def test_a_pre_numbered_empty_row_and_a_crews_heading_are_nobodys_second_row():
    rows = [head("序号", "姓名"), [1.0, name(1), "√", "√"], [2.0], [3.0], ["二班组"], [4.0, name(2), "√"], [5.0]]
    found = parsed(rows)
    assert (found.layout, [worked(person) for person in found.people]) == ("grid", [{1: 1, 2: 1}, {1: 1}])
    assert [person.hours[0] for person in found.people] == [None, None], "no hours are made up"
    assert found.remarks == []
    assert [one["why"] for one in found.ignored_rows] == ["empty"] * 4


def test_a_legend_beside_the_first_person_takes_nobody_away():
    rows = [
        [*head("姓名", last=6), "符号"],
        [name(1), "√", "○", "√", None, None, None, "√=出勤 ○=休息 △=半天"],
        [name(2), "△"],
    ]
    found = parsed(rows)
    assert [worked(person) for person in found.people] == [{1: 1, 3: 1}, {1: HALF}]


@pytest.mark.parametrize("remark", ["事假1天，旷工0天", "病假1天 事假 0 天", "出勤1天，休息0天", "旷工0次，迟到1次"])
def test_numbers_in_a_remark_explain_no_marks(remark):
    assert legend_of(remark) == {}
    rows = [[*head("姓名", last=6), "备注"], [name(1), 1.0, 1.0, 0.0, None, None, None, remark], [name(2), 1.0]]
    assert [worked(person) for person in parsed(rows).people] == [{1: 1, 2: 1}, {1: 1}]


def test_a_legend_of_numbers_still_is_one():
    assert {str(meaning) for meaning in legend_of("1=出勤，0=休息，0.5=半天").values()} == {"present", "absent", "half"}


# ── what a cell counts ─────────────────────────────────────────────────


@pytest.mark.parametrize("cell", ["√0", "√1", "√2", "0√", "√/0", "1√"])
def test_a_digit_behind_a_symbol_is_no_half_day(cell):
    assert DAYS.read(cell) == Mark(problem=Problem.UNKNOWN)


def test_two_halves_by_digits_need_a_stroke():
    assert (DAYS.read("1/0").days, DAYS.read("1/1").days, DAYS.read("10").problem) == (HALF, 1, Problem.AMBIGUOUS)


@pytest.mark.parametrize("serial", [0.3319444444444444, 0.75347222222, 1.041666666667])
def test_a_clock_time_that_lost_its_format_is_no_third_of_a_day(serial):
    assert DAYS.read(serial) == Mark(problem=Problem.UNKNOWN)


def test_arithmetic_of_a_sheet_is_still_a_number():
    assert DAYS.read(0.1 + 0.2).days == Decimal("0.3")
    assert DAYS.read(0.875).days == Decimal("0.88")


def test_two_days_on_one_day_are_counted_and_said():
    assert DAYS.read(2.0) == Mark(Decimal("2.00"), problem=Problem.DOUBLE)
    assert DAYS.read(1.5) == Mark(Decimal("1.50"))
    found = parsed([head("姓名"), [name(1), *["√"] * 3, 2.0]])
    assert worked(found.people[0]) == {1: 1, 2: 1, 3: 1, 4: 2}
    assert codes(found) == [("double_day", "E2")]


def test_a_crew_that_writes_days_in_a_sheet_of_hours_is_asked():
    rows = [head("姓名"), *[[name(n), *[9.0] * 20] for n in (1, 2)], [name(3), *[1.0] * 20, "1h"]]
    found = parsed(rows)
    assert found.unit == Unit.HOURS
    assert worked(found.people[2]) == {21: HALF}, "half a day each would have been a silent loss"
    assert {code for code, _cell in codes(found)} == {"mark_ambiguous"}


def test_overtime_of_one_hour_in_a_sheet_of_hours_is_an_hour():
    rows = [head("姓名", "时段"), [name(1), "出勤", 8.0, 8.0], [None, "加班", 1.0, 2.0]]
    assert parsed(rows).people[0].hours[:2] == [9, 10]


def test_a_night_shift_in_a_row_of_its_own_is_a_shift():
    rows = [head("姓名", "班次"), [name(1), "白班", "√", None], [None, "夜班", None, "√"]]
    found = parsed(rows)
    assert worked(found.people[0]) == {1: 1, 2: 1}
    assert found.remarks == []


# ── nights ─────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("cell", "hours"),
    [
        ("22:00 06:00", "8.00"),
        ("19:00-07:00", "12.00"),
        ("19:00 23:30 00:30 07:00", "11.00"),
        ("20:00\n08:00", "12.00"),
    ],
)
def test_times_that_turn_back_go_on_after_midnight(cell, hours):
    mark = DAYS.read(cell)
    assert (mark.days, mark.hours, mark.problem) == (1, Decimal(hours), Problem.OVER_MIDNIGHT)


def test_times_in_disorder_are_put_in_order():
    mark = DAYS.read("07:00 18:00 13:00 11:30")
    assert (mark.hours, mark.problem) == (Decimal("9.50"), None)


def clock(day, hour, minute=0):
    return Punch(datetime.datetime.combine(MONTH.first.replace(day=day), datetime.time(hour, minute)))


def undirected(*punches):
    return days_of_punches(punches, marks=Marks(measure=MEASURE, unit=Unit.HOURS), longest=SHIFT, nights=True)


def told(found):
    return {day.day: (mark.days, mark.hours, mark.problem) for day, mark in found.items()}


def test_nights_in_a_row_from_a_clock_without_directions():
    found = undirected(clock(1, 22), clock(2, 6), clock(2, 22), clock(3, 6), clock(3, 22), clock(4, 6, 30))
    night = Problem.OVER_MIDNIGHT
    assert told(found) == {1: (1, 8, night), 2: (1, 8, night), 3: (1, Decimal("8.50"), night), 4: (None, None, None)}


def test_a_day_shift_after_the_last_night_is_a_day_too():
    found = undirected(clock(1, 22), clock(2, 6), clock(2, 22), clock(3, 6), clock(3, 13), clock(3, 18))
    assert told(found)[3] == (1, Decimal(5), None)


def test_one_night_alone_stays_two_days_with_their_remarks():
    """It could as well be a worker who forgot to punch on both days: nobody loses a day by a guess."""
    single = Problem.SINGLE_PUNCH
    assert told(undirected(clock(1, 18), clock(2, 7))) == {1: (1, None, single), 2: (1, None, single)}


def test_days_with_two_punches_stay_days():
    found = undirected(clock(1, 7), clock(1, 18), clock(2, 7), clock(2, 18))
    assert told(found) == {1: (1, 11, None), 2: (1, 11, None)}


def test_nights_that_do_not_work_out_stay_as_they_were():
    found = undirected(clock(1, 7), clock(2, 7), clock(2, 18), clock(3, 7))
    assert told(found)[1] == (1, None, Problem.SINGLE_PUNCH), "from 7 to 7 nobody works"


nights = st.lists(st.tuples(st.integers(17, 23), st.integers(4, 8)), min_size=2, max_size=12)


@given(nights, st.integers(1, 10))
def test_any_row_of_nights_counts_one_day_a_night_and_its_own_hours(shifts, start):
    punches = []
    for at, (evening, morning) in enumerate(shifts):
        punches += [clock(start + at, evening), clock(start + at + 1, morning)]
    found = undirected(*punches)
    assert {day.day: mark.hours for day, mark in found.items() if mark.days} == {
        start + at: 24 - evening + morning for at, (evening, morning) in enumerate(shifts)
    }


# ── punch clocks' blocks ───────────────────────────────────────────────


def block(who, *lines, title="员工刷卡记录表"):
    return [[title], ["工号：", None, "7", None, "姓名：", who, None, "部门：", "木工班"], head(), *lines]


def test_nights_of_a_punch_clocks_block():
    rows = block(name(1), ["22:00", "06:00\n22:00", "06:00\n22:00", "06:00"])
    found = parsed(rows)
    assert worked(found.people[0]) == {1: 1, 2: 1, 3: 1}
    assert found.people[0].hours[:3] == [8, 8, 8], "and not sixteen on the second"
    assert [(one.code, one.cell) for one in found.remarks] == [("over_midnight", "A4")]


def test_a_line_of_hours_in_a_block_is_no_line_of_days():
    rows = block(name(1), ["07:00\n18:00"] * 3, [11.0, 11.0, 11.0]) + block(name(2), ["07:00\n18:00"])[1:]
    rows[-2] = [None]  # the days stand once, above the first block
    found = parsed(rows)
    assert [worked(person) for person in found.people] == [{1: 1, 2: 1, 3: 1}, {1: 1}]
    assert {remark.code for remark in found.remarks} == {"time_invalid"}, "the hours are said, not taken for days"


def test_times_under_no_day_are_said():
    rows = block(name(1), ["07:00\n18:00", *[None] * 31, "07:00"])
    assert codes(parsed(rows)) == [("time_invalid", "AG4")]


def test_a_block_of_another_month_by_its_title_is_refused():
    assert refused(block(name(1), ["07:00\n18:00"], title="2026年9月员工刷卡记录表")) == "month_mismatch"
    assert refused(block(name(1), ["07:00\n18:00"], title="9月份刷卡记录")) == "month_mismatch"
    assert parsed(block(name(1), ["07:00\n18:00"], title="10月份刷卡记录")).people


def test_days_of_the_month_before_in_a_block_are_said():
    rows = block(name(1), ["07:00\n18:00"] * 10, title="考勤日期：2026-09-28～2026-10-07")
    rows[2] = [28.0, 29.0, 30.0, *[float(day) for day in range(1, 8)]]
    found = parsed(rows)
    assert set(worked(found.people[0])) == set(range(1, 8))
    assert [remark.code for remark in found.remarks] == ["other_month_days"]


def test_the_same_person_by_number_in_two_rows_is_never_added_up():
    rows = [head("姓名", "身份证号"), [name(1), id_number(1), "√"], [name(1), id_number(1), None, "√"]]
    assert [worked(person) for person in parsed(rows).people] == [{1: 1}, {2: 1}]
