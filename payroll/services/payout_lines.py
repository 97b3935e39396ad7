"""Single lines after the bank has spoken: a card replaced, a reason recorded why one can't be paid, money returned."""

import datetime

from django.db import transaction

from payroll.models import (
    BankCard,
    BatchAct,
    CardChange,
    LeaverSettlement,
    Payout,
    PayoutException,
    PayoutFile,
    PayrollBatch,
    PayrollLine,
)
from payroll.rules.stages import Act
from payroll.selectors.batches import may_act_on
from payroll.selectors.payouts import open_lines_unscoped, standing_of
from payroll.services.payout_files import batch_lock, require_stage
from payroll.services.pictures import picture_open, picture_store
from payroll.services.workers import turn_to_add_people
from responsibilities.rules.errors import NotAllowed, NotVisible, Refused
from responsibilities.rules.identifiers import is_luhn_valid, normalise_card
from responsibilities.rules.roles import Permission
from responsibilities.selectors.clock import now, today
from responsibilities.services import vault
from responsibilities.services.touch import touch_projects
from responsibilities.services.trail import Actor, record_event

State = Payout.State
LIVE = (State.PENDING, State.PAID)
SHORTEST_CARD, LONGEST_CARD = 12, 19


@transaction.atomic
def card_replace(
    *,
    line_id: int,
    number: str,
    holder: str,
    bank_name: str,
    reason: str,
    evidence: bytes | None = None,
    actor: Actor,
    scope=None,
) -> CardChange:
    """Replace the card of a line that isn't paid and isn't under way; what was there stays on record.

    Only the worker's own card (724 art 31): the holder's name is the worker's, and the card is nobody else's; and the
    worker is asked to say so himself (`payroll.services.card_answers`). The same number with another bank corrects the
    bank, and asks nobody; what the worker was asked or said of that card stays as it was. Errors: `under_way`,
    `card_invalid`, `holder_differs`, `card_of_other`, `same_card`, `reason_missing`, `picture_refused`.
    """
    line, batch = _locked_line(line_id, scope)
    _require_open(line)
    digits = normalise_card(number)
    _check_number(digits)
    if _plain(holder) != _plain(line.worker.name):
        message = f"户名须与工人姓名“{line.worker.name}”一致。工资只能发到工人本人的银行卡，不得使用他人的卡。"
        raise Refused("holder_differs", message, {"holder": message})
    _require_reason(reason, "请填写更换理由，例如“原卡已销户，工人提供新卡”。")
    index = vault.blind_index(digits, "bank_card")
    owner = (
        BankCard.objects.filter(number_index=index).exclude(worker_id=line.worker_id).select_related("worker").first()
    )
    if owner is not None:
        message = "这张卡已登记在其他工人名下，不能用来发这名工人的工资。请核对卡号，或请工人提供本人的银行卡。"
        raise Refused("card_of_other", message, {"number": message})
    old, bank = line.card, bank_name.strip()[:80]
    same = old is not None and bytes(old.number_index) == index and (not bank or old.bank_name == bank)
    asked = line.card_changes.order_by("-id").first()
    if same and evidence and asked is not None and asked.state == CardChange.State.WAITING and not asked.evidence_id:
        return _paper_added(asked, evidence, actor)
    if same:
        message = "卡号和开户行都与原来相同，没有更改。经核实原卡无误的，在“原卡无误”里写明理由。"
        raise Refused("same_card", message, {"number": message})
    turn_to_add_people()
    card, _ = BankCard.objects.get_or_create(
        worker_id=line.worker_id,
        number_index=index,
        defaults={"number_sealed": vault.seal_text(digits, "bank_card"), "last4": digits[-4:], "bank_name": bank},
    )
    if bank and card.bank_name != bank:
        card.bank_name = bank
        card.save(update_fields=["bank_name"])
    line.card = card
    line.save(update_fields=["card"])
    bank_only = old is not None and old.pk == card.pk
    line.card_changes.filter(state=CardChange.State.WAITING).update(state=CardChange.State.REPLACED)
    paper = picture_store(evidence, name="换卡证明", field="evidence", scan=True, private=True)[0] if evidence else None
    change = CardChange(
        line=line,
        old_card=old,
        new_card=card,
        reason=reason.strip()[:200],
        changed_by=actor.user,
        changed_at=now(),
        state=CardChange.State.NOT_ASKED if bank_only else CardChange.State.WAITING,
    )
    if bank_only:
        _word_kept(change, asked)
    change.evidence = paper or change.evidence
    change.save()
    record_event(
        actor=actor,
        action="payout.card",
        target=line.worker,
        project_id=batch.project_id,
        changes={
            "bank_card": [f"尾号 {old.last4}" if old else "", f"尾号 {card.last4}"],
            "bank_name": [old.bank_name if old else "", card.bank_name],
            "batch": ["", str(batch.pk)],
            "row": ["", str(line.row)],
        },
        reason=reason,
    )
    return change


