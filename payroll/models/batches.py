from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from payroll.models.people import BankCard, Worker
from payroll.rules.amounts import ZERO
from payroll.rules.net import TOLERANCE
from payroll.rules.places import row_words, sheet_words
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
    """One month's pay of one employer on one project: an uploaded sheet, a nil return or back pay; the row is the queue.

    `status` says what became of the file, `stage` how far the month's flow is once the batch is submitted
    (`payroll.rules.stages`). A draft's lines are the final rows: submitting flips the batch. One submitted batch
    per (project, month, subcontractor, sequence); a repaired upload supersedes it. `subcontractor` null: the
    general contractor's own crews. `sequence` 0 is the month itself, 1 and up are later back pay for it.
    """

    # What all versions of one sheet share: they differ in what was read, not in whose month it is.
    VERSION_FIELDS = ("project_id", "month_on", "subcontractor_id", "sequence")

    class Kind(models.TextChoices):
        SHEET = "sheet", "工资表"
        NIL = "nil", "本月无用工"
        BACK_PAY = "back_pay", "补发工资"

    class Status(models.TextChoices):
        QUEUED = "queued", "排队中"
        READING = "reading", "读取中"
        MAPPING = "mapping", "待对应列"
        DRAFT = "draft", "待提交"
        SUBMITTED = "submitted", "已提交"
        RETURNED = "returned", "已退回"
        SUPERSEDED = "superseded", "已被替换"
        DISCARDED = "discarded", "已撤回"
        REFUSED = "refused", "文件无法受理"
        FAILED = "failed", "处理失败"

    class Stage(models.TextChoices):
        NONE = "", "未提交"
        CONFIRMING = "confirming", "工人确认中"
        AUDITED = "audited", "总包已审核"
        NOTICED = "noticed", "已公示"
        PAYING = "paying", "发放中"
        PAID = "paid", "已发放"

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
    kind = models.CharField("类别", max_length=10, choices=Kind, default=Kind.SHEET)
    sequence = models.PositiveSmallIntegerField("补发序号", default=0, help_text="0 为当月工资，1 起为补发")
    reason = models.CharField("补发原因", max_length=200, blank=True, help_text="只有补发填写")
    status = models.CharField("状态", max_length=12, choices=Status, default=Status.QUEUED)
    stage = models.CharField("办理环节", max_length=12, choices=Stage, default=Stage.NONE, blank=True)
    file = models.ForeignKey(
        StoredFile,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="原始文件",
        help_text="无用工申报没有文件",
    )
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
    parts = models.JSONField(
        "读取的工作表",
        default=list,
        blank=True,
        help_text="按 sheet_no 排列，每张一项：sheet、header_rows、columns、rows",
    )
    layout = models.JSONField("指定的列对应", null=True, blank=True, help_text="由人确认或按以往确认；空为自动识别")
    proposal = models.JSONField("识别建议", null=True, blank=True, help_text="供核对列对应，示例已脱敏")
    header_signature = models.CharField("表头特征", max_length=64, blank=True)
    ignored_rows = models.JSONField("未计入的行", default=list, blank=True)
    rows = models.PositiveIntegerField("行数", default=0)
    rows_done = models.PositiveIntegerField("已处理行数", default=0)
    accepted = models.PositiveIntegerField("可受理", default=0)
    rejected = models.PositiveIntegerField("有错误", default=0)
    total_net = models.DecimalField("实发合计", max_digits=16, decimal_places=2, default=0)
    declared_total_net = models.DecimalField("表内合计", max_digits=16, decimal_places=2, null=True, blank=True)
    refused_code = models.CharField("拒收代码", max_length=30, blank=True)
    refused_message = models.CharField("拒收原因", max_length=400, blank=True)
    judged_at = models.DateTimeField("核验时间", null=True, blank=True, help_text="按此时有效的核验设置判定")
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
                fields=["project", "month_on", "subcontractor", "sequence"],
                condition=Q(status="submitted"),
                nulls_distinct=False,
                name="payroll_batch_one_current",
            ),
            models.CheckConstraint(condition=Q(kind="nil") | Q(file__isnull=False), name="payroll_batch_has_its_file"),
            models.CheckConstraint(
                condition=Q(kind="back_pay", sequence__gt=0) | (~Q(kind="back_pay") & Q(sequence=0)),
                name="payroll_batch_back_pay_is_numbered",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["submitted", "superseded"]) | Q(stage=""),
                name="payroll_batch_stage_once_submitted",
            ),
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

    @property
    def version_key(self) -> tuple:
        """The values of `VERSION_FIELDS`, the same for every version."""
        return tuple(getattr(self, name) for name in self.VERSION_FIELDS)

    @property
    def sheet_names(self) -> list[str]:
        """The sheets that were read, by `sheet_no`; a sheet that holds two tables stands there twice."""
        return [part["sheet"] for part in self.parts] or [self.sheet]


