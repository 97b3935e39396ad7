"""Takes approval information that another system pushes: recorded where it isn't yet, and received at that moment."""

import datetime

from django.db import transaction

from projects.models import Approval, Project
from projects.services.approvals import approval_push, approval_record, may_push
from responsibilities.rules.errors import Refused
from responsibilities.rules.scope import Scope
from responsibilities.services.trail import Actor


@transaction.atomic
def approval_receive(
    *,
    project: Project,
    kind: str,
    number: str,
    approved_on: datetime.date,
    approving_unit,
    funding_source: str = "",
    actor: Actor,
    scope: Scope | None = None,
    now: datetime.datetime | None = None,
) -> Approval:
    """The approval with its receipt; the same information again returns the first receipt.

    Two pushes at once: the second waits for the project's lock and then finds what the first one recorded.
    Errors: as for `approval_record` and `approval_push`, and `approval_differs` where the portal knows the approval
    with other facts: a receipt must not cover what it doesn't say. Basis: policy 二(二)一.
    """
    Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    known = (
        Approval.objects.select_related("approving_unit")
        .filter(project=project, kind=kind, number=number.strip())
        .first()
    )
    if known is None:
        known = approval_record(
            project=project,
            kind=kind,
            number=number,
            approved_on=approved_on,
            approving_unit=approving_unit,
            funding_source=funding_source,
            actor=actor,
            scope=scope,
        )
    elif may_push(scope, known):
        _require_same(known, approved_on=approved_on, approving_unit=approving_unit, funding_source=funding_source)
    return approval_push(approval_id=known.pk, actor=actor, scope=scope, now=now)


def _require_same(known: Approval, *, approved_on: datetime.date, approving_unit, funding_source: str) -> None:
    fields = {}
    if known.approved_on != approved_on:
        fields["approved_on"] = f"平台登记的批准日期是 {known.approved_on}。"
    if known.approving_unit_id != approving_unit.pk:
        fields["approving_unit"] = f"平台登记的审批部门是 {known.approving_unit.name}。"
    if funding_source.strip() and known.funding_source != funding_source.strip():
        fields["funding_source"] = f"平台登记的资金来源是 {known.funding_source or '（空）'}。"
    if fields:
        raise Refused(
            "approval_differs",
            f"{known} 已在平台登记，但与本次推送的内容不一致，没有受理。请核对后按登记内容推送，或先在平台更正登记。",
            fields,
        )
