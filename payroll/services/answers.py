"""What a worker does on the telephone: confirm, contest, withdraw, insist. No account; the link is the proof.

Each locks the batch first, then the confirmation, as every act of the flow does: a worker who confirms while the
sheet is being sent back either came before or is told that the sheet is being corrected.
"""

from dataclasses import dataclass

from django.db import transaction

from payroll.models import Channel, PayConfirmation, PayContest, PayrollBatch
from payroll.rules.contested import figures_of
from payroll.rules.contests import CONTEST_STEPS, SAY_WHAT, UNSETTLED, ContestAct, contest_may, says_nothing
from payroll.rules.pay_links import LinkKind
from payroll.selectors.declarations import whole_figure
from payroll.services.line_events import line_named
from payroll.services.pay_links import AGAIN_BY_CODE, AGAIN_BY_LINK, confirmation_of_token
from payroll.services.pictures import picture_store
from responsibilities.rules.errors import Refused
from responsibilities.selectors.clock import now, today
from responsibilities.services import vault
from responsibilities.services.touch import touch_projects
from responsibilities.services.trail import Actor, record_event

State = PayConfirmation.State
WORKER = "农民工"


@dataclass(frozen=True)
class Claim:
    """What a worker says is wrong. `phone` is sealed; `photo` are the bytes of a picture."""

    reason: str
    should_be: str = ""
    text: str = ""
    phone: str = ""
    photo: bytes = b""


@transaction.atomic
def pay_confirm(*, token: str, actor: Actor) -> PayConfirmation:
    """The worker says that days, amounts and card are right. Said again, it changes nothing.

    A contest that is still open ends with it: the worker agrees. Errors: `link_unknown`, `link_expired`,
    `sheet_replaced`. Basis: 724 art 31.
    """
    confirmation, link = confirmation_locked(token)
    if confirmation.state == State.CONFIRMED:
        return confirmation
    before = confirmation.get_state_display()
    for contest in _unsettled(confirmation):
        _move(contest, ContestAct.WITHDRAW)
    confirmation.state, confirmation.at = State.CONFIRMED, now()
    confirmation.channel = answer_channel(link)
    confirmation.origin = answer_origin(actor=actor)
    confirmation.save(update_fields=["state", "at", "channel", "origin"])
    _record(confirmation, "payroll.confirm", actor, {"state": [before, confirmation.get_state_display()]})
    return confirmation


@transaction.atomic
def contest_raise(*, token: str, claim: Claim, actor: Actor) -> PayContest:
    """The worker says what is wrong. One contest at a time, a few in all.

    Errors: `link_unknown`, `link_expired`, `sheet_replaced`, `contest_open`, `too_many_contests`, `say_what`.
    """
    confirmation, link = confirmation_locked(token)
    if _unsettled(confirmation):
        raise Refused("contest_open", "您已经提出过异议，正在处理。请先看答复，或者撤回后重新提出。")
    if confirmation.contests.count() >= whole_figure("pay_contests_most", today()):
        raise Refused("too_many_contests", "这个月的异议次数已经用完。请拨打告示牌上的投诉电话反映。")
    if says_nothing(claim.reason, claim.should_be, claim.text):
        raise Refused("say_what", SAY_WHAT, {"text": SAY_WHAT})
    photo = picture_store(claim.photo, name="异议照片", field="photo", private=True)[0] if claim.photo else None
    contest = PayContest.objects.create(
        batch_id=confirmation.batch_id,
        confirmation=confirmation,
        reason=claim.reason,
        should_be=claim.should_be,
        text=claim.text,
        phone_sealed=vault.seal_text(claim.phone, "phone") if claim.phone else None,
        phone_last4=claim.phone[-4:],
        photo=photo,
        channel=answer_channel(link),
        figures=figures_of(confirmation.line),
        raised_at=now(),
    )
    confirmation.state, confirmation.at, confirmation.channel = State.CONTESTED, contest.raised_at, contest.channel
    confirmation.origin = answer_origin(actor=actor)
    confirmation.save(update_fields=["state", "at", "channel", "origin"])
    _record(confirmation, "payroll.contest", actor, {"reason": ["", contest.get_reason_display()]}, target=contest)
    touch_projects([confirmation.batch.project_id])
    return contest


