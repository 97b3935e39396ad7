"""Rows as PostgreSQL's COPY reads them."""

from collections.abc import Iterable, Iterator
from functools import partial
from io import BytesIO
from itertools import islice

from django.db import connection

NULL = "\\N"
# Read in one piece: each return to Python would wait its turn with the thread that computes.
PIECE = 1 << 22
ROWS = 5000

_SPECIAL = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": None})


def value_of(value: object) -> object:
    """A number or date; None is NULL."""
    return NULL if value is None else value


def text_of(text: str, length: int | None) -> str:
    """A text, cut to its column's length, with what COPY takes for its own marks escaped."""
    if not text:
        return ""
    return text[:length].translate(_SPECIAL)


def copy_rows(target: str, rows: Iterable[str]) -> None:
    """`copy_in` of rows, some thousands at a time: a hundred thousand remarks as one text took a hundred megabytes."""
    for piece in iter(partial(_piece, iter(rows)), ""):
        copy_in(target, piece)


def _piece(rows: Iterator[str]) -> str:
    return "".join(islice(rows, ROWS))


def copy_in(target: str, text: str) -> None:
    """COPY the rows into `target`, a table with its columns in brackets."""
    if text:
        with connection.cursor() as cursor:
            cursor.copy_expert(f"COPY {target} FROM STDIN", BytesIO(text.encode()), PIECE)
