"""Which columns of amounts are gross, deductions, advance and net, by what adds up in most rows.

Amounts are compared in cents. A relation counts only where it says something: rows in which the parts are
nothing prove nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

from payroll.rules.amounts import NotMoney, parse_money
from payroll.rules.net import Sum, parts_of
from sheets.values import Cell

HOLDS = 0.8
LEAST_ROWS = 3
TELLING = 0.25  # of the rows must have something to take off, or the relation is idle
MOST_COLUMNS = 24


@dataclass(frozen=True, slots=True)
class Relation:
    """gross − taken = net, by column (1-based); `taken` are one or two columns."""

    gross: int
    taken: tuple[int, ...]
    net: int
    share: float


def cents(cell: Cell) -> int | None:
    """A cell as cents; a blank is nothing, None is no amount."""
    if cell is None:
        return 0
    if type(cell) is float and abs(cell) >= 1e8:
        return None
    try:
        amount = parse_money(cell)
    except NotMoney:
        return None
    return int(amount * 100) if amount is not None else 0


def find_relation(rows: Sequence[Sequence[Cell]], columns: Sequence[int]) -> Relation | None:
    """The relation gross − taken = net that holds in most rows.

    A payroll reads from left to right: gross stands left of what is taken off, net right of it. So a sum
    (base + bonus = gross) isn't mistaken for a difference. Of several the one with the rightmost net counts.
    """
    columns, rows = _filled(rows, columns)
    if len(rows) < LEAST_ROWS:
        return None
    values = {at: [cents(_at(cells, at)) for cells in rows] for at in columns}
    usable = [at for at, column in values.items() if sum(value is None for value in column) <= len(rows) * (1 - HOLDS)]
    best: Relation | None = None
    for gross, net in combinations(sorted(usable), 2):
        between = [at for at in usable if gross < at < net]
        differences = [
            None if one is None or other is None else one - other
            for one, other in zip(values[gross], values[net], strict=True)
        ]
        if sum(1 for difference in differences if difference) < len(rows) * TELLING:
            continue
        for taken in [*((at,) for at in between), *combinations(between, 2)]:
            share = _share(differences, [values[at] for at in taken])
            if share >= HOLDS and (
                best is None or (net, share, -len(taken)) > (best.net, best.share, -len(best.taken))
            ):
                best = Relation(gross, taken, net, share)
    return best


def find_gross(rows: Sequence[Sequence[Cell]], columns: Sequence[int], mapping: Mapping[str, int]) -> int | None:
    """The column that is net + deductions + advance in most rows, while something was taken off in some."""
    parts = [mapping[name] for name in ("net_pay", "deductions", "advance") if name in mapping]
    if len(parts) < 2 or len(rows) < LEAST_ROWS:
        return None
    wholes = []
    for cells in rows:
        amounts = [cents(_at(cells, at)) for at in parts]
        wholes.append(None if None in amounts or not any(amounts[1:]) else sum(amounts))
    telling = sum(1 for whole in wholes if whole)
    if telling < max(LEAST_ROWS, len(rows) * TELLING):
        return None
    for at in columns:
        same = sum(1 for cells, whole in zip(rows, wholes, strict=True) if whole and cents(_at(cells, at)) == whole)
        if same >= telling * HOLDS:
            return at
    return None


def find_sum(rows: Sequence[Sequence[Cell]], columns: Sequence[int]) -> int | None:
    """The rightmost column that is the sum of the amounts left of it in most rows: base + post + bonus = 合计."""
    columns, rows = _filled(rows, columns)
    if len(rows) < LEAST_ROWS:
        return None
    values = {at: [cents(_at(cells, at)) for cells in rows] for at in columns}
    for place in range(len(columns) - 1, 1, -1):
        for first in range(place - 1):
            parts = [values[at] for at in columns[first:place]]
            sums = [None if None in part else sum(part) for part in zip(*parts, strict=True)]
            holding = sum(1 for one, whole in zip(sums, values[columns[place]], strict=True) if one and one == whole)
            if holding >= len(rows) * HOLDS and all(any(part) for part in (parts[0], parts[-1]) if len(parts) < 3):
                return columns[place]
    return None


def agreement(rows: Sequence[Sequence[Cell]], mapping: Mapping[str, int], how: Sum) -> float | None:
    """The share of rows in which the mapped columns add up; None where that can't be judged."""
    if not how.computable or "net_pay" not in mapping:
        return None
    judged = agreeing = 0
    for cells in rows:
        net = cents(_at(cells, mapping["net_pay"]))
        advance = cents(_at(cells, mapping["advance"])) if "advance" in mapping else 0
        if net is None or advance is None or _at(cells, mapping["net_pay"]) is None:
            continue
        # An amount of unknown meaning proves nothing either way.
        if any(cents(_at(cells, at)) for at in how.unknown):
            continue
        judged += 1
        parts = parts_of(how, cells, Decimal(advance) / 100, Decimal(net) / 100)
        agreeing += parts is None or parts.agree
    return agreeing / judged if judged >= LEAST_ROWS else None


def _filled(rows: Sequence[Sequence[Cell]], columns: Sequence[int]) -> tuple[list[int], list[Sequence[Cell]]]:
    """The columns from left to right, and the rows that hold any amount in them."""
    columns = sorted(columns)[:MOST_COLUMNS]
    return columns, [cells for cells in rows if any(cents(_at(cells, at)) for at in columns)]


def _share(differences: Sequence[int | None], parts: Sequence[Sequence[int | None]]) -> float:
    holding = telling = 0
    for position, difference in enumerate(differences):
        taken = [part[position] for part in parts]
        if difference is None or None in taken:
            continue
        if abs(difference - sum(taken)) <= 1:
            holding += 1
            telling += all(taken) if len(taken) == 1 else any(taken)
    return holding / len(differences) if telling >= len(differences) * TELLING else 0.0


def _at(cells: Sequence[Cell], column: int) -> Cell:
    return cells[column - 1] if column <= len(cells) else None
