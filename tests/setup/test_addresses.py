"""Addresses as people write them become what Django, redis-py and kombu read."""

import pytest

from zhangye_wages.settings import addresses


def test_a_database_over_tcp():
    read = addresses.database("postgresql://po%40rtal:p%2Fw@db.example:5433/wages?sslmode=require")
    assert (read["USER"], read["PASSWORD"], read["HOST"], read["PORT"], read["NAME"]) == (
        "po@rtal", "p/w", "db.example", "5433", "wages",
    )  # fmt: skip
    assert read["OPTIONS"]["sslmode"] == "require"


def test_a_database_over_a_unix_socket():
    read = addresses.database("postgresql://portal@/portal?host=%2Frun%2Fx")
    assert (read["HOST"], read["PORT"], read["NAME"]) == ("/run/x", "", "portal")


def test_connections_are_kept():
    assert addresses.database("postgresql://portal@/portal")["CONN_MAX_AGE"] > 0


def test_a_database_of_another_kind_is_refused():
    with pytest.raises(ValueError, match="postgresql"):
        addresses.database("mysql://x/y")


@pytest.mark.parametrize(
    ("url", "number", "broker", "cache"),
    [
        ("redis://r:6379/0", 0, "redis://r:6379/0", "redis://r:6379/1"),
        ("redis://r:6379", 0, "redis://r:6379/0", "redis://r:6379/1"),
        ("rediss://:pw@r:6380/4", 4, "rediss://:pw@r:6380/4", "rediss://:pw@r:6380/5"),
        ("unix:///run/v.sock?db=0", 0, "redis+socket:///run/v.sock?virtual_host=0", "unix:///run/v.sock?db=1"),
        ("unix:///run/v.sock?db=6", 6, "redis+socket:///run/v.sock?virtual_host=6", "unix:///run/v.sock?db=7"),
    ],
)
def test_broker_and_cache_are_two_databases_of_one_server(url, number, broker, cache):
    assert addresses.redis_number(url) == number
    assert addresses.celery_broker(url) == broker
    assert addresses.redis_database(url, number + 1) == cache
