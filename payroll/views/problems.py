"""The problems of a batch: as a list to sort, filter, search and take along, or gathered by what is the matter."""

from io import BytesIO
from urllib.parse import quote, urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from payroll.forms import DiscardForm
from payroll.forms.checks import ProblemFilterForm
from payroll.models import PayrollBatch
from payroll.rules.checks import FAMILY_LABELS, catalogue
from payroll.selectors.batches import batch_by_pk, may_act_on
from payroll.selectors.problems import problem_counts, problems_by_check, problems_of
from payroll.services.check_settings import batch_rejudge
from payroll.services.files import may_open_files
from payroll.views.grid import LEVELS, WORDS, sheet_names
from payroll.views.listing import XLSX
from payroll.views.words import decorated
from responsibilities.rules.errors import NotAllowed, NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.services.trail import Actor
from responsibilities.views.access import needs
from sheets.writing import OutColumn, OutSheet, write_xlsx

PAGE_SIZES = (50, 100, 200)
COLUMNS = (
    ("row", "位置"),
    ("person", "姓名"),
    ("severity", "级别"),
    ("code", "问题"),
    ("", "说明和处理办法"),
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
    names = sheet_names(batch)
    if request.GET.get("export") == "xlsx":
        request.scope.require(Permission.EXPORT)
        return _export(batch, rows, names)
    grouped = request.GET.get("view") == "grouped"
    counts = problem_counts(request.scope, batch)
    size = int(request.GET["page_size"]) if request.GET.get("page_size") in {"50", "100", "200"} else PAGE_SIZES[0]
    query = _query(request.GET, "page", "page_size", "export")
    context = {
        "batch": batch,
        "counts": counts,
        "grouped": grouped,
        "views": [
            {"label": "逐条", "url": f"?{_query(request.GET, 'view', 'page', 'export')}", "active": not grouped},
            {"label": "同类合并", "url": f"?{_with(request.GET, view='grouped')}", "active": grouped},
        ],
        "families": _chips(request.GET, "family", counts["families"], FAMILY_LABELS),
        "severities": _chips(request.GET, "severity", counts["severities"], WORDS),
        "chips": _set_chips(request.GET, chosen["code"], text),
        "q": text,
        "keep": [(name, value) for name, value in request.GET.items() if value and name not in ("q", "page", "export")],
        "export_url": f"?{query}&export=xlsx" if query else "?export=xlsx",
        "may_export": request.scope.can(Permission.EXPORT),
        "may_open": may_open_files(request.scope, batch),
        "may_rejudge": batch.status == PayrollBatch.Status.DRAFT
        and may_act_on(request.scope, batch, Permission.PAYROLL_UPLOAD),
        "several": len(names) > 1,
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
        page = Paginator(rows, size).get_page(request.GET.get("page"))
        page.object_list = [_said(one, batch, names) for one in page.object_list]
        context |= {"page": page, "size": size, "sizes": PAGE_SIZES, "query": f"{query}&" if query else ""}
        context |= {"columns": _columns(request.GET, order), "shown": page.paginator.count}
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


def cell_url(batch: PayrollBatch, sheet_no: int, row: int | None) -> str:
    """The sheet's page with this row, at the row."""
    address = reverse("payroll:batch", args=[batch.pk])
    if not row:
        return f"{address}#whole"
    return f"{address}?sheet={sheet_no}&at={row}#r{row}"


def _said(remark, batch: PayrollBatch, names: list[str]):
    """A remark with what the template shows of it."""
    remark.check = catalogue().get(remark.code)
    remark.level, remark.word = LEVELS[remark.severity], WORDS[remark.severity]
    remark.url = cell_url(batch, remark.sheet_no, remark.row)
    remark.sheet = names[remark.sheet_no - 1] if len(names) > 1 and remark.sheet_no <= len(names) else ""
    return remark


def _group(one: dict, batch: PayrollBatch, names: list[str]) -> dict:
    for place in one["places"]:
        place["url"] = cell_url(batch, place["sheet_no"], place["row"])
        several = len(names) > 1 and place["sheet_no"] <= len(names)
        place["sheet"] = names[place["sheet_no"] - 1] if several else ""
    return one | {
        "level": LEVELS[one["severity"]],
        "word": WORDS[one["severity"]],
        "more": one["found"] - len(one["places"]) if one["places"] else 0,
        "list_url": f"?{urlencode({'code': one['code'], 'severity': one['severity']})}",
    }


def _chips(parameters, name: str, counts: dict[str, int], labels: dict) -> list[dict]:
    chosen, found = parameters.get(name, ""), []
    for code, label in labels.items():
        if counts.get(code) or chosen == code:
            url = (
                f"?{_query(parameters, name, 'page', 'export')}"
                if chosen == code
                else f"?{_with(parameters, **{name: code})}"
            )
            found.append({"label": label, "url": url, "count": counts.get(code, 0), "active": chosen == code})
    return found


def _set_chips(parameters, code: str, text: str) -> list[dict]:
    chips = []
    if check := catalogue().get(code):
        chips.append({"label": "问题", "value": check.title, "remove_url": f"?{_query(parameters, 'code', 'page')}"})
    if text:
        chips.append({"label": "搜索", "value": text, "remove_url": f"?{_query(parameters, 'q', 'page')}"})
    return chips


def _columns(parameters, order: str) -> list[dict]:
    found = []
    for name, label in COLUMNS:
        column = {"label": label}
        if name:
            column["sort_url"] = f"?{_with(parameters, sort=f'-{name}' if order == name else name)}"
            if order.removeprefix("-") == name:
                column["sorted"] = "descending" if order.startswith("-") else "ascending"
        found.append(column)
    return found


def _with(parameters, **changes: str) -> str:
    rest = [(name, value) for name, value in parameters.items() if value and name not in (*changes, "page", "export")]
    return urlencode([*rest, *changes.items()])


def _query(parameters, *without: str) -> str:
    return urlencode([(name, value) for name, value in parameters.items() if value and name not in without])


def _export(batch: PayrollBatch, rows, names: list[str]) -> HttpResponse:
    columns = [
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
    box = BytesIO()
    write_xlsx(box, [OutSheet("问题清单", columns, _cells(rows, names))])
    response = HttpResponse(box.getvalue(), content_type=XLSX)
    name = quote(f"{batch.project.code}-{batch.month_on:%Y-%m}-问题清单.xlsx")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    response["Cache-Control"] = "no-store"
    return response


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
