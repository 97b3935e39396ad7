"""One payroll: how far it is read, the sheet as a grid, submitting and withdrawing."""

import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from payroll.forms import DiscardForm, SubmitForm
from payroll.models import PayrollBatch
from payroll.selectors.batches import (
    WITHDRAWABLE,
    batch_by_pk,
    may_act_on,
    place_in_queue,
)
from payroll.selectors.payout_pages import payout_part
from payroll.selectors.versions import submission_changes
from payroll.services.files import may_open_files
from payroll.services.submissions import batch_discard, batch_submit
from payroll.views.batch_sheet import sheet_context
from payroll.views.flow import flow_context
from payroll.views.words import decorated
from responsibilities.rules.errors import NotAllowed, NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.selectors.clock import now
from responsibilities.services.trail import Actor
from responsibilities.views.access import needs

Status = PayrollBatch.Status
WAITING = (Status.QUEUED, Status.READING)
# Most sheets are read in a fraction of a second: at first the page asks often.
YOUNG = datetime.timedelta(seconds=4)
SOON, LATER = 200, 800  # milliseconds
SIGNED = "payroll_signed_"


@needs(Permission.PAYROLL_VIEW)
@require_safe
def batch_page(request, pk):
    """The batch: progress while it is read, then the sheet with its remarks and the two buttons."""
    batch = decorated(batch_by_pk(request.scope, pk))
    if "new" in request.GET and _asks(request, batch):
        # Read before this page was asked for: what the progress bar would have led to.
        return redirect("payroll:mapping", pk)
    context = {
        "batch": batch,
        "crumbs": [{"label": "工资发放", "url": reverse("payroll:list")}, {"label": f"批次 #{batch.pk}"}],
        "again": "again" in request.GET,
        "waiting": batch.status in WAITING,
        "may_open": may_open_files(request.scope, batch),
        "may_discard": batch.status in WITHDRAWABLE and may_act_on(request.scope, batch, Permission.PAYROLL_UPLOAD),
        "may_upload": may_act_on(request.scope, batch, Permission.PAYROLL_UPLOAD),
        "payout": payout_part(request.scope, batch),
    }
    if batch.status in WAITING:
        context |= _waiting(batch)
    if batch.status not in (*WAITING, Status.MAPPING, Status.REFUSED, Status.FAILED):
        context |= sheet_context(request, batch) | flow_context(request, batch) | {"sign": _sign_form(request, batch)}
    return render(request, "payroll/batch.html", context)


@needs(Permission.PAYROLL_VIEW)
@require_safe
def progress(request, pk):
    """How far the reading is: polled each second; when it is done, the page is loaded anew; where columns must be
    confirmed, their page is.
    """
    batch = decorated(batch_by_pk(request.scope, pk))
    if batch.status in WAITING:
        return render(request, "payroll/_progress.html", _waiting(batch))
    if request.htmx:
        response = HttpResponse(status=204, headers={"X-Batch-Status": batch.status})
        if _asks(request, batch):
            response["HX-Redirect"] = reverse("payroll:mapping", args=[pk])
        else:
            response["HX-Refresh"] = "true"
        return response
    return redirect("payroll:batch", pk)


def _asks(request, batch: PayrollBatch) -> bool:
    """Whether the reader has stopped to ask which column is what, and the caller may answer."""
    return batch.status == Status.MAPPING and may_act_on(request.scope, batch, Permission.PAYROLL_UPLOAD)


@needs(Permission.PAYROLL_SUBMIT)
@require_POST
def submit(request, pk):
    """Submit the acceptable rows, as many as the person was shown."""
    batch = batch_by_pk(request.scope, pk)
    form = SubmitForm(request.POST)
    if not form.is_valid():
        if "signed_name" in form.errors:
            return _sign_again(request, pk, "请输入您本人的姓名作为签名，再提交。")
        messages.error(request, "提交的内容不完整，请刷新页面后重试。")
        return redirect("payroll:batch", pk)
    try:
        batch = batch_submit(batch_id=batch.pk, actor=Actor.of(request), scope=request.scope, **form.cleaned_data)
    except (NotAllowed, NotVisible):
        raise
    except Refused as refusal:
        if "signed_name" in refusal.fields:
            return _sign_again(request, pk, refusal.message)
        messages.error(request, refusal.message)
    else:
        replaced = f"，原批次 #{batch.supersedes_id} 已被替换" if batch.supersedes_id else ""
        messages.success(request, f"已提交 {batch.month_on:%Y-%m} 工资 {batch.accepted} 行{replaced}。")
        if words := submission_changes(batch):
            messages.warning(
                request, f"上传以后情况有变化，提交时已按最新登记重新核验：{words}。请总包审核时一并核对。"
            )
    return redirect("payroll:batch", pk)


@needs(Permission.PAYROLL_UPLOAD)
@require_POST
def discard(request, pk):
    """Withdraw a draft."""
    batch = batch_by_pk(request.scope, pk)
    form = DiscardForm(request.POST)
    version = form.cleaned_data["version"] if form.is_valid() else None
    try:
        batch_discard(batch_id=batch.pk, actor=Actor.of(request), scope=request.scope, version=version)
    except (NotAllowed, NotVisible):
        raise
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("payroll:batch", pk)
    messages.success(request, f"批次 #{pk} 已撤回，没有计入任何工资。")
    return redirect("payroll:list")


def _sign_again(request, pk: int, said: str) -> HttpResponse:
    """Back to the signature with what was typed and what is wrong with it, once."""
    request.session[f"{SIGNED}{pk}"] = [request.POST.get("signed_name", "")[:60], said]
    return redirect(reverse("payroll:batch", args=[pk]) + "#sign")


def _sign_form(request, batch: PayrollBatch) -> SubmitForm | None:
    """The form that was refused just now."""
    refused = request.session.pop(f"{SIGNED}{batch.pk}", None)
    if refused is None:
        return None
    typed, said = refused
    form = SubmitForm({"version": batch.version, "accepted": batch.accepted, "signed_name": typed})
    # Its own error says the same as ours where nothing was typed.
    form.errors.pop("signed_name", None)
    form.add_error("signed_name", said)
    return form


def _waiting(batch: PayrollBatch) -> dict:
    """What the progress panel shows."""
    before = place_in_queue(batch) if batch.status == Status.QUEUED else 0
    young = now() - batch.uploaded_at < YOUNG
    return {
        "batch": batch,
        "percent": _percent(batch),
        "before": before,
        "ask_again": SOON if young else LATER,
    }


def _percent(batch: PayrollBatch) -> int:
    return min(99, batch.rows_done * 100 // batch.rows) if batch.rows else 0
