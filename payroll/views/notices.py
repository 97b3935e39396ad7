"""The public notice: recorded with its photos, printed with names and numbers masked."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from payroll.forms.flow import NoticeForm
from payroll.models import PayrollBatch
from payroll.rules.masking import masked_name
from payroll.rules.stages import Act, may
from payroll.selectors.batches import accepted_total, batch_by_pk, gross_total, lines_of, may_act_on
from payroll.selectors.declarations import complaint_telephones, whole_figure
from payroll.selectors.notices import notice_of, notice_photo_by_pk, notice_told
from payroll.services.notices import notice_photo_open, notice_save
from payroll.views.pictures import picture_response
from payroll.views.words import decorated
from projects.models import ProjectParty
from projects.selectors.projects import organization_of_part_unscoped
from responsibilities.rules.errors import NotAllowed, NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.selectors.clock import today
from responsibilities.services.trail import Actor
from responsibilities.views.access import needs, show_refusal

PRINTED_AT_MOST = 3000


@needs(Permission.PAYROLL_AUDIT)
def notice(request, pk):
    """Record that the sheet hangs on site; again, to add photos or what was objected to."""
    batch = decorated(batch_by_pk(request.scope, pk))
    if not may_act_on(request.scope, batch, Permission.PAYROLL_AUDIT):
        raise NotAllowed()
    if batch.status != PayrollBatch.Status.SUBMITTED or not may(Act.NOTICE, batch.stage):
        messages.info(request, "这份工资表现在不能登记公示：审核通过之后、代发之前才登记。")
        return redirect("payroll:batch", pk)
    known = notice_told(request.scope, batch)
    initial = {"version": batch.version, "posted_on": today()}
    if known:
        initial |= {"place": known.place, "posted_on": known.posted_on, "objections": known.objections}
    posted = request.method == "POST"
    form = NoticeForm(request.POST if posted else None, request.FILES if posted else None, initial=initial)
    if posted and form.is_valid():
        data = form.cleaned_data
        data["photos"] = [file.read() for file in data["photos"]]
        try:
            saved = notice_save(batch_id=pk, actor=Actor.of(request), scope=request.scope, **data)
        except (NotAllowed, NotVisible):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"{'已更新' if known else '已登记'}公示，公示到 {saved.until_on:%Y-%m-%d}。")
            return redirect("payroll:batch", pk)
    return render(
        request,
        "payroll/notice.html",
        {
            "batch": batch,
            "form": form,
            "notice": known,
            "heading": "补充工地公示" if known else "登记工地公示",
            "button": "保存公示记录" if known else "登记公示",
            "days": whole_figure("pay_notice_days", today()),
            "crumbs": [
                {"label": "工资发放", "url": reverse("payroll:list")},
                {"label": f"批次 #{batch.pk}", "url": reverse("payroll:batch", args=[batch.pk])},
                {"label": "补充公示" if known else "登记公示"},
            ],
        },
        status=422 if form.errors else 200,
    )


@needs(Permission.PAYROLL_VIEW)
@require_safe
def notice_print(request, pk):
    """The sheet to hang up: names and numbers masked, amounts, telephones for complaints."""
    batch = decorated(batch_by_pk(request.scope, pk))
    if batch.status != PayrollBatch.Status.SUBMITTED:
        messages.info(request, "只有已提交的工资表可以公示。")
        return redirect("payroll:batch", pk)
    lines = list(lines_of(request.scope, batch).order_by("crew", "row")[:PRINTED_AT_MOST])
    for line in lines:
        line.shown_name = masked_name(line.worker.name)
    return render(
        request,
        "payroll/notice_print.html",
        {
            "batch": batch,
            "lines": lines,
            "some_unexplained": any(line.unexplained for line in lines),
            "total": accepted_total(batch),
            "gross_total": gross_total(batch),
            "contractor": organization_of_part_unscoped(batch.project, ProjectParty.Part.GENERAL_CONTRACTOR),
            "notice": notice_of(batch),
            "days": whole_figure("pay_notice_days", today()),
            "today": today(),
            "telephones": complaint_telephones(batch.project.area_id),
        },
    )


@needs(Permission.PAYROLL_VIEW)
@require_safe
def notice_photo(request, pk):
    """A photo of the notice, for those who see the batch."""
    return picture_response(*notice_photo_open(photo=notice_photo_by_pk(request.scope, pk)))
