"""What is known of debits: drawn on the statement's page, whose room below knows no payroll."""

from collections.abc import Iterable

from django import template
from django.db.models import QuerySet

from payroll.models import DebitExplanation
from payroll.selectors.debits import MATCHED, known_as_pay, said_of
from responsibilities.rules.roles import Permission

register = template.Library()
Kind = DebitExplanation.Kind
WORDS = {
    MATCHED: "已核对：工资",
    Kind.PART: "已说明：工资",
    Kind.SEVERAL: "已说明：工资",
    Kind.SETTLEMENT: "已说明：退场结算",
    Kind.REVERSED: "已说明：已退回",
}


@register.simple_tag(takes_context=True)
def debits_said(context, lines: Iterable) -> list:
    """The lines of a visible page of statements, each with `told`: what it is known as (a kind, or matched), and `said`: in
    words, where that is pay, a settlement or money that came back. What was explained as another expense stays one: 724
    art 33.
    """
    lines, scope = list(lines), context["request"].scope
    found = said_of(scope, lines) if scope.can(Permission.PAYROLL_VIEW) else {}
    for line in lines:
        line.told = found.get(line.pk, "")
        line.said = WORDS.get(line.told, "")
    return lines


@register.simple_tag(takes_context=True)
def debits_known(context, lines: QuerySet) -> dict:
    """Count and yuan of those debits that `debits_said` gives words; none for who sees no pay."""
    scope = context["request"].scope
    return known_as_pay(scope, lines) if scope.can(Permission.PAYROLL_VIEW) else {"count": 0, "amount": 0}
