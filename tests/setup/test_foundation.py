"""The ground that all other tests stand on."""

import pytest


@pytest.mark.django_db
def test_each_worker_has_a_database_of_its_own(settings):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database(), 1 FROM pg_extension WHERE extname = 'plpgsql'")
        assert cursor.fetchone()[0].startswith("portal_test_")
