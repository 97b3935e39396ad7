"""Which column is what, as a person or the memory decided it: JSON-able, checked against a workbook before use."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from payroll.imports.columns import BY_NAME, COLUMNS, TITLES
from sheets.columns import bare, normalise
from sheets.headers import MAX_DEPTH, Header, match_columns, read_titles, side_by_side
from sheets.reader import Sheet, Workbook
from sheets.refusal import Refusal
from sheets.values import column_index, column_letter

LETTER = re.compile(r"[A-Z]{1,3}\Z")
MONTHS = re.compile(r"(?:20\d{2}[年./\-]?)?(?:1[0-2]|0?[1-9])月份?|20\d{2}年?")


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """One table: its sheet, its header rows (1-based; none where the sheet has no header) and canonical → letter.

    `data_row` is where people begin; 0 is right below the header (without one: row 1).
    """

    name: str
    header_rows: tuple[int, ...]
    columns: Mapping[str, str]
    data_row: int = 0

    def as_dict(self) -> dict:
        told = {"name": self.name, "header_rows": list(self.header_rows), "columns": dict(self.columns)}
        return told | {"first_data_row": self.data_row} if self.data_row else told

    @property
    def gap(self) -> int:
        """Rows between the header and the first person that are nobody's."""
        return max(0, self.data_row - (self.header_rows[-1] if self.header_rows else 0) - 1)


@dataclass(frozen=True, slots=True)
class Layout:
    """The tables to read, in order; a sheet with two tables side by side stands here twice."""

    sheets: tuple[SheetLayout, ...]

    def as_dict(self) -> dict:
        return {"sheets": [sheet.as_dict() for sheet in self.sheets]}

    @classmethod
    def from_dict(cls, told: object) -> "Layout":
        """Raises Refusal `layout_invalid` for anything that isn't a layout."""
        try:
            sheets = tuple(
                SheetLayout(
                    name=str(one["name"]),
                    header_rows=tuple(int(row) for row in one["header_rows"]),
                    columns={str(name): str(letter).upper() for name, letter in one["columns"].items() if letter},
                    data_row=int(one.get("first_data_row") or 0),
                )
                for one in told["sheets"]
            )
        except (TypeError, KeyError, ValueError, AttributeError) as error:
            raise Refusal("layout_invalid", "列对应的格式不对。请重新指定各列后再读取。") from error
        if not sheets:
            raise Refusal("layout_invalid", "没有指定要读取的工作表。请至少选择一张工资表。")
        return cls(sheets)


def headers_of(layout: Layout, workbook: Workbook) -> list[tuple[Sheet, Header]]:
    """Each table's sheet and header, as the layout says; raises Refusal where the workbook can't have it.

    Codes: layout_sheet_gone layout_rows layout_data_row layout_column_unknown layout_letter layout_column_twice
    no_name_column no_net_column.
    """
    found = []
    taken: set[tuple[str, str]] = set()
    for table in layout.sheets:
        sheet = next((sheet for sheet in workbook.sheets if sheet.name == table.name and sheet.height), None)
        if sheet is None:
            raise Refusal(
                "layout_sheet_gone", f"文件里没有工作表“{table.name}”，或者它是空的。请重新选择要读取的工作表。"
            )
        _check_rows(table, sheet)
        _check_columns(table, sheet, taken)
        found.append((sheet, _header(table, sheet)))
    return [(sheet, _beside(header, [other for one, other in found if one is sheet])) for sheet, header in found]


def blocks_of(header: Header) -> list[Header]:
    """The tables that its titles show to stand side by side, each with its columns by their titles; else one."""
    return side_by_side(header.mapped(match_columns(header.paths, COLUMNS), COLUMNS), COLUMNS)


def _beside(header: Header, all_on_sheet: list[Header]) -> Header:
    """The header with only its own columns where several tables stand side by side on its sheet."""
    blocks = blocks_of(header) if header.rows else []
    if len(blocks) > 1:
        own = [block for block in blocks if set(header.mapping.values()) <= _span(block)]
        if own:
            return own[0].mapped(header.mapping)
    if len({tuple(one.rows) for one in all_on_sheet}) != 1 or len(all_on_sheet) < 2:
        return header
    starts = sorted(min(one.mapping.values()) for one in all_on_sheet)
    start = min(header.mapping.values())
    stop = next((other for other in starts if other > start), None)
    if stop is None or max(header.mapping.values()) < stop:
        own = {at: title for at, title in header.titles.items() if at >= start and (stop is None or at < stop)}
        paths = {at: path for at, path in header.paths.items() if at in own}
        return replace(header, titles=own, paths=paths, block=start).mapped(header.mapping)
    return header


def _span(block: Header) -> set[int]:
    return set(range(block.block, max(block.titles) + 1))


def _check_rows(table: SheetLayout, sheet: Sheet) -> None:
    rows = table.header_rows
    if table.data_row and not (rows[-1] if rows else 0) < table.data_row <= sheet.height:
        raise Refusal(
            "layout_data_row",
            f"数据起始行（第 {table.data_row} 行）不对：应在表头之下，且不超过工作表的 {sheet.height} 行。请重新填写。",
        )
    whole = list(rows) == list(range(rows[0], rows[-1] + 1)) if rows else True
    if not whole or len(rows) > MAX_DEPTH or (rows and not 1 <= rows[0] <= rows[-1] <= sheet.height):
        said = "、".join(map(str, rows))
        raise Refusal(
            "layout_rows",
            f"表头行（{said}）不对：表头应是工作表里相连的 1 至 {MAX_DEPTH} 行。请重新指定表头行。",
        )


def _check_columns(table: SheetLayout, sheet: Sheet, taken: set[tuple[str, str]]) -> None:
    for name, letter in table.columns.items():
        if name not in BY_NAME:
            raise Refusal("layout_column_unknown", f"系统里没有“{name}”这一列。请重新指定各列。")
        if not LETTER.match(letter) or column_index(letter) > sheet.width:
            last = column_letter(max(sheet.width, 1))
            raise Refusal(
                "layout_letter",
                f"“{TITLES[name]}”指定在 {letter} 列，但工作表“{table.name}”只到 {last} 列。请重新指定。",
            )
        if (table.name, letter) in taken:
            raise Refusal("layout_column_twice", f"{letter} 列被指定了两次。一列只能对应一项，请改正。")
        taken.add((table.name, letter))
    if "name" not in table.columns:
        raise Refusal("no_name_column", f"工作表“{table.name}”没有指定姓名列。请指定哪一列是姓名。")
    if "net_pay" not in table.columns:
        raise Refusal("no_net_column", f"工作表“{table.name}”没有指定实发工资列。请指定哪一列是实发工资。")


def _header(table: SheetLayout, sheet: Sheet) -> Header:
    mapping = {name: column_index(letter) for name, letter in table.columns.items()}
    rows = sheet.head((table.header_rows or (0,))[-1] + 1)
    return read_titles(rows, sheet.merged, list(table.header_rows), mapping, data_row=table.data_row or 1)


def header_signature(header: Header) -> str:
    """A stable key of a header: its titles by column, without blanks, brackets, months and row numbers.

    The same form filled in another month, or with another line above its header, has the same signature; a
    column more, less or elsewhere gives another one, so that letters remembered under it are right.
    """
    titles = []
    for at, path in sorted(header.paths.items()):
        title = "/".join(normalised for part in path if (normalised := MONTHS.sub("", bare(normalise(part)) or part)))
        titles.append(f"{at}:{title}")
    return hashlib.sha256("\n".join(titles).encode()).hexdigest()[:32]
