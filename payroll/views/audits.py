"""总包's screen: what decides, approve or send back."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from payroll.forms.flow import AuditForm, ReturnForm
from payroll.models import PayrollBatch
from payroll.rules.audit import reasons_needed
from payroll.rules.stages import Act, may
from payroll.selectors import declarations
from payroll.selectors.attendance import confirmed_sheet_of
from payroll.selectors.audits import (
    attendance_of,
    attended_unpaid,
    attention_rows,
    audit_facts_unscoped,
    days_compared,
    may_somebody_else_audit_unscoped,
    same_origin,
)
from payroll.selectors.balances import balance_part
from payroll.selectors.batches import accepted_total, batch_by_pk, may_act_on, remark_counts
from payroll.selectors.compare import comparison_sums
from payroll.selectors.confirmations import answer_counts, answer_counts_by_crew, not_concluded, unsettled
from payroll.selectors.declarations import declaration_on, whole_figure
from payroll.selectors.versions import month_before, version_place
from payroll.services.audits import batch_audit, batch_return, minimum_share
from payroll.views.flow import steps_of, with_due_days
from payroll.views.words import decorated
from responsibilities.rules.errors import NotAllowed, NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.selectors.clock import today
from responsibilities.services.trail import Actor
from responsibilities.views.access import needs, show_refusal

Status = PayrollBatch.Status


@needs(Permission.PAYROLL_AUDIT)
def audit(request, pk):
    """Everything that decides on one screen; approve below it, send back beside it."""
    batch = decorated(batch_by_pk(request.scope, pk))
    if not may_act_on(request.scope, batch, Permission.PAYROLL_AUDIT):
        raise NotAllowed()
    if batch.status != Status.SUBMITTED or not may(Act.RETURN, batch.stage):
        messages.info(request, "这份工资表不在审核环节。")
        return redirect("payroll:batch", pk)
    form = AuditForm(request.POST if request.method == "POST" else None, initial={"version": batch.version})
    if request.method == "POST" and form.is_valid():
        try:
            batch_audit(batch_id=pk, actor=Actor.of(request), scope=request.scope, **form.cleaned_data)
        except (NotAllowed, NotVisible):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(
                request, f"已审核通过 {batch.month_on:%Y-%m} {batch.employer_name}的工资。下一步在工地公示。"
            )
            return redirect("payroll:batch", pk)
    return _screen(request, batch, form, ReturnForm(initial={"version": batch.version}))


@needs(Permission.PAYROLL_AUDIT)
@require_POST
def send_back(request, pk):
    """Return with reasons; a refusal is shown on the audit's screen."""
    batch = decorated(batch_by_pk(request.scope, pk))
    form = ReturnForm(request.POST)
    if form.is_valid():
        try:
            batch_return(batch_id=pk, actor=Actor.of(request), scope=request.scope, **form.cleaned_data)
        except (NotAllowed, NotVisible):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(
                request, f"已退回 {batch.month_on:%Y-%m} {batch.employer_name}的工资表，编制人首页会看到理由。"
            )
            return redirect("payroll:batch", pk)
    if batch.status != Status.SUBMITTED or not may(Act.RETURN, batch.stage):
        messages.error(request, form.non_field_errors()[0] if form.non_field_errors() else "这份工资表不能退回。")
        return redirect("payroll:batch", pk)
    return _screen(request, batch, AuditForm(initial={"version": batch.version}), form)


def _screen(request, batch: PayrollBatch, form, returning):
    scope, user = request.scope, request.user
    version, previous = version_place(scope, batch)
    # Back pay is some people's; a whole month is no measure of it.
    before = None if batch.kind == PayrollBatch.Kind.BACK_PAY else month_before(scope, batch)
    total = accepted_total(batch)
    compared = days_compared(batch)
    compiled = user.pk in (batch.submitted_by_id, batch.uploaded_by_id)
    facts = audit_facts_unscoped(batch)
    minimum = whole_figure("pay_same_origin", today())
    with_due_days([batch])
    return render(
        request,
        "payroll/audit.html",
        {
            "batch": batch,
            "form": form,
            "returning": returning,
            "may_approve": may(Act.AUDIT, batch.stage),
            "steps": steps_of(batch),
            "answers": answer_counts(scope, batch),
            "crews": answer_counts_by_crew(scope, batch),
            "contests": list(unsettled(scope, batch)[:20]),
            "unsettled_total": facts.unsettled,
            "taken_up": facts.taken_up,
            "transferred": not_concluded(scope, batch).count() - facts.unsettled,
            "counts": remark_counts(scope, batch),
            "rows": attention_rows(scope, batch, compared),
            "picked": set(returning["places"].value() or ()),
            "attendance": attendance_of(compared),
            "left_out": attended_unpaid(batch),
            "attendance_sheet": confirmed_sheet_of(batch),
            "total": total,
            "balance": balance_part(scope, batch, total),
            "version": version,
            "previous": previous,
            "previous_sums": comparison_sums(previous, batch) if previous else None,
            "before": before,
            "before_sums": comparison_sums(before, batch) if before else None,
            "needed": reasons_needed(facts, minimum_share=minimum_share()),
            "minimum_share": minimum_share(),
            "same_origin": same_origin(batch, minimum),
            "same_origin_minimum": minimum,
            "signer": user.name,
            "today": today(),
            "declaration": declaration_on(declarations.AUDIT, today()),
            "second_person": compiled and may_somebody_else_audit_unscoped(batch, user.pk),
            "alone": compiled and not may_somebody_else_audit_unscoped(batch, user.pk),
            "crumbs": [
                {"label": "工资发放", "url": reverse("payroll:list")},
                {"label": f"批次 #{batch.pk}", "url": reverse("payroll:batch", args=[batch.pk])},
                {"label": "总包审核"},
            ],
        },
        status=422 if form.errors or returning.errors else 200,
    )
