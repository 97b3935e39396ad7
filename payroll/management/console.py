"""What payroll's commands read from their arguments; the rest they share with every room's commands."""

from payroll.rules.month import Month
from responsibilities.rules.errors import Refused


def month_of(text: str) -> Month:
    """`2026-10`; raises Refused."""
    try:
        return Month.of(text)
    except ValueError:
        raise Refused("bad_month", f"月份“{text}”写法不对，应为 2026-10 这样的年月。") from None