class BatchAct(models.Model):
    """One act of the month's flow on a batch: who did what, when, with which reason or statement. Never changed.

    A submission and an audit carry the statement of truth and the name it was signed with (724 art 31).
    """

    class Act(models.TextChoices):
        SUBMIT = "submit", "提交"
        RETURN = "return", "退回"
        AUDIT = "audit", "审核通过"
        NOTICE = "notice", "公示"
        PAY_OUT = "pay_out", "生成代发文件"
        BANK_RESULT = "bank_result", "导入银行结果"
        PAID = "paid", "发放完成"
        REOPEN = "reopen", "重新办理发放"
        SUPERSEDE = "supersede", "被替换"

    scope_project = "batch__project"
    scope_batch = "batch"

    batch = models.ForeignKey(PayrollBatch, models.CASCADE, related_name="acts", verbose_name="批次")
    act = models.CharField("事项", max_length=12, choices=Act)
    by = models.ForeignKey(
        "responsibilities.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="经办人"
    )
    at = models.DateTimeField("时间")
    signed_name = models.CharField("签名", max_length=60, blank=True)
    statement = models.CharField("声明", max_length=400, blank=True)
    reason = models.CharField("理由", max_length=400, blank=True)
    facts = models.JSONField("内容", default=dict, blank=True)

    objects = PayrollBatchManager()

    class Meta:
        verbose_name = verbose_name_plural = "工资批次办理记录"
        ordering = ["id"]
        indexes = [models.Index(fields=["batch", "id"], name="payroll_batch_act_of")]


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
    sheet_no = models.PositiveSmallIntegerField(
        "第几张表", default=1, db_default=1, help_text="在批次 parts 中的位置，从 1 起"
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
        ordering = ["sheet_no", "row"]
        constraints = [models.UniqueConstraint(fields=["batch", "sheet_no", "row"], name="payroll_line_row")]

    @property
    def row_words(self) -> str:
        """Where the line stands in its file, in words: 第 5 行, with the sheet where several were read."""
        return row_words(self.row, sheet_words(self.sheet_no, self.batch.sheet_names))

    @property
    def taken(self) -> Decimal:
        """What was taken off together: deductions and advance, yuan; 0 where the sheet has neither."""
        return (self.deductions or ZERO) + (self.advance or ZERO)

    @property
    def unexplained(self) -> Decimal:
        """How much more (less: negative) the net pay is than what the sheet says it is made of, yuan; 0 where that adds
        up within 0.01 or no gross pay is known. Columns that weren't understood may explain it."""
        rest = ZERO if self.gross is None else self.net - (self.gross - self.taken)
        return rest if abs(rest) > TOLERANCE else ZERO


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
    sheet_no = models.PositiveSmallIntegerField("第几张表", default=1, db_default=1)
    row = models.PositiveIntegerField("行号")
    cells = models.JSONField("内容", default=dict)

    objects = PayrollBatchManager()

    class Meta:
        verbose_name = verbose_name_plural = "未受理的行"
        ordering = ["sheet_no", "row"]
        constraints = [models.UniqueConstraint(fields=["batch", "sheet_no", "row"], name="payroll_rejected_row_once")]


class PayrollRemark(models.Model):
    """An error or warning at a row or cell of the uploaded sheet. Messages hold no personal data in full."""

    class Severity(models.TextChoices):
        ERROR = "error", "错误"
        WARNING = "warning", "提示"
        NOTICE = "notice", "说明"

    scope_project = "batch__project"
    scope_batch = "batch"

    batch = models.ForeignKey(
        PayrollBatch,
        models.CASCADE,
        db_index=False,
        related_name="remarks",
        verbose_name="批次",
    )
    sheet_no = models.PositiveSmallIntegerField("第几张表", default=1, db_default=1)
    row = models.PositiveIntegerField("行号", null=True, help_text="空为整批的问题")
    cell = models.CharField("单元格", max_length=12, blank=True)
    code = models.CharField("代码", max_length=30)
    severity = models.CharField("级别", max_length=8, choices=Severity)
    message = models.CharField("说明", max_length=400)

    objects = PayrollBatchManager()

    class Meta:
        verbose_name = verbose_name_plural = "工资表问题"
        ordering = ["sheet_no", "row", "id"]
        indexes = [models.Index(fields=["batch", "sheet_no", "row"], name="payroll_remark_row")]
