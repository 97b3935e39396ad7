"""What is missing on record stands on the site's page, red where pay depends on it."""

import pytest

from tests.factories.payouts import special_account
from tests.factories.payroll import site

pytestmark = pytest.mark.django_db
MISSING = "已开工，没有登记专用账户"


def shown(client, project) -> str:
    return client.get(f"/projects/{project.code}/").content.decode()


def test_a_site_under_way_without_a_special_account_says_so_until_it_has_one(cast, client):
    project = site(cast)
    client.force_login(cast.supervisor)
    assert MISSING in shown(client, project)
    special_account(project, cast.bank)
    assert MISSING not in shown(client, project)


def test_a_site_that_has_not_begun_needs_none_yet(cast, client):
    client.force_login(cast.supervisor)
    assert MISSING not in shown(client, site(cast, start=None))


def test_who_may_not_look_at_accounts_does_not_read_that_there_is_none(cast, client):
    client.force_login(cast.subcontractor_clerk)
    assert MISSING not in shown(client, site(cast))
