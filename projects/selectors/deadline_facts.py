"""Facts that the deadline engine reads from this room: fixed columns, no scope.

Columns of facts: subject_id, project_id, area_id, period_on, anchor_on, month_day, satisfied_on, counted_on,
void_if_due_after. Columns of parties: project_id or subject_id, and organization_id.
"""

import datetime

from django.db.models import Case, DateField, F, IntegerField, Q, QuerySet, TimeField, Value, When
from django.db.models.functions import Cast, TruncDate, TruncTime

from projects.models import Approval, Project, ProjectParty
from responsibilities.selectors.clock import SHANGHAI
from responsibilities.selectors.figures import figure_versions

_NO_DATE = Cast(Value(None), DateField())
_NO_DAY = Cast(Value(None), IntegerField())


def approval_push_facts_unscoped(today: datetime.date) -> QuerySet:
    """Each approval event, from its date; satisfied by its push to 人社 (policy 二(二)一).

    A push stored after close of business (figure `close_of_business`) counts for the next day.
    """
    pushed_on = TruncDate("pushed_at", tzinfo=SHANGHAI)
    return (
        Approval.objects.order_by()
        .annotate(pushed_on=pushed_on, pushed_time=TruncTime("pushed_at", tzinfo=SHANGHAI))
        .annotate(closes_at=_closing_hour())
        .values(
            "project_id",
            subject_id=F("pk"),
            area_id=F("project__area_id"),
            period_on=_NO_DATE,
            anchor_on=F("approved_on"),
            month_day=_NO_DAY,
            satisfied_on=F("pushed_on"),
            counted_on=Case(
                When(
                    pushed_time__gt=F("closes_at"),
                    then=Cast(F("pushed_on") + datetime.timedelta(days=1), DateField()),
                ),
                default=F("pushed_on"),
                output_field=DateField(),
            ),
            void_if_due_after=_NO_DATE,
        )
    )


def _closing_hour() -> Case:
    """The hour in force on the day of the push."""
    versions = reversed(figure_versions("close_of_business"))
    return Case(
        *(When(pushed_on__gte=since, then=Value(datetime.time.fromisoformat(hour))) for since, hour in versions),
        default=Value(None),
        output_field=TimeField(),
    )


def platform_onboard_facts_unscoped(today: datetime.date) -> QuerySet:
    """Each started project, from its actual start; satisfied by enrolment in 陇明公 (policy 二(三)二).

    A project completed before the due date has nothing left to enrol.
    """
    return (
        Project.objects.filter(actual_start_on__isnull=False)
        .order_by()
        .values(
            "area_id",
            subject_id=F("pk"),
            project_id=F("pk"),
            period_on=_NO_DATE,
            anchor_on=F("actual_start_on"),
            month_day=_NO_DAY,
            satisfied_on=F("enrolled_on"),
            counted_on=F("enrolled_on"),
            void_if_due_after=F("completed_on"),
        )
    )


def parties_unscoped(*parts: str, funding_nature: str | None = None) -> QuerySet:
    """(project_id, organization_id) of those who play one of the parts, in projects so funded."""
    funded = Q(project__funding_nature=funding_nature) if funding_nature else Q()
    return ProjectParty.objects.filter(funded, part__in=parts).order_by().values("project_id", "organization_id")


def approving_units_unscoped() -> QuerySet:
    """(subject_id, organization_id): the unit that gave each approval."""
    return Approval.objects.order_by().values(subject_id=F("pk"), organization_id=F("approving_unit_id"))


def approval_names_unscoped(ids) -> dict[int, str]:
    """Approval id → its kind and number, for lists."""
    return {row.pk: str(row) for row in Approval.objects.filter(pk__in=list(ids)).only("kind", "number")}
