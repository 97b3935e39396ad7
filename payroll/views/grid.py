"""A batch as the sheet it came from: rows in their places, cells with what is said about them. Numbers masked."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import QuerySet

from payroll.imports.columns import TITLES
from payroll.models import PayrollBatch, PayrollLine, PayrollRemark
from payroll.selectors.batches import lines_of, rejected_of, remarks_of_batch
from responsibilities.rules.scope import Scope
from sheets.values import column_index

MONEY = ("unit_price", "gross", "deductions", "advance", "net_pay")
NUMBERS = (*MONEY, "days", "hours")
# On a phone a row is a card: what doesn't decide anything is left out there.
SECONDARY = ("phone", "bank_name", "trade", "hours", "unit_price", "deductions", "advance", "month")
MASKED = ("id_number", "bank_card", "phone")
# Their text is not kept with the line: the running number and the signature say nothing once it is read.
LEFT_OUT = ("seq", "signed")
LEVELS = {
    PayrollRemark.Severity.ERROR: "red",
    PayrollRemark.Severity.WARNING: "yellow",
    PayrollRemark.Severity.NOTICE: "grey",
}
GRAVITY = list(LEVELS)


@dataclass(frozen=True, slots=True)
class GridColumn:
    """A column of the uploaded sheet that was understood."""

    name: str
    letter: str
    title: str
    num: bool


@dataclass(slots=True)
class GridCell:
    """One cell; `reveal` names the number behind a masked text."""

    title: str
    text: str
    num: bool = False
    level: str = ""
    reveal: str = ""
    secondary: bool = False


@dataclass(slots=True)
class GridRow:
    """One row of the sheet. `line` is None where the row was not accepted."""

    number: int
    line: PayrollLine | None
    cells: list[GridCell]
    level: str = ""
    remarks: list[tuple[str, str, str]] = field(default_factory=list)  # level, cell, message


def columns_of(batch: PayrollBatch) -> list[GridColumn]:
    """In the order of the sheet."""
    known = [(column_index(letter), name, letter) for name, letter in batch.columns.items() if name not in LEFT_OUT]
    return [GridColumn(name, letter, TITLES.get(name, name), name in NUMBERS) for _, name, letter in sorted(known)]


def row_numbers(scope: Scope, batch: PayrollBatch, *, only: str = "") -> QuerySet:
    """The sheet's row numbers in order, as `{"row": n}`: all of workers, those with errors, or with any remark."""
    lines = lines_of(scope, batch).order_by().values("row")
    rejected = rejected_of(scope, batch).order_by().values("row")
    if only == "errors":
        return rejected.order_by("row")
    if only == "remarks":
        warned = remarks_of_batch(scope, batch).order_by().filter(row__isnull=False).values("row")
        lines = lines.filter(row__in=warned)
    return lines.union(rejected, all=True).order_by("row")


def rows_of(scope: Scope, batch: PayrollBatch, numbers: Iterable[int]) -> list[GridRow]:
    """The rows with these numbers, four queries whatever their number."""
    numbers = list(numbers)
    columns = columns_of(batch)
    lines = {line.row: line for line in lines_of(scope, batch).filter(row__in=numbers)}
    rejected = {row.row: row.cells for row in rejected_of(scope, batch).filter(row__in=numbers)}
    said: dict[int, list[PayrollRemark]] = {}
    for remark in remarks_of_batch(scope, batch).filter(row__in=numbers):
        said.setdefault(remark.row, []).append(remark)
    found = []
    for number in numbers:
        line = lines.get(number)
        texts = line_texts(line, batch) if line else rejected.get(number, {})
        found.append(_row(number, line, texts, columns, said.get(number, [])))
    return found


def line_texts(line: PayrollLine, batch: PayrollBatch) -> dict[str, object]:
    """A line's cells by canonical column, masked."""
    card = line.card
    return {
        "name": line.worker.name,
        "id_number": masked(line.worker.id_last4),
        "phone": masked(line.worker.phone_last4),
        "bank_card": masked(card.last4) if card else "",
        "bank_name": card.bank_name if card else "",
        "crew": line.crew,
        "trade": line.trade,
        "days": line.days,
        "hours": line.hours,
        "unit_price": line.unit_price,
        "gross": line.gross,
        "deductions": line.deductions,
        "advance": line.advance,
        "net_pay": line.net,
        "remark": line.remark,
        "month": f"{batch.month_on:%Y-%m}",
    }


def masked(last4: str) -> str:
    """****1234."""
    return f"****{last4}" if last4 else ""


def _row(number: int, line, texts: dict, columns: list[GridColumn], remarks: list[PayrollRemark]) -> GridRow:
    levels: dict[str, str] = {}
    messages = []
    for remark in sorted(remarks, key=lambda one: GRAVITY.index(one.severity)):
        level = LEVELS[remark.severity]
        levels.setdefault(remark.cell.rstrip("0123456789"), level)
        messages.append((level, remark.cell, remark.message))
    cells = [_cell(column, texts.get(column.name), levels.get(column.letter, ""), line) for column in columns]
    for column, cell in zip(columns, cells, strict=True):
        cell.secondary = column.name in SECONDARY
    level = messages[0][0] if messages else ""
    return GridRow(number, line, cells, level, messages)


def _cell(column: GridColumn, value: object, level: str, line) -> GridCell:
    if value is None or value == "":
        return GridCell(column.title, "", column.num, level)
    if column.name in MONEY and not isinstance(value, str):
        return GridCell(column.title, f"{value:,.2f}", True, level)
    if column.name in ("days", "hours") and not isinstance(value, str):
        text = f"{value:f}"
        return GridCell(column.title, text.rstrip("0").rstrip(".") if "." in text else text, True, level)
    reveal = column.name if line and column.name in MASKED else ""
    return GridCell(column.title, str(value), column.num, level, reveal)
