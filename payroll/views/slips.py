"""Wage slips with each worker's own QR code, the site's poster, and signatures that came back on paper."""

from decimal import Decimal
from io import BytesIO

import segno
from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from payroll.forms.flow import PaperForm
from payroll.models import PayConfirmation, PayrollBatch
from payroll.selectors.batches import batch_by_pk, may_act_on
from payroll.selectors.confirmations import answer_counts, answer_counts_by_crew, confirmations
from payroll.selectors.declarations import complaint_telephones
from payroll.services.paper import paper_confirm
from payroll.services.pay_links import pay_token, site_token
from payroll.services.site_codes import site_code_make
from payroll.services.slips import slips_print
from payroll.views.words import decorated
from projects.models import ProjectParty
from projects.selectors.projects import organization_of_part_unscoped, project_for
from responsibilities.rules.errors import NotAllowed, NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.selectors.clock import today
from responsibilities.services.trail import Actor
from responsibilities.views.access import needs, show_refusal

SLIPS_ON_A_PAGE = 120
ROWS_ON_A_PAGE = 200
SIGNED_AT_MOST = 3000
State = PayConfirmation.State


@needs(Permission.PAYROLL_SUBMIT)
@require_safe
def slips(request, pk):
    """Slips to cut out, crew by crew; printing is recorded, for a slip opens its worker's page."""
    batch = decorated(batch_by_pk(request.scope, pk))
    if not may_act_on(request.scope, batch, Permission.PAYROLL_SUBMIT):
        raise NotAllowed()
    if batch.status != PayrollBatch.Status.SUBMITTED:
        messages.info(request, "只有已提交的工资表可以打印工资条。")
        return redirect("payroll:batch", pk)
    crew = request.GET.get("crew")
    rows = confirmations(request.scope, batch).exclude(state=State.VOID)
    if crew is not None:
        rows = rows.filter(line__crew=crew)
    if line := request.GET.get("line", ""):
        # One worker's slip, to hand out once more: a replaced card waits for his word.
        rows = rows.filter(line_id=int(line)) if line.isascii() and line.isdigit() and len(line) < 19 else rows.none()
    page = Paginator(rows.order_by("line__crew", "line__row"), SLIPS_ON_A_PAGE).get_page(request.GET.get("page"))
    page.object_list = list(page.object_list)
    slips_print(batch=batch, confirmations=page.object_list, actor=Actor.of(request))
    for one in page.object_list:
        one.qr = _qr(request, "payroll:public_pay", pay_token(one.key))
    query = request.GET.copy()
    query.pop("page", None)
    response = render(
        request,
        "payroll/slips.html",
        {
            "batch": batch,
            "page": page,
            "crew": crew,
            "telephones": complaint_telephones(batch.project.area_id)[:2],
            "crews": [one.crew for one in answer_counts_by_crew(request.scope, batch)],
            "query": f"{query.urlencode()}&" if query else "",
            "crumbs": _crumbs(batch, "工资条"),
        },
    )
    response["Cache-Control"] = "no-store"
    return response


@needs(Permission.PAYROLL_SUBMIT)
def poster(request, code):
    """The site's code to hang beside the notice board; a POST makes a new one and ends the old."""
    project = project_for(request.scope, code, Permission.PAYROLL_SUBMIT)
    if request.method == "POST":
        site_code_make(project=project, actor=Actor.of(request), scope=request.scope, renew=True)
        messages.success(request, "已换成新的二维码，原来贴出的二维码已经失效，请重新打印张贴。")
        return redirect("payroll:poster", code)
    made = site_code_make(project=project, actor=Actor.of(request), scope=request.scope)
    token = site_token(made)
    return render(
        request,
        "payroll/poster.html",
        {
            "project": project,
            "contractor": organization_of_part_unscoped(project, ProjectParty.Part.GENERAL_CONTRACTOR),
            "developer": organization_of_part_unscoped(project, ProjectParty.Part.DEVELOPER),
            "qr": _qr(request, "payroll:public_site", token),
            "site_url": reverse("payroll:public_site", args=[token]),
            "made": made,
            "telephones": complaint_telephones(project.area_id),
            "today": today(),
            "crumbs": [{"label": "工资发放", "url": reverse("payroll:list")}, {"label": "工地二维码"}],
        },
    )


