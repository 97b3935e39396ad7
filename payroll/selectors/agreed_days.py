"""Pay days that labour contracts state: which sheets under way have somebody whose day has passed. 724 art 12."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, TruncMonth

from payroll.models import LabourContract, Payout, PayoutException, PayrollBatch, PayrollLine
from payroll.rules.pay_days import due_months
from payroll.selectors.payouts import SETTLED_LINES
from payroll.selectors.reconciliation import pay_period_versions
from projects.models import ProjectParty

_SETTLED = """WITH seen (id) AS (SELECT id FROM payroll_payrollbatch WHERE status = 'submitted' AND stage <> 'paid')
{lines}""".replace("{lines}", SETTLED_LINES)


@dataclass(frozen=True, slots=True)
class Passed:
    """How many workers of a sheet weren't paid on the day of the month that their contract states, and the earliest."""

    people: int
    day: int


def unpaid_lines_unscoped() -> QuerySet:
    """Lines with something to pay that are neither on their way nor taken out of the pay-out."""
    under_way = Payout.objects.filter(line=OuterRef("pk"), state__in=(Payout.State.PENDING, Payout.State.PAID))
    excepted = PayoutException.objects.filter(line=OuterRef("pk"), lifted_at__isnull=True)
    return PayrollLine.objects.filter(~Exists(under_way), ~Exists(excepted), net__gt=0).order_by()


def with_a_day_passed_unscoped(today: datetime.date) -> Q:
    """Sheets whose pay is due within this month, with somebody whose stated day has passed.

    Not moved before rest days, as the law's last day (`payroll.rules.pay_days`): after it, pay is late in any case.
    """
    # Sites where nobody's day has passed yet are told by their contracts alone: their lines needn't be looked at.
    early = LabourContract.objects.filter(project=OuterRef("project"), pay_day__lt=today.day).order_by()
    passed = _passed_lines(today).filter(batch=OuterRef("pk"))
    return _due(today, "month_on") & Exists(early) & Exists(passed)


def passed_days_unscoped(batches: Iterable[PayrollBatch], today: datetime.date) -> dict[int, Passed]:
    """By batch, for those that have any; one query."""
    found = (
        _passed_lines(today)
        .filter(_due(today, "batch__month_on"), batch__in=[batch.pk for batch in batches])
        .values("batch_id")
        .annotate(people=Count("pk"), day=Min("stated_day"))
        .values_list("batch_id", "people", "day")
    )
    return {pk: Passed(people, day) for pk, people, day in found}


def lines_past_their_day_unscoped(today: datetime.date) -> QuerySet:
    """Unpaid lines whose contract's day has passed, of sheets whose pay is due within this month."""
    return _passed_lines(today).filter(_due(today, "batch__month_on"), batch__status="submitted")


def owed_lines_unscoped() -> QuerySet:
    """Unpaid lines but those that a leaver's settlement has paid."""
    return unpaid_lines_unscoped().exclude(pk__in=RawSQL(_SETTLED, []))  # noqa: S611 - a constant of ours


def _due(today: datetime.date, month_on: str) -> Q:
    months = due_months(pay_period_versions(), today)
    # Without any range nothing is due: an empty Q would mean everything.
    ranges = [Q(**{f"{month_on}__gte": start, f"{month_on}__lt": end}) for start, end in months]
    return reduce(or_, ranges, Q(pk__in=()))


def _passed_lines(today: datetime.date) -> QuerySet:
    """Unpaid lines with `stated_day` before today's, by the latest contract that ran in the month of work; but those
    that a leaver's settlement has paid."""
    contractor = ProjectParty.objects.filter(project=OuterRef("batch__project"), part="general_contractor")
    contracts = (
        LabourContract.objects.annotate(starts_in=TruncMonth("starts_on"))
        .filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=OuterRef("batch__month_on")),
            Q(ended_on__isnull=True) | Q(ended_on__gte=OuterRef("batch__month_on")),
            project=OuterRef("batch__project"),
            worker=OuterRef("worker"),
            employer=OuterRef("employer_id"),
            pay_day__isnull=False,
            starts_in__lte=OuterRef("batch__month_on"),
        )
        .order_by("-starts_on", "-id")
    )
    return (
        owed_lines_unscoped()
        .annotate(
            employer_id=Coalesce(
                "batch__subcontractor", Subquery(contractor.order_by("-id").values("organization_id")[:1])
            )
        )
        .annotate(stated_day=Subquery(contracts.values("pay_day")[:1]))
        .filter(stated_day__lt=today.day)
    )
