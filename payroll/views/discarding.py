"""Several drafts withdrawn at once: chosen in the list, shown once more, then withdrawn each for itself."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse

from payroll.forms import DiscardManyForm
from payroll.selectors.batches import batches_to_withdraw
from payroll.services.submissions import batches_discard, discard_obstacle
from payroll.views.words import decorated
from responsibilities.rules.roles import Permission
from responsibilities.services.trail import Actor
from responsibilities.views.access import needs

NAMED = 8
NOT_HIS = "您的岗位不能撤回这家用工单位的工资表。"


@needs(Permission.PAYROLL_UPLOAD)
def discard_many(request):
    """GET shows what would be withdrawn and what can't be; POST withdraws what was shown, as it was shown."""
    posted = request.method == "POST"
    form = DiscardManyForm(request.POST if posted else request.GET)
    if not form.is_valid():
        messages.warning(request, "没有选中要撤回的工资表。请在列表里勾选以后再撤回。")
        return redirect("payroll:list")
    if posted:
        return _withdraw(request, form)
    chosen = form.cleaned_data["ids"]
    found = [decorated(batch) for batch in batches_to_withdraw(request.scope, chosen)]
    for batch in found:
        batch.why = discard_obstacle(batch) or ("" if batch.may_withdraw else NOT_HIS)
    return render(
        request,
        "payroll/discard_many.html",
        {
            "ready": [batch for batch in found if not batch.why],
            "left": [batch for batch in found if batch.why],
            "unknown": len(chosen) - len(found),
            "crumbs": [{"label": "工资发放", "url": reverse("payroll:list")}, {"label": "撤回选中的工资表"}],
        },
    )


def _withdraw(request, form: DiscardManyForm):
    outcome = batches_discard(versions=form.versions, actor=Actor.of(request), scope=request.scope)
    if outcome.done:
        named = "、".join(f"#{batch.pk}" for batch in outcome.done[:NAMED])
        more = f" 等 {len(outcome.done)} 份" if len(outcome.done) > NAMED else ""
        messages.success(request, f"已撤回批次 {named}{more}，没有计入任何工资。")
    for batch_id, why in outcome.left[:NAMED]:
        messages.warning(request, f"批次 #{batch_id} 没有撤回：{why}")
    if len(outcome.left) > NAMED:
        messages.warning(request, f"另有 {len(outcome.left) - NAMED} 份没有撤回，请在列表里查看。")
    return redirect("payroll:list")
