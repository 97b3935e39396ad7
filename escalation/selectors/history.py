"""What happened around a deadline, and whether the engine still has to look at its project again."""

from django.db.models import Q, QuerySet

from escalation.models import Deadline, Decision, Response
from responsibilities.models import AuditEvent, Touched
from responsibilities.rules.scope import Scope

ENTRIES = 30


def is_pending_recomputation(deadline: Deadline) -> bool:
    """Facts of the project changed and no worker has drawn the conclusions yet."""
    return Touched.objects.filter(project_id=deadline.project_id).exists()


def trail_of(scope: Scope, deadline: Deadline) -> QuerySet[AuditEvent]:
    """The acts recorded on this deadline, its subject, decisions and answers, the latest first.

    The deadline was narrowed by the caller; the events carry no personal data in full.
    """
    decisions = Decision.objects.visible_to(scope).filter(deadline=deadline).values_list("pk", flat=True)
    responses = Response.objects.visible_to(scope).filter(deadline=deadline).values_list("pk", flat=True)
    about = (
        Q(object_type="escalation.deadline", object_id=str(deadline.pk))
        | Q(object_type="escalation.decision", object_id__in=[str(pk) for pk in decisions])
        | Q(object_type="escalation.response", object_id__in=[str(pk) for pk in responses])
    )
    subject = _SUBJECT_TYPES.get(deadline.rule)
    if subject:
        about |= Q(object_type=subject, object_id=str(deadline.subject_id))
    return AuditEvent.objects.filter(about).order_by("-id")[:ENTRIES]


_SUBJECT_TYPES = {
    "approval_info_push": "projects.approval",
    "platform_onboard": "projects.project",
    "labor_cost_allocation": "accounts.allocationperiod",
}
