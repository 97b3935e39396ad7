"""The trail, for auditors and administrators."""

import datetime
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from responsibilities.models import AuditBlock, AuditEvent
from responsibilities.rules.roles import Permission
from responsibilities.rules.scope import Scope
from responsibilities.selectors.clock import SHANGHAI


@dataclass(frozen=True)
class TrailCriteria:
    """What the trail is narrowed by; dates are Shanghai dates, both included."""

    who: str = ""
    action: str = ""
    target: str = ""
    project: str = ""
    date_from: datetime.date | None = None
    date_to: datetime.date | None = None


def events(scope: Scope, criteria: TrailCriteria) -> QuerySet[AuditEvent]:
    """Newest first. Whoever may see the trail sees all of it: a narrowed trail would hide acts."""
    if not scope.can(Permission.TRAIL_VIEW):
        return AuditEvent.objects.none()
    rows = AuditEvent.objects.order_by("-id")
    if criteria.who:
        rows = rows.filter(
            Q(actor_name__icontains=criteria.who)
            | Q(organization_name__icontains=criteria.who)
            | Q(actor__username=criteria.who)
        )
    if criteria.action:
        rows = rows.filter(action=criteria.action)
    if criteria.target:
        rows = rows.filter(
            Q(object_name__icontains=criteria.target)
            | Q(object_id=criteria.target)
            | Q(object_type__icontains=criteria.target)
        )
    if criteria.project:
        rows = rows.filter(project_id=int(criteria.project)) if criteria.project.isdigit() else rows.none()
    if criteria.date_from:
        rows = rows.filter(at__gte=_midnight(criteria.date_from))
    if criteria.date_to:
        rows = rows.filter(at__lt=_midnight(criteria.date_to + datetime.timedelta(days=1)))
    return rows


def actions_unscoped() -> list[str]:
    """The actions that occur, for the filter."""
    return list(AuditEvent.objects.order_by("action").values_list("action", flat=True).distinct())


def sealed_until(scope: Scope) -> AuditBlock | None:
    """The last block, to say how far the trail is sealed."""
    return AuditBlock.objects.order_by("-id").first() if scope.can(Permission.TRAIL_VIEW) else None


def _midnight(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time.min, SHANGHAI)


def act_recorded_unscoped(action: str) -> bool:
    """Whether such an act was ever recorded here; for the system itself (was the demo seeded?)."""
    return AuditEvent.objects.filter(action=action).exists()
