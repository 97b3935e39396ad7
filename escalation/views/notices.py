"""`/notices/`: what was pushed to my units, the latest first."""

from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from escalation.catalogue.registry import matters
from escalation.filters import page_size_from
from escalation.models import LadderStep
from escalation.selectors.notices import decisions_on_mine, notices
from escalation.views.listing import page_of
from escalation.views.perspective import perspective_of
from responsibilities.rules.roles import Permission
from responsibilities.services.visits import notices_mark_seen
from responsibilities.views.access import needs


@needs(Permission.DEADLINE_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def notice_list(request: HttpRequest) -> HttpResponse:
    """By date, unread ones marked; POST marks all as seen."""
    if request.method == "POST":
        notices_mark_seen(user=request.user)
        return redirect(request.get_full_path())
    perspective = perspective_of(request)
    seen_at = request.user.notices_seen_at
    level = request.GET.get("level", "")
    found = notices(perspective.scope, level=int(level) if level in {"1", "2", "3"} else None)
    total = found.order_by().count()
    page = page_of(found, total, request.GET.get("page"), page_size_from(request.GET))
    rows = list(page.object_list)
    words = matters([notice.deadline for notice in rows])
    lines = [
        {
            "notice": notice,
            "matter": words.get(notice.deadline_id, notice.deadline.rule),
            "is_new": seen_at is None or notice.created_at > seen_at,
        }
        for notice in rows
    ]
    decided = decisions_on_mine(perspective.scope)
    decisions = list(decided[:20])
    decided_words = matters([decision.deadline for decision in decisions])
    context = {
        "perspective": perspective,
        "days": [(day, list(group)) for day, group in groupby(lines, key=lambda line: line["notice"].noticed_on)],
        # Whose notice it is needs no words where it can only be one's own unit's.
        "several_units": len(perspective.units) > 1 or len({notice.recipient_id for notice in rows}) > 1,
        "page": page,
        "total": total,
        "decided_total": decided.order_by().count(),
        # The badge of the bell counts the same: notices of every level, and decisions.
        "unread": sum(
            rows(perspective.scope, since=seen_at).order_by().count() for rows in (notices, decisions_on_mine)
        ),
        "level": level,
        "level_query": f"level={level}&" if level else "",
        "levels": LadderStep.Level.choices[1:],
        "decisions": [
            {
                "decision": decision,
                "matter": decided_words.get(decision.deadline_id, decision.deadline.rule),
                "is_new": seen_at is None or decision.moved_at > seen_at,
            }
            for decision in decisions
        ],
    }
    return render(request, "escalation/notices.html", context)
