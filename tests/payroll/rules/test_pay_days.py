"""Until when pay is due, and from when on it is late: the two say the same of every day."""

import datetime

from hypothesis import given
from hypothesis import strategies as st

from payroll.rules.pay_days import due_months, last_pay_day, late_months, months_for

DAYS = st.dates(datetime.date(2020, 1, 1), datetime.date(2035, 12, 31))


def test_the_last_day_of_the_month_after_the_work():
    assert last_pay_day(datetime.date(2026, 10, 1), 1) == datetime.date(2026, 11, 30)
    assert last_pay_day(datetime.date(2026, 12, 1), 1) == datetime.date(2027, 1, 31)
    assert last_pay_day(datetime.date(2024, 1, 1), 1) == datetime.date(2024, 2, 29)
    assert last_pay_day(datetime.date(2026, 10, 1), 0) == datetime.date(2026, 10, 31)


VERSIONS = st.lists(st.tuples(DAYS, st.integers(0, 3)), min_size=1, max_size=4, unique_by=lambda one: one[0]).map(
    sorted
)


@given(today=DAYS, work=DAYS, versions=VERSIONS)
def test_a_month_is_late_where_its_last_pay_day_has_passed(today, work, versions):
    """By the version of its own work, whatever came into force since."""
    month_on = work.replace(day=1)
    in_ranges = [start <= month_on < end for start, end in late_months(versions, today)]
    assert sum(in_ranges) == (last_pay_day(month_on, months_for(versions, month_on)) < today)


@given(today=DAYS, work=DAYS, versions=VERSIONS)
def test_a_month_is_due_where_its_last_pay_day_ends_this_month(today, work, versions):
    month_on = work.replace(day=1)
    in_ranges = [start <= month_on < end for start, end in due_months(versions, today)]
    assert sum(in_ranges) == (last_pay_day(month_on, months_for(versions, month_on)) == last_pay_day(today, 0))


def test_a_later_version_leaves_earlier_months_alone():
    versions = [(datetime.date(2020, 5, 1), 1), (datetime.date(2026, 11, 1), 2)]
    assert [months_for(versions, datetime.date(*day)) for day in ((2019, 1, 1), (2026, 10, 1), (2026, 11, 1))] == [
        1,
        1,
        2,
    ]
