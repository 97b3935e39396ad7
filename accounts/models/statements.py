from django.db import models

from accounts.models.accounts import SpecialAccount
from responsibilities.models import ProjectScopedManager


class StatementImport(models.Model):
    """A bank statement of a special account: the sealed file, or what another system reported; the row is the queue.

    A file is read twice in the background: once to show what it would add (`found`), and after a person's word
    (`confirmed_at`) once more to add it. Nothing of it counts before.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", "排队中"
        READING = "reading", "读取中"
        READY = "ready", "待确认"
        STORED = "stored", "已导入"
        DISCARDED = "discarded", "已放弃"
        REFUSED = "refused", "文件无法受理"
        FAILED = "failed", "处理失败"

    class Source(models.TextChoices):
        FILE = "file", "文件导入"
        API = "api", "接口报送"

    scope_project = "account__project"
    sealed_columns = {"sealed": "file"}

    account = models.ForeignKey(SpecialAccount, models.CASCADE, related_name="statements", verbose_name="专用账户")
    source = models.CharField("来源", max_length=6, choices=Source, default=Source.FILE)
    name = models.CharField("文件名", max_length=200)
    sha256 = models.CharField("SHA-256", max_length=64)
    sealed = models.BinaryField("密文", null=True)
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.STORED, db_default=Status.STORED)
    rows = models.PositiveIntegerField("行数", default=0)
    added = models.PositiveIntegerField("新增", default=0)
    first_on = models.DateField("起始日期", null=True, blank=True)
    last_on = models.DateField("截止日期", null=True, blank=True)
    found = models.JSONField("核对结果", default=dict, blank=True, help_text="确认之前给人看的")
    imported_by = models.ForeignKey(
        "responsibilities.User", models.PROTECT, null=True, related_name="+", verbose_name="导入人"
    )
    imported_at = models.DateTimeField("导入时间")
    confirmed_by = models.ForeignKey(
        "responsibilities.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="确认人"
    )
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)
    attempts = models.PositiveSmallIntegerField("读取次数", default=0)
    claimed_at = models.DateTimeField("开始处理时间", null=True, blank=True)
    refused_code = models.CharField("拒收代码", max_length=30, blank=True)
    refused_message = models.CharField("拒收原因", max_length=400, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    objects = ProjectScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "银行流水导入"
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["claimed_at"],
                condition=models.Q(status__in=["queued", "reading"]),
                name="statement_import_queue",
            )
        ]

    def __str__(self):
        return f"专户流水 #{self.pk}"


class StatementLine(models.Model):
    """One movement of a special account as the bank writes it; amounts in yuan, always positive.

    `fingerprint` tells a line from every other: the same one in an overlapping statement is not taken twice.
    The counterparty's number is sealed. `nature` marks what goes out: only wages may (724 art 33).
    """

    class Direction(models.TextChoices):
        IN = "in", "收入"
        OUT = "out", "支出"

    class Nature(models.TextChoices):
        INCOME = "income", "收入"
        WAGE = "wage", "工资"
        FEE = "fee", "银行费用"
        OTHER = "other", "非工资支出"

    scope_project = "account__project"
    sealed_columns = {"counterparty_sealed": "bank_card"}

    account = models.ForeignKey(
        SpecialAccount, models.CASCADE, db_index=False, related_name="statement_lines", verbose_name="专用账户"
    )
    imported = models.ForeignKey(StatementImport, models.CASCADE, related_name="lines", verbose_name="来源")
    on = models.DateField("日期")
    position = models.PositiveIntegerField("次序", help_text="在来源里，按发生先后")
    direction = models.CharField("方向", max_length=3, choices=Direction)
    nature = models.CharField("性质", max_length=6, choices=Nature)
    amount = models.DecimalField("金额", max_digits=16, decimal_places=2)
    balance = models.DecimalField("余额", max_digits=16, decimal_places=2, null=True)
    counterparty_name = models.CharField("对方户名", max_length=160, blank=True)
    counterparty_sealed = models.BinaryField("对方账号", null=True)
    counterparty_index = models.BinaryField("对方账号索引", max_length=32, null=True)
    counterparty_last4 = models.CharField("对方账号后四位", max_length=4, blank=True)
    reference = models.CharField("流水号", max_length=80, blank=True)
    purpose = models.CharField("摘要", max_length=200, blank=True)
    fingerprint = models.BinaryField("指纹", max_length=32)

    objects = ProjectScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "专户流水"
        ordering = ["on", "imported", "position"]
        constraints = [
            models.UniqueConstraint(fields=["account", "fingerprint"], name="statement_line_once"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="statement_line_amount_positive"),
        ]
        indexes = [
            models.Index(fields=["account", "on", "imported", "position"], name="statement_line_order"),
            models.Index(fields=["counterparty_index", "amount"], name="statement_line_counterparty"),
        ]
