"""Of several sheets of one month and employer only one can count: each draft names the others."""

import pytest

from payroll.services.submissions import batch_discard
from responsibilities.services.trail import Actor
from tests.factories.flow import submitted
from tests.factories.payroll import draft, person

pytestmark = pytest.mark.django_db
NAMED = "另有 1 份没有提交的工资表"


def shown(client, batch) -> str:
    return client.get(f"/payroll/{batch.pk}/").content.decode()


def test_a_draft_names_the_other_drafts_of_its_month_and_employer(cast, project, enter):
    one, two = (draft(project, [person(n)], subcontractor=cast.subcontractor) for n in (1, 2))
    draft(project, [person(3)], subcontractor=cast.other_subcontractor)
    client = enter(cast.subcontractor_clerk)
    assert NAMED in shown(client, one)
    assert f'href="/payroll/{two.pk}/"' in shown(client, one)
    batch_discard(batch_id=two.pk, actor=Actor.system("tests"))
    assert NAMED not in shown(client, one)


def test_what_a_draft_replaces_is_said_with_how_far_it_is(cast, project, enter):
    old = submitted(project, [person(1)], subcontractor=cast.subcontractor)
    new = draft(project, [person(2)], subcontractor=cast.subcontractor)
    client = enter(cast.subcontractor_clerk)
    assert "须由总包重新审核、公示" not in shown(client, new)
    old.stage = "noticed"
    old.save()
    assert "那一份已公示，替换后须由总包重新审核、公示。" in shown(client, new)
