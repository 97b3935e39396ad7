"""Obstacles as a list; enterprises' obstacles are seen by government people, their own by the enterprises."""

import datetime
from collections.abc import Iterable

from django.db.models import Q, QuerySet

from responsibilities.models import Obstacle
from responsibilities.rules.errors import NotVisible
from responsibilities.rules.roles import Role
from responsibilities.rules.scope import Scope

_ALL_OF_THEM = frozenset({Role.UNIT_OFFICER, Role.UNIT_HEAD, Role.SUPERVISOR, Role.LEADER, Role.AUDITOR})


def obstacles(scope: Scope, *, search: str = "", kind: str = "", state: str = "") -> QuerySet[Obstacle]:
    """Approving units must know them before they approve (policy 二(二)一); others see their own only."""
    rows = Obstacle.objects.select_related("organization", "recorded_by")
    if not scope.roles & _ALL_OF_THEM:
        rows = rows.filter(organization_id__in=sorted(scope.organization_ids))
    for word in search.split():
        rows = rows.filter(
            Q(organization__name__icontains=word)
            | Q(organization__uscc__istartswith=word)
            | Q(organization__pinyin_initials__contains=word.lower())
        )
    if kind in Obstacle.Kind.values:
        rows = rows.filter(kind=kind)
    if state in ("in_force", "lifted"):
        rows = rows.filter(lifted_on__isnull=state == "in_force")
    return rows


def obstacle_of(scope: Scope, pk: int) -> Obstacle:
    """One of them; raises NotVisible."""
    found = obstacles(scope).filter(pk=pk).first()
    if found is None:
        raise NotVisible
    return found


def obstacles_in_force(organization_ids: Iterable[int], on: datetime.date) -> QuerySet[Obstacle]:
    """What stands against these units on a day, for gates that the caller has already narrowed."""
    return (
        Obstacle.objects.filter(organization_id__in=list(organization_ids), since_on__lte=on)
        .filter(Q(lifted_on__isnull=True) | Q(lifted_on__gt=on))
        .select_related("organization")
        .order_by("pk")
    )
