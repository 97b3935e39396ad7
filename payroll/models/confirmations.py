"""What a worker says of the pay of a month: confirmed, or contested; and the codes by which the worker gets there."""

import uuid

from django.db import models
from django.db.models import Q

from payroll.models.batches import PayrollBatch, PayrollBatchManager, PayrollLine, StoredFile
from payroll.rules.contests import Answer, answer_of, answer_told
from responsibilities.models import ProjectScopedManager


class Channel(models.TextChoices):
    """How the worker answered."""

    NONE = "", "未答复"
    LINK = "link", "本人链接"
    SITE = "site_qr", "工地二维码"
    PAPER = "paper", "纸质签字"


class PayConfirmation(models.Model):
    """A worker's answer to one line of a submitted batch; made with the submission, one for each line.

    `key` is half of the personal link: the other half is a keyed digest, so that the database alone opens
    nothing. `origin` is a keyed digest of address and browser: many answers from one telephone are noticed
    without keeping either. Basis: 724 art 31 (农民工本人签字确认).
    """

    class State(models.TextChoices):
        PENDING = "pending", "待确认"
        CONFIRMED = "confirmed", "已确认"
        CONTESTED = "contested", "有异议"
        VOID = "void", "已作废"

    scope_project = "batch__project"
    scope_batch = "batch"

    # `pay_confirmation_counts` begins with the batch.
    batch = models.ForeignKey(
        PayrollBatch, models.CASCADE, db_index=False, related_name="confirmations", verbose_name="批次"
    )
    line = models.OneToOneField(PayrollLine, models.CASCADE, related_name="confirmation", verbose_name="工资明细")
    key = models.UUIDField("链接编号", unique=True, default=uuid.uuid4, editable=False)
    state = models.CharField("状态", max_length=10, choices=State, default=State.PENDING)
    voided_from = models.CharField("作废前状态", max_length=10, choices=State, blank=True, default="", db_default="")
    channel = models.CharField("方式", max_length=8, choices=Channel, blank=True, default="", db_default="")
    at = models.DateTimeField("答复时间", null=True, blank=True)
    seen_at = models.DateTimeField("首次查看时间", null=True, blank=True, help_text="本人打开工资条的时间")
    slip_at = models.DateTimeField("工资条打印时间", null=True, blank=True)
    scan = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="签字表扫描件"
    )
    recorded_by = models.ForeignKey(
        "responsibilities.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="登记人"
    )
    origin = models.BinaryField("来源索引", max_length=32, null=True, blank=True)
    carried_from = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="沿用自"
    )

    objects = PayrollBatchManager()

    class Meta:
        verbose_name = verbose_name_plural = "工资确认"
        ordering = ["id"]
        indexes = [models.Index(fields=["batch", "state"], name="pay_confirmation_counts")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="pending", at__isnull=True)
                | Q(state="void")
                | Q(state__in=["confirmed", "contested"], at__isnull=False),
                name="pay_confirmation_answered_when",
            ),
        ]

    def __str__(self):
        return f"工资确认 #{self.pk}"


