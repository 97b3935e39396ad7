"""What a decision will do, spelled out before it is taken.

Pure sentences from facts: the confirmation page shows them, the trail keeps them, a test holds them equal to
what the service then does.
"""

import datetime
from dataclasses import dataclass, field

LIVE = ("open", "overdue")


@dataclass(frozen=True)
class CaseFacts:
    """What a decision on one deadline is taken on. `in_force` and `awaiting` are kinds of decisions.

    `extendable` and `legal_basis` come from the version of the rule that the deadline was counted by.
    """

    project: str
    matter: str
    status: str
    due_on: datetime.date
    owed_by: tuple[str, ...]
    extendable: bool
    legal_basis: str
    today: datetime.date
    has_escalation: bool = False
    closed: bool = False
    in_force: frozenset[str] = field(default_factory=frozenset)
    awaiting: frozenset[str] = field(default_factory=frozenset)

    @property
    def live(self) -> bool:
        return self.status in LIVE

    @property
    def overdue(self) -> bool:
        """Judged by the date, not by the stored status: the sweep of today may still be under way."""
        return self.live and self.due_on < self.today

    @property
    def owners(self) -> str:
        return "、".join(self.owed_by) or "责任单位"


def consequences(
    kind: str, facts: CaseFacts, *, effective_on: datetime.date | None = None, place: str = ""
) -> list[str]:
    """The sentences a person confirms. The input must have passed `review.check_decision`."""
    return [*_SAY[kind](facts, effective_on, place), "决定、理由和决定人记入操作留痕，不能删改。"]


def second_consequences(facts: CaseFacts, *, agree: bool) -> list[str]:
    """What the second person's word on a waiver does."""
    if not agree:
        return [
            f"豁免不生效，{_quoted(facts.matter)}仍须办理，到期日仍为 {facts.due_on:%Y-%m-%d}。",
            "该事项退回审核队列，由监管员另作决定。",
        ]
    return [
        f"{_quoted(facts.matter)}不再计时，状态改为“已豁免”，今后不再提醒、预警。",
        f"{facts.owners}的首页显示这项决定。",
    ]


def revocation_consequences(kind: str, facts: CaseFacts, *, original_due_on: datetime.date) -> list[str]:
    """What taking a decision back does; of one that nobody has seconded yet, its owners never heard."""
    if kind in facts.awaiting:
        back = ["该事项退回审核队列，由监管员另作决定。"] if facts.has_escalation else []
        kept = f"{_quoted(facts.matter)}照常计时，到期日仍为 {facts.due_on:%Y-%m-%d}。"
        return [f"豁免还没有经过复核、没有生效，撤销后不再送复核；{kept}", *back, "撤销理由记入操作留痕。"]
    sentences = {
        "extension": [
            f"到期日改回 {original_due_on:%Y-%m-%d}"
            + ("，该事项随即列为逾期。" if original_due_on < facts.today else "。")
        ],
        "waiver": [
            f"{_quoted(facts.matter)}恢复计时，到期日为 {facts.due_on:%Y-%m-%d}"
            + ("，随即列为逾期。" if facts.due_on < facts.today else "。")
        ],
        "supervision_order": ["督办决定失效，责任单位不再需要就它反馈办理情况。"],
    }[kind]
    return [*sentences, f"{facts.owners}的首页显示撤销结果，撤销理由记入操作留痕。"]


def _quoted(matter: str) -> str:
    """The matter in quotation marks; marks inside become single ones, as GB/T 15834 has it."""
    return f"“{matter.replace('“', '‘').replace('”', '’')}”"


def _told(facts: CaseFacts, what: str) -> str:
    return f"通知{facts.owners}：{what}出现在其首页的“决定与督办”中。"


def _stays(facts: CaseFacts) -> str:
    return f"原期限不变，到期日仍为 {facts.due_on:%Y-%m-%d}，逾期天数继续计算。"


def _supervision_order(facts: CaseFacts, effective_on, place: str) -> list[str]:
    return [
        f"{facts.owners}须在 {effective_on:%Y-%m-%d} 前办结{_quoted(facts.matter)}，并签署反馈办理情况。",
        _stays(facts),
        _told(facts, "督办决定"),
    ]


def _interview(facts: CaseFacts, effective_on, place: str) -> list[str]:
    return [
        f"约谈{facts.owners}：{effective_on:%Y-%m-%d}，{place}。",
        _stays(facts),
        _told(facts, "约谈的时间、地点和理由"),
    ]


def _circular(facts: CaseFacts, effective_on, place: str) -> list[str]:
    return [
        f"对{facts.owners}未按期办理{_quoted(facts.matter)}予以通报。",
        _stays(facts),
        _told(facts, "通报"),
    ]


def _extension(facts: CaseFacts, effective_on, place: str) -> list[str]:
    return [
        f"期限由 {facts.due_on:%Y-%m-%d} 改为 {effective_on:%Y-%m-%d}，原到期日保留备查。",
        "该事项不再列为逾期，提醒、预警按新的到期日重新计算；已发出的通知不撤回。"
        if facts.overdue
        else "提醒、预警按新的到期日重新计算；已发出的通知不撤回。",
        _told(facts, "延期决定"),
    ]


def _waiver(facts: CaseFacts, effective_on, place: str) -> list[str]:
    return [
        "豁免现在不生效，须由另一名监管员复核；您本人不能复核。",
        f"复核同意后，{_quoted(facts.matter)}不再计时，状态改为“已豁免”，并通知{facts.owners}。",
        f"复核之前期限照常计算，到期日仍为 {facts.due_on:%Y-%m-%d}。",
    ]


def _closure(facts: CaseFacts, effective_on, place: str) -> list[str]:
    return [
        "该事项办结归档，移出审核队列，列入“已归档”。",
        "此前的督办、约谈、通报和反馈保留备查。",
        _told(facts, "归档结果"),
    ]


_SAY = {
    "supervision_order": _supervision_order,
    "interview": _interview,
    "circular": _circular,
    "extension": _extension,
    "waiver": _waiver,
    "closure": _closure,
}
