"""What one cell of an attendance sheet counts; nothing is guessed."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payroll.rules.attendance import (
    MOST_HOURS,
    Mark,
    Marks,
    Meaning,
    Measure,
    Problem,
    Unit,
    clock_times,
    legend_of,
    unit_of,
)
from payroll.rules.attendance_punches import Direction, Punch, days_of_punches

MEASURE = Measure(Decimal(8), Decimal(4))
DAYS = Marks(measure=MEASURE, unit=Unit.DAYS)
HOURS = Marks(measure=MEASURE, unit=Unit.HOURS)


@pytest.mark.parametrize(
    ("cell", "days", "hours"),
    [
        ("√", 1, None), ("✓", 1, None), (" √ ", 1, None), ("V", 1, None), ("全天", 1, None), (True, 1, None),
        (1.0, 1, None), ("1", 1, None), ("1.0", 1, None), ("１", 1, None), (1.5, "1.5", None), ("1天", 1, None),
        (0.5, "0.5", None), ("半", "0.5", None), ("上午", "0.5", None), ("0.5工", "0.5", None), (".5", "0.5", None),
        ("×", 0, None), ("✗", 0, None), ("休", 0, None), ("事假", 0, None), ("旷", 0, None), (0.0, 0, None), ("/", 0, None),
        ("8h", 1, 8), ("8小时", 1, 8), ("3.5H", "0.5", "3.5"), ("10 小时", 1, 10),
        ("√+2", 1, 10), ("半+3", "0.5", 7), ("8h+2", 1, 10),
        ("√√", 1, None), ("√/×", "0.5", None), ("休/休", 0, None),
        ("07:58 18:02", 1, "10.07"), ("07:58\n11:30\n13:00\n18:00", 1, "8.53"), ("7:00-9:00", "0.5", 2),
    ],
)  # fmt: skip
def test_a_cell_counts_what_it_says(cell, days, hours):
    mark = DAYS.read(cell)
    assert (mark.days, mark.hours, mark.problem) == (Decimal(days), None if hours is None else Decimal(hours), None)


@pytest.mark.parametrize("cell", [None, "", "  ", "\u3000"])
def test_a_blank_counts_nothing_and_says_nothing(cell):
    assert DAYS.read(cell) == Mark()


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        ("○", Problem.UNKNOWN), ("△", Problem.UNKNOWN), ("A", Problem.UNKNOWN), ("张三", Problem.UNKNOWN),
        ("√?", Problem.UNKNOWN), (8.0, Problem.AMBIGUOUS), ("12", Problem.AMBIGUOUS), (25.0, Problem.TOO_MUCH),
        ("30h", Problem.TOO_MUCH), (-1.0, Problem.UNKNOWN), (float("nan"), Problem.UNKNOWN), ("3天", Problem.TOO_MUCH),
    ],
)  # fmt: skip
def test_what_is_not_clear_counts_nothing_and_is_said(cell, problem):
    mark = DAYS.read(cell)
    assert (mark.days, mark.problem) == (None, problem)


def test_a_number_is_hours_where_the_sheet_counts_in_hours():
    assert HOURS.read(8.0) == Mark(Decimal(1), Decimal("8.00"))
    assert HOURS.read(3.0).days == Decimal("0.5")
    assert HOURS.read(10.5) == Mark(Decimal(1), Decimal("10.50"))
    assert HOURS.read(25.0).problem == Problem.TOO_MUCH


def test_days_or_hours_is_told_by_most_numbers():
    assert unit_of([1.0, 1.0, 0.5, 8.0]) == Unit.DAYS
    assert unit_of([8.0, 10.0, 4.0, 1.0]) == Unit.HOURS
    assert unit_of([]) == unit_of([0.0]) == Unit.DAYS


@pytest.mark.parametrize(
    "text",
    [
        "出勤：√ 休息：○ 事假：△ 旷工：×",
        "√出勤，○休息，△事假，×旷工",
        "√=出勤；○=休息；△=事假；×=旷工",
        "说明：出勤“√”、休息“○”、事假“△”、旷工“×”",
        "√表示出勤 ○表示休息 △代表事假 ×为旷工",
    ],
)
def test_a_legend_is_read_in_the_ways_people_write_it(text):
    absent = Meaning.ABSENT
    assert legend_of(text) == {"√": Meaning.PRESENT, "○": absent, "△": absent, "×": absent}


def test_letters_stand_for_shifts_where_a_legend_says_so():
    legend = legend_of("A=白班 B=夜班 C=休息 D=半天")
    marks = Marks(measure=MEASURE, unit=Unit.DAYS, legend=legend)
    assert [marks.read(letter).days for letter in "ABCD"] == [1, 1, 0, Decimal("0.5")]
    assert marks.read("E").problem == Problem.UNKNOWN


def test_other_lines_are_no_legend():
    assert legend_of("甘州区安置房项目 2026年10月考勤表") == {}
    assert legend_of("本月休息 4 天") == {}
    assert legend_of("√出勤") == {}, "one symbol could be an accident"
    assert "√" not in legend_of("√出勤 √休息 ×旷工"), "a contradiction explains nothing"


def test_clock_times_are_taken_only_alone():
    assert clock_times("07:58\n     ") == (datetime.time(7, 58),)
    assert clock_times("24:00") == (datetime.time(23, 59),)
    assert clock_times("07:58 到") == clock_times("2026-10-01 07:58") == clock_times("") == ()


def test_an_odd_number_of_punches_is_a_day_with_a_remark_and_without_hours():
    assert DAYS.read("07:58") == Mark(Decimal(1), None, Problem.SINGLE_PUNCH, (datetime.time(7, 58),))
    assert DAYS.read("07:58 11:30 13:00").problem == Problem.ODD_PUNCHES


@given(st.one_of(st.text(max_size=12), st.floats(allow_nan=True, allow_infinity=True), st.booleans(), st.times()))
def test_no_cell_counts_more_than_a_day_can_hold(cell):
    mark = DAYS.read(cell)
    assert mark.days is None or 0 <= mark.days <= 2
    assert mark.hours is None or 0 <= mark.hours <= MOST_HOURS


def at(day, hour, minute=0):
    return datetime.datetime.combine(datetime.date(2026, 10, day), datetime.time(hour, minute))


def directed(*punches):
    punches = [Punch(moment, Direction.IN if way == "in" else Direction.OUT) for moment, way in punches]
    return days_of_punches(punches, marks=HOURS, longest=Decimal(16))


def test_a_night_shift_counts_on_the_day_it_began():
    found = directed((at(1, 19), "in"), (at(2, 7), "out"), (at(2, 19), "in"), (at(3, 7), "out"))
    assert {day.day: (mark.days, mark.hours, mark.problem) for day, mark in found.items()} == {
        1: (1, 12, None),
        2: (1, 12, None),
    }


def test_an_exit_too_long_after_the_entry_belongs_to_no_entry():
    found = directed((at(1, 8), "in"), (at(2, 18), "out"))
    assert {day.day: (mark.days, mark.hours, mark.problem) for day, mark in found.items()} == {
        1: (1, None, Problem.SINGLE_PUNCH),
        2: (1, None, Problem.SINGLE_PUNCH),
    }


def test_a_card_shown_twice_changes_nothing():
    once = directed((at(1, 8), "in"), (at(1, 12), "out"), (at(1, 13), "in"), (at(1, 18), "out"))
    twice = directed(
        (at(1, 8), "in"), (at(1, 8, 1), "in"), (at(1, 12), "out"), (at(1, 12, 1), "out"), (at(1, 13), "in"), (at(1, 18), "out")
    )  # fmt: skip
    assert once == twice
    assert once[datetime.date(2026, 10, 1)].hours == 9


@given(
    st.lists(
        st.tuples(st.integers(1, 5), st.integers(0, 23), st.integers(0, 59), st.sampled_from(["in", "out"])),
        max_size=30,
    )
)
def test_whatever_a_gate_records_no_day_has_more_than_24_hours(punches):
    for mark in directed(*((at(day, hour, minute), way) for day, hour, minute, way in punches)).values():
        assert mark.hours is None or 0 <= mark.hours <= 24
        assert mark.days in (Decimal("0.5"), Decimal(1))
