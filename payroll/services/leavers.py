"""Settling a leaver: what was earned, what was paid, what is still owed; agreed, confirmed by the worker, paid.

《工资支付暂行规定》第九条: at the end of the relation wages are paid at once and in full; the term is a figure.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.db.models import F, Q

from payroll.models import (
    LeaverSettlement,
    PayoutException,
    PayrollBatch,
    PayrollLine,
    SignedSettlement,
    SiteStay,
)
from payroll.rules.stay_months import StayMonth, deduction_words, off_sheet_words
from payroll.selectors.open_pay import OpenPay, open_pay_of
from payroll.selectors.stay_months import months_of_stay
from payroll.services.pictures import picture_open
from payroll.services.stays import locked_stay
from payroll.services.stored_files import file_store, require_scan
from responsibilities.rules.errors import EditedMeanwhile, Refused
from responsibilities.selectors.clock import now, today
from responsibilities.services.touch import touch_projects
from responsibilities.services.trail import Actor, record_event

State = LeaverSettlement.State
ZERO = Decimal("0.00")
OFF_SHEET_CHECKED = "已核对，没有上表的工资已经加进应得工资"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What the submitted payrolls of this site say of a stay, yuan: a start for the person, never the last word.

    `paid` is what banks said was paid, line by line, and the advances. `months` stand on payrolls, `by_month` are all.
    """

    earned: Decimal
    deductions: Decimal
    paid: Decimal
    advances: Decimal
    months: int
    by_month: list[StayMonth]

    @property
    def off_sheet_words(self) -> str:
        """Which months of the stay stand on no payroll, with the attendance on record; empty where all do."""
        return off_sheet_words(self.by_month)

    @property
    def deduction_reason(self) -> str:
        """Where `deductions` stand in the payrolls; empty where there are none."""
        return deduction_words(self.by_month)

    @property
    def paid_words(self) -> str:
        """How `paid` was counted, for beside the field."""
        return f"银行已发 {self.paid - self.advances:,.2f} 元，预支 {self.advances:,.2f} 元，合计 {self.paid:,.2f} 元"


def settlement_suggest(stay: SiteStay) -> Suggestion:
    """Sums over the worker's lines in submitted payrolls of this project and employer, months of the stay.

    Paid is what banks said went out, and the advances, which are pay already received.
    """
    months = months_of_stay(stay)
    advances = _sum(one.advance for one in months)
    return Suggestion(
        earned=_sum(one.earned for one in months),
        deductions=_sum(one.deductions for one in months),
        paid=advances + _sum(one.paid for one in months),
        advances=advances,
        months=sum(one.counted for one in months),
        by_month=months,
    )


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)


@transaction.atomic
def settlement_agree(
    *,
    stay_id: int,
    earned: Decimal,
    deductions: Decimal,
    deduction_reason: str,
    paid: Decimal,
    paid_reason: str = "",
    off_sheet_checked: bool = False,
    agreed_on: datetime.date,
    version: int | None = None,
    actor: Actor,
    scope=None,
) -> LeaverSettlement:
    """Fix what a leaver is owed; the balance is computed here. A paid settlement stays as it is, and a confirmed one
    unless a bank paid more of it since: then it is agreed anew, and the worker signs anew. What he signed before is kept
    and no longer counts.

    Who says that another amount was paid than the payrolls show says why; both figures are kept. Where months of the
    stay stand on no payroll, `off_sheet_checked` says that their pay was looked at and is in `earned`. Errors:
    `still_on_site`, `deduction_without_reason`, `too_much_deducted`, `paid_without_reason`, `off_sheet_unchecked`,
    `already_confirmed`, `edited_meanwhile`.
    """
    stay = locked_stay(stay_id, scope)
    if stay.left_on is None:
        raise Refused("still_on_site", "此人还没有登记退场。请先登记退场日期，再结算。")
    settlement = LeaverSettlement.objects.select_for_update(of=("self",)).filter(stay=stay).first()
    if settlement is not None:
        _same_version(settlement, version)
    counted = settlement_suggest(stay)
    if settlement is not None and not _may_agree(settlement, counted):
        raise Refused("already_confirmed", "工人已经确认的结算不能再改。如有差错，请与工人另行书面约定后补发。")
    if deductions and not deduction_reason.strip():
        message = "有扣款必须写明事由。"
        raise Refused("deduction_without_reason", message, {"deduction_reason": message})
    if deductions > earned:
        message = "扣款不能多于应得工资。请核对。"
        raise Refused("too_much_deducted", message, {"deductions": message})
    if agreed_on > today():
        message = "核定日期还没有到。请核对。"
        raise Refused("in_future", message, {"agreed_on": message})
    if paid != counted.paid and not paid_reason.strip():
        message = (
            f"按工资表逐笔计，已支付 {counted.paid:,.2f} 元，您填写的是 {paid:,.2f} 元，相差 {abs(paid - counted.paid):,.2f} 元。"
            "请核对；确有不同的，写明理由，例如“9 月工资另由总包直接转账，有银行回单”。"
        )
        raise Refused("paid_without_reason", message, {"paid_reason": message})
    off_sheet = counted.off_sheet_words
    if off_sheet and not off_sheet_checked:
        message = f"{off_sheet}，这些工资还没有算进来。请与工人核对，加进应得工资后勾选“{OFF_SHEET_CHECKED}”。"
        raise Refused("off_sheet_unchecked", message, {"off_sheet_checked": message})
    settlement = settlement or LeaverSettlement(stay=stay, version=0)
    settlement.paid_counted = counted.paid
    settlement.paid_reason = paid_reason.strip()[:200] if paid != counted.paid else ""
    settlement.earned, settlement.deductions, settlement.paid = earned, deductions, paid
    settlement.deduction_reason = deduction_reason.strip()[:200]
    settlement.balance = earned - deductions - paid
    settlement.agreed_on, settlement.state = agreed_on, State.AGREED
    settlement.confirmed_on = settlement.confirmed_scan = None
    return _saved(
        settlement,
        actor,
        "leaver.agree",
        {
            "earned": ["", f"{earned}"],
            "deductions": ["", f"{deductions}" if deductions else ""],
            "paid": [f"{counted.paid}", f"{paid}"],
            "balance": ["", f"{settlement.balance}"],
        }
        | ({"off_sheet": ["", off_sheet]} if off_sheet else {}),
        reason=settlement.paid_reason,
    )