class PayContest(models.Model):
    """A worker says that the pay is wrong. Its own record with its own state (`payroll.rules.contests`).

    It outlives the version of the sheet that it was raised against: a corrected sheet takes open ones over.
    `figures` keep what the worker objected to; `answers` everything that was said to him, in order, of which `answer`
    is the last (contests from before they were kept have that alone). The telephone is sealed.
    """

    sealed_columns = {"phone_sealed": "phone"}

    class Reason(models.TextChoices):
        DAYS = "days", "天数不对"
        UNIT_PRICE = "unit_price", "单价不对"
        DEDUCTIONS = "deductions", "扣款不对"
        NOT_RECEIVED = "not_received", "没有收到钱"
        NOT_MY_CARD = "not_my_card", "不是我的银行卡"
        OTHER = "other", "其他"

    class State(models.TextChoices):
        OPEN = "open", "待答复"
        ANSWERED = "answered", "已答复"
        ACCEPTED = "accepted", "已采纳"
        REJECTED = "rejected", "未采纳"
        WITHDRAWN = "withdrawn", "已撤回"
        TRANSFERRED = "transferred", "已转人社部门"
        CONCLUDED = "concluded", "人社部门已办结"

    scope_project = "batch__project"
    scope_batch = "batch"

    batch = models.ForeignKey(PayrollBatch, models.PROTECT, related_name="contests", verbose_name="批次")
    confirmation = models.ForeignKey(PayConfirmation, models.PROTECT, related_name="contests", verbose_name="工资确认")
    reason = models.CharField("哪里不对", max_length=14, choices=Reason)
    should_be = models.CharField("应当是", max_length=120, blank=True)
    text = models.CharField("说明", max_length=500, blank=True)
    phone_sealed = models.BinaryField("联系电话", null=True, blank=True)
    phone_last4 = models.CharField("电话后四位", max_length=4, blank=True)
    photo = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="照片")
    channel = models.CharField("方式", max_length=8, choices=Channel, blank=True)
    figures = models.JSONField("提出时的工资", default=dict, blank=True)
    state = models.CharField("状态", max_length=12, choices=State, default=State.OPEN)
    insisted_at = models.DateTimeField("仍有异议时间", null=True, blank=True, help_text="答复后农民工仍有异议")
    raised_at = models.DateTimeField("提出时间")
    answer = models.CharField("答复", max_length=500, blank=True)
    answered_by = models.ForeignKey(
        "responsibilities.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="答复人"
    )
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    answers = models.JSONField("历次答复", default=list, blank=True, db_default=[])
    closed_at = models.DateTimeField("了结时间", null=True, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    objects = PayrollBatchManager()

    class Meta:
        verbose_name = verbose_name_plural = "工资异议"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["batch", "state"], name="pay_contest_of"),
            models.Index(fields=["state", "-id"], name="pay_contest_state"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["confirmation"],
                condition=Q(state__in=["open", "answered", "rejected"]),
                name="pay_contest_one_at_a_time",
            ),
        ]

    def __str__(self):
        return f"工资异议 #{self.pk}"

    @property
    def answers_given(self) -> list[Answer]:
        """Everything that was said to the worker, in order."""
        if self.answers or not self.answer:
            return [answer_of(one) for one in self.answers]
        by = self.answered_by.name if self.answered_by else ""
        return [answer_told(self.state, by=by, at=self.answered_at or self.raised_at, text=self.answer)]


class SiteCode(models.Model):
    """The key of a project's QR code on the notice board; a new key ends the poster that hangs there."""

    scope_project = "project"

    project = models.OneToOneField("projects.Project", models.CASCADE, related_name="site_code", verbose_name="项目")
    key = models.UUIDField("编号", unique=True, default=uuid.uuid4, editable=False)
    made_at = models.DateTimeField("生成时间")
    made_by = models.ForeignKey(
        "responsibilities.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="生成人"
    )

    objects = ProjectScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "工地二维码"


class ComplaintTelephone(models.Model):
    """A telephone for complaints as public posters show it; without an area it is a hotline of the whole country.

    Kept by 人社 of each area: a number that no longer holds is withdrawn with a reason and another entered, so that
    it can be read what a poster showed when. `is_default`: it came with the portal and nobody has entered another.
    """

    area = models.ForeignKey(
        "responsibilities.Area", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="县区"
    )
    name = models.CharField("名称", max_length=60)
    number = models.CharField("电话", max_length=30)
    ordinal = models.PositiveSmallIntegerField("次序", default=0)
    is_default = models.BooleanField("本系统默认，可调整", default=False)
    set_by = models.ForeignKey(
        "responsibilities.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="登记人"
    )
    set_at = models.DateTimeField("登记时间", null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        "responsibilities.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="停用人"
    )
    withdrawn_at = models.DateTimeField("停用时间", null=True, blank=True)
    withdrawn_reason = models.CharField("停用原因", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "投诉举报电话"
        ordering = ["ordinal", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["area", "number"],
                condition=Q(withdrawn_at__isnull=True),
                nulls_distinct=False,
                name="complaint_telephone_once",
            )
        ]
