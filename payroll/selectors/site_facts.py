"""Who was on a site when, and under which contract, for checks of a payroll. Unscoped: compared, never shown."""

import datetime
from collections.abc import Iterable
from typing import NamedTuple

from django.db import connection


class Stay(NamedTuple):
    """From entry to exit, both days included; `left_on` None: still there."""

    entered_on: datetime.date
    left_on: datetime.date | None

    def covers(self, first: datetime.date, last: datetime.date) -> bool:
        """Whether the stay and the period share a day."""
        return self.entered_on <= last and (self.left_on is None or self.left_on >= first)


def stays_unscoped(project_id: int, worker_ids: Iterable[int] | None = None) -> dict[int, list[Stay]]:
    """{worker: stays on this site for any employer, oldest first}. One query.

    A worker without a recorded stay is left out: then it isn't known when he came, and a check on dates stays silent.
    """
    workers = None if worker_ids is None else list(worker_ids)
    found: dict[int, list[Stay]] = {}
    if workers == []:
        return found
    for worker, entered_on, left_on in _rows(
        """
        SELECT entry.worker_id, stay.entered_on, stay.left_on
        FROM payroll_rosterentry entry JOIN payroll_sitestay stay ON stay.entry_id = entry.id
        WHERE entry.project_id = %s AND (%s::bigint[] IS NULL OR entry.worker_id = ANY(%s::bigint[]))
        ORDER BY entry.worker_id, stay.entered_on
        """,
        [project_id, workers, workers],
    ):
        found.setdefault(worker, []).append(Stay(entered_on, left_on))
    return found


def contracts_known_unscoped(project_id: int) -> bool:
    """Whether any contract of this site is registered; where none is, a check on contracts may stay silent."""
    return _rows("SELECT EXISTS (SELECT 1 FROM payroll_labourcontract WHERE project_id = %s)", [project_id])[0][0]


def under_contract_unscoped(
    project_id: int, first: datetime.date, last: datetime.date, worker_ids: Iterable[int] | None = None
) -> set[int]:
    """Workers with a labour contract or written agreement for this site in force on some day from `first` to `last`.

    In force: from `starts_on` to the earlier of `ends_on` and `ended_on`, both days included. Basis: 724 art 28.
    """
    workers = None if worker_ids is None else list(worker_ids)
    if workers == []:
        return set()
    rows = _rows(
        """
        SELECT DISTINCT worker_id FROM payroll_labourcontract
        WHERE project_id = %s AND starts_on <= %s AND COALESCE(LEAST(ends_on, ended_on), 'infinity') >= %s
          AND (%s::bigint[] IS NULL OR worker_id = ANY(%s::bigint[]))
        """,
        [project_id, last, first, workers, workers],
    )
    return {worker for (worker,) in rows}


def _rows(query: str, arguments: list) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, arguments)
        return cursor.fetchall()
