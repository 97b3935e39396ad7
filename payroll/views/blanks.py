"""Workbooks to fill in, for download: the template with the roster, and a copy of last month."""

from io import BytesIO

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from payroll.forms import BlankForm
from payroll.rules.month import Month
from payroll.selectors.batches import employers_for_upload
from payroll.services.copies import month_copy
from payroll.services.templates import EVERYBODY, template_write
from projects.selectors.projects import project_for
from responsibilities.rules.errors import NotAllowed, NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.services.trail import Actor
from responsibilities.views.access import needs
from responsibilities.views.downloads import attachment

NOT_SAID = "请先填写工资月份（例如 2026-10）和用工单位，再下载。"


@needs(Permission.PAYROLL_UPLOAD)
@require_safe
def template_file(request):
    """The month's payroll with the roster filled in."""
    project, asked, wrong = _asked(request)
    if asked is None:
        return _back(request, wrong)
    box = BytesIO()
    template_write(
        box,
        project=project,
        month=asked["month"],
        actor=Actor.of(request),
        scope=request.scope,
        employer=asked["employer"],
        formulas=asked["formulas"],
    )
    return attachment(f"{project.code}-{asked['month']}-工资表模板.xlsx", box.getvalue())


@needs(Permission.PAYROLL_UPLOAD)
@require_safe
def copy_file(request):
    """The new month's sheet, made from the employer's last submitted one."""
    project, asked, wrong = _asked(request)
    if asked is None or asked["employer"] == EVERYBODY:
        return _back(request, wrong)
    box = BytesIO()
    try:
        month_copy(
            box,
            project=project,
            month=asked["month"],
            employer=asked["employer"],
            amounts=asked["amounts"],
            actor=Actor.of(request),
            scope=request.scope,
        )
    except (NotAllowed, NotVisible):
        raise
    except Refused as refusal:
        return _back(request, refusal.message)
    return attachment(f"{project.code}-{asked['month']}-工资表.xlsx", box.getvalue())


def _asked(request):
    """The project, what the address asks for (None where that can't be had), and what is said then."""
    project = project_for(request.scope, request.GET.get("project", ""), Permission.PAYROLL_UPLOAD)
    employers = employers_for_upload(request.scope, project)
    form = BlankForm(request.GET, employers=employers)
    if not form.is_valid():
        too_early = form.has_error("month", code="month_in_future")
        return project, None, form.errors["month"][0] if too_early else NOT_SAID
    data = form.cleaned_data
    month = Month(data["month"].year, data["month"].month)
    employer = EVERYBODY
    if data["employer"]:
        employer = next((one for one in employers if one and one.code == data["employer"]), None)
    return project, data | {"month": month, "employer": employer}, NOT_SAID


def _back(request, message: str):
    messages.error(request, message)
    kept = {name: request.GET[name] for name in ("project", "month", "employer") if request.GET.get(name)}
    return redirect(f"{reverse('payroll:upload')}?{urlencode(kept)}")
