"""The worker's word on a card that was replaced after the bank refused the old one: mine, or not mine."""

from django.db import transaction

from payroll.models import CardChange, PayContest
from payroll.rules.contests import UNSETTLED
from payroll.services.answers import (
    Claim,
    answer_channel,
    answer_origin,
    confirmation_locked,
    contest_raise,
    contest_withdraw,
)
from payroll.services.line_events import line_named
from responsibilities.rules.errors import Refused
from responsibilities.selectors.clock import now
from responsibilities.services.touch import touch_projects
from responsibilities.services.trail import Actor, record_event

State = CardChange.State
ASKED = (State.WAITING, State.DENIED)


@transaction.atomic
def card_confirm(*, token: str, actor: Actor) -> CardChange:
    """The worker says that the new card is his own; a "not mine" said before by mistake is taken back with its contest.

    Said again, it changes nothing. Errors: `link_unknown`, `link_expired`, `sheet_replaced`, `no_card_change`.
    """
    change = _answer(token, State.CONFIRMED, actor)
    if _unsettled(change).filter(reason=PayContest.Reason.NOT_MY_CARD).exists():
        contest_withdraw(token=token, actor=actor)
    return change


@transaction.atomic
def card_deny(*, token: str, actor: Actor) -> CardChange:
    """The worker says that the new card isn't his: nothing goes to it, and a contest tells employer and 人社.

    Errors: `link_unknown`, `link_expired`, `sheet_replaced`, `no_card_change`. Basis: 724 art 31.
    """
    change = _answer(token, State.DENIED, actor)
    if not _unsettled(change).exists():
        claim = Claim(
            reason=PayContest.Reason.NOT_MY_CARD, text=f"更换后的工资卡（尾号 {change.new_card.last4}）不是我的。"
        )
        contest_raise(token=token, claim=claim, actor=actor)
    return change


def _unsettled(change: CardChange):
    return PayContest.objects.filter(confirmation__line_id=change.line_id, state__in=sorted(UNSETTLED))


def _answer(token: str, state: str, actor: Actor) -> CardChange:
    confirmation, link = confirmation_locked(token)
    change = (
        CardChange.objects.select_for_update(of=("self",))
        .filter(line_id=confirmation.line_id)
        .select_related("new_card", "line__worker")
        .order_by("-id")
        .first()
    )
    if change is not None and change.state == state:
        return change
    if change is None or change.state not in ASKED:
        raise Refused("no_card_change", "没有需要您核对的银行卡。请刷新页面查看最新的情况。")
    before = change.get_state_display()
    change.state, change.answered_at = state, now()
    change.channel, change.origin = answer_channel(link), answer_origin(actor=actor)
    change.save(update_fields=["state", "answered_at", "channel", "origin"])
    record_event(
        actor=actor,
        action="payout.card_answer",
        target=change.line.worker,
        project_id=confirmation.batch.project_id,
        changes={
            "state": [before, change.get_state_display()],
            "bank_card": ["", f"尾号 {change.new_card.last4}"],
        }
        | line_named(change.line),
    )
    touch_projects([confirmation.batch.project_id])
    return change
