"""Two people at one record: the second is told, nothing is overwritten, every change is on the trail."""

import datetime
from decimal import Decimal

import pytest

from projects.models import Contract
from projects.services.approvals import approval_update
from projects.services.contracts import contract_save
from projects.services.enrolment import enrolment_record
from projects.services.four_party import four_party_save
from projects.services.projects import project_update
from responsibilities.models import AuditEvent, Touched
from responsibilities.rules.errors import EditedMeanwhile, Refused
from tests.factories.projects import SYSTEM, TODAY, approval, registered_project

pytestmark = pytest.mark.django_db
DAY = datetime.date(2026, 9, 1)


def test_a_stale_project_form_is_refused_and_overwrites_nothing():
    project = registered_project()
    project_update(project=project, version=1, address="县府街 1 号", actor=SYSTEM, today=TODAY)
    with pytest.raises(EditedMeanwhile):
        project_update(project=project, version=1, address="别处", actor=SYSTEM, today=TODAY)
    project.refresh_from_db()
    assert (project.address, project.version) == ("县府街 1 号", 2)


def test_the_trail_says_what_changed_from_what_to_what():
    project = registered_project()
    Touched.objects.all().delete()
    project_update(project=project, version=1, address="县府街 1 号", name="甘州区第一中学", actor=SYSTEM, today=TODAY)
    event = AuditEvent.objects.get(action="project_update")
    assert event.changes == {"name": ["甘州区第一中学教学楼", "甘州区第一中学"], "address": ["", "县府街 1 号"]}
    assert Touched.objects.filter(project_id=project.pk).count() == 1


def test_saving_without_a_change_leaves_no_trace():
    project = registered_project()
    project_update(project=project, version=1, name=project.name, actor=SYSTEM, today=TODAY)
    project.refresh_from_db()
    assert project.version == 1
    assert not AuditEvent.objects.filter(action="project_update").exists()


def test_a_renamed_project_is_found_by_its_new_initials():
    project = registered_project()
    project = project_update(project=project, name="张掖湿地博物馆", actor=SYSTEM, today=TODAY)
    assert project.pinyin_initials == "zysdbwg"


def test_a_stale_approval_form_is_refused():
    row = approval(registered_project())
    fields = {
        "kind": row.kind,
        "number": "甘区发改〔2026〕2号",
        "approved_on": row.approved_on,
        "approving_unit": row.approving_unit,
        "funding_source": row.funding_source,
        "actor": SYSTEM,
        "today": TODAY,
    }
    approval_update(approval=row, version=1, **fields)
    with pytest.raises(EditedMeanwhile):
        approval_update(approval=row, version=1, **fields | {"number": "另一个文号"})


def test_a_stale_contract_form_is_refused(cast):
    project = registered_project(developer=cast.developer)
    fields = {
        "project": project,
        "kind": "general",
        "number": "HT-1",
        "employer": cast.developer,
        "contractor": cast.contractor,
        "signed_on": DAY,
        "value": Decimal("1000000"),
        "actor": SYSTEM,
        "today": TODAY,
    }
    contract = contract_save(**fields)
    contract_save(**fields | {"contract": contract, "version": 1, "value": Decimal("1200000")})
    with pytest.raises(EditedMeanwhile):
        contract_save(**fields | {"contract": contract, "version": 1, "value": Decimal("1300000")})
    assert Contract.objects.get().value == Decimal("1200000")
    project.refresh_from_db()
    assert project.contract_value == Decimal("1200000")


def test_a_second_general_contract_is_refused(cast):
    project = registered_project(developer=cast.developer)
    fields = {
        "project": project,
        "kind": "general",
        "employer": cast.developer,
        "contractor": cast.contractor,
        "signed_on": DAY,
        "value": Decimal("1000000"),
        "actor": SYSTEM,
        "today": TODAY,
    }
    contract_save(number="HT-1", **fields)
    with pytest.raises(Refused) as refused:
        contract_save(number="HT-2", **fields)
    assert refused.value.code == "general_contract_exists"


def test_a_stale_enrolment_form_is_refused():
    project = registered_project(actual_start_on=DAY)
    enrolment_record(project=project, platform_code="LMG-1", enrolled_on=TODAY, version=1, actor=SYSTEM, today=TODAY)
    with pytest.raises(EditedMeanwhile):
        enrolment_record(
            project=project, platform_code="LMG-2", enrolled_on=TODAY, version=1, actor=SYSTEM, today=TODAY
        )


def test_a_stale_four_party_form_is_refused(cast):
    project = registered_project()
    fields = {
        "project": project,
        "part": "developer",
        "organization": cast.developer,
        "telephone": "13893600001",
        "actor": SYSTEM,
    }
    four_party_save(person_name="张三", version=0, **fields)
    with pytest.raises(EditedMeanwhile):
        four_party_save(person_name="李四", version=0, **fields)
