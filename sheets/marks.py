"""Remarks as they are put into cells: the worst one's colour, all of their words."""

from collections import defaultdict
from collections.abc import Iterable

from sheets.writing import clean

Mark = tuple[int, int, str, str]  # row, column (1-based), severity, message

COLOURS = {"error": "FFC7CE", "warning": "FFEB9C", "notice": "DDEBF7"}
RANK = {"error": 0, "warning": 1, "notice": 2}
LONGEST_COMMENT = 1000
MOST_COMMENTS = 20_000  # Excel becomes unusable long before
AUTHOR = "系统核验"


def by_cell(marks: Iterable[Mark]) -> dict[tuple[int, int], tuple[str, str]]:
    """(row, column) → (worst severity, all messages)."""
    gathered = defaultdict(list)
    for row, column, severity, message in marks:
        if row and column:
            gathered[row, column].append((RANK.get(severity, 1), severity, message))
    found = {}
    for place, several in list(gathered.items())[:MOST_COMMENTS]:
        several.sort(key=lambda one: one[0])
        found[place] = (
            several[0][1],
            clean("\n".join(message for _rank, _severity, message in several))[:LONGEST_COMMENT],
        )
    return found
