"""Confirmation on paper: who signed on the printed sheet, with the scan of it. Counted apart from the workers' own."""

from django.db import transaction

from payroll.models import Channel, PayConfirmation, PayrollBatch
from payroll.services.acts import act_event, batch_locked
from payroll.services.pictures import picture_store
from responsibilities.rules.errors import Refused
from responsibilities.rules.roles import Permission
from responsibilities.selectors.clock import now
from responsibilities.services.touch import touch_projects
from responsibilities.services.trail import Actor

State = PayConfirmation.State


@transaction.atomic
def paper_confirm(*, batch_id: int, confirmation_ids: list[int], scan: bytes, actor: Actor, scope=None) -> int:
    """Record signatures on paper for these workers; returns how many were waiting.

    Who contested isn't taken for confirmed by a paper; who confirmed already stays so. Errors: `not_submitted`,
    `nobody_ticked`, `scan_missing`, `picture_refused`. Basis: 724 art 31.
    """
    batch = batch_locked(batch_id, scope, Permission.PAYROLL_SUBMIT)
    if batch.status != PayrollBatch.Status.SUBMITTED:
        raise Refused("not_submitted", "只有已提交的工资表可以登记纸质签字。")
    if not confirmation_ids:
        message = "请勾选在纸质工资表上签了字的农民工。"
        raise Refused("nobody_ticked", message, {"workers": message})
    if not scan:
        message = "请上传签字工资表的扫描件或照片。"
        raise Refused("scan_missing", message, {"scan": message})
    file, _kind = picture_store(scan, name=f"{batch.month_on:%Y-%m}签字工资表", field="scan", scan=True)
    done = PayConfirmation.objects.filter(batch=batch, pk__in=confirmation_ids, state=State.PENDING).update(
        state=State.CONFIRMED, at=now(), channel=Channel.PAPER, scan=file, recorded_by=actor.user
    )
    act_event(
        batch=batch,
        action="payroll.paper_confirm",
        actor=actor,
        changes={"confirmed": ["", str(done)], "sha256": ["", file.sha256]},
    )
    touch_projects([batch.project_id])
    return done
