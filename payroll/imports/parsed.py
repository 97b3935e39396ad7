"""What a payroll says once it is read: the report that commands print and services store."""

from dataclasses import dataclass, field
from decimal import Decimal

from payroll.rules.amounts import ZERO
from payroll.rules.checks import Line
from payroll.rules.month import Month
from payroll.rules.remarks import Remark
from sheets.headers import Header
from sheets.values import column_letter


@dataclass(slots=True)
class Part:
    """One table that was read; its place among the parts is the `sheet_no` of its lines and remarks."""

    sheet: str
    header: Header
    rows: int = 0
    accepted: int = 0
    rejected: int = 0
    total_net: Decimal = ZERO
    declared_total_net: Decimal | None = None

    def as_dict(self) -> dict:
        return {
            "sheet": self.sheet,
            "header_rows": self.header.rows,
            "columns": self.header.letters,
            "rows": self.rows,
            "accepted": self.accepted,
            "rejected": self.rejected,
            "total_net": f"{self.total_net:.2f}",
            "declared_total_net": _amount(self.declared_total_net),
        }


@dataclass(slots=True)
class Parsed:
    """What the payroll says. Rows are the file's own, 1-based; amounts in yuan.

    `total_net` sums every worker's row whose net pay could be read, rejected rows too: so it
    compares with the total that the sheet declares. `lines` hold accepted rows only. `sheet`, `header`
    and `columns` are the first part's.
    """

    month: Month
    tables: list[Part]
    rows: int = 0
    accepted: int = 0
    rejected: int = 0
    ignored_rows: list[dict] = field(default_factory=list)
    total_net: Decimal = ZERO
    declared_total_net: Decimal | None = None
    errors: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    other_sheets: list[dict] = field(default_factory=list)  # left out: {"sheet", "why"}

    @property
    def sheet(self) -> str:
        return self.tables[0].sheet

    @property
    def header(self) -> Header:
        return self.tables[0].header

    @property
    def header_rows(self) -> list[int]:
        return self.header.rows

    @property
    def columns(self) -> dict[str, str]:
        return self.header.letters

    @property
    def parts(self) -> list[dict]:
        """Each table that was read, in the order of `sheet_no`."""
        return [part.as_dict() for part in self.tables]

    @property
    def unmapped(self) -> dict[str, str]:
        """Column letter → title of the columns that weren't understood."""
        return {column_letter(at): title for at, title in self.header.unmapped.items()}

    def sheet_of(self, sheet_no: int) -> str:
        """The name of a part's sheet."""
        return self.tables[sheet_no - 1].sheet

    def as_dict(self, with_lines: bool = False) -> dict:
        """The body of `payroll_import --json`; the caller adds file, sha256 and batch.

        Where more than one table was read, whatever names a row names its sheet too.
        """
        several = len(self.tables) > 1

        def told(item: dict, sheet_no: int) -> dict:
            return item | {"sheet": self.sheet_of(sheet_no)} if several else item

        found = {
            "sheet": self.sheet,
            "header_rows": self.header_rows,
            "columns": self.columns,
            "rows": self.rows,
            "accepted": self.accepted,
            "rejected": self.rejected,
            "ignored_rows": [
                told({"row": one["row"], "why": one["why"]}, one.get("sheet_no", 1)) for one in self.ignored_rows
            ],
            "total_net": f"{self.total_net:.2f}",
            "declared_total_net": _amount(self.declared_total_net),
            "errors": [told(remark.as_dict(), remark.sheet_no) for remark in self.errors],
            "warnings": [told(remark.as_dict(), remark.sheet_no) for remark in self.warnings],
            "sheets": self.parts,
            "other_sheets": self.other_sheets,
        }
        if with_lines:
            found["lines"] = [told(line.as_dict(), line.sheet_no) for line in self.lines]
        return found


def _amount(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:.2f}"
