"""What was pushed to my units, and which decisions touch them, since I last looked."""

import datetime

from django.db.models import QuerySet
from django.db.models.functions import Greatest

from escalation.models import DeadlineParty, Decision, Notice
from responsibilities.rules.scope import Scope

# Beyond this the badge says "99+"; counting on would cost more than it tells.
BADGE_LIMIT = 100


def notices(scope: Scope, *, level: int | None = None, since: datetime.datetime | None = None) -> QuerySet[Notice]:
    """Notices to my own units, the latest first."""
    found = (
        Notice.objects.visible_to(scope)
        .filter(recipient_id__in=sorted(scope.organization_ids))
        .select_related("deadline__project", "deadline__area", "recipient")
        .order_by("-id")
    )
    if level:
        found = found.filter(level=level)
    if since:
        found = found.filter(created_at__gt=since)
    return found


def unread_count(scope: Scope, seen_at: datetime.datetime | None) -> int:
    """How many notices and decisions came since `seen_at`, up to BADGE_LIMIT."""
    unread = notices(scope, since=seen_at).order_by()[:BADGE_LIMIT].count()
    if unread < BADGE_LIMIT:
        unread += decisions_on_mine(scope, since=seen_at).order_by()[:BADGE_LIMIT].count()
    return min(unread, BADGE_LIMIT)


def decisions_on_mine(scope: Scope, *, since: datetime.datetime | None = None) -> QuerySet[Decision]:
    """Decisions in force, and revoked ones, on what my own units owe: how a decision reaches the unit it concerns.

    A waiver shows once the second person agreed. `moved_at` is the latest of decision, second word, revocation.
    """
    owed = DeadlineParty.objects.filter(
        organization_id__in=sorted(scope.organization_ids), part=DeadlineParty.Part.OWES
    ).values("deadline_id")
    found = (
        Decision.objects.visible_to(scope)
        .filter(deadline_id__in=owed, status__in=[Decision.Status.IN_FORCE, Decision.Status.REVOKED])
        .exclude(kind=Decision.Kind.WAIVER, seconded_at__isnull=True)
        .annotate(moved_at=Greatest("decided_at", "seconded_at", "revoked_at"))
        .select_related("deadline__project", "deadline__area", "decided_by")
        .order_by("-moved_at", "-id")
    )
    if since:
        found = found.filter(moved_at__gt=since)
    return found
