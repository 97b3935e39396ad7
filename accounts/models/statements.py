from django.db import models

from accounts.models.accounts import SpecialAccount
from responsibilities.models import ProjectScopedManager


class StatementImport(models.Model):
    """A bank statement of a special account as it was taken in: the sealed file, or what another system reported."""

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
    rows = models.PositiveIntegerField("行数")
    added = models.PositiveIntegerField("新增")
    first_on = models.DateField("起始日期")
    last_on = models.DateField("截止日期")
    imported_by = models.ForeignKey(
        "responsibilities.User", models.PROTECT, null=True, related_name="+", verbose_name="导入人"
    )
    imported_at = models.DateTimeField("导入时间")

    objects = ProjectScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "银行流水导入"
        ordering = ["-id"]


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
