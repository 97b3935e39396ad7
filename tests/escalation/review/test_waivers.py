"""A waiver lifts a duty, so it takes two persons."""

import pytest
from django.db import IntegrityError, transaction

from escalation.models import Decision, Escalation
from escalation.services.decisions import decision_second
from responsibilities.rules.errors import EditedMeanwhile, NotVisible, Refused


def second(cast, decision, by, *, agree=True, note="情况属实，同意。", version=None):
    return decision_second(
        scope=cast.scope(by),
        decision_id=decision.pk,
        agree=agree,
        note=note,
        version=decision.version if version is None else version,
        actor=cast.actor(by),
    )


@pytest.fixture
def waiver(missed, case, decide):
    return decide(missed, "waiver", reason="项目已终止，无需纳入。")


def test_a_waiver_waits_for_a_second_person(waiver, case):
    case.refresh_from_db()
    assert waiver.status == Decision.Status.AWAITING_SECOND
    assert case.status == Escalation.Status.PENDING


def test_another_supervisor_puts_it_in_force(waiver, case, cast):
    second(cast, waiver, cast.second_supervisor)
    waiver.refresh_from_db()
    case.refresh_from_db()
    assert (waiver.status, waiver.seconded_by) == (Decision.Status.IN_FORCE, cast.second_supervisor)
    assert case.status == Escalation.Status.DECIDED


def test_whoever_decided_cannot_second(waiver, cast):
    with pytest.raises(Refused) as refusal:
        second(cast, waiver, cast.supervisor)
    assert refusal.value.code == "same_person"
    waiver.refresh_from_db()
    assert waiver.status == Decision.Status.AWAITING_SECOND


def test_the_database_refuses_it_too(waiver):
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.filter(pk=waiver.pk).update(seconded_by=waiver.decided_by_id)


def test_a_rejection_needs_a_reason_and_returns_the_case_to_the_queue(waiver, case, cast):
    with pytest.raises(Refused):
        second(cast, waiver, cast.second_supervisor, agree=False, note="")
    second(cast, waiver, cast.second_supervisor, agree=False, note="项目仍在施工，应当纳入。")
    waiver.refresh_from_db()
    case.refresh_from_db()
    assert waiver.status == Decision.Status.REJECTED
    assert case.status == Escalation.Status.PENDING


def test_a_supervisor_of_another_county_does_not_see_it(waiver, cast):
    with pytest.raises(NotVisible):
        second(cast, waiver, cast.other_county_supervisor)


def test_a_second_word_on_a_changed_decision_is_told(waiver, cast):
    second(cast, waiver, cast.second_supervisor)
    with pytest.raises(EditedMeanwhile):
        second(cast, waiver, cast.county_supervisor, version=1)


def test_while_it_waits_nothing_else_is_decided(waiver, missed, decide):
    with pytest.raises(Refused) as refusal:
        decide(missed, "circular")
    assert refusal.value.code == "awaiting_second"


def test_the_first_page_tells_whoever_may_second_and_not_whoever_decided(waiver, cast, client):
    address = f"/decisions/{waiver.pk}/second/"
    client.force_login(cast.second_supervisor)
    shown = client.get("/").content.decode()
    assert "1 项豁免等待您复核" in shown
    assert address in shown
    client.force_login(cast.supervisor)
    shown = client.get("/").content.decode()
    assert "1 项豁免待复核" in shown, "that one waits is still told"
    assert address not in shown
    second(cast, waiver, cast.second_supervisor)
    client.force_login(cast.second_supervisor)
    assert address not in client.get("/").content.decode()


def test_the_ladder_says_that_a_waiver_waits_and_then_that_it_is_decided(waiver, missed, cast, client):
    client.force_login(cast.supervisor)
    page = f"/deadlines/{missed.pk}/"
    assert "决定待复核，见下" in client.get(page).content.decode()
    second(cast, waiver, cast.second_supervisor)
    assert "已有决定，见下" in client.get(page).content.decode()
