"""A machine of one's own for launcher tests: a data folder, a free port, an environment without ours."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from zhangye_wages.launcher import keys
from zhangye_wages.launcher.paths import PROJECT, run_dir, system_dir
from zhangye_wages.launcher.processes import command_line, marked, working_in
from zhangye_wages.launcher.testing import MARK

OURS = {
    *keys.NAMES,
    MARK,
    "DATABASE_URL",
    "REDIS_URL",
    "DATA_DIR",
    "DJANGO_SETTINGS_MODULE",
    "PORT",
    "HOST",
    "MAKEFLAGS",
    "PORTAL_TODAY",
}


class Machine:
    """What a person with a fresh data folder has; `leftovers` are processes that belong to it."""

    def __init__(self, closed: bool = False):
        self.data = Path(tempfile.mkdtemp(prefix="portal-run-"))
        self.data.chmod(0o700 if closed else 0o711)
        self.port = free_port()
        self.log = self.data / "output.txt"

    def environment(self, **more: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in OURS}
        kept = {name: value for name, value in kept.items() if not name.startswith(("PYTEST_", "DJANGO_"))}
        return kept | {"DATA_DIR": str(self.data), "PORT": str(self.port)} | more

    def start(self) -> subprocess.Popen:
        """`make run`, in a session of its own, its output in `log`."""
        with self.log.open("w") as out:
            return subprocess.Popen(
                ["make", "run", f"PYTHON={sys.executable}"],
                cwd=PROJECT, env=self.environment(), stdout=out, stderr=out, start_new_session=True,
            )  # fmt: skip

    def await_welcome(self, portal: subprocess.Popen, patience: float = 300) -> str:
        deadline = time.monotonic() + patience
        while "按 Ctrl-C 停止" not in self.log.read_text():
            assert portal.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.1)
        return self.log.read_text()

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as reply:
                return reply.status, reply.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def manage(self, *arguments: str, **more: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=PROJECT, env=self.environment(**more), capture_output=True, text=True, check=False,
        )  # fmt: skip

    def processes(self) -> list[int]:
        """Supervisor, warden, both servers with their helpers, and the portal's processes."""
        home = (self.data / "servers").resolve()
        found = set(marked(f"DATA_DIR={self.data}")) | set(working_in(home / "postgres"))
        found |= set(working_in(home / "valkey"))
        return sorted(pid for pid in found if "output.txt" not in command_line(pid))

    def await_silence(self, patience: float = 30) -> None:
        deadline = time.monotonic() + patience
        while left := self.processes():
            assert time.monotonic() < deadline, [command_line(pid) for pid in left]
            time.sleep(0.1)

    def clean(self) -> None:
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for folder in ((self.data / "servers").resolve(), system_dir(self.data), run_dir(self.data), self.data):
            shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
