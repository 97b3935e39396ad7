"""Formulas as SpreadsheetML writes them, each reference told from where the formula stands: RC[-2]*RC[-1]. Child only.

Turned into the other way of writing for `sheets.formulas`. What isn't understood for certain isn't turned: in this
writing C1 is the whole first column, in the other one a cell.
"""

import re

from sheets.computing import Spot, Written
from sheets.formulas import NotComputable
from sheets.values import column_letter

_OFFSET = r"(?:\[(-?\d{1,7})\]|(\d{1,7}))?"
TOKEN = re.compile(
    r"\s*(?:(?P<kept>\"(?:[^\"]|\"\")*\"|(?:\d+(?:\.\d*)?|\.\d+)(?:E[+-]?\d{1,3})?(?![\w.])|[A-Z][A-Z0-9]*\s*\(|"
    r"(?:TRUE|FALSE)(?![\w!.:\[])|<=|>=|<>|[-+*/(),=<>%:])"
    rf"|(?P<cell>R{_OFFSET}C{_OFFSET})(?![\w!.\[(]))",
    re.IGNORECASE,
)


class Relative:
    """The formulas of one sheet. One that is written the same way in many rows is turned once."""

    def __init__(self) -> None:
        self._turned: dict[str, tuple[Spot, str | None]] = {}

    def written(self, spot: Spot, text: str) -> Written | None:
        """What `text`, with its equals sign, means at this place; None where it can't be computed for certain."""
        if text not in self._turned:
            try:
                self._turned[text] = spot, "".join(_parts(text.strip().removeprefix("="), *spot))
            except _Outside:
                return None  # elsewhere it may point to cells
            except NotComputable:
                self._turned[text] = spot, None
        (row, column), turned = self._turned[text]
        return None if turned is None else Written(turned, spot[0] - row, spot[1] - column)


class _Outside(NotComputable):
    """A reference that points out of the sheet."""


def _parts(text: str, row: int, column: int):
    at, text = 0, text.rstrip()
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            raise NotComputable
        at = match.end()
        if match["kept"] is not None:
            yield match["kept"]
            continue
        _all, row_by, row_at, column_by, column_at = match.group("cell", 3, 4, 5, 6)
        down, right = int(row_at or row + int(row_by or 0)), int(column_at or column + int(column_by or 0))
        if down < 1 or right < 1:
            raise _Outside
        yield f"{'$' if column_at else ''}{column_letter(right)}{'$' if row_at else ''}{down}"