def _may_agree(settlement: LeaverSettlement, counted: Suggestion) -> bool:
    if settlement.state == State.CONFIRMED:
        return bool(paid_since(settlement, counted))
    return settlement.state != State.PAID


def paid_since(settlement: LeaverSettlement, counted: Suggestion) -> Decimal:
    """How much more, yuan, banks have paid since the settlement was agreed; less where money came back."""
    return Decimal(0) if settlement.paid_counted is None else counted.paid - settlement.paid_counted


@transaction.atomic
def settlement_confirm(
    *,
    stay_id: int,
    confirmed_on: datetime.date,
    scan: tuple[str, bytes] | None,
    version: int | None = None,
    actor: Actor,
    scope=None,
) -> LeaverSettlement:
    """Record the worker's signature, and keep the paper with the balance that it was signed for.

    Errors: `not_agreed`, `before_agreement`, `scan_missing`, `edited_meanwhile`.
    """
    settlement = _locked(stay_id, scope, version)
    if settlement.state != State.AGREED:
        raise Refused(
            "not_agreed", f"这份结算现在是“{settlement.get_state_display()}”，只有“已核定”的可以登记工人确认。"
        )
    if scan is None:
        message = "请上传工人签字的结算单（PDF 或照片）。"
        raise Refused("scan_missing", message, {"scan": message})
    if not settlement.agreed_on <= confirmed_on <= today():
        message = f"确认日期应在核定日期 {settlement.agreed_on} 到今天之间。"
        raise Refused("before_agreement", message, {"confirmed_on": message})
    require_scan(scan[1])
    settlement.confirmed_scan = file_store(name=scan[0], data=scan[1])
    settlement.confirmed_on, settlement.state = confirmed_on, State.CONFIRMED
    SignedSettlement.objects.create(
        settlement=settlement,
        file=settlement.confirmed_scan,
        signed_on=confirmed_on,
        balance=settlement.balance,
        recorded_by=actor.user,
        recorded_at=now(),
    )
    return _saved(settlement, actor, "leaver.confirm", {"sha256": ["", settlement.confirmed_scan.sha256]})


@transaction.atomic
def signed_settlement_open(*, paper: SignedSettlement, actor: Actor) -> tuple[bytes, str]:
    """The bytes of a signed paper and their media type, for a caller who sees it; the trail keeps who looked."""
    entry = paper.settlement.stay.entry
    record_event(
        actor=actor,
        action="leaver.open_signed",
        target=entry.worker,
        project_id=entry.project_id,
        changes={"sha256": ["", paper.file.sha256]},
    )
    return picture_open(paper.file)


