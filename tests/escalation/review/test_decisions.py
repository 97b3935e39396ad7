"""A supervisor decides on a missed deadline; the rules say what they may decide."""

import pytest

from escalation.models import Decision, Escalation
from escalation.selectors.notices import decisions_on_mine
from responsibilities.models import AuditEvent, Touched
from responsibilities.rules.errors import EditedMeanwhile, NotAllowed, NotVisible, Refused
from tests.cast import GANZHOU
from tests.factories.escalation_pages import TODAY, days, deadline, rule_version


def test_an_order_has_its_own_date_and_leaves_the_deadlines_alone(missed, case, decide):
    decision = decide(missed, "supervision_order", effective_on=days(7))
    missed.refresh_from_db()
    case.refresh_from_db()
    assert decision.status == Decision.Status.IN_FORCE
    assert decision.effective_on == days(7)
    assert missed.due_on == days(-10)
    assert case.status == Escalation.Status.DECIDED


def test_a_decision_is_on_the_trail_and_has_the_project_recomputed(missed, case, decide):
    decision = decide(missed, "circular", reason="在全市范围内通报。")
    event = AuditEvent.objects.get(action="decision.take")
    assert (event.object_id, event.reason) == (str(decision.pk), "在全市范围内通报。")
    assert Touched.objects.filter(project_id=missed.project_id).exists()


def test_a_decision_reaches_the_owing_unit_and_no_other(missed, case, decide, cast):
    decision = decide(missed, "interview", effective_on=days(2), place="区人社局三楼会议室")
    assert list(decisions_on_mine(cast.scope(cast.officer("zjj", GANZHOU)))) == [decision]
    assert not decisions_on_mine(cast.scope(cast.officer("jtj", GANZHOU)))


def test_a_term_of_the_city_can_be_extended(missed, case, decide):
    decision = decide(missed, "extension", effective_on=days(11))
    assert decision.status == Decision.Status.IN_FORCE


def test_a_statutory_term_cannot_be_extended_and_the_article_is_named(decide, cast):
    row = deadline(due_on=days(-5), version=rule_version(extendable=False))
    with pytest.raises(Refused, match="《意见》二（三）二") as refusal:
        decide(row, "extension", effective_on=days(11))
    assert refusal.value.code == "not_extendable"
    assert not Decision.objects.exists()


@pytest.mark.parametrize("day", [-11, -10, -1])
def test_an_extension_must_lead_beyond_the_due_date_and_beyond_today(missed, case, decide, day):
    with pytest.raises(Refused) as refusal:
        decide(missed, "extension", effective_on=days(day))
    assert "effective_on" in refusal.value.fields


def test_an_extension_before_the_due_date_needs_no_proposal(decide):
    row = deadline(due_on=days(3), version=rule_version(extendable=True))
    assert decide(row, "extension", effective_on=days(9)).escalation is None


def test_a_second_extension_waits_until_the_first_is_revoked(missed, case, decide):
    decide(missed, "extension", effective_on=days(11))
    with pytest.raises(Refused) as refusal:
        decide(missed, "extension", effective_on=days(20))
    assert refusal.value.code == "already_in_force"


@pytest.mark.parametrize("kind", ["supervision_order", "interview", "circular"])
def test_what_answers_a_missed_deadline_needs_a_missed_deadline(decide, kind):
    row = deadline(due_on=TODAY)
    with pytest.raises(Refused) as refusal:
        decide(row, kind, effective_on=days(3), place="会议室")
    assert refusal.value.code == "not_overdue"


def test_nothing_is_decided_without_a_reason(missed, case, decide):
    with pytest.raises(Refused) as refusal:
        decide(missed, "circular", reason="同意")
    assert "reason" in refusal.value.fields


def test_an_interview_names_its_place(missed, case, decide):
    with pytest.raises(Refused) as refusal:
        decide(missed, "interview", effective_on=days(2))
    assert "place" in refusal.value.fields


def test_a_case_is_closed_only_when_its_matter_is_done(missed, case, decide):
    with pytest.raises(Refused) as refusal:
        decide(missed, "closure", reason="已经整改完毕。")
    assert refusal.value.code == "still_live"
    missed.status, missed.satisfied_on = "met_late", TODAY
    missed.save()
    decide(missed, "closure", reason="已经整改完毕。")
    case.refresh_from_db()
    assert case.status == Escalation.Status.CLOSED


def test_a_closed_case_takes_no_more_decisions(missed, case, decide):
    missed.status, missed.satisfied_on = "met_late", TODAY
    missed.save()
    decide(missed, "closure", reason="已经整改完毕。")
    with pytest.raises(Refused) as refusal:
        decide(missed, "closure", reason="已经整改完毕。")
    assert refusal.value.code == "closed"


def test_whoever_decides_on_what_has_changed_meanwhile_is_told(missed, case, decide, cast):
    decide(missed, "circular")
    with pytest.raises(EditedMeanwhile, match="刚被他人修改"):
        decide(missed, "supervision_order", effective_on=days(7), by=cast.second_supervisor, version=1)
    assert Decision.objects.count() == 1


def test_without_a_proposal_the_decisions_themselves_tell_a_stale_form(decide, cast):
    row = deadline(due_on=days(3), version=rule_version(extendable=True))
    decide(row, "extension", effective_on=days(9), version=0)
    with pytest.raises(EditedMeanwhile):
        decide(row, "waiver", version=0, by=cast.second_supervisor)


def test_a_county_supervisor_decides_in_the_own_county(missed, case, decide, cast):
    assert decide(missed, "circular", by=cast.county_supervisor).pk


def test_a_county_supervisor_cannot_decide_for_another_county(missed, case, decide, cast):
    with pytest.raises(NotVisible):
        decide(missed, "circular", by=cast.other_county_supervisor)
    assert not Decision.objects.exists()


def test_a_unit_that_only_sees_the_matter_cannot_decide_on_it(missed, case, decide, cast):
    with pytest.raises(NotAllowed):
        decide(missed, "circular", by=cast.officer("zjj", GANZHOU))


def test_a_leader_looks_but_does_not_decide(missed, case, decide, cast):
    with pytest.raises(NotAllowed):
        decide(missed, "circular", by=cast.leader)
