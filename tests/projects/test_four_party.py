"""The four responsible persons: telephones are sealed, shown masked, revealed on record."""

import pytest
from django.db import connection

from projects.models import FourPartyAssignment
from projects.services.four_party import four_party_reveal, four_party_save
from responsibilities.models import AuditEvent
from responsibilities.rules.errors import NotVisible, Refused
from tests.factories.projects import SYSTEM, registered_project

pytestmark = pytest.mark.django_db
NUMBER = "13893612345"


@pytest.fixture
def project():
    return registered_project()


def name(project, cast, **fields):
    return four_party_save(
        project=project,
        part="developer",
        organization=cast.developer,
        person_name=fields.pop("person_name", "张建国"),
        telephone=fields.pop("telephone", NUMBER),
        actor=fields.pop("actor", SYSTEM),
        **fields,
    )


def test_the_telephone_is_sealed_in_the_row_its_history_and_the_trail(project, cast):
    row = name(project, cast)
    assert row.telephone_last4 == "2345"
    with connection.cursor() as cursor:
        for table in (
            "projects_fourpartyassignment",
            "projects_fourpartyassignmentevent",
            "responsibilities_auditevent",
        ):
            cursor.execute(f"SELECT count(*) FROM {table} t WHERE t::text LIKE %s", [f"%{NUMBER}%"])
            assert cursor.fetchone() == (0,)
            # The sealed bytes are no mere hexadecimal of the number either.
            cursor.execute(f"SELECT count(*) FROM {table} t WHERE t::text LIKE %s", [f"%{NUMBER.encode().hex()}%"])
            assert cursor.fetchone() == (0,)


def test_a_reveal_gives_the_number_and_is_on_record(project, cast):
    name(project, cast)
    supervisor = cast.county_supervisor
    assert (
        four_party_reveal(project=project, part="developer", actor=cast.actor(supervisor), scope=cast.scope(supervisor))
        == NUMBER
    )
    assert AuditEvent.objects.filter(action="four_party_reveal", actor=supervisor).count() == 1


def test_who_may_not_reveal_gets_nothing(project, cast):
    name(project, cast)
    with pytest.raises(NotVisible):
        four_party_reveal(
            project=project, part="developer", actor=cast.actor(cast.leader), scope=cast.scope(cast.leader)
        )


def test_an_empty_telephone_keeps_the_one_on_record(project, cast):
    name(project, cast)
    row = name(project, cast, person_name="李卫东", telephone="", version=1)
    assert (row.person_name, row.telephone_last4, row.version) == ("李卫东", "2345", 2)
    assert FourPartyAssignment.objects.count() == 1


def test_saving_the_same_again_changes_nothing(project, cast):
    name(project, cast)
    assert name(project, cast, version=1).version == 1


def test_a_new_number_with_the_same_last_digits_is_a_change(project, cast):
    name(project, cast)
    assert name(project, cast, telephone="13993612345", version=1).version == 2


@pytest.mark.parametrize("number", ["1389361234", "23893612345", "8213456", "abc"])
def test_a_number_that_nobody_can_call_is_refused(project, cast, number):
    with pytest.raises(Refused) as refused:
        name(project, cast, telephone=number)
    assert refused.value.code == "telephone_invalid"


def test_a_landline_with_its_area_code_is_taken(project, cast):
    assert name(project, cast, telephone="0936-8213456").telephone_last4 == "3456"


def test_a_first_entry_needs_a_telephone(project, cast):
    with pytest.raises(Refused):
        name(project, cast, telephone="")
