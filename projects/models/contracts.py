import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from responsibilities.models import ProjectScopedManager


@pghistory.track(level=pghistory.Statement, meta={"verbose_name": "合同的变更", "verbose_name_plural": "合同的变更"})
class Contract(models.Model):
    """A construction contract: what it says of labour cost feeds the monthly allocation (724 art 24, 29)."""

    class Kind(models.TextChoices):
        GENERAL = "general", "施工总承包合同"
        SUBCONTRACT = "subcontract", "分包合同"

    scope_project = "project"

    project = models.ForeignKey(
        "projects.Project",
        models.CASCADE,
        related_name="contracts",
        verbose_name="项目",
    )
    kind = models.CharField("合同类别", max_length=12, choices=Kind)
    number = models.CharField("合同编号", max_length=80)
    employer = models.ForeignKey(
        "responsibilities.Organization",
        models.PROTECT,
        related_name="+",
        verbose_name="发包人",
    )
    contractor = models.ForeignKey(
        "responsibilities.Organization",
        models.PROTECT,
        related_name="+",
        verbose_name="承包人",
    )
    signed_on = models.DateField("签订日期")
    value = models.DecimalField("合同价款", max_digits=16, decimal_places=2)
    labour_cost_ratio = models.DecimalField(
        "约定人工费用比例",
        max_digits=5,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
    )
    monthly_amount = models.DecimalField("约定每月人工费用", max_digits=16, decimal_places=2, null=True, blank=True)
    allocation_day = models.PositiveSmallIntegerField(
        "每月拨付日",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(31)],
        help_text="不填则为每月最后一日（本系统默认，可调整）。",
    )
    measuring_cycle = models.CharField("计量周期", max_length=40, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    objects = ProjectScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "合同"
        ordering = ["signed_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="contract_once"),
            models.UniqueConstraint(
                fields=["project"],
                condition=models.Q(kind="general"),
                name="contract_one_general",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.number}"


@pghistory.track(
    level=pghistory.Statement, meta={"verbose_name": "四方责任的变更", "verbose_name_plural": "四方责任的变更"}
)
class FourPartyAssignment(models.Model):
    """四方责任: for each of the four, an organization, a named person, a telephone (policy 二(一)二).

    The telephone is sealed; its last four digits are kept for the masked view.
    """

    class Part(models.TextChoices):
        DEVELOPER = "developer", "建设单位"
        COMPETENT_UNIT = "competent_unit", "项目主管部门"
        INDUSTRY_UNIT = "industry_unit", "行业主管部门"
        HUMAN_RESOURCES = "human_resources", "人社部门"

    scope_project = "project"
    sealed_columns = {"telephone_sealed": "phone"}

    project = models.ForeignKey(
        "projects.Project",
        models.CASCADE,
        related_name="four_party",
        verbose_name="项目",
    )
    part = models.CharField("责任方", max_length=20, choices=Part)
    organization = models.ForeignKey("responsibilities.Organization", models.PROTECT, verbose_name="单位")
    person_name = models.CharField("监管责任人", max_length=40)
    telephone_sealed = models.BinaryField("联系电话")
    telephone_last4 = models.CharField("电话后四位", max_length=4)
    version = models.PositiveIntegerField("版本", default=1)

    objects = ProjectScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "四方责任"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["project", "part"], name="four_party_once")]

    def __str__(self):
        return f"{self.get_part_display()}：{self.person_name}"
