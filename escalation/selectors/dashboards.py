"""The numbers of the first page. Each is counted by the very condition of the list that it opens."""

import datetime
from dataclasses import dataclass

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet

from escalation.models import Deadline, DeadlineParty, LadderStep
from escalation.selectors.days import Window
from escalation.selectors.lists import CARD_CRITERIA, LIVE, Criteria, conditions, deadlines
from responsibilities.rules.scope import Scope
from responsibilities.selectors.areas import districts

CARD_LABELS = {
    "overdue": "逾期",
    "soon": "三日内到期",
    "new": "本周新增",
    "supervised": "督办中",
}


@dataclass(frozen=True)
class Card:
    """A count and the criteria of the list behind it."""

    key: str
    label: str
    count: int
    criteria: Criteria


@dataclass(frozen=True)
class Slice:
    """One area, type, unit or rule with its live and overdue items, and the list behind it."""

    code: str
    name: str
    live: int
    overdue: int
    soon: int
    oldest_due_on: datetime.date | None
    criteria: Criteria

    @property
    def share(self) -> float:
        """Overdue out of what is to be done, 0 to 1."""
        return self.overdue / self.live if self.live else 0.0

    @property
    def percent(self) -> int:
        return round(self.share * 100)


def cards(scope: Scope, base: Criteria, *, window: Window) -> list[Card]:
    """The four counts over `base`, in one query over what is still to be done."""
    criteria = {key: base.but(**changes) for key, changes in CARD_CRITERIA.items()}
    counted = deadlines(scope, base, window=window).aggregate(
        **{
            key: Count("pk", filter=conditions(scope, Criteria(**changes), window))
            for key, changes in CARD_CRITERIA.items()
        }
    )
    return [Card(key, CARD_LABELS[key], counted[key], criteria[key]) for key in CARD_CRITERIA]


def most_urgent(scope: Scope, base: Criteria, *, window: Window, limit: int) -> QuerySet[Deadline]:
    """What is owed first: the longest overdue first, then the next due."""
    return deadlines(scope, base, window=window).order_by("due_on", "id")[:limit]


def next_due_on(scope: Scope, base: Criteria, *, window: Window) -> datetime.date | None:
    """The next due date from today on; what an empty page names."""
    coming = deadlines(scope, base.but(status="open"), window=window)
    return coming.aggregate(next=Min("due_on"))["next"]


def by_area(scope: Scope, base: Criteria, *, window: Window) -> list[Slice]:
    """Live and overdue by area; areas of the city without anything are there too when the whole city is seen."""
    rows = _grouped(scope, base, window, code=F("area__code"), name=F("area__short_name"), order=F("area__sort_order"))
    found = {row["code"]: row for row in rows}
    if all(grant.area_id is None for grant in scope.grants if grant.area_wide) and any(
        grant.area_wide for grant in scope.grants
    ):
        for area in districts():
            found.setdefault(area.code, _nothing(area.code, area.short_name, area.sort_order))
    return [
        _slice(row, base.but(area=row["code"])) for row in sorted(found.values(), key=lambda row: row["order"] or 0)
    ]


def by_project_type(scope: Scope, base: Criteria, *, window: Window) -> list[Slice]:
    """Live and overdue by type of project."""
    rows = _grouped(
        scope,
        base,
        window,
        code=F("project__project_type__code"),
        name=F("project__project_type__name"),
        order=F("project__project_type__sort_order"),
    )
    return [_slice(row, base.but(project_type=row["code"])) for row in rows]


def by_rule(scope: Scope, base: Criteria, *, window: Window) -> list[Slice]:
    """Live and overdue by rule; the name is the rule's code, pages put its title."""
    rows = _grouped(scope, base, window, code=F("rule"), name=F("rule"), order=F("rule"))
    return [_slice(row, base.but(rule=row["code"])) for row in rows]


def by_project(scope: Scope, base: Criteria, *, window: Window, limit: int) -> list[Slice]:
    """Live and overdue by project, the one with most overdue items first."""
    rows = _grouped(
        scope, base, window, code=F("project__code"), name=F("project__name"), order=F("project__pinyin_key")
    )
    rows = rows.order_by("-overdue", "oldest_due_on", "order")[:limit]
    return [_slice(row, base.but(project=row["code"])) for row in rows]


def by_owner(scope: Scope, base: Criteria, *, window: Window, limit: int = 20) -> list[Slice]:
    """Who is behind: live and overdue by owing unit, most overdue first. An item of two owners counts for both."""
    visible = deadlines(scope, base, window=window)
    rows = (
        DeadlineParty.objects.filter(part=DeadlineParty.Part.OWES, deadline__in=visible.values("pk"))
        .values(code=F("organization__code"), name=F("organization__name"), order=F("organization__short_name"))
        .annotate(**_sums(window, "deadline__"))
        .order_by("-overdue", "-live", "code")[:limit]
    )
    return [_slice({**row, "name": row["order"] or row["name"]}, base.but(owner=row["code"])) for row in rows]


def about_to_be_proposed(scope: Scope, base: Criteria, *, window: Window, limit: int = 10) -> QuerySet[Deadline]:
    """Overdue and warned, not yet proposed for supervision: what goes to 人社 next."""
    ladder = LadderStep.objects.filter(rule_version_id=OuterRef("rule_version_id"), level=LadderStep.Level.PROPOSAL)
    return (
        deadlines(scope, base.but(status="overdue"), window=window)
        .filter(Exists(ladder), level__lt=LadderStep.Level.PROPOSAL)
        .order_by("due_on", "id")[:limit]
    )


def _grouped(scope: Scope, base: Criteria, window: Window, **names):
    return deadlines(scope, base, window=window).values(**names).annotate(**_sums(window, "")).order_by("order", "code")


def _sums(window: Window, prefix: str) -> dict:
    live = Q(**{f"{prefix}status__in": LIVE})
    due = f"{prefix}due_on"
    return {
        "live": Count("pk", filter=live),
        "overdue": Count("pk", filter=live & Q(**{f"{due}__lt": window.today})),
        "soon": Count("pk", filter=live & Q(**{f"{due}__gte": window.today, f"{due}__lte": window.soon_until})),
        "oldest_due_on": Min(due, filter=live),
    }


def _nothing(code: str, name: str, order: int) -> dict:
    return {"code": code, "name": name, "order": order, "live": 0, "overdue": 0, "soon": 0, "oldest_due_on": None}


def _slice(row: dict, criteria: Criteria) -> Slice:
    return Slice(
        code=row["code"],
        name=row["name"],
        live=row["live"],
        overdue=row["overdue"],
        soon=row["soon"],
        oldest_due_on=row["oldest_due_on"],
        criteria=criteria,
    )
