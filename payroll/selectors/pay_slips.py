"""What a worker's own pay page says beyond the line itself. Unscoped: the link is the proof."""

from payroll.models import BankCard, PayConfirmation, PayContest, Payout, PayoutFile, PayrollBatch, PayrollLine
from payroll.rules.contests import UNSETTLED
from payroll.rules.pay_slips import Attempt, SlipFacts
from payroll.selectors.batches import of_every_version
from payroll.selectors.payouts import is_settled_unscoped

State = Payout.State
REFUSED_BY_BANK = (State.FAILED, State.RETURNED)


def slip_facts_unscoped(confirmation: PayConfirmation, *, newer: bool, contest: PayContest | None = None) -> SlipFacts:
    """Where the worker's line stands; `newer` whether he stands in the sheet that replaced this one, `contest` his
    latest one of it."""
    batch, line = confirmation.batch, confirmation.line
    current = batch.status == PayrollBatch.Status.SUBMITTED and confirmation.state != PayConfirmation.State.VOID
    last = line.payouts.select_related("card", "file").order_by("-attempt").first()
    excepted = line.payout_exceptions.filter(lifted_at__isnull=True).first()
    return SlipFacts(
        status=batch.status,
        stage=batch.stage,
        newer=newer,
        replaced=not current and _replaced(batch),
        to_pay=line.net > 0,
        attempt=_attempt(last, line.card),
        excepted=excepted.get_kind_display() if excepted else "",
        settled=current and is_settled_unscoped(line),
        answer=confirmation.state,
        contest=contest.state if contest else "",
    )


def refused_card_unscoped(line: PayrollLine) -> BankCard | None:
    """The card to which the bank could not pay, last; None where the bank has refused none.

    A card that was replaced before any money was sent to it is not it.
    """
    last = line.payouts.filter(state__in=REFUSED_BY_BANK).select_related("card").order_by("-attempt").first()
    return last.card if last else None


def sheet_card_unscoped(line: PayrollLine) -> BankCard | None:
    """The card that the sheet named, before anybody replaced it."""
    first = line.card_changes.select_related("old_card").order_by("id").first()
    return first.old_card if first else line.card


def has_unsettled_unscoped(confirmation: PayConfirmation) -> bool:
    """Whether a contest of this line is still in dispute."""
    return confirmation.contests.filter(state__in=sorted(UNSETTLED)).exists()


def _attempt(payout: Payout | None, card: BankCard | None) -> Attempt | None:
    if payout is None:
        return None
    sent = payout.file.state in (PayoutFile.State.SENT, PayoutFile.State.SETTLED)
    other = card.last4 if card is not None and card.pk != payout.card_id else ""
    return Attempt(payout.state, sent, payout.card.last4, payout.paid_on, other)


def _replaced(batch: PayrollBatch) -> bool:
    return (
        PayrollBatch.objects.filter(**of_every_version(batch), status=PayrollBatch.Status.SUBMITTED)
        .exclude(pk=batch.pk)
        .exists()
    )
