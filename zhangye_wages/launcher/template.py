"""Migrates the template of the test databases and loads the reference data that every installation has."""

import io

import django


def main() -> None:
    """Runs in a process of its own: the one that runs pytest must not load settings before pytest does."""
    django.setup()
    from django.core.management import call_command, get_commands
    from django.db import connection

    from .testing import TEMPLATE

    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {TEMPLATE}")
    connection.close()
    connection.settings_dict["NAME"] = TEMPLATE
    call_command("migrate", verbosity=0, interactive=False)
    if "load_fixtures" in get_commands():
        call_command("load_fixtures", verbosity=0, stdout=io.StringIO())
    connection.close()


if __name__ == "__main__":
    main()
