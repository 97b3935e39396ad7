"""Credits to the special account, each naming its month; surplus moves; voids."""

import datetime
from decimal import Decimal

from django.db import transaction

from accounts.models import Allocation, AllocationPeriod
from accounts.rules.receipts import receipt_number
from accounts.selectors.months import allocation_month_unscoped
from accounts.services.measures import require_measure
from accounts.services.periods import require_visible
from responsibilities.rules.errors import Refused
from responsibilities.rules.roles import Permission
from responsibilities.selectors.clock import now, today
from responsibilities.services.touch import touch_projects
from responsibilities.services.trail import Actor, record_event


@transaction.atomic
def allocation_record(
    *,
    project,
    month_on: datetime.date,
    credited_on: datetime.date,
    amount: Decimal,
    bank_receipt_number: str,
    note: str = "",
    actor: Actor,
    scope=None,
) -> Allocation:
    """Record a bank credit for a month. The same receipt with the same facts returns the first row.

    Errors: `credit_in_future`, `receipt_used`, `amount_too_large`. Basis: 724 art 24, 29.
    """
    require_measure(amount, "amount")
    number = receipt_number(bank_receipt_number)
    if credited_on > today():
        message = f"到账日期 {credited_on} 晚于今天，请按银行回单上的日期填写。"
        raise Refused("credit_in_future", message, {"credited_on": message})
    period, _ = AllocationPeriod.objects.get_or_create(project=project, month_on=month_on.replace(day=1))
    period = AllocationPeriod.objects.select_for_update(of=("self",)).get(pk=period.pk)
    require_visible(period, scope, Permission.ALLOCATION_RECORD)
    known = Allocation.objects.filter(
        project=project,
        bank_receipt_number__iexact=number,
        kind=Allocation.Kind.CREDIT,
        voided_at__isnull=True,
    ).first()
    if known is not None:
        if (known.period_id, known.amount, known.credited_on) == (
            period.pk,
            amount,
            credited_on,
        ):
            return known
        message = (
            f"回单号 {number} 已登记在 {known.period.month_on:%Y-%m}，金额 {known.amount} 元。"
            "如登记有误，请先作废原记录。"
        )
        raise Refused("receipt_used", message, {"bank_receipt_number": message})
    allocation = Allocation.objects.create(
        project=project,
        period=period,
        credited_on=credited_on,
        amount=amount,
        bank_receipt_number=number,
        note=note,
        recorded_by=actor.user,
    )
    record_event(
        actor=actor,
        action="allocation_record",
        target=allocation,
        project_id=project.pk,
        changes={
            "month_on": ["", f"{period.month_on:%Y-%m}"],
            "amount": ["", str(amount)],
            "credited_on": ["", str(credited_on)],
            "bank_receipt_number": ["", number],
        },
    )
    touch_projects([project.pk])
    return allocation


@transaction.atomic
def allocation_void(*, allocation_id: int, reason: str, actor: Actor, scope=None) -> Allocation:
    """Void a credit with a reason; the row stays and counts nothing. A moved surplus is voided as a pair."""
    allocation = Allocation.objects.select_for_update().filter(pk=allocation_id).first()
    if allocation is None:
        raise Refused("not_found", "没有找到这笔拨付记录。")
    require_visible(allocation, scope, Permission.ALLOCATION_RECORD)
    if allocation.voided_at:
        return allocation
    if not reason.strip():
        message = "请填写作废理由，例如“银行退汇”或“月份登记有误”。"
        raise Refused("reason_missing", message, {"reason": message})
    rows = [allocation]
    if allocation.kind != Allocation.Kind.CREDIT:
        rows = list(
            Allocation.objects.select_for_update()
            .filter(
                project_id=allocation.project_id,
                bank_receipt_number=allocation.bank_receipt_number,
                voided_at__isnull=True,
            )
            .exclude(kind=Allocation.Kind.CREDIT)
        )
    for row in rows:
        row.voided_at = now()
        row.void_reason = reason.strip()
        row.save(update_fields=["voided_at", "void_reason"])
    record_event(
        actor=actor,
        action="allocation_void",
        target=allocation,
        project_id=allocation.project_id,
        changes={"amount": [str(allocation.amount), "作废"]},
        reason=reason,
    )
    touch_projects([allocation.project_id])
    return allocation


@transaction.atomic
def surplus_move(
    *,
    project,
    from_month_on: datetime.date,
    to_month_on: datetime.date,
    amount: Decimal,
    note: str,
    actor: Actor,
    scope=None,
) -> tuple[Allocation, Allocation]:
    """Move a surplus forward by a recorded act; never by itself.

    Errors: `not_forward`, `no_surplus` (requirement unknown or credits don't exceed it by the amount).
    """
    if to_month_on <= from_month_on:
        message = "结余只能转入以后的月份。"
        raise Refused("not_forward", message, {"to_month_on": message})
    periods = []
    for month in (from_month_on, to_month_on):
        period, _ = AllocationPeriod.objects.get_or_create(project=project, month_on=month.replace(day=1))
        periods.append(period.pk)
    locked = {
        period.pk: period
        for period in AllocationPeriod.objects.select_for_update(of=("self",)).filter(pk__in=periods).order_by("pk")
    }
    source, target = locked[periods[0]], locked[periods[1]]
    require_visible(source, scope, Permission.ALLOCATION_RECORD)
    day = today()
    facts = allocation_month_unscoped(source.pk)
    surplus = None if facts.required is None else facts.credited - facts.required
    if surplus is None or amount > surplus:
        known = "应拨付金额待定" if surplus is None else f"可转结余 {max(surplus, Decimal(0))} 元"
        message = f"{source.month_on:%Y-%m} {known}，不能转出 {amount} 元。"
        raise Refused("no_surplus", message, {"amount": message})
    count = Allocation.objects.filter(period=source, kind=Allocation.Kind.SURPLUS_OUT).count()
    number = f"结转-{source.month_on:%Y%m}-{target.month_on:%Y%m}-{count + 1}"
    common = {
        "project": project,
        "credited_on": day,
        "bank_receipt_number": number,
        "note": note,
        "recorded_by": actor.user,
    }
    out = Allocation.objects.create(period=source, kind=Allocation.Kind.SURPLUS_OUT, amount=-amount, **common)
    into = Allocation.objects.create(period=target, kind=Allocation.Kind.SURPLUS_IN, amount=amount, **common)
    record_event(
        actor=actor,
        action="surplus_move",
        target=into,
        project_id=project.pk,
        changes={
            "from": ["", f"{source.month_on:%Y-%m}"],
            "to": ["", f"{target.month_on:%Y-%m}"],
            "amount": ["", str(amount)],
        },
        reason=note,
    )
    touch_projects([project.pk])
    return out, into
