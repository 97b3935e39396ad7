"""The push of an approval: one moment, one receipt, by the approving unit or its city unit."""

import datetime

import pytest

from projects.services.approvals import approval_confirm, approval_push
from responsibilities.models import AuditEvent, Touched
from responsibilities.rules.errors import NotAllowed, NotVisible, Refused
from responsibilities.selectors.clock import SHANGHAI
from tests.factories.projects import approval, party, registered_project

pytestmark = pytest.mark.django_db
FIRST = datetime.datetime(2026, 11, 18, 9, 30, tzinfo=SHANGHAI)
LATER = datetime.datetime(2026, 11, 20, 15, 0, tzinfo=SHANGHAI)


@pytest.fixture
def subject(cast):
    project = registered_project()
    party(project, "developer", cast.developer)
    Touched.objects.all().delete()
    return approval(project)


def push(subject, cast, user, now=FIRST):
    return approval_push(approval_id=subject.pk, actor=cast.actor(user), scope=cast.scope(user), now=now)


def test_the_approving_unit_gets_a_receipt_with_the_moment_that_was_stored(subject, cast):
    pushed = push(subject, cast, cast.officer("fgw", "620702"))
    assert pushed.pushed_at == FIRST
    assert pushed.receipt_number == f"HZ-20261118-{subject.pk:06d}"
    assert Touched.objects.filter(project_id=subject.project_id).exists()
    assert AuditEvent.objects.filter(action="approval_push", object_id=str(subject.pk)).count() == 1


def test_a_second_push_returns_the_first_receipt(subject, cast):
    officer = cast.officer("fgw", "620702")
    first = push(subject, cast, officer)
    second = push(subject, cast, officer, now=LATER)
    assert (second.pushed_at, second.receipt_number) == (FIRST, first.receipt_number)
    assert AuditEvent.objects.filter(action="approval_push").count() == 1


def test_the_city_unit_of_the_same_body_may_push_for_the_county(subject, cast):
    assert push(subject, cast, cast.officer("fgw")).pushed_at == FIRST


def test_another_unit_that_sees_the_project_may_not_push(subject, cast):
    with pytest.raises(NotAllowed):
        push(subject, cast, cast.officer("zjj", "620702"))
    subject.refresh_from_db()
    assert subject.pushed_at is None


def test_the_supervisor_who_receives_may_not_push(subject, cast):
    with pytest.raises(NotAllowed):
        push(subject, cast, cast.county_supervisor)


def test_the_same_body_of_another_county_doesnt_even_see_it(subject, cast):
    with pytest.raises(NotVisible):
        push(subject, cast, cast.officer("fgw", "620723"))


def test_without_a_developer_there_is_nothing_to_push(cast):
    subject = approval(registered_project())
    with pytest.raises(Refused) as refused:
        push(subject, cast, cast.officer("fgw", "620702"))
    assert refused.value.code == "developer_missing"


def test_a_confirmation_doesnt_move_the_moment_of_the_push(subject, cast):
    push(subject, cast, cast.officer("fgw", "620702"))
    supervisor = cast.county_supervisor
    confirmed = approval_confirm(
        approval_id=subject.pk, actor=cast.actor(supervisor), scope=cast.scope(supervisor), now=LATER
    )
    assert (confirmed.pushed_at, confirmed.confirmed_at, confirmed.confirmed_by) == (FIRST, LATER, supervisor)


def test_what_was_not_pushed_cannot_be_confirmed(subject, cast):
    with pytest.raises(Refused) as refused:
        approval_confirm(
            approval_id=subject.pk,
            actor=cast.actor(cast.county_supervisor),
            scope=cast.scope(cast.county_supervisor),
        )
    assert refused.value.code == "not_pushed"


def test_the_approving_unit_cannot_confirm_its_own_push(subject, cast):
    officer = cast.officer("fgw", "620702")
    push(subject, cast, officer)
    with pytest.raises(NotVisible):
        approval_confirm(approval_id=subject.pk, actor=cast.actor(officer), scope=cast.scope(officer))
