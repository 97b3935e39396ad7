"""`docker-compose.yml` without Docker: its services, started by hand on private servers, become healthy.

What an engine would do is done here: variables filled in, names of services turned into addresses, the one-shot
migration first, then web, worker and beat with exactly their commands and environment.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from tests.setup.surroundings import Machine
from zhangye_wages.launcher.paths import PROJECT
from zhangye_wages.launcher.placeholders import ENVIRONMENT
from zhangye_wages.launcher.servers import Hold

PORTAL = ("migrate", "web", "worker", "beat")
GIVEN = {name: value for name, value in ENVIRONMENT.items() if name.startswith("PORTAL_")} | {
    "POSTGRES_PASSWORD": "secret",
    "PORTAL_ALLOWED_HOSTS": "127.0.0.1",
}


def fill_in(text: str) -> str:
    """Compose's `${NAME}`, `${NAME:?}` and `${NAME:-default}`."""
    return re.sub(r"\$\{(\w+)(?::([?-])([^}]*))?\}", _value, text)


def _value(found: re.Match) -> str:
    name, kind, default = found.groups()
    if kind == "?":
        return GIVEN[name]
    return GIVEN.get(name, default or "")


@pytest.fixture(scope="module")
def compose() -> dict:
    return yaml.safe_load((PROJECT / "docker-compose.yml").read_text())


@pytest.fixture
def machine():
    made = Machine()
    yield made
    made.clean()


def environment_of(service: dict, machine: Machine, hold: Hold, static: Path) -> dict[str, str]:
    told = {name: fill_in(value) for name, value in service["environment"].items()}
    assert urlsplit(told["DATABASE_URL"]).hostname == "database"
    assert urlsplit(told["REDIS_URL"]).hostname == "broker"
    addresses = {"DATABASE_URL": hold.state["database_url"], "REDIS_URL": hold.state["redis_url"]}
    image = {"PORTAL_STATIC_ROOT": str(static), "HOST": "127.0.0.1", "PYTHONPATH": str(PROJECT)}
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return machine.environment(**{**told, **addresses, **image, "PATH": path})


def test_every_service_command_starts_and_readyz_says_so(compose, machine):
    hold = Hold(machine.data, throwaway=True).acquire()
    running = []
    with tempfile.TemporaryDirectory() as static, (machine.data / "services.txt").open("wb") as log:
        collect = [sys.executable, "-m", "zhangye_wages.launcher", "static"]
        subprocess.run(collect, cwd=PROJECT, env=os.environ | {"PORTAL_STATIC_ROOT": static}, check=True)
        try:
            for name in PORTAL:
                service = compose["services"][name]
                started = subprocess.Popen(
                    service["command"], cwd=PROJECT, stdout=log, stderr=log,
                    env=environment_of(service, machine, hold, Path(static)),
                )  # fmt: skip
                if name == "migrate":
                    assert started.wait(180) == 0, (machine.data / "services.txt").read_text()
                else:
                    running.append(started)
            _await_ready(machine, running)
            # The production settings send people to HTTPS, never a probe.
            assert machine.get("/healthz")[0] == 200
        finally:
            for service in running:
                service.terminate()
            for service in running:
                service.wait(180)
            hold.release()


def _await_ready(machine: Machine, running: list[subprocess.Popen]) -> None:
    deadline = time.monotonic() + 120
    while True:
        try:
            status, body = machine.get("/readyz")
        except OSError:
            status, body = 0, "{}"
        if status == 200:
            assert json.loads(body) == dict.fromkeys(("database", "broker", "worker", "beat"), "ok")
            return
        said = (machine.data / "services.txt").read_text()
        assert all(service.poll() is None for service in running), said
        assert time.monotonic() < deadline, (body, said)
        time.sleep(0.3)


def test_services_name_the_servers_that_the_portal_needs(compose):
    services = compose["services"]
    assert services["database"]["image"] == "postgres:18"
    assert services["broker"]["command"][1:] == ["--appendonly", "yes", "--maxmemory-policy", "noeviction"]
    assert {services[name]["image"] for name in PORTAL} == {"zhangye-wages"}
    assert all("migrate" in services[name]["depends_on"] for name in PORTAL[1:])


def test_keys_and_passwords_are_never_written_in_the_file(compose):
    for name in (*PORTAL, "database"):
        for variable, value in compose["services"][name]["environment"].items():
            if variable.endswith(("KEY", "KEYS", "PASSWORD")):
                assert value == f"${{{variable}:?}}"


def test_the_image_installs_only_what_is_locked():
    text = (PROJECT / "Dockerfile").read_text()
    assert "--require-hashes -r requirements/base.lock" in text
    assert "npm ci" in text
