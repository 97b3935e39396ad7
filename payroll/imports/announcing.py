"""Rows handed out in chunks, each announced some while before it is due."""

from collections.abc import Callable, Iterator
from itertools import islice

from payroll.rules.facts import Facts
from sheets.headers import Header
from sheets.values import Cell

# Rows that are looked up, checked and written together, at most and at least.
CHUNK, LEAST = 2000, 1000
Row = tuple[int, list[Cell]]


def announced(rows: Iterator[Row], header: Header, facts: Facts, expected: int) -> Iterator[list[Row]]:
    """Chunks of the rows. The next one has been announced to the facts before a chunk is handed out, so that what
    is asked about its people is answered while this one is checked.

    Nothing is done beside the first question and the last writing: those chunks are short. `expected`: about so many
    rows there are.
    """
    who, card = (header.mapping.get(name, 0) - 1 for name in ("id_number", "bank_card"))
    ahead: tuple[list[Row], Callable[[], None]] | None = None
    size, taken = LEAST, 0
    while chunk := list(islice(rows, size)):
        taken += len(chunk)
        size = max(min(CHUNK, (expected - taken) // 3), min(CHUNK, LEAST))
        due = facts.announce([(_at(cells, who), _at(cells, card)) for _row, cells in chunk]) if facts.announce else None
        if ahead is not None:
            yield _due(*ahead)
        ahead = chunk, due
    if ahead is not None:
        yield _due(*ahead)


def _due(chunk: list[Row], due: Callable[[], None] | None) -> list[Row]:
    if due is not None:
        due()
    return chunk


def _at(cells: list[Cell], position: int) -> Cell:
    return cells[position] if 0 <= position < len(cells) else None
