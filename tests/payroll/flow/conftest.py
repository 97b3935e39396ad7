import pytest

from tests.factories.payroll import site


@pytest.fixture
def project(cast):
    return site(cast)


@pytest.fixture
def enter(client):
    """Log a person in; returns the client."""

    def enters(user):
        client.force_login(user)
        return client

    return enters
