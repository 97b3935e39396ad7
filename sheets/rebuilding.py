"""A workbook written anew: the same values at the same places, remarks, and the looks where they are known."""

import datetime
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from itertools import product

import xlsxwriter
from xlsxwriter.exceptions import OverlappingRange

from sheets.marks import AUTHOR, COLOURS, Mark, by_cell
from sheets.reader import Range, Sheet, Workbook
from sheets.values import as_text, is_long_number, is_risky
from sheets.writing import FORMATS, clean, plain_cell, sheet_name

MOST_MERGED, MOST_CELLS_MERGED = 5000, 100_000  # a few bytes of a file may merge millions; each is written
ROWS_FOR_WIDTHS = 200
WIDEST = 40


@dataclass(frozen=True, slots=True)
class SheetLooks:
    """How one sheet looks: each cell's style by its number, widths in characters, heights in points.

    Where it is `fitted`, columns without a width of their own are as wide as what they hold, as a page's are.
    """

    rows: dict[int, list[int]] = field(default_factory=dict)
    widths: dict[int, float] = field(default_factory=dict)
    heights: dict[int, float] = field(default_factory=dict)
    frozen: tuple[int, int] | None = None
    fitted: bool = False


@dataclass(frozen=True, slots=True)
class Looks:
    """XlsxWriter's properties of the styles by number, and each sheet's looks by its name."""

    styles: list[dict]
    sheets: dict[str, SheetLooks]


def rebuild(book: Workbook, marks: Mapping[str, Iterable[Mark]], looks: Looks | None = None) -> bytes:
    """The bytes of an .xlsx; a sheet with remarks stands in front when it is opened."""
    box = BytesIO()
    out = xlsxwriter.Workbook(
        box, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}
    )
    palette = _Palette(out, looks.styles if looks else [])
    first = _opened_first(book, marks)
    for index, page in enumerate(book.sheets, 1):
        target = out.add_worksheet(_unused_name(out, page.name, index))
        known = looks.sheets.get(page.name) if looks else None
        _Copy(page, target, palette, known, marks.get(page.name, ())).write()
        if page is first:
            target.activate()
            target.set_first_sheet()
        elif page.state == "very_hidden":
            target.very_hidden()
        elif page.hidden:
            target.hide()
    out.close()
    return box.getvalue()


def _opened_first(book: Workbook, marks: Mapping[str, Iterable[Mark]]) -> Sheet:
    """The sheet a person sees first: a visible one with remarks before others."""
    return min(book.sheets, key=lambda page: (page.hidden, page.name not in marks))


class _Palette:
    """The formats of the new workbook, each made once."""

    def __init__(self, out: xlsxwriter.Workbook, styles: list[dict]) -> None:
        self.out, self.styles = out, styles
        self.made: dict[tuple, object] = {}

    def of(self, style: int | None, kind: str, severity: str = "", *, risky: bool = False):
        """The format of a cell: its own look, else what suits its kind; in the severity's colour, if there is one."""
        key = (style, kind, severity, risky)
        if key not in self.made:
            look = FORMATS[kind] if style is None else self.styles[style]
            if kind == "text" and "num_format" not in look:
                # Else an ID number typed over becomes a number and loses its last digits.
                look = look | FORMATS["text"]
            if severity:
                look = {name: value for name, value in look.items() if name not in ("pattern", "fg_color", "bg_color")}
                look["bg_color"] = f"#{COLOURS.get(severity, COLOURS['warning'])}"
            if risky:
                look = look | {"quote_prefix": True}
            self.made[key] = self.out.add_format(look)
        return self.made[key]


