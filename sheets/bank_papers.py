"""What sheets written by banks have in common: the table with the best header, rows that are totals, amounts, days."""

import datetime
import re
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation

from sheets.columns import Column
from sheets.headers import Header, find_header
from sheets.reader import Sheet, Workbook
from sheets.values import Cell, as_text

HEAD_ROWS = 40
MONEY_NOISE = re.compile(r"[,，￥¥元\s]")
DAY = re.compile(r"(20\d\d)[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})")
CENT = Decimal("0.01")
LARGEST = Decimal(10) ** 12  # what the columns hold in which such amounts are kept
# Doubles show 5380.000000001; a third place that means something is no amount of money.
NOISE = Decimal("0.001")


def best_table(
    workbook: Workbook, columns: Sequence[type[Column]], usable: Callable[[Header], bool]
) -> tuple[Sheet, Header] | None:
    """The visible sheet whose header names most of the columns, and that header; None where no header is usable."""
    best: tuple[Sheet, Header] | None = None
    for sheet in workbook.sheets:
        if sheet.hidden or not sheet.height:
            continue
        header = find_header(sheet.head(HEAD_ROWS), columns, sheet.merged)
        if header is None or not usable(header):
            continue
        if best is None or len(header.mapping) > len(best[1].mapping):
            best = (sheet, header)
    return best


def says_nothing(cells: Sequence[Cell], totals: re.Pattern) -> bool:
    """Whether a row is blank or begins with the word of a total, of a signature or of the end."""
    first = next((text for cell in cells if cell is not None and (text := as_text(cell).strip())), "")
    return not first or bool(totals.match("".join(first.split())))


def bank_money(text: str) -> Decimal | None:
    """An amount in yuan to the cent; None where the text is none, is out of all measure or means parts of a cent."""
    try:
        amount = Decimal(MONEY_NOISE.sub("", text))
    except InvalidOperation:
        return None
    if not amount.is_finite() or abs(amount) >= LARGEST:
        return None
    rounded = amount.quantize(CENT)
    return rounded if abs(rounded - amount) < NOISE and abs(rounded) < LARGEST else None


def bank_day(cell: Cell) -> datetime.date | None:
    """The day that a cell tells, as a date or as text that begins with one; None where it tells none."""
    if isinstance(cell, datetime.datetime):
        return cell.date()
    if isinstance(cell, datetime.date):
        return cell
    found = DAY.search(as_text(cell)) if cell is not None else None
    if not found:
        return None
    try:
        return datetime.date(*map(int, found.groups()))
    except ValueError:
        return None
