"""Reads of what workers answered: counts for those who audit, single rows for the worker's own link."""

import datetime
from dataclasses import dataclass

from django.db.models import Count, F, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.db.models.lookups import IsNull

from payroll.models import BatchAct, PayConfirmation, PayContest, PayrollBatch, PayrollLine
from payroll.rules.contests import NOT_CONCLUDED, UNSETTLED
from payroll.selectors.batches import batches, of_every_version
from responsibilities.rules.errors import NotVisible
from responsibilities.rules.roles import Permission
from responsibilities.rules.scope import Scope
from responsibilities.selectors.clock import SHANGHAI

State = PayConfirmation.State
MONTHS_SHOWN = 12
CANDIDATES = 24


@dataclass(frozen=True, slots=True)
class AnswerCounts:
    """How many workers answered what; of a batch or of one of its crews."""

    crew: str
    asked: int
    confirmed: int
    contested: int
    on_paper: int
    seen: int

    @property
    def silent(self) -> int:
        return self.asked - self.confirmed - self.contested

    @property
    def share(self) -> int:
        """Confirmed of those asked, in whole per cent, rounded down: 100 means everybody."""
        return self.confirmed * 100 // self.asked if self.asked else 0


def answer_counts(scope: Scope, batch: PayrollBatch) -> AnswerCounts:
    """Of the whole batch."""
    row = confirmations(scope, batch).order_by().aggregate(**_COUNTS)
    return AnswerCounts(crew="", **row)


def answer_counts_unscoped(batch: PayrollBatch) -> AnswerCounts:
    """Of a batch that was found in the caller's scope already."""
    return AnswerCounts(crew="", **PayConfirmation.objects.filter(batch=batch).aggregate(**_COUNTS))


def answer_counts_by_crew(scope: Scope, batch: PayrollBatch) -> list[AnswerCounts]:
    """Of each crew, the ones with most silence first."""
    rows = confirmations(scope, batch).order_by().values("line__crew").annotate(**_COUNTS)
    found = [AnswerCounts(crew=row.pop("line__crew"), **row) for row in rows]
    return sorted(found, key=lambda one: (-one.silent, -one.contested, one.crew))


def confirmations(scope: Scope, batch: PayrollBatch) -> QuerySet:
    """A batch's confirmations with line and worker, in the order of the sheet."""
    return (
        PayConfirmation.objects.visible_to(scope.with_permission(Permission.PAYROLL_VIEW))
        .filter(batch=batch)
        .select_related("line__worker", "line__card")
        .order_by("line__sheet_no", "line__row")
    )


def contests(scope: Scope) -> QuerySet:
    """Contests of batches that the caller sees, newest first."""
    return (
        PayContest.objects.visible_to(scope.with_permission(Permission.PAYROLL_VIEW))
        .select_related(
            "batch__project__area",
            "batch__subcontractor",
            "batch__notice",
            "confirmation__line__worker",
            "confirmation__line__card",
            "answered_by",
        )
        .order_by(F("insisted_at").desc(nulls_last=True), "-raised_at")
    )


def with_current_batch(rows: QuerySet) -> QuerySet:
    """Adds `current_batch`: the sheet of the contest's month and employer that counts now; None while none does."""
    current = PayrollBatch.objects.filter(
        Q(subcontractor=OuterRef("batch__subcontractor"))
        | Q(IsNull(OuterRef("batch__subcontractor"), True), subcontractor__isnull=True),
        project=OuterRef("batch__project"),
        month_on=OuterRef("batch__month_on"),
        sequence=OuterRef("batch__sequence"),
        status=PayrollBatch.Status.SUBMITTED,
    )
    return rows.annotate(current_batch=Subquery(current.order_by().values("pk")[:1]))


def contest_by_pk(scope: Scope, pk: int) -> PayContest:
    """One contest; raises NotVisible."""
    found = contests(scope).select_related("photo").filter(pk=pk).first()
    if found is None:
        raise NotVisible("没有找到这条工资异议，或者它不在您的管辖范围内。")
    return found


def unsettled(scope: Scope, batch: PayrollBatch) -> QuerySet:
    """Contests of a batch in which neither side gave in, and of the versions before it: who contested and was left
    out of the corrected sheet still waits for an answer.
    """
    return contests(scope).filter(**of_every_version(batch, "batch__"), state__in=sorted(UNSETTLED))


def not_concluded(scope: Scope, batch: PayrollBatch) -> QuerySet:
    """The same, and those that 人社 took over and has not ended yet."""
    return contests(scope).filter(**of_every_version(batch, "batch__"), state__in=sorted(NOT_CONCLUDED))


def contests_since(scope: Scope, batch: PayrollBatch, day: datetime.date) -> QuerySet:
    """What was contested of a batch or a version of it since a day, the first of them first; not what was withdrawn."""
    return (
        contests(scope)
        .filter(**of_every_version(batch, "batch__"), raised_at__date__gte=day)
        .exclude(state=PayContest.State.WITHDRAWN)
        .order_by("raised_at", "id")
    )


