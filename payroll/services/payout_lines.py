"""Single lines after the bank has spoken: a reason recorded why one can't be paid, a settlement's hold, money
returned.
"""

import datetime

from django.db import transaction

from payroll.models import (
    BatchAct,
    LeaverSettlement,
    Payout,
    PayoutException,
    PayoutFile,
    PayrollBatch,
    PayrollLine,
)
from payroll.rules.stages import Act
from payroll.selectors.payouts import open_line_unscoped, standing_of
from payroll.services.line_events import line_named
from payroll.services.payout_files import batch_lock, require_stage
from responsibilities.rules.errors import NotVisible, Refused
from responsibilities.selectors.clock import now, today
from responsibilities.services.touch import touch_projects
from responsibilities.services.trail import Actor, record_event

State = Payout.State
LIVE = (State.PENDING, State.PAID)


@transaction.atomic
def exception_record(*, line_id: int, kind: str, reason: str, actor: Actor, scope=None) -> PayoutException:
    """Record why a line can't be paid now. It stays visibly unpaid, and the batch may be finished without it.

    Cash is never a way out (724 art 31). Errors: `under_way`, `unknown_kind`, `reason_missing`.
    """
    line, batch = locked_line(line_id, scope)
    known = line.payout_exceptions.filter(lifted_at__isnull=True).first()
    if known is not None:
        return known
    require_open(line)
    if kind not in PayoutException.Kind.values:
        message = "请选择不能发放的情形。"
        raise Refused("unknown_kind", message, {"kind": message})
    require_reason(reason, "请写明情况，例如“工人 10 月 8 日病故，家属正在办理继承公证”。")
    found = PayoutException.objects.create(
        line=line, kind=kind, reason=reason.strip()[:200], recorded_by=actor.user, recorded_at=now()
    )
    record_event(
        actor=actor,
        action="payout.exception",
        target=line.worker,
        project_id=batch.project_id,
        changes={
            "kind": ["", found.get_kind_display()],
            "net": ["", str(line.net)],
        }
        | line_named(line),
        reason=reason,
    )
    batch_finish(batch=batch, actor=actor)
    touch_projects([batch.project_id])
    return found


@transaction.atomic
def exception_lift(*, line_id: int, actor: Actor, scope=None) -> PayoutException:
    """Say that what kept the worker from being paid is over: the line can be paid again, a finished batch reopens."""
    line, batch = locked_line(line_id, scope)
    found = line.payout_exceptions.filter(lifted_at__isnull=True).first()
    if found is None:
        raise Refused("no_exception", "这一行没有登记为暂不能发放，不用解除。")
    found.lifted_by, found.lifted_at = actor.user, now()
    found.save(update_fields=["lifted_by", "lifted_at"])
    record_event(
        actor=actor,
        action="payout.exception_lift",
        target=line.worker,
        project_id=batch.project_id,
        changes={"kind": [found.get_kind_display(), ""]} | line_named(line),
    )
    batch_reopen(batch=batch, actor=actor, reason=f"{line.row_words}解除暂不能发放的登记")
    touch_projects([batch.project_id])
    return found


@transaction.atomic
def settled_release(*, line_id: int, reason: str, actor: Actor, scope=None) -> PayoutException:
    """Say why a line is paid although its worker's settlement was: its pay isn't in it. Kept as an exception
    that is recorded and lifted at the same moment, by which `selectors.payouts` knows it.

    Errors: `under_way`, `not_settled`, `reason_missing`.
    """
    line, batch = locked_line(line_id, scope)
    require_open(line)
    if hold_of(line) != "settled":
        raise Refused("not_settled", "这一行没有因退场结算已付清而停发，不用解除。")
    require_reason(reason, "请写明理由，例如“结算单只包含 11 月工资，10 月工资仍随批发放”。")
    return _released(line, batch, reason, actor)


@transaction.atomic
def payout_return(*, line_id: int, returned_on: datetime.date, reason: str, actor: Actor, scope=None) -> Payout:
    """The bank gave back money that was paid (退汇): the line is unpaid again and can be sent anew; so it is too where
    a leaver's settlement was paid meanwhile that counted it as paid, and so didn't pay it.

    Errors: `not_paid`, `reason_missing`, `date_impossible`.
    """
    line, batch = locked_line(line_id, scope)
    paid = line.payouts.filter(state=State.PAID).first()
    if paid is None:
        raise Refused("not_paid", "这一行没有已发放的记录，不能登记退汇。")
    if not paid.paid_on <= returned_on <= today():
        message = f"退汇日期应在发放日期 {paid.paid_on} 之后、今天之前，请按银行回单填写。"
        raise Refused("date_impossible", message, {"returned_on": message})
    require_reason(reason, "请填写银行退汇的原因，例如“账户状态异常，退汇”。")
    paid.state, paid.bank_message, paid.settled_at = State.RETURNED, reason.strip()[:200], now()
    paid.save(update_fields=["state", "bank_message", "settled_at"])
    record_event(
        actor=actor,
        action="payout.return",
        target=line.worker,
        project_id=batch.project_id,
        changes={
            "state": [State.PAID.label, State.RETURNED.label],
            "amount": ["", str(paid.amount)],
            "returned_on": ["", str(returned_on)],
        }
        | line_named(line),
        reason=reason,
    )
    if _counted_as_paid(line):
        _released(line, batch, "退汇：退场结算把这一笔计为已支付，结算款里没有它", actor)
    batch_reopen(batch=batch, actor=actor, reason=f"{line.row_words}退汇")
    touch_projects([batch.project_id])
    return paid


