"""Decisions of people on missed or running deadlines. They are facts; `reconcile` draws the conclusions."""

import datetime

from django.db import transaction

from escalation.catalogue.registry import matters
from escalation.models import Deadline, DeadlineParty, Decision, Escalation
from escalation.rules.review import REVOCABLE, check_decision, check_reason
from escalation.selectors.cases import case_facts_unscoped, review_version_unscoped
from responsibilities.rules.errors import EditedMeanwhile, NotAllowed, NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.rules.scope import Scope
from responsibilities.selectors.clock import now
from responsibilities.services.touch import touch_projects
from responsibilities.services.trail import Actor, record_event

CASE_NAME = "这项督办"


@transaction.atomic
def decision_take(
    *,
    scope: Scope,
    deadline_id: int,
    kind: str,
    reason: str,
    version: int,
    today: datetime.date,
    actor: Actor,
    effective_on: datetime.date | None = None,
    place: str = "",
) -> Decision:
    """Decide on a deadline. A waiver waits for a second person, everything else is in force at once.

    Raises Refused where the rules say no, EditedMeanwhile where the case changed since it was shown.
    """
    deadline, escalation = _locked_case(scope, deadline_id, Permission.ESCALATION_DECIDE)
    _check_version(deadline, escalation, version)
    facts = case_facts_unscoped(deadline, escalation, matter=_matter(deadline), today=today)
    check_decision(kind, facts, reason=reason, effective_on=effective_on, place=place)
    waits = kind == Decision.Kind.WAIVER
    decision = Decision.objects.create(
        deadline=deadline,
        escalation=escalation,
        kind=kind,
        status=Decision.Status.AWAITING_SECOND if waits else Decision.Status.IN_FORCE,
        effective_on=effective_on,
        place=place.strip(),
        reason=reason.strip(),
        decided_by=actor.user,
        decided_at=now(),
        decided_on=today,
    )
    if escalation:
        if kind == Decision.Kind.CLOSURE:
            escalation.status = Escalation.Status.CLOSED
        elif not waits:
            escalation.status = Escalation.Status.DECIDED
        _save_bumped(escalation)
    _record(actor, "decision.take", decision, deadline, reason, _change("", decision.status, effective_on))
    touch_projects([deadline.project_id])
    return decision


@transaction.atomic
def decision_second(
    *,
    scope: Scope,
    decision_id: int,
    agree: bool,
    note: str,
    version: int,
    actor: Actor,
) -> Decision:
    """A second supervisor agrees to a waiver or rejects it; never the one who decided."""
    decision, deadline, escalation = _locked_decision(scope, decision_id, Permission.ESCALATION_SECOND, version)
    if decision.status != Decision.Status.AWAITING_SECOND:
        raise Refused("not_awaiting", "这项决定不在等待复核，可能已由他人复核或已撤销。")
    if actor.user is None or decision.decided_by_id == actor.user.pk:
        raise Refused("same_person", "决定人不能复核自己的决定，请由另一名监管员复核。")
    if not agree:
        check_reason(note)
    before = decision.status
    decision.status = Decision.Status.IN_FORCE if agree else Decision.Status.REJECTED
    decision.seconded_by = actor.user
    decision.seconded_at = now()
    decision.second_note = note.strip()
    _save_bumped(decision)
    if escalation:
        if agree:
            escalation.status = Escalation.Status.DECIDED
        _save_bumped(escalation)
    _record(actor, "decision.second", decision, deadline, note, _change(before, decision.status, None))
    touch_projects([deadline.project_id])
    return decision


