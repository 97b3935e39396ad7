"""Until when pay is due, and from when on it is late: the two say the same of every day."""

import datetime

from hypothesis import given
from hypothesis import strategies as st

from payroll.rules.pay_days import last_pay_day, late_before

DAYS = st.dates(datetime.date(2020, 1, 1), datetime.date(2035, 12, 31))


def test_the_last_day_of_the_month_after_the_work():
    assert last_pay_day(datetime.date(2026, 10, 1), 1) == datetime.date(2026, 11, 30)
    assert last_pay_day(datetime.date(2026, 12, 1), 1) == datetime.date(2027, 1, 31)
    assert last_pay_day(datetime.date(2024, 1, 1), 1) == datetime.date(2024, 2, 29)
    assert last_pay_day(datetime.date(2026, 10, 1), 0) == datetime.date(2026, 10, 31)


@given(today=DAYS, work=DAYS, months=st.integers(0, 3))
def test_a_month_is_late_where_its_last_pay_day_has_passed(today, work, months):
    month_on = work.replace(day=1)
    assert (month_on < late_before(today, months)) == (last_pay_day(month_on, months) < today)
