"""Lists of deadlines as workbooks: exactly what is filtered, at most as much as one file may hold."""

from django.db.models import QuerySet
from django.http import HttpResponse

from escalation.catalogue.registry import matters
from escalation.models import Deadline
from escalation.selectors.days import Window
from escalation.selectors.rows import rows_of
from escalation.views.listing import rule_title
from responsibilities.rules.errors import Refused
from responsibilities.rules.scope import Scope
from responsibilities.views.downloads import workbook
from sheets.writing import OutColumn, OutSheet

# A file that people still open; beyond it they are asked to filter.
MOST_ROWS = 50_000
CHUNK = 2_000
COLUMNS = (
    OutColumn("项目编号", width=18),
    OutColumn("项目名称", width=34),
    OutColumn("县区", width=10),
    OutColumn("规则", width=26),
    OutColumn("应办事项", width=44),
    OutColumn("责任单位", width=30),
    OutColumn("监管单位", width=30),
    OutColumn("起算日期", "date", 12),
    OutColumn("法定到期日", "date", 12),
    OutColumn("到期日", "date", 12),
    OutColumn("状态", width=12),
    OutColumn("时限情况", width=22),
    OutColumn("督办期限", "date", 12),
    OutColumn("日历", width=8),
)


def deadlines_workbook(scope: Scope, queryset: QuerySet[Deadline], window: Window) -> HttpResponse:
    """The list as xlsx. Errors: `too_many_rows`."""
    ids = list(queryset.values_list("pk", flat=True)[: MOST_ROWS + 1])
    if len(ids) > MOST_ROWS:
        raise Refused("too_many_rows", f"当前筛选超过 {MOST_ROWS} 项，一个文件放不下。请按县区或规则筛选后分别导出。")
    above = (f"时限清单（{window.today:%Y-%m-%d}，共 {len(ids)} 项）",)
    return workbook(f"时限清单{window.today:%Y%m%d}.xlsx", [OutSheet("时限", COLUMNS, _rows(ids, window), above)])


def _rows(ids: list[int], window: Window):
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        found = Deadline.objects.select_related("project", "area").in_bulk(part)
        chunk = [found[pk] for pk in part if pk in found]
        for row in rows_of(chunk, matters(chunk), window):
            deadline = row.deadline
            yield (
                deadline.project.code,
                deadline.project.name,
                deadline.area.short_name,
                rule_title(deadline.rule),
                row.matter,
                "、".join(row.owners),
                "、".join(row.supervisors),
                deadline.anchor_on,
                deadline.original_due_on,
                deadline.due_on,
                row.standing.label,
                row.standing.words,
                row.order_until,
                "暂定" if deadline.calendar_provisional else "",
            )
