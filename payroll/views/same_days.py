"""同日两处出勤: one worker on two sites on one day, over all sites in sight; each row leads to both days."""

import datetime

from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from payroll.forms.attendance import SameDayFilterForm
from payroll.rules.employers import employer_words
from payroll.selectors.same_days import (
    SORTS,
    counts_of,
    same_day_choices,
    same_day_rows,
    search_same_days,
    with_sites,
    worker_days,
)
from payroll.views.grid import masked
from responsibilities.rules.roles import Permission
from responsibilities.selectors.clock import today
from responsibilities.services.trail import Actor, record_event
from responsibilities.views.access import needs
from responsibilities.views.downloads import workbook
from responsibilities.views.listing import LONG_SIZES, address, columns, form_chips, page_of, query, sorted_rows
from sheets.writing import OutColumn, OutSheet

COLUMNS = (("工人", "name"), ("日期", "on"), ("出勤", ""), ("合计", "", True), ("疑点", ""))
FILTERS = ("q", "area", "contractor")
EXPORT_CHUNK = 500


@needs(Permission.PAYROLL_VIEW)
@require_safe
def same_day_list(request):
    """The month's worker-days on several sites; more than a day's work, and times that meet, stand out."""
    form = SameDayFilterForm(request.GET, areas=[], contractors=[])
    form.is_valid()
    month_on = form.cleaned_data.get("month") or _last_month(today())
    everything = same_day_rows(request.scope, month_on)
    areas, contractors = same_day_choices(everything)
    form = SameDayFilterForm(request.GET, areas=areas, contractors=contractors)
    form.is_valid()
    found = search_same_days(
        everything,
        text=form.cleaned_data.get("q", "").strip(),
        area=form.cleaned_data.get("area", ""),
        contractor=form.cleaned_data.get("contractor", ""),
    )
    counts = counts_of(found)
    only = request.GET.get("only") == "over"
    rows = sorted_rows(request, worker_days(search_same_days(found, over=only)), SORTS)
    if request.GET.get("export") == "xlsx":
        request.scope.require(Permission.EXPORT)
        return _export(request, rows, month_on)
    page = page_of(request, rows, LONG_SIZES)
    page.object_list = [_decorated(one) for one in with_sites(request.scope, page.object_list)]
    return render(
        request,
        "payroll/attendance/same_days.html",
        {
            "form": form,
            "month_on": month_on,
            "page": page,
            "size": page.paginator.per_page,
            "sizes": LONG_SIZES,
            "query": query(request),
            "columns": columns(request, COLUMNS),
            "counts": counts,
            "quick": [
                {"label": "全部", "url": address(request, only=""), "count": counts["days"], "active": not only},
                {
                    "label": "合计超过一天",
                    "url": address(request, only="over"),
                    "count": counts["over"],
                    "active": only,
                },
            ],
            "chips": form_chips(request, form, FILTERS),
            "export_url": f"?{query(request)}export=xlsx",
            "may_export": request.scope.can(Permission.EXPORT),
            "crumbs": [
                {"label": "工资发放", "url": reverse("payroll:list")},
                {"label": "考勤", "url": reverse("payroll:attendance")},
                {"label": "同日两处出勤"},
            ],
        },
    )


def _decorated(one):
    one.id_shown = masked(one.id_last4)
    one.level = "red" if one.meet else "orange" if one.over else "yellow"
    one.doubts = [
        words
        for words, applies in (
            ("两处打卡时间重叠", one.meet),
            ("合计超过一天", one.over),
            ("另一处在您可查看的范围以外", one.hidden),
        )
        if applies
    ] or ["两处各记半天，请核对"]
    return one


def _export(request, rows, month_on: datetime.date):
    titles = (
        ("姓名", 12), ("证件后四位", 12), ("日期", 12), ("县区", 14), ("项目编号", 18), ("项目", 34), ("用工单位", 30),
        ("天数", 8), ("首次刷卡", 10), ("末次刷卡", 10), ("当日合计", 10), ("疑点", 30),
    )  # fmt: skip
    count = rows.count()

    def body():
        for start in range(0, count, EXPORT_CHUNK):
            for one in map(_decorated, with_sites(request.scope, rows[start : start + EXPORT_CHUNK])):
                who, doubts = (one.name, one.id_last4, f"{one.on}"), "、".join(one.doubts)
                for day in one.seen:
                    project, employer = day.project, employer_words(day.subcontractor)
                    times = [f"{time:%H:%M}" if time else "" for time in (day.came_at, day.left_at)]
                    yield (
                        *who,
                        project.area.name,
                        project.code,
                        project.name,
                        employer,
                        day.days,
                        *times,
                        one.total,
                        doubts,
                    )
                for _other in range(one.hidden):
                    yield (*who, "", "", "可查看范围以外的项目", "", None, "", "", one.total, doubts)

    numbers = {"天数", "当日合计"}
    sheet = OutSheet(
        "同日两处出勤",
        [OutColumn(title, "number" if title in numbers else "text", width) for title, width in titles],
        body(),
    )
    answer = workbook(f"{month_on:%Y-%m}同日两处出勤.xlsx", [sheet])
    changes = {"month": ["", f"{month_on:%Y-%m}"], "rows": ["", str(count)]}
    record_event(actor=Actor.of(request), action="attendance.export_same_days", target=None, changes=changes)
    return answer


def _last_month(day: datetime.date) -> datetime.date:
    return (day.replace(day=1) - datetime.timedelta(days=1)).replace(day=1)
