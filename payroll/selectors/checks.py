"""Which severity a check has, where, since when; minimum wages; how often checks hit."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from payroll.models import CheckSetting, MinimumWage, PayrollBatch, PayrollRemark
from payroll.rules.checks import Severity, severities
from payroll.selectors.batches import batches
from projects.models import Project
from responsibilities.models import Area
from responsibilities.rules.roles import Permission
from responsibilities.rules.scope import Scope

FOLLOW = CheckSetting.Severity.FOLLOW


def settings_on_unscoped(
    area_id: int | None, on: datetime.date, known_at: datetime.datetime | None = None
) -> dict[str, CheckSetting]:
    """{check: the row in force for the area on a day}; a check that nobody set is left out. One query.

    `known_at` leaves out what was set later.
    """
    rows = (
        CheckSetting.objects.filter(Q(area_id=area_id) | Q(area__isnull=True), in_force_from__lte=on)
        .order_by("check_code", F("area_id").asc(nulls_last=True), "-in_force_from", "-id")
        .select_related("area")
    )
    if known_at is not None:
        rows = rows.filter(set_at__lte=known_at)
    newest: dict[tuple[str, int | None], CheckSetting] = {}
    for row in rows:
        newest.setdefault((row.check_code, row.area_id), row)
    found: dict[str, CheckSetting] = {}
    # The area's own row comes first in the order, unless it gave way to the city's.
    for (code, _area), row in newest.items():
        if row.severity != FOLLOW:
            found.setdefault(code, row)
    return found


def severities_on_unscoped(
    area_id: int | None, on: datetime.date, known_at: datetime.datetime | None = None
) -> dict[str, Severity]:
    """{check: severity of its remarks} of every check for the area on a day."""
    return severities({code: row.severity for code, row in settings_on_unscoped(area_id, on, known_at).items()})


def settings_of_checks(codes: Iterable[str]) -> dict[str, list[CheckSetting]]:
    """All rows of these checks, the latest first: the history that everybody may read."""
    found: dict[str, list[CheckSetting]] = defaultdict(list)
    rows = CheckSetting.objects.filter(check_code__in=list(codes)).select_related("area", "set_by")
    for row in rows.order_by("-in_force_from", "-id"):
        found[row.check_code].append(row)
    return found


def areas_to_set(scope: Scope) -> tuple[bool, list[Area]]:
    """(whether for the whole city, the areas) for which the caller may set checks and minimum wages."""
    grants = scope.with_permission(Permission.PAYROLL_RULES).grants
    areas = Area.objects.exclude(kind=Area.Kind.CITY).order_by("sort_order")
    if any(grant.area_id is None for grant in grants):
        return True, list(areas)
    return False, list(areas.filter(pk__in=[grant.area_id for grant in grants]))


def hits_since(scope: Scope, since: datetime.datetime) -> dict[str, dict]:
    """{check: how many remarks and batches} of the payrolls that count now, among what the caller sees and was submitted
    since a moment: drafts, and what was replaced or sent back, say nothing of pay."""
    seen = _submitted(scope, since).order_by().values("pk")
    rows = (
        PayrollRemark.objects.filter(batch_id__in=seen)
        .order_by()
        .values("code")
        .annotate(remarks=Count("pk"), batches=Count("batch_id", distinct=True))
    )
    return {row["code"]: row for row in rows}


def batches_with_remark(scope: Scope, code: str, since: datetime.datetime) -> QuerySet:
    """The payrolls that count now and that a check hit, the latest first, each with `hits`."""
    return (
        _submitted(scope, since)
        .annotate(hits=Count("remarks", filter=Q(remarks__code=code)))
        .filter(hits__gt=0)
        .order_by("-submitted_at", "-id")
    )


def areas_without_minimum_wage(scope: Scope, on: datetime.date) -> list[Area]:
    """Areas for which no minimum wage is in force on a day, neither their own nor the city's: there it isn't checked.

    Of those for which the caller sets it, else of the areas of the projects that he sees.
    """
    city, areas = areas_to_set(scope)
    asked = Area.objects.exclude(kind=Area.Kind.CITY).order_by("sort_order")
    if not city:
        of_projects = Project.objects.visible_to(scope.with_permission(Permission.PAYROLL_VIEW)).order_by()
        asked = asked.filter(pk__in=[area.pk for area in areas] or of_projects.values("area_id"))
    in_force = MinimumWage.objects.filter(
        Q(area_id=OuterRef("pk")) | Q(area_id=OuterRef("parent_id")), withdrawn_at__isnull=True, in_force_from__lte=on
    )
    return list(asked.filter(~Exists(in_force)))


def other_minimum_wages_unscoped(area_id: int, on: datetime.date) -> list[Decimal]:
    """The rates in force in other areas on a day, yuan a month."""
    return list(
        MinimumWage.objects.filter(withdrawn_at__isnull=True, in_force_from__lte=on)
        .exclude(area_id=area_id)
        .order_by("area_id", "-in_force_from")
        .distinct("area_id")
        .values_list("monthly", flat=True)
    )


def minimum_wages() -> QuerySet:
    """Every rate ever entered, withdrawn ones too: by area, the latest first."""
    return MinimumWage.objects.select_related("area", "set_by", "withdrawn_by").order_by(
        "area__sort_order", "area_id", "-in_force_from", "-id"
    )


def _submitted(scope: Scope, since: datetime.datetime) -> QuerySet:
    return batches(scope).filter(status=PayrollBatch.Status.SUBMITTED, submitted_at__gte=since)
