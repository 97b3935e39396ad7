"""总包 audits a submitted sheet: approves it, signed by name, or sends it back with reasons."""

from collections.abc import Iterable
from decimal import Decimal

from django.db import transaction

from payroll.models import BatchAct, PayrollBatch
from payroll.rules.audit import reasons_needed
from payroll.rules.places import Place, places_words
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
    rows: Iterable[int] = (),
    places: Iterable[Place] = (),
) -> PayrollBatch:
    """Send the sheet back to whoever compiled it, with reasons and, where some are meant, the rows.

    `places` are rows of one sheet of the file each. A number of `rows` means that row on every sheet that has it:
    all that can be known where only numbers are given.

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
    meant = _places_meant(batch, set(rows), set(places))
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
        facts={"rows": sorted({one.row for one in meant}), "places": meant, "from": before, "voided": voided},
    )
    act_event(
        batch=batch,
        action="payroll.return",
        actor=actor,
        reason=reason,
        changes={"status": [before, batch.get_status_display()], "rows": ["", places_words(meant, batch.sheet_names)]},
    )
    touch_projects([batch.project_id])
    return batch


def _places_meant(batch: PayrollBatch, rows: set[int], places: set[Place]) -> list[Place]:
    """The lines that are sent back, in the file's order; refuses a row that isn't one of the sheet's."""
    if not rows and not places:
        return []
    numbers = rows | {one.row for one in places}
    known = {Place(*one) for one in batch.lines.filter(row__in=numbers).values_list("sheet_no", "row")}
    missing = [places_words([one], batch.sheet_names) for one in sorted(places - known)]
    missing += [f"第 {row} 行" for row in sorted(rows - {one.row for one in known})]
    if missing:
        message = f"工资表中没有{missing[0]}，请核对要退回的行。"
        raise Refused("no_such_row", message, {"rows": message})
    return sorted(one for one in known if one in places or one.row in rows)[:ROWS_AT_MOST]


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
