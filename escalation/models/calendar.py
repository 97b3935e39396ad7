from django.db import models


class CalendarVersion(models.Model):
    """An edition of the working-day calendar; each published change makes a new one, by an audited act."""

    number = models.PositiveIntegerField("版本号", unique=True)
    published_on = models.DateField("启用日期")
    note = models.CharField("说明", max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "工作日历版本"
        ordering = ["number"]

    def __str__(self):
        return f"工作日历第 {self.number} 版"


class CalendarYear(models.Model):
    """What a year's days rest on. Provisional: weekends and statutory days only, no make-up days."""

    class Status(models.TextChoices):
        OFFICIAL = "official", "已公布"
        PROVISIONAL = "provisional", "暂定"

    year = models.PositiveSmallIntegerField("年份", primary_key=True)
    status = models.CharField("状态", max_length=12, choices=Status)
    source = models.CharField("依据", max_length=200)
    calendar_version = models.ForeignKey(CalendarVersion, models.PROTECT, verbose_name="版本")

    class Meta:
        verbose_name = verbose_name_plural = "日历年度"
        ordering = ["year"]


class CalendarDay(models.Model):
    """One day. `ordinal` counts the working days up to and including it, so +3 working days is a join.

    `next_workday_on` / `previous_workday_on` are the day itself where it is a working day, and empty where
    the calendar ends before one comes: nothing beyond a published year is invented.
    """

    class Kind(models.TextChoices):
        WORKDAY = "workday", "工作日"
        WEEKEND = "weekend", "周末"
        HOLIDAY = "holiday", "节假日"
        MAKE_UP = "make_up", "调休上班"

    day = models.DateField("日期", primary_key=True)
    is_workday = models.BooleanField("工作日")
    kind = models.CharField("类别", max_length=10, choices=Kind)
    name = models.CharField("名称", max_length=20, blank=True)
    provisional = models.BooleanField("暂定", default=False)
    ordinal = models.PositiveIntegerField("累计工作日")
    next_workday_on = models.DateField("顺延至", null=True)
    previous_workday_on = models.DateField("提前至", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "日历"
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(
                fields=["ordinal"],
                condition=models.Q(is_workday=True),
                name="calendar_day_ordinal",
            )
        ]
