"""A page of deadlines made ready for people: what is owed in plain words, by whom, how pressing."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import QuerySet

from escalation.models import Deadline, DeadlineParty, Decision
from escalation.rules.urgency import Standing, standing
from escalation.selectors.days import Window, workdays_left_unscoped


@dataclass(frozen=True)
class DeadlineRow:
    """One deadline as a line of a list. `parties` maps a part to the names of its units."""

    deadline: Deadline
    matter: str
    standing: Standing
    parties: dict[str, list[str]] = field(default_factory=dict)
    owner_ids: frozenset[int] = frozenset()
    order_until: datetime.date | None = None

    @property
    def owners(self) -> list[str]:
        return self.parties.get(DeadlineParty.Part.OWES, [])

    @property
    def supervisors(self) -> list[str]:
        return self.parties.get(DeadlineParty.Part.SUPERVISES, [])

    @property
    def informed(self) -> list[str]:
        return self.parties.get(DeadlineParty.Part.INFORMED, [])

    @property
    def extended(self) -> bool:
        return self.deadline.due_on != self.deadline.original_due_on


def with_relations(page: QuerySet[Deadline]) -> list[Deadline]:
    """The rows of a page with what a line needs, in its order.

    Keys first, rows after: else the relations of the whole list are joined before twenty of it are taken.
    """
    ids = list(page.values_list("pk", flat=True))
    found = Deadline.objects.select_related("project", "area").in_bulk(ids)
    return [found[pk] for pk in ids if pk in found]


def rows_of(page: Iterable[Deadline], matters: dict[int, str], window: Window) -> list[DeadlineRow]:
    """Lines for deadlines that were narrowed already; three queries whatever their number.

    `matters` are the catalogue's words for what is owed, by deadline id.
    """
    page = list(page)
    ids = [deadline.pk for deadline in page]
    names, owner_ids = _parties(ids)
    left = workdays_left_unscoped(window.today, (d.due_on for d in page if d.is_live))
    orders = _orders(ids)
    return [
        DeadlineRow(
            deadline=deadline,
            matter=matters.get(deadline.pk, deadline.rule),
            standing=standing(
                status=deadline.status,
                due_on=deadline.due_on,
                satisfied_on=deadline.satisfied_on,
                today=window.today,
                workdays_left=left.get(deadline.due_on),
                soon_until=window.soon_until,
            ),
            parties=names[deadline.pk],
            owner_ids=frozenset(owner_ids[deadline.pk]),
            order_until=orders.get(deadline.pk),
        )
        for deadline in page
    ]


def _parties(ids: list[int]):
    names: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    owner_ids: dict[int, set[int]] = defaultdict(set)
    found = (
        DeadlineParty.objects.filter(deadline_id__in=ids)
        .order_by("id")
        .values_list("deadline_id", "part", "organization_id", "organization__short_name", "organization__name")
    )
    for deadline_id, part, organization_id, short_name, name in found:
        names[deadline_id][part].append(short_name or name)
        if part == DeadlineParty.Part.OWES:
            owner_ids[deadline_id].add(organization_id)
    return names, owner_ids


def _orders(ids: list[int]) -> dict[int, datetime.date]:
    """The date of the supervision order in force, where there is one."""
    found = Decision.objects.filter(
        deadline_id__in=ids, kind=Decision.Kind.SUPERVISION_ORDER, status=Decision.Status.IN_FORCE
    )
    return dict(found.values_list("deadline_id", "effective_on"))
