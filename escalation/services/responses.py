"""What an owing unit answers to a supervision order, signed in its name."""

from django.db import transaction

from escalation.models import DeadlineParty, Decision, Response
from responsibilities.rules.errors import NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.rules.scope import Scope
from responsibilities.selectors.clock import now
from responsibilities.services.trail import Actor, record_event

SHORTEST_TEXT = 10


@transaction.atomic
def response_sign(
    *,
    scope: Scope,
    decision_id: int,
    organization_id: int,
    text: str,
    actor: Actor,
) -> Response:
    """Sign 办理情况 for one of the caller's own units that owes the deadline. Signed answers are kept as they are."""
    acting = scope.with_permission(Permission.ESCALATION_RESPOND)
    visible = Decision.objects.visible_to(scope).filter(pk=decision_id)
    if not visible.exists():
        raise NotVisible()
    decision = Decision.objects.select_for_update(of=("self",)).select_related("deadline__project").get(pk=decision_id)
    if decision.kind != Decision.Kind.SUPERVISION_ORDER:
        raise Refused("not_an_order", "只有督办决定需要反馈办理情况。")
    if decision.status != Decision.Status.IN_FORCE:
        raise Refused("not_in_force", "这项督办决定已撤销，不需要再反馈。")
    owes = DeadlineParty.objects.filter(
        deadline_id=decision.deadline_id, organization_id=organization_id, part=DeadlineParty.Part.OWES
    )
    if organization_id not in acting.organization_ids or not owes.exists():
        raise Refused(
            "not_owing", "只有这项督办的责任单位可以签署办理情况。", {"organization": "请选择您所在的责任单位。"}
        )
    text = text.strip()
    if len(text) < SHORTEST_TEXT:
        sentence = f"请写明办理情况，至少 {SHORTEST_TEXT} 个字：做了什么、何时办结、还差什么。"
        raise Refused("invalid", sentence, {"text": sentence})
    if decision.responses.filter(organization_id=organization_id, text=text).exists():
        raise Refused("already_signed", "同样的办理情况已经签署过，没有重复提交。")
    response = Response.objects.create(
        deadline_id=decision.deadline_id,
        decision=decision,
        organization_id=organization_id,
        text=text,
        signed_by=actor.user,
        signed_at=now(),
    )
    record_event(
        actor=actor,
        action="response.sign",
        target=response,
        object_name=f"督办反馈：{decision.deadline.project}",
        project_id=decision.deadline.project_id,
        # The text may name workers; the trail says only that and how much was signed.
        changes={"decision": ["", str(decision.pk)], "characters": ["", str(len(text))]},
    )
    return response
