"""What the counting rests on: the working-day calendar and the rules with their figures and bases."""

import datetime
from itertools import groupby

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from escalation.catalogue.registry import RULES
from escalation.forms import CalendarForm
from escalation.rules.arrangements import arranged_days
from escalation.selectors.calendar import calendar_unscoped, calendar_version_unscoped, calendar_years_unscoped
from escalation.selectors.rule_versions import rule_versions
from escalation.services.calendar import calendar_publish
from responsibilities.rules.errors import NotAllowed, Refused
from responsibilities.rules.roles import Permission
from responsibilities.selectors.clock import today
from responsibilities.services.trail import Actor
from responsibilities.views.access import needs, show_refusal

WEEKDAYS = "一二三四五六日"
LARGEST_PASTE = 100_000


@needs(Permission.RESPONSIBILITY_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def calendar_page(request: HttpRequest) -> HttpResponse:
    """One year by months, and for those who may, the form that publishes a year."""
    may_publish = request.scope.can(Permission.CALENDAR_EDIT)
    if request.method == "POST" and not may_publish:
        raise NotAllowed("只有获得授权的监管员或系统管理员可以发布工作日历。")
    form = CalendarForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid() and _publish(request, form):
        year = form.cleaned_data["year"]
        messages.success(request, f"{year} 年工作日历已发布，涉及的时限已重新计算。")
        return redirect(f"{reverse('escalation:calendar')}?year={year}")
    years = calendar_years_unscoped()
    chosen = _chosen_year(request, years)
    year = next((row for row in years if row.year == chosen), None)
    context = {
        "years": years,
        "year": year,
        "badge_level": "green" if year and year.status == year.Status.OFFICIAL else "yellow",
        "chosen": chosen,
        "months": _months(chosen),
        "version": calendar_version_unscoped(),
        "weekdays": WEEKDAYS,
        "today": today(),
        "form": form if may_publish else None,
    }
    return render(request, "escalation/calendar.html", context, status=422 if form.is_bound else 200)


@needs(Permission.RESPONSIBILITY_VIEW)
@require_safe
def rule_list(request: HttpRequest) -> HttpResponse:
    """Every rule of the catalogue with its versions, term, ladder and basis."""
    by_rule = rule_versions()
    rules = [{"rule": rule, "versions": by_rule.get(code, [])} for code, rule in RULES.items()]
    return render(
        request,
        "escalation/rules.html",
        {"rules": rules, "today": today(), "may_open": request.scope.can(Permission.DEADLINE_VIEW)},
    )


def _publish(request, form) -> bool:
    data = form.cleaned_data
    text = data.get("days", "")
    try:
        if data.get("file"):
            text = _text_of(data["file"])
        calendar_publish(
            year=data["year"], days=arranged_days(text), source=data["source"], actor=Actor.of(request), today=today()
        )
    except Refused as refusal:
        show_refusal(form, refusal)
        return False
    return True


def _text_of(file) -> str:
    if file.size > LARGEST_PASTE:
        sentence = "文件过大：节假日安排每行一天，一年不过几十行。请核对后重新上传。"
        raise Refused("too_large", sentence, {"file": sentence})
    try:
        return file.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        sentence = "文件不是 UTF-8 编码的文本，请另存为 UTF-8 文本后重新上传，或直接粘贴内容。"
        raise Refused("not_text", sentence, {"file": sentence}) from error


def _chosen_year(request, years) -> int:
    wanted = request.GET.get("year", "")
    known = {row.year for row in years}
    if wanted.isdigit() and int(wanted) in known:
        return int(wanted)
    return today().year


def _months(year: int) -> list[dict]:
    """The months, each a list of weeks of seven days (None outside the month)."""
    first, last = datetime.date(year, 1, 1), datetime.date(year, 12, 31)
    days = calendar_unscoped(first, last).between(first, last)
    months = []
    for month, group in groupby(days, key=lambda day: day.day.month):
        cells = list(group)
        padded = [None] * cells[0].day.weekday() + cells
        padded += [None] * (-len(padded) % 7)
        months.append(
            {
                "number": month,
                "weeks": [padded[start : start + 7] for start in range(0, len(padded), 7)],
                "workdays": sum(day.is_workday for day in cells),
            }
        )
    return months
