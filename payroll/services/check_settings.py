"""What 人社 sets: how grave a check is, and the minimum wages. Rows are added; the past stays as it was."""

import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from payroll.models import CheckSetting, MinimumWage, PayrollBatch
from payroll.rules.checks import catalogue
from payroll.selectors.checks import areas_to_set, other_minimum_wages_unscoped
from payroll.selectors.people import minimum_wage_unscoped
from payroll.services.acts import batch_locked
from payroll.services.uploads import READ_TASK
from responsibilities.models import Area
from responsibilities.rules.errors import EditedMeanwhile, NotAllowed, NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.selectors.clock import now, today
from responsibilities.services.touch import ring
from responsibilities.services.trail import Actor, record_event

CITY = "全市"
LARGEST_WAGE = Decimal("99999.99")
LARGEST_STEP = Decimal("0.5")  # of the rate that holds: beyond it somebody is asked whether it is right


@transaction.atomic
def check_set(
    *,
    check_code: str,
    severity: str,
    area: Area | None,
    in_force_from: datetime.date,
    reason: str,
    actor: Actor,
    scope=None,
) -> CheckSetting:
    """Set how grave a check is, in an area or (None) the whole city, from a day on.

    Errors: `unknown_check`, `check_fixed`, `severity_invalid`, `in_the_past`, `reason_missing`, `not_allowed`.
    A setting never reaches back: what was submitted before stays as it is.
    """
    _require(scope, area)
    check = catalogue().get(check_code)
    if check is None:
        raise NotVisible("没有这项核验。")
    if check.fixed:
        raise Refused("check_fixed", f"“{check.title}”的处理方式不能改变：{check.fixed}")
    choices = set(CheckSetting.Severity.values) if area else {"notice", "stop"}
    if severity not in choices:
        message = "请选择“提示”或“不得提交”。" + ("" if area else "“按全市设置”只用于县区，请改选一个县区。")
        raise Refused("severity_invalid", message, {"severity": message})
    if in_force_from < today():
        message = f"生效日期不能早于今天（{today():%Y-%m-%d}），已提交的工资表不受新设置影响。"
        raise Refused("in_the_past", message, {"in_force_from": message})
    reason = _required(reason, "请写明理由或文件依据，例如文号。", "reason", "reason_missing")
    before = (
        CheckSetting.objects.filter(check_code=check_code, area=area, in_force_from__lte=in_force_from)
        .order_by("-in_force_from", "-id")
        .first()
    )
    row = CheckSetting.objects.create(
        check_code=check_code,
        severity=severity,
        area=area,
        in_force_from=in_force_from,
        reason=reason,
        set_by=actor.user,
        set_at=now(),
    )
    record_event(
        actor=actor,
        action="payroll.check_set",
        target=row,
        object_name=f"{check.title}（{area.name if area else CITY}）",
        changes={
            "severity": [before.get_severity_display() if before else "未设置", row.get_severity_display()],
            "in_force_from": ["", f"{in_force_from:%Y-%m-%d}"],
        },
        reason=reason,
    )
    return row


@transaction.atomic
def minimum_wage_enter(
    *,
    area: Area,
    monthly: Decimal,
    in_force_from: datetime.date,
    instrument: str,
    checked: bool = False,
    actor: Actor,
    scope=None,
) -> MinimumWage:
    """Enter a dated rate, yuan a month, with the instrument that sets it. A rate that is more than half away from what
    holds is asked about once: `checked` says that it is right. Errors: `amount_invalid`, `amount_unlike`,
    `instrument_missing`, `already_entered`, `not_allowed`. Basis: 最低工资规定 art 9, 11.
    """
    _require(scope, area)
    if not 0 < monthly <= LARGEST_WAGE:
        message = "月最低工资应大于 0 且不超过 99,999.99 元，请核对。"
        raise Refused("amount_invalid", message, {"monthly": message})
    if not checked:
        _ask_about(area, monthly, in_force_from)
    instrument = _required(
        instrument, "请填写公布标准的文件，例如甘政发〔2025〕1号。", "instrument", "instrument_missing"
    )
    message = f"{area.name}自 {in_force_from:%Y-%m-%d} 起的标准已登记。登记有误的，请先作废原来的一条。"
    try:
        with transaction.atomic():
            row = MinimumWage.objects.create(
                area=area,
                monthly=monthly,
                in_force_from=in_force_from,
                instrument=instrument,
                set_by=actor.user,
                set_at=now(),
            )
    except IntegrityError:
        raise Refused("already_entered", message, {"in_force_from": message}) from None
    record_event(
        actor=actor,
        action="payroll.minimum_wage_enter",
        target=row,
        changes={"monthly": ["", str(monthly)], "in_force_from": ["", f"{in_force_from:%Y-%m-%d}"]},
        reason=instrument,
    )
    return row


