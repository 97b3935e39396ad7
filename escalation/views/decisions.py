"""Acts on a decision that was taken: the second word, taking it back, answering it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from escalation.catalogue.registry import matters
from escalation.forms import ResponseForm, RevokeForm, SecondForm
from escalation.models import Decision
from escalation.rules.effects import revocation_consequences, second_consequences
from escalation.selectors.cases import case_facts_unscoped, decision_for, units_to_answer
from escalation.services.decisions import decision_revoke, decision_second
from escalation.services.responses import response_sign
from escalation.views.perspective import perspective_of
from responsibilities.rules.errors import NotAllowed, NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.services.trail import Actor
from responsibilities.views.access import needs, show_refusal


@needs(Permission.ESCALATION_SECOND)
@require_http_methods(["GET", "POST"])
def second(request: HttpRequest, pk: int) -> HttpResponse:
    """The second supervisor agrees to a waiver or rejects it."""
    decision = decision_for(request.scope, pk)
    form = SecondForm(request.POST or None, initial={"version": decision.version})
    if request.method == "POST" and form.is_valid():
        agree = form.cleaned_data["agree"] == "yes"
        done = _attempt(
            form,
            lambda: decision_second(
                scope=request.scope,
                decision_id=pk,
                agree=agree,
                note=form.cleaned_data["note"],
                version=form.cleaned_data["version"],
                actor=Actor.of(request),
            ),
        )
        if done:
            messages.success(request, f"已{'同意' if agree else '退回'}豁免：{decision.deadline.project}。")
            return redirect(_back(decision))
    facts = _facts(request, decision)
    return _shown(
        request,
        "escalation/second.html",
        decision,
        form,
        agree_effects=second_consequences(facts, agree=True),
        reject_effects=second_consequences(facts, agree=False),
        is_own=decision.decided_by_id == request.user.pk,
        is_waiting=decision.status == Decision.Status.AWAITING_SECOND,
        facts=facts,
    )


@needs(Permission.ESCALATION_DECIDE)
@require_http_methods(["GET", "POST"])
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a decision back; what it caused is undone."""
    decision = decision_for(request.scope, pk)
    form = RevokeForm(request.POST or None, initial={"version": decision.version})
    if request.method == "POST" and form.is_valid():
        done = _attempt(
            form,
            lambda: decision_revoke(
                scope=request.scope,
                decision_id=pk,
                reason=form.cleaned_data["reason"],
                version=form.cleaned_data["version"],
                actor=Actor.of(request),
            ),
        )
        if done:
            messages.success(request, f"已撤销{decision.get_kind_display()}：{decision.deadline.project}。")
            return redirect(_back(decision))
    facts = _facts(request, decision)
    revocable = decision.kind in ("supervision_order", "extension", "waiver")
    effects = (
        revocation_consequences(decision.kind, facts, original_due_on=decision.deadline.original_due_on)
        if revocable
        else []
    )
    return _shown(request, "escalation/revoke.html", decision, form, effects=effects, facts=facts)


@needs(Permission.ESCALATION_RESPOND)
@require_http_methods(["GET", "POST"])
def respond(request: HttpRequest, pk: int) -> HttpResponse:
    """The owing unit signs what it has done about a supervision order."""
    decision = decision_for(request.scope, pk)
    units = units_to_answer(request.scope.with_permission(Permission.ESCALATION_RESPOND), decision)
    if not units:
        raise NotAllowed("只有这项督办的责任单位可以签署办理情况。")
    form = ResponseForm(request.POST or None, units=units)
    if request.method == "POST" and form.is_valid():
        done = _attempt(
            form,
            lambda: response_sign(
                scope=request.scope,
                decision_id=pk,
                organization_id=form.cleaned_data["organization"],
                text=form.cleaned_data["text"],
                actor=Actor.of(request),
            ),
        )
        if done:
            messages.success(request, "办理情况已签署并反馈给人社部门。")
            return redirect(_back(decision))
    return _shown(request, "escalation/respond.html", decision, form, facts=_facts(request, decision))


def _attempt(form, act) -> bool:
    """Run a service; a refusal is shown on the form, out of scope and without permission stay 404 and 403."""
    try:
        act()
    except (NotVisible, NotAllowed):
        raise
    except Refused as refusal:
        show_refusal(form, refusal)
        return False
    return True


def _facts(request, decision):
    deadline = decision.deadline
    return case_facts_unscoped(
        deadline,
        decision.escalation,
        matter=matters([deadline]).get(deadline.pk, deadline.rule),
        today=perspective_of(request).window.today,
    )


def _shown(request, template: str, decision, form, **more) -> HttpResponse:
    context = {"decision": decision, "deadline": decision.deadline, "form": form, "back": _back(decision), **more}
    return render(request, template, context, status=422 if form.is_bound else 200)


def _back(decision) -> str:
    return reverse("escalation:deadline", args=[decision.deadline_id])
