"""Every constraint and index that a model declares is in the database.

Taking the index off a foreign key takes a conditional unique constraint on the same column with it, unasked: with it
goes the last guard against paying a line twice.
"""

import pytest
from django.apps import apps
from django.db import connection

pytestmark = pytest.mark.django_db


def missing() -> list[tuple[str, str]]:
    """(table, name) of what is declared and isn't there."""
    found = []
    with connection.cursor() as cursor:
        for model in apps.get_models():
            table = model._meta.db_table
            there = connection.introspection.get_constraints(cursor, table)
            declared = [*model._meta.constraints, *model._meta.indexes]
            found += [(table, one.name) for one in declared if one.name not in there]
    return found


def test_every_declared_constraint_and_index_is_there():
    assert missing() == []


def test_one_that_is_gone_is_noticed():
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX payout_never_twice")
    assert missing() == [("payroll_payout", "payout_never_twice")]
