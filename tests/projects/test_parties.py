"""Which units a project answers to, and who may enter others."""

import pytest

from projects.models import ObstacleDecision, ProjectParty
from projects.selectors.types import project_types_by_code
from projects.services.contracts import contract_save
from projects.services.parties import party_add, party_remove
from projects.services.projects import project_register, project_update
from responsibilities.models import AuditEvent
from responsibilities.rules.errors import NotVisible, Refused
from tests.factories.projects import SYSTEM, TODAY, approval, registered_project
from tests.factories.responsibilities import ObstacleFactory, area

pytestmark = pytest.mark.django_db


def units_of(project, part):
    return [row.organization.code for row in project.parties.filter(part=part)]


def test_the_units_are_those_of_the_area_and_of_the_type():
    project = registered_project(type_code="water")
    assert units_of(project, "human_resources") == ["620702-rsj"]
    assert units_of(project, "industry_unit") == ["620702-swj"]
    assert units_of(project, "finance") == ["620702-czj"]


def test_where_the_area_has_no_unit_the_citys_steps_in():
    project = registered_project(area_code="620799", type_code="water")
    assert units_of(project, "industry_unit") == ["620700-swj"]


@pytest.mark.parametrize("type_code", ["railway", "aviation", "other"])
def test_a_type_without_a_body_answers_to_human_resources(type_code):
    assert units_of(registered_project(type_code=type_code), "industry_unit") == ["620702-rsj"]


def test_finance_is_a_party_of_government_money_only():
    assert units_of(registered_project(funding_nature="private"), "finance") == []


def test_a_new_area_resolves_the_units_again():
    project = registered_project()
    project_update(project=project, area=area("620723"), actor=SYSTEM, today=TODAY)
    assert units_of(project, "human_resources") == ["620723-rsj"]
    assert units_of(project, "industry_unit") == ["620723-zjj"]


def test_a_unit_that_people_chose_stays_when_only_the_money_changes(cast):
    project = registered_project(industry_unit=cast.unit("jtj", "620702"))
    project_update(project=project, funding_nature="private", actor=SYSTEM, today=TODAY)
    assert units_of(project, "industry_unit") == ["620702-jtj"]
    assert units_of(project, "finance") == []


def test_a_contractor_on_the_dishonest_list_needs_a_reason_on_record(cast):
    project = registered_project()
    ObstacleFactory(organization=cast.contractor, kind="dishonest_list")
    arguments = {"project": project, "part": "general_contractor", "organization": cast.contractor, "actor": SYSTEM}
    with pytest.raises(Refused) as refused:
        party_add(**arguments, today=TODAY)
    assert refused.value.code == "obstacle"
    assert "obstacle_reason" in refused.value.fields
    party_add(**arguments, obstacle_reason="已整改并移出程序办理中。", today=TODAY)
    assert ObstacleDecision.objects.filter(project=project).count() == 1
    assert AuditEvent.objects.filter(action="obstacle_decide", project_id=project.pk).exists()


def test_a_contractor_without_an_obstacle_needs_no_reason(cast):
    project = registered_project()
    ObstacleFactory(organization=cast.other_contractor)
    party_add(project=project, part="general_contractor", organization=cast.contractor, actor=SYSTEM, today=TODAY)
    assert not ObstacleDecision.objects.exists()


def test_an_obstacle_of_a_bank_is_nobodys_matter(cast):
    ObstacleFactory(organization=cast.bank)
    party_add(project=registered_project(), part="bank", organization=cast.bank, actor=SYSTEM, today=TODAY)


def test_registering_with_a_barred_developer_needs_a_reason_too(cast):
    ObstacleFactory(organization=cast.developer)
    with pytest.raises(Refused) as refused:
        registered_project(developer=cast.developer)
    assert refused.value.code == "obstacle"
    registered_project(developer=cast.developer, obstacle_reason="市政府专题会议确定续建。")
    assert ObstacleDecision.objects.count() == 1


def test_a_new_general_contractor_replaces_the_former_one(cast):
    project = registered_project(general_contractor=cast.contractor)
    party_add(project=project, part="general_contractor", organization=cast.other_contractor, actor=SYSTEM, today=TODAY)
    assert units_of(project, "general_contractor") == [cast.other_contractor.code]


def test_a_contractor_named_in_the_contract_cannot_be_taken_out(cast):
    import datetime
    from decimal import Decimal

    project = registered_project(developer=cast.developer)
    contract_save(
        project=project,
        kind="general",
        number="HT-1",
        employer=cast.developer,
        contractor=cast.contractor,
        signed_on=datetime.date(2026, 8, 1),
        value=Decimal("30000000"),
        actor=SYSTEM,
        today=TODAY,
    )
    party = ProjectParty.objects.get(project=project, part="general_contractor")
    with pytest.raises(Refused) as refused:
        party_remove(project=project, party_id=party.pk, actor=SYSTEM)
    assert refused.value.code == "party_in_use"


def test_human_resources_is_resolved_and_never_entered_or_removed_by_hand(cast):
    project = registered_project()
    party = project.parties.get(part="human_resources")
    with pytest.raises(Refused):
        party_remove(project=project, party_id=party.pk, actor=SYSTEM)
    with pytest.raises(Refused):
        party_add(project=project, part="human_resources", organization=cast.unit("rsj"), actor=SYSTEM, today=TODAY)


def test_an_approving_unit_with_an_approval_stays(cast):
    project = registered_project()
    approval(project)
    party = project.parties.get(part="approving_unit")
    with pytest.raises(Refused):
        party_remove(project=project, party_id=party.pk, actor=SYSTEM)


def test_the_unit_that_registers_finds_its_project_again(cast):
    officer = cast.officer("fgw", "620702")
    project = project_register(
        code="P-9",
        name="甘州区农贸市场",
        area=cast.area("620702"),
        project_type=project_types_by_code()["building"],
        funding_nature="private",
        actor=cast.actor(officer),
        scope=cast.scope(officer),
        today=TODAY,
    )
    assert units_of(project, "approving_unit") == ["620702-fgw"]


def test_nobody_registers_a_project_in_another_county(cast):
    officer = cast.officer("zjj", "620702")
    with pytest.raises(NotVisible):
        project_register(
            code="P-10",
            name="临泽县客运站",
            area=cast.area("620723"),
            project_type=project_types_by_code()["building"],
            funding_nature="private",
            actor=cast.actor(officer),
            scope=cast.scope(officer),
            today=TODAY,
        )


def test_a_change_may_not_carry_a_project_out_of_its_writers_hands(cast):
    project = registered_project()
    officer = cast.officer("zjj", "620702")
    with pytest.raises(NotVisible):
        project_update(
            project=project,
            area=cast.area("620723"),
            actor=cast.actor(officer),
            scope=cast.scope(officer),
            today=TODAY,
        )
    project.refresh_from_db()
    assert project.area.code == "620702"
