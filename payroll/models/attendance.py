from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from payroll.models.batches import StoredFile
from payroll.models.people import Worker
from payroll.models.scoping import EmployerScopedManager


class AttendanceSheet(models.Model):
    """One month's attendance of one employer on one project as a file; the row is the queue.

    A draft's rows are the final ones: confirming writes their days into `AttendanceDay` and takes the days of the
    sheet before away; days reported by API stay. One confirmed sheet per (project, month, subcontractor).
    `subcontractor` null: the general contractor's own crews.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", "排队中"
        READING = "reading", "读取中"
        DRAFT = "draft", "待确认"
        CONFIRMED = "confirmed", "已确认"
        SUPERSEDED = "superseded", "已被替换"
        DISCARDED = "discarded", "已撤回"
        REFUSED = "refused", "文件无法受理"
        FAILED = "failed", "处理失败"

    class Layout(models.TextChoices):
        GRID = "grid", "每人一行的考勤表"
        ROWS = "rows", "每人几行的考勤表（上午、下午、加班）"
        BLOCKS = "blocks", "打卡机的刷卡记录"
        PUNCHES = "punches", "刷卡流水"

    scope_project = "project"
    scope_employer = "subcontractor"

    project = models.ForeignKey(
        "projects.Project", models.PROTECT, related_name="attendance_sheets", verbose_name="项目"
    )
    month_on = models.DateField("考勤月份", help_text="当月第一日")
    subcontractor = models.ForeignKey(
        "responsibilities.Organization", models.PROTECT, null=True, blank=True, verbose_name="分包单位"
    )
    status = models.CharField("状态", max_length=12, choices=Status, default=Status.QUEUED)
    layout = models.CharField("版式", max_length=8, choices=Layout, blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="原始文件")
    annotated = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="批注版"
    )
    sheet = models.CharField("工作表", max_length=80, blank=True)
    legend = models.JSONField("符号说明", default=dict, blank=True)
    ignored_rows = models.JSONField("未计入的行", default=list, blank=True)
    rows = models.PositiveIntegerField("人数", default=0)
    rows_done = models.PositiveIntegerField("已处理行数", default=0)
    matched = models.PositiveIntegerField("已对应到人", default=0)
    errors = models.PositiveIntegerField("错误", default=0)
    warnings = models.PositiveIntegerField("提示", default=0)
    total_days = models.DecimalField("出勤合计", max_digits=12, decimal_places=2, default=0)
    refused_code = models.CharField("拒收代码", max_length=30, blank=True)
    refused_message = models.CharField("拒收原因", max_length=400, blank=True)
    attempts = models.PositiveSmallIntegerField("读取次数", default=0)
    claimed_at = models.DateTimeField("开始处理时间", null=True, blank=True)
    uploaded_by = models.ForeignKey(
        "responsibilities.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="上传人"
    )
    uploaded_at = models.DateTimeField("上传时间", auto_now_add=True)
    confirmed_by = models.ForeignKey(
        "responsibilities.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="确认人"
    )
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    objects = EmployerScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "考勤表"
        ordering = ["-month_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "month_on", "subcontractor"],
                condition=Q(status="confirmed"),
                nulls_distinct=False,
                name="attendance_sheet_one_current",
            ),
        ]
        indexes = [
            models.Index(fields=["project", "month_on"], name="attendance_sheet_month"),
            models.Index(
                fields=["claimed_at"],
                condition=Q(status__in=["queued", "reading"]),
                name="attendance_sheet_queue",
            ),
        ]

    def __str__(self):
        return f"{self.month_on:%Y-%m} 考勤表 #{self.pk}"


class AttendanceRow(models.Model):
    """One worker's month of a sheet as it was read: per day of the month what the cell says and what it counts.

    The arrays have an element per day of the month. `worker` null: not found on the roster, never guessed; such a
    row is shown and not counted. ID numbers are masked before they get here.
    """

    scope_project = "sheet__project"
    scope_employer = "sheet__subcontractor"

    sheet = models.ForeignKey(
        AttendanceSheet, models.CASCADE, db_index=False, related_name="lines", verbose_name="考勤表"
    )
    row = models.PositiveIntegerField("行号", help_text="原文件中的行号，从 1 起")
    worker = models.ForeignKey(Worker, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="农民工")
    name = models.CharField("姓名", max_length=60, blank=True)
    id_masked = models.CharField("证件号（已脱敏）", max_length=24, blank=True)
    crew = models.CharField("班组", max_length=60, blank=True)
    marks = ArrayField(models.CharField(max_length=40), verbose_name="单元格", default=list)
    days = ArrayField(models.DecimalField(max_digits=4, decimal_places=2, null=True), verbose_name="天数", default=list)
    hours = ArrayField(
        models.DecimalField(max_digits=5, decimal_places=2, null=True), verbose_name="工时", default=list
    )
    came_at = ArrayField(models.TimeField(null=True), verbose_name="首次刷卡", default=list, blank=True)
    left_at = ArrayField(models.TimeField(null=True), verbose_name="末次刷卡", default=list, blank=True)
    total_days = models.DecimalField("出勤天数", max_digits=6, decimal_places=2, default=0)
    total_hours = models.DecimalField("工时", max_digits=7, decimal_places=2, default=0)

    objects = EmployerScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "考勤表的行"
        ordering = ["row"]
        constraints = [models.UniqueConstraint(fields=["sheet", "row"], name="attendance_row_once")]


class AttendanceProblem(models.Model):
    """An error or warning at a row or day of an attendance sheet. Messages hold no personal data in full."""

    class Severity(models.TextChoices):
        ERROR = "error", "错误"
        WARNING = "warning", "提示"

    scope_project = "sheet__project"
    scope_employer = "sheet__subcontractor"

    sheet = models.ForeignKey(
        AttendanceSheet, models.CASCADE, db_index=False, related_name="problems", verbose_name="考勤表"
    )
    row = models.PositiveIntegerField("行号", null=True, blank=True)
    day = models.PositiveSmallIntegerField("日", null=True, blank=True)
    cell = models.CharField("单元格", max_length=12, blank=True)
    code = models.CharField("代码", max_length=30)
    severity = models.CharField("级别", max_length=8, choices=Severity)
    message = models.CharField("说明", max_length=400)

    objects = EmployerScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "考勤表问题"
        ordering = ["row", "id"]
        indexes = [models.Index(fields=["sheet", "row"], name="attendance_problem_row")]


class AttendanceDay(models.Model):
    """A worker was on a site on a day: days to two places (1, 0.5), hours where known. Absence has no row."""

    class Source(models.TextChoices):
        SHEET = "sheet", "考勤表"
        API = "api", "接口报送"

    scope_project = "project"
    scope_employer = "subcontractor"

    project = models.ForeignKey(
        "projects.Project", models.PROTECT, db_index=False, related_name="+", verbose_name="项目"
    )
    worker = models.ForeignKey(Worker, models.PROTECT, db_index=False, related_name="+", verbose_name="农民工")
    on = models.DateField("日期")
    subcontractor = models.ForeignKey(
        "responsibilities.Organization",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name="分包单位",
    )
    days = models.DecimalField("天数", max_digits=4, decimal_places=2)
    hours = models.DecimalField("工时", max_digits=5, decimal_places=2, null=True, blank=True)
    came_at = models.TimeField("首次刷卡", null=True, blank=True)
    left_at = models.TimeField("末次刷卡", null=True, blank=True)
    source = models.CharField("来源", max_length=8, choices=Source)
    sheet = models.ForeignKey(
        AttendanceSheet, models.PROTECT, null=True, blank=True, related_name="attendance_days", verbose_name="考勤表"
    )

    objects = EmployerScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "出勤"
        ordering = ["on"]
        constraints = [
            # Begins with the project and the month's day range, by which everything is read.
            models.UniqueConstraint(fields=["project", "on", "worker"], name="attendance_day_once"),
        ]
        indexes = [
            models.Index(fields=["worker", "on"], name="attendance_day_worker"),
            # A month of the whole city, read in order: who stands on two sites on one day.
            models.Index(fields=["on", "worker"], name="attendance_day_month"),
        ]


class AttendancePunch(models.Model):
    """One punch that a gate reported: kept so that later punches of the same day can be paired with it."""

    class Direction(models.TextChoices):
        IN = "in", "进场"
        OUT = "out", "出场"

    scope_project = "project"
    scope_employer = "subcontractor"

    project = models.ForeignKey(
        "projects.Project", models.PROTECT, db_index=False, related_name="+", verbose_name="项目"
    )
    worker = models.ForeignKey(Worker, models.PROTECT, related_name="+", verbose_name="农民工")
    subcontractor = models.ForeignKey(
        "responsibilities.Organization",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="分包单位",
    )
    at = models.DateTimeField("时间")
    direction = models.CharField("方向", max_length=3, choices=Direction, blank=True)
    created_at = models.DateTimeField("收到时间", auto_now_add=True)

    objects = EmployerScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "刷卡"
        ordering = ["at"]
        constraints = [models.UniqueConstraint(fields=["project", "worker", "at"], name="attendance_punch_once")]
