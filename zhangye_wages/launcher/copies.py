"""A copy of the prepared database for one bench or trial."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def copied_database(name: str) -> Iterator[None]:
    """Inside, Django and the processes it starts use a copy of the database under this name; dropped afterwards."""
    from django.db import connection

    origin, address = connection.settings_dict["NAME"], os.environ["DATABASE_URL"]
    connection.close()
    drop = f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"
    _run(drop, f"CREATE DATABASE {name} TEMPLATE {origin}")
    connection.settings_dict["NAME"] = name
    os.environ["DATABASE_URL"] = address.replace(f"/{origin}?", f"/{name}?")
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"], os.environ["DATABASE_URL"] = origin, address
        _run(drop)


def _run(*statements: str) -> None:
    from django.db import connection

    with connection._nodb_cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
