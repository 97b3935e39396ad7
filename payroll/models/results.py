from django.db import models

from payroll.models.batches import PayrollBatch, PayrollBatchManager, StoredFile
from payroll.models.payouts import Payout, PayoutFile


class BankResult(models.Model):
    """A bank's return file on a pay-out file; the row is the queue.

    Read in the background, matched, shown, and only then applied by a person; applying is one transaction.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", "排队中"
        READING = "reading", "读取中"
        READY = "ready", "待确认"
        APPLIED = "applied", "已登记"
        DISCARDED = "discarded", "已放弃"
        REFUSED = "refused", "文件无法受理"
        FAILED = "failed", "处理失败"

    class Covers(models.TextChoices):
        ALL = "all", "逐笔列出成功和失败"
        FAILURES = "failures", "只列出失败的，其余均已成功"

    scope_project = "batch__project"
    scope_batch = "batch"

    batch = models.ForeignKey(PayrollBatch, models.PROTECT, related_name="bank_results", verbose_name="批次")
    payout_file = models.ForeignKey(PayoutFile, models.PROTECT, related_name="results", verbose_name="代发文件")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="回执文件")
    covers = models.CharField("回执范围", max_length=10, choices=Covers, default=Covers.ALL)
    paid_on = models.DateField("发放日期", help_text="回执里没有日期的行用这一天")
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.QUEUED)
    sheet = models.CharField("工作表", max_length=80, blank=True)
    columns = models.JSONField("列对应", default=dict, blank=True)
    rows = models.PositiveIntegerField("行数", default=0)
    rows_done = models.PositiveIntegerField("已处理行数", default=0)
    counts = models.JSONField("核对结果", default=dict, blank=True)
    attempts = models.PositiveSmallIntegerField("读取次数", default=0)
    claimed_at = models.DateTimeField("开始处理时间", null=True, blank=True)
    refused_code = models.CharField("拒收代码", max_length=30, blank=True)
    refused_message = models.CharField("拒收原因", max_length=400, blank=True)
    uploaded_by = models.ForeignKey(
        "responsibilities.User", models.PROTECT, null=True, related_name="+", verbose_name="上传人"
    )
    uploaded_at = models.DateTimeField("上传时间")
    applied_by = models.ForeignKey(
        "responsibilities.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="确认人"
    )
    applied_at = models.DateTimeField("确认时间", null=True, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    objects = PayrollBatchManager()

    class Meta:
        verbose_name = verbose_name_plural = "银行回执"
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["claimed_at"],
                condition=models.Q(status__in=["queued", "reading"]),
                name="bank_result_queue",
            )
        ]

    def __str__(self):
        return f"批次 #{self.batch_id} 银行回执 #{self.pk}"


class BankResultRow(models.Model):
    """One row of a bank's return file and what it was matched with. Cards by index and last four digits only."""

    class Outcome(models.TextChoices):
        PAID = "paid", "成功"
        FAILED = "failed", "失败"
        UNCLEAR = "unclear", "状态不明"

    class Verdict(models.TextChoices):
        PAID = "paid", "核对一致，已发放"
        FAILED = "failed", "核对一致，发放失败"
        UNMATCHED = "unmatched", "在代发文件里找不到"
        AMBIGUOUS = "ambiguous", "有几笔相同，分不清是哪一笔"
        REPEATED = "repeated", "与前面的行重复"
        AMOUNT = "amount", "金额与代发文件不符"
        CARD = "card", "账号与代发文件不符"
        NAME = "name", "户名与代发文件不符"
        SETTLED = "settled", "这一笔此前已有结果"
        UNCLEAR = "unclear", "没有写明成功或失败"

    scope_project = "result__batch__project"
    scope_batch = "result__batch"

    result = models.ForeignKey(
        BankResult, models.CASCADE, db_index=False, related_name="result_rows", verbose_name="回执"
    )
    row = models.PositiveIntegerField("行号")
    reference = models.CharField("业务编号", max_length=80, blank=True)
    seq = models.PositiveIntegerField("序号", null=True)
    name = models.CharField("户名", max_length=60, blank=True)
    card_index = models.BinaryField("账号索引", max_length=32, null=True)
    card_last4 = models.CharField("账号后四位", max_length=4, blank=True)
    amount = models.DecimalField("金额", max_digits=14, decimal_places=2, null=True)
    outcome = models.CharField("银行结果", max_length=8, choices=Outcome)
    code = models.CharField("银行代码", max_length=40, blank=True)
    message = models.CharField("银行说明", max_length=200, blank=True)
    bank_reference = models.CharField("银行流水号", max_length=80, blank=True)
    on = models.DateField("日期", null=True)
    payout = models.ForeignKey(Payout, models.SET_NULL, null=True, related_name="+", verbose_name="代发明细")
    verdict = models.CharField("核对", max_length=10, choices=Verdict, default=Verdict.UNMATCHED)

    objects = PayrollBatchManager()

    class Meta:
        verbose_name = verbose_name_plural = "银行回执明细"
        ordering = ["row"]
        constraints = [models.UniqueConstraint(fields=["result", "row"], name="bank_result_row_once")]
