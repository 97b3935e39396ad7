"""The embedded servers: shared, stopped by the last holder, never orphaned, never open to others."""

import contextlib
import json
import os
import signal
import stat
import subprocess
import sys
import time

import psycopg2
import pytest
import redis

from tests.setup.surroundings import Machine
from zhangye_wages.launcher.paths import PROJECT
from zhangye_wages.launcher.servers import Hold

HOLDER = """
import sys, time
from pathlib import Path
from zhangye_wages.launcher.servers import Hold
Hold(Path(sys.argv[1])).acquire()
print("held", flush=True)
time.sleep(600)
"""


@pytest.fixture
def machine():
    made = Machine()
    yield made
    made.clean()


@pytest.fixture
def closed_machine():
    made = Machine(closed=True)
    yield made
    made.clean()


def holder(machine) -> subprocess.Popen:
    """Another process that holds the servers."""
    command = [sys.executable, "-c", HOLDER, str(machine.data)]
    other = subprocess.Popen(command, cwd=PROJECT, env=machine.environment(), stdout=subprocess.PIPE, text=True)
    assert other.stdout.readline() == "held\n"
    return other


def await_end_of_warden(hold: Hold, patience: float = 30) -> None:
    deadline = time.monotonic() + patience
    while hold.intact():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_last_holder_leaves_no_process_behind(machine):
    first, second = Hold(machine.data).acquire(), Hold(machine.data).acquire()
    assert first.state == second.state
    first.release()
    assert psycopg2.connect(second.state["database_url"]).server_version >= 180000
    assert redis.Redis.from_url(second.state["redis_url"]).ping()
    second.release()
    assert machine.processes() == []


def test_servers_stop_when_their_only_holder_is_killed_with_9(machine):
    other = holder(machine)
    other.kill()
    other.wait()
    machine.await_silence()


def test_servers_stay_when_one_of_two_holders_is_killed_with_9(machine):
    other, mine = holder(machine), Hold(machine.data).acquire()
    other.kill()
    other.wait()
    time.sleep(1.5)
    assert psycopg2.connect(mine.state["database_url"]).server_version >= 180000
    mine.release()
    assert machine.processes() == []


def test_a_killed_server_is_started_again_by_its_warden(machine):
    hold = Hold(machine.data).acquire()
    os.kill(hold.state["pids"]["valkey"], signal.SIGKILL)
    client, deadline = redis.Redis.from_url(hold.state["redis_url"]), time.monotonic() + 20
    while True:
        try:
            assert client.ping()
            break
        except redis.ConnectionError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
    hold.release()


def test_the_servers_die_with_a_killed_warden_and_can_be_had_again(machine):
    hold = Hold(machine.data).acquire()
    os.kill(hold.state["warden"], signal.SIGKILL)
    await_end_of_warden(hold)
    hold.renew()
    assert psycopg2.connect(hold.state["database_url"]).server_version >= 180000
    hold.release()
    assert machine.processes() == []


def test_committed_rows_survive_when_everything_is_killed_with_9(machine):
    hold = Hold(machine.data).acquire()
    line = psycopg2.connect(hold.state["database_url"])
    with line, line.cursor() as cursor:
        cursor.execute("CREATE TABLE kept (n int); INSERT INTO kept VALUES (42)")
    others = [pid for pid in machine.processes() if pid != os.getpid()]
    for pid in (hold.state["warden"], *hold.state["pids"].values(), *others):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    await_end_of_warden(hold)
    hold.renew()
    with psycopg2.connect(hold.state["database_url"]).cursor() as cursor:
        cursor.execute("SELECT n FROM kept")
        assert cursor.fetchone() == (42,)
    hold.release()


def test_a_lock_file_that_names_a_stranger_is_no_obstacle(machine):
    hold = Hold(machine.data).acquire()
    hold.release()
    stale = (machine.data / "servers" / "postgres").resolve() / "postmaster.pid"
    stale.write_text(f"{os.getpid()}\n{stale.parent}\n1\n5432\n/nowhere\n\n")
    hold.acquire()
    assert psycopg2.connect(hold.state["database_url"]).server_version >= 180000
    hold.release()


def test_sockets_and_keys_are_closed_to_others_and_no_port_is_open(machine):
    done = machine.manage("check")
    assert done.returncode == 0, done.stderr
    keys = machine.data / "keys.json"
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    hold = Hold(machine.data).acquire()
    assert stat.S_IMODE(hold.store.sockets.stat().st_mode) == 0o700
    assert len(str(hold.store.sockets / ".s.PGSQL.5432")) < 100
    with psycopg2.connect(hold.state["database_url"]).cursor() as cursor:
        cursor.execute("SHOW listen_addresses")
        assert cursor.fetchone() == ("",)
    client = redis.Redis.from_url(hold.state["redis_url"])
    assert client.config_get("port") == {"port": "0"}
    assert client.config_get("appendonly") == {"appendonly": "yes"}
    assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    hold.release()


def test_servers_run_without_privileges(machine):
    hold = Hold(machine.data).acquire()
    for pid in hold.state["pids"].values():
        assert os.stat(f"/proc/{pid}").st_uid != 0
    hold.release()


def test_trigrams_see_chinese(machine):
    hold = Hold(machine.data).acquire()
    line = psycopg2.connect(hold.state["database_url"])
    with line.cursor() as cursor:
        cursor.execute("CREATE EXTENSION pg_trgm; SELECT similarity('甘州区幼儿园', '甘州区小学') > 0")
        assert cursor.fetchone() == (True,)
    line.close()
    hold.release()


def test_a_closed_data_folder_stays_closed_and_still_works(closed_machine):
    hold = Hold(closed_machine.data).acquire()
    servers_run_as_another_user = os.geteuid() == 0
    assert (closed_machine.data / "servers").is_symlink() is servers_run_as_another_user
    assert psycopg2.connect(hold.state["database_url"]).server_version >= 180000
    assert stat.S_IMODE(closed_machine.data.stat().st_mode) == 0o700
    hold.release()
    assert closed_machine.processes() == []


def test_keys_stay_the_same_and_those_of_the_environment_come_first(machine):
    ask = ["shell", "-v", "0", "-c", "from django.conf import settings; print(settings.SECRET_KEY)"]
    first, second = machine.manage(*ask), machine.manage(*ask)
    assert first.stdout == second.stdout
    assert first.stdout.strip() == json.loads((machine.data / "keys.json").read_text())["PORTAL_SECRET_KEY"]
    assert machine.manage(*ask, PORTAL_SECRET_KEY="mine").stdout == "mine\n"


def test_a_database_of_ones_own_without_keys_is_refused_in_one_line(machine):
    done = machine.manage("check", DATABASE_URL="postgresql://portal@db/portal", REDIS_URL="redis://r/0")
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    assert "密钥" in done.stderr
    assert not (machine.data / "keys.json").exists()


def test_a_database_that_was_never_migrated_gets_one_line(machine):
    done = machine.manage("demo_logins")
    assert done.returncode == 2
    assert "make setup" in done.stderr
    assert "Traceback" not in done.stderr
