"""The trail, for auditors and administrators."""

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.shortcuts import render
from django.utils.timezone import localtime
from django.views.decorators.http import require_safe

from responsibilities.forms import TrailForm
from responsibilities.rules.roles import Permission
from responsibilities.rules.words import action_words, actor_words, change_words
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
        return listing.export("操作留痕", titles, (_cells(event) for event in rows[:EXPORT_ROWS].iterator()))
    page = listing.page_of(request, rows)
    for event in page:
        event.actor_words = actor_words(event.actor_name)
        event.action_words = action_words(event.action)
        event.change_words = _changes(event)
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


def _cells(event) -> list[str]:
    return [
        f"{localtime(event.at):%Y-%m-%d %H:%M:%S}",
        actor_words(event.actor_name),
        event.organization_name,
        action_words(event.action),
        event.object_name,
        "；".join(_changes(event)),
        event.reason,
        event.ip or "",
    ]


def _changes(event) -> list[str]:
    """`field: old → new` in lines, fields by their names on screen; what stayed empty is left out."""
    lines = []
    for name, change in event.changes.items():
        column = _column(event.object_type, name)
        label = str(column.verbose_name) if column else change_words(name)
        if not isinstance(change, list) or len(change) != 2:
            lines.append(f"{label}：{change}")
            continue
        before, after = (_value(column, value) for value in change)
        if before and after:
            lines.append(f"{label}：{before} → {after}")
        elif after:
            lines.append(f"{label}：{after}")
        elif before:
            lines.append(f"{label}：{before} → （空）")
    return lines


def _column(object_type: str, name: str):
    try:
        column = apps.get_model(object_type)._meta.get_field(name)
    except (LookupError, ValueError, FieldDoesNotExist):
        return None
    return column if hasattr(column, "verbose_name") else None  # a relation from elsewhere has no name


def _value(column, value):
    """`in_force` → 生效, where the column has such choices."""
    return dict(getattr(column, "flatchoices", None) or ()).get(value, value)
