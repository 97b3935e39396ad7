"""Joins of rows that came a moment ago, of which the planner knows nothing yet."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def hashed_joins() -> Iterator[None]:
    """Within a transaction: joins are hashed instead of looped.

    Rows stored a moment ago have no statistics. The planner takes them for a handful and compares each with each: ten
    thousand lines took eleven seconds; hashed, they take a fraction of one. Only for statements whose tables are as
    large as the rows at hand: for a few rows among millions an index is better.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
        yield
        cursor.execute("SET LOCAL enable_nestloop TO DEFAULT")
