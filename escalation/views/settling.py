"""The button that leads from a deadline to the form which clears it, for those who may clear it."""

from dataclasses import dataclass

from django.urls import reverse

from escalation.catalogue.registry import RULES
from escalation.models import Deadline
from escalation.selectors.rows import DeadlineRow
from responsibilities.rules.roles import Permission, Role
from responsibilities.rules.scope import Scope

# What the form behind each button asks for; the form itself checks again, for its own project.
NEEDED = {
    "approval_info_push": Permission.APPROVAL_PUSH,
    "platform_onboard": Permission.ENROLMENT_EDIT,
    "labor_cost_allocation": Permission.ACCOUNT_VIEW,
}


@dataclass(frozen=True)
class SettleLink:
    """Where the button leads and what it says."""

    url: str
    label: str


def settle_link(scope: Scope, row: DeadlineRow) -> SettleLink | None:
    """None where the deadline is done with, is another unit's duty, or the caller could not use the form.

    A bank's clerk settles for the developer: a credit is recorded by whoever sees it arrive.
    """
    deadline: Deadline = row.deadline
    rule = RULES.get(deadline.rule)
    own = bool(row.owner_ids & scope.organization_ids) or Role.BANK_CLERK in scope.roles
    if rule is None or not deadline.is_live or not own:
        return None
    needed = NEEDED.get(deadline.rule)
    if needed and not scope.can(needed):
        return None
    name, kwargs = rule.settle(
        project_code=deadline.project.code, subject_id=deadline.subject_id, period_on=deadline.period_on
    )
    return SettleLink(reverse(name, kwargs=kwargs), rule.settle_label)
