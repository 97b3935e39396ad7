"""The trail, for auditors and administrators."""

from django.shortcuts import render
from django.utils.timezone import localtime
from django.views.decorators.http import require_safe

from responsibilities.forms import TrailForm
from responsibilities.rules.roles import Permission
from responsibilities.rules.words import action_words
from responsibilities.selectors.told import Told, told
from responsibilities.selectors.trail import TrailCriteria, actions_unscoped, events, sealed_until
from responsibilities.views import listing
from responsibilities.views.access import needs

# A workbook holds a little over a million rows; whoever needs more narrows by date.
EXPORT_ROWS = 100_000


@needs(Permission.TRAIL_VIEW)
@require_safe
def trail_page(request):
    """Who did what, when, from where; newest first."""
    form = TrailForm(request.GET, actions=[(action, action_words(action)) for action in actions_unscoped()])
    form.is_valid()
    criteria = TrailCriteria(**{name: value for name, value in form.cleaned_data.items() if value})
    rows = events(request.scope, criteria)
    if request.GET.get("export"):
        titles = [
            ("时间", 20),
            ("操作人", 14),
            ("所属单位", 28),
            ("动作", 18),
            ("对象", 36),
            ("变更", 50),
            ("理由", 36),
            ("来源地址", 16),
        ]
        return listing.export("操作留痕", titles, map(_cells, told(rows[:EXPORT_ROWS].iterator())))
    page = listing.page_of(request, rows)
    page.object_list = list(told(page.object_list))
    return render(
        request,
        "responsibilities/trail.html",
        {
            "page": page,
            "form": form,
            "chips": listing.chips(request, {name: (field.label, {}) for name, field in form.fields.items()}),
            "query": listing.query(request),
            "sizes": listing.SIZES,
            "size": listing.page_size(request),
            "may_export": True,
            "last_block": sealed_until(request.scope),
        },
    )


def _cells(row: Told) -> list[str]:
    event = row.event
    return [
        f"{localtime(event.at):%Y-%m-%d %H:%M:%S}",
        row.actor,
        event.organization_name,
        row.action,
        row.target,
        "；".join(row.changes),
        event.reason,
        event.ip or "",
    ]
