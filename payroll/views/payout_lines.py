"""One line's paying: every attempt, and the acts that help it on."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from payroll.forms.payouts import (
    CardKeepForm,
    CardReplaceForm,
    PayoutExceptionForm,
    PayoutReturnForm,
    SettledReleaseForm,
)
from payroll.models import Payout
from payroll.rules.bank_results import failure_words
from payroll.rules.photos import EXTENSIONS
from payroll.selectors.batches import may_act_on
from payroll.selectors.confirmations import disputed_by
from payroll.selectors.declarations import whole_figure
from payroll.selectors.payouts import attempts_of, card_changes_of, exceptions_of, line_hold, payable_line
from payroll.services.line_cards import card_keep, card_replace, evidence_open
from payroll.services.payout_lines import exception_lift, exception_record, payout_return, settled_release
from payroll.views.payouts import batch_crumbs
from payroll.views.pictures import picture_response
from payroll.views.words import decorated
from responsibilities.rules.errors import NotAllowed, NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.selectors.clock import today
from responsibilities.services.trail import Actor
from responsibilities.views.access import needs, show_refusal

FORMS = {
    "card": CardReplaceForm,
    "keep": CardKeepForm,
    "release": SettledReleaseForm,
    "exception": PayoutExceptionForm,
    "return": PayoutReturnForm,
}
SAID = {
    "card": "工资卡已更换。请工人本人在手机上核对卡号后四位，核对后再生成代发文件。",
    "keep": "已确认原卡无误，可以重新生成代发文件。",
    "release": "已写明理由，这一行可以随批发放。",
    "exception": "已登记为暂不能发放，该行仍显示为未发放。",
    "return": "退汇已登记。",
    "lift": "登记已解除。",
}
LEVELS = {"pending": "blue", "paid": "green", "failed": "red", "returned": "red", "voided": "grey"}


@needs(Permission.PAYROLL_VIEW)
def payout_line(request, pk):
    """The line with its attempts; POST replaces the card, records an exception, lifts it or takes money back."""
    line = payable_line(request.scope, pk)
    act = request.POST.get("act", "")
    forms = {name: form(auto_id=f"id_{name}_%s") for name, form in FORMS.items()}
    if request.method == "POST":
        if not may_act_on(request.scope, line.batch, Permission.PAYROLL_PAY):
            raise NotAllowed("只有总包单位的劳资专管员可以办理代发。")
        if act in FORMS:
            forms[act] = FORMS[act](request.POST, request.FILES, auto_id=f"id_{act}_%s")
        try:
            if _done(request, line, act, forms.get(act)):
                messages.success(request, SAID[act])
                return redirect("payroll:payout_line", pk)
        except (NotAllowed, NotVisible):
            raise
        except Refused as refusal:
            if act in forms:
                show_refusal(forms[act], refusal)
            else:
                messages.error(request, refusal.message)
    return render(request, "payroll/payout_line.html", _context(request, line, forms, act))


def _done(request, line, act: str, form) -> bool:
    by = {"line_id": line.pk, "actor": Actor.of(request), "scope": request.scope}
    if act == "lift":
        exception_lift(**by)
        return True
    if form is None or not form.is_valid():
        return False
    service = {
        "card": card_replace,
        "keep": card_keep,
        "release": settled_release,
        "exception": exception_record,
        "return": payout_return,
    }[act]
    service(**by, **form.cleaned_data)
    return True


def _context(request, line, forms, act: str) -> dict:
    attempts = list(attempts_of(request.scope, line))
    for attempt in attempts:
        attempt.level = LEVELS[attempt.state]
        if attempt.state in (Payout.State.FAILED, Payout.State.RETURNED):
            attempt.meaning, attempt.remedy = failure_words(attempt.bank_message)
    exceptions = list(exceptions_of(request.scope, line))
    changes = list(card_changes_of(request.scope, line))
    live = next((one for one in attempts if one.state in (Payout.State.PENDING, Payout.State.PAID)), None)
    flowing = line.batch.stage in ("noticed", "paying", "paid") and line.batch.status == "submitted"
    may_pay = flowing and may_act_on(request.scope, line.batch, Permission.PAYROLL_PAY)
    return {
        "line": line,
        "batch": decorated(line.batch),
        "crumbs": batch_crumbs(line.batch, "代发", line.worker.name),
        "attempts": attempts,
        "exceptions": exceptions,
        "exception": next((one for one in exceptions if one.lifted_at is None), None),
        "changes": changes,
        "asked": changes[-1] if changes and changes[-1].state in ("waiting", "denied") else None,
        "may_hand_out": may_act_on(request.scope, line.batch, Permission.PAYROLL_SUBMIT),
        "days": whole_figure("card_confirm_days", today()),
        "live": live,
        "held": line_hold(request.scope, line) if flowing else None,
        "flowing": flowing,
        "contest": disputed_by(request.scope, line.batch).get(line.worker_id),
        "may_pay": may_pay,
        "may_hand_over": not may_pay and may_act_on(request.scope, line.batch, Permission.PAYROLL_SUBMIT),
        "may_reveal": may_act_on(request.scope, line.batch, Permission.PAYROLL_REVEAL),
        "forms": forms,
        "act": act,
        "open_form": forms.get(act),
        "today": today(),
    }


@needs(Permission.PAYROLL_REVEAL)
@require_safe
def evidence(request, pk):
    """The paper behind a changed card; each look is on the trail."""
    data, kind = evidence_open(change_id=pk, actor=Actor.of(request), scope=request.scope)
    return picture_response(data, kind, f"换卡证明.{EXTENSIONS.get(kind, 'bin')}")
