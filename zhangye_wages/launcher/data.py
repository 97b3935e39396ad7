"""Brings the database to the present code: migrations, reference data, the demo once."""

import os
import subprocess
import sys

from . import environment
from .console import Stop, step
from .paths import PROJECT
from .postgres import NAME


def prepare() -> int:
    """For `make setup`: after it, every command works."""
    environment.prepare()
    prepare_here()
    return 0


def prepare_here(seed: bool = False) -> None:
    """Migrate, load reference data and, where asked and no project stands in it, the demo (PORTAL_DEMO=0: never)."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        with step("更新数据库结构"):
            call_command("migrate", interactive=False, verbosity=0)
    with step("载入基础数据"):
        _call("load_fixtures")
    if seed and os.environ.get("PORTAL_DEMO") != "0" and not _has_projects():
        with step("生成演示数据（只在第一次）"):
            _call("seed_demo")
    connection.close()


def _call(name: str) -> None:
    from django.core.management import CommandError, call_command

    try:
        call_command(name, stdout=sys.stderr)
    except CommandError as refusal:
        raise Stop(str(refusal)) from refusal


def show_logins() -> None:
    """Print what `manage.py demo_logins` prints."""
    from django.core.management import call_command
    from django.db import connection

    call_command("demo_logins")
    sys.stdout.flush()
    connection.close()


def demo_reset() -> int:
    """Throw the embedded database away and make the demo anew; a database of one's own is never touched."""
    if "DATABASE_URL" in os.environ:
        raise Stop("demo-reset 只重置内置数据库。已设置 DATABASE_URL，请在该数据库上自行处理。")
    hold = environment.prepare()
    import psycopg2
    import redis

    with step("清空内置数据库"):
        server = psycopg2.connect(os.environ["DATABASE_URL"].replace(f"/{NAME}?", "/postgres?"))
        server.autocommit = True
        with server.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
            cursor.execute(f"CREATE DATABASE {NAME}")
        server.close()
        redis.Redis.from_url(os.environ["REDIS_URL"]).flushall()
    prepare_here(seed=True)
    hold.release()
    return 0


def bench(arguments: list[str]) -> int:
    """Run `bench/` on servers of its own, tuned like the lasting ones; `.data/` stays as it is."""
    return _apart("bench", arguments)


def soak(arguments: list[str]) -> int:
    """Run `soak/`, the trials too long for the tests, on servers of their own; `.data/` stays as it is."""
    return _apart("soak", arguments)


def _apart(name: str, arguments: list[str]) -> int:
    if not (PROJECT / name / "__main__.py").is_file():
        raise Stop(f"{name}/ 尚未建立。")
    folder = PROJECT / ".cache" / name
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["DATA_DIR"] = str(folder)
    for variable in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(variable, None)
    environment.prepare()
    prepare_here()
    return subprocess.run([sys.executable, "-m", name, *arguments], cwd=PROJECT, check=False).returncode


def _has_projects() -> bool:
    from django.apps import apps

    return apps.get_model("projects", "Project")._base_manager.exists()
