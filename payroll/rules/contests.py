"""A worker's contest of his pay: who may do what to it, and where that leads.

The worker raises it; the employer or the general contractor answers, takes it up or turns it down, each with
words; the worker withdraws it or insists, and then it is open again for 人社 to see, who may take it over and then says
how it ended. Basis: 724 art 31, 40.
"""

import datetime
from dataclasses import dataclass
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
    CONCLUDED = "concluded"


class ContestAct(StrEnum):
    """What moves it."""

    ANSWER = "answer"
    ACCEPT = "accept"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    INSIST = "insist"
    TRANSFER = "transfer"
    CONCLUDE = "conclude"


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
    ContestAct.CONCLUDE: ContestStep(frozenset({_S.TRANSFERRED}), _S.CONCLUDED),
}
# Still in dispute: the worker has not agreed and nobody gave in.
UNSETTLED = frozenset({_S.OPEN, _S.ANSWERED, _S.REJECTED})
# The same, and those that 人社 took over and has not ended: nobody waits for the employer any more, the worker does.
NOT_CONCLUDED = UNSETTLED | {_S.TRANSFERRED}
BY_AUTHORITY = frozenset({ContestAct.TRANSFER, ContestAct.CONCLUDE})
ACT_WORDS = {
    ContestAct.ANSWER: "答复",
    ContestAct.ACCEPT: "采纳",
    ContestAct.REJECT: "不采纳",
    ContestAct.TRANSFER: "转劳动保障监察",
    ContestAct.CONCLUDE: "办结",
}
AUTHORITY = "人社部门"
_ACT_OF_STATE = {CONTEST_STEPS[act].target: act for act in ACT_WORDS}


@dataclass(frozen=True, slots=True)
class Answer:
    """One thing said to the worker: what was done, by whom, in which part, when, and the words."""

    act: ContestAct
    by: str
    role: str
    at: datetime.datetime
    text: str

    @property
    def words(self) -> str:
        return ACT_WORDS[self.act]

    @property
    def by_authority(self) -> bool:
        return self.act in BY_AUTHORITY

    def kept(self) -> dict[str, str]:
        """As a contest keeps it."""
        return {"act": self.act.value, "by": self.by, "role": self.role, "at": self.at.isoformat(), "text": self.text}


def answer_of(kept: dict[str, str]) -> Answer:
    """What was kept, as an answer again."""
    at = datetime.datetime.fromisoformat(kept["at"])
    return Answer(ContestAct(kept["act"]), kept["by"], kept["role"], at, kept["text"])


def answer_told(state: str, *, by: str, at: datetime.datetime, text: str) -> Answer:
    """The one answer of a contest from before all were kept: the state says what it was, "" as part where unknown."""
    act = _ACT_OF_STATE.get(ContestState(state), ContestAct.ANSWER)
    return Answer(act, by, AUTHORITY if act in BY_AUTHORITY else "", at, text)


def contest_may(act: ContestAct, state: str) -> bool:
    """Whether the act is possible in this state."""
    return state in CONTEST_STEPS[act].origins


SAY_WHAT = "请写一句话，说明哪里不对。"


def says_nothing(reason: str, should_be: str, text: str) -> bool:
    """Whether a contest names no kind of mistake and doesn't say what it is either."""
    return reason == "other" and not (text or should_be)
