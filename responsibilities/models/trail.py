import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models

# The database itself refuses: raw SQL, the admin and a careless migration are held by it too.
APPEND_ONLY = [
    pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
    pgtrigger.Trigger(
        name="never_emptied",
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        level=pgtrigger.Statement,
        func="RAISE EXCEPTION 'pgtrigger: Cannot truncate % table', TG_TABLE_NAME;",
    ),
]


class AuditEvent(models.Model):
    """One act: who, when, what changed, from where. Append-only; a trigger refuses anything else.

    `transaction` is the writer's transaction number: the sealer takes only events whose transaction is
    older than the oldest one still running, so that none can appear behind a sealed block.
    Personal data stands here masked only.
    """

    at = models.DateTimeField("时间", auto_now_add=True, db_index=True)
    transaction = models.BigIntegerField("事务号")
    actor = models.ForeignKey("responsibilities.User", models.PROTECT, null=True, verbose_name="操作人")
    actor_name = models.CharField("操作人姓名", max_length=80)
    organization_name = models.CharField("所属单位", max_length=200, blank=True)
    action = models.CharField("动作", max_length=60, db_index=True)
    object_type = models.CharField("对象类别", max_length=40)
    object_id = models.CharField("对象编号", max_length=40, blank=True)
    object_name = models.CharField("对象", max_length=200, blank=True)
    project_id = models.BigIntegerField("项目", null=True, blank=True)
    changes = models.JSONField("变更", default=dict)
    reason = models.TextField("理由", blank=True)
    ip = models.GenericIPAddressField("来源地址", null=True, blank=True)
    user_agent = models.CharField("终端", max_length=200, blank=True)
    request_id = models.CharField("请求号", max_length=40, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "操作留痕"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["object_type", "object_id"], name="audit_object"),
            models.Index(fields=["project_id"], name="audit_project"),
            models.Index(fields=["transaction", "id"], name="audit_transaction"),
        ]
        triggers = APPEND_ONLY

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name} {self.action}"


class AuditBlock(models.Model):
    """A sealed run of events: `digest` = HMAC-SM3(key, previous digest ‖ `sealed_before` ‖ the events, canonical).

    `event_ids` lists them in ascending order, because ids have gaps and commits don't follow them. Every event
    of a transaction below `sealed_before` stands in this block or an earlier one. Append-only.
    """

    previous_digest = models.BinaryField("前块摘要", max_length=32)
    digest = models.BinaryField("摘要", max_length=32)
    event_ids = ArrayField(models.BigIntegerField(), verbose_name="事件")
    sealed_before = models.BigIntegerField("封存至事务号")
    sealed_at = models.DateTimeField("封存时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "留痕封存块"
        ordering = ["id"]
        triggers = APPEND_ONLY
