"""Reads a declared table out of a sheet: finds the header, reads every row, collects every error."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from projects.imports.cells import Unreadable, read_cell
from sheets.columns import Column
from sheets.headers import find_header
from sheets.reader import Sheet
from sheets.values import column_letter


@dataclass(frozen=True)
class Remark:
    """What is wrong or odd at a cell; row and cell as a person sees them in the file."""

    sheet: str
    row: int
    cell: str
    code: str
    message: str

    def as_dict(self) -> dict:
        return {
            "sheet": self.sheet,
            "row": self.row,
            "cell": self.cell,
            "code": self.code,
            "message": self.message,
        }


@dataclass
class Row:
    """One row: canonical name → value, blanks left out; `rejected` once an error stands against it."""

    number: int
    values: dict
    rejected: bool = False

    def get(self, name: str, default=None):
        return self.values.get(name, default)


@dataclass
class Table:
    """A sheet that was read, with what was found wrong on the way."""

    name: str
    columns: dict[str, int] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    errors: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)

    def reject(self, row: Row, column: str, code: str, message: str) -> None:
        """Take the row out, saying why at the cell."""
        row.rejected = True
        self.errors.append(Remark(self.name, row.number, self.cell(row, column), code, message))

    def warn(self, row: Row, column: str, code: str, message: str) -> None:
        self.warnings.append(Remark(self.name, row.number, self.cell(row, column), code, message))

    def cell(self, row: Row, column: str) -> str:
        at = self.columns.get(column) or min(self.columns.values(), default=1)
        return f"{column_letter(at)}{row.number}"

    @property
    def accepted(self) -> Iterable[Row]:
        return (row for row in self.rows if not row.rejected)


class NoHeader(Exception):
    """No row of the sheet names the columns that the table needs."""


def read_table(sheet: Sheet, columns: Sequence[type[Column]], name: str) -> Table:
    """Every row that isn't blank, with all its errors. Raises NoHeader."""
    header = find_header(sheet.head(40), columns, sheet.merged)
    if header is None or header.missing:
        raise NoHeader
    table = Table(name, dict(header.mapping))
    kinds = {column.name: (column.kind, column.title, column.required) for column in columns}
    for at, title in header.unmapped.items():
        table.warnings.append(
            Remark(
                name,
                header.rows[-1],
                f"{column_letter(at)}{header.rows[-1]}",
                "column_unknown",
                f"不认识“{title}”这一列，没有读取；列名请以模板为准。",
            )
        )
    for number, cells in sheet.rows(header.first_data_row):
        if all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in cells):
            continue
        row = Row(number, {})
        for column, at in header.mapping.items():
            value = cells[at - 1] if at <= len(cells) else None
            if value is None or (isinstance(value, str) and not value.strip()):
                continue
            try:
                row.values[column] = read_cell(kinds[column][0], value)
            except Unreadable as problem:
                table.reject(row, column, problem.code, problem.message)
        for column, (_, title, required) in kinds.items():
            if required and column not in row.values and not _told(table, row, column):
                table.reject(row, column, f"{column}_missing", f"没有填写{title}。")
        table.rows.append(row)
    return table


def _told(table: Table, row: Row, column: str) -> bool:
    cell = table.cell(row, column)
    return any(error.cell == cell for error in reversed(table.errors[-len(table.columns) :]))
