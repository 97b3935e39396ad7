"""What every test may use: a database of its own worker, a real Celery worker, a real browser."""

import os

import hypothesis
import psycopg2
import pytest
import redis
from django.db import connection, connections
from django.test import TransactionTestCase

from tests.worker import celery_worker
from zhangye_wages.launcher.template import NAME as TEMPLATE
from zhangye_wages.launcher.testing import MARK

pytest_plugins = ["tests.browser", "tests.cast"]

# How fast an example is made depends on what else the machine does, and says nothing of the code.
hypothesis.settings.register_profile("house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("house")

if not os.environ.get(MARK):
    raise pytest.UsageError("测试须由 make test 或本项目的 pytest 配置启动。")


def _number() -> int:
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


def database_name() -> str:
    """This xdist worker's database."""
    return f"portal_test_{_number()}"


def pytest_configure(config):
    """Give each xdist worker its own Valkey databases before anything connects: 2n broker, 2n+1 cache."""
    from django.conf import settings

    from zhangye_wages.settings import addresses

    url = addresses.redis_database(os.environ["REDIS_URL"], 2 * _number())
    os.environ["REDIS_URL"] = settings.REDIS_URL = url
    settings.CELERY_BROKER_URL = addresses.celery_broker(url)
    settings.CACHES["default"]["LOCATION"] = addresses.redis_database(url, 2 * _number() + 1)


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker):
    """A copy of the template, made in a moment; the whole cluster is thrown away afterwards."""
    with django_db_blocker.unblock():
        connections.close_all()
        _copy_template()
        connection.settings_dict["NAME"] = database_name()
        os.environ["DATABASE_URL"] = os.environ["DATABASE_URL"].replace("/portal?", f"/{database_name()}?")
        yield
        connections.close_all()


def _copy_template() -> None:
    """Drop this worker's database and copy it anew from the template, with its reference data."""
    settings = connection.settings_dict
    server = psycopg2.connect(dbname="postgres", user=settings["USER"], host=settings["HOST"])
    server.autocommit = True
    with server.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {database_name()} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {database_name()} TEMPLATE {TEMPLATE} STRATEGY wal_log")
    server.close()


def _renew_database(self) -> None:
    """After a test that committed: a fresh copy instead of emptying tables, so that reference data is there again."""
    connections.close_all()
    _copy_template()


TransactionTestCase._fixture_teardown = _renew_database


@pytest.fixture(autouse=True)
def empty_cache():
    """No test sees what another one cached."""
    from django.core.cache import cache

    cache.clear()


@pytest.fixture
def celery_worker_process(transactional_db):
    """A real worker on this test's database and broker; the test must be one that commits."""
    redis.Redis.from_url(os.environ["REDIS_URL"]).flushdb()
    with celery_worker() as process:
        yield process
