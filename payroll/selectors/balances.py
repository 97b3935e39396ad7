"""Whether the special account holds what a payroll needs: said before the payroll is submitted."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, Sum

from accounts.selectors.special_accounts import credited_in_month
from accounts.selectors.statements import AccountBalance, account_balance, account_balance_unscoped
from payroll.models import Payout, PayoutException, PayrollBatch, PayrollLine
from payroll.selectors.payouts import settled_lines_unscoped
from responsibilities.rules.roles import Permission
from responsibilities.rules.scope import Scope

# Submitted and not paid in full.
OPEN_STAGES = tuple(stage for stage in PayrollBatch.Stage.values if stage not in ("", PayrollBatch.Stage.PAID))


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


def spendable(scope: Scope, project, *, besides_batch: int | None = None) -> Spendable | None:
    """The same for those who may look at the account."""
    balance = account_balance(scope, project)
    return None if balance is None else _less_payments(balance, project.pk, besides_batch)


def balance_part(scope: Scope, batch: PayrollBatch, needed: Decimal, what: str = "这份工资表") -> dict | None:
    """The account beside a visible batch, as `money_part` tells it; None where nothing is left to pay."""
    if not needed:
        return None
    found = money_part(scope, batch.project, batch.month_on, needed, besides_batch=batch.pk, what=what, owed=True)
    # Without a statement only one month's credits are known: other months had their own.
    if found is not None and (others := owed_besides_unscoped(batch, of_month=not found["known"])):
        short = not found["short"] and found["amount"] < needed + others
        found |= {"others": others, "others_short": short} | ({"level": "orange"} if short else {})
    return found


def money_part(
    scope: Scope,
    project,
    month_on: datetime.date,
    needed: Decimal | None,
    *,
    besides_batch: int | None = None,
    what: str = "",
    owed: bool = False,
) -> dict | None:
    """Context of `templates/payroll/parts/balance.html`: what the account holds against what is to be paid, in yuan.

    By the bank's statement; where there is none, by what came in for the month, and it says so. `needed` None: nothing
    to compare with. `what` names what the money is for; `owed`: it is really due, so that a gap is red and not orange.
    None for those who may not look at the account.
    """
    if not scope.can(Permission.ACCOUNT_VIEW):
        return None
    found = spendable(scope, project, besides_batch=besides_batch)
    if found is not None:
        held, source, label, day = found.amount, found.source, "专户可用余额", found.on
    else:
        held, day = Decimal(credited_in_month(scope, project=project, month_on=month_on)), None
        source, label = "还没有导入专户的银行流水，只能看当月到账", f"{month_on:%Y-%m} 专户到账人工费用"
    short = max(needed - held, Decimal(0)) if needed is not None else Decimal(0)
    level = "" if needed is None else ("red" if owed and found is not None else "orange") if short else "green"
    return {
        "code": project.code,
        "known": found is not None,
        "on": day,
        "label": label,
        "amount": held,
        "source": source,
        "needed": needed,
        "what": what,
        "short": short,
        "over": held - needed if needed is not None else None,
        "level": level,
        "words": found.words(needed) if found is not None and needed is not None else "",
    }


def owed_besides_unscoped(batch: PayrollBatch, *, of_month: bool = False) -> Decimal:
    """What a project's other submitted sheets still have to be paid: the same money can't be enough for each alone.

    `of_month`: only those of the same month. The sheet that this one replaces isn't another one, and what a leaver's
    settlement paid isn't owed.
    """
    versions = PayrollBatch.objects.filter(
        project_id=batch.project_id,
        month_on=batch.month_on,
        subcontractor_id=batch.subcontractor_id,
        sequence=batch.sequence,
    )
    under_way = Payout.objects.filter(line=OuterRef("pk"), state__in=(Payout.State.PENDING, Payout.State.PAID))
    excepted = PayoutException.objects.filter(line=OuterRef("pk"), lifted_at__isnull=True)
    lines = PayrollLine.objects.filter(
        ~Exists(under_way),
        ~Exists(excepted),
        Q(batch__month_on=batch.month_on) if of_month else Q(),
        ~Q(batch__in=versions),
        batch__project_id=batch.project_id,
        batch__status=PayrollBatch.Status.SUBMITTED,
        batch__stage__in=OPEN_STAGES,
        net__gt=0,
    ).exclude(pk__in=settled_lines_unscoped(batch.project_id))
    return lines.aggregate(left=Sum("net"))["left"] or Decimal(0)


def _less_payments(balance: AccountBalance, project_id: int, besides: int | None) -> Spendable:
    payments = Payout.objects.filter(file__batch__project_id=project_id).order_by()
    if besides is not None:
        payments = payments.exclude(file__batch_id=besides, state=Payout.State.PENDING)
    sums = payments.aggregate(
        paid=Sum("amount", filter=Q(state=Payout.State.PAID, paid_on__gt=balance.on)),
        pending=Sum("amount", filter=Q(state=Payout.State.PENDING)),
    )
    return Spendable(balance, sums["paid"] or Decimal(0), sums["pending"] or Decimal(0))
