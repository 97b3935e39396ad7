"""Database work beside the computing: one thread, the caller's connection, one thing after another."""

import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from django.db import DEFAULT_DB_ALIAS, connections

# Seconds after which whoever computes lets the other thread go on. With Python's own 5 ms PostgreSQL waited for the
# next piece that long after each answer, some ten times in a chunk: a tenth of the time of a sheet of 10,000 rows.
PATIENCE, USUAL_PATIENCE = 0.0005, sys.getswitchinterval()


class Courier:
    """Runs calls in order in a thread of its own, inside the transaction of whoever opened it.

    While PostgreSQL works, psycopg2 lets Python compute: rows are copied while the next ones are parsed and sealed,
    and looked up before they are due. The opener must not use the connection before `finish`, and hands over what
    the calls need instead of sharing it. After a failure nothing more is carried: the first error is what is raised.
    """

    def __enter__(self) -> "Courier":
        self._connection = connections[DEFAULT_DB_ALIAS]
        self._connection.inc_thread_sharing()
        self._thread = ThreadPoolExecutor(1, initializer=self._lend)
        self._failure: BaseException | None = None
        self._last: Future | None = None
        sys.setswitchinterval(PATIENCE)
        return self

    def __exit__(self, *_exception) -> None:
        self._thread.shutdown(wait=True, cancel_futures=True)
        sys.setswitchinterval(USUAL_PATIENCE)
        self._connection.dec_thread_sharing()

    def call(self, function: Callable, *arguments) -> Future:
        """Have it done after everything that was asked before."""
        self._last = self._thread.submit(self._carry, function, arguments)
        return self._last

    def finish(self) -> None:
        """Wait until everything is done; raises what went wrong first."""
        if self._last is not None:
            self._last.result()

    def _lend(self) -> None:
        connections[DEFAULT_DB_ALIAS] = self._connection

    def _carry(self, function: Callable, arguments: tuple):
        if self._failure is not None:
            raise self._failure
        try:
            return function(*arguments)
        except BaseException as error:
            self._failure = error
            raise
