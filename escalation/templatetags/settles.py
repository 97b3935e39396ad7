"""What a form settles and by when: drawn above forms of lower rooms, which know no deadlines."""

from django import template

from escalation.catalogue.registry import RULES, matters
from escalation.models import Deadline
from escalation.rules.terms import Facts, status_on
from escalation.selectors.days import Window
from escalation.selectors.rows import rows_of, with_relations
from responsibilities.selectors.clock import today

register = template.Library()


@register.inclusion_tag("escalation/parts/settles.html", takes_context=True)
def settles(context, rule: str, subject_id: int) -> dict:
    """The visible deadline of a rule and a subject; nothing where there is none."""
    request = context.get("request")
    if request is None or rule not in RULES:
        return {"rows": []}
    found = Deadline.objects.visible_to(request.scope).filter(rule=rule, subject_id=subject_id)
    page = with_relations(found.order_by("due_on", "id"))
    _as_done(page, rule, subject_id)
    return {"rows": rows_of(page, matters(page), Window.around(today())) if page else []}


def _as_done(page: list[Deadline], rule: str, subject_id: int) -> None:
    """What was done a moment ago is told as done, before the worker has drawn the conclusion; nothing is written."""
    live = [deadline for deadline in page if deadline.is_live]
    if not live:
        return
    day = today()
    facts = {row["period_on"]: row for row in RULES[rule].facts(day).filter(subject_id=subject_id)}
    for deadline in live:
        if not (row := facts.get(deadline.period_on)) or row["satisfied_on"] is None:
            continue
        fact = Facts(row["anchor_on"], satisfied_on=row["satisfied_on"], counted_on=row["counted_on"])
        status = status_on(fact, deadline.due_on, day)
        if status in (Deadline.Status.MET, Deadline.Status.MET_LATE):
            deadline.status, deadline.satisfied_on = status, row["satisfied_on"]
