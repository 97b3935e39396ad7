"""The register of workers: people on sites, within what the caller may see of pay. A row is a person at an employer."""

import datetime

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery, Sum

from payroll.models import BankCard, PayrollBatch, PayrollLine, Worker
from payroll.selectors.batches import batches
from payroll.selectors.site_people import contract_in_force_unscoped, entries
from payroll.selectors.workers import worker_lines
from responsibilities.models import Organization
from responsibilities.rules.errors import NotVisible
from responsibilities.rules.scope import Scope

ORDERINGS = {
    "name": ("worker__pinyin_key", "worker__name", "pk"),
    "project": ("project__pinyin_key", "project__name", "crew", "worker__pinyin_key", "pk"),
    "crew": ("crew", "worker__pinyin_key", "pk"),
    "entered": ("entered_on", "pk"),
    "paid": ("last_paid_on", "pk"),
}
WORRIES = {
    "no_contract": "没有在期合同",
    "no_card": "没有工资卡",
    "unpaid": "上月没有工资",
    "no_entry": "没有进场登记",
}


def register(scope: Scope, *, today: datetime.date) -> QuerySet:
    """Roster entries in sight with `has_contract`, `has_card`, `last_paid_on` (month) and `unpaid`.

    `unpaid`: on site in the month before, without a line in a submitted payroll of the site for it.
    """
    first = (today.replace(day=1) - datetime.timedelta(days=1)).replace(day=1)
    paid = PayrollLine.objects.filter(
        worker_id=OuterRef("worker_id"),
        batch__project_id=OuterRef("project_id"),
        batch__status=PayrollBatch.Status.SUBMITTED,
    )
    came = Q(entered_on__isnull=True) | Q(entered_on__lt=today.replace(day=1))
    stayed = Q(left_on__isnull=True) | Q(left_on__gte=first)
    return (
        entries(scope)
        .annotate(
            has_contract=Exists(contract_in_force_unscoped(today)),
            has_card=Exists(BankCard.objects.filter(worker_id=OuterRef("worker_id"))),
            last_paid_on=Subquery(paid.order_by("-batch__month_on").values("batch__month_on")[:1]),
            paid_then=Exists(paid.filter(batch__month_on=first)),
        )
        .annotate(on_site_then=ExpressionWrapper(came & stayed, output_field=BooleanField()))
    )


def search_register(
    rows: QuerySet,
    *,
    text: str = "",
    id_index: bytes | None = None,
    project: str = "",
    employer: str = "",
    crew: str = "",
    state: str = "",
    worry: str = "",
    order: str = "",
) -> QuerySet:
    """The list's filters. `text`: name, pinyin or its initials, last four digits; `id_index`: a full ID number's."""
    if id_index is not None:
        rows = rows.filter(worker__id_number_index=id_index)
    if text:
        plain = text.lower().replace(" ", "")
        found = Q(worker__name__icontains=text) | Q(worker__id_last4=text.upper())
        if plain.isascii():
            found |= Q(worker__pinyin_key__startswith=plain) | Q(worker__pinyin_key__contains=f" {plain}")
        rows = rows.filter(found)
    if project:
        rows = rows.filter(project__code=project)
    if employer:
        rows = rows.filter(employer__code=employer)
    if crew:
        rows = rows.filter(crew=crew)
    if state == "left":
        rows = rows.filter(left_on__isnull=False)
    elif state != "all":
        rows = rows.filter(left_on__isnull=True)
    conditions = {
        "no_contract": Q(has_contract=False),
        "no_card": Q(has_card=False),
        "unpaid": Q(on_site_then=True, paid_then=False),
        "no_entry": Q(entered_on__isnull=True),
    }
    if worry in conditions:
        rows = rows.filter(conditions[worry])
    # Who has worked longest without a contract comes first, unless the person sorts otherwise.
    return rows.order_by(*_ordering(order or ("entered" if worry == "no_contract" else "")))


def worry_counts(rows: QuerySet) -> dict[str, int]:
    """How many of those on site have which gap."""
    here = rows.filter(left_on__isnull=True).order_by()
    return here.aggregate(
        people=Count("pk"),
        no_contract=Count("pk", filter=Q(has_contract=False)),
        no_card=Count("pk", filter=Q(has_card=False)),
        unpaid=Count("pk", filter=Q(on_site_then=True, paid_then=False)),
        no_entry=Count("pk", filter=Q(entered_on__isnull=True)),
    )


def register_choices(scope: Scope, project: str = "") -> tuple[list[tuple[str, str]], list[tuple[str, str]], list[str]]:
    """(projects, employers, crews) that occur in the register, for the filters; crews of one project only."""
    rows = entries(scope).order_by()
    projects = rows.values_list("project__code", "project__name").distinct().order_by("project__name")
    employers = Organization.objects.filter(
        pk__in=(rows.filter(project__code=project) if project else rows).values("employer_id")
    ).order_by("name")
    crews = (
        rows.filter(project__code=project).exclude(crew="").values_list("crew", flat=True).distinct() if project else []
    )
    return list(projects), [(one.code, one.name) for one in employers], sorted(crews)


def person_by_pk(scope: Scope, pk: int) -> Worker:
    """A worker on a roster, or paid, on a site the caller sees; raises NotVisible."""
    worker = Worker.objects.filter(pk=pk).first()
    if worker is None or not (entries(scope).filter(worker=worker).exists() or worker_lines(scope, pk).exists()):
        raise NotVisible("没有找到这名工人，或者其工资记录不在您的管辖范围内。")
    return worker


def entries_of_worker(scope: Scope, worker: Worker) -> QuerySet:
    """Where a worker is or was on a roster in sight, latest first."""
    return entries(scope).filter(worker=worker).order_by(F("entered_on").desc(nulls_last=True), "-pk")


def pay_by_month(scope: Scope, worker_id: int) -> list[tuple[datetime.date, object]]:
    """(month, net) of submitted pay in sight, oldest first; several sites of a month added up."""
    visible = batches(scope).filter(status=PayrollBatch.Status.SUBMITTED).order_by().values("pk")
    return list(
        PayrollLine.objects.filter(worker_id=worker_id, batch_id__in=visible)
        .order_by()
        .values_list("batch__month_on")
        .annotate(total=Sum("net"))
        .order_by("batch__month_on")
    )


def _ordering(order: str) -> tuple:
    name = order.removeprefix("-")
    if name not in ORDERINGS:
        return ORDERINGS["project"]
    first, *rest = ORDERINGS[name]
    field = F(first)
    return (field.desc(nulls_last=True) if order.startswith("-") else field.asc(nulls_last=True), *rest)
