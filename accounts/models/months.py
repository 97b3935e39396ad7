from django.db import models

from responsibilities.models import ProjectScopedManager


class AllocationMonth(models.Model):
    """A month's arithmetic, read only: a view over periods, contract, floor and credits.

    Kept as SQL in one place (`accounts/migrations/…_allocation_month_view`), equal to
    `accounts.rules.requirement` (a test holds them together), so that pages and the engine read one truth.
    `required` NULL: unknown. `satisfied_on`: the day the credits reached the requirement, whatever today is.
    """

    scope_project = "project"

    period = models.OneToOneField(
        "accounts.AllocationPeriod", models.DO_NOTHING, primary_key=True, related_name="arithmetic"
    )
    project = models.ForeignKey("projects.Project", models.DO_NOTHING, related_name="allocation_months")
    area = models.ForeignKey("responsibilities.Area", models.DO_NOTHING, related_name="+")
    month_on = models.DateField("月份")
    opens_on = models.DateField("起算日期")
    month_day = models.PositiveSmallIntegerField("每月拨付日", null=True)
    completed_value = models.DecimalField("当月完成工程价款", max_digits=16, decimal_places=2, null=True)
    nil_statement_on = models.DateField("无产值说明日期", null=True)
    floor = models.DecimalField("比例下限", max_digits=5, decimal_places=4, null=True)
    contract_ratio = models.DecimalField("合同比例", max_digits=5, decimal_places=4, null=True)
    by_contract = models.DecimalField("合同约定金额", max_digits=16, decimal_places=2, null=True)
    by_wages = models.DecimalField("专户余额不足支付的应发工资", max_digits=16, decimal_places=2, null=True)
    by_value = models.DecimalField("按产值计算", max_digits=16, decimal_places=2, null=True)
    required = models.DecimalField("应拨付", max_digits=16, decimal_places=2, null=True)
    credited = models.DecimalField("已到账", max_digits=16, decimal_places=2)
    satisfied_on = models.DateField("足额到账日期", null=True)

    objects = ProjectScopedManager()

    class Meta:
        managed = False
        db_table = "accounts_allocation_month"
        verbose_name = verbose_name_plural = "人工费用月度核算"
        ordering = ["-month_on"]

    @property
    def gap(self):
        """What is still to be credited, in yuan; None while the requirement is unknown."""
        return None if self.required is None else max(self.required - self.credited, 0)

    @property
    def surplus(self):
        """What was credited beyond the requirement, in yuan; 0 while it is unknown."""
        return 0 if self.required is None else max(self.credited - self.required, 0)
