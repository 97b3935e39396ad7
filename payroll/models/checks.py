from django.db import models
from django.db.models import Q


class CheckSetting(models.Model):
    """How grave a check is, from a day on, in the whole city or one area. Rows are added, never changed.

    The latest row in force counts; one of an area goes before the city's, `follow` gives way to the city's again.
    What is submitted was judged by the rows of its day and stays as it is.
    """

    class Severity(models.TextChoices):
        NOTICE = "notice", "提示"
        STOP = "stop", "不得提交"
        FOLLOW = "follow", "按全市设置"

    check_code = models.CharField("核验项目", max_length=30)
    severity = models.CharField("处理方式", max_length=8, choices=Severity)
    area = models.ForeignKey(
        "responsibilities.Area",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="县区",
        help_text="空为全市",
    )
    in_force_from = models.DateField("生效日期")
    reason = models.CharField("理由或文件依据", max_length=200)
    set_by = models.ForeignKey(
        "responsibilities.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="设置人"
    )
    set_at = models.DateTimeField("设置时间")

    class Meta:
        verbose_name = verbose_name_plural = "核验设置"
        ordering = ["check_code", "-in_force_from", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(area__isnull=False) | ~Q(severity="follow"), name="check_setting_city_follows_nobody"
            )
        ]
        indexes = [models.Index(fields=["check_code", "in_force_from"], name="check_setting_in_force")]

    def __str__(self):
        return f"{self.check_code} {self.get_severity_display()}"
