from django.db import models


class Heartbeat(models.Model):
    """The last sign of life of the worker and of beat; `/readyz` reads it."""

    name = models.CharField("名称", max_length=20, primary_key=True)
    beat_at = models.DateTimeField("时间")


class KeyCanary(models.Model):
    """A known text under each field key: a wrong key is noticed at start, not when data is lost."""

    key_id = models.CharField("密钥编号", max_length=20, primary_key=True)
    sealed = models.BinaryField("密文")


class ApiToken(models.Model):
    """A token for the API; only its keyed hash is stored, it is shown once."""

    user = models.ForeignKey(
        "responsibilities.User",
        models.CASCADE,
        related_name="api_tokens",
        verbose_name="用户",
    )
    digest = models.BinaryField("摘要", max_length=32, unique=True)
    label = models.CharField("用途", max_length=80, blank=True)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)
    last_used_at = models.DateTimeField("最近使用", null=True, blank=True)
    revoked_at = models.DateTimeField("停用时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "接口令牌"


class IdempotencyRecord(models.Model):
    """What a POST with an `Idempotency-Key` answered: same key and body, same reply; other body, 409."""

    user = models.ForeignKey("responsibilities.User", models.CASCADE)
    key = models.CharField(max_length=120)
    path = models.CharField(max_length=200)
    body_digest = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField(null=True)
    reply = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_once")]
