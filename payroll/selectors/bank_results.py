"""Banks' answers as the caller may see them, and their rows by what became of them."""

from django.db.models import Count, QuerySet, Sum

from payroll.models import BankResult, BankResultRow, Payout, PayoutFile
from responsibilities.rules.errors import NotVisible
from responsibilities.rules.roles import Permission
from responsibilities.rules.scope import Scope

Verdict = BankResultRow.Verdict
# What a person has to look at first.
TROUBLE = (
    Verdict.UNMATCHED,
    Verdict.AMBIGUOUS,
    Verdict.AMOUNT,
    Verdict.CARD,
    Verdict.NAME,
    Verdict.UNCLEAR,
    Verdict.REPEATED,
    Verdict.SETTLED,
)


def waiting_of(file: PayoutFile) -> dict:
    """How many payments of a visible file the bank has not answered (`n`), and yuan (`total`, None of none)."""
    return file.payouts.filter(state=Payout.State.PENDING).aggregate(n=Count("pk"), total=Sum("amount"))


def bank_results(scope: Scope) -> QuerySet:
    """Results of batches that the caller sees."""
    return BankResult.objects.visible_to(scope.with_permission(Permission.PAYROLL_VIEW)).select_related(
        "batch__project", "batch__subcontractor", "payout_file", "file", "uploaded_by", "applied_by"
    )


def bank_result_by_pk(scope: Scope, pk: int) -> BankResult:
    """One result; raises NotVisible."""
    found = bank_results(scope).filter(pk=pk).first()
    if found is None:
        raise NotVisible("没有找到这份银行回执，或者它不在您的管辖范围内。")
    return found


def results_of(scope: Scope, batch) -> QuerySet:
    """A batch's results, latest first; given-up ones stay out of the way."""
    return bank_results(scope).filter(batch=batch).exclude(status=BankResult.Status.DISCARDED).order_by("-id")


def result_rows(scope: Scope, result: BankResult, verdict: str = "") -> QuerySet:
    """The rows of a visible result; `trouble` for those that are not taken."""
    rows = (
        BankResultRow.objects.visible_to(scope.with_permission(Permission.PAYROLL_VIEW))
        .filter(result=result)
        .select_related("payout__card", "payout__line__worker")
        .order_by("row")
    )
    if verdict == "trouble":
        return rows.filter(verdict__in=TROUBLE)
    return rows.filter(verdict=verdict) if verdict in Verdict.values else rows


def silent_payments(scope: Scope, result: BankResult) -> QuerySet:
    """Payments under way that the result doesn't name."""
    named = BankResultRow.objects.visible_to(scope.with_permission(Permission.PAYROLL_VIEW)).filter(
        result=result, payout__isnull=False
    )
    return (
        result.payout_file.payouts.filter(state="pending")
        .exclude(pk__in=named.values("payout_id"))
        .select_related("line__worker", "card")
        .order_by("row")
    )


def file_in_sight(scope: Scope, pk: int) -> PayoutFile:
    """The pay-out file that an answer is about, with its batch; raises NotVisible."""
    found = (
        PayoutFile.objects.visible_to(scope.with_permission(Permission.PAYROLL_VIEW))
        .select_related("batch__project", "batch__subcontractor")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotVisible("没有找到这份代发文件，或者它不在您的管辖范围内。")
    return found
