"""Deadlines with everything that a program outside asks for; without a scope, for commands."""

from collections import defaultdict

from django.db.models import Exists, OuterRef, QuerySet

from escalation.models import Deadline, DeadlineParty


def deadlines_unscoped(
    *, project: str | None = None, unit: str | None = None, area: str | None = None, status: str | None = None
) -> QuerySet[Deadline]:
    """By codes; `unit` matches any party."""
    rows = Deadline.objects.select_related("project", "rule_version").order_by("due_on", "id")
    if project:
        rows = rows.filter(project__code=project)
    if area:
        rows = rows.filter(area__code=area)
    if status:
        rows = rows.filter(status=status)
    if unit:
        parties = DeadlineParty.objects.filter(deadline_id=OuterRef("pk"), organization__code=unit)
        rows = rows.filter(Exists(parties))
    return rows


def parties_of_unscoped(deadlines: QuerySet[Deadline]) -> dict[tuple[int, str], list[dict]]:
    """(deadline id, part) → its units as `{"code", "name"}`, in one query."""
    found = defaultdict(list)
    rows = DeadlineParty.objects.filter(deadline__in=deadlines.order_by().values("pk")).order_by("organization__code")
    for deadline_id, part, code, name in rows.values_list(
        "deadline_id", "part", "organization__code", "organization__name"
    ):
        found[deadline_id, part].append({"code": code, "name": name})
    return found
