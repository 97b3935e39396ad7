"""Where one worker's pay stands, in words for people who read little; told of his own line, not of the whole sheet.

Basis: 724 art 31: paid from the special account to the worker's own card.
"""

import datetime
from dataclasses import dataclass

from payroll.rules.contests import ContestState
from payroll.rules.stages import Stage

BEFORE_THE_BANK = {
    Stage.CONFIRMING: "等您和工友确认，然后总包审核",
    Stage.AUDITED: "总包已审核，等待公示",
    Stage.NOTICED: "已在工地公示，等待发放",
}
CONFIRMED = "您已确认，等工友确认，然后总包审核"
# By how far the worker's own contest is; while answers are awaited this is all, later it stands beside the stage.
CONTESTED = {
    ContestState.OPEN: "等单位处理您的异议",
    ContestState.ANSWERED: "单位已答复您的异议，等您回话",
    ContestState.REJECTED: "单位已答复您的异议，等您回话",
    ContestState.ACCEPTED: "单位已采纳您的异议，等单位更正",
    ContestState.TRANSFERRED: "您的异议已转人社部门处理",
    ContestState.CONCLUDED: "人社部门已办结您的异议",
}


@dataclass(frozen=True, slots=True)
class Attempt:
    """The latest attempt to pay a line: its state (`Payout.State`), whether the bank has its file, card, day.

    `card_now` is the last four of the card that stands in the line since, where it is another one.
    """

    state: str
    sent: bool
    card_last4: str
    paid_on: datetime.date | None = None
    card_now: str = ""


@dataclass(frozen=True, slots=True)
class SlipFacts:
    """What decides: the sheet's status and stage, whether another one took its place, the line's own attempt.

    `newer`: the worker stands in the sheet that counts now; `replaced`: there is such a sheet at all. `excepted`:
    why the line is recorded as unpayable just now. `settled`: a leaver's settlement paid it. `answer`: what the worker
    has said of it (`PayConfirmation.State`); `contest`: how far his contest is (`ContestState`).
    """

    status: str
    stage: str
    newer: bool = False
    replaced: bool = False
    to_pay: bool = True
    attempt: Attempt | None = None
    excepted: str = ""
    settled: bool = False
    answer: str = ""
    contest: str = ""


def standing(facts: SlipFacts) -> str:
    """One line, never empty."""
    if facts.status != "submitted":
        if facts.newer:
            return "已经更正，这份不再发放，请看更正后的工资"
        if facts.replaced:
            return "已经更正，更正后的工资表里没有您"
        return "已退回单位更正，还没有重新提交"
    if facts.attempt is not None and facts.attempt.state == "paid":
        day = facts.attempt.paid_on
        on = f"{day.year}年{day.month}月{day.day}日" if day else ""
        return f"{on}已发放到尾号 {facts.attempt.card_last4} 的卡"
    if facts.settled and facts.to_pay:
        return "单位登记为已在退场结算时付清，不再另发"
    if facts.stage == Stage.CONFIRMING and facts.answer == "confirmed":
        return CONFIRMED
    if facts.stage == Stage.CONFIRMING and facts.answer == "contested":
        return CONTESTED.get(facts.contest, CONTESTED[ContestState.OPEN])
    if facts.stage in BEFORE_THE_BANK:
        return _beside_the_contest(BEFORE_THE_BANK[Stage(facts.stage)], facts)
    if not facts.to_pay:
        return "这个月没有要发的钱"
    if facts.excepted:
        return f"单位登记为暂不能发放：{facts.excepted}"
    return _under_way(facts.attempt)


def _beside_the_contest(stands: str, facts: SlipFacts) -> str:
    """Where the sheet stands, and how far the contest is that the worker has not given up."""
    told = CONTESTED.get(facts.contest) if facts.answer == "contested" else None
    return f"{stands}；{told}" if told else stands


def _under_way(attempt: Attempt | None) -> str:
    """A sheet that is being paid, and what has become of this line so far."""
    if attempt is None:
        return "工资正在发放，您这一笔还没有送银行"
    if attempt.state == "pending":
        return "已送银行，等银行发放" if attempt.sent else "单位正在办理，还没有送银行"
    if attempt.state == "voided":
        return "单位正在重新办理，您这一笔还没有送银行"
    if attempt.card_now:
        return f"银行没有发成（尾号 {attempt.card_last4} 的卡），已换成尾号 {attempt.card_now} 的卡，等单位重新发放"
    return f"银行没有发成（尾号 {attempt.card_last4} 的卡），等单位更正后重新发放"


def contest_closed(*, current: bool, unsettled: bool, raised: int, most: int) -> str:
    """Why the worker can't contest here, in words; empty where he can. Paid pay can be contested: it is put right
    as back pay, and who didn't receive it learns that only then."""
    if not current:
        return "这份工资表已经更正或者正在更正，不能再反映这一份。"
    if unsettled:
        return "您已经提出过异议，正在处理。请先看答复，或者撤回后重新提出。"
    if raised >= most:
        return "这个月的异议次数已经用完，不能再在这里反映。"
    return ""
