from django.db import models
from django.db.models import Q

from responsibilities.models import ProjectScopedManager


class LabourCostFloor(models.Model):
    """The lowest share of completed value that is labour cost, by project type, dated (policy 二(二)三).

    A type without a row has no floor: the contract's own ratio applies. Never a default.
    """

    project_type = models.ForeignKey("projects.ProjectType", models.PROTECT, verbose_name="项目类型")
    ratio = models.DecimalField("比例下限", max_digits=5, decimal_places=4)
    in_force_from = models.DateField("生效日期")
    instrument = models.CharField("文件", max_length=120)
    article = models.CharField("条款", max_length=60)

    class Meta:
        verbose_name = verbose_name_plural = "人工费用比例下限"
        ordering = ["project_type", "in_force_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["project_type", "in_force_from"],
                name="labour_cost_floor_version",
            )
        ]

    def __str__(self):
        return f"{self.project_type} {self.ratio:.0%}"


class AllocationPeriod(models.Model):
    """One calendar month of a project and what is known of the labour cost owed for it.

    Opened by `accounts.services.periods` from the month of actual start to that of completion. While
    neither completed value, contract amount nor a nil statement is known the requirement is unknown,
    and never counts as met.
    """

    scope_project = "project"

    project = models.ForeignKey(
        "projects.Project",
        models.CASCADE,
        related_name="allocation_periods",
        verbose_name="项目",
    )
    month_on = models.DateField("月份", help_text="当月第一日")
    completed_value = models.DecimalField("当月完成工程价款", max_digits=16, decimal_places=2, null=True, blank=True)
    contract_amount = models.DecimalField(
        "合同约定当月人工费用", max_digits=16, decimal_places=2, null=True, blank=True
    )
    wages_due = models.DecimalField(
        "专户余额不足支付的应发工资",
        max_digits=16,
        decimal_places=2,
        null=True,
        blank=True,
    )
    nil_statement_on = models.DateField("无产值说明日期", null=True, blank=True)
    statement_note = models.CharField("说明", max_length=200, blank=True)
    stated_by = models.ForeignKey(
        "responsibilities.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="填报人",
    )
    stated_at = models.DateTimeField("填报时间", null=True, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    objects = ProjectScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "人工费用月度"
        ordering = ["month_on"]
        constraints = [
            models.UniqueConstraint(fields=["project", "month_on"], name="allocation_period_once"),
            models.CheckConstraint(condition=Q(month_on__day=1), name="allocation_period_first_day"),
        ]

    def __str__(self):
        return f"{self.month_on:%Y-%m} 人工费用"


class Allocation(models.Model):
    """A bank credit to the special account that names its month, or a recorded move of a surplus.

    A credit counts only for the month that it names; a surplus moves forward by a pair of rows
    (`surplus_out` negative, `surplus_in` positive) made in one act. Voided rows stay and count nothing.
    """

    class Kind(models.TextChoices):
        CREDIT = "credit", "拨付到账"
        SURPLUS_OUT = "surplus_out", "结余转出"
        SURPLUS_IN = "surplus_in", "结余转入"

    scope_project = "project"

    project = models.ForeignKey(
        "projects.Project",
        models.CASCADE,
        related_name="allocations",
        verbose_name="项目",
    )
    period = models.ForeignKey(
        AllocationPeriod,
        models.PROTECT,
        related_name="allocations",
        verbose_name="所属月份",
    )
    kind = models.CharField("类别", max_length=12, choices=Kind, default=Kind.CREDIT)
    credited_on = models.DateField("到账日期")
    amount = models.DecimalField("金额", max_digits=16, decimal_places=2)
    bank_receipt_number = models.CharField("银行回单号", max_length=80)
    note = models.CharField("说明", max_length=200, blank=True)
    recorded_by = models.ForeignKey(
        "responsibilities.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="登记人",
    )
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)
    voided_at = models.DateTimeField("作废时间", null=True, blank=True)
    void_reason = models.CharField("作废理由", max_length=200, blank=True)

    objects = ProjectScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "人工费用拨付"
        ordering = ["credited_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "bank_receipt_number", "kind"],
                condition=Q(voided_at__isnull=True),
                name="allocation_receipt_once",
            ),
            models.CheckConstraint(
                condition=(Q(kind="surplus_out") & Q(amount__lt=0)) | (~Q(kind="surplus_out") & Q(amount__gt=0)),
                name="allocation_amount_sign",
            ),
        ]
        indexes = [
            models.Index(
                fields=["period", "credited_on", "id"],
                include=["amount"],
                condition=Q(voided_at__isnull=True),
                name="allocation_running",
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.amount}"
