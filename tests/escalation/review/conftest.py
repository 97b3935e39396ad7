"""A missed deadline of 甘州区住建局 with its proposal to supervise, and how to decide on it."""

import pytest

from escalation.selectors.cases import review_version_unscoped
from escalation.services.decisions import decision_take
from tests.cast import GANZHOU
from tests.factories.accounts import started_project
from tests.factories.escalation_pages import TODAY, days, deadline, escalation, rule_version


@pytest.fixture
def missed(cast):
    """Overdue for ten days, in 甘州区."""
    project = started_project("P-MISSED", name="甘州区安置房一期", area=cast.area(GANZHOU))
    return deadline(
        project=project,
        due_on=days(-10),
        owes=[cast.unit("zjj", GANZHOU)],
        supervises=[cast.unit("rsj", GANZHOU)],
        version=rule_version(extendable=True),
    )


@pytest.fixture
def case(missed):
    """The proposal to supervise the missed deadline."""
    return escalation(missed)


@pytest.fixture
def decide(cast):
    """Decide on a deadline as the city's supervisor, or as another person."""

    def take(row, kind, *, by=None, reason="多次催办仍未办理。", version=None, **content):
        user = by or cast.supervisor
        if version is None:
            row = type(row).objects.select_related("escalation").get(pk=row.pk)
            version = review_version_unscoped(row.pk, getattr(row, "escalation", None))
        return decision_take(
            scope=cast.scope(user),
            deadline_id=row.pk,
            kind=kind,
            reason=reason,
            version=version,
            today=TODAY,
            actor=cast.actor(user),
            **content,
        )

    return take