@transaction.atomic
def decision_revoke(
    *,
    scope: Scope,
    decision_id: int,
    reason: str,
    version: int,
    actor: Actor,
) -> Decision:
    """Take back an order, an extension or a waiver, with the reason on record; what it caused is undone.

    Interview, circular and closure happened and can't be taken back.
    """
    decision, deadline, escalation = _locked_decision(scope, decision_id, Permission.ESCALATION_DECIDE, version)
    if decision.kind not in REVOCABLE:
        raise Refused("not_revocable", f"{decision.get_kind_display()}作出后不能撤销。")
    if decision.status not in (Decision.Status.IN_FORCE, Decision.Status.AWAITING_SECOND):
        raise Refused("not_in_force", "这项决定已不生效，不需要撤销。")
    if escalation and escalation.status == Escalation.Status.CLOSED:
        raise Refused("closed", "这项督办已办结归档，其中的决定不能再撤销。")
    check_reason(reason)
    before = decision.status
    decision.status = Decision.Status.REVOKED
    decision.revoked_by = actor.user
    decision.revoked_at = now()
    decision.revoke_reason = reason.strip()
    _save_bumped(decision)
    if escalation:
        _reopen_if_undecided(escalation)
        _save_bumped(escalation)
    _record(actor, "decision.revoke", decision, deadline, reason, _change(before, decision.status, None))
    touch_projects([deadline.project_id])
    return decision


def _reopen_if_undecided(escalation: Escalation) -> None:
    """Back to the queue when no decision stands; `reconcile` settles it if the facts have cleared it."""
    standing = escalation.decisions.filter(status=Decision.Status.IN_FORCE).exists()
    if escalation.status == Escalation.Status.DECIDED and not standing:
        escalation.status = Escalation.Status.PENDING


def _locked_case(scope: Scope, deadline_id: int, permission: Permission):
    """Lock deadline, then escalation: the order in which `reconcile` locks them."""
    _require_visible(scope, deadline_id, permission)
    deadline = (
        Deadline.objects.select_for_update(of=("self",))
        .select_related("rule_version", "project", "area")
        .get(pk=deadline_id)
    )
    escalation = Escalation.objects.select_for_update().filter(deadline_id=deadline_id).first()
    return deadline, escalation


def _locked_decision(scope: Scope, decision_id: int, permission: Permission, version: int):
    deadline_id = Decision.objects.filter(pk=decision_id).values_list("deadline_id", flat=True).first()
    if deadline_id is None:
        raise NotVisible()
    deadline, escalation = _locked_case(scope, deadline_id, permission)
    decision = Decision.objects.select_for_update().get(pk=decision_id)
    if decision.version != version:
        raise EditedMeanwhile("这项决定", decision.version)
    return decision, deadline, escalation


def _require_visible(scope: Scope, deadline_id: int, permission: Permission) -> None:
    """Acting needs the grant that carries the permission to see the deadline; seeing it otherwise is 403."""
    if Deadline.objects.visible_to(scope.with_permission(permission)).filter(pk=deadline_id).exists():
        return
    if Deadline.objects.visible_to(scope).filter(pk=deadline_id).exists():
        raise NotAllowed("这项期限不在您可以作决定的县区内，您只能查看。")
    raise NotVisible()


def _check_version(deadline: Deadline, escalation: Escalation | None, version: int) -> None:
    current = review_version_unscoped(deadline.pk, escalation)
    if current != version:
        raise EditedMeanwhile(CASE_NAME, current)


def _matter(deadline: Deadline) -> str:
    return matters([deadline]).get(deadline.pk, deadline.rule)


def _save_bumped(row: Decision | Escalation) -> None:
    row.version += 1
    row.save()


def _change(before: str, after: str, effective_on: datetime.date | None) -> dict:
    changes = {"status": [before, after]}
    if effective_on:
        changes["effective_on"] = ["", effective_on.isoformat()]
    return changes


def _record(actor: Actor, action: str, decision: Decision, deadline: Deadline, reason: str, changes: dict) -> None:
    owners = DeadlineParty.objects.filter(deadline=deadline, part=DeadlineParty.Part.OWES)
    codes = sorted(owners.values_list("organization__code", flat=True))
    record_event(
        actor=actor,
        action=action,
        target=decision,
        object_name=f"{decision.get_kind_display()}：{_matter(deadline)}",
        project_id=deadline.project_id,
        changes={**changes, "deadline": ["", str(deadline.pk)], "owed_by": ["", "、".join(codes)]},
        reason=reason.strip(),
    )
