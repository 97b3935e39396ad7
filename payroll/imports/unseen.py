"""What a person who looks at the sheet doesn't see of it: hidden columns that are read, results that we computed."""

from collections.abc import Sequence
from decimal import Decimal

from payroll.imports.arithmetic import cents
from payroll.imports.columns import MONEY_NAMES, TITLES
from payroll.rules.amounts import show
from payroll.rules.checks.amounts import FormulaComputed, HiddenColumn
from payroll.rules.checks.telling import Telling
from payroll.rules.net import Sum
from sheets.headers import Header
from sheets.reader import Sheet
from sheets.values import Cell, as_text, column_letter

PAID = frozenset(("gross", "deductions", "advance", "net_pay", "unit_price"))


def parts_of(header: Header, how: Sum) -> dict[int, str]:
    """Column (1-based) → its canonical name, "" where it only takes part in the sum of a row. Without the number of
    the row, which nothing depends on."""
    found = dict.fromkeys((*how.gross, *how.deductions, *how.items, *how.unknown), "")
    return found | {at: name for name, at in header.mapping.items() if name != "seq"}


def tell_hidden_columns(
    checks: Telling, sheet: Sheet, header: Header, how: Sum, people: Sequence[Sequence[Cell]]
) -> None:
    """A notice of each hidden column that is read or added up; one that is empty tells nothing."""
    parts = parts_of(header, how)
    row = header.rows[-1] if header.rows else header.first_data_row
    for at in sorted(sheet.hidden_columns & parts.keys()):
        name, letter = parts[at], column_letter(at)
        cells = [cells[at - 1] for cells in people if at <= len(cells)]
        if not any(cell is not None and cell != "" for cell in cells) or (not name and not any(map(cents, cells))):
            continue
        words = {"letter": letter, "title": header.titles.get(at) or "没有列名"}
        if name:
            checks.say_at(row, f"{letter}{row}", HiddenColumn, column=TITLES[name], **words)
        else:
            checks.say_at(row, f"{letter}{row}", HiddenColumn, HiddenColumn.sum_message, **words)


class ComputedCells:
    """The results of ours among what was read; `see` its rows, `tell` at the end."""

    def __init__(self, sheet: Sheet, header: Header, how: Sum) -> None:
        self._header = header
        self._parts = parts_of(header, how)
        self.rows: dict[int, list[int]] = {}  # row → columns
        for at in sorted(sheet.computed.keys() & self._parts.keys()):
            for row in sheet.computed[at]:
                self.rows.setdefault(row, []).append(at)
        self._seen: dict[int, tuple[int, Cell]] = {}
        self._counts: dict[int, int] = {}

    def see(self, row: int, cells: Sequence[Cell], only: int | None = None) -> None:
        """A row that counts: a worker's, or a total, of which `only` one column is looked at."""
        for at in self.rows.get(row, ()):
            if only not in (None, at):
                continue
            self._seen.setdefault(at, (row, cells[at - 1] if at <= len(cells) else None))
            self._counts[at] = self._counts.get(at, 0) + 1

    def tell(self, checks: Telling) -> None:
        """One notice a column, at its first cell."""
        for at, (row, value) in sorted(self._seen.items()):
            letter = column_letter(at)
            cell = f"{letter}{row}"
            words = {"letter": letter, "title": self._header.titles.get(at) or "没有列名", "cell": cell}
            words["count"] = self._counts[at]
            amount = cents(value) if self._parts[at] in (*PAID, "") else None
            # Only figures are shown: what else stands there may be somebody's number.
            if amount is not None and value is not None:
                checks.say_at(row, cell, FormulaComputed, value=f"{show(Decimal(amount) / 100)} 元", **words)
            elif type(value) is float and self._parts[at] in MONEY_NAMES:
                checks.say_at(row, cell, FormulaComputed, value=as_text(value), **words)
            else:
                checks.say_at(row, cell, FormulaComputed, FormulaComputed.plain_message, **words)
