from django.db import models
from django.db.models import Q

from escalation.models.deadlines import Deadline, DeadlineManager


class Escalation(models.Model):
    """A missed deadline that time carried to the supervisor: the proposal to supervise, one per deadline.

    PENDING while nobody decided and the deadline is overdue; SETTLED when the facts cleared it first;
    DECIDED after a decision; CLOSED when a supervisor ended the supervision.
    """

    class Status(models.TextChoices):
        PENDING = "pending", "待审核"
        DECIDED = "decided", "已决定"
        SETTLED = "settled", "已自行办结"
        CLOSED = "closed", "已办结归档"

    scope_deadline = "deadline__"

    deadline = models.OneToOneField(Deadline, models.CASCADE, related_name="escalation", verbose_name="时限")
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.PENDING)
    proposed_on = models.DateField("提请日期")
    created_at = models.DateTimeField("建立时间")
    version = models.PositiveIntegerField("版本", default=1)

    objects = DeadlineManager()

    class Meta:
        verbose_name = verbose_name_plural = "督办提请"
        ordering = ["proposed_on", "id"]
        indexes = [
            models.Index(
                fields=["proposed_on", "id"],
                condition=Q(status="pending"),
                name="escalation_pending",
            )
        ]

    def __str__(self):
        return f"督办提请 #{self.pk}"


class Decision(models.Model):
    """What a person decided, with reasons: a fact that `reconcile` reads.

    A waiver lifts a duty and waits for a second person; an extension gives a new date where the term may be
    extended; a supervision order (督办) has its own date and leaves the deadline's alone. Policy 三(三).
    """

    class Kind(models.TextChoices):
        SUPERVISION_ORDER = "supervision_order", "督办"
        INTERVIEW = "interview", "约谈"
        CIRCULAR = "circular", "通报"
        EXTENSION = "extension", "延期"
        WAIVER = "waiver", "豁免"
        CLOSURE = "closure", "办结归档"

    class Status(models.TextChoices):
        AWAITING_SECOND = "awaiting_second", "待复核"
        IN_FORCE = "in_force", "生效"
        REJECTED = "rejected", "复核未通过"
        REVOKED = "revoked", "已撤销"

    scope_deadline = "deadline__"

    deadline = models.ForeignKey(Deadline, models.CASCADE, related_name="decisions", verbose_name="时限")
    escalation = models.ForeignKey(
        Escalation,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="decisions",
        verbose_name="督办提请",
    )
    kind = models.CharField("决定", max_length=20, choices=Kind)
    status = models.CharField("状态", max_length=16, choices=Status)
    effective_on = models.DateField("日期", null=True, blank=True, help_text="督办期限、约谈日期或延期后的到期日")
    place = models.CharField("地点", max_length=120, blank=True)
    reason = models.TextField("理由")
    decided_by = models.ForeignKey("responsibilities.User", models.PROTECT, related_name="+", verbose_name="决定人")
    decided_at = models.DateTimeField("决定时间")
    decided_on = models.DateField("决定日期")
    seconded_by = models.ForeignKey(
        "responsibilities.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="复核人",
    )
    seconded_at = models.DateTimeField("复核时间", null=True, blank=True)
    second_note = models.TextField("复核意见", blank=True)
    revoked_by = models.ForeignKey(
        "responsibilities.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="撤销人",
    )
    revoked_at = models.DateTimeField("撤销时间", null=True, blank=True)
    revoke_reason = models.TextField("撤销理由", blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    objects = DeadlineManager()

    class Meta:
        verbose_name = verbose_name_plural = "决定"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(seconded_by__isnull=True) | ~Q(seconded_by=models.F("decided_by")),
                name="decision_second_is_another_person",
            ),
            models.UniqueConstraint(
                fields=["deadline", "kind"],
                condition=Q(
                    kind__in=["extension", "waiver"],
                    status__in=["in_force", "awaiting_second"],
                ),
                name="decision_one_in_force",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} #{self.pk}"


class Response(models.Model):
    """What the owing unit answered to a supervision order, signed by its head."""

    scope_deadline = "deadline__"

    deadline = models.ForeignKey(Deadline, models.CASCADE, related_name="responses", verbose_name="时限")
    decision = models.ForeignKey(Decision, models.CASCADE, related_name="responses", verbose_name="督办决定")
    organization = models.ForeignKey("responsibilities.Organization", models.PROTECT, verbose_name="单位")
    text = models.TextField("办理情况")
    signed_by = models.ForeignKey("responsibilities.User", models.PROTECT, related_name="+", verbose_name="签署人")
    signed_at = models.DateTimeField("签署时间")

    objects = DeadlineManager()

    class Meta:
        verbose_name = verbose_name_plural = "督办反馈"
        ordering = ["id"]
