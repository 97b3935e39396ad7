"""What is known of the people in a sheet. Unscoped: for the import, which compares and never shows."""

import datetime
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from django.db import connection
from django.db.models import Case, Q, When

from payroll.models import MinimumWage
from responsibilities.models import Area


class KnownWorker(NamedTuple):
    """A worker found by the blind index of the ID number, which was asked for at this `position`.

    `registered` on the roster of the project asked for: False where only a payroll put him there, None where he isn't
    on it. `card` his card of the number asked about, if he has it; `other_cards` and `others_card`: whether he has
    more, and whether others have that one.
    """

    pk: int
    name: str
    has_phone: bool
    registered: bool | None
    card: int | None
    other_cards: bool
    others_card: bool
    position: int


def bytea_array(values: Iterable[bytes | None]) -> str:
    """A PostgreSQL array literal; one parameter instead of ten thousand."""
    return "{" + ",".join([f'"\\\\x{value.hex()}"' if value else "NULL" for value in values]) + "}"


INDEX_BYTES = 32
NO_INDEX = bytes(INDEX_BYTES)  # is nobody's


def indexes_joined(values: Iterable[bytes | None]) -> bytes:
    """Blind indexes one after the other: PostgreSQL cuts the n-th out faster than it reads an array of them."""
    return b"".join([value or NO_INDEX for value in values])


def known_workers_unscoped(
    people: Sequence[bytes | None], cards: Sequence[bytes | None], project_id: int, since: datetime.date
) -> Iterator[KnownWorker]:
    """Those that are known, by the blind indexes of their ID numbers and of the cards beside.

    On the roster is also who left on or after `since`, the first day of the month that is paid.

    Positions instead of indexes come back: making ten thousand bytes objects of them took longer than finding them.
    The joins are lateral, so that each is looked up by its index: on fresh statistics the planner would rather hash
    whole tables, once for every chunk of a sheet.
    """
    rows = _rows(
        """
        SELECT worker.id, worker.name, worker.has_phone,
            (SELECT bool_or(entry.entered_on IS NOT NULL) FROM payroll_rosterentry entry
             WHERE entry.worker_id = worker.id AND entry.project_id = %s
               AND (entry.left_on IS NULL OR entry.left_on >= %s)),
            cards.own, cards.others,
            EXISTS (SELECT 1 FROM payroll_bankcard other
                    WHERE other.number_index = asked.card AND other.worker_id <> worker.id),
            asked.position
        FROM (
            SELECT position, substr(%s, position * 32 + 1, 32) AS person, substr(%s, position * 32 + 1, 32) AS card
            FROM generate_series(0, %s - 1) AS position
        ) asked
        CROSS JOIN LATERAL (SELECT id, name, phone_sealed IS NOT NULL AS has_phone FROM payroll_worker
                            WHERE id_number_index = asked.person OFFSET 0) worker
        CROSS JOIN LATERAL (SELECT max(id) FILTER (WHERE number_index = asked.card) AS own,
                                   coalesce(bool_or(number_index IS DISTINCT FROM asked.card), false) AS others
                            FROM payroll_bankcard WHERE worker_id = worker.id) cards
        """,
        [project_id, since, indexes_joined(people), indexes_joined(cards), len(people)],
    )
    return map(partial(tuple.__new__, KnownWorker), rows)


def paid_on_cards_unscoped(cards: Sequence[bytes]) -> list[tuple[int, int]]:
    """(position, worker) of those to whom submitted pay went on a card with one of these blind indexes, two a card.

    Two tell whether somebody else than the person in a row was paid on it, whoever that person is. A typing error in
    a draft proves nothing. A card may be thousands of people's: each question ends with the second one paid.
    """
    if not cards:
        return []
    return _rows(
        """
        SELECT asked.position - 1, paid.worker_id
        FROM unnest(%s::bytea[]) WITH ORDINALITY AS asked (number, position)
        CROSS JOIN LATERAL (
            SELECT card.worker_id FROM payroll_bankcard card
            WHERE card.number_index = asked.number AND EXISTS (
                SELECT FROM payroll_payrollline line WHERE line.card_id = card.id
                AND (SELECT status FROM payroll_payrollbatch WHERE id = line.batch_id) = 'submitted' OFFSET 0)
            LIMIT 2
        ) paid
        """,
        [bytea_array(cards)],
    )


def own_cards_unscoped(workers: Sequence[int], cards: Sequence[bytes]) -> list[tuple[int, int]]:
    """(position, card) of workers who have the card of the blind index beside."""
    return _rows(
        """
        SELECT asked.position - 1, card.id
        FROM unnest(%s::bigint[], %s::bytea[]) WITH ORDINALITY AS asked (worker, number, position)
        CROSS JOIN LATERAL (SELECT id FROM payroll_bankcard
                            WHERE worker_id = asked.worker AND number_index = asked.number OFFSET 0) card
        """,
        [list(workers), bytea_array(cards)],
    )


