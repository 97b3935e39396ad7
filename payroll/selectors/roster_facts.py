"""Who can be meant by a row of a roster, contract or attendance sheet. Unscoped: compared, never shown."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db import connection

from payroll.selectors.people import bytea_array


class OnRoster(NamedTuple):
    """Somebody on a project's roster."""

    worker: int
    name: str
    employer: int


@dataclass(slots=True)
class SiteRoster:
    """A project's roster by blind index of the ID number and by name; one entry per employer."""

    by_index: dict[bytes, list[OnRoster]] = field(default_factory=dict)
    by_name: dict[str, list[OnRoster]] = field(default_factory=dict)

    def of_employer(self, found: list[OnRoster] | None, employer_id: int) -> list[OnRoster]:
        """Those of them whom this employer has on its roster."""
        return [one for one in found or () if one.employer == employer_id]


def site_roster_unscoped(project_id: int, not_left_before: datetime.date | None = None) -> SiteRoster:
    """Everybody on a project's roster for any employer; those who left before a day can be left out. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT worker.id_number_index, worker.id, worker.name, entry.employer_id
            FROM payroll_rosterentry entry JOIN payroll_worker worker ON worker.id = entry.worker_id
            WHERE entry.project_id = %s AND (%s::date IS NULL OR entry.left_on IS NULL OR entry.left_on >= %s)
            ORDER BY entry.id
            """,
            [project_id, not_left_before, not_left_before],
        )
        roster = SiteRoster()
        for index, *facts in cursor:
            one = OnRoster(*facts)
            roster.by_index.setdefault(bytes(index), []).append(one)
            roster.by_name.setdefault(one.name, []).append(one)
    return roster


def known_names_unscoped(indexes: Iterable[bytes]) -> dict[bytes, tuple[int, str]]:
    """{blind index: (worker, name)} of people whom the portal knows from anywhere."""
    wanted = list(indexes)
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id_number_index, id, name FROM payroll_worker WHERE id_number_index = ANY(%s::bytea[])",
            [bytea_array(wanted)],
        )
        return {bytes(index): (worker, name) for index, worker, name in cursor.fetchall()}
