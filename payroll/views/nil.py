"""本月无用工."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse

from payroll.forms import OWN
from payroll.forms.flow import NilForm
from payroll.selectors import declarations
from payroll.selectors.batches import employers_for_upload, projects_for_upload
from payroll.selectors.declarations import declaration_on
from payroll.services.nil_returns import nil_return
from responsibilities.rules.errors import NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.selectors.clock import today
from responsibilities.services.trail import Actor
from responsibilities.views.access import needs, show_refusal


@needs(Permission.PAYROLL_SUBMIT)
def nil_page(request):
    """State that a month had no workers; signed by name."""
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
        chosen = data["employer"]
        try:
            batch = nil_return(
                project=project,
                month_on=data["month"],
                subcontractor=None if chosen == OWN else next(one for one in employers if one and one.code == chosen),
                reason=data["reason"],
                signed_name=data["signed_name"],
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
    return render(
        request,
        "payroll/nil.html",
        {
            "form": form,
            "no_projects": not projects,
            "project": project,
            "signer": request.user.name,
            "declaration": declaration_on(declarations.NIL, today()),
            "crumbs": [{"label": "工资发放", "url": reverse("payroll:list")}, {"label": "申报本月无用工"}],
        },
        status=422 if form.errors else 200,
    )
