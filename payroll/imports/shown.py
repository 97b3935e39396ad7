"""What a person is shown of a workbook when its columns are to be confirmed: masked, small enough to keep.

`shown` takes a proposal and adds the size of each sheet, its first rows, what the cells of a column look like and
what `payroll.imports.judging` needs to hold the rows against themselves; the answer is JSON. `reguessed` looks at one
table again under header rows that a person named.
"""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from payroll.imports.content import SUPPORTS, evidence_of, kind_of, masked, people_rows
from payroll.imports.guessing import guess_columns
from payroll.imports.layout import blocks_of, header_signature
from payroll.imports.mapping import Proposal
from payroll.imports.sums import sum_of, without_day_counts
from payroll.imports.units import unit_above
from payroll.rules.numbers import clean_card, clean_id
from responsibilities.rules.identifiers import id_problem
from sheets.headers import HEAD_ROWS, MAX_DEPTH, Header, read_titles
from sheets.reader import Sheet, Workbook
from sheets.values import Cell, column_index

ROWS_BELOW = 9  # enough for five people among blank rows and notes
SAMPLED = 120
MOST_COLUMNS = 60
MOST_TABLES = 16
LIKENESS = {
    "id": "有效身份证号",
    "card": "有效银行卡号",
    "phone": "手机号",
    "name": "姓名",
    "bank": "银行名称",
    "crew": "班组名称",
    "trade": "工种",
    "month": "月份",
    "amount": "数字",
}


class Rows(NamedTuple):
    """Where a table's header stands and its people begin; `data` 0: right below the header."""

    header: tuple[int, ...]
    data: int = 0

    @classmethod
    def of(cls, table: Mapping) -> "Rows":
        """Those of a table as it is shown; a layout's tables say the same in the same words."""
        header = tuple(table["header_rows"])
        return cls(header, table.get("first_data_row") or 0).plain()

    def plain(self) -> "Rows":
        """The same without what goes without saying."""
        below = self.header[-1] + 1 if self.header else 1
        return self._replace(data=0) if self.data == below else self


def shown(workbook: Workbook, proposal: Proposal) -> dict:
    """The proposal as JSON with `width`, `height`, `rows` and `unit` per table, `seen`, `path` and `days` per column."""
    told = proposal.as_dict()
    told["sheets"] = told["sheets"][:MOST_TABLES]
    sheets = {sheet.name: sheet for sheet in workbook.sheets}
    for table, looked_at in zip(told["sheets"], proposal.tables, strict=False):
        _describe(table, sheets[table["name"]], looked_at.header)
    return told


def reguessed(table: dict, workbook: Workbook, header_rows: Sequence[int], data_row: int = 0) -> dict:
    """The same table with its columns guessed anew under other header rows (none: without a header), its people
    beginning at `data_row` (0: right below)."""
    sheet = next(sheet for sheet in workbook.sheets if sheet.name == table["name"])
    rows = sheet.head(HEAD_ROWS + MAX_DEPTH)
    header = _block(read_titles(rows, sheet.merged, list(header_rows), data_row=data_row or 1), table)
    mapping, guesses = guess_columns(sheet, header)
    anew = table | {
        "header_rows": list(header_rows),
        "first_data_row": header.first_data_row,
        "signature": header_signature(header),
        "columns": [guess.as_dict() for guess in guesses],
    }
    _describe(anew, sheet, header.mapped(mapping))
    return anew


def _block(header: Header, table: dict) -> Header:
    """The header, or of several tables side by side the one that stood here before."""
    first = min((column_index(column["letter"]) for column in table["columns"]), default=1)
    blocks = blocks_of(header)
    return next((block for block in blocks if not block.block or block.block >= first), blocks[-1])


def _describe(table: dict, sheet: Sheet, header: Header | None) -> None:
    table["width"], table["height"] = sheet.width, sheet.height
    first = table["first_data_row"]
    top = max(1, min(table["header_rows"], default=first) - 1)
    table["top"] = top
    last = first + ROWS_BELOW
    table["rows"] = []
    for number, cells in sheet.rows(top):
        if number >= last:
            break
        table["rows"].append([_shown(cell) for cell in cells[:MOST_COLUMNS]])
    people = people_rows([cells for _number, cells in islice(sheet.rows(first), SAMPLED)])
    table["unit"] = unit_above(sheet.head(first - 1))
    table["columns"] = table["columns"][:MOST_COLUMNS]
    days = _day_counts(header, people) if header else set()
    for column in table["columns"]:
        at = column_index(column["letter"])
        column["seen"] = _seen([cells[at - 1] if at <= len(cells) else None for cells in people], column["column"])
        column["path"] = list(header.paths.get(at, ())) if header else []
        column["days"] = at in days


def _day_counts(header: Header, people: Sequence[Sequence[Cell]]) -> set[int]:
    """Columns titled as deductions that hold days."""
    how = sum_of(header)
    return {*how.items} - {*without_day_counts(how, people, header.mapping).items}


def _shown(cell) -> list[str]:
    return ["", ""] if cell is None else [masked(cell), _kind(cell)]


def _kind(cell: Cell) -> str:
    """What a cell holds; of numbers among words, what the reader takes out of it."""
    kind = kind_of(cell)
    if type(cell) is not str or kind not in ("text", "name", "bank", "crew"):
        return kind
    if id_problem(clean_id(cell)) is None:
        return "id"
    card = clean_card(cell)
    return "account" if card.isascii() and card.isdigit() and len(card) >= 10 else kind


def _seen(cells: list, name: str | None) -> str:
    """What the cells are, in words: 98% 是有效身份证号. Blank where nothing stands out."""
    evidence = evidence_of(cells)
    if not evidence.filled:
        return "没有内容"
    kinds = [kind for kind in SUPPORTS.get(name or "", ()) if evidence.shares.get(kind)]
    kinds = kinds or [kind for kind in ("id", "card", "phone", "name", "bank") if evidence.share(kind) >= 0.6]
    if not kinds:
        return ""
    best = max(kinds, key=lambda kind: evidence.shares.get(kind, 0.0))
    if best not in LIKENESS:
        return ""
    return f"{evidence.share(best):.0%} 是{LIKENESS[best]}"
