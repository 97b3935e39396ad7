"""Amounts that a sheet gives in fen or in ten thousands of yuan: its titles, or the line above them, say so."""

import re
from collections.abc import Sequence
from decimal import Decimal

from payroll.imports.arithmetic import cents
from payroll.imports.columns import TITLES
from payroll.rules.amounts import NotMoney, parse_money
from payroll.rules.net import Sum
from sheets.headers import Header
from sheets.values import Cell, column_letter

UNITS = {"分": Decimal("0.01"), "千元": Decimal(1000), "万元": Decimal(10000)}
IN_TITLE = re.compile(r"[(（\[【/](?:单位[:：]?)?(?:人民币)?(分|万元|千元)[)）\]】]?")
ABOVE = re.compile(r"(?:金额)?单位[:：](?:人民币)?(分|万元|千元)[)）]?\Z")
OWN_UNIT = re.compile(r"[元圆块万千]")
# Yuan a month, far beyond anybody's: only to tell whether a unit can be meant.
LEAST_PAY, MOST_PAY = Decimal(50), Decimal(500_000)
AMOUNTS = ("gross", "deductions", "advance", "net_pay", "unit_price")


def unit_above(rows: Sequence[Sequence[Cell]]) -> str:
    """The unit that a line above the people names: 分, 千元 or 万元; "" for none."""
    texts = ("".join(cell.split()) for row in rows for cell in row if type(cell) is str)
    return next((match[1] for text in texts if (match := ABOVE.search(text))), "")


def factors_of(header: Header, unit: str, how: Sum, people: Sequence[Sequence[Cell]] = ()) -> dict[int, Decimal]:
    """Column (1-based) → what its amounts are to be multiplied with to be yuan; empty on the usual sheet.

    A title says its own column's unit. The `unit` of a line above may speak of something else (合同造价，单位：万元):
    it counts only where what people get is a month's pay by it.
    """
    columns = {header.mapping[name] for name in AMOUNTS if name in header.mapping}
    columns |= {*how.gross, *how.deductions, *how.items, *how.unknown}
    whole = UNITS.get(unit)
    if whole is not None and not _is_pay(header, people, whole):
        whole = None
    found = {}
    for at in columns:
        match = IN_TITLE.search("".join(header.titles.get(at, "").split()))
        if factor := UNITS[match[1]] if match else whole:
            found[at] = factor
    return found


def _is_pay(header: Header, people: Sequence[Sequence[Cell]], factor: Decimal) -> bool:
    """Whether the middle one of the net pays is a month's pay once it is converted; true where none is there."""
    at = header.mapping["net_pay"]
    nets = sorted(amount for cells in people if (amount := cents(cells[at - 1] if at <= len(cells) else None)))
    return not nets or LEAST_PAY <= Decimal(nets[len(nets) // 2]) / 100 * factor <= MOST_PAY


def converted(cells: list[Cell], factors: dict[int, Decimal]) -> list[Cell]:
    """The row in yuan; what can't be read as an amount stays as it is, for the checks to say."""
    cells = list(cells)
    for at, factor in factors.items():
        value = cells[at - 1] if at <= len(cells) else None
        # An amount that names its own unit is that.
        if type(value) not in (float, str) or (type(value) is str and OWN_UNIT.search(value)):
            continue
        try:
            # The shortest text of a float, so that 0.58 万元 is 5800 and no binary noise more.
            amount = Decimal(repr(value)) if type(value) is float else parse_money(value)
        except NotMoney:
            continue
        if amount is not None:
            cells[at - 1] = f"{amount * factor:f}"
    return cells


def told(header: Header, factors: dict[int, Decimal]) -> dict[str, str]:
    """The words of the notice about it: the unit and the columns."""
    names = {at: TITLES[name] for name, at in header.mapping.items()}
    columns = "、".join(f"{column_letter(at)} 列{names[at]}" for at in sorted(factors) if at in names)
    unit = next(unit for unit, factor in UNITS.items() if factor == next(iter(factors.values())))
    return {"unit": unit, "columns": columns}
