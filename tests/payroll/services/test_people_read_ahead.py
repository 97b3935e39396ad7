"""People read ahead from the roster are told as the question row by row tells them: the slower way is the oracle."""

import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from payroll.models import RosterEntry, Worker
from payroll.rules.month import Month
from payroll.selectors import people as selectors
from payroll.services import people as services
from payroll.services.people import People
from payroll.services.sheets import understand
from payroll.services.submissions import batch_submit
from responsibilities.services import vault
from responsibilities.services.trail import Actor
from tests.factories.payroll import MONTH, card_number, draft, id_number, person, sheet_bytes, site

pytestmark = pytest.mark.django_db
AUGUST, SEPTEMBER = datetime.date(2026, 8, 1), datetime.date(2026, 9, 1)
PEOPLE, CARDS = range(1, 8), (1, 2, 3, 4, 5, 20, 30, 31, None)


@pytest.fixture
def project(cast):
    """1–4 are the contractor's own: 2 has two cards, 3 none, 4 has one that 5 has too; 5 is a subcontractor's, 6 left,
    7 is unknown.
    """
    project = site(cast)
    for month_on, rows in (
        (AUGUST, [person(2, bank_card=card_number(20))]),
        (
            SEPTEMBER,
            [person(1), person(2), person(3, bank_card=None), person(4, bank_card=card_number(30)), person(6)],
        ),
    ):
        batch_submit(batch_id=draft(project, rows, month_on=month_on).pk, actor=Actor.system("test"))
    theirs = draft(
        project, [person(5, bank_card=card_number(30))], month_on=SEPTEMBER, subcontractor=cast.subcontractor
    )
    batch_submit(batch_id=theirs.pk, actor=Actor.system("test"))
    gone = Worker.objects.get(id_number_index=vault.blind_index(id_number(6), "id_number"))
    RosterEntry.objects.filter(worker=gone).update(left_on=datetime.date(2026, 9, 30))
    return project


def known(project, employer, asked, most):
    """What is known of the pairs of blind indexes, with as many read ahead."""
    people = People(project_id=project.pk, month_on=MONTH, employer_id=employer.pk)
    people.read_ahead(most)
    people.reserve = None
    return people._look_up(asked)


# Only read: what one example sees, the next one sees too.
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(st.sampled_from([*PEOPLE, None]), st.sampled_from(CARDS)), min_size=1, max_size=9),
    most=st.sampled_from([1, 2, 100]),
)
def test_the_same_is_known_however_many_were_read_ahead(project, cast, rows, most):
    asked = [
        (
            vault.blind_index(id_number(who), "id_number") if who else None,
            vault.blind_index(card_number(card), "bank_card") if card else None,
        )
        for who, card in rows
    ]
    assert known(project, cast.contractor, asked, most) == known(project, cast.contractor, asked, 0)


def test_own_people_are_not_asked_about_again_and_others_are(project, cast, monkeypatch):
    asked = []

    def noted(people, *more):
        asked.extend(people)
        return selectors.known_workers_unscoped(people, *more)

    monkeypatch.setattr(services, "known_workers_unscoped", noted)
    rows = [person(1), person(4, bank_card=card_number(30)), person(5, bank_card=card_number(30)), person(7)]
    found = understand(sheet_bytes(rows), project=project, month=Month(2026, 10))
    assert set(asked) == {vault.blind_index(id_number(n), "id_number") for n in (5, 7)}
    assert [remark.row for remark in found.remarks if remark.code == "unknown_worker"] == [6]


def test_a_card_that_the_person_has_not_had_yet_is_asked_about(project, cast):
    mine = vault.blind_index(id_number(1), "id_number"), vault.blind_index(card_number(30), "bank_card")
    found = known(project, cast.contractor, [mine], 100)
    worker = found.workers[mine[0]]
    assert (worker.card, worker.other_cards, worker.others_card) == (None, True, True)
