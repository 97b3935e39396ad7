import pghistory
from django.db import models
from django.db.models import Q


@pghistory.track(meta={"verbose_name": "单位的变更", "verbose_name_plural": "单位的变更"})
class Organization(models.Model):
    """A unit that can owe, supervise or be told: a body in an area, an enterprise, a bank.

    A government itself (张掖市人民政府, 甘州区人民政府) is an organization without a body.
    """

    class Kind(models.TextChoices):
        GOVERNMENT = "government", "机关单位"
        ENTERPRISE = "enterprise", "企业"
        BANK = "bank", "银行"

    code = models.CharField("单位编码", max_length=40, unique=True)
    name = models.CharField("单位名称", max_length=120)
    short_name = models.CharField("简称", max_length=40, blank=True)
    pinyin_initials = models.CharField("拼音首字母", max_length=120, blank=True, db_index=True)
    kind = models.CharField("类别", max_length=12, choices=Kind)
    body = models.ForeignKey(
        "responsibilities.Body",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="organizations",
        verbose_name="责任单位",
    )
    area = models.ForeignKey(
        "responsibilities.Area",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="所在县区",
    )
    uscc = models.CharField("统一社会信用代码", max_length=18, null=True, blank=True, unique=True)
    legal_representative = models.CharField("法定代表人", max_length=40, blank=True)
    is_active = models.BooleanField("在用", default=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = verbose_name_plural = "单位"
        ordering = ["kind", "code"]
        constraints = [
            models.UniqueConstraint(fields=["body", "area"], name="organization_one_per_body_and_area"),
            models.CheckConstraint(
                condition=~Q(kind="government") | Q(area__isnull=False),
                name="organization_government_has_area",
            ),
        ]

    def __str__(self):
        return self.short_name or self.name
