"""Several lines of one person, as sheets have them that pay by trade: the name merged over them, an amount in each.

They are one person's pay, so they become one row with the sums. Only where the sheet says that they belong together
(a merged name) and nothing contradicts (another ID number or card below); otherwise each row stays as it is.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from payroll.imports.columns import MONEY_NAMES
from payroll.rules.amounts import NotMoney, parse_money, show
from payroll.rules.checks.sheets import RowsJoined
from payroll.rules.checks.telling import Telling
from payroll.rules.days import NotDays, parse_days
from payroll.rules.net import Sum
from sheets.headers import Header
from sheets.reader import Sheet
from sheets.values import Cell, as_text

MOST = 12  # lines of one person
ONCE = ("id_number", "bank_card")
COUNTED = ("days", "hours")

Row = tuple[int, list[Cell]]


class Joining:
    """Joins rows on their way; `lower` are the rows that went into one above."""

    def __init__(self, sheet: Sheet, header: Header, how: Sum, *, converted: bool) -> None:
        self._converted = converted  # amounts are in another unit, so that a text may hold its own
        self._mapping = header.mapping
        name = header.mapping["name"]
        self._groups = {
            area.top: area.bottom
            for area in sheet.merged
            if area.left <= name <= area.right and header.first_data_row <= area.top < area.bottom < area.top + MOST
        }
        self._added = {header.mapping[one] for one in MONEY_NAMES if one != "unit_price" and one in header.mapping}
        self._added |= {*how.gross, *how.deductions, *how.items, *how.unknown}
        self._counted = {header.mapping[one] for one in COUNTED if one in header.mapping}
        self.lower: set[int] = set()

    def rows(self, rows: Iterator[Row], checks: Telling | None = None) -> Iterator[Row]:
        """The rows, with each group's sums in its first one; `checks` are told of it."""
        if not self._groups:
            yield from rows
            return
        for number, cells in rows:
            bottom = self._groups.get(number)
            if bottom is None:
                yield number, cells
                continue
            group = [(number, cells)]
            for row in rows:
                group.append(row)
                if row[0] >= bottom:
                    break
            yield from self._joined(group, checks)

    def _joined(self, group: list[Row], checks: Telling | None) -> Iterator[Row]:
        net = self._mapping["net_pay"]
        if sum(1 for _row, cells in group if not _blank(_at(cells, net))) < 2 or not self._one_person(group):
            yield from group
            return
        try:
            top = self._summed([cells for _row, cells in group])
        except (NotMoney, NotDays):
            yield from group
            return
        first, last = group[0][0], group[-1][0]
        self.lower.update(range(first + 1, last + 1))
        if checks is not None:
            words = {"first": first, "last": last, "name": as_text(_at(top, self._mapping["name"])).strip()}
            checks.say(first, "net_pay", RowsJoined, net=show(parse_money(_at(top, net))), **words)
        yield first, top
        yield from group[1:]

    def _one_person(self, group: list[Row]) -> bool:
        places = [self._mapping[name] for name in ONCE if name in self._mapping]
        for at in places:
            seen = {as_text(cell).strip() for _row, cells in group if not _blank(cell := _at(cells, at))}
            if len(seen) > 1:
                return False
        name = self._mapping["name"]
        return all(_blank(_at(cells, name)) for _row, cells in group[1:])

    def _summed(self, several: Sequence[list[Cell]]) -> list[Cell]:
        width = max(map(len, several))
        top: list[Cell] = []
        for at in range(1, width + 1):
            filled = [cell for cells in several if not _blank(cell := _at(cells, at))]
            if len(filled) > 1 and at in self._added:
                if self._converted and any(type(cell) is str for cell in filled):
                    raise NotMoney
                read = parse_days if at in self._counted else parse_money
                top.append(float(sum((read(cell) or Decimal(0) for cell in filled), Decimal(0))))
            elif len(filled) > 1 and at == self._mapping.get("unit_price") and len(set(filled)) > 1:
                # Work at several prices has none of its own.
                top.append(None)
            elif len(filled) > 1 and at == self._mapping.get("trade"):
                top.append("、".join(dict.fromkeys(as_text(cell).strip() for cell in filled)))
            else:
                top.append(filled[0] if filled else None)
        return top


def _blank(cell: Cell) -> bool:
    return cell is None or (type(cell) is str and not cell.strip())


def _at(cells: Sequence[Cell], column: int) -> Cell:
    return cells[column - 1] if column <= len(cells) else None
