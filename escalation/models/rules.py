from django.contrib.postgres.fields import ArrayField
from django.db import models


class RuleVersion(models.Model):
    """The figures of a rule, dated: the version in force on the anchor date applies to a deadline.

    First versions are in force from 2024-01-01 unless an instrument says otherwise. A term can be extended
    only where the city or a default of ours set it (`extendable`), a statutory one can't.
    """

    class Unit(models.TextChoices):
        WORKDAYS = "workdays", "个工作日"
        DAYS = "days", "日"
        MONTH_DAY = "month_day", "当月拨付日"

    class RestDayShift(models.TextChoices):
        NEXT = "next", "顺延至下一工作日"
        PREVIOUS = "previous", "提前至上一工作日"
        NONE = "none", "不调整"

    rule = models.CharField("规则", max_length=40)
    number = models.PositiveSmallIntegerField("版本号")
    in_force_from = models.DateField("生效日期")
    unit = models.CharField("期限单位", max_length=10, choices=Unit)
    term = models.PositiveSmallIntegerField("期限", default=0)
    rest_day_shift = models.CharField("遇休息日", max_length=10, choices=RestDayShift, default=RestDayShift.NEXT)
    extendable = models.BooleanField("可延期", default=False)
    is_default = models.BooleanField("本系统默认，可调整", default=False)
    legal_basis = models.CharField("依据", max_length=200)
    consequence = models.CharField("逾期后果", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "规则版本"
        ordering = ["rule", "number"]
        constraints = [
            models.UniqueConstraint(fields=["rule", "number"], name="rule_version_once"),
            models.UniqueConstraint(fields=["rule", "in_force_from"], name="rule_version_date"),
        ]

    def __str__(self):
        return f"{self.rule} v{self.number}"


class LadderStep(models.Model):
    """A rung that time reaches: so many working days from the due date. What lies above, people decide."""

    class Level(models.IntegerChoices):
        NONE = 0, "未到提醒"
        REMINDER = 1, "提醒"
        WARNING = 2, "预警"
        PROPOSAL = 3, "提请督办"

    rule_version = models.ForeignKey(RuleVersion, models.CASCADE, related_name="ladder", verbose_name="规则版本")
    level = models.PositiveSmallIntegerField("级别", choices=Level)
    offset_workdays = models.SmallIntegerField("距到期工作日")
    recipients = ArrayField(
        models.CharField(max_length=12),
        verbose_name="通知对象",
        help_text="owes/supervises/informed",
    )

    class Meta:
        verbose_name = verbose_name_plural = "升级阶梯"
        ordering = ["rule_version", "level"]
        constraints = [models.UniqueConstraint(fields=["rule_version", "level"], name="ladder_step_once")]
