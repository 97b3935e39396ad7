"""Withdrawing an exit or an entry that was recorded by mistake, with a reason, as long as nothing rests on it.

Basis: 724 art 28: the register says what was; a mistake is taken back openly, and the trail keeps what stood there.
"""

from dataclasses import dataclass

from django.db import transaction

from payroll.models import AttendanceDay, LabourContract, LeaverSettlement, PayrollBatch, PayrollLine, SiteStay
from payroll.selectors.employers import subcontractor_of_entry_unscoped
from payroll.services.stays import entries_follow_stays, locked_stay
from responsibilities.rules.errors import EditedMeanwhile, Refused
from responsibilities.selectors.clock import today
from responsibilities.services.touch import touch_projects
from responsibilities.services.trail import Actor, record_event

State = LeaverSettlement.State
MONTHS_NAMED = 6


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What was taken back. `on_register`: whether the person still stands on the site's roster."""

    what: str
    worker_id: int
    on_register: bool = True


def withdrawal_obstacle(stay: SiteStay) -> tuple[str, str] | None:
    """(code, sentence) of what rests on the latest act of a stay; None where it can be taken back.

    Codes: `settlement_confirmed`, `entered_again`, `payroll_submitted`, `attendance_recorded`.
    """
    return _exit_obstacle(stay) if stay.left_on else _entry_obstacle(stay)


@transaction.atomic
def stay_withdraw(*, stay_id: int, reason: str, version: int, actor: Actor, scope=None) -> Withdrawn:
    """Take back the exit of a stay, or the entry where there is no exit yet.

    An exit goes with a settlement that the worker never signed. An entry goes with its row of the roster, where
    nothing else names the person there. Errors: those of `withdrawal_obstacle`, `reason_missing`, `edited_meanwhile`.
    """
    stay = locked_stay(stay_id, scope)
    if stay.version != version:
        raise EditedMeanwhile("这条进退场记录")
    reason = reason.strip()[:200]
    if not reason:
        message = "请写明撤回的原因。"
        raise Refused("reason_missing", message, {"reason": message})
    if obstacle := withdrawal_obstacle(stay):
        raise Refused(*obstacle)
    withdrawn = _withdraw_exit(stay, reason, actor) if stay.left_on else _withdraw_entry(stay, reason, actor)
    touch_projects([stay.entry.project_id])
    return withdrawn


def _withdraw_exit(stay: SiteStay, reason: str, actor: Actor) -> Withdrawn:
    settlement = LeaverSettlement.objects.filter(stay=stay).first()
    changes = {"left_on": [f"{stay.left_on}", ""], "left_reason": [stay.left_reason, ""], "reason": ["", reason]}
    if settlement is not None:
        changes["balance"] = [f"{settlement.balance}", ""]
        settlement.delete()
    stay.left_on, stay.left_reason = None, ""
    stay.version += 1
    stay.save(update_fields=["left_on", "left_reason", "version"])
    entries_follow_stays([stay.entry_id])
    _record(stay, "worker.leave_withdraw", changes, actor)
    return Withdrawn("退场", stay.entry.worker_id)


def _withdraw_entry(stay: SiteStay, reason: str, actor: Actor) -> Withdrawn:
    entry = stay.entry
    changes = {
        "entered_on": [f"{stay.entered_on}", ""],
        "employer": [entry.employer.name, ""],
        "reason": ["", reason],
    }
    stay.delete()
    kept = entry.stays.exists() or _named_elsewhere(entry)
    if kept:
        entries_follow_stays([entry.pk])
    else:
        changes["roster"] = ["在册", ""]
        entry.delete()
    _record(stay, "worker.enter_withdraw", changes, actor)
    return Withdrawn("进场", entry.worker_id, kept)


def _exit_obstacle(stay: SiteStay) -> tuple[str, str] | None:
    settlement = LeaverSettlement.objects.filter(stay=stay).first()
    if settlement is not None and settlement.state == State.PAID:
        message = f"这次退场的工资已于 {settlement.paid_on} 登记付清，不能撤回。此人又回到工地的，请登记新的进场。"
        return "settlement_confirmed", message
    if settlement is not None and settlement.state == State.CONFIRMED:
        message = (
            f"工人已于 {settlement.confirmed_on} 签字确认退场结算，不能撤回退场。此人又回到工地的，请登记新的进场。"
        )
        return "settlement_confirmed", message
    if settlement is not None and settlement.papers.exists():
        message = (
            "工人在这次退场的结算单上签过字，后来重新核定；签过字的结算单必须留存，不能撤回退场。"
            "此人又回到工地的，请登记新的进场。"
        )
        return "settlement_confirmed", message
    later = SiteStay.objects.filter(entry_id=stay.entry_id, entered_on__gt=stay.entered_on).order_by("entered_on")
    if again := later.first():
        return (
            "entered_again",
            f"退场以后，此人 {again.entered_on} 又登记了进场，不能撤回这次退场。请先撤回后一次进场。",
        )
    return None


def _entry_obstacle(stay: SiteStay) -> tuple[str, str] | None:
    months = _months_paid(stay)
    if months:
        named = "、".join(months[:MONTHS_NAMED]) + (" 等" if len(months) > MONTHS_NAMED else "")
        message = f"此人 {named} 的工资已在这个项目提交，不能撤回进场。进场日期有误的，请先由总包退回并更正工资表。"
        return "payroll_submitted", message
    days = AttendanceDay.objects.filter(
        project_id=stay.entry.project_id,
        worker_id=stay.entry.worker_id,
        on__gte=stay.entered_on,
        subcontractor_id=subcontractor_of_entry_unscoped(stay.entry),
    ).order_by("on")
    if first := days.first():
        message = f"此人自 {first.on} 起有 {days.count()} 天出勤记录，不能撤回进场。请先上传并确认更正后的考勤表，去掉这些出勤。"
        return "attendance_recorded", message
    return None


def _months_paid(stay: SiteStay) -> list[str]:
    """Months with submitted pay of this employer that no other stay of the person there explains."""
    first = stay.entered_on.replace(day=1)
    paid = (
        _lines(stay.entry)
        .filter(batch__month_on__range=(first, today()))
        .order_by("batch__month_on")
        .values_list("batch__month_on", flat=True)
        .distinct()
    )
    others = list(SiteStay.objects.filter(entry_id=stay.entry_id).exclude(pk=stay.pk))
    return [
        f"{month_on:%Y-%m}"
        for month_on in paid
        if not any(f"{one.entered_on:%Y-%m}" <= f"{month_on:%Y-%m}" <= f"{one.left_on:%Y-%m}" for one in others)
    ]


def _lines(entry):
    return PayrollLine.objects.filter(
        worker_id=entry.worker_id,
        batch__project_id=entry.project_id,
        batch__status=PayrollBatch.Status.SUBMITTED,
        batch__subcontractor_id=subcontractor_of_entry_unscoped(entry),
    )


def _named_elsewhere(entry) -> bool:
    contracts = LabourContract.objects.filter(
        project_id=entry.project_id, worker_id=entry.worker_id, employer_id=entry.employer_id
    )
    return contracts.exists() or _lines(entry).exists()


def _record(stay: SiteStay, action: str, changes: dict, actor: Actor) -> None:
    record_event(
        actor=actor, action=action, target=stay.entry.worker, project_id=stay.entry.project_id, changes=changes
    )
