import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models

from responsibilities.models import ProjectScopedManager


@pghistory.track(
    level=pghistory.Statement, meta={"verbose_name": "审批事项的变更", "verbose_name_plural": "审批事项的变更"}
)
class Approval(models.Model):
    """One approval event of a project; each starts its own three-working-day clock (policy 二(二)一).

    `pushed_at` is the moment the portal stored the push: the receipt. 人社's confirmation doesn't move it.
    An act done elsewhere (`decided_in_portal` false) is recorded with its breaches, never refused.
    """

    class Kind(models.TextChoices):
        PROJECT_APPROVAL = "project_approval", "立项审批"
        BUDGET_ESTIMATE = "budget_estimate", "概算批复"
        FILING = "filing", "核准备案"
        FUNDING_REVIEW = "funding_review", "资金审查"
        CONSTRUCTION_PERMIT = "construction_permit", "施工许可"
        AWARD = "award", "中标"

    class Breach(models.TextChoices):
        NO_FUNDING_SOURCE = "no_funding_source", "没有明确资金来源即予审批"
        FUNDS_NOT_IN_PLACE = "funds_not_in_place", "建设资金未落实即办理施工许可"
        PERMIT_AFTER_START = "permit_after_start", "先开工后办理施工许可"

    scope_project = "project"

    project = models.ForeignKey(
        "projects.Project",
        models.CASCADE,
        related_name="approvals",
        verbose_name="项目",
    )
    kind = models.CharField("审批事项", max_length=24, choices=Kind)
    number = models.CharField("批准文号", max_length=80)
    approved_on = models.DateField("批准日期")
    funding_source = models.CharField("资金来源", max_length=160, blank=True)
    approving_unit = models.ForeignKey(
        "responsibilities.Organization",
        models.PROTECT,
        related_name="+",
        verbose_name="审批部门",
    )
    decided_in_portal = models.BooleanField("在本平台办理", default=False)
    breaches = ArrayField(
        models.CharField(max_length=30, choices=Breach),
        default=list,
        blank=True,
        verbose_name="不合规情形",
    )
    pushed_at = models.DateTimeField("推送人社时间", null=True, blank=True)
    pushed_by = models.ForeignKey(
        "responsibilities.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="推送人",
    )
    receipt_number = models.CharField("回执编号", max_length=40, blank=True, db_index=True)
    confirmed_at = models.DateTimeField("人社确认时间", null=True, blank=True)
    confirmed_by = models.ForeignKey(
        "responsibilities.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="确认人",
    )
    recorded_by = models.ForeignKey(
        "responsibilities.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="登记人",
    )
    created_at = models.DateTimeField("登记时间", auto_now_add=True)
    version = models.PositiveIntegerField("版本", default=1)

    objects = ProjectScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "审批事项"
        ordering = ["approved_on", "id"]
        constraints = [models.UniqueConstraint(fields=["project", "kind", "number"], name="approval_once")]

    def __str__(self):
        return f"{self.get_kind_display()} {self.number}"


class ObstacleDecision(models.Model):
    """A person went on although an organization had an `Obstacle`, and said why (policy 二(二)一).

    The policy is broader than 724 art 49, so the portal warns and a person decides, on record.
    """

    scope_project = "project"

    project = models.ForeignKey(
        "projects.Project",
        models.CASCADE,
        related_name="obstacle_decisions",
        verbose_name="项目",
    )
    obstacle = models.ForeignKey("responsibilities.Obstacle", models.PROTECT, verbose_name="限制情形")
    approval = models.ForeignKey(Approval, models.CASCADE, null=True, blank=True, verbose_name="审批事项")
    reason = models.TextField("理由")
    decided_by = models.ForeignKey("responsibilities.User", models.PROTECT, null=True, verbose_name="决定人")
    decided_at = models.DateTimeField("决定时间", auto_now_add=True)

    objects = ProjectScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "限制情形处置"
        ordering = ["-id"]
