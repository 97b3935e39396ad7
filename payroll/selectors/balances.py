"""Whether the special account holds what a payroll needs: said before the payroll is submitted."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, Sum

from accounts.selectors.statements import AccountBalance, account_balance, account_balance_unscoped
from payroll.models import Payout, PayrollBatch
from responsibilities.rules.scope import Scope


@dataclass(frozen=True, slots=True)
class Spendable:
    """What can still be spent: the statement's balance, later credits, less what was paid since and is under way."""

    balance: AccountBalance
    paid_after: Decimal
    pending: Decimal

    @property
    def amount(self) -> Decimal:
        return self.balance.now - self.paid_after - self.pending

    @property
    def on(self) -> datetime.date:
        return self.balance.on

    @property
    def source(self) -> str:
        """In words: of which day, from where, and what was taken off since."""
        said = self.balance.source
        if self.paid_after:
            said += f"，减其后已发放 {self.paid_after:,.2f} 元"
        if self.pending:
            said += f"，减正在代发 {self.pending:,.2f} 元"
        return said

    def short(self, needed: Decimal) -> Decimal:
        """How much is missing for `needed`, 0 where nothing is."""
        return max(needed - self.amount, Decimal(0))

    def words(self, needed: Decimal) -> str:
        """The comparison as a sentence, with what to do."""
        missing = self.short(needed)
        if not missing:
            return f"专户可用 {self.amount:,.2f} 元（{self.source}），足够支付本次 {needed:,.2f} 元。"
        return (
            f"专户可用 {self.amount:,.2f} 元（{self.source}），本次应发 {needed:,.2f} 元，还差 {missing:,.2f} 元。"
            "请督促建设单位拨足人工费用后再发放。"
        )


def spendable_unscoped(project_id: int, *, besides_batch: int | None = None) -> Spendable | None:
    """What a project's special account can still pay; None where no statement says a balance.

    `besides_batch`: payments of this batch are not taken off, because it is they that are asked about.
    """
    balance = account_balance_unscoped(project_id)
    return None if balance is None else _less_payments(balance, project_id, besides_batch)


def spendable(scope: Scope, batch: PayrollBatch) -> Spendable | None:
    """The same beside a visible batch, for those who may look at the account."""
    balance = account_balance(scope, batch.project)
    return None if balance is None else _less_payments(balance, batch.project_id, batch.pk)


def balance_part(scope: Scope, batch: PayrollBatch, needed: Decimal) -> dict | None:
    """Context of `templates/payroll/parts/balance.html`; None where nothing is known or nothing is left to pay."""
    if not needed:
        return None
    found = spendable(scope, batch)
    if found is None:
        return None
    return {"amount": found.amount, "source": found.source, "short": found.short(needed), "words": found.words(needed)}


def _less_payments(balance: AccountBalance, project_id: int, besides: int | None) -> Spendable:
    payments = Payout.objects.filter(file__batch__project_id=project_id).order_by()
    if besides is not None:
        payments = payments.exclude(file__batch_id=besides, state=Payout.State.PENDING)
    sums = payments.aggregate(
        paid=Sum("amount", filter=Q(state=Payout.State.PAID, paid_on__gt=balance.on)),
        pending=Sum("amount", filter=Q(state=Payout.State.PENDING)),
    )
    return Spendable(balance, sums["paid"] or Decimal(0), sums["pending"] or Decimal(0))
