"""Holding the embedded servers: the first holder starts them, the last one leaves none behind."""

import atexit
import contextlib
import fcntl
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from .console import Stop, say
from .paths import PROJECT
from .processes import alive
from .store import Store
from .warden import START_PATIENCE

STOP_PATIENCE = 40.0


class Hold:
    """A share in the running servers of a data folder, kept until `release` or the end of the process."""

    def __init__(self, data: Path, throwaway: bool = False):
        self.store = Store(data, throwaway)
        self.state: dict = {}
        self._lock = None
        self._registered = False
        self._warden: subprocess.Popen | None = None

    def acquire(self) -> "Hold":
        """Start the servers where they don't run; returns when both answer."""
        self.store.prepare()
        with self.store.gated():
            self._lock = self.store.holders.open("a")
            # Waits while a warden is stopping; once shared, no warden can begin to stop.
            fcntl.flock(self._lock, fcntl.LOCK_SH)
            self.state = self._running_state()
        if not self._registered:
            atexit.register(self._release_in, os.getpid())
            self._registered = True
        return self

    def release(self) -> None:
        """Give the share back; the last one waits until the servers are gone."""
        if self._lock is None:
            return
        warden = self.state.get("warden")
        self._lock.close()
        self._lock = None
        deadline = time.monotonic() + STOP_PATIENCE
        while self._warden_lives() and time.monotonic() < deadline:
            if self._others_hold():
                return
            time.sleep(0.02)
        if self._warden:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._warden.wait(STOP_PATIENCE)
        else:
            while warden and Path(f"/proc/{warden}").exists() and time.monotonic() < deadline:
                time.sleep(0.02)

    def intact(self) -> bool:
        """Whether the warden still runs; killed with -9 it took the servers along."""
        return self._warden_lives()

    def renew(self) -> None:
        """Start warden and servers again under the share that this holder still has."""
        with self.store.gated():
            self.state = self._running_state()

    def _release_in(self, pid: int) -> None:
        if os.getpid() == pid:  # a forked child has no share of its own
            self.release()

    def _warden_lives(self) -> bool:
        if not self.store.warden.exists():
            return False
        with self.store.warden.open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def _others_hold(self) -> bool:
        """Whether a shared lock can be had though the exclusive one can't: then it is holders, not the warden."""
        with self.store.holders.open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                # Either other holders, or the warden took it between the two calls; it then stops by itself.
                return self._warden_lives() and not self._stopping()
        return False

    def _stopping(self) -> bool:
        return not self.store.state.exists()

    def _running_state(self) -> dict:
        """The state that a living warden wrote; one that was killed just now is replaced."""
        if not self._warden_lives():
            self._start_warden()
        state = self._await_state()
        if alive(state["warden"]):
            return state
        self._start_warden()
        return self._await_state()

    def _start_warden(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            self.store.state.unlink()
        if not self.store.throwaway and not (self.store.data / "servers").exists():
            say("→ 初始化内置 PostgreSQL 与 Valkey …")
        kind = "throwaway" if self.store.throwaway else "lasting"
        with self.store.log("warden") as log:
            self._log_start = log.seek(0, os.SEEK_END)
            self._warden = subprocess.Popen(
                [sys.executable, "-m", "zhangye_wages.launcher.warden", str(self.store.data), kind],
                cwd=PROJECT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def _await_state(self) -> dict:
        deadline = time.monotonic() + START_PATIENCE
        while time.monotonic() < deadline:
            with contextlib.suppress(FileNotFoundError, json.JSONDecodeError):
                return json.loads(self.store.state.read_text())
            if self._warden and self._warden.poll() is not None:
                with (self.store.logs / "warden.log").open("rb") as log:
                    log.seek(self._log_start)
                    said = log.read().decode(errors="replace").strip().splitlines()
                raise Stop(said[-1] if said else "内置服务没有启动，日志为空。")
            time.sleep(0.01)
        raise Stop(f"内置服务 {START_PATIENCE:.0f} 秒内没有就绪，见 {self.store.logs}。")
