"""Deadlines by the bodies of 《责任清单》: whose they are, and how many are live for each rule and body."""

import datetime
from collections import defaultdict

from django.db.models import BooleanField, Case, Count, Exists, OuterRef, Q, QuerySet, Value, When

from escalation.models import Deadline, DeadlineParty
from projects.selectors.deadline_facts import parties_unscoped
from responsibilities.rules.scope import Scope

# Row 21 is a role that each project fills; it may be a bureau of the list.
DEVELOPER = "developer"
LIVE = (Deadline.Status.OPEN, Deadline.Status.OVERDUE)

# rule, body → (open, overdue)
Counts = dict[tuple[str, str], tuple[int, int]]


def parties_of_body(parties: QuerySet[DeadlineParty], body: str) -> QuerySet[DeadlineParty]:
    """Of these parties those that a body is, in whatever area; 项目建设单位 is whoever builds the project."""
    if body == DEVELOPER:
        return parties.filter(_builds_the_project())
    return parties.filter(organization__body__code=body)


def live_counts(scope: Scope, *, today: datetime.date, area: str = "") -> Counts:
    """Open and overdue deadlines that a body is a party to, by rule: each is counted once for a body.

    The lists behind the numbers filter by `rule`, `body`, `status` and `area` and hold exactly these.
    """
    seen = Deadline.objects.visible_to(scope).filter(status__in=LIVE)
    if area:
        seen = seen.filter(area__code=area)
    parties = DeadlineParty.objects.filter(deadline__in=seen.order_by().values("pk"))
    counts = defaultdict(lambda: [0, 0])
    _add(counts, parties.filter(organization__body__isnull=False), "organization__body__code", today)
    _add(counts, parties_of_body(parties, DEVELOPER), None, today)
    return {key: (there[0], there[1]) for key, there in counts.items()}


def _add(counts: dict, parties: QuerySet[DeadlineParty], body: str | None, today: datetime.date) -> None:
    late = Case(When(deadline__due_on__lt=today, then=True), default=False, output_field=BooleanField())
    keys = ["deadline__rule", body or "role", "late"]
    grouped = parties.annotate(late=late, role=Value(DEVELOPER)).order_by().values_list(*keys)
    for rule, code, overdue, number in grouped.annotate(number=Count("deadline_id", distinct=True)):
        counts[rule, code][overdue] += number


def _builds_the_project() -> Q:
    builders = parties_unscoped("developer").filter(
        project_id=OuterRef("deadline__project_id"), organization_id=OuterRef("organization_id")
    )
    return Q(Exists(builders))
