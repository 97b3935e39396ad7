"""A layout that a person or a program asks for, checked against what the file was seen to hold. Reads no file."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from payroll.imports.columns import BY_NAME, TITLES
from payroll.imports.layout import LETTER, Layout, SheetLayout
from sheets.headers import MAX_DEPTH
from sheets.values import column_index, column_letter

REQUIRED = ("name", "net_pay")
# Without them a sheet can be read, but no row can be paid.
WANTED = ("id_number", "bank_card")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong: at table `table` of the layout (0-based), at a column's letter, at "rows" or "data", or as a whole."""

    code: str
    message: str
    table: int | None = None
    at: str = ""

    @property
    def field(self) -> str:
        """The place in the layout's JSON."""
        if self.table is None:
            return "sheets"
        if self.at == "rows":
            return f"sheets.{self.table}.header_rows"
        if self.at == "data":
            return f"sheets.{self.table}.first_data_row"
        return f"sheets.{self.table}.columns" + (f".{self.at}" if self.at else "")


def problems(layout: Layout, proposal: Mapping) -> list[Problem]:
    """Everything that keeps the layout from being read; empty where nothing does."""
    tables = proposal["sheets"]
    found: list[Problem] = []
    taken: set[tuple[str, str]] = set()
    for number, wanted in enumerate(layout.sheets):
        table = next((table for table in tables if table["name"] == wanted.name), None)
        if table is None:
            message = f"文件里没有工作表“{wanted.name}”，或者它是空的。请重新选择要读取的工作表。"
            found.append(Problem("layout_sheet_gone", message, number))
            continue
        found += _rows(wanted.header_rows, table, number)
        found += _data_row(wanted, table, number)
        found += _columns(wanted, table, number, taken)
    return found


def _rows(rows: tuple[int, ...], table: Mapping, number: int) -> Iterable[Problem]:
    if not rows:
        return
    whole = list(rows) == list(range(rows[0], rows[0] + len(rows)))
    if not whole or len(rows) > MAX_DEPTH:
        yield Problem(
            "layout_rows", f"表头应是相连的 1 至 {MAX_DEPTH} 行，例如第 3 行，或第 3 至 4 行。", number, "rows"
        )
    elif rows[0] < 1 or rows[-1] > table["height"]:
        message = f"这张表只有 {table['height']} 行，表头不能在第 {rows[-1]} 行。请重新填写表头行。"
        yield Problem("layout_rows", message, number, "rows")


def _data_row(wanted: SheetLayout, table: Mapping, number: int) -> Iterable[Problem]:
    last = wanted.header_rows[-1] if wanted.header_rows else 0
    if not wanted.data_row:
        return
    if wanted.data_row <= last:
        message = f"数据起始行应在表头（第 {last} 行）之下，不能是第 {wanted.data_row} 行。请重新填写，或留空。"
        yield Problem("layout_data_row", message, number, "data")
    elif wanted.data_row > table["height"]:
        message = f"这张表只有 {table['height']} 行，数据不能从第 {wanted.data_row} 行开始。请重新填写数据起始行。"
        yield Problem("layout_data_row", message, number, "data")


def _columns(wanted, table: Mapping, number: int, taken: set) -> Iterable[Problem]:
    last = column_letter(max(table["width"], 1))
    for name, letter in wanted.columns.items():
        if name not in BY_NAME:
            yield Problem("layout_column_unknown", f"系统里没有“{name}”这一项。请重新指定。", number, letter)
        elif not LETTER.match(letter) or column_index(letter) > table["width"]:
            message = f"“{TITLES[name]}”指定在 {letter} 列，但这张表只到 {last} 列。请重新指定。"
            yield Problem("layout_letter", message, number, letter)
        elif (wanted.name, letter) in taken:
            message = f"{letter} 列被指定了两次，一列只能对应一项。请改正其中一项。"
            yield Problem("layout_column_twice", message, number, letter)
        taken.add((wanted.name, letter))
    for name in REQUIRED:
        if name not in wanted.columns:
            code = "no_name_column" if name == "name" else "no_net_column"
            message = f"工作表“{wanted.name}”还没有指定{TITLES[name]}列。请把“{TITLES[name]}”对应到一列。"
            yield Problem(code, message, number)
