"""Days worked in a month, as people type them: 26, 26天, 26.5, 26天半, 28/30.

Quarter days and finer are kept to two places, half up. Reasonableness (not more than the month
has) is the checks' business.
"""

import re
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from payroll.rules.amounts import BLANK, CENT, HALF_WIDTH, SPACES

UNIT = r"(?:天|日|个工日|工日|个工|工|个|d|days?)"
DAYS = re.compile(rf"(?P<number>\d{{1,4}}(?:\.\d*)?|\.\d+){UNIT}?(?P<half>半)?\Z", re.IGNORECASE)
SLASHED = re.compile(rf"(?P<one>\d{{1,2}}(?:\.\d+)?){UNIT}?/(?P<other>\d{{1,2}}(?:\.\d+)?){UNIT}?\Z", re.IGNORECASE)
HALF = Decimal("0.5")


class NotDays(ValueError):
    """The cell can't be read as a number of days without guessing."""


@lru_cache(maxsize=4096)
def days_of_float(value: float) -> Decimal:
    """Days from a float of a sheet, by its shortest text: 26.5, not 26.499999."""
    return tidy(Decimal(repr(value)))


def parse_days(value: object) -> Decimal | None:
    """Days, None for a blank; raises NotDays for anything else, negatives included.

    Of 28/30 (present of due) and 30/28 (due of present) the smaller is what was worked: nobody is
    present on more days than were due.
    """
    kind = type(value)
    if kind is float:
        if 0 <= value < 10_000:
            return days_of_float(value)
        raise NotDays(value)
    if value is None:
        return None
    if kind is not str:
        raise NotDays(value)
    text = SPACES.sub("", value.translate(HALF_WIDTH).replace("／", "/"))
    if BLANK.match(text):
        return None
    if text in ("半天", "半日", "半个工"):
        return HALF
    if match := SLASHED.match(text):
        return tidy(min(Decimal(match["one"]), Decimal(match["other"])))
    match = DAYS.match(text)
    if not match:
        raise NotDays(value)
    number = Decimal(match["number"])
    if match["half"]:
        if number != number.to_integral_value():
            raise NotDays(value)
        number += HALF
    return tidy(number)


def tidy(number: Decimal) -> Decimal:
    """26.00 → 26, 25.50 → 25.5."""
    number = number.quantize(CENT, ROUND_HALF_UP)
    whole = number.to_integral_value()
    return whole if number == whole else number.normalize()
