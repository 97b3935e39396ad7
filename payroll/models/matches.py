from django.db import models
from django.db.models import Q

from payroll.models.batches import PayrollBatchManager
from payroll.models.contracts import LeaverSettlement
from payroll.models.payouts import Payout, PayoutFile
from payroll.models.undoing import Undoable
from responsibilities.models import ProjectScopedManager


class StatementMatch(Undoable):
    """A debit of the special account's statement and the payment it is, or the whole file it paid in one sum.

    Found by card, amount and day, or said by a person.
    """

    scope_project = "statement_line__account__project"
    scope_batch = "file__batch"

    statement_line = models.ForeignKey(
        "accounts.StatementLine", models.PROTECT, related_name="+", verbose_name="专户流水"
    )
    file = models.ForeignKey(PayoutFile, models.PROTECT, related_name="matches", verbose_name="代发文件")
    payout = models.ForeignKey(
        Payout,
        models.PROTECT,
        null=True,
        related_name="matches",
        verbose_name="代发明细",
        help_text="空为整份文件一笔支出",
    )

    objects = PayrollBatchManager()

    class Meta:
        verbose_name = verbose_name_plural = "流水核对"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["statement_line"], condition=Q(undone_at__isnull=True), name="statement_match_line_once"
            ),
            models.UniqueConstraint(
                fields=["payout"],
                condition=Q(undone_at__isnull=True, payout__isnull=False),
                name="statement_match_payout_once",
            ),
            models.UniqueConstraint(
                fields=["file"],
                condition=Q(undone_at__isnull=True, payout__isnull=True),
                name="statement_match_file_once",
            ),
        ]

    def __str__(self):
        return f"专户流水 #{self.statement_line_id} 的核对"


class DebitExplanation(Undoable):
    """What a person says a debit of the special account is that no single payment equals; with a reason, undoable.

    `shares` are the payments it paid. Basis of what may go out at all: 724 art 33.
    """

    class Kind(models.TextChoices):
        PART = "part", "就是某一笔代发，金额不同（分次支付、少付或多付）"
        SEVERAL = "several", "几名工人的工资合并成一笔支付"
        SETTLEMENT = "settle", "付给工人的退场结算款"
        REVERSED = "reversed", "已冲正或退回专户，没有付出去"
        OTHER = "other", "账户的其他支出，不是工资"

    scope_project = "statement_line__account__project"

    statement_line = models.ForeignKey(
        "accounts.StatementLine", models.PROTECT, related_name="+", verbose_name="专户流水"
    )
    kind = models.CharField("是什么", max_length=10, choices=Kind)
    reason = models.CharField("说明", max_length=200)
    settlement = models.ForeignKey(
        LeaverSettlement, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="退场结算"
    )
    reversed_by = models.ForeignKey(
        "accounts.StatementLine", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="退回的收入"
    )

    objects = ProjectScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "支出说明"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["statement_line"], condition=Q(undone_at__isnull=True), name="debit_explained_once"
            ),
            models.UniqueConstraint(
                fields=["reversed_by"], condition=Q(undone_at__isnull=True), name="debit_reversed_once"
            ),
        ]

    def __str__(self):
        return f"专户流水 #{self.statement_line_id} 的支出说明"


class DebitShare(models.Model):
    """How much of an explained debit, yuan, paid which payment: less or more than its amount where the bank paid so."""

    scope_project = "explanation__statement_line__account__project"

    explanation = models.ForeignKey(
        DebitExplanation, models.CASCADE, db_index=False, related_name="shares", verbose_name="支出说明"
    )
    payout = models.ForeignKey(Payout, models.PROTECT, related_name="shares", verbose_name="代发明细")
    amount = models.DecimalField("金额", max_digits=16, decimal_places=2)

    objects = ProjectScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "支出说明的代发明细"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["explanation", "payout"], name="debit_share_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="debit_share_positive"),
        ]
