"""A batch as the sheet it came from: rows in their places, cells with what is said about them. Numbers masked."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import QuerySet

from payroll.imports.columns import TITLES
from payroll.models import PayrollBatch, PayrollLine, PayrollRemark
from payroll.rules.checks import catalogue
from payroll.rules.places import sheet_words
from payroll.selectors.batches import lines_of, rejected_of, remarks_of_batch
from responsibilities.rules.scope import Scope
from sheets.values import column_index

MONEY = ("unit_price", "gross", "deductions", "advance", "net_pay")
NUMBERS = (*MONEY, "days", "hours")
# An amount of a row that was not accepted is shown like those beside it; anything else stays as it was typed.
PLAIN_AMOUNT = re.compile(r"-?\d{1,12}(?:\.\d{1,2})?")
# On a phone a row is a card: what doesn't decide anything is left out there.
SECONDARY = ("phone", "bank_name", "trade", "hours", "unit_price", "month")
NOTHING_TAKEN = dict.fromkeys(("deductions", "advance"), ("", "0.00"))
MASKED = ("id_number", "bank_card", "phone")
# Their text is not kept with the line: the running number and the signature say nothing once it is read.
LEFT_OUT = ("seq", "signed")
LEVELS = {
    PayrollRemark.Severity.ERROR: "red",
    PayrollRemark.Severity.WARNING: "yellow",
    PayrollRemark.Severity.NOTICE: "grey",
}
WORDS = {
    PayrollRemark.Severity.ERROR: "错误",
    PayrollRemark.Severity.WARNING: "提示",
    PayrollRemark.Severity.NOTICE: "说明",
}
GRAVITY = list(LEVELS)


@dataclass(frozen=True, slots=True)
class GridColumn:
    """A column of the uploaded sheet that was understood; without a letter, what several of its columns come to."""

    name: str
    letter: str
    title: str
    num: bool

    @property
    def who(self) -> bool:
        """Whose row it is stays in sight, too."""
        return self.name == "name"

    @property
    def net(self) -> bool:
        """What people look for first: it stays in sight on a wide sheet."""
        return self.name == "net_pay"


@dataclass(slots=True)
class GridCell:
    """One cell; `reveal` names the number behind a masked text."""

    title: str
    text: str
    num: bool = False
    level: str = ""
    reveal: str = ""
    secondary: bool = False
    letter: str = ""
    net: bool = False
    who: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """A remark as it is shown: its colour and word, the check it comes from."""

    level: str
    word: str
    cell: str
    message: str
    code: str
    title: str
    basis: str
    sheet: str = ""  # whose cell it is, where several sheets were read


@dataclass(slots=True)
class GridRow:
    """One row of the sheet. `line` is None where the row was not accepted."""

    number: int
    line: PayrollLine | None
    cells: list[GridCell]
    level: str = ""
    remarks: list[Said] = field(default_factory=list)


def said(remark: PayrollRemark, names: Sequence[str] = ()) -> Said:
    """A remark in the words of its check; with the `names` of all sheets, it says on which one its cell is."""
    check = catalogue().get(remark.code)
    title, basis = (check.title, str(check.basis)) if check else (remark.code, "")
    level, word = LEVELS[remark.severity], WORDS[remark.severity]
    sheet = sheet_words(remark.sheet_no, names) if remark.cell else ""
    return Said(level, word, remark.cell, remark.message, remark.code, title, basis, sheet)


def columns_of(scope: Scope, batch: PayrollBatch, sheet_no: int = 1) -> list[GridColumn]:
    """In the order of the sheet. Single deductions are kept as one amount: it stands before the net pay."""
    letters = batch.parts[sheet_no - 1]["columns"] if sheet_no <= len(batch.parts) else batch.columns
    known = [(column_index(letter), name, letter) for name, letter in letters.items() if name not in LEFT_OUT]
    columns = [GridColumn(name, letter, TITLES.get(name, name), name in NUMBERS) for _, name, letter in sorted(known)]
    if "deductions" not in letters and (
        lines_of(scope, batch).filter(sheet_no=sheet_no, deductions__isnull=False).exists()
        or rejected_of(scope, batch).filter(sheet_no=sheet_no, cells__has_key="deductions").exists()
    ):
        place = next((at for at, column in enumerate(columns) if column.net), len(columns))
        columns.insert(place, GridColumn("deductions", "", "扣款合计", True))
    return columns


def row_numbers(scope: Scope, batch: PayrollBatch, sheet_no: int = 1, *, only: str = "") -> QuerySet:
    """A sheet's row numbers in order, as `{"row": n}`: all of workers, those with errors, or with any remark."""
    lines = lines_of(scope, batch).filter(sheet_no=sheet_no).order_by().values("row")
    rejected = rejected_of(scope, batch).filter(sheet_no=sheet_no).order_by().values("row")
    if only == "errors":
        return rejected.order_by("row")
    if only == "remarks":
        remarks = remarks_of_batch(scope, batch).filter(sheet_no=sheet_no, row__isnull=False)
        lines = lines.filter(row__in=remarks.order_by().values("row"))
    return lines.union(rejected, all=True).order_by("row")


def position_of(scope: Scope, batch: PayrollBatch, sheet_no: int, row: int) -> int:
    """How many rows of the sheet stand above a row."""
    of_sheet = {"sheet_no": sheet_no, "row__lt": row}
    return lines_of(scope, batch).filter(**of_sheet).count() + rejected_of(scope, batch).filter(**of_sheet).count()


def rows_of(
    scope: Scope, batch: PayrollBatch, sheet_no: int, columns: list[GridColumn], numbers: Iterable[int]
) -> list[GridRow]:
    """The rows of a sheet with these numbers, three queries whatever their number."""
    numbers = list(numbers)
    here = {"sheet_no": sheet_no, "row__in": numbers}
    lines = {line.row: line for line in lines_of(scope, batch).filter(**here)}
    rejected = {row.row: row.cells for row in rejected_of(scope, batch).filter(**here)}
    spoken: dict[int, list[PayrollRemark]] = {}
    for remark in remarks_of_batch(scope, batch).filter(**here):
        spoken.setdefault(remark.row, []).append(remark)
    found = []
    for number in numbers:
        line = lines.get(number)
        texts = line_texts(line, batch) if line else rejected.get(number, {})
        found.append(_row(number, line, texts, columns, spoken.get(number, [])))
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
        levels.setdefault(remark.cell.rstrip("0123456789"), LEVELS[remark.severity])
        messages.append(said(remark))
    cells = [_cell(column, texts.get(column.name), levels.get(column.letter, ""), line) for column in columns]
    for column, cell in zip(columns, cells, strict=True):
        cell.secondary, cell.letter = (
            column.name in SECONDARY or cell.text in NOTHING_TAKEN.get(column.name, ()),
            column.letter,
        )
        cell.net, cell.who = column.net, column.who
    level = messages[0].level if messages else ""
    return GridRow(number, line, cells, level, messages)


def _cell(column: GridColumn, value: object, level: str, line) -> GridCell:
    if value is None or value == "":
        return GridCell(column.title, "", column.num, level)
    if column.name in MONEY and (not isinstance(value, str) or PLAIN_AMOUNT.fullmatch(value)):
        return GridCell(column.title, f"{Decimal(value):,.2f}", True, level)
    if column.name in ("days", "hours") and not isinstance(value, str):
        text = f"{value:f}"
        return GridCell(column.title, text.rstrip("0").rstrip(".") if "." in text else text, True, level)
    reveal = column.name if line and column.name in MASKED else ""
    return GridCell(column.title, str(value), column.num, level, reveal)
