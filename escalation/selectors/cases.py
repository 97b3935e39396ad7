"""One deadline as a case to decide on: the facts that decisions rest on, its history, its evidence."""

import datetime
from collections.abc import Iterable

from django.db.models import QuerySet, Sum

from escalation.models import Deadline, DeadlineParty, Decision, Escalation, Notice, Response
from escalation.rules.effects import CaseFacts
from responsibilities.rules.errors import NotVisible
from responsibilities.rules.roles import Permission
from responsibilities.rules.scope import Scope


def deadline_for(scope: Scope, pk: int) -> Deadline:
    """One visible deadline with what its page names; NotVisible otherwise."""
    found = (
        Deadline.objects.visible_to(scope)
        .select_related("project__project_type", "area", "rule_version", "calendar_version", "escalation")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotVisible("没有找到这项期限，或者它不在您的管辖范围内。")
    return found


def decision_for(scope: Scope, pk: int) -> Decision:
    """One visible decision; NotVisible otherwise."""
    found = (
        Decision.objects.visible_to(scope)
        .select_related("deadline__project", "deadline__area", "deadline__rule_version", "escalation", "decided_by")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotVisible("没有找到这项决定，或者它不在您的管辖范围内。")
    return found


def escalation_of(deadline: Deadline) -> Escalation | None:
    """The proposal to supervise of this deadline, if time brought it that far."""
    return getattr(deadline, "escalation", None)


def case_facts_unscoped(
    deadline: Deadline, escalation: Escalation | None, *, matter: str, today: datetime.date
) -> CaseFacts:
    """What the rules of review judge by. The deadline was narrowed by the caller; `matter` is the catalogue's."""
    decisions = list(deadline.decisions.filter(status__in=["in_force", "awaiting_second"]))
    return CaseFacts(
        project=deadline.project.name,
        matter=matter,
        status=deadline.status,
        due_on=deadline.due_on,
        owed_by=tuple(_owners(deadline)),
        extendable=deadline.rule_version.extendable,
        legal_basis=deadline.rule_version.legal_basis,
        today=today,
        has_escalation=escalation is not None,
        closed=escalation is not None and escalation.status == Escalation.Status.CLOSED,
        in_force=frozenset(d.kind for d in decisions if d.status == Decision.Status.IN_FORCE),
        awaiting=frozenset(d.kind for d in decisions if d.status == Decision.Status.AWAITING_SECOND),
    )


def _owners(deadline: Deadline) -> list[str]:
    owners = deadline.parties.filter(part=DeadlineParty.Part.OWES).select_related("organization").order_by("id")
    return [str(party.organization) for party in owners]


def review_version_unscoped(deadline_id: int, escalation: Escalation | None) -> int:
    """Grows with every decision on the case; what a form carries to notice that somebody was quicker."""
    if escalation is not None:
        return escalation.version
    total = Decision.objects.filter(deadline_id=deadline_id).aggregate(total=Sum("version"))
    return total["total"] or 0


def decisions_of(deadline: Deadline) -> QuerySet[Decision]:
    """All decisions on a deadline the caller may see, the first one first, with their answers."""
    return (
        deadline.decisions.select_related("decided_by", "seconded_by")
        .prefetch_related("responses__organization", "responses__signed_by")
        .order_by("id")
    )


def notices_of(deadline: Deadline) -> QuerySet[Notice]:
    """What was pushed, to whom and when."""
    return deadline.notices.select_related("recipient").order_by("id")


def units_to_answer(scope: Scope, decision: Decision) -> Iterable[tuple[int, str]]:
    """The caller's own units that owe the deadline and so may answer the order: (id, name)."""
    return [
        (pk, short_name or name)
        for pk, short_name, name in DeadlineParty.objects.filter(
            deadline_id=decision.deadline_id,
            part=DeadlineParty.Part.OWES,
            organization_id__in=sorted(scope.organization_ids),
        ).values_list("organization_id", "organization__short_name", "organization__name")
    ]


def orders_unanswered(scope: Scope) -> QuerySet[Decision]:
    """Supervision orders in force on what my own units owe, still without an answer of that unit."""
    own = sorted(scope.organization_ids)
    return (
        Decision.objects.visible_to(scope)
        .filter(
            kind=Decision.Kind.SUPERVISION_ORDER,
            status=Decision.Status.IN_FORCE,
            deadline__status__in=["open", "overdue"],
            deadline_id__in=DeadlineParty.objects.filter(organization_id__in=own, part=DeadlineParty.Part.OWES).values(
                "deadline_id"
            ),
        )
        .exclude(pk__in=Response.objects.filter(organization_id__in=own).values("decision_id"))
        .select_related("deadline__project")
        .order_by("effective_on", "id")
    )


def waivers_to_second(scope: Scope, user) -> QuerySet[Decision]:
    """Waivers that wait for the word of somebody else than who decided: what the caller may settle, oldest first."""
    return (
        Decision.objects.visible_to(scope.with_permission(Permission.ESCALATION_SECOND))
        .filter(kind=Decision.Kind.WAIVER, status=Decision.Status.AWAITING_SECOND)
        .exclude(decided_by=user)
        .select_related("deadline__project", "decided_by")
        .order_by("decided_at", "id")
    )
