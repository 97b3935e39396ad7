"""Two sheets side by side: equal to what Python says of the same rows."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from payroll.selectors.compare import comparison, comparison_sums
from payroll.selectors.versions import month_before, version_place
from tests.factories.flow import submitted
from tests.factories.payroll import person

pytestmark = pytest.mark.django_db


def test_who_came_who_went_what_changed(project):
    old = submitted(project, [person(1), person(2), person(3), person(4)])
    new = submitted(
        project,
        [
            person(1),
            person(2, days=25, gross=5750, net_pay=5150),
            person(3, bank_card=person(9)["bank_card"]),
            person(5),
        ],
    )
    pairs = comparison(old, new, only_changes=True, limit=100)
    assert [(pair.kind, pair.name) for pair in pairs] == [
        ("added", person(5)["name"]),
        ("removed", person(4)["name"]),
        ("changed", person(2)["name"]),
        ("changed", person(3)["name"]),
    ]
    fewer, card = pairs[2], pairs[3]
    assert (fewer.old.days, fewer.new.days, fewer.net_difference) == (26, 25, -230)
    assert (card.card_differs, card.net_difference) == (True, 0)
    assert card.new.card == person(9)["bank_card"][-4:]
    sums = comparison_sums(old, new)
    assert (sums.added, sums.removed, sums.changed, sums.same) == (1, 1, 2, 1)
    assert sums.difference == -230
    assert len(comparison(old, new, only_changes=False, limit=100)) == 5


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from(["same", "less", "gone", "new"]), min_size=1, max_size=8))
def test_the_sums_are_those_of_the_rows(project, what):
    before = [person(n) for n, one in enumerate(what) if one != "new"] or [person(90)]
    after = [
        person(n, net_pay=5000, gross=5600) if one == "less" else person(n)
        for n, one in enumerate(what)
        if one != "gone"
    ] or [person(91)]
    old, new = submitted(project, before), submitted(project, [*after, person(99)])
    was = {row["name"]: row["net_pay"] for row in before}
    now = {row["name"]: row["net_pay"] for row in [*after, person(99)]}
    sums = comparison_sums(old, new)
    assert sums.added == len(now.keys() - was.keys())
    assert sums.removed == len(was.keys() - now.keys())
    assert sums.changed == sum(was[name] != now[name] for name in was.keys() & now.keys())
    assert sums.difference == sum(now.values()) - sum(was.values())


def test_the_page_filters_and_exports_and_is_linked_from_the_batch(cast, project, enter):
    old = submitted(project, [person(1), person(2)])
    new = submitted(project, [person(1), person(2, net_pay=5000, gross=5600)])
    client = enter(cast.labour_officer)
    page = client.get(f"/payroll/{new.pk}/").content.decode()
    assert "第 2 版" in page
    assert f"/payroll/{new.pk}/compare/{old.pk}/" in page
    shown = client.get(f"/payroll/{new.pk}/compare/{old.pk}/").content.decode()
    assert person(2)["name"] in shown
    assert person(1)["name"] not in shown
    assert person(1)["name"] in client.get(f"/payroll/{new.pk}/compare/{old.pk}/?all=1").content.decode()
    export = client.get(f"/payroll/{new.pk}/compare/{old.pk}/?export=xlsx")
    assert export.content[:2] == b"PK"
    assert client.get(f"/payroll/{new.pk}/compare/{new.pk}/").status_code == 302


def test_batches_of_two_projects_are_not_compared(cast, project, enter):
    from tests.factories.payroll import site

    one, other = submitted(project), submitted(site(cast, "ZY-2026-011"))
    assert enter(cast.labour_officer).get(f"/payroll/{one.pk}/compare/{other.pk}/").status_code == 404


def test_which_version_and_which_month_before(cast, project):
    import datetime

    scope = cast.scope(cast.labour_officer)
    september = submitted(project, month_on=datetime.date(2026, 9, 1))
    first, second = submitted(project, [person(1)]), submitted(project, [person(2)])
    assert version_place(scope, first) == (1, None)
    assert version_place(scope, second) == (2, first)
    assert month_before(scope, second) == september
    assert month_before(scope, september) is None
