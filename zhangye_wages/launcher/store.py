"""The folders of one installation's embedded servers and the locks that its users hold."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .console import Stop
from .paths import run_dir, system_dir
from .postgres import Cluster
from .serveruser import ServerUser, named_user, server_user
from .valkey import Valkey

SOCKET_LIMIT = 107
LOG_LIMIT = 20 * 1024 * 1024


class Store:
    """Where servers keep data, sockets, logs and locks; `throwaway` ones are tuned for tests."""

    def __init__(self, data: Path, throwaway: bool = False):
        self.data, self.throwaway = data, throwaway
        self.sockets = run_dir(data)
        self.gate = data / "servers.gate"
        self.holders = data / "servers.holders"
        self.warden = data / "servers.warden"
        self.state = data / "servers.json"
        self.logs = data / "log"

    def prepare(self) -> None:
        """Make the folders; nothing that exists is opened to others."""
        mode = 0o711 if os.geteuid() == 0 else 0o700
        self.data.mkdir(mode=mode, parents=True, exist_ok=True)
        self.logs.mkdir(mode=0o700, exist_ok=True)

    def servers(self) -> tuple[Cluster, Valkey]:
        """Both servers, their folders made and their user chosen."""
        home = self._home()
        user = server_user(home / "postgres")
        if user.uid is None and (home / "postgres").is_dir() and (home / "postgres").stat().st_uid != os.geteuid():
            raise Stop(f"{home} 属于另一个用户。请用原来的用户运行，或用 DATA_DIR 指定另一个目录。")
        self._make_sockets(user)
        engines = Path("/var/lib/zhangye-wages/engines")
        cluster = Cluster(home / "postgres", self.sockets, user, engines, self.throwaway)
        return cluster, Valkey(home / "valkey", self.sockets, user, engines, self.throwaway)

    def log(self, name: str):
        """The log file of one program, begun anew when it has grown large."""
        path = self.logs / f"{name}.log"
        if path.is_file() and path.stat().st_size > LOG_LIMIT:
            path.replace(path.with_suffix(".log.1"))
        return path.open("ab")

    @contextmanager
    def gated(self) -> Iterator[None]:
        """One starter at a time."""
        with self.gate.open("a") as gate:
            fcntl.flock(gate, fcntl.LOCK_EX)
            yield

    def _home(self) -> Path:
        """`DATA_DIR/servers`, or where that symbolic link points: a system folder that the servers' user can reach."""
        home = self.data / "servers"
        if home.is_symlink():
            home.resolve().mkdir(mode=0o711, parents=True, exist_ok=True)
            return home.resolve()
        if home.is_dir() and (home / "postgres").is_dir():
            return home
        home.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, exist_ok=True)
        user = server_user()
        if all(one.can("-x", home) for one in (user, named_user())) and _can_be_owned(home, user):
            return home
        elsewhere = system_dir(self.data) if not self.throwaway else Path("/tmp") / f"{self.sockets.name}-servers"
        elsewhere.mkdir(mode=0o711, parents=True, exist_ok=True)
        home.rmdir()
        home.symlink_to(elsewhere)
        return elsewhere

    def _make_sockets(self, user: ServerUser) -> None:
        parent = self.sockets.parent
        parent.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, exist_ok=True)
        if parent.stat().st_uid != os.geteuid() or parent.is_symlink():
            raise Stop(f"运行目录 {parent} 属于另一个用户，请删除它或换用户。")
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        user.own(self.sockets)
        if len(str(self.sockets / ".s.PGSQL.5432")) > SOCKET_LIMIT:
            raise Stop(f"套接字路径过长：{self.sockets}")


def _can_be_owned(folder: Path, user: ServerUser) -> bool:
    """Some mounted folders don't keep owners; PostgreSQL would refuse them."""
    if user.uid is None:
        return True
    probe = folder / ".owner"
    try:
        probe.mkdir(mode=0o700, exist_ok=True)
        os.chown(probe, user.uid, user.uid)
        return probe.stat().st_uid == user.uid
    except OSError:
        return False
    finally:
        with suppress(OSError):
            probe.rmdir()
