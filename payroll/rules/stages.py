"""The month's flow once a batch is submitted: which act leads from which stage to which.

分包编制 → 工人确认 → 总包审核 → 公示 → 代发 → 发放完成. The table is the only place that knows the order; services ask it,
pages show it. Basis: 《保障农民工工资支付条例》第三十一条 (in force since 2020-05-01).
"""

from enum import StrEnum
from typing import NamedTuple


class Stage(StrEnum):
    """How far a submitted batch is."""

    CONFIRMING = "confirming"
    AUDITED = "audited"
    NOTICED = "noticed"
    PAYING = "paying"
    PAID = "paid"


class Act(StrEnum):
    """What moves it."""

    AUDIT = "audit"
    RETURN = "return"
    NOTICE = "notice"
    PAY_OUT = "pay_out"
    BANK_RESULT = "bank_result"
    PAID = "paid"
    REOPEN = "reopen"


class Step(NamedTuple):
    """Stages from which an act is possible, and where it leads; None leads out of the flow (退回)."""

    act: Act
    origins: frozenset[Stage]
    target: Stage | None


# Nothing of the batch has gone to a bank yet.
BEFORE_PAY_OUT = (Stage.CONFIRMING, Stage.AUDITED, Stage.NOTICED)
STEPS = {
    step.act: step
    for step in (
        Step(Act.AUDIT, frozenset({Stage.CONFIRMING}), Stage.AUDITED),
        # Until money is on its way a batch can go back to whoever compiled it.
        Step(Act.RETURN, frozenset(BEFORE_PAY_OUT), None),
        Step(Act.NOTICE, frozenset({Stage.AUDITED, Stage.NOTICED}), Stage.NOTICED),
        Step(Act.PAY_OUT, frozenset({Stage.NOTICED, Stage.PAYING}), Stage.PAYING),
        Step(Act.BANK_RESULT, frozenset({Stage.PAYING}), Stage.PAYING),
        Step(Act.PAID, frozenset({Stage.PAYING}), Stage.PAID),
        # The bank returned money afterwards, or what kept a worker from being paid is over.
        Step(Act.REOPEN, frozenset({Stage.PAYING, Stage.PAID}), Stage.PAYING),
    )
}
ORDER = tuple(Stage)


def may(act: Act, stage: str) -> bool:
    """Whether the act is possible at this stage."""
    return stage in STEPS[act].origins


def replaceable(stage: str) -> bool:
    """Whether a newer sheet may still supersede the batch: not once money is on its way."""
    return stage in STEPS[Act.RETURN].origins or stage == ""