def _paper_added(change: CardChange, evidence: bytes, actor: Actor) -> CardChange:
    """The same card with the paper that was missing: the change waits on, from its own day."""
    change.evidence = picture_store(evidence, name="换卡证明", field="evidence", scan=True, private=True)[0]
    change.save(update_fields=["evidence"])
    record_event(
        actor=actor,
        action="payout.card_paper",
        target=change.line.worker,
        project_id=change.line.batch.project_id,
        changes={"sha256": ["", change.evidence.sha256], "row": ["", str(change.line.row)]},
    )
    return change


def _word_kept(change: CardChange, asked: CardChange | None) -> None:
    """What the worker was asked or said of the same card before, with the paper behind it, holds for the change."""
    if asked is None or asked.new_card_id != change.new_card_id:
        return
    change.state, change.answered_at = asked.state, asked.answered_at
    change.channel, change.origin, change.evidence = asked.channel, asked.origin, asked.evidence


@transaction.atomic
def card_keep(*, line_id: int, reason: str, actor: Actor, scope=None) -> CardChange:
    """Say with a reason that the card which the bank refused is right (the bank corrected the name, the card was
    unfrozen): the line can be paid again. What the worker said of the card, or hasn't said yet, stays as it was.

    Errors: `under_way`, `not_refused`, `reason_missing`.
    """
    line, batch = _locked_line(line_id, scope)
    _require_open(line)
    if _hold_of(line, batch) != "card_refused":
        raise Refused("not_refused", "这一行没有因卡号或户名被银行退回而停发，不用确认原卡。")
    _require_reason(reason, "请写明核实的情况，例如“银行已更正户名”或“工人已到银行解除冻结”。")
    asked = line.card_changes.order_by("-id").first()
    line.card_changes.filter(state=CardChange.State.WAITING).update(state=CardChange.State.REPLACED)
    kept = CardChange(
        line=line,
        old_card=line.card,
        new_card=line.card,
        reason=reason.strip()[:200],
        changed_by=actor.user,
        changed_at=now(),
    )
    _word_kept(kept, asked)
    kept.save()
    record_event(
        actor=actor,
        action="payout.card_keep",
        target=line.worker,
        project_id=batch.project_id,
        changes={
            "bank_card": ["", f"尾号 {line.card.last4}"],
            "batch": ["", str(batch.pk)],
            "row": ["", str(line.row)],
        },
        reason=reason,
    )
    return kept


@transaction.atomic
def exception_record(*, line_id: int, kind: str, reason: str, actor: Actor, scope=None) -> PayoutException:
    """Record why a line can't be paid now. It stays visibly unpaid, and the batch may be finished without it.

    Cash is never a way out (724 art 31). Errors: `under_way`, `unknown_kind`, `reason_missing`.
    """
    line, batch = _locked_line(line_id, scope)
    known = line.payout_exceptions.filter(lifted_at__isnull=True).first()
    if known is not None:
        return known
    _require_open(line)
    if kind not in PayoutException.Kind.values:
        message = "请选择不能发放的情形。"
        raise Refused("unknown_kind", message, {"kind": message})
    _require_reason(reason, "请写明情况，例如“工人 10 月 8 日病故，家属正在办理继承公证”。")
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
            "batch": ["", str(batch.pk)],
            "row": ["", str(line.row)],
        },
        reason=reason,
    )
    batch_finish(batch=batch, actor=actor)
    touch_projects([batch.project_id])
    return found


@transaction.atomic
def exception_lift(*, line_id: int, actor: Actor, scope=None) -> PayoutException:
    """Say that what kept the worker from being paid is over: the line can be paid again, a finished batch reopens."""
    line, batch = _locked_line(line_id, scope)
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
        changes={"kind": [found.get_kind_display(), ""], "batch": ["", str(batch.pk)], "row": ["", str(line.row)]},
    )
    batch_reopen(batch=batch, actor=actor, reason=f"第 {line.row} 行解除暂不能发放的登记")
    touch_projects([batch.project_id])
    return found


@transaction.atomic
def settled_release(*, line_id: int, reason: str, actor: Actor, scope=None) -> PayoutException:
    """Say why a line is paid although its worker's settlement was: its pay isn't in it. Kept as an exception
    that is recorded and lifted at the same moment, by which `selectors.payouts` knows it.

    Errors: `under_way`, `not_settled`, `reason_missing`.
    """
    line, batch = _locked_line(line_id, scope)
    _require_open(line)
    if _hold_of(line, batch) != "settled":
        raise Refused("not_settled", "这一行没有因退场结算已付清而停发，不用解除。")
    _require_reason(reason, "请写明理由，例如“结算单只包含 11 月工资，10 月工资仍随批发放”。")
    return _released(line, batch, reason, actor)


