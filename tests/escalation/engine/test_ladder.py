"""Time alone drives reminder, warning and proposal; each is told once to each recipient."""

import pytest

from escalation.models import Escalation, Notice
from tests.factories.escalation import approval, day, deadline_of, decision, moment, site, sweep

pytestmark = pytest.mark.django_db
DUE = "2026-11-19"  # approved on Monday 16 November


def levels() -> list[tuple[int, str]]:
    return list(Notice.objects.order_by("level", "recipient__code").values_list("level", "recipient__code"))


def test_the_rungs_are_reached_on_their_working_days():
    approval(site().project, day("2026-11-16"))
    reached = {}
    for on in range(16, 26):
        sweep(f"2026-11-{on}")
        reached[on] = deadline_of("approval_info_push").level
    assert reached == {16: 0, 17: 0, 18: 1, 19: 1, 20: 2, 21: 2, 22: 2, 23: 2, 24: 3, 25: 3}
    assert levels() == [
        (1, "620702-fgw"),
        (2, "620702-fgw"),
        (2, "620702-rsj"),
        (3, "620702-fgw"),
        (3, "620702-rsj"),
    ]


def test_facts_that_come_late_notify_only_the_highest_rung_reached():
    approval(site().project, day("2026-10-12"))
    outcome = sweep("2026-11-23")
    assert (outcome.opened, outcome.overdue, outcome.notices, outcome.escalations) == (1, 1, 2, 1)
    assert levels() == [(3, "620702-fgw"), (3, "620702-rsj")]


def test_notices_are_never_withdrawn_and_a_met_deadline_tells_nobody():
    given = approval(site().project, day("2026-11-16"))
    sweep("2026-11-20")
    given.pushed_at = moment("2026-11-20 10:00")
    given.save()
    outcome = sweep("2026-11-25")
    assert (outcome.met_late, outcome.notices) == (1, 0)
    assert len(levels()) == 2


def test_a_unit_that_joins_later_is_told_the_present_level():
    place = site()
    approval(place.project, day("2026-11-16"))
    place.project.parties.filter(part="human_resources").delete()
    sweep("2026-11-20")
    assert levels() == [(2, "620702-fgw")]
    place.project.parties.create(part="human_resources", organization=place.human_resources)
    assert sweep("2026-11-20").notices == 1


def test_a_proposal_settles_with_the_facts_and_comes_back_without_them():
    given = approval(site().project, day("2026-11-16"))
    assert sweep("2026-11-24").escalations == 1
    row = Escalation.objects.get()
    assert (row.status, row.proposed_on, row.version) == ("pending", day("2026-11-24"), 1)
    given.pushed_at = moment("2026-11-25 10:00")
    given.save()
    assert sweep("2026-11-25").escalations == 0
    row.refresh_from_db()
    assert (row.status, row.version) == ("settled", 2)
    given.pushed_at = None
    given.save()
    assert sweep("2026-11-26").escalations == 1
    row.refresh_from_db()
    assert (row.status, row.proposed_on) == ("pending", day("2026-11-26"))
    assert Escalation.objects.count() == 1


@pytest.mark.parametrize("status", ["decided", "closed"])
def test_what_a_person_decided_time_leaves_alone(status):
    given = approval(site().project, day("2026-11-16"))
    sweep("2026-11-24")
    Escalation.objects.update(status=status)
    given.pushed_at = moment("2026-11-25 10:00")
    given.save()
    sweep("2026-11-25")
    given.pushed_at = None
    given.save()
    sweep("2026-11-26")
    assert Escalation.objects.get().status == status


def test_an_extension_moves_the_due_date_and_keeps_the_original():
    approval(site().project, day("2026-11-16"))
    sweep("2026-11-20")
    decision(
        deadline_of("approval_info_push"), "extension", decided_on=day("2026-11-20"), effective_on=day("2026-12-04")
    )
    sweep("2026-11-20")
    row = deadline_of("approval_info_push")
    assert (row.status, row.level, row.due_on, row.original_due_on) == ("open", 0, day("2026-12-04"), day(DUE))
    sweep("2026-12-03")
    assert deadline_of("approval_info_push").level == 1


def test_an_extension_counts_from_the_day_of_its_decision():
    approval(site().project, day("2026-11-16"))
    sweep("2026-11-20")
    decision(
        deadline_of("approval_info_push"), "extension", decided_on=day("2026-11-20"), effective_on=day("2026-12-04")
    )
    sweep("2026-11-19")
    assert deadline_of("approval_info_push").due_on == day(DUE)


def test_a_statutory_term_is_never_extended():
    site(start=day("2026-10-12"))
    sweep("2026-11-23", rules=["labor_cost_allocation"])
    row = deadline_of("labor_cost_allocation", period_on=day("2026-10-01"))
    decision(row, "extension", decided_on=day("2026-11-23"), effective_on=day("2026-12-31"))
    assert sweep("2026-11-23", rules=["labor_cost_allocation"]).changed == 0


@pytest.mark.parametrize("status", ["awaiting_second", "rejected", "revoked"])
@pytest.mark.parametrize("kind", ["extension", "waiver"])
def test_a_decision_that_is_not_in_force_changes_nothing(kind, status):
    approval(site().project, day("2026-11-16"))
    sweep("2026-11-23")
    row = deadline_of("approval_info_push")
    decision(row, kind, decided_on=day("2026-11-23"), effective_on=day("2026-12-31"), status=status)
    assert sweep("2026-11-23").changed == 0


def test_a_supervision_order_has_its_own_date():
    approval(site().project, day("2026-11-16"))
    sweep("2026-11-23")
    row = deadline_of("approval_info_push")
    decision(row, "supervision_order", decided_on=day("2026-11-23"), effective_on=day("2026-12-31"))
    assert sweep("2026-11-23").changed == 0


def test_a_waiver_lifts_the_duty_and_its_revocation_brings_it_back():
    approval(site().project, day("2026-11-16"))
    sweep("2026-11-20")
    given = decision(deadline_of("approval_info_push"), "waiver", decided_on=day("2026-11-20"))
    sweep("2026-11-20")
    assert deadline_of("approval_info_push").status == "waived"
    given.status = "revoked"
    given.save()
    assert sweep("2026-11-20").overdue == 1


def test_the_reminder_of_a_due_day_that_is_a_rest_day_is_the_working_day_before():
    approval(site().project, day("2026-11-16"))
    sweep("2026-11-20")
    decision(
        deadline_of("approval_info_push"), "extension", decided_on=day("2026-11-20"), effective_on=day("2026-12-05")
    )
    sweep("2026-12-03")
    assert deadline_of("approval_info_push").level == 0
    sweep("2026-12-04")
    assert deadline_of("approval_info_push").level == 1