@needs(Permission.PAYROLL_SUBMIT)
def paper(request, pk):
    """Tick who signed on paper, with the scan."""
    batch = decorated(batch_by_pk(request.scope, pk))
    if not may_act_on(request.scope, batch, Permission.PAYROLL_SUBMIT):
        raise NotAllowed()
    if batch.status != PayrollBatch.Status.SUBMITTED:
        messages.info(request, "只有已提交的工资表可以登记纸质签字。")
        return redirect("payroll:batch", pk)
    posted = request.method == "POST"
    form = PaperForm(request.POST if posted else None, request.FILES if posted else None)
    if posted and form.is_valid():
        try:
            done = paper_confirm(
                batch_id=pk,
                confirmation_ids=form.cleaned_data["workers"],
                scan=form.cleaned_data["scan"].read(),
                actor=Actor.of(request),
                scope=request.scope,
            )
        except (NotAllowed, NotVisible):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"已登记 {done} 人纸质签字确认。")
            return redirect("payroll:batch", pk)
    crew = request.GET.get("crew")
    rows = confirmations(request.scope, batch).filter(state=State.PENDING)
    if crew is not None:
        rows = rows.filter(line__crew=crew)
    page = Paginator(rows, ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "payroll/paper.html",
        {
            "batch": batch,
            "form": form,
            "page": page,
            "crew": crew,
            "crews": [one.crew for one in answer_counts_by_crew(request.scope, batch) if one.silent],
            "answers": answer_counts(request.scope, batch),
            "picked": set(form["workers"].value() or ()) if posted else set(),
            "query": f"crew={crew}&" if crew is not None else "",
            "crumbs": _crumbs(batch, "登记纸质签字"),
        },
        status=422 if form.errors else 200,
    )


@needs(Permission.PAYROLL_SUBMIT)
@require_safe
def paper_print(request, pk):
    """The payroll to be signed on paper by whoever has no telephone; who answered on one reads so in his row."""
    batch = decorated(batch_by_pk(request.scope, pk))
    if not may_act_on(request.scope, batch, Permission.PAYROLL_SUBMIT):
        raise NotAllowed()
    if batch.status != PayrollBatch.Status.SUBMITTED:
        messages.info(request, "只有已提交的工资表可以打印签字表。")
        return redirect("payroll:batch", pk)
    rows = confirmations(request.scope, batch).exclude(state=State.VOID)
    crews = [one.crew for one in answer_counts_by_crew(request.scope, batch)]
    crew = request.GET.get("crew")
    if crew is not None:
        rows = rows.filter(line__crew=crew)
    rows = list(rows[:SIGNED_AT_MOST])
    return render(
        request,
        "payroll/paper_print.html",
        {
            "batch": batch,
            "rows": rows,
            "total": sum((one.line.net for one in rows), Decimal(0)),
            "crew": crew,
            "crews": crews,
            "contractor": organization_of_part_unscoped(batch.project, ProjectParty.Part.GENERAL_CONTRACTOR),
            "today": today(),
            "crumbs": _crumbs(batch, "签字表"),
        },
    )


def _qr(request, name: str, token: str) -> str:
    """The code as SVG without a size of its own: the page's classes say how large it is."""
    box = BytesIO()
    address = request.build_absolute_uri(reverse(name, args=[token]))
    segno.make(address, error="m", micro=False).save(
        box, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=2, nl=False, svgclass="wp-qr", lineclass=None
    )
    return mark_safe(box.getvalue().decode())  # noqa: S308 — made here from an address that we made


def _crumbs(batch: PayrollBatch, label: str) -> list[dict]:
    return [
        {"label": "工资发放", "url": reverse("payroll:list")},
        {"label": f"批次 #{batch.pk}", "url": reverse("payroll:batch", args=[batch.pk])},
        {"label": label},
    ]
