"""Movements of special accounts, and what is left on them with its day and source."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum

from accounts.models import Allocation, SpecialAccount, StatementImport, StatementLine
from responsibilities.rules.errors import NotVisible
from responsibilities.rules.roles import Permission
from responsibilities.rules.scope import Scope

FILTERS = {
    "in": Q(direction="in"),
    "out": Q(direction="out"),
    "wage": Q(nature="wage"),
    "other": Q(nature="other"),
}


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """The balance of the latest statement, and what came in afterwards as far as the portal knows; yuan."""

    amount: Decimal
    on: datetime.date
    credited_after: Decimal

    @property
    def now(self) -> Decimal:
        return self.amount + self.credited_after

    @property
    def source(self) -> str:
        """截至 2026-11-20 银行流水."""
        later = f"，另加其后到账 {self.credited_after:,.2f} 元" if self.credited_after else ""
        return f"截至 {self.on} 银行流水{later}"


def account_balance_unscoped(project_id: int) -> AccountBalance | None:
    """The special account's balance by its latest statement plus later credits; None where no statement says one."""
    last = (
        StatementLine.objects.filter(account__project_id=project_id, balance__isnull=False)
        .order_by("-on", "-imported_id", "-position")
        .first()
    )
    if last is None:
        return None
    credited = Allocation.objects.filter(
        project_id=project_id,
        kind=Allocation.Kind.CREDIT,
        voided_at__isnull=True,
        credited_on__gt=last.on,
    ).aggregate(total=Sum("amount"))["total"]
    return AccountBalance(last.balance, last.on, credited or Decimal("0.00"))


def account_balance(scope: Scope, project) -> AccountBalance | None:
    """The balance for those who may look at the project's account."""
    visible = SpecialAccount.objects.visible_to(scope.with_permission(Permission.ACCOUNT_VIEW))
    if not visible.filter(project=project).exists():
        return None
    return account_balance_unscoped(project.pk)


def statement_lines(scope: Scope, project) -> QuerySet:
    """The movements of a project's account, latest first."""
    return (
        StatementLine.objects.visible_to(scope.with_permission(Permission.ACCOUNT_VIEW))
        .filter(account__project=project)
        .order_by("-on", "-imported_id", "-position")
    )


def search_statement_lines(
    rows: QuerySet, *, text: str = "", month_on: datetime.date | None = None, kind: str = ""
) -> QuerySet:
    """The list's filters."""
    if text:
        rows = rows.filter(
            Q(counterparty_name__icontains=text) | Q(purpose__icontains=text) | Q(reference__icontains=text)
        )
    if month_on:
        rows = rows.filter(on__gte=month_on, on__lt=(month_on + datetime.timedelta(days=32)).replace(day=1))
    return rows.filter(FILTERS[kind]) if kind in FILTERS else rows


def statement_imports(scope: Scope, project) -> QuerySet:
    """What was imported or waits for a person, latest first; what was given up is left out."""
    return (
        StatementImport.objects.visible_to(scope.with_permission(Permission.ACCOUNT_VIEW))
        .filter(account__project=project)
        .exclude(status=StatementImport.Status.DISCARDED)
        .defer("sealed", "found")
        .select_related("imported_by")
        .order_by("-id")
    )


def statement_import_by_pk(scope: Scope, project, pk: int) -> StatementImport:
    """One import of a project that the caller may take statements in for; raises NotVisible."""
    found = (
        StatementImport.objects.visible_to(scope.with_permission(Permission.STATEMENT_IMPORT))
        .filter(account__project=project, pk=pk)
        .defer("sealed")
        .select_related("account", "imported_by", "confirmed_by")
        .first()
    )
    if found is None:
        raise NotVisible("没有找到这份流水，或者它不在您的管辖范围内。")
    return found


def statement_totals(rows: QuerySet) -> dict:
    """What came in, what went out, and how much of it was not for wages; yuan."""
    return rows.order_by().aggregate(
        income=Sum("amount", filter=Q(direction="in")),
        wages=Sum("amount", filter=Q(nature="wage")),
        fees=Sum("amount", filter=Q(nature="fee")),
        other=Sum("amount", filter=Q(nature="other")),
    )


def statement_line_unscoped(pk: int) -> StatementLine | None:
    """One movement with its account, for services that check the project themselves."""
    return StatementLine.objects.select_related("account").filter(pk=pk).first()
