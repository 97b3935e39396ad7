"""The line of steps on top of a batch: where it stands, who acts next, by when."""

import datetime
from enum import StrEnum
from typing import NamedTuple

from payroll.rules.payouts import payable_from
from payroll.rules.stages import Stage


class Mark(StrEnum):
    """How a step is drawn; the words are those of the design's steps."""

    DONE = "done"
    CURRENT = "current"
    AHEAD = "ahead"


class StepMark(NamedTuple):
    """One step. `due_on` only for the one that waits."""

    key: str
    label: str
    mark: Mark
    who: str
    due_on: datetime.date | None


_STEPS = (
    ("compile", "编制", "用工单位"),
    ("confirm", "工人确认", "农民工本人"),
    ("audit", "总包审核", "施工总承包单位"),
    ("notice", "公示", "施工总承包单位"),
    ("pay", "代发", "施工总承包单位、开户银行"),
    ("paid", "已发放", ""),
)
# The step that waits at each stage; after the last everything is done.
_WAITS = {"": 0, Stage.CONFIRMING: 1, Stage.AUDITED: 3, Stage.NOTICED: 4, Stage.PAYING: 4, Stage.PAID: 6}


class Terms(NamedTuple):
    """Days for the steps that wait for people; calendar days, our defaults."""

    confirm: int
    audit: int


def notice_runs(stage: str, notice_until: datetime.date | None, today: datetime.date) -> bool:
    """Whether the sheet still hangs its days: put up, and its last day isn't over."""
    return stage == Stage.NOTICED and notice_until is not None and today < payable_from(notice_until)


def step_line(
    stage: str,
    *,
    submitted_on: datetime.date | None,
    notice_until: datetime.date | None,
    terms: Terms,
    today: datetime.date,
) -> list[StepMark]:
    """The steps of a batch at this stage.

    Workers confirm within `terms.confirm` days of the submission, the audit comes `terms.audit` days after that;
    the pay-out waits for the end of the notice, which is no step done before it.
    """
    running = notice_runs(stage, notice_until, today)
    waits = _WAITS[Stage.AUDITED if running else stage]
    due: dict[str, datetime.date | None] = {"pay": notice_until}
    if submitted_on is not None:
        confirmed = submitted_on + datetime.timedelta(days=terms.confirm)
        audited = confirmed + datetime.timedelta(days=terms.audit)
        due |= {"confirm": confirmed, "audit": audited, "notice": audited}
    if running:
        due["notice"] = notice_until
    return [
        StepMark(
            key,
            label,
            Mark.DONE if position < waits else Mark.CURRENT if position == waits else Mark.AHEAD,
            who,
            due.get(key) if position >= waits else None,
        )
        for position, (key, label, who) in enumerate(_STEPS)
    ]


def waiting_step(steps: list[StepMark]) -> StepMark | None:
    """The step that waits, None where all is done."""
    return next((step for step in steps if step.mark == Mark.CURRENT), None)
