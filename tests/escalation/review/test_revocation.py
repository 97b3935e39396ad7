"""Orders, extensions and waivers can be taken back, with a reason."""

import pytest

from escalation.models import Decision, Escalation
from escalation.selectors.notices import decisions_on_mine
from escalation.services.decisions import decision_revoke
from responsibilities.models import Touched
from responsibilities.rules.errors import Refused
from tests.cast import GANZHOU
from tests.factories.escalation_pages import days


def revoke(cast, decision, *, by=None, reason="延期依据的材料不实。"):
    user = by or cast.supervisor
    decision.refresh_from_db()
    return decision_revoke(
        scope=cast.scope(user),
        decision_id=decision.pk,
        reason=reason,
        version=decision.version,
        actor=cast.actor(user),
    )


@pytest.mark.parametrize("kind", ["extension", "supervision_order"])
def test_a_revoked_decision_returns_the_case_to_the_queue(missed, case, decide, cast, kind):
    decision = decide(missed, kind, effective_on=days(11))
    Touched.objects.all().delete()
    revoke(cast, decision)
    case.refresh_from_db()
    decision.refresh_from_db()
    assert (decision.status, decision.revoked_by) == (Decision.Status.REVOKED, cast.supervisor)
    assert case.status == Escalation.Status.PENDING
    assert Touched.objects.filter(project_id=missed.project_id).exists()


def test_another_decision_in_force_keeps_the_case_decided(missed, case, decide, cast):
    decide(missed, "circular")
    order = decide(missed, "supervision_order", effective_on=days(5))
    revoke(cast, order)
    case.refresh_from_db()
    assert case.status == Escalation.Status.DECIDED


def test_a_circular_happened_and_stays(missed, case, decide, cast):
    decision = decide(missed, "circular")
    with pytest.raises(Refused) as refusal:
        revoke(cast, decision)
    assert refusal.value.code == "not_revocable"


def test_a_revocation_needs_a_reason(missed, case, decide, cast):
    decision = decide(missed, "extension", effective_on=days(11))
    with pytest.raises(Refused) as refusal:
        revoke(cast, decision, reason="")
    assert "reason" in refusal.value.fields


def test_the_owing_unit_learns_of_it(missed, case, decide, cast):
    decision = decide(missed, "extension", effective_on=days(11))
    decision.refresh_from_db()
    after_decision = decision.decided_at
    revoke(cast, decision)
    officer = cast.scope(cast.officer("zjj", GANZHOU))
    assert list(decisions_on_mine(officer, since=after_decision)) == [decision]
