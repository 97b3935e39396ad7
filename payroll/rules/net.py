"""How the net pay of a row is made of its other amounts, and whether it agrees.

net = gross − deductions − advance, yuan; a difference over 0.01 is a mismatch. Where the titles of
a sheet allow two readings, a row agrees if one of them holds: only a certain contradiction errs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from payroll.rules.amounts import ZERO, NotMoney, parse_money

TOLERANCE = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Sum:
    """Which columns (1-based) make the net pay. `unknown` are columns whose meaning isn't known: a
    row with an amount there can't be recomputed. `simple`: one gross, at most one total, no more."""

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
    """Gross and deductions of a row besides its advance, yuan. Where `agree`, gross − deductions − advance is the net."""

    gross: Decimal
    deductions: Decimal
    agree: bool


def parts_of(how: Sum, cells: Sequence[object], advance: Decimal, net: Decimal) -> Parts | None:
    """What the net of a row is made of, by the first reading that holds; the nearest one with `agree` False where
    it contradicts them all; None where that can't be told.

    Single deductions are added up, several gross amounts or totals too; an advance that a total holds is taken out
    of it, so that what is kept of the row adds up.
    """
    try:
        if any(_holds_amount(_at(cells, column)) for column in how.unknown):
            return None
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
    return Parts(gross, taken, False)


def _holds_amount(value: object) -> bool:
    """Whether a cell of unknown meaning holds an amount; a text that is none is only a word."""
    try:
        return bool(parse_money(value))
    except NotMoney:
        return type(value) is not str


def _at(cells: Sequence[object], column: int) -> object:
    return cells[column - 1] if column <= len(cells) else None
