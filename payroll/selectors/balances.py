"""Whether the special account holds what a payroll needs: said before the payroll is submitted."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, Sum

from accounts.selectors.special_accounts import credited_in_month, special_account_of
from accounts.selectors.statements import AccountBalance, account_balance, account_balance_unscoped
from payroll.models import Payout, PayoutException, PayrollBatch, PayrollLine
from payroll.selectors.batches import of_every_version
from payroll.selectors.payouts import settled_lines_unscoped
from projects.selectors.projects import projects
from responsibilities.rules.roles import Permission
from responsibilities.rules.scope import Scope
from responsibilities.selectors.clock import today

# Submitted and not paid in full.
OLD_AFTER = 31  # days: a statement is imported every month
NOT_REGISTERED = "专用账户没有登记，不能代发"
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
        return self.balance.source + _taken_off("其后已发放", self.paid_after, self.pending)

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
        found |= {"others": others, "others_short": short}
        if short and found["level"] == "green":
            found["level"] = "orange"
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

    By the bank's statement; where there is none, by what came in for the month less what was paid of it, and it says so.
    A statement of long ago is no proof of plenty, and without a registered account nothing can be paid at all.
    `needed` None: nothing to compare with. `what` names what the money is for; `owed`: it is really due, so that a gap
    is red and not orange. None for those who may not look at the account.
    """
    registered = special_account_of(scope, project) is not None
    # Who may look at other projects' accounts only is told nothing of this one, not even that there is none.
    if not registered and not projects(scope.with_permission(Permission.ACCOUNT_VIEW)).filter(pk=project.pk).exists():
        return None
    found = spendable(scope, project, besides_batch=besides_batch)
    if found is not None:
        held, source, label, day = found.amount, found.source, "专户可用余额", found.on
    else:
        held, source = _left_of_month(scope, project, month_on, besides_batch)
        label, day = f"{month_on:%Y-%m} 专户到账人工费用", None
    old = (today() - day).days if day is not None and (today() - day).days > OLD_AFTER else 0
    short = max(needed - held, Decimal(0)) if needed is not None else Decimal(0)
    if needed is None:
        level = ""
    elif short:
        level = "red" if owed and found is not None else "orange"
    else:
        level = "orange" if old else "green"
    return {
        "code": project.code,
        "known": found is not None,
        "refused": "" if registered else NOT_REGISTERED,
        "old_days": old,
        "on": day,
        "label": label,
        "amount": held,
        "source": source,
        "needed": needed,
        "what": what,
        "short": short,
        "over": held - needed if needed is not None else None,
        "level": level if registered else "red",
        "words": found.words(needed) if found is not None and needed is not None else "",
    }


def owed_besides_unscoped(batch: PayrollBatch, *, of_month: bool = False) -> Decimal:
    """What a project's other submitted sheets still have to be paid: the same money can't be enough for each alone.

    `of_month`: only those of the same month. The sheet that this one replaces isn't another one, and what a leaver's
    settlement paid isn't owed.
    """
    versions = PayrollBatch.objects.filter(**of_every_version(batch))
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


def _left_of_month(scope: Scope, project, month_on: datetime.date, besides: int | None) -> tuple[Decimal, str]:
    """What is left of a month's credits after all that was paid of that month or is under way, and this in words."""
    credited = Decimal(credited_in_month(scope, project=project, month_on=month_on))
    paid, pending = _payments(project.pk, besides, Q(), month_on)
    source = "还没有导入专户的银行流水，只能看当月到账"
    if paid or pending:
        source += f" {credited:,.2f} 元" + _taken_off("当月已发放", paid, pending)
    return credited - paid - pending, source


def _less_payments(balance: AccountBalance, project_id: int, besides: int | None) -> Spendable:
    return Spendable(balance, *_payments(project_id, besides, Q(paid_on__gt=balance.on)))


def _payments(
    project_id: int, besides: int | None, paid: Q, month_on: datetime.date | None = None
) -> tuple[Decimal, Decimal]:
    """Paid, of those that `paid` asks for, and under way; of one month's sheets where a month is given."""
    payments = Payout.objects.filter(file__batch__project_id=project_id).order_by()
    if month_on is not None:
        payments = payments.filter(file__batch__month_on=month_on)
    if besides is not None:
        payments = payments.exclude(file__batch_id=besides, state=Payout.State.PENDING)
    sums = payments.aggregate(
        paid=Sum("amount", filter=Q(paid, state=Payout.State.PAID)),
        pending=Sum("amount", filter=Q(state=Payout.State.PENDING)),
    )
    return sums["paid"] or Decimal(0), sums["pending"] or Decimal(0)


def _taken_off(what: str, paid: Decimal, pending: Decimal) -> str:
    """What was taken off an amount, in words: paid and under way."""
    said = f"，减{what} {paid:,.2f} 元" if paid else ""
    return said + (f"，减正在代发 {pending:,.2f} 元" if pending else "")
