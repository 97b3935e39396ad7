from django.db import models


class Undoable(models.Model):
    """What was said of a movement on the account, by whom, and who took it back: a row is undone, never deleted.

    `by` null: the portal found it by itself. Only rows that aren't undone count; each model's constraints say so.
    """

    by = models.ForeignKey("responsibilities.User", models.PROTECT, null=True, related_name="+", verbose_name="办理人")
    at = models.DateTimeField("办理时间")
    undone_by = models.ForeignKey(
        "responsibilities.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="撤销人"
    )
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)

    class Meta:
        abstract = True