@transaction.atomic
def contest_withdraw(*, token: str, actor: Actor) -> PayContest:
    """The worker takes the contest back; the pay waits for a confirmation again."""
    confirmation, _link = confirmation_locked(token)
    contest = _one(confirmation, ContestAct.WITHDRAW)
    _move(contest, ContestAct.WITHDRAW)
    confirmation.state, confirmation.at, confirmation.channel = State.PENDING, None, ""
    confirmation.save(update_fields=["state", "at", "channel"])
    _record(confirmation, "payroll.contest_withdraw", actor, {"state": ["", contest.get_state_display()]}, contest)
    return contest


@transaction.atomic
def contest_insist(*, token: str, actor: Actor) -> PayContest:
    """The answer doesn't satisfy the worker: the contest is open again, and 人社 sees it first."""
    confirmation, _link = confirmation_locked(token)
    contest = _one(confirmation, ContestAct.INSIST)
    _move(contest, ContestAct.INSIST)
    _record(confirmation, "payroll.contest_insist", actor, {"state": ["", contest.get_state_display()]}, contest)
    touch_projects([confirmation.batch.project_id])
    return contest


def confirmation_locked(token: str) -> tuple[PayConfirmation, object]:
    """What a worker answers, with the batch locked first; and the link that he came by. Raises as the acts say."""
    confirmation, link = confirmation_of_token(token)
    batch = PayrollBatch.objects.select_for_update(of=("self",)).get(pk=confirmation.batch_id)
    row = PayConfirmation.objects.select_for_update(of=("self",)).select_related("line__card").get(pk=confirmation.pk)
    row.batch = batch
    if row.state == State.VOID or batch.status != PayrollBatch.Status.SUBMITTED:
        again = AGAIN_BY_CODE if link.kind == LinkKind.SITE_VISIT else AGAIN_BY_LINK
        raise Refused("sheet_replaced", f"这份工资表正在更正，请稍后{again}，按更正后的金额确认。")
    return row, link


def _unsettled(confirmation: PayConfirmation) -> list[PayContest]:
    return list(confirmation.contests.select_for_update().filter(state__in=sorted(UNSETTLED)).order_by("id"))


def _one(confirmation: PayConfirmation, act: ContestAct) -> PayContest:
    # One that was taken up is the worker's to reopen as long as he hasn't agreed to what came of it.
    disputed = confirmation.state == State.CONTESTED
    known = confirmation.contests.select_for_update().order_by("-id")
    found = [one for one in known if contest_may(act, one.state) and (disputed or one.state in UNSETTLED)]
    if not found:
        raise Refused("no_contest", "没有可以办理的异议。请刷新页面查看最新的情况。")
    return found[0]


def _move(contest: PayContest, act: ContestAct) -> None:
    contest.state = CONTEST_STEPS[act].target
    contest.version += 1
    if act == ContestAct.INSIST:
        contest.insisted_at, contest.closed_at = now(), None
    else:
        contest.closed_at = now()
    contest.save(update_fields=["state", "version", "insisted_at", "closed_at"])


def answer_channel(link) -> str:
    """How the worker came: by his own link or through the site's code."""
    return Channel.SITE if link.kind == LinkKind.SITE_VISIT else Channel.LINK


def answer_origin(*, actor: Actor) -> bytes | None:
    """The same for answers from one telephone behind one address; neither can be read from it."""
    return vault.blind_index(f"{actor.ip}\n{actor.user_agent}", "origin") if actor.ip else None


def _record(confirmation: PayConfirmation, action: str, actor: Actor, changes: dict, target=None) -> None:
    record_event(
        actor=actor,
        action=action,
        target=target or confirmation,
        project_id=confirmation.batch.project_id,
        changes=changes | line_named(confirmation.line),
    )
