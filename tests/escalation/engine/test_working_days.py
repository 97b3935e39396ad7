"""Working days: the vectors of the rules, the edges of the calendar, the fixtures against an independent source."""

import datetime

import chinese_calendar
import pytest

from escalation.models import CalendarDay, CalendarVersion, CalendarYear
from escalation.rules.workdays import Calendar, plain_day
from escalation.selectors.calendar import calendar_unscoped
from responsibilities.rules.errors import Refused
from tests.factories.escalation import day

pytestmark = pytest.mark.django_db

VECTORS = [
    ("2026-02-13", "2026-02-25"),
    ("2026-09-18", "2026-09-22"),
    ("2026-09-30", "2026-10-10"),
    ("2025-12-31", "2026-01-06"),
    ("2024-02-08", "2024-02-19"),
    ("2026-11-21", "2026-11-25"),
]


@pytest.mark.parametrize(("anchor", "due"), VECTORS)
def test_three_working_days_fall_where_the_rules_say(anchor, due):
    assert calendar_unscoped().add_workdays(day(anchor), 3) == day(due)


def test_the_official_years_agree_with_an_independent_calendar():
    rows = CalendarDay.objects.filter(day__range=("2023-01-01", "2026-12-31"))
    assert rows.count() == 4 * 365 + 1
    wrong = [row.day for row in rows if row.is_workday != chinese_calendar.is_workday(row.day)]
    assert wrong == []


def test_a_year_without_a_published_arrangement_is_provisional_and_has_no_make_up_days():
    assert CalendarYear.objects.get(year=2027).status == "provisional"
    days = CalendarDay.objects.filter(day__year=2027)
    assert days.count() == 365
    assert not days.filter(provisional=False).exists()
    assert not days.filter(kind="make_up").exists()
    assert days.get(day="2027-02-05").name == "除夕"


def test_loading_made_one_edition():
    assert CalendarVersion.objects.count() == 1


def test_ordinals_count_the_working_days_up_to_and_including_a_day():
    rows = list(CalendarDay.objects.order_by("day"))
    counted = 0
    for row in rows:
        counted += row.is_workday
        assert row.ordinal == counted
        assert (row.next_workday_on == row.day) is row.is_workday


def test_counting_backwards_leaves_the_anchor_out_too():
    calendar = calendar_unscoped()
    assert calendar.add_workdays(day("2026-11-23"), -1) == day("2026-11-20")
    assert calendar.add_workdays(day("2026-11-22"), -1) == day("2026-11-20")


def test_zero_working_days_is_the_day_itself_or_the_next_working_day():
    calendar = calendar_unscoped()
    assert calendar.add_workdays(day("2026-11-23"), 0) == day("2026-11-23")
    assert calendar.add_workdays(day("2026-11-21"), 0) == day("2026-11-23")


@pytest.mark.parametrize(("anchor", "n"), [("2027-12-31", 1), ("2027-12-29", 3), ("2028-01-03", 1), ("2021-05-06", 1)])
def test_beyond_the_calendar_there_is_a_refusal_and_no_invention(anchor, n):
    with pytest.raises(Refused) as refusal:
        calendar_unscoped().add_workdays(day(anchor), n)
    assert refusal.value.code == "outside_calendar"
    assert "2027-12-31" in refusal.value.message


def test_an_empty_calendar_says_that_it_is_empty():
    with pytest.raises(Refused, match="尚未载入"):
        Calendar([]).add_workdays(day("2026-11-23"), 1)


def test_a_calendar_with_a_gap_is_no_calendar():
    with pytest.raises(ValueError, match="gap"):
        Calendar([plain_day(datetime.date(2026, 1, 5)), plain_day(datetime.date(2026, 1, 7))])


def test_skipped_days_are_the_rest_days_between_with_their_names():
    calendar = calendar_unscoped()
    skipped = calendar.skipped(day("2026-09-30"), day("2026-10-10"))
    assert [d.day.isoformat() for d in skipped] == [f"2026-10-0{n}" for n in range(1, 8)]
    assert {d.why for d in skipped} == {"国庆节"}
