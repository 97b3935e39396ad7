"""Two sheets side by side."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from payroll.selectors.compare import comparable, comparison, comparison_sums
from payroll.views.words import decorated
from responsibilities.rules.errors import NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.views.access import needs
from responsibilities.views.downloads import workbook
from sheets.writing import OutColumn, OutSheet

PAGE_SIZE = 100
KINDS = {
    "added": ("新增", "blue"),
    "removed": ("减少", "grey"),
    "changed": ("有变化", "orange"),
    "same": ("没有变化", ""),
}


class _Pages:
    """Enough of a sequence for a paginator: a count and slices that are one query each."""

    def __init__(self, old, new, *, only_changes: bool, total: int):
        self.asked, self.total = (old, new, only_changes), total

    def __len__(self):
        return self.total

    def __getitem__(self, part: slice):
        old, new, only_changes = self.asked
        return comparison(old, new, only_changes=only_changes, limit=part.stop - part.start, offset=part.start)


@needs(Permission.PAYROLL_VIEW)
@require_safe
def compare(request, pk, other):
    """Who came, who went, whose pay changed; only the changes unless all are asked for."""
    try:
        old, new = comparable(request.scope, pk, other)
    except NotVisible:
        raise
    except Refused as refusal:
        messages.info(request, refusal.message)
        return redirect("payroll:batch", pk)
    sums = comparison_sums(old, new)
    every = request.GET.get("all") == "1"
    if request.GET.get("export") == "xlsx":
        request.scope.require(Permission.EXPORT)
        return _export(old, new, only_changes=not every)
    total = sums.differing + (sums.same if every else 0)
    page = Paginator(_Pages(old, new, only_changes=not every, total=total), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [{"pair": pair, "word": KINDS[pair.kind][0], "level": KINDS[pair.kind][1]} for pair in page.object_list]
    return render(
        request,
        "payroll/compare.html",
        {
            "old": decorated(old),
            "new": decorated(new),
            "sums": sums,
            "page": page,
            "rows": rows,
            "every": every,
            "query": "all=1&" if every else "",
            "may_export": request.scope.can(Permission.EXPORT),
            "crumbs": [
                {"label": "工资发放", "url": reverse("payroll:list")},
                {"label": f"批次 #{new.pk}", "url": reverse("payroll:batch", args=[new.pk])},
                {"label": f"与批次 #{old.pk} 对照"},
            ],
        },
    )


def _export(old, new, *, only_changes: bool):
    columns = [
        OutColumn("变化"),
        OutColumn("姓名"),
        OutColumn("身份证后四位"),
        OutColumn("班组"),
        *(
            OutColumn(f"{side}{title}", kind, 14)
            for title, kind in (
                ("天数", "number"),
                ("应发", "money"),
                ("扣款和预支", "money"),
                ("实发", "money"),
                ("卡尾号", "text"),
            )
            for side in ("原", "新")
        ),
        OutColumn("实发差额", "money", 14),
    ]
    rows = (
        [
            KINDS[pair.kind][0],
            pair.name,
            pair.id_last4,
            pair.crew,
            *(
                getattr(side, field) if side else None
                for field in ("days", "gross", "taken", "net", "card")
                for side in (pair.old, pair.new)
            ),
            pair.net_difference,
        ]
        for pair in comparison(old, new, only_changes=only_changes, limit=None)
    )
    return workbook(f"{new.project.code}-{new.month_on:%Y-%m}-工资对照.xlsx", [OutSheet("工资对照", columns, rows)])
