from django.db import models


class Area(models.Model):
    """An administrative area: 张掖市, its six counties, 张掖经开区."""

    class Kind(models.TextChoices):
        CITY = "city", "市"
        COUNTY = "county", "县区"
        ZONE = "zone", "开发区"

    code = models.CharField("行政区划代码", max_length=12, unique=True)
    name = models.CharField("名称", max_length=40)
    short_name = models.CharField("简称", max_length=20)
    kind = models.CharField("类别", max_length=10, choices=Kind)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, verbose_name="上级")
    sort_order = models.PositiveSmallIntegerField("排序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "县区"
        ordering = ["sort_order"]

    def __str__(self):
        return self.name
