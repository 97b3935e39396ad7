"""How the net pay of a row is made of its other amounts, and whether it agrees.

net = gross − deductions − advance, yuan; a difference over 0.01 is a mismatch. Where the titles of
a sheet allow two readings, a row agrees if one of them holds: only a certain contradiction errs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import NamedTuple

from payroll.rules.amounts import ZERO, NotMoney, parse_money

TOLERANCE = Decimal("0.01")
# So many amounts of unknown meaning are tried with either sign; more could come to anything by chance.
MOST_UNKNOWN = 3


@dataclass(frozen=True, slots=True)
class Sum:
    """Which columns (1-based) make the net pay. `unknown` are columns whose meaning isn't known: a
    row with an amount there can't be held against itself. `simple`: one gross, at most one total, no more."""

    computable: bool = False
    gross: tuple[int, ...] = ()
    deductions: tuple[int, ...] = ()
    items: tuple[int, ...] = ()
    has_advance: bool = False
    advance_within: bool = False
    unknown: tuple[int, ...] = ()

    @property
    def simple(self) -> bool:
        return (
            self.computable and len(self.gross) == 1 and len(self.deductions) <= 1 and not (self.items or self.unknown)
        )


class Parts(NamedTuple):
    """Gross and deductions of a row besides its advance, yuan. Where `agree`, gross − deductions − advance is the net,
    or differs from it by the amounts of unknown meaning that the row holds."""

    gross: Decimal
    deductions: Decimal
    agree: bool


def parts_of(how: Sum, cells: Sequence[object], advance: Decimal, net: Decimal) -> Parts | None:
    """What the net of a row is made of, by the first reading that holds; the nearest one with `agree` False where
    it contradicts them all; None where that can't be told.

    Single deductions are added up, several gross amounts or totals too; an advance that a total holds is taken out
    of it, so that what is kept of the row adds up. Amounts of unknown meaning may have been added or taken off.
    """
    try:
        unknown = [amount for column in how.unknown if (amount := _unknown_amount(_at(cells, column)))]
        gross = sum((parse_money(_at(cells, column)) or ZERO for column in how.gross), ZERO)
        totals = sum((parse_money(_at(cells, column)) or ZERO for column in how.deductions), ZERO)
        items = sum((parse_money(_at(cells, column)) or ZERO for column in how.items), ZERO)
    except NotMoney:
        return None
    taken = totals if how.deductions else items
    readings = [taken]
    if how.deductions and how.items:
        readings.append(totals + items)
    if how.advance_within:
        readings.append(taken - advance)
    for deductions in readings:
        if abs(gross - deductions - advance - net) <= TOLERANCE:
            return Parts(gross, deductions, True)
    if not unknown:
        return Parts(gross, taken, False)
    if len(unknown) <= MOST_UNKNOWN:
        for signs, deductions in product(product((1, -1, 0), repeat=len(unknown)), readings):
            rest = sum((sign * amount for sign, amount in zip(signs, unknown, strict=True)), ZERO)
            if abs(gross - deductions - advance + rest - net) <= TOLERANCE:
                return Parts(gross, deductions, True)
    return None


def _unknown_amount(value: object) -> Decimal | None:
    """The amount in a cell of unknown meaning; a text that is none is only a word. Raises NotMoney."""
    try:
        return parse_money(value)
    except NotMoney:
        if type(value) is str:
            return None
        raise


def _at(cells: Sequence[object], column: int) -> object:
    return cells[column - 1] if column <= len(cells) else None
