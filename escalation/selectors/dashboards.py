"""The numbers of the first page. Each is counted by the very condition of the list that it opens."""

import datetime
from dataclasses import dataclass

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet

from escalation.models import Deadline, DeadlineParty, LadderStep
from escalation.selectors.days import Window
from escalation.selectors.lists import CARD_CRITERIA, LIVE, Criteria, conditions, deadlines, own_system
from projects.selectors.types import project_types_by_code
from responsibilities.rules.scope import Scope
from responsibilities.selectors.areas import areas

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


class Board:
    """What is still to be done, counted once by area and rule, and folded for each part of the page.

    One query without a join: separate ones read the same rows again, the project's type doubles the time. `base.rule`
    narrows everything but the counts by rule, which offer the way to another rule.
    """

    def __init__(self, scope: Scope, base: Criteria, window: Window):
        self.base, self._scope, self._window = base, scope, window
        sums = {
            key: Count("pk", filter=conditions(scope, Criteria(**changes), window))
            for key, changes in CARD_CRITERIA.items()
        }
        self._all = list(
            deadlines(scope, base.but(rule=""), window=window)
            .values("rule", "area_id")
            .annotate(live=Count("pk"), oldest_due_on=Min("due_on"), **sums)
        )
        self._rows = [row for row in self._all if base.rule in ("", row["rule"])]

    @property
    def cards(self) -> list[Card]:
        """The four counts."""
        return [
            Card(key, CARD_LABELS[key], sum(row[key] for row in self._rows), self.base.but(**changes))
            for key, changes in CARD_CRITERIA.items()
        ]

    @property
    def totals(self) -> dict[str, int]:
        """`total` and `overdue`, for the words over the list."""
        return {
            "total": sum(row["live"] for row in self._rows),
            "overdue": sum(row["overdue"] for row in self._rows),
        }

    def by_area(self) -> list[Slice]:
        """By area; areas without anything are there too where the whole city is seen."""
        wide = any(grant.area_wide and grant.area_id is None for grant in self._scope.grants)
        found = self._folded("area_id", self._rows)
        kept = [
            area
            for area in areas()
            if area.pk in found or (wide and area.kind != area.Kind.CITY and self.base.area in ("", area.code))
        ]
        return [
            self._slice(area.code, area.short_name, found.get(area.pk), self.base.but(area=area.code)) for area in kept
        ]

    def by_rule(self) -> list[Slice]:
        """By rule; the name is the rule's code, pages put its title."""
        found = self._folded("rule", self._all)
        return [self._slice(code, code, found[code], self.base.but(rule=code)) for code in sorted(found)]

    @staticmethod
    def _folded(key: str, rows: list[dict]) -> dict:
        found: dict = {}
        for row in rows:
            sums = found.setdefault(row[key], {"live": 0, "overdue": 0, "soon": 0, "oldest_due_on": None})
            for name in ("live", "overdue", "soon"):
                sums[name] += row[name]
            days = [day for day in (sums["oldest_due_on"], row["oldest_due_on"]) if day]
            sums["oldest_due_on"] = min(days, default=None)
        return found

    @staticmethod
    def _slice(code: str, name: str, sums: dict | None, criteria: Criteria) -> Slice:
        return _slice({"code": code, "name": name, **(sums or _NOTHING)}, criteria)


def most_urgent(scope: Scope, base: Criteria, *, window: Window, limit: int) -> QuerySet[Deadline]:
    """What is owed first: the longest overdue first, then the next due."""
    return deadlines(scope, base, window=window).order_by("due_on", "id")[:limit]


def next_due_on(scope: Scope, base: Criteria, *, window: Window) -> datetime.date | None:
    """The next due date from today on; what an empty page names."""
    coming = deadlines(scope, base.but(status="open"), window=window)
    return coming.aggregate(next=Min("due_on"))["next"]


def by_project_type(scope: Scope, base: Criteria, *, window: Window) -> list[Slice]:
    """Live and overdue by type of project, in the official order."""
    types = {kind.pk: (code, kind.name) for code, kind in project_types_by_code().items()}
    rows = deadlines(scope, base, window=window).values(type_id=F("project__project_type_id"))
    found = {row["type_id"]: row for row in rows.annotate(**_sums(window, ""))}
    return [
        _slice({**found[pk], "code": code, "name": name}, base.but(project_type=code))
        for pk, (code, name) in types.items()
        if pk in found
    ]


def by_project(scope: Scope, base: Criteria, *, window: Window, limit: int) -> list[Slice]:
    """Live and overdue by project, the one with most overdue items first."""
    rows = _grouped(
        scope, base, window, code=F("project__code"), name=F("project__name"), order=F("project__pinyin_key")
    )
    rows = rows.order_by("-overdue", "oldest_due_on", "order")[:limit]
    return [_slice(row, base.but(project=row["code"])) for row in rows]


def by_owner(scope: Scope, base: Criteria, *, window: Window, limit: int = 20) -> list[Slice]:
    """Who is behind: live and overdue by owing unit, most overdue first. An item of two owners counts for both.

    Looking at one's own duties or system, only the units of one's own system are ranked, not who owes beside them.
    """
    visible = deadlines(scope, base, window=window)
    owners = DeadlineParty.objects.filter(part=DeadlineParty.Part.OWES, deadline__in=visible.values("pk"))
    if base.side in ("owes", "system"):
        owners = owners.filter(own_system(scope))
    rows = (
        owners.values(code=F("organization__code"), name=F("organization__name"), order=F("organization__short_name"))
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


_NOTHING = {"live": 0, "overdue": 0, "soon": 0, "oldest_due_on": None}


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
