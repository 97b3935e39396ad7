"""Finding the header that names the columns, wherever among the first rows it stands.

One to three rows, merged both ways; the declared columns (`sheets.columns.Column`) say what their titles are.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from types import MappingProxyType

from sheets.columns import GENERIC, Column, bare, normalise
from sheets.reader import Range
from sheets.values import Cell, as_text, column_letter

HEAD_ROWS = 30
MAX_DEPTH = 3


@dataclass(slots=True)
class Header:
    """Where the header stands and what it says. Rows and columns are 1-based."""

    rows: list[int]
    mapping: dict[str, int]
    titles: dict[int, str]
    paths: dict[int, tuple[str, ...]]
    unmapped: dict[int, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    data_row: int = 1  # where the rows begin: on a sheet without a header, or further below one
    block: int = 0  # the first column of a table that stands beside another one; 0 for a table alone

    @property
    def letters(self) -> dict[str, str]:
        """Canonical name → column letter, from left to right."""
        return {name: column_letter(at) for name, at in sorted(self.mapping.items(), key=lambda item: item[1])}

    @property
    def first_data_row(self) -> int:
        return max(self.rows[-1] + 1, self.data_row) if self.rows else self.data_row

    def mapped(self, mapping: Mapping[str, int], columns: Sequence[type[Column]] = ()) -> "Header":
        """The same header with another mapping."""
        used = set(mapping.values())
        return replace(
            self,
            mapping=dict(mapping),
            unmapped={at: title for at, title in self.titles.items() if at not in used},
            missing=[column.name for column in columns if column.required and column.name not in mapping],
        )


def find_header(
    rows: Sequence[Sequence[Cell]],
    columns: Sequence[type[Column]],
    merged: Iterable[Range] = (),
    least: int = 2,
) -> Header | None:
    """The best header among the first rows: most required, then most canonical columns, then the topmost.

    None where no row names at least `least` of the columns. A header may take up to three rows; a
    title merged across the sheet above it isn't part of it.
    """
    grid = _Grid(rows[: HEAD_ROWS + MAX_DEPTH], merged)
    best, best_key = None, (0, 0, 0)
    for top in range(1, min(len(rows), HEAD_ROWS) + 1):
        if not grid.may_be_header(top):
            continue
        header = _read_header(grid, top, columns)
        found = len(header.mapping)
        required = sum(1 for column in columns if column.required and column.name in header.mapping)
        key = (required, found, -top)
        if found >= least and key > best_key:
            best, best_key = header, key
    return best


def side_by_side(header: Header, columns: Sequence[type[Column]]) -> list[Header]:
    """The header in two or more where its titles repeat from left to right, as on sheets that print two people
    in a row; else the header alone. Every required column must repeat, at one distance, with the same titles."""
    required = [column.name for column in columns if column.required]
    if header.missing or not required:
        return [header]
    places = []
    for name in required:
        path = header.paths[header.mapping[name]]
        places.append([at for at, other in sorted(header.paths.items()) if other == path])
    times, step = len(places[0]), places[0][1] - places[0][0] if len(places[0]) > 1 else 0
    if times < 2 or any(
        len(found) != times or any(other - one != step for one, other in pairwise(found)) for found in places
    ):
        return [header]
    first = min(header.paths)
    # The block begins as far left of its first required title as the first block does.
    while first + step in header.paths and header.paths[first] != header.paths[first + step]:
        first += 1
    found = []
    for turn in range(times):
        start = first + turn * step
        stop = start + step if turn + 1 < times else max(header.paths) + 1
        paths = {at: path for at, path in header.paths.items() if start <= at < stop}
        titles = {at: title for at, title in header.titles.items() if start <= at < stop}
        block = replace(header, titles=titles, paths=paths, mapping={}, block=start)
        found.append(block.mapped(match_columns(paths, columns), columns))
    return found if all(not block.missing for block in found) else [header]


def read_titles(
    rows: Sequence[Sequence[Cell]],
    merged: Iterable[Range],
    header_rows: list[int],
    mapping: Mapping[str, int] = MappingProxyType({}),
    data_row: int = 1,
) -> Header:
    """The header that stands in the rows told (none: a sheet without one), with the mapping told."""
    titles, paths = {}, {}
    if header_rows:
        grid = _Grid(rows, merged)
        titles = grid.titles(header_rows[0], header_rows[-1])
        paths = grid.paths(header_rows[0], header_rows[-1])
    header = Header(rows=header_rows, mapping={}, titles=titles, paths=paths, data_row=data_row)
    return header.mapped(mapping)


def match_columns(paths: dict[int, tuple[str, ...]], columns: Sequence[type[Column]]) -> dict[str, int]:
    """Give each canonical column its best title and each title to one column; ties go left."""
    offers = sorted(
        (
            (-score, at, column.name)
            for at, path in paths.items()
            for column in columns
            if (score := column.score(path)) > 0
        ),
    )
    mapping: dict[str, int] = {}
    taken: set[int] = set()
    for _score, at, name in offers:
        if name not in mapping and at not in taken:
            mapping[name] = at
            taken.add(at)
    return mapping


def _read_header(grid: "_Grid", top: int, columns: Sequence[type[Column]]) -> Header:
    first = match_columns(grid.paths(top, top), columns)
    bottom = grid.bottom_of(top, set(first.values()))
    while rows := grid.rises(top, bottom):
        top -= rows
    header = _of_rows(grid, top, bottom, columns)
    # A line of labels and what they say (班组： 木工班) is no row of titles.
    named = len(header.mapping) >= 2 and not any(title.endswith((":", "：")) for title in header.titles.values())
    while (
        named
        and bottom - top + 1 < MAX_DEPTH
        and (grid.may_continue(top, bottom + 1) or grid.only_says_more(top, bottom + 1, columns))
    ):
        # Part titles without any merge, as csv has them: taken if no column loses its meaning but one that turns out
        # to be a group (各项扣款 · 个税).
        deeper = _of_rows(grid, top, bottom + 1, columns)
        lost = [at for name, at in header.mapping.items() if name not in deeper.mapping]
        fewer = len(deeper.mapping) < len(header.mapping) and not all(grid.has_group(bottom, at) for at in lost)
        if len(deeper.missing) > len(header.missing) or fewer:
            break
        header, bottom = deeper, bottom + 1
    return header


def _of_rows(grid: "_Grid", top: int, bottom: int, columns: Sequence[type[Column]]) -> Header:
    paths, titles = grid.paths(top, bottom), grid.titles(top, bottom)
    header = Header(rows=list(range(top, bottom + 1)), mapping={}, titles=titles, paths=paths)
    return header.mapped(match_columns(paths, columns), columns)


class _Grid:
    """The head of a sheet with merged cells spread out."""

    def __init__(self, rows: Sequence[Sequence[Cell]], merged: Iterable[Range]) -> None:
        self.rows = rows
        self.width = max((len(row) for row in rows), default=0)
        self.anchor: dict[tuple[int, int], Range] = {}
        for area in merged:
            if area.top > len(rows):
                continue
            for row in range(area.top, min(area.bottom, len(rows)) + 1):
                for column in range(area.left, min(area.right, self.width) + 1):
                    self.anchor[row, column] = area

    def raw(self, row: int, column: int) -> Cell:
        cells = self.rows[row - 1]
        return cells[column - 1] if column <= len(cells) else None

    def text(self, row: int, column: int) -> str:
        area = self.anchor.get((row, column))
        value = self.raw(area.top, area.left) if area else self.raw(row, column)
        return normalise(as_text(value)) if value is not None else ""

    def may_be_header(self, row: int) -> bool:
        for column in range(1, self.width + 1):
            area = self.anchor.get((row, column))
            # The lower half of a header that began above.
            if area and area.top < row and self.text(row, column) and self._texts(area.top) >= 2:
                return False
        cells = self.rows[row - 1]
        # No title begins with an ID or card number: most rows below a header need not be looked at as one.
        if any(type(cell) is str and len(cell) >= 15 and cell[:15].isdigit() for cell in cells):
            return False
        return self._texts(row) >= 2 and sum(1 for cell in cells if type(cell) is float) <= 40

    def _texts(self, row: int) -> int:
        """How many different texts a row shows."""
        texts = {self.text(row, column) for column, cell in enumerate(self.rows[row - 1], 1) if type(cell) is str}
        return len(texts - {""})

    def bottom_of(self, top: int, known: set[int]) -> int:
        """The last row of a header that starts at `top`."""
        bottom = top
        for column in range(1, self.width + 1):
            area = self.anchor.get((top, column))
            if not (area and area.top == top and area.left == column and self.text(top, column)):
                continue
            # Merged across the sheet and downward: a title, not a header.
            if area.right - area.left + 1 < max(2, self.width * 0.6):
                bottom = max(bottom, area.bottom)
        bottom = min(bottom, top + MAX_DEPTH - 1, len(self.rows))
        while bottom < min(top + MAX_DEPTH - 1, len(self.rows)) and self._continues(top, bottom + 1, known):
            bottom += 1
        return bottom

    def _continues(self, top: int, row: int, known: set[int]) -> bool:
        """Whether a row only names the parts of groups above it: short texts, nothing else, gaps where
        a title already stands alone."""
        cells = self.rows[row - 1]
        filled = [column for column, cell in enumerate(cells, 1) if cell is not None]
        if not filled or any(type(self.raw(row, column)) is not str for column in filled):
            return False
        texts = [self.text(row, column) for column in filled]
        if any(len(text) > 16 or (any(c.isdigit() for c in text[:6]) and text[:6].isdigit()) for text in texts):
            return False
        # A known word with blanks to its right may be a group's: 工资（元） over 应发 and 实发.
        known = {column for column in known if not self.has_group(top, column)}
        alone = [column for column in known if column not in filled]
        grouped = [
            column
            for column in filled
            if not self.raw(top, column) or self.has_group(top, column) or column + 1 in filled
        ]
        # Under a group's first title comes a part, now and then one under a title that gathers nothing else; a full
        # row of texts is data.
        if len(alone) * 2 < len(known) or len(grouped) * 2 < len(filled):
            return False
        return any(self.has_group(top, column) for column in filled)

    def may_continue(self, top: int, row: int) -> bool:
        """Whether a row could name parts of titles above it: short, different words without a digit, some of them
        under a blank right of a title."""
        if row > len(self.rows):
            return False
        filled = [column for column, cell in enumerate(self.rows[row - 1], 1) if cell is not None and cell != ""]
        texts = [self.text(row, column) for column in filled]
        if len(texts) < 2 or any(type(self.raw(row, column)) is not str for column in filled):
            return False
        if (
            any(len(text) > 12 or any(c.isdigit() for c in text) for text in texts)
            or len(set(texts)) * 3 < len(texts) * 2
        ):
            return False
        return any(not self.raw(top, column) and self.has_group(top, column) for column in filled)

    def only_says_more(self, top: int, row: int, columns: Sequence[type[Column]]) -> bool:
        """Whether a row says more of few of the titles above it, by titles that are known: 考勤情况 · 天数."""
        if row > len(self.rows):
            return False
        filled = [column for column, cell in enumerate(self.rows[row - 1], 1) if cell is not None and cell != ""]
        above = [column for column in range(1, self.width + 1) if self.text(top, column)]
        texts = [self.text(row, column) for column in filled]
        return (
            0 < len(filled) * 2 < len(above)
            and set(filled) <= set(above)
            and not any(len(text) > 12 or any(c.isdigit() for c in text) for text in texts)
            and any(bare(text) in GENERIC or any(column.score((text,)) for column in columns) for text in texts)
        )

    def has_group(self, row: int, column: int) -> bool:
        """A title with blank (or merged) cells to its right, or a blank right of such a title."""
        area = self.anchor.get((row, column))
        if area:
            return area.right > area.left
        while column > 0 and self.raw(row, column) is None:
            column -= 1
        return column > 0 and column < self.width and self.raw(row, column + 1) is None

    def rises(self, top: int, bottom: int) -> int:
        """How many rows above a header hold titles of its groups: one, or two where only titles that gather a single
        column stand between; 0 for none."""
        for rows in (1, 2):
            if top - rows < 1 or bottom - top + 1 + rows > MAX_DEPTH:
                return 0
            found = self._groups(top - rows, bottom)
            if found is not False:
                return rows if found else 0
        return 0

    def _groups(self, above: int, bottom: int) -> bool | None:
        """Whether a row holds group titles, merged over some columns of the header that ends at `bottom`; False for
        titles of single columns only, None for anything else."""
        under = {
            column
            for column in range(1, self.width + 1)
            if any(self.text(row, column) for row in range(above + 1, bottom + 1))
        }
        found = False
        for column, cell in enumerate(self.rows[above - 1], 1):
            if cell is None:
                continue
            raw = as_text(cell)
            if type(cell) is not str or ":" in raw or "：" in raw or len(raw) > 20:
                return None
            area = self.anchor.get((above, column))
            if not area or area.right == area.left:
                if column not in under or (area and area.bottom > above):
                    return None
                continue
            if area.right - area.left + 1 > max(2, len(under) * 0.6) or area.bottom > above:
                return None
            found = True
        return found if any(cell is not None for cell in self.rows[above - 1]) else None

    def paths(self, top: int, bottom: int) -> dict[int, tuple[str, ...]]:
        """Column → its normalised titles, top down, each once."""
        found = {}
        for column in range(1, self.width + 1):
            path: list[str] = []
            for row in range(top, bottom + 1):
                text = self.text(row, column)
                if not text and any(self.text(below, column) for below in range(row + 1, bottom + 1)):
                    text = self._group_left(row, bottom, column)
                if text and (not path or path[-1] != text):
                    path.append(text)
            if path:
                found[column] = tuple(path)
        return found

    def _group_left(self, row: int, bottom: int, column: int) -> str:
        """The unmerged group title that spreads over a blank cell (csv has no merges)."""
        while column > 1:
            column -= 1
            if (row, column) in self.anchor:
                return ""
            if text := self.text(row, column):
                return text if any(self.text(below, column) for below in range(row + 1, bottom + 1)) else ""
        return ""

    def titles(self, top: int, bottom: int) -> dict[int, str]:
        """Column → its title as a person would read it aloud: 应发工资·小计."""
        found = {}
        for column in range(1, self.width + 1):
            parts: list[str] = []
            for row in range(top, bottom + 1):
                area = self.anchor.get((row, column))
                value = self.raw(area.top, area.left) if area else self.raw(row, column)
                text = " ".join(as_text(value).split())
                if text and (not parts or parts[-1] != text):
                    parts.append(text)
            if parts:
                found[column] = "·".join(parts)
        return found
