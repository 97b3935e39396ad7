"""Random months rendered in every layout that sites use are read back equal; what isn't attendance is refused."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from payroll.imports.attendance.layouts import parse_attendance
from payroll.rules.attendance import Measure
from payroll.rules.month import Month
from sheets.reader import Sheet, Workbook, read
from sheets.refusal import Refusal
from tests.factories.payroll import id_number
from tests.payroll.people import attendance_sheets as render
from tests.payroll.people.attendance_sheets import FULL, HALF, MONTH, NONE

quick = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SHIFT = Decimal(16)
few = settings(quick, max_examples=10)


def parsed(book: Workbook, month=MONTH):
    return parse_attendance(book, month=month, measure=Measure(Decimal(8), Decimal(4)), longest_shift=SHIFT)


def days_by_id(found) -> dict:
    return {person.id_number: [day or NONE for day in person.days] for person in found.people}


def expected(month: dict) -> dict:
    return {id_number(n): [worth.get(day, NONE) for day in range(1, 32)] for n, worth in month.items()}


worths = st.dictionaries(st.integers(1, 31), st.sampled_from([FULL, HALF, NONE]), max_size=31)
months = st.dictionaries(st.integers(1, 400), worths, min_size=1, max_size=6)
symbol_sets = st.sampled_from(
    [
        {FULL: "√", HALF: "半", NONE: "×"},
        {FULL: "✓", HALF: "0.5", NONE: "休"},
        {FULL: 1.0, HALF: 0.5, NONE: 0.0},
        {FULL: "1", HALF: ".5", NONE: "/"},
        {FULL: "8h", HALF: "3h", NONE: "事假"},
        {FULL: "出勤", HALF: "上午", NONE: "旷工"},
        {FULL: "√√", HALF: "√/×", NONE: "××"},
    ]
)


@quick
@given(months, symbol_sets, st.booleans(), st.booleans(), st.integers(0, 3))
def test_a_day_grid_is_read_back_equal(month, symbols, dates, footer, above):
    found = parsed(render.grid(month, symbols=symbols, dates=dates, footer=footer, above=above))
    assert found.layout == "grid"
    assert days_by_id(found) == expected(month)
    assert [remark for remark in found.remarks if remark.severity == "error"] == []


@quick
@given(months.filter(lambda month: sum(map(len, month.values())) > 0))
def test_a_grid_in_hours_is_read_back_in_hours(month):
    symbols = {FULL: 9.0, HALF: 3.5, NONE: None}
    found = parsed(render.grid(month, symbols=symbols, total=False))
    if any(worth for worths in month.values() for worth in worths.values()):
        assert found.unit == "hours"
    assert days_by_id(found) == expected(month)
    for (n, worth), person in zip(month.items(), found.people, strict=True):
        assert person.total_hours == sum({FULL: 9, HALF: Decimal("3.5"), NONE: 0}[w] for w in worth.values()), n


@quick
@given(
    months,
    st.sampled_from(["A=白班 B=半天 C=休息", "白班：A，半天：B，休息：C", "说明：A表示白班、B表示半天、C表示休息"]),
)
def test_a_grid_in_letters_is_read_by_its_legend(month, legend):
    found = parsed(render.grid(month, symbols={FULL: "A", HALF: "B", NONE: "C"}, legend=legend))
    assert days_by_id(found) == expected(month)


@quick
@given(
    st.dictionaries(st.integers(1, 400), st.dictionaries(st.integers(1, 31), st.sampled_from([FULL, HALF]), min_size=1), min_size=1, max_size=5),
    st.booleans(),
    st.booleans(),
    st.data(),
)  # fmt: skip
def test_three_rows_a_person_are_read_back_equal(month, labelled, merged, data):
    hours = st.sampled_from([Decimal("1"), Decimal("2.5"), Decimal("3")])
    overtime = {n: {day: data.draw(hours) for day in worth if data.draw(st.booleans())} for n, worth in month.items()}
    found = parsed(render.part_rows(month, overtime, labelled=labelled, merged=merged))
    assert found.layout == "rows"
    assert days_by_id(found) == expected(month)
    if any(overtime.values()):
        for (n, worth), person in zip(month.items(), found.people, strict=True):
            more = overtime[n]
            stated = [person.hours[day - 1] for day in more]
            assert stated == [worth[day] * 8 + more[day] for day in more]


clock = st.times(min_value=datetime.time(5), max_value=datetime.time(23)).map(
    lambda time: time.replace(second=0, microsecond=0)
)
clocked = st.dictionaries(
    st.integers(1, 400),
    st.dictionaries(st.integers(1, 31), st.sets(clock, min_size=1, max_size=6), min_size=1, max_size=8),
    min_size=1,
    max_size=5,
)


def hours_of(times) -> Decimal | None:
    """By hand: pairs in order, None where one is left over."""
    minutes = [time.hour * 60 + time.minute for time in sorted(times)]
    if len(minutes) % 2:
        return None
    spent = sum(out - into for into, out in zip(minutes[::2], minutes[1::2], strict=True))
    return (Decimal(spent) / 60).quantize(Decimal("0.01"), "ROUND_HALF_UP")


def longest_pair(times) -> Decimal:
    minutes = [time.hour * 60 + time.minute for time in sorted(times)]
    return Decimal(max(out - into for into, out in zip(minutes[::2], minutes[1::2], strict=True))) / 60


def may_be_nights(days: dict, day: int) -> bool:
    """Whether a day stands among three days in a row, one of them with a punch over: those may be read as nights."""
    first = last = day
    while first - 1 in days:
        first -= 1
    while last + 1 in days:
        last += 1
    return last - first >= 2 and any(len(days[one]) % 2 for one in range(first, last + 1))


@few
@given(clocked)
def test_punch_card_blocks_are_read_back_equal(punches):
    found = parsed(render.blocks(punches))
    assert found.layout == "blocks"
    assert [person.name for person in found.people] == [render.name(n) for n in punches]
    for (_n, days), person in zip(punches.items(), found.people, strict=True):
        for day in range(1, 32):
            times = days.get(day)
            if times and may_be_nights(days, day):
                continue
            assert (person.days[day - 1] is not None) == bool(times)
            assert person.hours[day - 1] == (hours_of(times) if times else None)


@few
@given(clocked, st.sampled_from([("入场", "出场"), ("进", "出"), ("01", "02"), None]))
def test_a_list_of_punches_is_read_back_equal(punches, directions):
    found = parsed(render.punch_list(punches, directions=directions))
    assert found.layout == "punches"
    by_id = {person.id_number: person for person in found.people}
    assert set(by_id) == {id_number(n) for n in punches}
    for n, days in punches.items():
        even = {day: times for day, times in days.items() if len(times) % 2 == 0}
        for day in even:
            if directions is None and may_be_nights(days, day):
                continue
            # A day before with an open entry may swallow an exit, and nobody works longer than a shift can last: only
            # days beside closed ones, with pairs that belong together, are certain.
            if directions is None or (len(days.get(day - 1, ())) % 2 == 0 and longest_pair(even[day]) <= SHIFT):
                assert by_id[id_number(n)].hours[day - 1] == hours_of(even[day])


def test_a_wrong_mark_is_said_at_its_cell_and_nothing_else_is_lost():
    month = {1: {1: FULL, 2: FULL, 3: FULL}, 2: {1: FULL}}
    book = render.grid(month, symbols={FULL: "√"}, total=False)
    rows = [cells for _number, cells in book.sheets[0].rows()]
    rows[2][5] = "◇"  # person 1, day 2
    found = parsed(Workbook("xlsx", [Sheet.of(rows, "10月考勤")]))
    assert [(remark.row, remark.day, remark.cell, remark.code) for remark in found.remarks] == [
        (3, 2, "F3", "mark_unknown")
    ]
    assert found.people[0].days[:3] == [1, None, 1]
    assert found.people[0].marks[1] == "◇"


def test_totals_that_do_not_fit_are_said():
    book = render.grid({1: {1: FULL, 2: FULL}}, footer=True)
    rows = [cells for _number, cells in book.sheets[0].rows()]
    rows[2][-1] = 26.0
    rows[3][4] = 5.0
    found = parsed(Workbook("xlsx", [Sheet.of(rows, "10月考勤")]))
    assert [(remark.cell, remark.code) for remark in found.remarks] == [
        ("AJ3", "total_mismatch"),
        ("E4", "total_mismatch"),
    ]


def test_a_wrong_id_number_is_told_and_not_replaced_by_the_name():
    book = render.grid({1: {1: FULL}})
    rows = [cells for _number, cells in book.sheets[0].rows()]
    rows[2][2] = rows[2][2][:-1] + ("1" if rows[2][2][-1] != "1" else "2")
    found = parsed(Workbook("xlsx", [Sheet.of(rows, "10月考勤")]))
    person = found.people[0]
    assert (person.id_number, person.identity_error.code, person.identity_error.cell) == ("", "id_checksum", "C3")


def test_a_number_that_lost_its_digits_is_told():
    book = render.grid({1: {1: FULL}})
    rows = [cells for _number, cells in book.sheets[0].rows()]
    rows[2][2] = 6.2070219660102e17
    found = parsed(Workbook("xlsx", [Sheet.of(rows, "10月考勤")]))
    assert found.people[0].identity_error.code == "id_precision_lost"


def test_weekdays_below_the_days_and_a_second_header_are_no_people():
    book = render.grid({1: {1: FULL}, 2: {2: FULL}}, total=False)
    rows = [cells for _number, cells in book.sheets[0].rows()]
    weekdays = [None] * 4 + list("四五六日一二三" * 4) + list("四五六")
    rows = [rows[0], rows[1], weekdays, rows[2], rows[1], weekdays, rows[3]]
    found = parsed(Workbook("xlsx", [Sheet.of(rows, "10月考勤")]))
    assert [person.row for person in found.people] == [4, 7]
    assert {ignored["why"] for ignored in found.ignored_rows} == {"header"}


def test_a_period_that_began_in_the_month_before_counts_only_this_month():
    days = [*range(26, 31), *range(1, 26)]
    rows = [["姓名", "身份证号", *[float(day) for day in days]], [render.name(1), id_number(1), *["√"] * 30]]
    found = parsed(Workbook("xlsx", [Sheet.of(rows, "考勤表")]))
    assert found.people[0].total_days == 25
    assert [remark.code for remark in found.remarks] == ["other_month_days"]


def refused(book, month=MONTH) -> str:
    with pytest.raises(Refusal) as refusal:
        parsed(book, month)
    return refusal.value.code


def test_another_month_is_refused():
    assert refused(render.grid({1: {1: FULL}}), Month(2026, 9)) == "month_mismatch"
    assert refused(render.grid({1: {1: FULL}}, dates=True, above=0), Month(2026, 9)) == "month_mismatch"
    assert refused(render.blocks({1: {1: [datetime.time(8)]}}), Month(2026, 9)) == "month_mismatch"
    assert refused(render.punch_list({1: {1: [datetime.time(8)]}}), Month(2026, 8)) == "month_mismatch"


def test_what_is_no_attendance_is_refused():
    assert (
        refused(Workbook("xlsx", [Sheet.of([["姓名", "身份证号", "实发工资"], ["张三", "1", 3.0]])]))
        == "wrong_template"
    )
    assert refused(Workbook("xlsx", [Sheet.of([["项目", "金额"], ["a", 3.0]])])) == "no_attendance"
    assert (
        refused(Workbook("xlsx", [Sheet.of([["姓名", *[float(day) for day in range(1, 32)]]], "考勤")])) == "no_people"
    )


def test_a_file_survives_the_trip_through_excel():
    month = {1: {1: FULL, 2: HALF}, 2: {3: FULL}}
    assert days_by_id(parsed(read(render.file_of(render.grid(month, footer=True))))) == expected(month)
    rows = render.part_rows(month, {}, labelled=True, merged=True)
    assert days_by_id(parsed(read(render.file_of(rows)))) == expected(month)
