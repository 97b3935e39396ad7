"""The supervisor's queue: proposals to supervise, the longest overdue first, in the states that need an act."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from escalation.models import Decision, Escalation
from escalation.rules.gravity import BANDS
from escalation.selectors.days import Window
from escalation.selectors.lists import LIVE
from responsibilities.rules.errors import NotVisible
from responsibilities.rules.scope import Scope

STATE_LABELS = {
    "pending": "待审核",
    "second": "待复核",
    "supervised": "已决定，待办结",
    "to_close": "待归档",
    "done": "已结束",
}


@dataclass(frozen=True)
class QueueCriteria:
    """What the queue is narrowed by; field names are the names in the address."""

    state: str = "pending"
    band: str = ""
    area: str = ""
    rule: str = ""
    q: str = ""


def queue(scope: Scope, criteria: QueueCriteria, *, window: Window) -> QuerySet[Escalation]:
    """Cases in a state, the longest overdue first; the order in which the next one comes up."""
    return Escalation.objects.visible_to(scope).filter(conditions(criteria, window)).order_by("deadline__due_on", "id")


def with_deadlines(page: QuerySet[Escalation]) -> list[Escalation]:
    """The cases of a page with their deadlines, in its order; keys first, so that only a page is joined."""
    ids = list(page.values_list("pk", flat=True))
    found = Escalation.objects.select_related("deadline__project", "deadline__area").in_bulk(ids)
    return [found[pk] for pk in ids if pk in found]


def conditions(criteria: QueueCriteria, window: Window) -> Q:
    """The criteria as one condition, for counts and lists alike."""
    condition = _state(criteria.state)
    band = next((band for band in BANDS if band.code == criteria.band), None)
    if band:
        earliest, latest = band.due_between(window.today)
        condition &= Q(deadline__due_on__lte=latest)
        if earliest:
            condition &= Q(deadline__due_on__gte=earliest)
    if criteria.area:
        condition &= Q(deadline__area__code=criteria.area)
    if criteria.rule:
        condition &= Q(deadline__rule=criteria.rule)
    text = criteria.q.strip()
    if text:
        found = Q(deadline__project__name__icontains=text) | Q(deadline__project__code__icontains=text)
        if text.isascii():
            found |= Q(deadline__project__pinyin_initials__icontains=text)
        condition &= found
    return condition


def counts(scope: Scope, criteria: QueueCriteria, *, window: Window) -> dict[str, int]:
    """How many cases each state holds and, in the chosen state, each band; one query."""
    by_state = {
        f"state_{state}": Count("pk", filter=conditions(_but(criteria, state=state, band=""), window))
        for state in STATE_LABELS
    }
    by_band = {
        f"band_{band.code}": Count("pk", filter=conditions(_but(criteria, band=band.code), window)) for band in BANDS
    }
    return Escalation.objects.visible_to(scope).aggregate(**by_state, **by_band)


def escalation_for(scope: Scope, pk: int) -> Escalation:
    """One visible case; NotVisible otherwise."""
    found = (
        Escalation.objects.visible_to(scope)
        .select_related(
            "deadline__project__project_type", "deadline__area", "deadline__rule_version", "deadline__calendar_version"
        )
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotVisible("没有找到这项督办，或者它不在您的管辖范围内。")
    return found


def next_after(scope: Scope, criteria: QueueCriteria, case: Escalation, *, window: Window) -> Escalation | None:
    """The case that comes up when this one is dealt with: the one behind it, else the first that is left."""
    rest = queue(scope, criteria, window=window).exclude(pk=case.pk)
    behind = Q(deadline__due_on__gt=case.deadline.due_on) | Q(deadline__due_on=case.deadline.due_on, pk__gt=case.pk)
    return rest.filter(behind).first() or rest.first()


def _but(criteria: QueueCriteria, **changes) -> QueueCriteria:
    return QueueCriteria(**{**criteria.__dict__, **changes})


def _state(state: str) -> Q:
    awaiting = Q(
        deadline_id__in=Decision.objects.filter(
            kind=Decision.Kind.WAIVER, status=Decision.Status.AWAITING_SECOND
        ).values("deadline_id")
    )
    live = Q(deadline__status__in=LIVE)
    if state == "second":
        return awaiting
    if state == "supervised":
        return Q(status=Escalation.Status.DECIDED) & live & ~awaiting
    if state == "to_close":
        return Q(status=Escalation.Status.DECIDED) & ~live
    if state == "done":
        return Q(status__in=[Escalation.Status.CLOSED, Escalation.Status.SETTLED])
    return Q(status=Escalation.Status.PENDING) & ~awaiting
