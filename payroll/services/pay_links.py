"""Personal links and site codes: made from a row's key, and what they open.

Whoever holds a personal link sees one person's pay on one project, answers for that person, and nothing else.
A link ends some days after the submission (`pay_link_days`); one that came through the site's code after
minutes (`pay_visit_minutes`), because it may be opened on somebody else's telephone.
"""

import datetime
from dataclasses import dataclass, field

from payroll.models import BankCard, CardChange, PayConfirmation, PayContest, PayrollBatch, PayrollLine, SiteCode
from payroll.rules.contested import Held, figures_of, held_against
from payroll.rules.contests import ContestState
from payroll.rules.pay_links import Link, LinkKind, link_of, link_text
from payroll.rules.pay_slips import SlipFacts, contest_closed, standing
from payroll.selectors.confirmations import (
    confirmation_by_key_unscoped,
    contests_of_month_unscoped,
    own_months_unscoped,
)
from payroll.selectors.declarations import whole_figure
from payroll.selectors.pay_slips import (
    has_unsettled_unscoped,
    refused_card_unscoped,
    sheet_card_unscoped,
    slip_facts_unscoped,
)
from responsibilities.rules.errors import Refused
from responsibilities.selectors.clock import SHANGHAI, now
from responsibilities.services import vault

Status = PayrollBatch.Status


class LinkEnded(Refused):
    """A link that was good once (HTTP 410)."""

    def __init__(self):
        super().__init__(
            "link_expired", "这个链接已经过期。请扫描工地维权告示牌上的二维码重新查询，或者向劳资专管员要新的工资条。"
        )


class LinkUnknown(Refused):
    """Not a link of ours, or of nobody (HTTP 404). Which of the two is not told."""

    def __init__(self):
        super().__init__(
            "link_unknown", "没有找到对应的工资条。请检查链接是否完整，或者扫描工地维权告示牌上的二维码重新查询。"
        )


AGAIN_BY_LINK, AGAIN_BY_CODE = "再打开这个链接", "再扫一次告示牌上的二维码"


@dataclass
class PaySlip:
    """What one worker sees: his own pay of one month, what he said of it, and his other months here."""

    confirmation: PayConfirmation
    token: str
    visit: bool
    ends_on: datetime.date
    employer: str
    contest: PayContest | None
    said: PayContest | None = None  # of another version of this month's sheet, to read only
    now: PayrollLine | None = None  # his line in the sheet that counts now
    months: list = field(default_factory=list)
    card_change: CardChange | None = None  # the latest, where the worker is asked or has said something
    newer: str = ""  # the token of the version that replaced this one
    facts: SlipFacts | None = None
    closed: str = ""  # why he can't contest here
    refused_card: BankCard | None = None  # the bank could not pay to it; only with `card_change`
    sheet_card: BankCard | None = None  # what the sheet named; only with `card_change`

    @property
    def line(self):
        return self.confirmation.line

    @property
    def batch(self):
        return self.confirmation.batch

    @property
    def project(self):
        return self.confirmation.batch.project

    @property
    def changed(self) -> list[Held]:
        """What of his pay was put right since he contested it."""
        contest, line = (self.said, self.now) if self.said else (self.contest, self.line)
        if contest is None or line is None:
            return []
        return [one for one in held_against(contest.figures, figures_of(line)) if one.differs]

    @property
    def again(self) -> str:
        """How he comes back to this page: the link of a visit by the site's code ends in a while."""
        return AGAIN_BY_CODE if self.visit else AGAIN_BY_LINK

    @property
    def stands(self) -> str:
        """Where the worker's own pay stands, in words."""
        return standing(self.facts)

    @property
    def paid(self) -> bool:
        """Whether the bank has paid this line."""
        return self.facts.attempt is not None and self.facts.attempt.state == "paid"


def pay_token(key) -> str:
    """The token of a worker's own link; for printing and for whoever may hand it out."""
    return link_text(LinkKind.PAY, key, _digest)


