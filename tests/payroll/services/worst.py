"""Sheets with more to say about every row than an honest one: what tests and soak of memory read."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from tests.factories.payroll import card_number, person


@dataclass(frozen=True, slots=True)
class Worst:
    """`row(n)` makes the row of person n; each but the first gives so many remarks, and goes out (1) or not (0)."""

    row: Callable[[int], dict]
    remarks: int
    errors: int = 0


def _odd(n: int) -> dict:
    """A stranger whose account is no card, at a bank nobody knows."""
    return person(n, bank_card=str(900_000_000_000 + n), bank_name=f"某地钱庄{n}号")


WORST = {
    "三条提示": Worst(_odd, remarks=2),  # one account of ten satisfies the rule by chance
    "一张卡": Worst(lambda n: person(n, bank_card=card_number(7)), remarks=2),
    "同一行": Worst(lambda _n: person(7), remarks=2, errors=1),
    "天数都错": Worst(lambda n: person(n, days=Decimal(40)), remarks=2, errors=1),
}
