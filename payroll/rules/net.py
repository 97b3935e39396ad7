"""How the net pay of a row is made of its other amounts, and whether it agrees.

net = gross − deductions − advance, yuan; a difference over 0.01 is a mismatch. Where the titles of
a sheet allow two readings, a row agrees if one of them holds: only a certain contradiction errs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import NamedTuple

from payroll.rules.amounts import ZERO, NotMoney, parse_money
from sheets.values import ErrorValue

TOLERANCE = Decimal("0.01")
MADE_OF = ("gross", "deductions", "advance", "net_pay")
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

    def kept(self, cell: Decimal | None) -> Decimal | None:
        """The deductions to be kept of a row that agrees, where `cell` is what stands in the mapped column.

        A total below the advance it is said to hold stays as it stands; without an amount anywhere a blank stays blank.
        """
        return cell if self.deductions < 0 or (cell is None and not self.deductions) else self.deductions


class Judged(NamedTuple):
    """A row held against itself. `agrees` None: what amounts of unknown meaning come to can't be told.

    `gap` is what gross − deductions − advance exceeds the net by; a row that agrees has one where amounts of unknown
    meaning explain it.
    """

    agrees: bool | None
    gross: Decimal
    deductions: Decimal | None
    gap: Decimal


def parts_of(how: Sum, cells: Sequence[object], advance: Decimal, net: Decimal) -> Parts | None:
    """What the net of a row is made of, by the first reading that holds; the first one with `agree` False where it
    contradicts them all; None where that can't be told.

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


def judged(how: Sum, cells: Sequence[object], mapping: Mapping[str, int]) -> Judged | None:
    """Whether a row agrees, and the gross pay and deductions that are kept of it; None where nothing is computed: no
    gross or net pay, what is no amount of pay, or a formula without its result."""
    if not how.computable or any(type(_at(cells, at)) is ErrorValue for at in mapping.values()):
        return None
    try:
        gross, deductions, advance, net = (
            parse_money(_at(cells, mapping[name])) if name in mapping else None for name in MADE_OF
        )
    except NotMoney:
        return None
    if gross is None or net is None or any(amount and amount < 0 for amount in (gross, deductions, advance, net)):
        return None
    early = advance or ZERO
    parts = parts_of(how, cells, early, net)
    if parts is None:
        return Judged(None, gross, deductions, gross - (deductions or ZERO) - early - net)
    taken = parts.kept(deductions) if parts.agree else parts.deductions
    return Judged(parts.agree, parts.gross, taken, parts.gross - (taken or ZERO) - early - net)


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
