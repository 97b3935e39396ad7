"""Facts that the deadline engine reads from this room: fixed columns, no scope."""

import datetime

from django.db.models import DateField, F, QuerySet, Value
from django.db.models.functions import Cast

from accounts.models import AllocationMonth
from accounts.selectors.months import months_in_span


def labour_cost_allocation_facts_unscoped(today: datetime.date) -> QuerySet:
    """One row per project month: opens on its first day (the first one: on the actual start).

    Satisfied on the day when the credits naming the month reached its requirement. Basis: 724 art 24, 29.
    """
    return months_in_span(AllocationMonth.objects.order_by(), today).values(
        "project_id",
        "area_id",
        "month_day",
        "satisfied_on",
        subject_id=F("period_id"),
        period_on=F("month_on"),
        anchor_on=F("opens_on"),
        counted_on=F("satisfied_on"),
        void_if_due_after=Cast(Value(None), DateField()),
    )
