"""How rows of a file are named for people: by their number, and with their sheet where several were read."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple


class Place(NamedTuple):
    """A row of a batch's file: `sheet_no` counts the sheets that were read, `row` is the file's own number."""

    sheet_no: int
    row: int


def row_words(rows: str | int, sheet: str = "") -> str:
    """工作表“木工班”第 5 行; without a sheet, 第 5 行."""
    return f"工作表“{sheet}”第 {rows} 行" if sheet else f"第 {rows} 行"


def sheet_words(sheet_no: int, names: Sequence[str]) -> str:
    """The sheet's name where several were read, else empty: then the row's number says enough."""
    return names[sheet_no - 1] if len(names) > 1 and sheet_no <= len(names) else ""


def places_words(places: Iterable[Place], names: Sequence[str]) -> str:
    """Rows gathered by sheet, in the file's order: 工作表“木工班”第 3、5 行；工作表“瓦工班”第 5 行."""
    by_sheet = groupby(sorted(set(places)), key=lambda place: place.sheet_no)
    return "；".join(
        row_words("、".join(str(place.row) for place in rows), sheet_words(sheet_no, names))
        for sheet_no, rows in by_sheet
    )
