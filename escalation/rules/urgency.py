"""How pressing a deadline is on a given day, and the words for it."""

import datetime
from dataclasses import dataclass
from enum import StrEnum


class Urgency(StrEnum):
    """Colour follows urgency only; each has its word, so that colour is never the only sign."""

    OVERDUE = "overdue"
    SOON = "soon"
    CALM = "calm"
    DONE = "done"
    GONE = "gone"


URGENCY_LABELS = {
    Urgency.OVERDUE: "已逾期",
    Urgency.SOON: "临近到期",
    Urgency.CALM: "进行中",
    Urgency.DONE: "已办结",
    Urgency.GONE: "不再计时",
}


@dataclass(frozen=True)
class Standing:
    """Where a deadline stands on a day, and the sentence that says so."""

    urgency: Urgency
    words: str

    @property
    def label(self) -> str:
        return URGENCY_LABELS[self.urgency]


def standing(
    *,
    status: str,
    due_on: datetime.date,
    satisfied_on: datetime.date | None,
    today: datetime.date,
    workdays_left: int | None,
    soon_until: datetime.date,
) -> Standing:
    """Words for a deadline on `today`. Lateness in calendar days, what is left in working days.

    `workdays_left` counts working days after today up to the due day; None where the calendar doesn't
    reach that far, then calendar days are named. `soon_until` is the last day that counts as near.
    """
    if status == "met":
        return Standing(Urgency.DONE, f"{satisfied_on:%Y-%m-%d} 按期办结" if satisfied_on else "按期办结")
    if status == "met_late":
        return Standing(Urgency.DONE, _met_late(due_on, satisfied_on))
    if status == "waived":
        return Standing(Urgency.GONE, "已豁免")
    if status == "void":
        return Standing(Urgency.GONE, "已失效")
    if due_on < today:
        return Standing(Urgency.OVERDUE, f"逾期 {(today - due_on).days} 天")
    urgency = Urgency.SOON if due_on <= soon_until else Urgency.CALM
    if due_on == today:
        return Standing(urgency, "今天到期")
    if workdays_left is None:
        return Standing(urgency, f"还剩 {(due_on - today).days} 天")
    if workdays_left == 0:
        return Standing(urgency, "休息日内到期")
    return Standing(urgency, f"还剩 {workdays_left} 个工作日")


def _met_late(due_on: datetime.date, satisfied_on: datetime.date | None) -> str:
    if satisfied_on is None or satisfied_on <= due_on:
        return "逾期办结"
    return f"{satisfied_on:%Y-%m-%d} 办结，晚 {(satisfied_on - due_on).days} 天"
