"""What a form settles and by when: drawn above forms of lower rooms, which know no deadlines."""

from django import template

from escalation.catalogue.registry import RULES, matters
from escalation.models import Deadline
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
    return {"rows": rows_of(page, matters(page), Window.around(today())) if page else []}
