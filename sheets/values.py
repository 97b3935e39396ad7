"""What a cell can hold once it is read, and what can be known about it.

A cell is `str | float | bool | date | datetime | time | timedelta | ErrorValue | None`; None is a
blank. Numbers are always float: so they stand in the file, and so a long number has lost digits.
"""

import datetime
from dataclasses import dataclass

Cell = str | float | bool | datetime.date | datetime.time | datetime.timedelta | None

# From 16 digits on a spreadsheet no longer holds every integer: Excel keeps 15 and writes zeros.
PRECISION_LIMIT = 1e15


@dataclass(frozen=True, slots=True)
class ErrorValue:
    """A cell that shows an error, or a formula that was saved without its result."""

    code: str

    @property
    def without_value(self) -> bool:
        return self.code == "formula"

    def __str__(self) -> str:
        return "（公式没有计算结果）" if self.without_value else self.code


WITHOUT_VALUE = ErrorValue("formula")


RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def is_risky(text: str) -> bool:
    """Whether a spreadsheet program might run this text as a formula."""
    return text.startswith(RISKY)


def guarded(text: str) -> str:
    """A text for csv: a risky one behind an apostrophe, and what looks guarded already behind one more."""
    return "'" + text if is_risky(text.lstrip("'")) else text


def unguarded(text: str) -> str:
    """The text that `guarded` was given."""
    return text[1:] if text.startswith("'") and is_risky(text.lstrip("'")) else text


def lost_precision(value: object) -> bool:
    """Whether an integer was typed as a number of 16 or more digits, so that its end can't be trusted."""
    return type(value) is float and (value >= PRECISION_LIMIT or value <= -PRECISION_LIMIT)


LONG_NUMBER = 12  # digits from which a program that takes them for a number shows or stores them differently


def is_long_number(text: str) -> bool:
    """Whether a text is an ID, a card or the like, that typed over as a number loses its last digits."""
    return len(text) >= LONG_NUMBER and text[:-1].isdigit()


def as_text(value: object) -> str:
    """A cell as a person reads it: 26.0 → 26, dates as 2025-10-01, blanks as nothing."""
    if value is None:
        return ""
    if type(value) is str:
        return value
    if type(value) is float:
        if value == value and abs(value) < PRECISION_LIMIT and value == int(value):
            return str(int(value))
        return repr(value)
    if value is True:
        return "TRUE"
    if value is False:
        return "FALSE"
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return str(value)


def column_letter(index: int) -> str:
    """1 → A, 27 → AA."""
    letters = ""
    while index > 0:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_index(letters: str) -> int:
    """A → 1, AA → 27."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index
