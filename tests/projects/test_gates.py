"""Gates refuse what is decided here; what was done elsewhere is recorded with its breach (policy 二(二)一)."""

import datetime

import pytest

from projects.models import Approval, ObstacleDecision
from projects.services.approvals import approval_record
from projects.services.projects import project_update
from responsibilities.models import AuditEvent
from responsibilities.rules.errors import Refused
from tests.factories.projects import SYSTEM, TODAY, party, registered_project
from tests.factories.responsibilities import EnterpriseFactory, ObstacleFactory, unit

pytestmark = pytest.mark.django_db
DAY = datetime.date(2026, 11, 16)


def record(project, **fields):
    return approval_record(
        project=project,
        kind=fields.pop("kind", "project_approval"),
        number="甘区发改〔2026〕9号",
        approved_on=fields.pop("approved_on", DAY),
        approving_unit=unit("fgw", "620702"),
        actor=SYSTEM,
        today=TODAY,
        **fields,
    )


def test_without_a_funding_source_an_approval_decided_here_is_refused():
    project = registered_project(funding_source="")
    with pytest.raises(Refused) as refused:
        record(project, decided_in_portal=True)
    assert refused.value.code == "no_funding_source"
    assert "funding_source" in refused.value.fields
    assert not Approval.objects.exists()


def test_without_a_funding_source_an_approval_done_elsewhere_is_recorded_with_its_breach():
    assert record(registered_project(funding_source="")).breaches == ["no_funding_source"]


@pytest.mark.parametrize("decided_in_portal", [True, False])
def test_with_a_funding_source_nothing_stands_against_an_approval(decided_in_portal):
    assert record(registered_project(), decided_in_portal=decided_in_portal).breaches == []


def test_the_funding_source_named_in_the_approval_opens_the_gate():
    approval = record(registered_project(funding_source=""), funding_source="地方专项债券", decided_in_portal=True)
    assert approval.breaches == []


@pytest.mark.parametrize("funds", [False, None])
def test_a_permit_decided_here_needs_funds_in_place(funds):
    project = registered_project(funds_in_place=funds)
    with pytest.raises(Refused) as refused:
        record(project, kind="construction_permit", decided_in_portal=True)
    assert refused.value.code == "funds_not_in_place"


def test_a_permit_decided_here_passes_once_funds_are_in_place():
    permit = record(registered_project(funds_in_place=True), kind="construction_permit", decided_in_portal=True)
    assert permit.breaches == []


def test_a_permit_granted_elsewhere_without_funds_is_recorded_with_its_breach():
    permit = record(registered_project(funds_in_place=False), kind="construction_permit")
    assert permit.breaches == ["funds_not_in_place"]


def test_nobody_is_accused_while_it_is_unknown_whether_funds_are_in_place():
    assert record(registered_project(), kind="construction_permit").breaches == []


def test_missing_funds_bar_a_permit_only():
    assert record(registered_project(funds_in_place=False), decided_in_portal=True).breaches == []


@pytest.mark.parametrize(
    ("start", "breaches"),
    [(DAY - datetime.timedelta(days=1), ["permit_after_start"]), (DAY, []), (DAY + datetime.timedelta(days=1), [])],
)
def test_a_permit_after_the_actual_start_is_a_breach_and_not_on_the_day_itself(start, breaches):
    project = registered_project(actual_start_on=start)
    assert record(project, kind="construction_permit").breaches == breaches


def test_another_approval_after_the_start_is_no_breach():
    assert record(registered_project(actual_start_on=DAY - datetime.timedelta(days=9))).breaches == []


def test_a_start_date_entered_later_finds_the_permit_that_came_too_late():
    project = registered_project()
    permit = record(project, kind="construction_permit")
    project = project_update(
        project=project, actual_start_on=DAY - datetime.timedelta(days=3), actor=SYSTEM, today=TODAY
    )
    permit.refresh_from_db()
    assert permit.breaches == ["permit_after_start"]
    project_update(project=project, actual_start_on=DAY, actor=SYSTEM, today=TODAY)
    permit.refresh_from_db()
    assert permit.breaches == []


def test_an_obstacle_of_the_developer_stops_an_approval_here_until_a_person_gives_a_reason(cast):
    project = registered_project()
    party(project, "developer", cast.developer)
    obstacle = ObstacleFactory(organization=cast.developer)
    with pytest.raises(Refused) as refused:
        record(project, decided_in_portal=True)
    assert refused.value.code == "obstacle"
    record(project, decided_in_portal=True, obstacle_reason="欠薪已签还款协议，属民生续建工程。")
    decision = ObstacleDecision.objects.get()
    assert (decision.obstacle, decision.project) == (obstacle, project)
    assert AuditEvent.objects.get(action="obstacle_decide").reason.startswith("欠薪已签")


def test_an_obstacle_doesnt_stop_the_record_of_an_approval_done_elsewhere(cast):
    project = registered_project()
    party(project, "developer", cast.developer)
    ObstacleFactory(organization=cast.developer)
    assert record(project).pk
    assert not ObstacleDecision.objects.exists()


def test_a_lifted_obstacle_stops_nobody(cast):
    project = registered_project()
    party(project, "developer", cast.developer)
    ObstacleFactory(organization=cast.developer, lifted_on=datetime.date(2026, 10, 1))
    ObstacleFactory(organization=EnterpriseFactory())
    assert record(project, decided_in_portal=True).pk


def test_an_approval_dated_tomorrow_is_refused():
    with pytest.raises(Refused, match="晚于今天"):
        record(registered_project(), approved_on=TODAY + datetime.timedelta(days=1))