def has_roster_unscoped(project_id: int, since: datetime.date) -> bool:
    """Whether anybody is on the project's roster, or left on or after `since`."""
    return _rows(
        "SELECT EXISTS (SELECT 1 FROM payroll_rosterentry WHERE project_id = %s AND (left_on IS NULL OR left_on >= %s))",
        [project_id, since],
    )[0][0]


def has_registered_unscoped(project_id: int, since: datetime.date) -> bool:
    """Whether anybody's entry is registered on the project, of those who are there or left on or after `since`."""
    return _rows(
        "SELECT EXISTS (SELECT 1 FROM payroll_rosterentry WHERE project_id = %s AND entered_on IS NOT NULL"
        " AND (left_on IS NULL OR left_on >= %s))",
        [project_id, since],
    )[0][0]


def roster_names_unscoped(
    project_id: int, employer_id: int | None = None, since: datetime.date | None = None
) -> dict[str, list[int]]:
    """{name: workers} of everybody on a project's roster: those of one employer, else whoever employs them; those too
    who left on or after `since`."""
    rows = _rows(
        """
        SELECT name, id FROM payroll_worker
        WHERE id IN (
            SELECT worker_id FROM payroll_rosterentry
            WHERE project_id = %(project)s AND (left_on IS NULL OR left_on >= %(since)s::date)
              AND (%(employer)s::bigint IS NULL OR employer_id = %(employer)s)
        )
        ORDER BY id
        """,
        {"project": project_id, "employer": employer_id, "since": since},
    )
    found: dict[str, list[int]] = {}
    for name, worker in rows:
        found.setdefault(name, []).append(worker)
    return found


def last_cards_unscoped(project_id: int, before: datetime.date, worker_ids: Iterable[int]) -> dict[int, bytes]:
    """{worker: blind index of the card} of their latest pay on this project in the six months before `before`."""
    workers = list(worker_ids)
    if not workers:
        return {}
    rows = _rows(
        """
        SELECT asked.worker_id, (SELECT number_index FROM payroll_bankcard WHERE id = last.card_id)
        FROM unnest(%s::bigint[]) AS asked (worker_id)
        CROSS JOIN LATERAL (
            SELECT own.card_id
            FROM (
                SELECT id, batch_id, card_id FROM payroll_payrollline
                WHERE worker_id = asked.worker_id AND card_id IS NOT NULL OFFSET 0
            ) own
            CROSS JOIN LATERAL (
                SELECT month_on FROM payroll_payrollbatch
                WHERE id = own.batch_id AND project_id + 0 = %s AND status = 'submitted'
                  AND month_on < %s AND month_on >= %s::date - interval '6 months' OFFSET 0
            ) batch
            ORDER BY batch.month_on DESC, own.id DESC LIMIT 1
        ) last
        """,
        [workers, project_id, before, before],
    )
    return {worker: bytes(index) for worker, index in rows}


def days_elsewhere_unscoped(
    worker_ids: Iterable[int], *, project_id: int, month_on: datetime.date
) -> dict[int, Decimal]:
    """Days that other projects' submitted sheets state for the same month, by worker.

    Asked worker by worker, each of whom has few lines: the lines of all other projects are a city's whole month.
    OFFSET 0 keeps the lines apart from the sheets, which are an array: the planner would go through the sheets' lines.
    """
    workers = list(worker_ids)
    if not workers:
        return {}
    rows = _rows(
        """
        SELECT asked.worker_id, sum(line.days) FROM unnest(%s::bigint[]) AS asked (worker_id)
        CROSS JOIN LATERAL (
            SELECT days, batch_id FROM payroll_payrollline
            WHERE worker_id = asked.worker_id AND days IS NOT NULL OFFSET 0
        ) line
        WHERE line.batch_id = ANY (ARRAY(
            SELECT id FROM payroll_payrollbatch WHERE month_on = %s AND status = 'submitted' AND project_id <> %s))
        GROUP BY asked.worker_id
        """,
        [workers, month_on, project_id],
    )
    return dict(rows)


def minimum_wage_unscoped(area_id: int, month_on: datetime.date) -> Decimal | None:
    """The monthly minimum wage in force in the area, else in the city; None until the table is filled."""
    return (
        MinimumWage.objects.filter(
            Q(area_id=area_id) | Q(area_id__in=Area.objects.filter(pk=area_id).values("parent_id")),
            in_force_from__lte=month_on,
        )
        .filter(withdrawn_at__isnull=True)
        .order_by(Case(When(area_id=area_id, then=0), default=1), "-in_force_from")
        .values_list("monthly", flat=True)
        .first()
    )


def month_has_other_sheets_unscoped(project_id: int, month_on: datetime.date) -> bool:
    """Whether another project has submitted pay of this month: if not, nobody worked on two sites."""
    rows = _rows(
        "SELECT EXISTS (SELECT 1 FROM payroll_payrollbatch"
        " WHERE month_on = %s AND status = 'submitted' AND project_id <> %s)",
        [month_on, project_id],
    )
    return rows[0][0]


def _rows(query: str, arguments: list) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, arguments)
        return cursor.fetchall()