def _ask_about(area: Area, monthly: Decimal, on: datetime.date) -> None:
    """Refuse a rate that looks like a slip of the pen: ten times a rate would stop every payroll of the area."""
    own = minimum_wage_unscoped(area.pk, on)
    others = () if own else other_minimum_wages_unscoped(area.pk, on)
    known = own or min(others, key=lambda one: abs(one - monthly), default=None)
    if known is None or abs(monthly - known) <= known * LARGEST_STEP:
        return
    whose = f"{area.name}现行标准" if own else "全市其他县区现行标准"
    message = (
        f"您填写的是 {monthly:,.2f} 元，{whose}是 {known:,.2f} 元，相差一半以上。"
        "请对照公布文件核对；数额无误的，勾选“数额无误”后再登记。"
    )
    raise Refused("amount_unlike", message, {"monthly": message})


@transaction.atomic
def minimum_wage_withdraw(*, pk: int, reason: str, actor: Actor, scope=None) -> MinimumWage:
    """Withdraw a rate that was entered by mistake; it stays in the history. Withdrawing twice changes nothing.

    Errors: `reason_missing`, `not_allowed`, `not_found`.
    """
    row = MinimumWage.objects.select_for_update(of=("self",)).select_related("area").filter(pk=pk).first()
    if row is None:
        raise NotVisible("没有找到这条最低工资标准。")
    _require(scope, row.area)
    if row.withdrawn_at is not None:
        return row
    row.withdrawn_reason = _required(reason, "请写明作废原因。", "reason", "reason_missing")
    row.withdrawn_by, row.withdrawn_at = actor.user, now()
    row.save(update_fields=["withdrawn_reason", "withdrawn_by", "withdrawn_at"])
    record_event(
        actor=actor,
        action="payroll.minimum_wage_withdraw",
        target=row,
        changes={"monthly": [str(row.monthly), ""]},
        reason=row.withdrawn_reason,
    )
    return row


@transaction.atomic
def batch_rejudge(*, batch_id: int, actor: Actor, scope=None, version: int | None = None) -> PayrollBatch:
    """Read a draft anew under the settings and facts of today. Errors: `not_a_draft`, `edited_meanwhile`."""
    batch = batch_locked(batch_id, scope, Permission.PAYROLL_UPLOAD)
    if version is not None and batch.version != version:
        raise EditedMeanwhile("这份工资表")
    if batch.status != PayrollBatch.Status.DRAFT or batch.file_id is None:
        raise Refused("not_a_draft", f"这份工资表现在是“{batch.get_status_display()}”，只有“待提交”的可以重新核验。")
    batch.status, batch.attempts, batch.rows_done = PayrollBatch.Status.QUEUED, 0, 0
    batch.version += 1
    batch.save(update_fields=["status", "attempts", "rows_done", "version"])
    record_event(actor=actor, action="payroll.rejudge", target=batch, project_id=batch.project_id)
    transaction.on_commit(lambda: ring(READ_TASK, batch.pk))
    return batch


def _require(scope, area: Area | None) -> None:
    """Whether the caller may set things for the area; None is the whole city, no scope the system."""
    if scope is None:
        return
    city, areas = areas_to_set(scope)
    if not (city if area is None else city or area in areas):
        raise NotAllowed("您只能设置本县区的核验和最低工资标准。")


def _required(text: str, message: str, field: str, code: str) -> str:
    text = " ".join(text.split())
    if not text:
        raise Refused(code, message, {field: message})
    return text
