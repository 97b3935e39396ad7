"""Until when a month's pay is due where nothing else was agreed."""

import datetime

from payroll.rules.month import Month


def last_pay_day(month_on: datetime.date, months: int) -> datetime.date:
    """The last day of the month that is `months` after the month of the work (724 art 14: 当期或者次期).

    Not moved before rest days: of a day after it, pay is late in any case.
    """
    return Month.around(month_on).moved(months).last


def late_before(today: datetime.date, months: int) -> datetime.date:
    """The first day of the earliest month of work whose last pay day hasn't passed: pay of those before it is late."""
    return Month.around(today).moved(-months).first
