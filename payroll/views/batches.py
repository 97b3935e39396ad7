"""One payroll: how far it is read, the sheet as a grid, submitting and withdrawing."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from payroll.forms import DiscardForm, SubmitForm
from payroll.models import PayrollBatch, PayrollRemark
from payroll.selectors.balances import balance_part
from payroll.selectors.batches import (
    accepted_total,
    batch_by_pk,
    current_batch,
    may_act_on,
    place_in_queue,
    remark_counts,
    remarks_beside_rows,
    remarks_of_batch,
)
from payroll.selectors.payout_pages import payout_part
from payroll.selectors.versions import submission_changes
from payroll.services.files import may_open_files
from payroll.services.submissions import batch_discard, batch_submit
from payroll.views.flow import flow_context
from payroll.views.grid import columns_of, position_of, row_numbers, rows_of, said, sheet_names
from payroll.views.words import WHY_IGNORED, decorated
from responsibilities.rules.errors import NotAllowed, NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.services.trail import Actor
from responsibilities.views.access import needs
from responsibilities.views.listing import LONG_SIZES, page_size

Status = PayrollBatch.Status
WAITING = (Status.QUEUED, Status.READING)


@needs(Permission.PAYROLL_VIEW)
@require_safe
def batch_page(request, pk):
    """The batch: progress while it is read, then the sheet with its remarks and the two buttons."""
    batch = decorated(batch_by_pk(request.scope, pk))
    context = {
        "batch": batch,
        "crumbs": [{"label": "工资发放", "url": reverse("payroll:list")}, {"label": f"批次 #{batch.pk}"}],
        "again": "again" in request.GET,
        "waiting": batch.status in WAITING,
        "may_open": may_open_files(request.scope, batch),
        "may_discard": batch.status not in (Status.SUBMITTED, Status.RETURNED, Status.SUPERSEDED, Status.DISCARDED)
        and may_act_on(request.scope, batch, Permission.PAYROLL_UPLOAD),
        "may_upload": may_act_on(request.scope, batch, Permission.PAYROLL_UPLOAD),
        "payout": payout_part(request.scope, batch),
    }
    if batch.status in WAITING:
        context |= _waiting(batch)
    if batch.status not in (*WAITING, Status.MAPPING, Status.REFUSED, Status.FAILED):
        context |= _sheet(request, batch) | flow_context(request, batch)
    return render(request, "payroll/batch.html", context)


@needs(Permission.PAYROLL_VIEW)
@require_safe
def progress(request, pk):
    """How far the reading is: polled each second; when it is done, the page is loaded anew; where columns must be confirmed, their page is."""
    batch = decorated(batch_by_pk(request.scope, pk))
    if batch.status in WAITING:
        return render(request, "payroll/_progress.html", _waiting(batch))
    if request.htmx:
        response = HttpResponse(status=204, headers={"X-Batch-Status": batch.status})
        if batch.status == Status.MAPPING and may_act_on(request.scope, batch, Permission.PAYROLL_UPLOAD):
            response["HX-Redirect"] = reverse("payroll:mapping", args=[pk])
        else:
            response["HX-Refresh"] = "true"
        return response
    return redirect("payroll:batch", pk)


@needs(Permission.PAYROLL_SUBMIT)
@require_POST
def submit(request, pk):
    """Submit the acceptable rows, as many as the person was shown."""
    batch = batch_by_pk(request.scope, pk)
    form = SubmitForm(request.POST)
    if not form.is_valid():
        unsigned = "signed_name" in form.errors
        messages.error(
            request, "请输入您本人的姓名作为签名，再提交。" if unsigned else "提交的内容不完整，请刷新页面后重试。"
        )
        return redirect("payroll:batch", pk)
    try:
        batch = batch_submit(batch_id=batch.pk, actor=Actor.of(request), scope=request.scope, **form.cleaned_data)
    except (NotAllowed, NotVisible):
        raise
    except Refused as refusal:
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


def _sheet(request, batch: PayrollBatch) -> dict:
    only = request.GET.get("only", "")
    only = only if only in ("errors", "remarks") else ""
    size = page_size(request, LONG_SIZES)
    names = sheet_names(batch)
    sheet_no = _number(request.GET.get("sheet"), len(names)) or 1
    at = None if only else _number(request.GET.get("at"))
    number = position_of(request.scope, batch, sheet_no, at) // size + 1 if at else request.GET.get("page")
    page = Paginator(row_numbers(request.scope, batch, sheet_no, only=only), size).get_page(number)
    page.object_list = rows_of(request.scope, batch, sheet_no, [row["row"] for row in page.object_list])
    counts = remark_counts(request.scope, batch)
    total = accepted_total(batch)
    declared = batch.declared_total_net
    replaces = current_batch(request.scope, batch) if batch.status == Status.DRAFT else None
    return {
        "page": page,
        "size": size,
        "sizes": LONG_SIZES,
        "only": only,
        "query": _kept(names, sheet_no, only),
        "columns": columns_of(batch, sheet_no),
        "sheet_no": sheet_no,
        "tabs": _tabs(names, sheet_no) if len(names) > 1 else [],
        "at": at,
        "page_problems": any(row.remarks for row in page.object_list),
        "counts": counts,
        "problem_total": sum(counts.values()),
        "first_error": _first_error(request, batch, names),
        "whole": [said(remark) for remark in remarks_beside_rows(request.scope, batch)],
        "problem_rows": row_numbers(request.scope, batch, sheet_no, only="remarks").count(),
        "total": total,
        "declared_gap": None if declared is None else declared - batch.total_net,
        "balance": balance_part(request.scope, batch, total) if batch.stage != "paid" else None,
        "ignored": [{"row": one["row"], "why": WHY_IGNORED.get(one["why"], one["why"])} for one in batch.ignored_rows],
        "replaces": replaces,
        "consequence": _consequence(batch, total, replaces),
        "may_submit": batch.status == Status.DRAFT
        and batch.accepted > 0
        and may_act_on(request.scope, batch, Permission.PAYROLL_SUBMIT),
        "may_reveal": may_act_on(request.scope, batch, Permission.PAYROLL_REVEAL),
        "may_export": request.scope.can(Permission.EXPORT),
    }


def _consequence(batch: PayrollBatch, total, replaces: PayrollBatch | None) -> str:
    """What submitting does, in one or three sentences."""
    said = f"提交后，{batch.month_on:%Y-%m} {batch.employer_name}的工资以这 {batch.accepted} 行为准，实发合计 {total:,.2f} 元，并请这些工人逐人确认。"
    if batch.rejected:
        said += f"有错误的 {batch.rejected} 行不会提交，请改正后重新上传。"
    if replaces:
        said += f"批次 #{replaces.pk}（{replaces.accepted} 行）将被替换。"
    return said


def _kept(names: list[str], sheet_no: int, only: str) -> str:
    kept = [f"sheet={sheet_no}"] if len(names) > 1 else []
    return "".join(f"{one}&" for one in [*kept, *([f"only={only}"] if only else [])])


def _tabs(names: list[str], chosen: int) -> list[dict]:
    """A sheet of the file each; names that stand twice are numbered."""
    return [
        {
            "label": f"{name}（{names[:at].count(name)}）" if names.count(name) > 1 else name,
            "url": f"?sheet={at}",
            "active": at == chosen,
        }
        for at, name in enumerate(names, start=1)
    ]


def _number(text: str | None, most: int | None = None) -> int | None:
    """A positive number of the address, else None."""
    number = int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else 0
    return number if number and (most is None or number <= most) else None


def _waiting(batch: PayrollBatch) -> dict:
    """What the progress panel shows."""
    before = place_in_queue(batch) if batch.status == Status.QUEUED else 0
    return {"batch": batch, "percent": _percent(batch), "before": before}


def _percent(batch: PayrollBatch) -> int:
    return min(99, batch.rows_done * 100 // batch.rows) if batch.rows else 0


def _first_error(request, batch: PayrollBatch, names: list[str]) -> dict | None:
    """The first row of a draft that can't be taken, with the address of its cell: where the work begins."""
    if batch.status != Status.DRAFT or not batch.rejected:
        return None
    errors = remarks_of_batch(request.scope, batch).filter(severity=PayrollRemark.Severity.ERROR, row__isnull=False)
    first = errors.order_by("sheet_no", "row", "id").first()
    if first is None:
        return None
    query = urlencode({"sheet": first.sheet_no, "at": first.row})
    sheet = names[first.sheet_no - 1] if len(names) > 1 and first.sheet_no <= len(names) else ""
    return {"said": said(first), "sheet": sheet, "url": f"?{query}#r{first.row}"}