@transaction.atomic
def payout_return(*, line_id: int, returned_on: datetime.date, reason: str, actor: Actor, scope=None) -> Payout:
    """The bank gave back money that was paid (退汇): the line is unpaid again and can be sent anew; so it is too where
    a leaver's settlement was paid meanwhile that counted it as paid, and so didn't pay it. Errors: `not_paid`, `reason_missing`, `date_impossible`.
    """
    line, batch = _locked_line(line_id, scope)
    paid = line.payouts.filter(state=State.PAID).first()
    if paid is None:
        raise Refused("not_paid", "这一行没有已发放的记录，不能登记退汇。")
    if not paid.paid_on <= returned_on <= today():
        message = f"退汇日期应在发放日期 {paid.paid_on} 之后、今天之前，请按银行回单填写。"
        raise Refused("date_impossible", message, {"returned_on": message})
    _require_reason(reason, "请填写银行退汇的原因，例如“账户状态异常，退汇”。")
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
            "batch": ["", str(batch.pk)],
            "row": ["", str(line.row)],
        },
        reason=reason,
    )
    if _counted_as_paid(line, batch):
        _released(line, batch, "退汇：退场结算把这一笔计为已支付，结算款里没有它", actor)
    batch_reopen(batch=batch, actor=actor, reason=f"第 {line.row} 行退汇")
    touch_projects([batch.project_id])
    return paid


def _counted_as_paid(line: PayrollLine, batch: PayrollBatch) -> bool:
    """Whether a line that just came back is held by a settlement that counted it as paid: it was paid when the settlement
    was. Who said that less was paid than the payrolls show may have meant this line, so a person decides.
    """
    held = next((one.settled_stay_id for one in open_lines_unscoped(batch.pk) if one.pk == line.pk), None)
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
        changes={"net": ["", str(line.net)], "batch": ["", str(batch.pk)], "row": ["", str(line.row)]},
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


def _locked_line(line_id: int, scope) -> tuple[PayrollLine, PayrollBatch]:
    batch_id = PayrollLine.objects.filter(pk=line_id).values_list("batch_id", flat=True).first()
    if batch_id is None:
        raise NotVisible("没有找到这一行工资，或者它不在您的管辖范围内。")
    batch = batch_lock(batch_id, scope)
    require_stage(batch, Act.REOPEN if batch.stage == PayrollBatch.Stage.PAID else Act.PAY_OUT)
    return PayrollLine.objects.select_related("worker", "card").get(pk=line_id), batch


def _require_open(line: PayrollLine) -> None:
    live = line.payouts.filter(state__in=LIVE).first()
    if live is None:
        return
    if live.state == State.PAID:
        raise Refused("under_way", f"这一行已于 {live.paid_on} 发放，不能更改。银行退汇的，请先登记退汇。")
    raise Refused(
        "under_way", "这一行正在等待银行结果，不能更改。未送银行的代发文件可以先作废；已送的，请先登记银行回执。"
    )


def _require_reason(reason: str, message: str) -> None:
    if not reason.strip():
        raise Refused("reason_missing", message, {"reason": message})


def _check_number(digits: str) -> None:
    message = ""
    if not (digits.isascii() and digits.isdigit() and SHORTEST_CARD <= len(digits) <= LONGEST_CARD):
        message = f"银行卡号应为 {SHORTEST_CARD} 至 {LONGEST_CARD} 位数字，请对照银行卡填写。"
    elif digits.startswith("62") and len(digits) >= 16 and not is_luhn_valid(digits):
        message = "银行卡号校验不符，可能有数字输错。请对照银行卡改正。"
    if message:
        raise Refused("card_invalid", message, {"number": message})


def _plain(name: str) -> str:
    """A name without what differs between keyboards: spaces and kinds of middle dots."""
    return "".join(name.split()).translate({ord(dot): "·" for dot in "•．・‧∙"})


@transaction.atomic
def evidence_open(*, change_id: int, actor: Actor, scope=None) -> tuple[bytes, str]:
    """(bytes, media type) of the paper behind a changed card; it shows a card in full, so each look is an event."""
    change = CardChange.objects.select_related("line__batch", "line__worker", "evidence").filter(pk=change_id).first()
    if change is None or change.evidence is None or not may_act_on(scope, change.line.batch, Permission.PAYROLL_VIEW):
        raise NotVisible()
    if not may_act_on(scope, change.line.batch, Permission.PAYROLL_REVEAL):
        raise NotAllowed("您的岗位不能查看完整的银行卡号。")
    record_event(
        actor=actor,
        action="payout.evidence",
        target=change.line.worker,
        project_id=change.line.batch.project_id,
        changes={"batch": ["", str(change.line.batch_id)], "row": ["", str(change.line.row)]},
    )
    return picture_open(change.evidence)


def _hold_of(line: PayrollLine, batch: PayrollBatch) -> str:
    """What holds an open line back just now, nothing where it can be paid."""
    return next((one.hold for one in open_lines_unscoped(batch.pk) if one.pk == line.pk), "")