def visit_token(key) -> str:
    """A token that ends in a while, for whoever was found through the site's code."""
    minutes = whole_figure("pay_visit_minutes", now().date())
    return link_text(LinkKind.SITE_VISIT, key, _digest, int(now().timestamp()) // 60 + minutes)


def site_token(code: SiteCode) -> str:
    """The token on a project's poster."""
    return link_text(LinkKind.SITE, code.key, _digest)


def site_of_token(token: str) -> SiteCode:
    """The project's code behind a poster; raises LinkUnknown."""
    link = link_of(token, _digest)
    code = None
    if link is not None and link.kind == LinkKind.SITE:
        code = SiteCode.objects.select_related("project__area").filter(key=link.key).first()
    if code is None:
        raise LinkUnknown()
    return code


def confirmation_of_token(token: str) -> tuple[PayConfirmation, Link]:
    """The confirmation that a personal link opens; raises LinkUnknown or LinkEnded."""
    link = link_of(token, _digest)
    if link is None or link.kind == LinkKind.SITE:
        raise LinkUnknown()
    confirmation = confirmation_by_key_unscoped(link.key)
    if confirmation is None:
        raise LinkUnknown()
    if now() > _end(confirmation, link):
        raise LinkEnded()
    return confirmation, link


def pay_slip_open(token: str) -> PaySlip:
    """Everything on the worker's page. The first look is kept: the slip was handed out then (724 art 15)."""
    confirmation, link = confirmation_of_token(token)
    if confirmation.seen_at is None and confirmation.state != PayConfirmation.State.VOID:
        PayConfirmation.objects.filter(pk=confirmation.pk, seen_at__isnull=True).update(seen_at=now())
    months = own_months_unscoped(confirmation)
    newer = next((month for month in months if month.batch.version_key == confirmation.batch.version_key), None)
    change = _card_change(confirmation)
    is_newer = newer is not None and newer.pk != confirmation.pk
    contest = confirmation.contests.order_by("-id").first()
    alive = contest is not None and confirmation.state != PayConfirmation.State.VOID
    said = None if alive else contests_of_month_unscoped(confirmation).exclude(state=ContestState.WITHDRAWN).first()
    return PaySlip(
        confirmation=confirmation,
        token=token,
        visit=link.kind == LinkKind.SITE_VISIT,
        ends_on=_end(confirmation, link).astimezone(SHANGHAI).date(),
        employer=_employer(confirmation.batch),
        contest=contest,
        said=said,
        now=newer.line if newer else None,
        card_change=change,
        months=[(month, same_kind(month.key, link)) for month in months if month not in (confirmation, newer)],
        newer=same_kind(newer.key, link) if is_newer else "",
        facts=slip_facts_unscoped(confirmation, newer=is_newer, contest=contest),
        closed=_closed(confirmation),
        refused_card=refused_card_unscoped(confirmation.line) if change else None,
        sheet_card=sheet_card_unscoped(confirmation.line) if change else None,
    )


def _closed(confirmation: PayConfirmation) -> str:
    return contest_closed(
        current=confirmation.state != PayConfirmation.State.VOID and confirmation.batch.status == Status.SUBMITTED,
        unsettled=has_unsettled_unscoped(confirmation),
        raised=confirmation.contests.count(),
        most=whole_figure("pay_contests_most", now().date()),
    )


def _card_change(confirmation: PayConfirmation) -> CardChange | None:
    change = (
        CardChange.objects.filter(line_id=confirmation.line_id)
        .select_related("old_card", "new_card")
        .order_by("-id")
        .first()
    )
    return change if change is not None and change.state else None


def same_kind(key, link: Link) -> str:
    """A token for another row of the same worker, which ends when the one in hand does."""
    if link.kind == LinkKind.SITE_VISIT:
        return link_text(link.kind, key, _digest, link.ends_minute)
    return pay_token(key)


def _end(confirmation: PayConfirmation, link: Link) -> datetime.datetime:
    if link.ends_minute is not None:
        return datetime.datetime.fromtimestamp(link.ends_minute * 60, SHANGHAI)
    submitted = confirmation.batch.submitted_at or now()
    return submitted + datetime.timedelta(days=whole_figure("pay_link_days", submitted.astimezone(SHANGHAI).date()))


def _employer(batch: PayrollBatch) -> str:
    return batch.subcontractor.name if batch.subcontractor else "施工总承包单位自有班组"


def _digest(purpose: str, body: bytes) -> bytes:
    return vault.blind_index(body.hex(), purpose)
