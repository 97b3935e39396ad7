"""Paying a batch: the file for the bank, what is held back, and each line's history."""

from urllib.parse import quote

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from payroll.forms.payouts import PayoutMakeForm, PayoutVoidForm
from payroll.rules.bank_layouts import LAYOUTS
from payroll.selectors.batches import batch_by_pk
from payroll.selectors.payout_pages import payout_page, preview_of, standing_level
from payroll.selectors.payouts import payout_file_by_pk
from payroll.services.payout_files import payout_file_open, payout_file_send, payout_file_void, payout_files_make
from payroll.views.words import decorated
from responsibilities.rules.errors import NotAllowed, NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.services.trail import Actor
from responsibilities.views.access import needs
from responsibilities.views.downloads import BYTES, attachment

TROUBLED_PER_PAGE = 50


@needs(Permission.PAYROLL_VIEW)
@require_safe
def payout(request, pk):
    """How far the batch is paid, the next file with its preview, the files so far, the lines that need somebody."""
    batch = decorated(batch_by_pk(request.scope, pk))
    context = payout_page(request.scope, batch, layout=request.GET.get("layout", ""))
    page = Paginator(context["troubled"], TROUBLED_PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "payroll/payout.html",
        {
            "batch": batch,
            "crumbs": batch_crumbs(batch, "代发"),
            "page": page,
            "query": f"layout={context['layout'].code}&",
            "level": standing_level(context["standing"]),
            **context,
        },
    )


@needs(Permission.PAYROLL_PAY)
@require_POST
def payout_make(request, pk):
    """Make the file, or the files where the bank takes fewer rows."""
    batch = batch_by_pk(request.scope, pk)
    form = PayoutMakeForm(request.POST)
    layout = request.POST.get("layout", "")
    if not form.is_valid():
        messages.error(request, "请选择银行文件版式。")
        return redirect("payroll:payout", pk)
    try:
        made = payout_files_make(batch_id=batch.pk, actor=Actor.of(request), scope=request.scope, **form.cleaned_data)
    except (NotAllowed, NotVisible):
        raise
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect(f"{reverse('payroll:payout', args=[pk])}?layout={quote(layout)}")
    rows, total = sum(row.rows for row in made.files), sum(row.total for row in made.files)
    if made.created:
        parts = f"，分成 {len(made.files)} 份" if len(made.files) > 1 else ""
        messages.success(request, f"代发文件已生成：{rows} 笔，{total:,.2f} 元{parts}。请下载后交开户银行。")
    else:
        messages.info(request, f"代发文件此前已经生成（{rows} 笔，{total:,.2f} 元），没有重复生成。")
    return redirect("payroll:payout", pk)


@needs(Permission.PAYROLL_PAY)
@require_safe
def payout_download(request, pk):
    """The file with full card numbers; each download is on the trail."""
    row = payout_file_by_pk(request.scope, pk)
    try:
        name, data = payout_file_open(file_id=row.pk, actor=Actor.of(request), scope=request.scope)
    except (NotAllowed, NotVisible):
        raise
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("payroll:payout", row.batch_id)
    return attachment(name, data, BYTES)


@needs(Permission.PAYROLL_PAY)
@require_POST
def payout_send(request, pk):
    """Say that the file was given to the bank."""
    row = payout_file_by_pk(request.scope, pk)
    return _acted(
        request,
        row.batch_id,
        lambda: payout_file_send(file_id=pk, actor=Actor.of(request), scope=request.scope),
        f"已登记第 {row.sequence} 份代发文件送交银行。收到银行回执后，在本页导入。",
    )


@needs(Permission.PAYROLL_PAY)
@require_POST
def payout_void(request, pk):
    """Void a file that the bank doesn't have."""
    row = payout_file_by_pk(request.scope, pk)
    form = PayoutVoidForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    return _acted(
        request,
        row.batch_id,
        lambda: payout_file_void(file_id=pk, reason=reason, actor=Actor.of(request), scope=request.scope),
        f"第 {row.sequence} 份代发文件已作废，其中的 {row.rows} 笔可以重新生成。",
    )


@needs(Permission.PAYROLL_VIEW)
@require_safe
def layouts(request):
    """The banks' formats that the portal writes, with what each holds."""
    return render(
        request,
        "payroll/layouts.html",
        {
            "layouts": [(layout, preview_of(layout, [])) for layout in LAYOUTS.values()],
            "crumbs": [{"label": "工资发放", "url": reverse("payroll:list")}, {"label": "银行文件版式"}],
        },
    )


def batch_crumbs(batch, *steps: str) -> list[dict]:
    """The way back from a page of paying to its batch; the first step leads to the pay-out page."""
    crumbs = [
        {"label": "工资发放", "url": reverse("payroll:list")},
        {"label": f"批次 #{batch.pk}", "url": reverse("payroll:batch", args=[batch.pk])},
    ]
    if len(steps) > 1:
        crumbs.append({"label": steps[0], "url": reverse("payroll:payout", args=[batch.pk])})
    return [*crumbs, {"label": steps[-1]}]


def _acted(request, batch_id: int, act, said: str):
    """Do it, say what came of it, back to the pay-out page."""
    try:
        act()
    except (NotAllowed, NotVisible):
        raise
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, said)
    return redirect("payroll:payout", batch_id)
