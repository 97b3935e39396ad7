from django.db import models


class Obstacle(models.Model):
    """A fact from a higher room that lower rooms must obey: open arrears, dishonest list, freezes.

    Until cases exist, 人社 people enter them. Basis: policy 二(二)一; 724 art 48–49.
    """

    class Kind(models.TextChoices):
        OPEN_ARREARS = "open_arrears", "存在未清偿欠薪"
        DISHONEST_LIST = "dishonest_list", "列入拖欠农民工工资失信联合惩戒对象名单"

    organization = models.ForeignKey(
        "responsibilities.Organization",
        models.PROTECT,
        related_name="obstacles",
        verbose_name="单位",
    )
    kind = models.CharField("情形", max_length=20, choices=Kind)
    since_on = models.DateField("自")
    lifted_on = models.DateField("解除日期", null=True, blank=True)
    reason = models.TextField("事由")
    source = models.CharField("来源", max_length=120, blank=True)
    recorded_by = models.ForeignKey("responsibilities.User", models.PROTECT, null=True, verbose_name="登记人")
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = verbose_name_plural = "限制情形"
        ordering = ["-since_on", "-id"]
        indexes = [
            models.Index(
                fields=["organization"],
                condition=models.Q(lifted_on__isnull=True),
                name="obstacle_in_force",
            )
        ]

    def __str__(self):
        return f"{self.organization}：{self.get_kind_display()}"


class Touched(models.Model):
    """A project whose facts changed and whose deadlines must be looked at again.

    Written in the writer's own transaction, consumed by `reconcile` with SKIP LOCKED. The id is plain:
    this room knows no projects.
    """

    project_id = models.BigIntegerField("项目")
    touched_at = models.DateTimeField("时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "待重算项目"
        indexes = [models.Index(fields=["project_id"], name="touched_project")]


class Figure(models.Model):
    """A figure of law or policy, or a default of ours, as dated data with its basis."""

    code = models.SlugField("代码", max_length=60)
    name = models.CharField("名称", max_length=80)
    value = models.CharField("值", max_length=40)
    unit = models.CharField("单位", max_length=20, blank=True)
    in_force_from = models.DateField("生效日期")
    instrument = models.CharField("文件", max_length=120, blank=True)
    article = models.CharField("条款", max_length=60, blank=True)
    is_default = models.BooleanField("本系统默认，可调整", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "法定数值"
        ordering = ["code", "in_force_from"]
        constraints = [models.UniqueConstraint(fields=["code", "in_force_from"], name="figure_version")]

    def __str__(self):
        return f"{self.name} {self.value}{self.unit}"