class _Copy:
    """One sheet on its way over."""

    def __init__(self, page: Sheet, target, palette: _Palette, looks: SheetLooks | None, marks: Iterable[Mark]) -> None:
        self.page, self.target, self.palette, self.looks = page, target, palette, looks
        self.merged = _affordable(page)
        self.first_of = {cell: (area.top, area.left) for area in self.merged for cell in _cells(area)}
        # Of merged cells only the first one shows: it gets what is said of any of them.
        self.places = by_cell((*self.first_of.get((row, at), (row, at)), *said) for row, at, *said in marks)
        self.widths: dict[int, int] = {}
        self.fitted = looks is None or looks.fitted

    def write(self) -> None:
        covered = self._merge()
        written = set()
        for number, cells in self.page.rows():
            for column, value in enumerate(cells, 1):
                if value is not None and (number, column) not in covered:
                    self._cell(number, column, plain_cell(value))
                    written.add((number, column))
        self._blanks(written | covered)
        for (row, column), (_severity, message) in self.places.items():
            self.target.write_comment(row - 1, column - 1, message, {"author": AUTHOR, "x_scale": 2, "y_scale": 1.2})
        self._measures()

    def _merge(self) -> set[tuple[int, int]]:
        """Merge what was merged; returns the cells that lie under a merged one."""
        covered = set()
        for area in self.merged:
            look = self.palette.of(self._style(area.top, area.left), "number")
            try:
                self.target.merge_range(area.top - 1, area.left - 1, area.bottom - 1, area.right - 1, "", look)
            except OverlappingRange:
                continue
            covered.update(cell for cell in _cells(area) if cell != (area.top, area.left))
        return covered

    def _style(self, row: int, column: int) -> int | None:
        styles = self.looks.rows.get(row, ()) if self.looks else ()
        return styles[column - 1] if column <= len(styles) else None

    def _cell(self, row: int, column: int, value: object) -> None:
        severity = self.places.get((row, column), ("", ""))[0]
        style = self._style(row, column)
        at = (row - 1, column - 1)
        if isinstance(value, bool):
            self.target.write_boolean(*at, value, self.palette.of(style, "number", severity))
        elif isinstance(value, float):
            self.target.write_number(*at, value, self.palette.of(style, "number", severity))
        elif isinstance(value, (datetime.date, datetime.datetime)):
            self.target.write_datetime(*at, value, self.palette.of(style, "date", severity))
        else:
            text = clean(as_text(value))
            kind = "text" if style is None or is_long_number(text) else "number"
            self.target.write_string(*at, text, self.palette.of(style, kind, severity, risky=is_risky(text)))
        if self.fitted and row <= ROWS_FOR_WIDTHS:
            self.widths[column] = max(self.widths.get(column, 0), min(_letters(as_text(value)), WIDEST))

    def _blanks(self, written: set[tuple[int, int]]) -> None:
        """Empty cells that have a remark, or a look of their own."""
        for row, styles in self.looks.rows.items() if self.looks else ():
            for column, style in enumerate(styles, 1):
                if (row, column) not in written and (row, column) not in self.places:
                    self.target.write_blank(row - 1, column - 1, None, self.palette.of(style, "number"))
        for (row, column), (severity, _message) in self.places.items():
            if (row, column) not in written:
                look = self.palette.of(self._style(row, column), "number", severity)
                self.target.write_blank(row - 1, column - 1, None, look)

    def _measures(self) -> None:
        known = {at: max(9, width + 2) for at, width in self.widths.items()} | (self.looks.widths if self.looks else {})
        for column in known.keys() | set(self.page.hidden_columns):
            hidden = {"hidden": True} if column in self.page.hidden_columns else {}
            self.target.set_column(column - 1, column - 1, known.get(column), None, hidden)
        heights = self.looks.heights if self.looks else {}
        hidden_rows = set(self.page.hidden_rows)
        for row in heights.keys() | hidden_rows:
            self.target.set_row(row - 1, heights.get(row), None, {"hidden": True} if row in hidden_rows else {})
        if self.looks and self.looks.frozen:
            self.target.freeze_panes(*self.looks.frozen)


def _affordable(page: Sheet) -> list[Range]:
    """The merged areas as far as they can be merged again; one that is too large only as far as the sheet has cells."""
    room, found = MOST_CELLS_MERGED, []
    for area in page.merged[:MOST_MERGED]:
        if _size(area) > room:
            area = Range(area.top, area.left, min(area.bottom, page.height), min(area.right, page.width))
        if 1 < _size(area) <= room:
            room -= _size(area)
            found.append(area)
    return found


def _size(area: Range) -> int:
    return max(0, area.bottom - area.top + 1) * max(0, area.right - area.left + 1)


def _cells(area: Range) -> Iterator[tuple[int, int]]:
    return product(range(area.top, area.bottom + 1), range(area.left, area.right + 1))


def _letters(text: str) -> int:
    """How wide a text stands: a Chinese character counts double."""
    return max(
        (
            sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in line[:WIDEST])
            for line in text.split("\n")
        ),
        default=0,
    )


def _unused_name(out: xlsxwriter.Workbook, name: str, index: int) -> str:
    name = sheet_name(name) if name else f"Sheet{index}"
    taken = {page.get_name().lower() for page in out.worksheets()}
    return name if name.lower() not in taken else f"{name[:26]} ({index})"
