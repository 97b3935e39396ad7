from django.contrib.postgres.fields import ArrayField
from django.db import models


class ResponsibilityRow(models.Model):
    """One of the 21 rows of 《责任清单》; the text is the policy's, word for word."""

    number = models.PositiveSmallIntegerField("序号", primary_key=True)
    text = models.TextField("职责分工")

    class Meta:
        verbose_name = verbose_name_plural = "责任清单"
        ordering = ["number"]

    def __str__(self):
        return f"责任清单第 {self.number} 项"


class Body(models.Model):
    """One of the 24 bodies that the list names, or the role 项目建设单位 that each project fills.

    Body is not Organization: a body exists in several areas, each time as an organization of its own.
    """

    class Kind(models.TextChoices):
        ADMINISTRATIVE = "administrative", "行政部门"
        JUDICIAL = "judicial", "司法机关"
        PARTY = "party", "党委部门"
        MASS = "mass", "群团组织"
        FINANCIAL = "financial", "金融管理机构"
        SERVICE = "service", "公共服务机构"
        ROLE = "role", "项目角色"

    code = models.SlugField("代码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=40)
    row = models.ForeignKey(ResponsibilityRow, models.PROTECT, related_name="bodies", verbose_name="清单项")
    kind = models.CharField("性质", max_length=20, choices=Kind)
    is_industry_authority = models.BooleanField("行业主管部门", default=False)
    has_penalty_workflow = models.BooleanField("有行政处罚职权", default=False)
    sort_order = models.PositiveSmallIntegerField("排序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "责任单位"
        ordering = ["sort_order"]

    def __str__(self):
        return self.name


class Duty(models.Model):
    """One clause of a row's text, tied to the deadline rules that it bears (by code)."""

    row = models.ForeignKey(ResponsibilityRow, models.PROTECT, related_name="duties", verbose_name="清单项")
    ordinal = models.PositiveSmallIntegerField("序")
    text = models.TextField("职责")
    rule_codes = ArrayField(
        models.CharField(max_length=40),
        default=list,
        blank=True,
        verbose_name="时限规则",
    )

    class Meta:
        verbose_name = verbose_name_plural = "职责分解"
        ordering = ["row", "ordinal"]
        constraints = [models.UniqueConstraint(fields=["row", "ordinal"], name="duty_row_ordinal")]

    def __str__(self):
        return self.text[:30]
