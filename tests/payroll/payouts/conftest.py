import pytest

from tests.factories.payouts import noticed, special_account
from tests.factories.payroll import site


@pytest.fixture
def project(cast):
    """A site with an open special account."""
    found = site(cast)
    special_account(found, cast.bank)
    return found


@pytest.fixture
def batch(project):
    """Three workers' pay, audited and publicly noticed."""
    return noticed(project, 3)


@pytest.fixture
def by(cast):
    """Actor and scope of the general contractor's labour officer, as services take them."""
    return {"actor": cast.actor(cast.labour_officer), "scope": cast.scope(cast.labour_officer)}


@pytest.fixture
def enter(client):
    """Log a person in; returns the client."""

    def enters(user):
        client.force_login(user)
        return client

    return enters
