"""Obstacles that lower rooms obey: open arrears, the dishonest list. Basis: policy 二(二)一; 724 art 48-49."""

import datetime

from django.db import transaction

from responsibilities.models import Obstacle, Organization
from responsibilities.rules.errors import EditedMeanwhile, NotVisible, Refused
from responsibilities.services.trail import Actor, record_event


@transaction.atomic
def obstacle_create(
    *,
    organization: Organization,
    kind: str,
    since_on: datetime.date,
    reason: str,
    source: str = "",
    today: datetime.date,
    actor: Actor,
) -> Obstacle:
    """Record what stands against a unit. Errors: `obstacle_future`, `obstacle_exists`."""
    if since_on > today:
        message = "起始日期晚于今天，请核对。"
        raise Refused("obstacle_future", message, {"since_on": message})
    Organization.objects.select_for_update().get(pk=organization.pk)
    if Obstacle.objects.filter(organization=organization, kind=kind, lifted_on__isnull=True).exists():
        message = f"{organization}的同类情形尚未解除，不必重复登记；情况有变化的，请先解除原登记。"
        raise Refused("obstacle_exists", message, {"kind": message})
    obstacle = Obstacle.objects.create(
        organization=organization,
        kind=kind,
        since_on=since_on,
        reason=reason.strip(),
        source=source.strip(),
        recorded_by=actor.user,
    )
    record_event(
        actor=actor,
        action="obstacle.create",
        target=obstacle,
        changes={"kind": ["", obstacle.get_kind_display()], "since_on": ["", str(since_on)]},
        reason=reason,
    )
    return obstacle


@transaction.atomic
def obstacle_lift(
    *, pk: int, lifted_on: datetime.date, reason: str, version: int, today: datetime.date, actor: Actor
) -> Obstacle:
    """End it from a day on. Errors: `edited_meanwhile`, `obstacle_lifted`, `lifted_before`, `lifted_future`."""
    obstacle = Obstacle.objects.select_for_update().filter(pk=pk).first()
    if obstacle is None:
        raise NotVisible
    if obstacle.version != version:
        raise EditedMeanwhile("该限制情形", obstacle.version)
    if obstacle.lifted_on:
        raise Refused("obstacle_lifted", f"该情形已于 {obstacle.lifted_on} 解除。")
    if lifted_on < obstacle.since_on:
        message = f"解除日期早于起始日期 {obstacle.since_on}，请核对。"
        raise Refused("lifted_before", message, {"lifted_on": message})
    if lifted_on > today:
        message = "解除日期晚于今天，请核对。"
        raise Refused("lifted_future", message, {"lifted_on": message})
    obstacle.lifted_on = lifted_on
    obstacle.version += 1
    obstacle.save(update_fields=["lifted_on", "version"])
    record_event(
        actor=actor,
        action="obstacle.lift",
        target=obstacle,
        changes={"lifted_on": ["", str(lifted_on)]},
        reason=reason,
    )
    return obstacle
