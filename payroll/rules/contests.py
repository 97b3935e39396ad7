"""A worker's contest of his pay: who may do what to it, and where that leads.

The worker raises it; the employer or the general contractor answers, takes it up or turns it down, each with
words; the worker withdraws it or insists, and then it is open again for 人社 to see. Basis: 724 art 31, 40.
"""

from enum import StrEnum
from typing import NamedTuple


class ContestState(StrEnum):
    """Where a contest stands."""

    OPEN = "open"
    ANSWERED = "answered"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    TRANSFERRED = "transferred"


class ContestAct(StrEnum):
    """What moves it."""

    ANSWER = "answer"
    ACCEPT = "accept"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    INSIST = "insist"
    TRANSFER = "transfer"


class ContestStep(NamedTuple):
    """States from which an act is possible, where it leads, and whether the worker does it."""

    origins: frozenset[ContestState]
    target: ContestState
    by_worker: bool = False


_S = ContestState
CONTEST_STEPS = {
    ContestAct.ANSWER: ContestStep(frozenset({_S.OPEN}), _S.ANSWERED),
    ContestAct.ACCEPT: ContestStep(frozenset({_S.OPEN, _S.ANSWERED, _S.REJECTED}), _S.ACCEPTED),
    ContestAct.REJECT: ContestStep(frozenset({_S.OPEN, _S.ANSWERED}), _S.REJECTED),
    ContestAct.WITHDRAW: ContestStep(frozenset({_S.OPEN, _S.ANSWERED, _S.REJECTED}), _S.WITHDRAWN, by_worker=True),
    # Who was told that it will be put right, and sees that it isn't, insists too.
    ContestAct.INSIST: ContestStep(frozenset({_S.ANSWERED, _S.REJECTED, _S.ACCEPTED}), _S.OPEN, by_worker=True),
    ContestAct.TRANSFER: ContestStep(frozenset({_S.OPEN, _S.ANSWERED, _S.REJECTED}), _S.TRANSFERRED),
}
# Still in dispute: the worker has not agreed and nobody gave in.
UNSETTLED = frozenset({_S.OPEN, _S.ANSWERED, _S.REJECTED})


def contest_may(act: ContestAct, state: str) -> bool:
    """Whether the act is possible in this state."""
    return state in CONTEST_STEPS[act].origins


SAY_WHAT = "请写一句话，说明哪里不对。"


def says_nothing(reason: str, should_be: str, text: str) -> bool:
    """Whether a contest names no kind of mistake and doesn't say what it is either."""
    return reason == "other" and not (text or should_be)
