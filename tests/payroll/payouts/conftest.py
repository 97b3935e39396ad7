import pytest

from tests.factories.debits import paid_through_the_bank
from tests.factories.payouts import noticed, paying_site


@pytest.fixture
def on_23_november(settings):
    """The day on which everything happens that isn't dated."""
    settings.PORTAL_TODAY = "2026-11-23"


@pytest.fixture
def scope(cast):
    """What the general contractor's labour officer sees."""
    return cast.scope(cast.labour_officer)


@pytest.fixture
def project(cast):
    """A site with an open special account."""
    return paying_site(cast)


@pytest.fixture
def batch(project):
    """Three workers' pay, audited and publicly noticed."""
    return noticed(project, 3)


@pytest.fixture
def paid(batch):
    """The three payments of that batch, all of them through the bank in one file."""
    return paid_through_the_bank(batch)


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
