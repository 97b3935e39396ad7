"""The bank's answer: uploaded, followed while it is read, looked at, confirmed."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from payroll.forms.payouts import BankResultForm, ResultVersionForm, WholeFileForm
from payroll.models import BankResult, BankResultRow, PayoutFile
from payroll.rules.bank_results import NOT_TAKEN, failure_words
from payroll.selectors.bank_results import (
    TROUBLE,
    bank_result_by_pk,
    file_in_sight,
    result_rows,
    silent_payments,
    waiting_of,
)
from payroll.selectors.batches import may_act_on
from payroll.selectors.payout_pages import decorated_file
from payroll.services.bank_results import payout_file_settle, result_apply, result_discard
from payroll.services.result_matching import DOUBTFUL
from payroll.services.result_reading import result_upload
from payroll.views.payouts import batch_crumbs
from payroll.views.words import decorated
from responsibilities.rules.errors import NotAllowed, NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.selectors.clock import today
from responsibilities.services.trail import Actor
from responsibilities.views.access import needs, show_refusal

PAGE_SIZE = 100
SILENT_SHOWN = 30
Status = BankResult.Status
Verdict = BankResultRow.Verdict
WAITING = (Status.QUEUED, Status.READING)
LEVELS = {
    Status.QUEUED: "blue",
    Status.READING: "blue",
    Status.READY: "orange",
    Status.APPLIED: "green",
    Status.DISCARDED: "grey",
    Status.REFUSED: "red",
    Status.FAILED: "red",
}
VERDICT_LEVELS = {Verdict.PAID: "green", Verdict.FAILED: "red", Verdict.SETTLED: "grey", Verdict.REPEATED: "grey"}


@needs(Permission.PAYROLL_PAY)
def result_new(request, pk):
    """Drop the bank's return file on a pay-out file, or state the bank's word on the whole of it."""
    row = decorated_file(file_in_sight(request.scope, pk))
    if not may_act_on(request.scope, row.batch, Permission.PAYROLL_PAY):
        raise NotAllowed("只有总包单位的劳资专管员可以办理代发。")
    act = request.POST.get("act", "")
    form = BankResultForm(
        request.POST if act == "file" else None,
        request.FILES if act == "file" else None,
        initial={"paid_on": today()},
        auto_id="id_file_%s",
    )
    # The button that is pressed says the outcome, in its address: `_ask` has its name.
    told = {"outcome": request.GET.get("outcome", "")} | request.POST.dict()
    whole = WholeFileForm(told if act == "whole" else None, initial={"on": today()}, auto_id="id_whole_%s")
    if request.method == "POST":
        try:
            if act == "file" and form.is_valid():
                return _uploaded(request, row, form.cleaned_data)
            if act == "whole" and whole.is_valid():
                return _settled(request, row, whole.cleaned_data)
        except (NotAllowed, NotVisible):
            raise
        except Refused as refusal:
            show_refusal(form if act == "file" else whole, refusal)
    waiting = waiting_of(row)
    return render(
        request,
        "payroll/result_new.html",
        {
            "row": row,
            "batch": decorated(row.batch),
            "pending": waiting["n"],
            "pending_net": waiting["total"] or 0,
            "form": form,
            "whole": whole,
            "wrong": whole if act == "whole" else form,
            "voided": row.state == PayoutFile.State.VOIDED,
            "crumbs": batch_crumbs(row.batch, "代发", "登记银行结果"),
        },
        status=422 if (form.errors or whole.errors) and request.htmx else 200,
    )


@needs(Permission.PAYROLL_VIEW)
@require_safe
def result(request, pk):
    """What the bank said, row by row, against our file; then the button that takes it."""
    found = bank_result_by_pk(request.scope, pk)
    context = {
        "result": found,
        "batch": decorated(found.batch),
        "level": LEVELS[found.status],
        "waiting": found.status in WAITING,
        "percent": _percent(found),
        "may_pay": may_act_on(request.scope, found.batch, Permission.PAYROLL_PAY),
        "crumbs": batch_crumbs(found.batch, "代发", f"银行回执 #{found.pk}"),
    }
    if found.status in (Status.READY, Status.APPLIED, Status.DISCARDED):
        context |= _answer(request, found)
        context["accounts_unread"] = "card" not in found.columns
    return render(request, "payroll/result.html", context)


@needs(Permission.PAYROLL_VIEW)
@require_safe
def result_progress(request, pk):
    """How far the reading is: polled each second."""
    found = bank_result_by_pk(request.scope, pk)
    if found.status in WAITING:
        return render(request, "payroll/_result_progress.html", {"result": found, "percent": _percent(found)})
    if request.htmx:
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"
        return response
    return redirect("payroll:result", pk)


@needs(Permission.PAYROLL_PAY)
@require_POST
def result_take(request, pk):
    """Take what the bank said."""
    found = bank_result_by_pk(request.scope, pk)
    form = ResultVersionForm(request.POST)
    version = form.cleaned_data["version"] if form.is_valid() else 0
    try:
        done = result_apply(result_id=found.pk, version=version, actor=Actor.of(request), scope=request.scope)
    except (NotAllowed, NotVisible):
        raise
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("payroll:result", pk)
    done.batch.refresh_from_db()
    finished = "，本月代发办结" if done.batch.stage == "paid" else ""
    messages.success(request, f"银行结果已登记{finished}。")
    return redirect("payroll:payout", found.batch_id)


@needs(Permission.PAYROLL_PAY)
@require_POST
def result_drop(request, pk):
    """Give the result up."""
    found = bank_result_by_pk(request.scope, pk)
    try:
        result_discard(result_id=found.pk, actor=Actor.of(request), scope=request.scope)
    except (NotAllowed, NotVisible):
        raise
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("payroll:result", pk)
    messages.success(request, f"银行回执 #{pk} 已放弃，没有登记任何结果。")
    return redirect("payroll:payout", found.batch_id)


def _uploaded(request, row, data: dict):
    found, created = result_upload(
        payout_file_id=row.pk,
        name=data["file"].name,
        data=data["file"].read(),
        covers=data["covers"],
        paid_on=data["paid_on"],
        actor=Actor.of(request),
        scope=request.scope,
    )
    return redirect(reverse("payroll:result", args=[found.pk]) + ("" if created else "?again=1"))


def _settled(request, row, data: dict):
    count = payout_file_settle(file_id=row.pk, actor=Actor.of(request), scope=request.scope, **data)
    word = "已发放" if data["outcome"] == "paid" else "发放失败"
    messages.success(request, f"第 {row.sequence} 份代发文件的 {count} 笔已登记为{word}。")
    return redirect("payroll:payout", row.batch_id)


def _answer(request, found: BankResult) -> dict:
    verdict = request.GET.get("verdict", "")
    page = Paginator(result_rows(request.scope, found, verdict), PAGE_SIZE).get_page(request.GET.get("page"))
    page.object_list = [_decorated_row(row) for row in page.object_list]
    counts = found.counts
    trouble = sum(counts.get(name, 0) for name in TROUBLE)
    doubtful = sum(counts.get(name, 0) for name in DOUBTFUL)
    silent = counts.get("silent", 0)
    rest = found.covers == BankResult.Covers.FAILURES
    takes_rest = rest and not doubtful
    paid = counts.get("paid", 0) + (silent if takes_rest else 0)
    paid_fen = counts.get("paid_fen", 0) + (counts.get("silent_fen", 0) if takes_rest else 0)
    return {
        "again": "again" in request.GET,
        "page": page,
        "verdict": verdict,
        "query": f"verdict={verdict}&" if verdict else "",
        "counts": counts,
        "paid": paid,
        "paid_net": paid_fen / 100,
        "failed": counts.get("failed", 0),
        "failed_net": counts.get("failed_fen", 0) / 100,
        "trouble": trouble,
        "doubtful": doubtful,
        "rest": rest,
        "silent": silent,
        "silent_rows": silent_payments(request.scope, found)[:SILENT_SHOWN] if found.status == Status.READY else [],
        "chips": _chips(counts, verdict, found.rows, trouble),
        "may_take": found.status == Status.READY and bool(paid or counts.get("failed")) and not (rest and doubtful),
    }


def _decorated_row(row: BankResultRow) -> BankResultRow:
    row.level = VERDICT_LEVELS.get(row.verdict, "orange")
    row.meaning, row.remedy = failure_words(row.message) if row.verdict == Verdict.FAILED else ("", "")
    row.not_taken = NOT_TAKEN.get(row.verdict, "")
    return row


def _chips(counts: dict, verdict: str, rows: int, trouble: int) -> list[dict]:
    found = [
        {"label": "全部", "url": "?", "count": rows, "active": not verdict},
        {"label": "没有取用的", "url": "?verdict=trouble", "count": trouble, "active": verdict == "trouble"},
    ]
    for one in Verdict:
        if counts.get(one.value):
            found.append(
                {
                    "label": one.label,
                    "url": f"?verdict={one.value}",
                    "count": counts[one.value],
                    "active": verdict == one.value,
                }
            )
    return found


def _percent(found: BankResult) -> int:
    return min(99, found.rows_done * 100 // found.rows) if found.rows else 0
