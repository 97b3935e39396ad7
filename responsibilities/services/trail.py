"""Appends to the trail. Services call `record_event` inside their own transaction."""

import uuid
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Model

from responsibilities.models import AuditEvent, User


@dataclass(frozen=True)
class Actor:
    """Who acts, and from where. `user` None is the system itself (`label` says which part)."""

    user: User | None
    label: str = ""
    organization_name: str = ""
    ip: str | None = None
    user_agent: str = ""
    request_id: str = field(default_factory=lambda: uuid.uuid4().hex)

    @classmethod
    def of(cls, request) -> "Actor":
        """The actor of a request; remembered on it so that one request is one origin."""
        known = getattr(request, "_actor", None)
        if known is not None and known.user == request.user:
            return known
        user = request.user if request.user.is_authenticated else None
        names = []
        if user:
            names = list(
                user.grants.values_list("organization__name", flat=True).distinct().order_by("organization__name")
            )
        actor = cls(
            user=user,
            organization_name="、".join(names)[:200],
            ip=request.META.get("REMOTE_ADDR") or None,
            user_agent=request.META.get("HTTP_USER_AGENT", "")[:200],
            request_id=getattr(request, "request_id", None) or uuid.uuid4().hex,
        )
        request._actor = actor
        return actor

    @classmethod
    def system(cls, label: str) -> "Actor":
        """The system acting by itself: a sweep, a seed, a command."""
        return cls(user=None, label=label)

    @classmethod
    def user_at_console(cls, user: User, label: str) -> "Actor":
        """A person's act carried out by a command."""
        return cls(user=user, label=label)

    @property
    def name(self) -> str:
        if self.user:
            return self.user.name
        return f"系统（{self.label}）" if self.label else "系统"


def record_event(
    *,
    actor: Actor,
    action: str,
    target: Any = None,
    object_type: str = "",
    object_id: str = "",
    object_name: str = "",
    project_id: int | None = None,
    changes: dict | None = None,
    reason: str = "",
) -> None:
    """Append one event of this transaction. `changes` must hold no personal data in full."""
    if target is not None:
        object_type = object_type or target._meta.label_lower
        object_id = object_id or str(target.pk)
        object_name = object_name or target_name(target)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        (transaction,) = cursor.fetchone()
    AuditEvent.objects.create(
        transaction=transaction,
        actor=actor.user,
        actor_name=actor.name[:80],
        organization_name=actor.organization_name,
        action=action,
        object_type=object_type,
        object_id=object_id,
        object_name=object_name[:200],
        project_id=project_id,
        changes=changes or {},
        reason=reason,
        ip=actor.ip,
        user_agent=actor.user_agent,
        request_id=actor.request_id,
    )


def target_name(target: Model) -> str:
    """What the trail calls a row: its own words, else its kind and number; never `X object (1)`."""
    if type(target).__str__ is Model.__str__:
        return f"{target._meta.verbose_name} #{target.pk}"
    return str(target)


def changed_fields(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[str]]:
    """`{"field": [old, new]}` for what differs, as text; for `record_event(changes=…)`."""
    return {name: [_text(before.get(name)), _text(value)] for name, value in after.items() if before.get(name) != value}


def _text(value: Any) -> str:
    return "" if value is None else str(value)
