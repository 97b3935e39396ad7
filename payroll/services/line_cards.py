"""The card that a line is paid to, after the bank has spoken: replaced, or said to be right all the same; the paper."""

from django.db import transaction

from payroll.models import BankCard, CardChange, Worker
from payroll.selectors.batches import may_act_on
from payroll.services.line_events import line_named
from payroll.services.payout_lines import hold_of, locked_line, require_open, require_reason
from payroll.services.pictures import picture_open, picture_store
from payroll.services.workers import turn_to_add_people
from responsibilities.rules.errors import NotAllowed, NotVisible, Refused
from responsibilities.rules.identifiers import is_luhn_valid, normalise_card
from responsibilities.rules.roles import Permission
from responsibilities.selectors.clock import now
from responsibilities.services import vault
from responsibilities.services.trail import Actor, record_event

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
    line, batch = locked_line(line_id, scope)
    require_open(line)
    digits = normalise_card(number)
    _require_own_card(digits, holder, line.worker)
    require_reason(reason, "请填写更换理由，例如“原卡已销户，工人提供新卡”。")
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
        }
        | line_named(line),
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
        changes={"sha256": ["", change.evidence.sha256]} | line_named(change.line),
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
    unfrozen): the line can be paid again. What the worker said of the card, or hasn't said yet, stays as it was, and
    so do the days that he is waited for: they run from when this card was first named.

    Errors: `under_way`, `not_refused`, `reason_missing`.
    """
    line, batch = locked_line(line_id, scope)
    require_open(line)
    if hold_of(line) != "card_refused":
        raise Refused("not_refused", "这一行没有因卡号或户名被银行退回而停发，不用确认原卡。")
    require_reason(reason, "请写明核实的情况，例如“银行已更正户名”或“工人已到银行解除冻结”。")
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
        }
        | line_named(line),
        reason=reason,
    )
    return kept


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
        changes=line_named(change.line),
    )
    return picture_open(change.evidence)


def _require_own_card(digits: str, holder: str, worker: Worker) -> None:
    """Everything that is wrong with the number and the holder at once."""
    wrong: dict[str, str] = {}
    if message := _wrong_number(digits):
        wrong["number"] = message
    if _plain(holder) != _plain(worker.name):
        wrong["holder"] = f"户名须与工人姓名“{worker.name}”一致。工资只能发到工人本人的银行卡，不得使用他人的卡。"
    if wrong:
        code = "card_invalid" if "number" in wrong else "holder_differs"
        raise Refused(code, next(iter(wrong.values())), wrong)


def _wrong_number(digits: str) -> str:
    if not (digits.isascii() and digits.isdigit() and SHORTEST_CARD <= len(digits) <= LONGEST_CARD):
        return f"银行卡号应为 {SHORTEST_CARD} 至 {LONGEST_CARD} 位数字，请对照银行卡填写。"
    if digits.startswith("62") and len(digits) >= 16 and not is_luhn_valid(digits):
        return "银行卡号校验不符，可能有数字输错。请对照银行卡改正。"
    return ""


def _plain(name: str) -> str:
    """A name without what differs between keyboards: spaces and kinds of middle dots."""
    return "".join(name.split()).translate({ord(dot): "·" for dot in "•．・‧∙"})
