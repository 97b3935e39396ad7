from django.contrib.postgres.fields import ArrayField
from django.db import models


class ColumnLayout(models.Model):
    """What a person confirmed about a contractor's form: under this header, which column is what.

    Remembered per contractor and header, never across contractors; used silently when the same header comes again.
    `is_read` False: tables with this header are not to be read (a summary, another list in the same workbook).
    `shifted`: the header isn't where it would be found by itself, so it is looked for row by row.
    `gap` rows below the header are nobody's. Titles and letters only; nothing personal.
    """

    organization = models.ForeignKey(
        "responsibilities.Organization",
        models.CASCADE,
        related_name="+",
        verbose_name="用工单位",
    )
    signature = models.CharField("表头特征", max_length=64)
    is_read = models.BooleanField("读取", default=True)
    sheet = models.CharField("工作表", max_length=80, blank=True)
    header_rows = ArrayField(models.IntegerField(), default=list, blank=True, verbose_name="表头行")
    gap = models.PositiveSmallIntegerField("表头与数据之间的行数", default=0)
    shifted = models.BooleanField("表头行由人指定", default=False)
    columns = models.JSONField("列对应", default=dict)
    titles = models.JSONField("列名", default=dict, help_text="列号 → 列名")
    confirmed_by = models.ForeignKey(
        "responsibilities.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="确认人"
    )
    confirmed_at = models.DateTimeField("确认时间")
    used = models.PositiveIntegerField("使用次数", default=0)
    used_at = models.DateTimeField("最近使用", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "记住的列对应"
        ordering = ["-confirmed_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["organization", "signature"], name="column_layout_once")]
