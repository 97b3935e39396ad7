import pytest
from django.db import transaction

from responsibilities.services.tokens import token_create
from tests.access.addresses import Subjects
from tests.cast import build_cast
from tests.factories.responsibilities import ObstacleFactory
from tests.factories.world import build_world


@pytest.fixture(scope="module")
def subjects(django_db_setup, django_db_blocker):
    """The world, built once for a file and rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        world = build_world(build_cast())
        for contractor in {place.contract.contractor for place in world.places.values()}:
            ObstacleFactory(organization=contractor)
        for who in ("labour_officer", "other_labour_officer"):
            token_create(world.cast.users[who])
        yield Subjects(world)
        transaction.set_rollback(True)
