import pghistory
from django.db import models

from responsibilities.models import ProjectScopedManager


@pghistory.track(meta={"verbose_name": "工资专用账户的变更", "verbose_name_plural": "工资专用账户的变更"})
class SpecialAccount(models.Model):
    """农民工工资专用账户 of a project (724 art 26; 53 art 6). One open account per project.

    The number is sealed and found by its blind index; on screen the last four digits.
    """

    scope_project = "project"
    sealed_columns = {"number_sealed": "account_number"}

    project = models.OneToOneField(
        "projects.Project",
        models.CASCADE,
        related_name="special_account",
        verbose_name="项目",
    )
    bank = models.ForeignKey("responsibilities.Organization", models.PROTECT, verbose_name="开户银行")
    account_name = models.CharField("账户名称", max_length=160)
    number_sealed = models.BinaryField("账号")
    number_index = models.BinaryField("账号索引", max_length=32, unique=True)
    number_last4 = models.CharField("账号后四位", max_length=4)
    opened_on = models.DateField("开户日期")
    agreement_on = models.DateField("三方协议签订日期", null=True, blank=True)
    filed_on = models.DateField("备案日期", null=True, blank=True)
    closed_on = models.DateField("销户日期", null=True, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    objects = ProjectScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "工资专用账户"

    def __str__(self):
        return f"{self.account_name}（尾号 {self.number_last4}）"
