from django.db import models
from django.db.models import Exists, OuterRef, Q

from escalation.models.calendar import CalendarVersion
from escalation.models.rules import LadderStep, RuleVersion
from responsibilities.rules.roles import Permission


class DeadlineQuerySet(models.QuerySet):
    """Deadlines and what hangs on them are seen by the units that are parties to them, and area-wide roles."""

    def visible_to(self, scope):
        prefix = getattr(self.model, "scope_deadline", "")
        condition = Q(pk__in=[])
        for grant in scope.with_permission(Permission.DEADLINE_VIEW).grants:
            area = Q(**{f"{prefix}area_id": grant.area_id}) if grant.area_id else Q()
            if grant.area_wide:
                condition |= area or ~Q(pk__in=[])
                continue
            deadline_id = f"{prefix.removesuffix('__')}_id" if prefix else "pk"
            parties = DeadlineParty.objects.filter(deadline_id=OuterRef(deadline_id))
            if grant.city_level and grant.body_id:
                parties = parties.filter(organization__body_id=grant.body_id)
            else:
                parties = parties.filter(organization_id=grant.organization_id)
            condition |= Q(Exists(parties)) & area
        return self.filter(condition)


class DeadlineManager(models.Manager.from_queryset(DeadlineQuerySet)):
    pass


class Deadline(models.Model):
    """A duty with a clock, derived from facts by `reconcile`, never counted up.

    (rule, subject_id, period_on) names it: the subject is a row of the rule's own table (an approval, a
    project, an allocation period); its project and area stand here for scope and lists.
    `original_due_on` stays what the law's term gave; `due_on` follows an extension in force.
    `satisfied_on` is the day of the satisfying act; done after close of business it counts for the next day,
    which the status shows (met late) and the stored day doesn't.
    """

    class Status(models.TextChoices):
        OPEN = "open", "进行中"
        OVERDUE = "overdue", "已逾期"
        MET = "met", "按期办结"
        MET_LATE = "met_late", "逾期办结"
        WAIVED = "waived", "已豁免"
        VOID = "void", "已失效"

    rule = models.CharField("规则", max_length=40)
    subject_id = models.BigIntegerField("对象")
    period_on = models.DateField("所属期", null=True, blank=True)
    project = models.ForeignKey(
        "projects.Project",
        models.CASCADE,
        related_name="deadlines",
        verbose_name="项目",
    )
    area = models.ForeignKey("responsibilities.Area", models.PROTECT, verbose_name="县区")
    rule_version = models.ForeignKey(RuleVersion, models.PROTECT, verbose_name="规则版本")
    calendar_version = models.ForeignKey(CalendarVersion, models.PROTECT, verbose_name="日历版本")
    calendar_provisional = models.BooleanField("所涉日历为暂定", default=False)
    anchor_on = models.DateField("起算日期")
    original_due_on = models.DateField("法定到期日")
    due_on = models.DateField("到期日")
    satisfied_on = models.DateField("办结日期", null=True, blank=True)
    status = models.CharField("状态", max_length=10, choices=Status)
    level = models.PositiveSmallIntegerField("级别", choices=LadderStep.Level, default=LadderStep.Level.NONE)
    opened_at = models.DateTimeField("生成时间")
    updated_at = models.DateTimeField("更新时间")

    objects = DeadlineManager()

    class Meta:
        verbose_name = verbose_name_plural = "时限"
        ordering = ["due_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "subject_id", "period_on"],
                nulls_distinct=False,
                name="deadline_once",
            )
        ]
        indexes = [
            models.Index(
                fields=["due_on", "id"],
                include=["status", "area", "rule"],
                condition=Q(status__in=["open", "overdue"]),
                name="deadline_live_due",
            ),
            models.Index(
                fields=["area", "due_on", "id"],
                condition=Q(status__in=["open", "overdue"]),
                name="deadline_live_area_due",
            ),
            models.Index(fields=["project", "due_on"], name="deadline_project"),
        ]

    def __str__(self):
        return f"{self.due_on} 到期的时限 #{self.pk}"

    @property
    def is_live(self) -> bool:
        return self.status in (self.Status.OPEN, self.Status.OVERDUE)


class DeadlineParty(models.Model):
    """Who owes, who supervises, who is told; several units can share one."""

    class Part(models.TextChoices):
        OWES = "owes", "责任单位"
        SUPERVISES = "supervises", "监管单位"
        INFORMED = "informed", "告知单位"

    deadline = models.ForeignKey(Deadline, models.CASCADE, related_name="parties", verbose_name="时限")
    organization = models.ForeignKey("responsibilities.Organization", models.PROTECT, verbose_name="单位")
    part = models.CharField("身份", max_length=12, choices=Part)

    class Meta:
        verbose_name = verbose_name_plural = "时限当事单位"
        constraints = [models.UniqueConstraint(fields=["deadline", "organization", "part"], name="deadline_party_once")]
        indexes = [
            models.Index(
                fields=["organization", "deadline"],
                include=["part"],
                name="deadline_party_org",
            )
        ]


class NoticeQuerySet(models.QuerySet):
    def visible_to(self, scope):
        """A notice is its recipient's; area-wide roles see those of their area."""
        condition = Q(pk__in=[])
        for grant in scope.with_permission(Permission.DEADLINE_VIEW).grants:
            area = Q(deadline__area_id=grant.area_id) if grant.area_id else Q()
            if grant.area_wide:
                condition |= area or ~Q(pk__in=[])
            elif grant.city_level and grant.body_id:
                condition |= Q(recipient__body_id=grant.body_id) & area
            else:
                condition |= Q(recipient_id=grant.organization_id) & area
        return self.filter(condition)


class NoticeManager(models.Manager.from_queryset(NoticeQuerySet)):
    pass


class Notice(models.Model):
    """Pushing is a row: one per (deadline, level, recipient); it appears on the recipient's dashboard.

    Never withdrawn. `due_on` is as it was when it was made.
    """

    deadline = models.ForeignKey(Deadline, models.CASCADE, related_name="notices", verbose_name="时限")
    level = models.PositiveSmallIntegerField("级别", choices=LadderStep.Level)
    recipient = models.ForeignKey("responsibilities.Organization", models.PROTECT, verbose_name="接收单位")
    noticed_on = models.DateField("通知日期")
    due_on = models.DateField("到期日")
    created_at = models.DateTimeField("发出时间")

    objects = NoticeManager()

    class Meta:
        verbose_name = verbose_name_plural = "通知"
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["deadline", "level", "recipient"], name="notice_once")]
        indexes = [models.Index(fields=["recipient", "-id"], name="notice_recipient")]
