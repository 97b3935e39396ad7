"""The checks with their severity, open to everybody who sees pay; 人社 changes them with a reason."""

import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from payroll.forms.checks import CheckSettingForm
from payroll.models import CheckSetting
from payroll.rules.checks import FAMILY_LABELS, Check, Family, Setting, catalogue
from payroll.rules.checks.minimum_wage import BelowMinimumWage
from payroll.selectors.checks import (
    areas_to_set,
    areas_without_minimum_wage,
    batches_with_remark,
    hits_since,
    settings_of_checks,
    settings_on_unscoped,
)
from payroll.services.check_settings import check_set
from payroll.views.flow import with_due_days
from payroll.views.words import decorated
from responsibilities.models import Area
from responsibilities.rules.errors import NotAllowed, NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.rules.scope import Scope
from responsibilities.selectors.clock import now, today
from responsibilities.selectors.figures import figures_on
from responsibilities.services.trail import Actor
from responsibilities.views.access import needs, show_refusal
from responsibilities.views.downloads import workbook
from responsibilities.views.listing import address, columns, switches
from sheets.writing import OutColumn, OutSheet

RECENT = datetime.timedelta(days=92)
PAGE_SIZE = 50
WORDS = {Setting.STOP: ("不得提交", "red"), Setting.NOTICE: ("提示", "yellow")}
SORTS = {
    "title": lambda one: one["check"].title,
    "family": lambda one: (list(Family).index(one["check"].family), one["check"].title),
    "severity": lambda one: (one["level"] != "red", one["check"].title),
    "since": lambda one: one["since"] or datetime.date.min,
    "hits": lambda one: one["remarks"],
}
COLUMNS = (
    ("核验项目", "title"),
    ("类别", "family"),
    ("处理方式", "severity"),
    ("自何时起", "since"),
    ("依据", ""),
    ("近三个月命中", "hits", True),
)


@needs(Permission.PAYROLL_VIEW)
@require_safe
def check_list(request):
    """What is checked, why, how gravely since when, and how often it hit."""
    area = _own_area(request)
    rows = _rows(request, area)
    shown = [one for one in rows if _wanted(one, request.GET)]
    order = request.GET.get("sort", "")
    shown.sort(key=SORTS.get(order.removeprefix("-"), SORTS["family"]), reverse=order.startswith("-"))
    if request.GET.get("export") == "xlsx":
        request.scope.require(Permission.EXPORT)
        return _export(shown)
    return render(
        request,
        "payroll/checks.html",
        {
            "rows": shown,
            "total": len(rows),
            "columns": columns(request, COLUMNS),
            "families": switches(request, "family", FAMILY_LABELS.items()),
            "severities": switches(request, "severity", (("stop", "不得提交"), ("notice", "提示"))),
            "q": request.GET.get("q", ""),
            "keep": [(name, request.GET[name]) for name in ("family", "severity", "sort") if request.GET.get(name)],
            "export_url": address(request, export="xlsx"),
            "may_export": request.scope.can(Permission.EXPORT),
            "may_set": request.scope.can(Permission.PAYROLL_RULES),
            "today": today(),
            "where": area.name if area else "全市",
            "crumbs": [{"label": "工资发放", "url": reverse("payroll:list")}, {"label": "核验规则"}],
        },
    )


