from django.db import models
from django.db.models import Q

from payroll.models.batches import PayrollBatchManager
from payroll.models.payouts import Payout, PayoutFile


class StatementMatch(models.Model):
    """A debit of the special account's statement and the payment it is, or the whole file it paid in one sum.

    Found by card, amount and day, or said by a person; undone matches stay on record. `by` null: found by itself.
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
    by = models.ForeignKey("responsibilities.User", models.PROTECT, null=True, related_name="+", verbose_name="核对人")
    at = models.DateTimeField("核对时间")
    undone_by = models.ForeignKey(
        "responsibilities.User", models.PROTECT, null=True, related_name="+", verbose_name="撤销人"
    )
    undone_at = models.DateTimeField("撤销时间", null=True)

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
