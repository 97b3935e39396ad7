"""What every act of the month's flow shares: the lock, the signed statement, the record.

Batches of one project, month, employer and sequence are siblings, locked together in id order: a submission,
an audit and a return of one month take turns, and none can deadlock another.
"""

from payroll.models import BatchAct, PayrollBatch
from payroll.rules.signing import UNSIGNED, same_name
from payroll.rules.stages import Act, may, replaceable
from payroll.selectors.batches import may_act_on, of_every_version
from payroll.selectors.declarations import declaration_on
from payroll.services.confirmations import confirmations_void
from responsibilities.rules.errors import EditedMeanwhile, NotAllowed, NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.selectors.clock import now, today
from responsibilities.services.trail import Actor, record_event

Status = PayrollBatch.Status


def batch_locked(batch_id: int, scope, permission: Permission) -> PayrollBatch:
    """The batch with its siblings locked in id order; NotVisible out of sight, NotAllowed without the permission."""
    batch = PayrollBatch.objects.filter(pk=batch_id).first()
    if batch is None or not may_act_on(scope, batch, Permission.PAYROLL_VIEW):
        raise NotVisible("没有找到这份工资表，或者它不在您的管辖范围内。")
    if not may_act_on(scope, batch, permission):
        raise NotAllowed()
    rows = siblings(batch).select_for_update(of=("self",)).order_by("id")
    return {row.pk: row for row in rows}[batch_id]


def siblings(batch: PayrollBatch):
    """All batches of the same project, month, employer and sequence, this one too."""
    return PayrollBatch.objects.filter(**of_every_version(batch))


def require_step(batch: PayrollBatch, act: Act, version: int | None = None) -> None:
    """Refuse an act that the batch's stage doesn't allow, or that was decided on an older page."""
    if batch.status != Status.SUBMITTED or not may(act, batch.stage):
        where = batch.get_status_display()
        if batch.status == Status.SUBMITTED:
            where = batch.get_stage_display() if batch.stage else batch.get_kind_display()
        raise Refused("wrong_stage", f"这份工资表现在是“{where}”，不能办理这一步。请刷新页面，按当前的环节办理。")
    if version is not None and batch.version != version:
        raise EditedMeanwhile("这份工资表", batch.version)


def statement_signed(*, code: str, actor: Actor, signed_name: str | None) -> str:
    """The declaration's words, signed by the actor's own name; without a name, that nobody signed."""
    if signed_name is None:
        return UNSIGNED
    if actor.user is None or not same_name(signed_name, actor.user.name):
        message = "签名须与登录人的姓名完全一致。请输入您本人的姓名。"
        raise Refused("signature_differs", message, {"signed_name": message})
    declaration = declaration_on(code, today())
    return declaration.text if declaration else ""


def batch_supersede(*, batch: PayrollBatch, actor: Actor) -> PayrollBatch | None:
    """Take the month's current batch, or the one sent back, out of force before `batch` comes into it."""
    rows = list(siblings(batch).filter(status__in=(Status.SUBMITTED, Status.RETURNED)).order_by("-submitted_at", "-id"))
    for old in rows:
        if old.status == Status.SUBMITTED and not replaceable(old.stage):
            raise Refused(
                "money_on_its_way",
                f"{old.month_on:%Y-%m} 的工资正在发放或已经发放（批次 #{old.pk}），不能再用新表替换。"
                "少发、漏发的，请上传“补发工资”表；多发的，在下月工资中说明处理。",
            )
        confirmations_void(old)
        old.status = Status.SUPERSEDED
        old.version += 1
        old.save(update_fields=["status", "version"])
        act_record(batch=old, act=BatchAct.Act.SUPERSEDE, actor=actor, facts={"superseded_by": batch.pk})
    return rows[0] if rows else None


def act_record(
    *,
    batch: PayrollBatch,
    act: str,
    actor: Actor,
    signed_name: str | None = None,
    statement: str = "",
    reason: str = "",
    facts: dict | None = None,
) -> BatchAct:
    """Write down one act of the flow."""
    return BatchAct.objects.create(
        batch=batch,
        act=act,
        by=actor.user,
        at=now(),
        signed_name=(signed_name or "").strip()[:60],
        statement=statement,
        reason=reason,
        facts=facts or {},
    )


def act_event(*, batch: PayrollBatch, action: str, actor: Actor, changes: dict, reason: str = "") -> None:
    """The trail's event of an act on a batch."""
    record_event(actor=actor, action=action, target=batch, project_id=batch.project_id, changes=changes, reason=reason)
