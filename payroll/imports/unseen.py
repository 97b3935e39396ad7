"""What a person doesn't see by looking: hidden columns that are read, amounts that aren't, results that we computed."""

import re
from collections.abc import Sequence
from decimal import Decimal

from payroll.imports.arithmetic import cents, find_sum
from payroll.imports.columns import MONEY_NAMES, TITLES
from payroll.imports.mistaken import AMOUNT_FROM, NO_PAY
from payroll.imports.sums import NO_PART
from payroll.rules.amounts import show
from payroll.rules.checks.amounts import FormulaComputed, HiddenColumn, UnreadColumn
from payroll.rules.checks.telling import Telling
from payroll.rules.net import Sum
from sheets.headers import Header
from sheets.reader import Sheet
from sheets.values import Cell, as_text, column_letter

MOST_NAMED = 6
NO_AMOUNT = re.compile(f"{NO_PAY.pattern}|{NO_PART.pattern}|单价|日工资|工价|卡|账|帐|证|号")
PAID = frozenset(("gross", "deductions", "advance", "net_pay", "unit_price"))


def parts_of(header: Header, how: Sum) -> dict[int, str]:
    """Column (1-based) → its canonical name, "" where it only takes part in the sum of a row. Without the number of
    the row, which nothing depends on."""
    found = dict.fromkeys((*how.gross, *how.deductions, *how.items, *how.unknown), "")
    return found | {at: name for name, at in header.mapping.items() if name != "seq"}


def title_row(header: Header) -> int:
    """Where a remark on a column stands; 0 on a sheet without titles, whose first row is somebody's."""
    return header.rows[-1] if header.rows else 0


def tell_hidden_columns(
    checks: Telling, sheet: Sheet, header: Header, how: Sum, people: Sequence[Sequence[Cell]]
) -> None:
    """A notice of each hidden column that is read or added up; one that is empty tells nothing."""
    parts = parts_of(header, how)
    row = title_row(header)
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


def tell_unread_columns(
    checks: Telling, sheet: Sheet, header: Header, how: Sum, people: Sequence[Sequence[Cell]]
) -> None:
    """One notice of the columns of amounts that nobody understood, where the pay can't be checked because of them."""
    net = header.mapping.get("net_pay")
    doubtful = how.unknown if how.computable else range(1, sheet.width + 1)
    parts = parts_of(header, how) if not how.computable else header.mapping.values()
    unread = [
        at
        for at in doubtful
        if at not in parts
        and header.paths.get(at)
        and not NO_AMOUNT.search("".join(header.paths[at]))
        and _holds_pay(at, people)
        # An amount right of what is paid was not taken off it.
        and (net is None or at < net)
    ]
    # 基本、岗位、加班 = 合计: parts of what is paid, told by their sum.
    if unread and (net is None or find_sum(people, [*unread, net]) != net):
        row = title_row(header)
        columns = "、".join(
            f"{column_letter(at)} 列“{header.titles.get(at) or '没有列名'}”" for at in unread[:MOST_NAMED]
        )
        more = " 等" if len(unread) > MOST_NAMED else ""
        checks.say_at(row, f"{column_letter(unread[0])}{row}", UnreadColumn, columns=columns + more)


def _holds_pay(at: int, people: Sequence[Sequence[Cell]]) -> bool:
    """Whether most people have an amount there that is no count of days."""
    amounts = [cents(cells[at - 1]) for cells in people if at <= len(cells)]
    large = sum(1 for amount in amounts if amount and abs(amount) > AMOUNT_FROM)
    return bool(amounts) and large * 2 > len(people)


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
        """One notice a column, at its title: it is about nobody's row."""
        title = title_row(self._header)
        for at, (row, value) in sorted(self._seen.items()):
            letter = column_letter(at)
            cell = f"{letter}{row}"
            words = {"letter": letter, "title": self._header.titles.get(at) or "没有列名", "cell": cell}
            words["count"] = self._counts[at]
            amount = cents(value) if self._parts[at] in (*PAID, "") else None
            # Only figures are shown: what else stands there may be somebody's number.
            if amount is not None and value is not None:
                checks.say_at(
                    title, f"{letter}{title}", FormulaComputed, value=f"{show(Decimal(amount) / 100)} 元", **words
                )
            elif type(value) is float and self._parts[at] in MONEY_NAMES:
                checks.say_at(title, f"{letter}{title}", FormulaComputed, value=as_text(value), **words)
            else:
                checks.say_at(title, f"{letter}{title}", FormulaComputed, FormulaComputed.plain_message, **words)
