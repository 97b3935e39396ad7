"""本月无用工."""

from urllib.parse import urlencode

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse

from payroll.forms import OWN
from payroll.forms.flow import NilForm
from payroll.rules.employers import employer_words
from payroll.rules.month import Month
from payroll.selectors import declarations
from payroll.selectors.batches import employers_for_upload, projects_for_upload
from payroll.selectors.declarations import declaration_on
from payroll.selectors.nil_returns import employer_unscoped, people_of_month, present_in_month
from payroll.services.nil_returns import nil_return
from responsibilities.rules.errors import NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.selectors.clock import today
from responsibilities.services.trail import Actor
from responsibilities.views.access import needs, show_refusal

NAMED = 8


@needs(Permission.PAYROLL_SUBMIT)
def nil_page(request):
    """State that a month had no workers; signed by name. Who is on site in that month is shown and asked about."""
    projects = list(projects_for_upload(request.scope))
    posted = request.method == "POST"
    asked = request.POST if posted else request.GET
    code = asked.get("project") or (projects[0].code if len(projects) == 1 else "")
    project = next((one for one in projects if one.code == code), None)
    employers = employers_for_upload(request.scope, project) if project else []
    form = NilForm(
        request.POST if posted else None,
        initial={"project": code, "month": request.GET.get("month", ""), "employer": request.GET.get("employer", "")},
        projects=projects,
        employers=employers,
    )
    if posted and form.is_valid():
        data = form.cleaned_data
        try:
            batch = nil_return(
                project=project,
                month_on=data["month"],
                subcontractor=_subcontractor(data["employer"], employers),
                reason=data["reason"],
                signed_name=data["signed_name"],
                people=data["people"] or 0,
                people_reason=data["people_reason"],
                actor=Actor.of(request),
                scope=request.scope,
            )
        except Refused as refusal:
            if isinstance(refusal, NotVisible):
                raise
            show_refusal(form, refusal)
        else:
            messages.success(request, f"已申报 {batch.month_on:%Y-%m} 无用工。以后提交工资表，这份申报自动作废。")
            return redirect("payroll:batch", batch.pk)
    present = _present(request, project, employers, asked)
    # Not before: who didn't know of the people is asked by the service, in words that name them.
    form.fields["people_reason"].required = present is not None
    return render(
        request,
        "payroll/nil.html",
        {
            "form": form,
            "no_projects": not projects,
            "project": project,
            "present": present,
            "signer": request.user.name,
            "declaration": declaration_on(declarations.NIL, today()),
            "crumbs": [{"label": "工资发放", "url": reverse("payroll:list")}, {"label": "申报本月无用工"}],
        },
        status=422 if form.errors else 200,
    )


def _subcontractor(chosen: str, employers: list):
    return None if chosen == OWN else next(one for one in employers if one and one.code == chosen)


def _present(request, project, employers: list, asked) -> dict | None:
    """Who speaks against it, once project, month and employer are known; the first employer is the one shown."""
    codes = [one.code if one else OWN for one in employers]
    try:
        month = Month.of(asked.get("month", "").strip())
    except ValueError:
        return None
    if project is None or not codes:
        return None
    # Of another project chosen a moment ago: then its first employer is the one shown.
    chosen = asked.get("employer") if asked.get("employer") in codes else codes[0]
    subcontractor = _subcontractor(chosen, employers)
    found = present_in_month(request.scope, project, subcontractor, month.first)
    if not found.on_site and not found.attended:
        return None
    employer = employer_unscoped(project, subcontractor)
    people = people_of_month(request.scope, project, subcontractor, month.first)
    where = {"project": project.code, "state": "all"} | ({"employer": employer.code} if employer else {})
    return {
        "month": month,
        "who": employer_words(subcontractor),
        "on_site": found.on_site,
        "attended": found.attended,
        "attended_words": f"{month} 有 {found.attended} 人的考勤记录。请提交工资表，或先更正考勤。",
        "button": f"当月有 {found.on_site} 人在场，仍申报无用工",
        "people": people[:NAMED],
        "more": found.on_site > NAMED,
        "people_url": f"{reverse('payroll:workers')}?{urlencode(where)}",
        "attendance_url": reverse("payroll:attendance_month", args=[project.code, str(month)]),
    }
