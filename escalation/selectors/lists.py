"""Deadlines as lists: one function from criteria to a queryset, behind cards, pages, fragments and exports."""

import datetime
from dataclasses import dataclass, fields, replace

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from escalation.models import Deadline, DeadlineParty, Decision
from escalation.selectors.bodies import parties_of_body
from escalation.selectors.days import SOON_WORKDAYS, Window, workday_after_unscoped
from responsibilities.rules.scope import Scope
from responsibilities.selectors.clock import SHANGHAI

LIVE = (Deadline.Status.OPEN, Deadline.Status.OVERDUE)
SORTS = {
    "due_on": ("due_on", "id"),
    "project": ("project__pinyin_key", "project_id", "due_on", "id"),
    "area": ("area__sort_order", "due_on", "id"),
    "rule": ("rule", "due_on", "id"),
    "opened_at": ("opened_at", "id"),
    "level": ("level", "due_on", "id"),
}


@dataclass(frozen=True)
class Criteria:
    """What a list of deadlines is narrowed by; field names are the names in the address.

    `status` "" is what is still to be done (进行中与逾期), "all" everything. `side` says for whom: what my own
    units owe (owes), what the units of my system owe (system), what my own units supervise (supervises).
    `due_within` counts working days from today and leaves out what is overdue already.
    """

    side: str = ""
    status: str = ""
    rule: str = ""
    area: str = ""
    project_type: str = ""
    unit: str = ""
    body: str = ""
    owner: str = ""
    project: str = ""
    level: int | None = None
    due_within: int | None = None
    due_from: datetime.date | None = None
    due_to: datetime.date | None = None
    new_this_week: bool = False
    supervised: bool = False
    q: str = ""
    ids: tuple[int, ...] = ()

    def but(self, **changes) -> "Criteria":
        """These criteria with some of them changed."""
        return replace(self, **changes)

    def parameters(self) -> dict[str, str]:
        """As the address writes them; what is not set is left out."""
        return {f.name: _written(getattr(self, f.name)) for f in fields(self) if getattr(self, f.name) not in _UNSET}


_UNSET = ("", None, False, ())


def _written(value) -> str:
    if value is True:
        return "1"
    if isinstance(value, tuple):
        return ",".join(str(item) for item in value)
    return str(value)


CARD_CRITERIA = {
    "overdue": {"status": "overdue"},
    "soon": {"due_within": SOON_WORKDAYS},
    "new": {"new_this_week": True},
    "supervised": {"supervised": True},
}


def deadlines(scope: Scope, criteria: Criteria, *, window: Window) -> QuerySet[Deadline]:
    """The visible deadlines that meet the criteria, unordered."""
    return Deadline.objects.visible_to(scope).filter(conditions(scope, criteria, window)).order_by()


def conditions(scope: Scope, criteria: Criteria, window: Window) -> Q:
    """The criteria as one condition; cards count by it and lists filter by it, so that they always agree."""
    return Q(
        _state(criteria, window),
        _window(criteria, window),
        _plain(criteria),
        _parties(scope, criteria),
        _search(criteria.q),
    )


def ordered(queryset: QuerySet[Deadline], sort: str) -> QuerySet[Deadline]:
    """By a name of SORTS, with "-" for descending; anything else sorts by due date, the longest overdue first."""
    names = SORTS.get(sort.removeprefix("-"), SORTS["due_on"])
    if sort.startswith("-"):
        names = tuple(f"-{name}" for name in names)
    return queryset.order_by(*names)


def totals(queryset: QuerySet[Deadline], window: Window) -> dict[str, int]:
    """`total` and `overdue` for the words over a list, in one query."""
    return queryset.aggregate(
        total=Count("pk"),
        overdue=Count("pk", filter=Q(status__in=LIVE, due_on__lt=window.today)),
    )


def in_force_orders_unscoped() -> QuerySet[Decision]:
    """All supervision orders in force: few, so that asking "is it among them" costs one look each."""
    return Decision.objects.filter(kind=Decision.Kind.SUPERVISION_ORDER, status=Decision.Status.IN_FORCE)


def _state(criteria: Criteria, window: Window) -> Q:
    """Overdue is judged by the date: right even in the minutes before the day's sweep."""
    status = criteria.status
    if status == "all":
        return Q()
    if status == Deadline.Status.OVERDUE:
        return Q(status__in=LIVE, due_on__lt=window.today)
    if status == Deadline.Status.OPEN:
        return Q(status__in=LIVE, due_on__gte=window.today)
    if status:
        return Q(status=status)
    return Q(status__in=LIVE)


def _window(criteria: Criteria, window: Window) -> Q:
    condition = Q()
    if criteria.due_within is not None:
        until = (
            window.soon_until
            if criteria.due_within == SOON_WORKDAYS
            else workday_after_unscoped(window.today, criteria.due_within)
        )
        condition &= Q(due_on__gte=window.today, due_on__lte=until)
    if criteria.due_from:
        condition &= Q(due_on__gte=criteria.due_from)
    if criteria.due_to:
        condition &= Q(due_on__lte=criteria.due_to)
    if criteria.new_this_week:
        monday = datetime.datetime.combine(window.week_start, datetime.time.min, SHANGHAI)
        condition &= Q(opened_at__gte=monday)
    return condition


def _plain(criteria: Criteria) -> Q:
    condition = Q()
    if criteria.rule:
        condition &= Q(rule=criteria.rule)
    if criteria.area:
        condition &= Q(area__code=criteria.area)
    if criteria.project_type:
        condition &= Q(project__project_type__code=criteria.project_type)
    if criteria.project:
        condition &= Q(project__code=criteria.project)
    if criteria.level is not None:
        condition &= Q(level=criteria.level)
    if criteria.ids:
        condition &= Q(pk__in=criteria.ids)
    if criteria.supervised:
        condition &= Q(pk__in=in_force_orders_unscoped().values("deadline_id"))
    return condition


def own_system(scope: Scope) -> Q:
    """Of parties: my own units, and the units of the same bodies in other areas."""
    bodies = {grant.body_id for grant in scope.grants if grant.body_id}
    return Q(organization_id__in=sorted(scope.organization_ids)) | Q(organization__body_id__in=sorted(bodies))


def _parties(scope: Scope, criteria: Criteria) -> Q:
    parties = DeadlineParty.objects.filter(deadline_id=OuterRef("pk"))
    condition = Q()
    if criteria.unit:
        condition &= Q(Exists(parties.filter(organization__code=criteria.unit)))
    if criteria.body:
        condition &= Q(Exists(parties_of_body(parties, criteria.body)))
    if criteria.owner:
        owed = parties.filter(part=DeadlineParty.Part.OWES, organization__code=criteria.owner)
        condition &= Q(Exists(owed))
    if criteria.side in ("owes", "supervises"):
        own = parties.filter(part=criteria.side, organization_id__in=sorted(scope.organization_ids))
        condition &= Q(Exists(own))
    elif criteria.side == "system":
        condition &= Q(Exists(parties.filter(own_system(scope), part=DeadlineParty.Part.OWES)))
    return condition


def _search(text: str) -> Q:
    """By project name, code, pinyin initials, or the name of a unit that owes."""
    text = text.strip()
    if not text:
        return Q()
    condition = Q(project__name__icontains=text) | Q(project__code__icontains=text)
    if text.isascii():
        condition |= Q(project__pinyin_initials__icontains=text)
    named = DeadlineParty.objects.filter(
        Q(organization__name__icontains=text) | Q(organization__short_name__icontains=text),
        deadline_id=OuterRef("pk"),
        part=DeadlineParty.Part.OWES,
    )
    return condition | Q(Exists(named))
