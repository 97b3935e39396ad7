import pghistory
from django.db import models

from responsibilities.models import ProjectScopedManager

# History by statement, not by row: a register of ten thousand projects writes it in one INSERT for each table.


class ProjectType(models.Model):
    """房屋建筑, 市政 …; types without a labour-cost floor have no row in `accounts.LabourCostFloor`."""

    code = models.SlugField("代码", max_length=30, unique=True)
    name = models.CharField("名称", max_length=40)
    industry_body = models.ForeignKey(
        "responsibilities.Body",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="行业主管部门",
        help_text="铁路、民航在清单中没有市级主管部门，由人社部门负责。",
    )
    sort_order = models.PositiveSmallIntegerField("排序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "项目类型"
        ordering = ["sort_order"]

    def __str__(self):
        return self.name


@pghistory.track(
    level=pghistory.Statement, meta={"verbose_name": "工程项目的变更", "verbose_name_plural": "工程项目的变更"}
)
class Project(models.Model):
    """A construction project under supervision. Amounts in yuan, two places."""

    class FundingNature(models.TextChoices):
        GOVERNMENT = "government", "政府投资"
        STATE_OWNED = "state_owned", "国有企业投资"
        PRIVATE = "private", "社会投资"

    scope_project = ""

    code = models.CharField("项目编号", max_length=40, unique=True)
    name = models.CharField("项目名称", max_length=160)
    pinyin_initials = models.CharField("拼音首字母", max_length=160, blank=True, db_index=True)
    pinyin_key = models.CharField("拼音排序键", max_length=400, blank=True, db_index=True)
    area = models.ForeignKey("responsibilities.Area", models.PROTECT, verbose_name="县区")
    project_type = models.ForeignKey(ProjectType, models.PROTECT, verbose_name="项目类型")
    funding_nature = models.CharField("投资性质", max_length=12, choices=FundingNature)
    funding_source = models.CharField("资金来源", max_length=160, blank=True)
    funds_in_place = models.BooleanField("建设资金已落实", null=True, blank=True)
    contract_value = models.DecimalField("合同价款", max_digits=16, decimal_places=2, null=True, blank=True)
    address = models.CharField("建设地点", max_length=160, blank=True)
    planned_start_on = models.DateField("计划开工日期", null=True, blank=True)
    actual_start_on = models.DateField("实际开工日期", null=True, blank=True)
    planned_completion_on = models.DateField("计划竣工日期", null=True, blank=True)
    completed_on = models.DateField("实际竣工日期", null=True, blank=True)
    platform_code = models.CharField("陇明公项目编码", max_length=40, blank=True)
    enrolled_on = models.DateField("纳入陇明公日期", null=True, blank=True)
    created_at = models.DateTimeField("登记时间", auto_now_add=True)
    updated_at = models.DateTimeField("更新时间", auto_now=True, db_index=True)
    version = models.PositiveIntegerField("版本", default=1)

    objects = ProjectScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "工程项目"
        ordering = ["code"]
        indexes = [models.Index(fields=["area", "project_type"], name="project_area_type")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(completed_on__isnull=True)
                | models.Q(actual_start_on__isnull=True)
                | models.Q(completed_on__gte=models.F("actual_start_on")),
                name="project_completed_after_start",
            )
        ]

    def __str__(self):
        return self.name


@pghistory.track(
    level=pghistory.Statement,
    meta={"verbose_name": "参建与监管单位的变更", "verbose_name_plural": "参建与监管单位的变更"},
)
class ProjectParty(models.Model):
    """Which part an organization plays in a project. Scope and the parties of deadlines rest on it.

    The units that a project answers to (行业主管部门, 人社, 财政) stand here too, resolved per area with
    fallback to the city unit when the project is registered.
    """

    class Part(models.TextChoices):
        DEVELOPER = "developer", "建设单位"
        GENERAL_CONTRACTOR = "general_contractor", "施工总承包单位"
        SUBCONTRACTOR = "subcontractor", "分包单位"
        COMPETENT_UNIT = "competent_unit", "项目主管部门"
        INDUSTRY_UNIT = "industry_unit", "行业主管部门"
        HUMAN_RESOURCES = "human_resources", "人社部门"
        FINANCE = "finance", "财政部门"
        APPROVING_UNIT = "approving_unit", "审批部门"
        BANK = "bank", "专户开户银行"

    scope_project = "project"

    project = models.ForeignKey(Project, models.CASCADE, related_name="parties", verbose_name="项目")
    organization = models.ForeignKey("responsibilities.Organization", models.PROTECT, verbose_name="单位")
    part = models.CharField("身份", max_length=20, choices=Part)
    awarded_by = models.ForeignKey(
        "responsibilities.Organization",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="发包单位",
    )

    objects = ProjectScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "参建与监管单位"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["project", "part", "organization"], name="project_party_once")]
        indexes = [models.Index(fields=["organization", "project"], name="project_party_scope")]

    def __str__(self):
        return f"{self.get_part_display()}：{self.organization}"
