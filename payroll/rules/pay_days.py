"""Until when a month's pay is due where nothing else was agreed."""

import datetime


def last_pay_day(month_on: datetime.date, months: int) -> datetime.date:
    """The last day of the month that is `months` after the month of the work (724 art 14: 当期或者次期).

    Not moved before rest days: of a day after it, pay is late in any case.
    """
    after = month_on.year * 12 + month_on.month - 1 + months + 1
    return datetime.date(after // 12, after % 12 + 1, 1) - datetime.timedelta(days=1)


def late_before(today: datetime.date, months: int) -> datetime.date:
    """The first day of the earliest month of work whose last pay day hasn't passed: pay of those before it is late."""
    at = today.year * 12 + today.month - 1 - months
    return datetime.date(at // 12, at % 12 + 1, 1)
