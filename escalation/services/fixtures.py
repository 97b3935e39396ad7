"""Loads the calendar, the rule versions and their ladders from `fixtures/`; running it again changes nothing.

What was published on screen is never set back: a year is loaded where it is missing, or where the fixture is
official and the stored one provisional. A rule version is created, never changed: a new figure is a new version.
"""

import datetime
import json
from pathlib import Path

from django.conf import settings
from django.db import transaction

from escalation.models import CalendarYear, LadderStep, RuleVersion
from escalation.rules.workdays import ArrangedDay
from escalation.services.calendar import OFFICIAL, YearArrangement, years_store
from responsibilities.selectors.clock import today
from responsibilities.services.trail import Actor, record_event


@transaction.atomic
def load(path: Path | None = None) -> int:
    """Load this room's fixtures; returns how many years and rule versions were written."""
    path = Path(path) if path else Path(settings.BASE_DIR) / "fixtures"
    actor = Actor.system("load_fixtures")
    return _load_calendar(path / "calendar", actor) + _load_rules(path / "rules", actor)


def _load_calendar(folder: Path, actor: Actor) -> int:
    stored = dict(CalendarYear.objects.values_list("year", "status"))
    wanted = [arrangement_of_file(file) for file in sorted(folder.glob("*.json"))]
    missing = [
        year
        for year in wanted
        if year.year not in stored or (year.status == OFFICIAL and stored[year.year] != OFFICIAL)
    ]
    if missing:
        years_store(arrangements=missing, published_on=today(), actor=actor)
    return len(missing)


def arrangement_of_file(file: Path) -> YearArrangement:
    """One year's file: runs of days off, each with the weekend days worked for it."""
    data = json.loads(file.read_text(encoding="utf-8"))
    days = []
    for holiday in data["holidays"]:
        first, last = (datetime.date.fromisoformat(holiday[end]) for end in ("from", "to"))
        length = (last - first).days + 1
        off = (first + datetime.timedelta(days=n) for n in range(length))
        days += [ArrangedDay(day, holiday["name"], True) for day in off]
        days += [ArrangedDay(datetime.date.fromisoformat(day), holiday["name"], False) for day in holiday["worked"]]
    source = "，".join(text for text in (data["source"], data["paper"]) if text)
    return YearArrangement(data["year"], tuple(days), source, data["status"])


def _load_rules(folder: Path, actor: Actor) -> int:
    created = []
    for file in sorted(folder.glob("*.json")):
        for row in json.loads(file.read_text(encoding="utf-8"))["rules"]:
            values = {name: value for name, value in row.items() if name not in ("rule", "number", "ladder")}
            version, new = RuleVersion.objects.get_or_create(rule=row["rule"], number=row["number"], defaults=values)
            if new:
                LadderStep.objects.bulk_create(LadderStep(rule_version=version, **step) for step in row["ladder"])
                created.append(str(version))
    if created:
        record_event(
            actor=actor,
            action="fixtures.load",
            object_type="escalation.ruleversion",
            object_name="时限规则版本",
            changes={"versions": ["", "、".join(created)]},
        )
    return len(created)