@transaction.atomic
def settlement_pay(
    *,
    stay_id: int,
    paid_on: datetime.date,
    payment_note: str,
    open_pay: str = "",
    open_pay_reason: str = "",
    version: int | None = None,
    actor: Actor,
    scope=None,
) -> LeaverSettlement:
    """Record that the balance was paid, and what becomes of pay that still waits in submitted payrolls.

    Errors: `not_confirmed`, `note_missing`, `in_future`, `edited_meanwhile`, `paid_meanwhile`; `open_pay_unsaid`,
    `open_pay_reason_missing`, and `open_pay_under_way` where the bank has what the settlement is said to include.
    """
    settlement = _locked(stay_id, scope, version)
    if settlement.state != State.CONFIRMED:
        raise Refused("not_confirmed", "工人确认之后才能登记付清。请先登记工人签字的结算单。")
    if settlement.balance > 0 and not payment_note.strip():
        message = "请填写支付凭证，例如银行回单号。"
        raise Refused("note_missing", message, {"payment_note": message})
    if paid_on > today():
        message = "付清日期还没有到。请核对。"
        raise Refused("in_future", message, {"paid_on": message})
    waiting = _open_pay_locked(settlement.stay)
    since = paid_since(settlement, settlement_suggest(settlement.stay))
    if since:
        raise Refused(
            "paid_meanwhile",
            f"核定以后，发放记录里的已支付{'增加' if since > 0 else '减少'}了 {abs(since):,.2f} 元，应补发的金额已经不对。"
            "请重新核定金额，由工人重新签字，再登记付清。",
        )
    if waiting:
        _decide_open_pay(settlement, waiting, open_pay, open_pay_reason, actor)
    settlement.paid_on, settlement.payment_note, settlement.state = paid_on, payment_note.strip()[:200], State.PAID
    return _saved(
        settlement,
        actor,
        "leaver.pay",
        {"paid_on": ["", f"{paid_on}"], "note": ["", settlement.payment_note]}
        | (
            {
                "open_pay": ["", settlement.get_open_pay_display()],
                "open_pay_reason": ["", settlement.open_pay_reason],
                "batches": ["", "、".join(f"{one.batch_id}" for one in waiting)],
            }
            if waiting
            else {}
        ),
    )


def _open_pay_locked(stay: SiteStay) -> list[OpenPay]:
    """The unpaid lines, with all batches of the stay's months locked: a pay-out file made at once waits, and then finds
    them held; and money that comes back at once waits, and then finds the settlement that counted it as paid.
    """
    of_stay = PayrollLine.objects.filter(
        Q(batch__subcontractor=stay.entry.employer_id) | Q(batch__subcontractor__isnull=True),
        worker=stay.entry.worker_id,
        batch__project=stay.entry.project_id,
        batch__status=PayrollBatch.Status.SUBMITTED,
        batch__month_on__gte=stay.entered_on.replace(day=1),
        batch__month_on__lte=stay.left_on or today(),
    )
    batches = PayrollBatch.objects.select_for_update(of=("self",)).filter(pk__in=of_stay.values("batch")).order_by("pk")
    list(batches.values_list("pk"))
    return open_pay_of(stay)


def _decide_open_pay(
    settlement: LeaverSettlement, waiting: list[OpenPay], said: str, reason: str, actor: Actor
) -> None:
    listed = "；".join(one.words for one in waiting)
    if said not in (LeaverSettlement.OpenPay.INCLUDED, LeaverSettlement.OpenPay.SEPARATE):
        message = f"此人还有未发放的工资（{listed}）。请选择结算款是否已包含这些工资，以免重复支付。"
        raise Refused("open_pay_unsaid", message, {"open_pay": message})
    if said == LeaverSettlement.OpenPay.SEPARATE and not reason.strip():
        message = "请写明这些工资为什么不在结算款内，例如“结算只含 11 月工资”。"
        raise Refused("open_pay_reason_missing", message, {"open_pay_reason": message})
    if said == LeaverSettlement.OpenPay.INCLUDED and any(one.state == "pending" for one in waiting):
        message = f"{listed}：已写入代发文件的工资可能正在发放。请先登记银行结果，或作废未送银行的文件，再登记付清。"
        raise Refused("open_pay_under_way", message, {"open_pay": message})
    if said == LeaverSettlement.OpenPay.INCLUDED:
        # Released from the settlement of another stay, they are held by this one: their release ends.
        PayoutException.objects.filter(
            line__in=[one.line_id for one in waiting],
            kind=PayoutException.Kind.SETTLED,
            lifted_at=F("recorded_at"),
        ).update(lifted_at=now(), lifted_by=actor.user)
    settlement.open_pay, settlement.open_pay_reason = said, reason.strip()[:200]


def _saved(
    settlement: LeaverSettlement, actor: Actor, action: str, changes: dict, reason: str = ""
) -> LeaverSettlement:
    settlement.updated_by = actor.user
    settlement.version += 1
    settlement.save()
    entry = settlement.stay.entry
    record_event(
        actor=actor, action=action, target=entry.worker, project_id=entry.project_id, changes=changes, reason=reason
    )
    touch_projects([entry.project_id])
    return settlement


def _locked(stay_id: int, scope, version: int | None) -> LeaverSettlement:
    stay = locked_stay(stay_id, scope)
    settlement = (
        LeaverSettlement.objects.select_for_update(of=("self",))
        .select_related("stay__entry__worker")
        .filter(stay=stay)
        .first()
    )
    if settlement is None:
        raise Refused("not_agreed", "还没有核定应补发的金额。请先核定，再登记确认和付清。")
    _same_version(settlement, version)
    return settlement


def _same_version(settlement: LeaverSettlement, version: int | None) -> None:
    if version is not None and settlement.version != version:
        raise EditedMeanwhile("这份结算")
