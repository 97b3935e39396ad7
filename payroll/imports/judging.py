"""Whether the rows that a person is shown of a table add up, by the columns chosen for it: as the reader will say.

Works on what `payroll.imports.shown` keeps of a table; opens no file.
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from payroll.imports.arithmetic import cents
from payroll.imports.content import people_rows
from payroll.imports.shown import MOST_COLUMNS
from payroll.imports.sums import sum_of, without_day_counts
from payroll.imports.units import converted, factors_of
from payroll.rules.net import Judged, judged
from sheets.columns import normalise
from sheets.headers import Header
from sheets.values import Cell, ErrorValue, column_index

Kept = Sequence[Sequence[str]]  # a row as it is kept: (text, kind) per cell


class Verdict(NamedTuple):
    """What is to be said of a row: `judged` None for nothing; `unknown`, amounts of unknown meaning stand in it."""

    judged: Judged | None
    unknown: bool = False


class Judging:
    """The rows of one table of a proposal, by a mapping canonical column → letter that needn't be complete."""

    def __init__(self, table: Mapping, letters: Mapping[str, str]) -> None:
        self._header = header = _header(table, {name: column_index(letter) for name, letter in letters.items()})
        rows = [_cells(row) for row in table["rows"][max(0, table["first_data_row"] - table["top"]) :]]
        people = people_rows(rows)
        how = sum_of(header)
        # The reader sees more rows, and has told already which columns hold days.
        days = {column_index(column["letter"]) for column in table["columns"] if column.get("days")}
        how = replace(how, items=tuple(at for at in how.items if at not in days))
        self._how = how = without_day_counts(how, people, header.mapping)
        self._factors = factors_of(header, table.get("unit", ""), how, people) if "net_pay" in header.mapping else {}
        self._kept = all(at <= MOST_COLUMNS for at in (*how.gross, *how.deductions, *how.items, *how.unknown))

    def cells(self, row: Kept) -> list[Cell]:
        """A row as it is read: amounts in yuan."""
        cells = _cells(row)
        return converted(cells, self._factors) if self._factors else cells

    def verdict(self, row: Kept) -> Verdict:
        """Whether a row adds up; nothing is said of sums below the people."""
        cells = self.cells(row)
        if not self._kept or not people_rows([cells]):
            return Verdict(None)
        unknown = any(cents(cells[at - 1]) for at in self._how.unknown if at <= len(cells))
        return Verdict(judged(self._how, cells, self._header.mapping), unknown)


def _header(table: Mapping, mapping: Mapping[str, int]) -> Header:
    titles, paths = {}, {}
    for column in table["columns"]:
        at, title = column_index(column["letter"]), column["title"]
        # A proposal that was stored before it kept the titles one above the other has them in one text.
        path = column.get("path", [normalise(part) for part in title.split("·") if part])
        if path:
            titles[at], paths[at] = title, tuple(path)
    header = Header(list(table["header_rows"]), {}, titles, paths, data_row=table["first_data_row"])
    return header.mapped(mapping)


def _cells(row: Kept) -> list[Cell]:
    return [_cell(text, kind) for text, kind in row]


def _cell(text: str, kind: str) -> Cell:
    """What stood in a cell, as far as its amount goes."""
    if kind == "other":
        return ErrorValue(text)
    if kind == "date":
        return datetime.date.min
    if kind == "amount":
        try:
            return float(text)
        except ValueError:
            return text
    return text or None
