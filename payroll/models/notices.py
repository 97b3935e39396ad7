"""What is put up on site and what is signed: the public notice of a month's pay, and the wording of declarations."""

from django.db import models
from django.db.models import F, Q

from payroll.models.batches import PayrollBatch, PayrollBatchManager, StoredFile
from payroll.rules.payouts import payable_from


class PayNotice(models.Model):
    """A month's pay put up on site before it is paid: where, from when until when, what was objected to."""

    scope_project = "batch__project"
    scope_batch = "batch"

    batch = models.OneToOneField(PayrollBatch, models.CASCADE, related_name="notice", verbose_name="批次")
    place = models.CharField("公示地点", max_length=120)
    posted_on = models.DateField("开始公示")
    until_on = models.DateField("公示至")
    objections = models.CharField("收到的异议及处理", max_length=400, blank=True)
    recorded_by = models.ForeignKey(
        "responsibilities.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="登记人"
    )
    recorded_at = models.DateTimeField("登记时间")
    version = models.PositiveIntegerField("版本", default=1)

    objects = PayrollBatchManager()

    class Meta:
        verbose_name = verbose_name_plural = "工资公示"
        constraints = [
            models.CheckConstraint(condition=Q(until_on__gte=F("posted_on")), name="pay_notice_ends_after_it_begins")
        ]

    @property
    def payable_from(self):
        """The first day on which the batch may be paid."""
        return payable_from(self.until_on)


class PayNoticePhoto(models.Model):
    """A photo of the notice as it hangs; sealed, its kind told from its bytes."""

    scope_project = "notice__batch__project"
    scope_batch = "notice__batch"

    notice = models.ForeignKey(PayNotice, models.CASCADE, related_name="photos", verbose_name="公示")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="照片")
    content_type = models.CharField("类型", max_length=20)

    objects = PayrollBatchManager()

    class Meta:
        verbose_name = verbose_name_plural = "公示照片"
        ordering = ["id"]


class Declaration(models.Model):
    """The wording of a statement that is signed by name, as dated data with its basis."""

    code = models.SlugField("代码", max_length=40)
    text = models.CharField("声明", max_length=400)
    in_force_from = models.DateField("生效日期")
    instrument = models.CharField("文件", max_length=120, blank=True)
    article = models.CharField("条款", max_length=60, blank=True)
    is_default = models.BooleanField("本系统默认，可调整", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "声明文本"
        ordering = ["code", "in_force_from"]
        constraints = [models.UniqueConstraint(fields=["code", "in_force_from"], name="declaration_version")]
