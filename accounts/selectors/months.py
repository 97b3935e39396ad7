"""Allocation months with what they require and what was credited; one place for the arithmetic in SQL."""

import datetime

from django.db.models import (
    Case,
    DateField,
    DecimalField,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
    Window,
)
from django.db.models.functions import (
    Cast,
    Coalesce,
    Greatest,
    Round,
    TruncDate,
    TruncMonth,
)

from accounts.models import Allocation, AllocationPeriod, LabourCostFloor
from responsibilities.selectors.clock import SHANGHAI

MONEY = DecimalField(max_digits=18, decimal_places=2)
RATIO = DecimalField(max_digits=5, decimal_places=4)


def with_requirement(periods: QuerySet, today: datetime.date) -> QuerySet:
    """Adds opens_on, month_day, floor, contract_ratio, contract_due, by_value, required, credited, satisfied_on.

    Equal to `accounts.rules.requirement` (a test holds them together). `required` NULL is unknown.
    Credits later than `today` are not known yet.
    """
    floor = (
        LabourCostFloor.objects.filter(
            project_type_id=OuterRef("project__project_type_id"),
            in_force_from__lte=OuterRef("opens_on"),
        )
        .order_by("-in_force_from")
        .values("ratio")[:1]
    )
    credits = Allocation.objects.filter(
        period_id=OuterRef("pk"), voided_at__isnull=True, credited_on__lte=today
    ).order_by()
    total = credits.values("period_id").annotate(total=Sum("amount")).values("total")
    reached = (
        credits.annotate(
            running=Window(
                Sum("amount"), order_by=[F("credited_on").asc(), F("id").asc()]
            )
        )
        .filter(running__gte=OuterRef("required"))
        .order_by("credited_on", "id")
        .values("credited_on")[:1]
    )
    return (
        periods.annotate(
            general=FilteredRelation(
                "project__contracts", condition=Q(project__contracts__kind="general")
            )
        )
        .annotate(
            opens_on=Greatest(
                "month_on", F("project__actual_start_on"), output_field=DateField()
            ),
            month_day=F("general__allocation_day"),
            contract_ratio=F("general__labour_cost_ratio"),
            contract_due=Coalesce("contract_amount", F("general__monthly_amount")),
        )
        .annotate(floor=Subquery(floor, output_field=RATIO))
        .annotate(ratio=Greatest("floor", "contract_ratio"))
        .annotate(
            by_value=Case(
                When(
                    completed_value__isnull=False,
                    then=Cast(
                        Round(F("completed_value") * F("ratio"), 2, output_field=MONEY),
                        MONEY,
                    ),
                ),
                When(nil_statement_on__lte=today, then=Value(0, MONEY)),
                output_field=MONEY,
            )
        )
        .annotate(
            required=Case(
                When(
                    Q(by_value__isnull=False) | Q(contract_due__isnull=False),
                    then=Greatest(
                        "by_value", "contract_due", "wages_due", output_field=MONEY
                    ),
                ),
                output_field=MONEY,
            )
        )
        .annotate(
            credited=Coalesce(Subquery(total, output_field=MONEY), Value(0, MONEY))
        )
        .annotate(
            satisfied_on=Case(
                When(
                    required__lte=0,
                    then=Coalesce(
                        "nil_statement_on",
                        TruncDate("stated_at", tzinfo=SHANGHAI),
                        output_field=DateField(),
                    ),
                ),
                When(
                    credited__gte=F("required"),
                    then=Subquery(reached, output_field=DateField()),
                ),
                output_field=DateField(),
            )
        )
    )


def months_in_span(periods: QuerySet, today: datetime.date) -> QuerySet:
    """Periods between the month of actual start and that of completion that are open on `today`."""
    return periods.filter(
        Q(project__completed_on__isnull=True)
        | Q(month_on__lte=TruncMonth("project__completed_on")),
        project__actual_start_on__isnull=False,
        project__actual_start_on__lte=today,
        month_on__gte=TruncMonth("project__actual_start_on"),
        month_on__lte=today,
    )


def allocation_months(scope, *, project, today: datetime.date) -> QuerySet:
    """The months of one project, latest first, for its pages."""
    visible = AllocationPeriod.objects.visible_to(scope).filter(project=project)
    return with_requirement(months_in_span(visible, today), today).order_by("-month_on")


def allocation_month(scope, *, project, month_on: datetime.date, today: datetime.date):
    """One month with its arithmetic, or None."""
    return (
        allocation_months(scope, project=project, today=today)
        .filter(month_on=month_on)
        .first()
    )
