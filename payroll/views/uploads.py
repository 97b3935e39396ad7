"""Dropping a sheet: what is there already, what is sent, and where it went."""

import datetime

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from payroll.forms import OWN, UploadForm
from payroll.models import PayrollBatch
from payroll.rules.employers import employer_words
from payroll.rules.month import Month
from payroll.selectors.balances import money_part
from payroll.selectors.batches import accepted_total, employers_for_upload, projects_for_upload
from payroll.selectors.standing import standing
from payroll.services.uploads import batch_upload
from payroll.views.words import decorated
from projects.selectors.projects import may_act
from responsibilities.rules.errors import NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.selectors.clock import today
from responsibilities.services.trail import Actor
from responsibilities.views.access import needs, show_refusal


@needs(Permission.PAYROLL_UPLOAD)
def upload_page(request):
    """Choose project, month and employer, drop the file; then the batch's page shows how far it is.

    Several files are sent one by one by the page's script, each as a request of its own.
    """
    projects = list(projects_for_upload(request.scope))
    asked = request.POST if request.method == "POST" else request.GET
    project = _project(projects, asked.get("project"))
    employers = employers_for_upload(request.scope, project) if project else []
    form = UploadForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        initial={
            "project": project.code if project else "",
            "month": _month(request.GET.get("month")),
            "employer": request.GET.get("employer") or "",
            "kind": request.GET.get("kind") or PayrollBatch.Kind.SHEET,
            "sequence": request.GET.get("sequence") or "",
        },
        projects=projects,
        employers=employers,
    )
    if request.method == "POST" and form.is_valid():
        try:
            batch, created = _upload(request, form, project, employers)
        except Refused as refusal:
            if isinstance(refusal, NotVisible):
                raise
            show_refusal(form, refusal)
        else:
            # In the address, because a message would be shown to whoever asks first.
            address = reverse("payroll:batch", args=[batch.pk]) + ("?new=1" if created else "?again=1")
            if "X-Upload" in request.headers:
                # A script's request would follow the redirect, and the browser load the same page once more.
                return HttpResponse(status=201, headers={"X-Location": address})
            return redirect(address)
    return render(
        request,
        "payroll/upload.html",
        {
            "form": form,
            "project": project,
            "back_pay": asked.get("kind") == PayrollBatch.Kind.BACK_PAY,
            "no_projects": not projects,
            "crumbs": [{"label": "工资发放", "url": "/payroll/"}, {"label": "上传工资表"}],
        }
        | _standing(request, form, project, employers),
        status=422 if form.errors and request.htmx else 200,
    )


def _standing(request, form: UploadForm, project, employers: list) -> dict:
    """What the page says once project, month and employer are chosen."""
    month_on = _first_day(form["month"].value())
    if month_on is not None and month_on > today():
        return {"standing": None, "too_early": f"{month_on:%Y-%m}", "last_month": f"{today():%Y-%m}"}
    code = form["employer"].value() or _only(employers)
    if project is None or month_on is None or not employers or code not in _codes(employers):
        return {"standing": None, "last_month": f"{today():%Y-%m}"}
    employer = next((one for one in employers if one and one.code == code), None)
    found = standing(request.scope, project, month_on, employer)
    for batch in (*found.open, found.current, found.last):
        if batch is not None:
            decorated(batch)
    needed, what, owed = _to_compare(found)
    return {
        "standing": found,
        "last_month": f"{today():%Y-%m}",
        "employer_code": code,
        "employer_name": employer_words(employer),
        "month": f"{month_on:%Y-%m}",
        "balance": money_part(request.scope, project, month_on, needed, what=what, owed=owed),
        "numbers_filled": may_act(request.scope, project, Permission.PAYROLL_REVEAL),
    }


def _to_compare(found) -> tuple:
    """What the account is held against before a file is there: this month's sheet, else the month before as a guide."""
    draft = next((batch for batch in found.open if batch.status == PayrollBatch.Status.DRAFT), None)
    for batch in (found.current if found.replaceable else None, draft):
        if batch is not None and batch.accepted_net:
            return batch.accepted_net, f"批次 #{batch.pk} ", True
    if found.last is not None:
        return accepted_total(found.last), f" {found.last.month_on:%Y-%m} 的实发", False
    return None, "", False


def _codes(employers: list) -> list[str]:
    return [one.code if one else OWN for one in employers]


def _only(employers: list) -> str:
    """The first of the list is what the page shows as chosen."""
    return _codes(employers)[0] if employers else ""


def _first_day(text) -> datetime.date | None:
    try:
        return Month.of(str(text or "")).first
    except ValueError:
        return None


def _upload(request, form: UploadForm, project, employers):
    data, file = form.cleaned_data, form.cleaned_data["file"]
    code = data["employer"]
    employer = next((one for one in employers if one and one.code == code), None) if code != OWN else None
    return batch_upload(
        project=project,
        month_on=data["month"],
        subcontractor=employer,
        name=file.name,
        data=file.read(),
        actor=Actor.of(request),
        scope=request.scope,
        kind=data["kind"] or PayrollBatch.Kind.SHEET,
        sequence=data["sequence"],
        reason=data["reason"],
    )


def _project(projects: list, code: str | None):
    """The project asked for; the only one where there is no choice."""
    if not code and len(projects) == 1:
        return projects[0]
    return next((project for project in projects if project.code == code), None)


def _month(text: str | None) -> str:
    """The month asked for, else the one before this: that is the pay that is due now."""
    if text:
        return text
    return f"{today().replace(day=1) - datetime.timedelta(days=1):%Y-%m}"
