from django.db import models
from django.db.models import Q

from payroll.models.scoping import EmployerScopedManager


class Worker(models.Model):
    """A worker. The ID number is sealed and found by its blind index; last four digits for the masked view."""

    sealed_columns = {"id_number_sealed": "id_number", "phone_sealed": "phone"}

    name = models.CharField("姓名", max_length=60, db_index=True)
    pinyin_key = models.CharField(
        "姓名拼音", max_length=200, blank=True, default="", db_default="", help_text="全拼与首字母，用于查找和排序"
    )
    id_number_sealed = models.BinaryField("身份证号")
    id_number_index = models.BinaryField("身份证号索引", max_length=32, unique=True)
    id_last4 = models.CharField("证件后四位", max_length=4)
    birth_on = models.DateField("出生日期", null=True, blank=True)
    phone_sealed = models.BinaryField("手机号", null=True, blank=True)
    phone_last4 = models.CharField("手机后四位", max_length=4, blank=True)
    created_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "农民工"
        ordering = ["id"]

    def __str__(self):
        return f"{self.name}（{self.id_last4}）"


class BankCard(models.Model):
    """A bank card of a worker, sealed; equal cards have equal indexes, so a shared card is seen."""

    sealed_columns = {"number_sealed": "bank_card"}

    worker = models.ForeignKey(Worker, models.CASCADE, related_name="cards", verbose_name="农民工", db_index=False)
    number_sealed = models.BinaryField("卡号")
    number_index = models.BinaryField("卡号索引", max_length=32, db_index=True)
    last4 = models.CharField("卡号后四位", max_length=4)
    bank_name = models.CharField("开户行", max_length=80, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "工资卡"
        constraints = [models.UniqueConstraint(fields=["worker", "number_index"], name="bank_card_once")]


class RosterEntry(models.Model):
    """A worker on a project: the roster that pre-fills the template and finds unknown workers.

    `entered_on` and `left_on` repeat the latest stay (`SiteStay`); both null: known from a payroll alone.
    """

    scope_project = "project"
    scope_employer = "employer"

    project = models.ForeignKey(
        "projects.Project", models.CASCADE, related_name="roster", verbose_name="项目", db_index=False
    )
    worker = models.ForeignKey(Worker, models.PROTECT, related_name="roster", verbose_name="农民工")
    employer = models.ForeignKey("responsibilities.Organization", models.PROTECT, verbose_name="用工单位")
    crew = models.CharField("班组", max_length=60, blank=True)
    trade = models.CharField("工种", max_length=40, blank=True)
    entered_on = models.DateField("进场日期", null=True, blank=True)
    left_on = models.DateField("退场日期", null=True, blank=True)

    objects = EmployerScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "花名册"
        ordering = ["crew", "id"]
        constraints = [models.UniqueConstraint(fields=["project", "worker", "employer"], name="roster_entry_once")]


class MinimumWage(models.Model):
    """Minimum wage by area, dated. Ships empty; checks that need it stay silent until it is filled.

    Past rates are kept. A rate entered by mistake is withdrawn with a reason and entered anew.
    """

    area = models.ForeignKey("responsibilities.Area", models.PROTECT, verbose_name="县区")
    monthly = models.DecimalField("月最低工资", max_digits=10, decimal_places=2)
    in_force_from = models.DateField("生效日期")
    instrument = models.CharField("文件", max_length=120)
    set_by = models.ForeignKey(
        "responsibilities.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="登记人"
    )
    set_at = models.DateTimeField("登记时间", null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        "responsibilities.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="作废人"
    )
    withdrawn_at = models.DateTimeField("作废时间", null=True, blank=True)
    withdrawn_reason = models.CharField("作废原因", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "最低工资标准"
        constraints = [
            models.UniqueConstraint(
                fields=["area", "in_force_from"], condition=Q(withdrawn_at__isnull=True), name="minimum_wage_version"
            )
        ]

    def __str__(self):
        return f"{self.area} {self.in_force_from} {self.monthly} 元"
