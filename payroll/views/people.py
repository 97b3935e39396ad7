"""A worker's pay, and a number shown in full with a trace."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from payroll.forms import RevealForm
from payroll.models import PayrollBatch
from payroll.selectors.batches import may_act_on
from payroll.selectors.workers import worker_by_pk, worker_lines
from payroll.services.reveals import FIELDS, number_reveal
from payroll.views.grid import masked
from payroll.views.words import decorated
from responsibilities.rules.errors import NotAllowed, NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.services.trail import Actor
from responsibilities.views.access import needs

PAGE_SIZE = 50


@needs(Permission.PAYROLL_VIEW)
@require_safe
def worker_page(request, pk):
    """Where and what a worker was paid, on the sites the caller sees."""
    worker = worker_by_pk(request.scope, pk)
    lines = worker_lines(request.scope, pk)
    page = Paginator(lines, PAGE_SIZE).get_page(request.GET.get("page"))
    page.object_list = list(page.object_list)
    for line in page.object_list:
        decorated(line.batch)
    paid = [line for line in lines if line.batch.status == PayrollBatch.Status.SUBMITTED]
    latest = page.object_list[0]
    return render(
        request,
        "payroll/worker.html",
        {
            "worker": worker,
            "page": page,
            "id_masked": masked(worker.id_last4),
            "phone_masked": masked(worker.phone_last4),
            "card_masked": masked(latest.card.last4) if latest.card else "",
            "latest": latest,
            "paid_total": sum((line.net for line in paid), 0),
            "paid_months": len({line.batch.month_on for line in paid}),
            "paid_projects": len({line.batch.project_id for line in paid}),
            "may_reveal": may_act_on(request.scope, latest.batch, Permission.PAYROLL_REVEAL),
            "crumbs": [{"label": "工资发放", "url": reverse("payroll:list")}, {"label": worker.name}],
        },
    )


@needs(Permission.PAYROLL_REVEAL)
@require_POST
def reveal(request, pk):
    """The full number behind a line; a fragment for htmx, else a small page."""
    form = RevealForm(request.POST)
    number, refused = "", ""
    field = form.cleaned_data["field"] if form.is_valid() else ""
    try:
        number = number_reveal(line_id=pk, field=field, actor=Actor.of(request), scope=request.scope)
    except (NotAllowed, NotVisible):
        raise
    except Refused as refusal:
        refused = refusal.message
    template = "payroll/_revealed.html" if request.htmx else "payroll/revealed.html"
    response = render(
        request,
        template,
        {
            "number": number,
            "refused": refused,
            "label": FIELDS.get(field, "号码"),
            "back": request.headers.get("Referer", reverse("payroll:list")),
        },
    )
    response["Cache-Control"] = "no-store"
    return response
