"""What persons said of debits: drawn on the statement's page, whose room below knows no payroll."""

from collections.abc import Iterable

from django import template

from payroll.models import DebitExplanation
from payroll.selectors.debits import said_of
from responsibilities.rules.roles import Permission

register = template.Library()
Kind = DebitExplanation.Kind
WORDS = {
    Kind.PART: "已说明：工资",
    Kind.SEVERAL: "已说明：工资",
    Kind.SETTLEMENT: "已说明：退场结算",
    Kind.REVERSED: "已说明：已退回",
}


@register.simple_tag(takes_context=True)
def debits_said(context, lines: Iterable) -> list:
    """The lines of a visible page of statements, each with `said`: what a person explained the debit as, where it is
    pay, a settlement or money that came back. What was explained as another expense stays one: 724 art 33.
    """
    lines, scope = list(lines), context["request"].scope
    found = said_of(scope, lines) if scope.can(Permission.PAYROLL_VIEW) else {}
    for line in lines:
        line.said = WORDS.get(found.get(line.pk), "")
    return lines