def disputed_by(scope: Scope, batch: PayrollBatch) -> dict[int, PayContest]:
    """{worker: his contest of this month's pay that has not ended, the latest}; one query."""
    return {one.confirmation.line.worker_id: one for one in not_concluded(scope, batch).order_by("id")}


def contests_waiting(scope: Scope) -> tuple[int, datetime.date | None]:
    """How many contests wait for an answer from whoever may give one, and since which day the first of them."""
    rows = contests(scope.with_permission(Permission.CONTEST_ANSWER)).filter(state=PayContest.State.OPEN)
    found = rows.order_by().aggregate(n=Count("pk"), since=Min(Coalesce("insisted_at", "raised_at")))
    return found["n"], found["since"] and found["since"].astimezone(SHANGHAI).date()


def returned_batches(scope: Scope) -> QuerySet:
    """Sheets that were sent back and not replaced yet, of those that the caller may compile, with when and why."""
    last = BatchAct.objects.filter(batch_id=OuterRef("pk"), act=BatchAct.Act.RETURN).order_by("-id")
    return (
        batches(scope.with_permission(Permission.PAYROLL_SUBMIT))
        .filter(status=PayrollBatch.Status.RETURNED)
        .annotate(returned_why=Subquery(last.values("reason")[:1]), returned_at=Subquery(last.values("at")[:1]))
        .order_by("-month_on", "-id")
    )


def flow_tasks(scope: Scope, *, limit: int) -> dict:
    """What first pages show of the flow: sheets sent back, contests that wait for the caller's answer, and for 人社
    the ones in which the worker insists.
    """
    may_compile = scope.can(Permission.PAYROLL_SUBMIT) and scope.can(Permission.PAYROLL_VIEW)
    insisted = contests(scope.with_permission(Permission.ESCALATION_DECIDE)).filter(
        state=PayContest.State.OPEN, insisted_at__isnull=False
    )
    waiting, since = contests_waiting(scope) if scope.can(Permission.CONTEST_ANSWER) else (0, None)
    return {
        "contests_insisted": insisted.count() if scope.can(Permission.ESCALATION_DECIDE) else 0,
        "returned_sheets": list(returned_batches(scope)[:limit]) if may_compile else [],
        "contests_to_answer": waiting,
        "contests_since": since,
    }


def confirmation_by_key_unscoped(key) -> PayConfirmation | None:
    """The row behind a link whose digest was found right."""
    return (
        PayConfirmation.objects.select_related(
            "batch__project__area", "batch__subcontractor", "line__worker", "line__card"
        )
        .filter(key=key)
        .first()
    )


def contests_of_month_unscoped(confirmation: PayConfirmation) -> QuerySet:
    """What the worker contested of this month's pay, whichever version of the sheet it was; the latest first."""
    return PayContest.objects.filter(
        **of_every_version(confirmation.batch, "batch__"),
        confirmation__line__worker_id=confirmation.line.worker_id,
    ).order_by("-id")


def line_in_force(scope: Scope, contest: PayContest) -> PayrollLine | None:
    """What the worker is paid for that month by the sheet that counts now; None while none does or he isn't in it."""
    return (
        PayrollLine.objects.visible_to(scope.with_permission(Permission.PAYROLL_VIEW))
        .filter(
            **of_every_version(contest.batch, "batch__"),
            worker_id=contest.confirmation.line.worker_id,
            batch__status=PayrollBatch.Status.SUBMITTED,
        )
        .order_by("id")
        .first()
    )


def own_months_unscoped(confirmation: PayConfirmation) -> list[PayConfirmation]:
    """The same worker's current pay on the same project, newest first.

    Other sites stay out: a printed slip passes through the hands of this site's people.
    """
    return list(
        PayConfirmation.objects.filter(
            line__worker_id=confirmation.line.worker_id,
            batch__project_id=confirmation.batch.project_id,
            batch__status=PayrollBatch.Status.SUBMITTED,
        )
        .select_related("batch", "line")
        .order_by("-batch__month_on", "batch__sequence", "-id")[:MONTHS_SHOWN]
    )


_ALIVE = ~Q(state=State.VOID)
_COUNTS = {
    "asked": Count("pk", filter=_ALIVE),
    "confirmed": Count("pk", filter=Q(state=State.CONFIRMED)),
    "contested": Count("pk", filter=Q(state=State.CONTESTED)),
    "on_paper": Count("pk", filter=_ALIVE & Q(channel="paper")),
    "seen": Count("pk", filter=_ALIVE & Q(seen_at__isnull=False)),
}


def candidates_unscoped(project_id: int, name: str, id_last4: str) -> list[PayConfirmation]:
    """The latest pay on a project of each person with this name and end of the ID number; a few people at most."""
    return list(
        PayConfirmation.objects.filter(
            batch__project_id=project_id,
            batch__status=PayrollBatch.Status.SUBMITTED,
            line__worker__name=name,
            line__worker__id_last4=id_last4,
        )
        .select_related("line__worker")
        .order_by("line__worker_id", "-batch__month_on", "-batch__sequence", "-id")
        .distinct("line__worker_id")[:CANDIDATES]
    )
