"""How far a reading is, seen by others while the main transaction is still open."""

import time

from django.db import connections

EVERY_SECONDS = 0.4
# A sheet below this is mostly through within a second, and its page says at once that it is being read.
LARGE = 20_000
FIRST_SECONDS = 0.8


class Progress:
    """Writes `rows_done` on a connection of its own, at most every 0.4 seconds; sheets soon through never need it."""

    def __init__(self, batch_id: int, attempt: int, table: str = "payroll_payrollbatch") -> None:
        self.batch_id, self.attempt, self.table = batch_id, attempt, table
        self._connection = None
        self._told_at = time.monotonic()

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_exception) -> None:
        if self._connection is not None:
            self._connection.close()

    def begin(self, rows: int) -> None:
        """Say that there are about so many rows; of a large sheet at once, because reading it alone takes a second."""
        if rows >= LARGE:
            self._write(0, rows)

    def tell(self, done: int, rows: int) -> None:
        """Say that `done` of about `rows` rows are through."""
        if time.monotonic() - self._told_at >= (FIRST_SECONDS if self._connection is None else EVERY_SECONDS):
            self._write(done, rows)

    def _write(self, done: int, rows: int) -> None:
        self._told_at = time.monotonic()
        if self._connection is None:
            self._connection = connections["default"].copy()
            # The thread that waits for the child begins, the one that parses goes on; never both at once.
            self._connection.inc_thread_sharing()
            self._connection.set_autocommit(True)
        with self._connection.cursor() as cursor:
            # The attempt is named so that a reader who was given up tells nothing any more.
            cursor.execute(
                f"UPDATE {self.table} SET rows = %s, rows_done = %s"  # noqa: S608 - one of our own tables
                " WHERE id = %s AND attempts = %s AND status = 'reading'",
                [rows, min(done, rows), self.batch_id, self.attempt],
            )
