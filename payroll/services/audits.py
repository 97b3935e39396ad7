"""总包 audits a submitted sheet: approves it, signed by name, or sends it back with reasons."""

from decimal import Decimal

from django.db import transaction

from payroll.models import BatchAct, PayrollBatch
from payroll.rules.audit import reasons_needed
from payroll.rules.stages import Act
from payroll.selectors import declarations
from payroll.selectors.audits import audit_facts_unscoped, may_somebody_else_audit_unscoped
from payroll.services.acts import act_event, act_record, batch_locked, require_step, statement_signed
from payroll.services.confirmations import confirmations_void
from payroll.services.enrolling import batch_let_go
from responsibilities.rules.errors import Refused
from responsibilities.rules.roles import Permission
from responsibilities.selectors.clock import today
from responsibilities.selectors.figures import figure_on
from responsibilities.services.touch import touch_projects
from responsibilities.services.trail import Actor

Status = PayrollBatch.Status
ROWS_AT_MOST = 500


@transaction.atomic
def batch_audit(
    *,
    batch_id: int,
    actor: Actor,
    scope=None,
    version: int | None = None,
    signed_name: str | None = None,
    reason: str = "",
) -> PayrollBatch:
    """Approve: the sheet agrees with attendance, work done and the workers' own confirmations.

    Errors: `wrong_stage`, `edited_meanwhile`, `signature_differs`, `second_person` (whoever compiled a sheet
    doesn't audit it where a colleague may), `reason_needed`. Basis: 724 art 31.
    """
    batch = batch_locked(batch_id, scope, Permission.PAYROLL_AUDIT)
    require_step(batch, Act.AUDIT, version)
    alone = _alone(batch, actor)
    statement = statement_signed(code=declarations.AUDIT, actor=actor, signed_name=signed_name)
    facts = audit_facts_unscoped(batch)
    needed = reasons_needed(facts, minimum_share=minimum_share())
    reason = reason.strip()
    if needed and not reason:
        message = "".join(needed) + "请先处理；确需现在通过的，请写明理由。"
        raise Refused("reason_needed", message, {"reason": message})
    batch.stage = PayrollBatch.Stage.AUDITED
    batch.version += 1
    batch.save(update_fields=["stage", "version"])
    act_record(
        batch=batch,
        act=BatchAct.Act.AUDIT,
        actor=actor,
        signed_name=signed_name,
        statement=statement,
        reason=reason,
        facts={**facts._asdict(), "alone": alone},
    )
    act_event(
        batch=batch,
        action="payroll.audit",
        actor=actor,
        reason=reason,
        changes={
            "stage": [PayrollBatch.Stage.CONFIRMING.label, batch.get_stage_display()],
            "asked": ["", str(facts.asked)],
            "confirmed": ["", str(facts.confirmed)],
            "contested": ["", str(facts.unsettled)],
            "signed_name": ["", signed_name or ""],
        },
    )
    touch_projects([batch.project_id])
    return batch


@transaction.atomic
def batch_return(
    *,
    batch_id: int,
    actor: Actor,
    reason: str,
    scope=None,
    version: int | None = None,
    rows: list[int] | None = None,
) -> PayrollBatch:
    """Send the sheet back to whoever compiled it, with reasons and, where some are meant, the rows.

    It counts no more: whom only it put on the roster isn't there any longer; answers of workers are voided and stand
    again where the new version pays the same.
    Possible until money is on its way. Errors: `wrong_stage`, `edited_meanwhile`, `reason_needed`, `no_such_row`.
    """
    batch = batch_locked(batch_id, scope, Permission.PAYROLL_AUDIT)
    require_step(batch, Act.RETURN, version)
    reason = reason.strip()
    if not reason:
        message = "请写明退回的理由，编制人要据此改正。"
        raise Refused("reason_needed", message, {"reason": message})
    rows = sorted(set(rows or []))[:ROWS_AT_MOST]
    known = set(batch.lines.filter(row__in=rows).values_list("row", flat=True)) if rows else set()
    missing = [row for row in rows if row not in known]
    if missing:
        message = f"工资表中没有第 {missing[0]} 行，请核对要退回的行。"
        raise Refused("no_such_row", message, {"rows": message})
    before = batch.get_stage_display()
    voided = confirmations_void(batch)
    batch.status, batch.stage = Status.RETURNED, PayrollBatch.Stage.NONE
    batch.version += 1
    batch.save(update_fields=["status", "stage", "version"])
    batch_let_go(batch)
    act_record(
        batch=batch,
        act=BatchAct.Act.RETURN,
        actor=actor,
        reason=reason,
        facts={"rows": rows, "from": before, "voided": voided},
    )
    act_event(
        batch=batch,
        action="payroll.return",
        actor=actor,
        reason=reason,
        changes={"status": [before, batch.get_status_display()], "rows": ["", "、".join(map(str, rows))]},
    )
    touch_projects([batch.project_id])
    return batch


def minimum_share() -> Decimal:
    """The share of workers that should have confirmed before an audit; our default."""
    return Decimal(figure_on("pay_confirm_share", today()))


def _alone(batch: PayrollBatch, actor: Actor) -> bool:
    """Whether the auditor compiled the sheet too, which is said in the record; refused where it needn't be."""
    if actor.user is None or actor.user.pk not in (batch.submitted_by_id, batch.uploaded_by_id):
        return False
    if may_somebody_else_audit_unscoped(batch, actor.user.pk):
        raise Refused("second_person", "这份工资表是您编制或提交的，请由本单位另一名有审核权限的人审核。")
    return True
