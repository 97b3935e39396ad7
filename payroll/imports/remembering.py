"""Using what was confirmed before: which remembered form a workbook is, and what is to be remembered of an answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from payroll.imports.guessing import guess_columns
from payroll.imports.layout import Layout, SheetLayout, blocks_of, header_signature
from payroll.imports.mapping import Proposal
from sheets.headers import HEAD_ROWS, MAX_DEPTH, Header, read_titles
from sheets.reader import Sheet, Workbook
from sheets.values import column_index


@dataclass(frozen=True, slots=True)
class Memory:
    """One remembered table; `key` is the caller's."""

    key: int
    signature: str
    is_read: bool
    depth: int
    shifted: bool
    columns: dict[str, str]
    gap: int = 0

    def layout(self, sheet: str, header_rows: Sequence[int]) -> SheetLayout:
        """This table again, on a sheet whose header stands in these rows."""
        data_row = header_rows[-1] + 1 + self.gap if self.gap else 0
        return SheetLayout(sheet, tuple(header_rows), dict(self.columns), data_row)


@dataclass(slots=True)
class Recalled:
    """The layout that the memory gives, and which pieces of it gave it."""

    layout: Layout
    used: list[int]


def columns_by_signature(memories: Sequence[Memory]) -> dict[str, dict[str, str]]:
    """For `propose`."""
    return {memory.signature: memory.columns for memory in memories if memory.is_read and memory.columns}


def recall(workbook: Workbook, proposal: Proposal, memories: Sequence[Memory]) -> Recalled | None:
    """The layout, where memory covers every table that would be read and no cell contradicts it; else None.

    Tables whose header was confirmed as not to be read are left out.
    """
    read = {memory.signature: memory for memory in memories if memory.is_read}
    unread = {memory.signature: memory for memory in memories if not memory.is_read}
    if not read and not unread:
        return None
    tables, used = [], []
    for table in proposal.chosen:
        if memory := unread.get(table.signature):
            used.append(memory.key)
            continue
        memory = read.get(table.signature)
        if memory is None or table.why not in ("", "other_month") or any(guess.problem for guess in table.columns):
            return _shifted(workbook, memories)
        tables.append(memory.layout(table.name, table.header_rows))
        used.append(memory.key)
    if not tables:
        return _shifted(workbook, memories)
    return Recalled(Layout(tuple(tables)), list(dict.fromkeys(used)))


def _shifted(workbook: Workbook, memories: Sequence[Memory]) -> Recalled | None:
    """Forms whose header isn't found by itself: looked for at every row of the sheets' heads."""
    wanted = [memory for memory in memories if memory.shifted and memory.is_read]
    tables, used = [], []
    for sheet in workbook.sheets if wanted else ():
        if not sheet.height or sheet.hidden:
            continue
        for memory in wanted:
            header = _find(sheet, memory)
            if header is None:
                continue
            _mapping, guesses = guess_columns(sheet, header, memory.columns)
            if any(guess.problem for guess in guesses):
                return None
            tables.append(memory.layout(sheet.name, header.rows))
            used.append(memory.key)
            if not header.block:
                break
    return Recalled(Layout(tuple(tables)), list(dict.fromkeys(used))) if tables else None


def _find(sheet: Sheet, memory: Memory) -> Header | None:
    rows = sheet.head(HEAD_ROWS + MAX_DEPTH)
    for top in range(1, min(len(rows), HEAD_ROWS) - memory.depth + 2):
        whole = read_titles(rows, sheet.merged, list(range(top, top + memory.depth)))
        for header in blocks_of(whole):
            if header_signature(header) == memory.signature:
                return header.mapped({name: column_index(letter) for name, letter in memory.columns.items()})
    return None


@dataclass(frozen=True, slots=True)
class ToRemember:
    """What to keep of one table of an answer."""

    signature: str
    sheet: str
    header_rows: tuple[int, ...]
    is_read: bool
    shifted: bool
    columns: dict[str, str]
    titles: dict[str, str]
    gap: int = 0


def to_remember(headers: Sequence[tuple[Sheet, Header]], layout: Layout, proposal: Proposal) -> list[ToRemember]:
    """The tables that were confirmed, and those that were proposed and not taken.

    A table without titles has nothing to be known by again, and two that the titles don't show to stand side by side
    have nothing of their own.
    """
    automatic = {table.signature for table in proposal.sheets}
    found: dict[str, ToRemember] = {}
    names = [table.name for table in layout.sheets]
    for (sheet, header), table in zip(headers, layout.sheets, strict=True):
        if not header.paths or (names.count(table.name) > 1 and not header.block):
            continue
        signature = header_signature(header)
        letters = {letter: name for name, letter in table.columns.items()}
        titles = {letter: header.titles.get(column_index(letter), "") for letter in letters}
        found[signature] = ToRemember(
            signature,
            sheet.name,
            table.header_rows,
            True,
            signature not in automatic,
            dict(table.columns),
            titles,
            table.gap,
        )
    beside = {sheet.name for sheet, header in headers if header.block}
    for table in proposal.chosen:
        left_out = table.name not in names or table.name in beside
        if left_out and table.signature not in found and table.header_rows:
            found[table.signature] = ToRemember(
                table.signature, table.name, tuple(table.header_rows), False, False, {}, {}
            )
    return list(found.values())
