"""The problems of a batch: as a list to sort, filter, search and take along, or gathered by what is the matter."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from payroll.forms import DiscardForm
from payroll.forms.checks import ProblemFilterForm
from payroll.models import PayrollBatch
from payroll.rules.checks import FAMILY_LABELS, catalogue
from payroll.rules.places import sheet_words
from payroll.selectors.batches import batch_by_pk, may_act_on
from payroll.selectors.problems import problem_counts, problems_by_check, problems_of
from payroll.services.check_settings import batch_rejudge
from payroll.services.files import may_open_files
from payroll.views.grid import LEVELS, WORDS
from payroll.views.words import decorated
from responsibilities.rules.errors import NotAllowed, NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.services.trail import Actor
from responsibilities.views.access import needs
from responsibilities.views.downloads import workbook
from responsibilities.views.listing import LONG_SIZES, address, chips, columns, page_of, query, switches
from sheets.writing import OutColumn, OutSheet

COLUMNS = (
    ("位置", "row"),
    ("姓名", "person"),
    ("级别", "severity"),
    ("问题", "code"),
    ("说明和处理办法", ""),
)


@needs(Permission.PAYROLL_VIEW)
@require_safe
def problem_list(request, pk):
    """Everything that is said of a batch; each line leads to its cell."""
    batch = decorated(batch_by_pk(request.scope, pk))
    form = ProblemFilterForm(request.GET)
    form.is_valid()
    chosen = {name: form.cleaned_data.get(name, "") for name in ("family", "severity", "code")}
    text, order = form.cleaned_data.get("q", "").strip(), form.cleaned_data.get("sort", "")
    rows = problems_of(request.scope, batch, text=text, order=order, **chosen)
    names = batch.sheet_names
    if request.GET.get("export") == "xlsx":
        request.scope.require(Permission.EXPORT)
        return _export(batch, rows, names)
    grouped = request.GET.get("view") == "grouped"
    counts = problem_counts(request.scope, batch)
    context = {
        "batch": batch,
        "counts": counts,
        "grouped": grouped,
        "views": [
            {"label": "逐条", "url": address(request, view=""), "active": not grouped},
            {"label": "同类合并", "url": address(request, view="grouped"), "active": grouped},
        ],
        "families": switches(request, "family", FAMILY_LABELS.items(), counts["families"]),
        "severities": [
            {
                "label": "全部",
                "url": address(request, severity=""),
                "active": not chosen["severity"],
                "count": counts["total"],
            },
            *switches(request, "severity", WORDS.items(), counts["severities"]),
        ],
        "chips": _set_chips(request, chosen["code"]),
        "q": text,
        "keep": [(name, value) for name, value in request.GET.items() if value and name not in ("q", "page", "export")],
        "export_url": address(request, export="xlsx"),
        "may_export": request.scope.can(Permission.EXPORT),
        "may_open": may_open_files(request.scope, batch),
        "may_rejudge": batch.status == PayrollBatch.Status.DRAFT
        and may_act_on(request.scope, batch, Permission.PAYROLL_UPLOAD),
        "several": len(names) > 1,
        "clean": "可以返回工资表提交。"
        if batch.status == PayrollBatch.Status.DRAFT
        else "这份工资表没有需要改正和核对的地方。",
        "crumbs": [
            {"label": "工资发放", "url": reverse("payroll:list")},
            {"label": f"批次 #{batch.pk}", "url": reverse("payroll:batch", args=[batch.pk])},
            {"label": "问题清单"},
        ],
    }
    if grouped:
        context["groups"] = [_group(one, batch, names) for one in problems_by_check(rows)]
        context["shown"] = sum(one["found"] for one in context["groups"])
    else:
        page = page_of(request, rows, LONG_SIZES)
        page.object_list = [_said(one, batch, names) for one in page.object_list]
        context |= {"page": page, "size": page.paginator.per_page, "sizes": LONG_SIZES, "query": query(request)}
        context |= {"columns": columns(request, COLUMNS), "shown": page.paginator.count}
    return render(request, "payroll/problems.html", context)


@needs(Permission.PAYROLL_UPLOAD)
@require_POST
def rejudge(request, pk):
    """Read a draft anew under today's settings and facts."""
    batch = batch_by_pk(request.scope, pk)
    form = DiscardForm(request.POST)
    version = form.cleaned_data["version"] if form.is_valid() else None
    try:
        batch_rejudge(batch_id=batch.pk, actor=Actor.of(request), scope=request.scope, version=version)
    except (NotAllowed, NotVisible):
        raise
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("payroll:batch", pk)


def cell_url(batch: PayrollBatch, sheet_no: int, row: int | None, cell: str = "") -> str:
    """The sheet's page with this row, at the cell, else at the row."""
    address = reverse("payroll:batch", args=[batch.pk])
    if not row:
        return f"{address}#whole"
    return f"{address}?sheet={sheet_no}&at={row}#" + (f"c{cell}" if cell else f"r{row}")


def _said(remark, batch: PayrollBatch, names: list[str]):
    """A remark with what the template shows of it."""
    remark.check = catalogue().get(remark.code)
    remark.level, remark.word = LEVELS[remark.severity], WORDS[remark.severity]
    remark.url = cell_url(batch, remark.sheet_no, remark.row, remark.cell)
    remark.sheet = sheet_words(remark.sheet_no, names)
    return remark


def _group(one: dict, batch: PayrollBatch, names: list[str]) -> dict:
    for place in one["places"]:
        place["url"] = cell_url(batch, place["sheet_no"], place["row"], place["cell"])
        place["sheet"] = sheet_words(place["sheet_no"], names)
    return one | {
        "level": LEVELS[one["severity"]],
        "word": WORDS[one["severity"]],
        "more": one["found"] - len(one["places"]) if one["places"] else 0,
        "list_url": f"?{urlencode({'code': one['code'], 'severity': one['severity']})}",
    }


def _set_chips(request, code: str) -> list[dict]:
    check = catalogue().get(code)
    return chips(request, {"code": ("问题", {code: check.title} if check else {}), "q": ("搜索", {})})


def _export(batch: PayrollBatch, rows, names: list[str]) -> HttpResponse:
    titles = [
        OutColumn("工作表", width=16),
        OutColumn("行", "number", 7),
        OutColumn("单元格", width=9),
        OutColumn("姓名", width=12),
        OutColumn("级别", width=8),
        OutColumn("类别", width=10),
        OutColumn("问题", width=22),
        OutColumn("说明和处理办法", width=70),
        OutColumn("依据", width=40),
        OutColumn("代码", width=24),
    ]
    sheet = OutSheet("问题清单", titles, _cells(rows, names))
    return workbook(f"{batch.project.code}-{batch.month_on:%Y-%m}-问题清单.xlsx", [sheet])


def _cells(rows, names: list[str]):
    for remark in rows.iterator(chunk_size=1000):
        check = catalogue().get(remark.code)
        yield [
            names[remark.sheet_no - 1] if remark.sheet_no <= len(names) else "",
            remark.row,
            remark.cell,
            remark.person,
            WORDS[remark.severity],
            FAMILY_LABELS[check.family] if check else "",
            check.title if check else "",
            remark.message,
            str(check.basis) if check else "",
            remark.code,
        ]
