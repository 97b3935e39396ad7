"""The problems of one batch as a list: filtered, sorted, with the person each row is about."""

from collections import defaultdict

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Case, CharField, Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, JSONObject

from payroll.models import PayrollBatch, PayrollLine, PayrollRejectedRow, PayrollRemark
from payroll.rules.checks import catalogue
from payroll.selectors.batches import remarks_of_batch
from responsibilities.rules.scope import Scope

Severity = PayrollRemark.Severity
ROWS_TOLD = 40
_PLACE = ("sheet_no", F("row").asc(nulls_first=True), "id")
ORDERINGS = {
    "row": _PLACE,
    "code": ("code", *_PLACE),
    "severity": ("gravity", *_PLACE),
    "person": ("person", *_PLACE),
}


def problems_of(
    scope: Scope,
    batch: PayrollBatch,
    *,
    text: str = "",
    family: str = "",
    severity: str = "",
    code: str = "",
    order: str = "",
) -> QuerySet:
    """The batch's remarks with `person` (the name in the row, "" for the whole batch) and `gravity`."""
    rows = _named(remarks_of_batch(scope, batch))
    if family:
        rows = rows.filter(code__in=[check.code for check in catalogue().values() if check.family == family])
    if severity:
        rows = rows.filter(severity=severity)
    if code:
        rows = rows.filter(code=code)
    if text:
        rows = rows.filter(Q(message__icontains=text) | Q(person__icontains=text) | Q(cell__iexact=text))
    return rows.order_by(*_ordering(order))


def problem_counts(scope: Scope, batch: PayrollBatch) -> dict:
    """{"total", "families": {family: n}, "severities": {severity: n}} of the whole batch."""
    families: dict[str, int] = defaultdict(int)
    severities: dict[str, int] = defaultdict(int)
    rows = remarks_of_batch(scope, batch).order_by().values("code", "severity").annotate(found=Count("pk"))
    for row in rows:
        if check := catalogue().get(row["code"]):
            families[check.family] += row["found"]
        severities[row["severity"]] += row["found"]
    return {"total": sum(severities.values()), "families": dict(families), "severities": dict(severities)}


def problems_by_check(rows: QuerySet) -> list[dict]:
    """Of `problems_of`: one entry per check and severity, the gravest and most frequent first, with its first places."""
    place = JSONObject(sheet_no="sheet_no", row="row", cell="cell", person="person")
    found = (
        rows.order_by()
        .values("code", "severity", "gravity")
        .annotate(
            found=Count("pk"),
            places=ArrayAgg(place, order_by=("sheet_no", "row", "id")),
            message=ArrayAgg("message", order_by=("sheet_no", "row", "id")),
        )
        .order_by("gravity", "-found", "code")
    )
    return [
        row
        | {
            "check": catalogue().get(row["code"]),
            "message": row["message"][0],
            "places": [one for one in row["places"] if one["row"]][:ROWS_TOLD],
        }
        for row in found
    ]


def _named(rows: QuerySet) -> QuerySet:
    here = {"batch_id": OuterRef("batch_id"), "sheet_no": OuterRef("sheet_no"), "row": OuterRef("row")}
    taken = PayrollLine.objects.filter(**here).order_by().values("worker__name")[:1]
    name = Cast(KeyTextTransform("name", "cells"), CharField())
    rejected = PayrollRejectedRow.objects.filter(**here).order_by().values(given=name)[:1]
    gravity = Case(
        When(severity=Severity.ERROR, then=0), When(severity=Severity.WARNING, then=1), default=2,
        output_field=IntegerField(),
    )  # fmt: skip
    return rows.annotate(
        person=Coalesce(Subquery(taken), Subquery(rejected), Value(""), output_field=CharField()), gravity=gravity
    )


def _ordering(order: str) -> tuple:
    name = order.removeprefix("-")
    if name not in ORDERINGS:
        return ORDERINGS["severity"]
    if order == "-row":
        return "-sheet_no", F("row").desc(nulls_last=True), "-id"
    first, *rest = ORDERINGS[name]
    return (f"-{first}", *rest) if order.startswith("-") else (first, *rest)