def _counted_as_paid(line: PayrollLine) -> bool:
    """Whether a line that just came back is held by a settlement that counted it as paid: it was paid when the
    settlement was. Who said that less was paid than the payrolls show may have meant this line, so a person decides.
    """
    waits = open_line_unscoped(line)
    held = waits.settled_stay_id if waits else None
    if held is None:
        return False
    settlement = LeaverSettlement.objects.get(stay_id=held)
    return settlement.paid_counted is not None and settlement.paid >= settlement.paid_counted


def _released(line: PayrollLine, batch: PayrollBatch, reason: str, actor: Actor) -> PayoutException:
    at = now()
    found = PayoutException.objects.create(
        line=line,
        kind=PayoutException.Kind.SETTLED,
        reason=reason.strip()[:200],
        recorded_by=actor.user,
        recorded_at=at,
        lifted_by=actor.user,
        lifted_at=at,
    )
    record_event(
        actor=actor,
        action="payout.settled_release",
        target=line.worker,
        project_id=batch.project_id,
        changes={"net": ["", str(line.net)]} | line_named(line),
        reason=reason,
    )
    return found


def batch_finish(*, batch: PayrollBatch, actor: Actor) -> bool:
    """PAID once every line is paid or recorded as an exception; call with the batch locked."""
    if batch.stage != PayrollBatch.Stage.PAYING:
        return False
    standing = standing_of(batch)
    if not standing.settled:
        return False
    batch.stage = PayrollBatch.Stage.PAID
    batch.version += 1
    batch.save(update_fields=["stage", "version"])
    facts = {"paid": standing.paid, "paid_net": str(standing.paid_net), "excepted": standing.excepted}
    BatchAct.objects.create(batch=batch, act=BatchAct.Act.PAID, by=actor.user, at=now(), facts=facts)
    record_event(
        actor=actor,
        action="payroll.paid",
        target=batch,
        project_id=batch.project_id,
        changes={"stage": ["发放中", "已发放"]} | {name: ["", str(value)] for name, value in facts.items()},
    )
    return True


def batch_reopen(*, batch: PayrollBatch, actor: Actor, reason: str) -> None:
    """A finished batch has something to pay again; call with the batch locked."""
    if batch.stage != PayrollBatch.Stage.PAID:
        return
    batch.stage = PayrollBatch.Stage.PAYING
    batch.version += 1
    batch.save(update_fields=["stage", "version"])
    BatchAct.objects.create(batch=batch, act=BatchAct.Act.REOPEN, by=actor.user, at=now(), reason=reason)


def files_settle(file_ids) -> None:
    """Files of which nothing is under way any more are settled; call with the batch locked."""
    PayoutFile.objects.filter(pk__in=file_ids, state__in=(PayoutFile.State.MADE, PayoutFile.State.SENT)).exclude(
        payouts__state=State.PENDING
    ).update(state=PayoutFile.State.SETTLED)


def locked_line(line_id: int, scope) -> tuple[PayrollLine, PayrollBatch]:
    """A line with worker and card, and its batch, locked; in the hands of somebody who pays on it."""
    batch_id = PayrollLine.objects.filter(pk=line_id).values_list("batch_id", flat=True).first()
    if batch_id is None:
        raise NotVisible("没有找到这一行工资，或者它不在您的管辖范围内。")
    batch = batch_lock(batch_id, scope)
    require_stage(batch, Act.REOPEN if batch.stage == PayrollBatch.Stage.PAID else Act.PAY_OUT)
    line = PayrollLine.objects.select_related("worker", "card").get(pk=line_id)
    line.batch = batch
    return line, batch


def require_open(line: PayrollLine) -> None:
    """Refuse (`under_way`) what concerns a line that is paid or waits for a bank's answer."""
    live = line.payouts.filter(state__in=LIVE).first()
    if live is None:
        return
    if live.state == State.PAID:
        raise Refused("under_way", f"这一行已于 {live.paid_on} 发放，不能更改。银行退汇的，请先登记退汇。")
    raise Refused(
        "under_way", "这一行正在等待银行结果，不能更改。未送银行的代发文件可以先作废；已送的，请先登记银行回执。"
    )


def require_reason(reason: str, message: str) -> None:
    """Refuse (`reason_missing`) an act without a reason."""
    if not reason.strip():
        raise Refused("reason_missing", message, {"reason": message})


def hold_of(line: PayrollLine) -> str:
    """What holds an open line back just now, nothing where it can be paid."""
    found = open_line_unscoped(line)
    return found.hold if found else ""
