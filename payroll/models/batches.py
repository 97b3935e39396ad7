from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from payroll.models.people import BankCard, Worker
from responsibilities.models import ProjectScopedManager, ProjectScopedQuerySet
from responsibilities.rules.roles import Role


class StoredFile(models.Model):
    """An original or annotated workbook, sealed as a whole (`purpose="file"`), with the hash of its plain bytes."""

    sealed_columns = {"sealed": "file"}

    name = models.CharField("文件名", max_length=200)
    sha256 = models.CharField("SHA-256", max_length=64, db_index=True)
    size = models.PositiveIntegerField("字节数")
    sealed = models.BinaryField("密文")
    created_at = models.DateTimeField("上传时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "文件"


class PayrollBatchQuerySet(ProjectScopedQuerySet):
    def _grant_condition(self, grant):
        condition = super()._grant_condition(grant)
        if grant.role == Role.SUBCONTRACTOR:
            condition &= Q(**{self._batch_path("subcontractor_id"): grant.organization_id})
        return condition

    def _batch_path(self, field):
        prefix = getattr(self.model, "scope_batch", "")
        return f"{prefix}__{field}" if prefix else field


class PayrollBatchManager(ProjectScopedManager.from_queryset(PayrollBatchQuerySet)):
    pass


class PayrollBatch(models.Model):
    """One upload of one month's pay of one employer on one project; the row is the queue.

    A draft's lines are the final rows: submitting flips the batch. One submitted batch per (project, month,
    subcontractor); a repaired upload supersedes it. `subcontractor` null: the general contractor's own crews.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", "排队中"
        READING = "reading", "读取中"
        DRAFT = "draft", "待提交"
        SUBMITTED = "submitted", "已提交"
        SUPERSEDED = "superseded", "已被替换"
        DISCARDED = "discarded", "已撤回"
        REFUSED = "refused", "文件无法受理"
        FAILED = "failed", "处理失败"

    scope_project = "project"

    project = models.ForeignKey(
        "projects.Project",
        models.PROTECT,
        related_name="payroll_batches",
        verbose_name="项目",
    )
    month_on = models.DateField("工资月份", help_text="当月第一日")
    subcontractor = models.ForeignKey(
        "responsibilities.Organization",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="分包单位",
    )
    status = models.CharField("状态", max_length=12, choices=Status, default=Status.QUEUED)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="原始文件")
    annotated = models.ForeignKey(
        StoredFile,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="批注版",
    )
    sheet = models.CharField("工作表", max_length=80, blank=True)
    header_rows = ArrayField(models.IntegerField(), default=list, blank=True, verbose_name="表头行")
    columns = models.JSONField("列对应", default=dict, blank=True)
    ignored_rows = models.JSONField("未计入的行", default=list, blank=True)
    rows = models.PositiveIntegerField("行数", default=0)
    rows_done = models.PositiveIntegerField("已处理行数", default=0)
    accepted = models.PositiveIntegerField("可受理", default=0)
    rejected = models.PositiveIntegerField("有错误", default=0)
    total_net = models.DecimalField("实发合计", max_digits=16, decimal_places=2, default=0)
    declared_total_net = models.DecimalField("表内合计", max_digits=16, decimal_places=2, null=True, blank=True)
    refused_code = models.CharField("拒收代码", max_length=30, blank=True)
    refused_message = models.CharField("拒收原因", max_length=400, blank=True)
    attempts = models.PositiveSmallIntegerField("读取次数", default=0)
    claimed_at = models.DateTimeField("开始处理时间", null=True, blank=True)
    uploaded_by = models.ForeignKey(
        "responsibilities.User",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="上传人",
    )
    uploaded_at = models.DateTimeField("上传时间", auto_now_add=True)
    submitted_by = models.ForeignKey(
        "responsibilities.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="提交人",
    )
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True)
    supersedes = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="superseded_by",
        verbose_name="替换",
    )
    version = models.PositiveIntegerField("版本", default=1)

    objects = PayrollBatchManager()

    class Meta:
        verbose_name = verbose_name_plural = "工资批次"
        ordering = ["-month_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "month_on", "subcontractor"],
                condition=Q(status="submitted"),
                nulls_distinct=False,
                name="payroll_batch_one_current",
            )
        ]
        indexes = [
            models.Index(fields=["project", "month_on"], name="payroll_batch_month"),
            models.Index(
                fields=["claimed_at"],
                condition=Q(status__in=["queued", "reading"]),
                name="payroll_batch_queue",
            ),
        ]

    def __str__(self):
        return f"{self.month_on:%Y-%m} 工资表 #{self.pk}"


class PayrollLine(models.Model):
    """One worker's pay of one month. Amounts in yuan, two places. Personal data: by key only."""

    scope_project = "batch__project"
    scope_batch = "batch"

    # `payroll_line_row` begins with the batch: a second index would only slow the import.
    batch = models.ForeignKey(
        PayrollBatch,
        models.CASCADE,
        db_index=False,
        related_name="lines",
        verbose_name="批次",
    )
    row = models.PositiveIntegerField("行号", help_text="原文件中的行号，从 1 起")
    worker = models.ForeignKey(Worker, models.PROTECT, related_name="lines", verbose_name="农民工")
    card = models.ForeignKey(BankCard, models.PROTECT, null=True, blank=True, verbose_name="工资卡")
    crew = models.CharField("班组", max_length=60, blank=True)
    trade = models.CharField("工种", max_length=40, blank=True)
    days = models.DecimalField("出勤天数", max_digits=6, decimal_places=2, null=True, blank=True)
    hours = models.DecimalField("工时", max_digits=7, decimal_places=2, null=True, blank=True)
    unit_price = models.DecimalField("单价", max_digits=12, decimal_places=2, null=True, blank=True)
    gross = models.DecimalField("应发", max_digits=14, decimal_places=2, null=True, blank=True)
    deductions = models.DecimalField("扣款", max_digits=14, decimal_places=2, null=True, blank=True)
    advance = models.DecimalField("预支", max_digits=14, decimal_places=2, null=True, blank=True)
    net = models.DecimalField("实发", max_digits=14, decimal_places=2)
    remark = models.CharField("备注", max_length=200, blank=True)

    objects = PayrollBatchManager()

    class Meta:
        verbose_name = verbose_name_plural = "工资明细"
        ordering = ["row"]
        constraints = [models.UniqueConstraint(fields=["batch", "row"], name="payroll_line_row")]


class PayrollRejectedRow(models.Model):
    """A row with errors as the sheet shows it, so that the page can show it in its place.

    `cells` maps canonical columns to text; ID numbers, cards and telephones are masked before they get here.
    """

    scope_project = "batch__project"
    scope_batch = "batch"

    batch = models.ForeignKey(
        PayrollBatch,
        models.CASCADE,
        db_index=False,
        related_name="rejected_rows",
        verbose_name="批次",
    )
    row = models.PositiveIntegerField("行号")
    cells = models.JSONField("内容", default=dict)

    objects = PayrollBatchManager()

    class Meta:
        verbose_name = verbose_name_plural = "未受理的行"
        ordering = ["row"]
        constraints = [models.UniqueConstraint(fields=["batch", "row"], name="payroll_rejected_row_once")]


class PayrollRemark(models.Model):
    """An error or warning at a row or cell of the uploaded sheet. Messages hold no personal data in full."""

    class Severity(models.TextChoices):
        ERROR = "error", "错误"
        WARNING = "warning", "提示"

    scope_project = "batch__project"
    scope_batch = "batch"

    batch = models.ForeignKey(
        PayrollBatch,
        models.CASCADE,
        db_index=False,
        related_name="remarks",
        verbose_name="批次",
    )
    row = models.PositiveIntegerField("行号", null=True)
    cell = models.CharField("单元格", max_length=12, blank=True)
    code = models.CharField("代码", max_length=30)
    severity = models.CharField("级别", max_length=8, choices=Severity)
    message = models.CharField("说明", max_length=400)

    objects = PayrollBatchManager()

    class Meta:
        verbose_name = verbose_name_plural = "工资表问题"
        ordering = ["row", "id"]
        indexes = [models.Index(fields=["batch", "row"], name="payroll_remark_row")]