@needs(Permission.PAYROLL_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def check_page(request, code):
    """One check: its words, basis, figures, settings of each area, history, where it hit; 人社 sets it here."""
    check = catalogue().get(code)
    if check is None:
        raise Http404("没有这项核验。")
    may_set = request.scope.can(Permission.PAYROLL_RULES)
    if request.method == "POST" and not may_set:
        raise NotAllowed("只有人社监管员可以改变核验的处理方式。")
    form = None
    if may_set:
        city, areas = areas_to_set(request.scope)
        data = request.POST if request.method == "POST" else None
        form = CheckSettingForm(data, areas=areas, city=city, initial={"in_force_from": today()})
        if request.method == "POST" and form.is_valid() and _set(request, form, code):
            return redirect("payroll:check", code)
    hit = batches_with_remark(request.scope, code, now() - RECENT)
    page = Paginator(hit, PAGE_SIZE).get_page(request.GET.get("page"))
    page.object_list = with_due_days([decorated(batch) for batch in page.object_list])
    context = {
        "check": check,
        "family": FAMILY_LABELS[check.family],
        "sentences": [value for name, value in vars(check).items() if name.endswith("message")],
        "figures": _figures([check]),
        **_standing(check),
        "history": settings_of_checks([code]).get(code, []),
        "page": page,
        "unchecked": _unchecked(request.scope, check),
        "form": form if not check.fixed else None,
        "today": today(),
        "crumbs": [
            {"label": "工资发放", "url": reverse("payroll:list")},
            {"label": "核验规则", "url": reverse("payroll:checks")},
            {"label": check.title},
        ],
    }
    status = 422 if form is not None and form.is_bound else 200
    return render(request, "payroll/check.html", context, status=status)


def _set(request, form: CheckSettingForm, code: str) -> bool:
    try:
        row = check_set(check_code=code, actor=Actor.of(request), scope=request.scope, **form.cleaned_data)
    except (NotAllowed, NotVisible):
        raise
    except Refused as refusal:
        show_refusal(form, refusal)
        return False
    where = row.area.name if row.area else "全市"
    messages.success(request, f"已设置：{where}自 {row.in_force_from:%Y-%m-%d} 起为“{row.get_severity_display()}”。")
    return True


def _own_area(request) -> Area | None:
    """The one area whose checks the caller sets: its officers work by what holds there, not in the city."""
    city, areas = areas_to_set(request.scope)
    return areas[0] if not city and len(areas) == 1 else None


def _rows(request, area: Area | None) -> list[dict]:
    """A row for each check: the setting today of the city or of the caller's own area, the other areas that differ, the
    hits of three months.
    """
    hits = hits_since(request.scope, now() - RECENT)
    history = settings_of_checks(catalogue())
    standing = settings_on_unscoped(area.pk if area else None, today())
    figures = figures_on({code for check in catalogue().values() for code in check.figures}, today())
    found = []
    for code, check in catalogue().items():
        word, level, since, reason = _said(check, standing.get(code))
        hit = hits.get(code, {})
        found.append(
            {
                "check": check,
                "family": FAMILY_LABELS[check.family],
                "word": word,
                "level": level,
                "setting": "stop" if level == "red" else "notice",
                "since": since,
                "reason": reason,
                "areas": sorted({row.area.name for row in history.get(code, []) if row.area and row.area != area}),
                "coming": [row for row in history.get(code, []) if row.in_force_from > today()],
                "figures": [figures[one] for one in check.figures if one in figures],
                "remarks": hit.get("remarks", 0),
                "batches": hit.get("batches", 0),
                "unchecked": _unchecked(request.scope, check),
            }
        )
    return found


def _said(check: type[Check], row: CheckSetting | None) -> tuple[str, str, datetime.date | None, str]:
    """(word, colour, since, why) of a check under a setting."""
    setting = check.setting() if row is None or check.fixed else Setting(row.severity)
    word, level = WORDS[setting]
    if setting == Setting.NOTICE and check.lighter == "notice":
        word, level = "说明", "grey"
    return word, level, row.in_force_from if row else None, row.reason if row else ""


def _unchecked(scope: Scope, check: type[Check]) -> list[Area]:
    """Areas in which the check finds nothing because what it compares with isn't registered."""
    return areas_without_minimum_wage(scope, today()) if check is BelowMinimumWage else []


def _standing(check: type[Check]) -> dict:
    """What holds today in the city and in each area that has its own setting (`standing`), and the areas that follow the
    city (`following`)."""
    day, standing, following = today(), [], []
    for area in [None, *Area.objects.exclude(kind=Area.Kind.CITY).order_by("sort_order")]:
        row = settings_on_unscoped(area.pk if area else None, day).get(check.code)
        if area is not None and (row is None or row.area_id != area.pk):
            following.append(area)
            continue
        word, level, since, reason = _said(check, row)
        where = area.name if area else "全市"
        standing.append({"area": where, "word": word, "level": level, "since": since, "reason": reason})
    return {"standing": standing, "following": following}


def _figures(checks: list[type[Check]]) -> list:
    return list(figures_on({code for check in checks for code in check.figures}, today()).values())


def _wanted(one: dict, parameters) -> bool:
    check, text = one["check"], parameters.get("q", "").strip()
    if parameters.get("family") in FAMILY_LABELS and check.family != parameters["family"]:
        return False
    if parameters.get("severity") in ("stop", "notice") and one["setting"] != parameters["severity"]:
        return False
    return not text or any(text in piece for piece in (check.title, check.what, check.code, str(check.basis)))


def _export(rows: list[dict]) -> HttpResponse:
    titles = [
        OutColumn("核验项目", width=24),
        OutColumn("代码", width=24),
        OutColumn("类别"),
        OutColumn("核验内容", width=60),
        OutColumn("处理方式"),
        OutColumn("自何时起", width=12),
        OutColumn("理由或文件依据", width=30),
        OutColumn("法律依据", width=40),
        OutColumn("数值", width=40),
        OutColumn("近三个月命中处数", "number"),
        OutColumn("涉及工资表", "number"),
    ]
    body = (
        [
            one["check"].title,
            one["check"].code,
            one["family"],
            one["check"].what,
            one["word"],
            f"{one['since']:%Y-%m-%d}" if one["since"] else "",
            one["reason"],
            str(one["check"].basis),
            "；".join(f"{row.name} {row.value}{row.unit}" for row in one["figures"]),
            one["remarks"],
            one["batches"],
        ]
        for one in rows
    )
    return workbook(f"核验规则{today():%Y%m%d}.xlsx", [OutSheet("核验规则", titles, body)])
