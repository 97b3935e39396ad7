"""The process that owns the embedded servers: it runs them while somebody holds them and stops them after the last.

Holders keep a shared lock on `servers.holders`; the kernel takes it away however they end. The warden waits for
the exclusive lock, so that a holder killed with -9 leaves no orphan. Killed itself, its servers stop with it
(PR_SET_PDEATHSIG), and the next holder starts another warden.
"""

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from .console import Stop, say
from .processes import end_all
from .store import Store

START_PATIENCE = 300.0


def main(data: str, throwaway: str) -> int:
    """Run the servers of a data folder until nobody holds them."""
    store = Store(Path(data), throwaway == "throwaway")
    lock = store.warden.open("a")
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        servers = _Servers(store)
        servers.start()
    except Stop as refusal:
        say(str(refusal))
        return 2
    free = threading.Event()
    holders = store.holders.open("a")
    threading.Thread(target=lambda: (fcntl.flock(holders, fcntl.LOCK_EX), free.set()), daemon=True).start()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: free.set())
    while not free.wait(0.5):
        servers.restart_fallen()
    servers.stop()
    lock.close()
    holders.close()
    return 0


class _Servers:
    def __init__(self, store: Store):
        self.store = store
        self.cluster, self.valkey = store.servers()
        self.running: dict[str, subprocess.Popen] = {}

    def start(self) -> None:
        self.cluster.make()
        self.valkey.make()
        for name, server in (("postgres", self.cluster), ("valkey", self.valkey)):
            self._launch(name, server)
        for name, server in (("postgres", self.cluster), ("valkey", self.valkey)):
            self._await(name, server)
        self.cluster.create_database()
        state = {"warden": os.getpid(), "database_url": self.cluster.url, "redis_url": self.valkey.url}
        state["pids"] = {name: child.pid for name, child in self.running.items()}
        scratch = self.store.state.with_suffix(".new")
        scratch.write_text(json.dumps(state, indent=1))
        scratch.replace(self.store.state)

    def restart_fallen(self) -> None:
        for name, server in (("postgres", self.cluster), ("valkey", self.valkey)):
            if self.running[name].poll() is not None:
                say(f"{name} 意外退出 ({self.running[name].returncode})，重新启动")
                time.sleep(1)
                self._launch(name, server)

    def stop(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            self.store.state.unlink()
        postgres, valkey = self.running["postgres"], self.running["valkey"]
        postgres.send_signal(signal.SIGINT)  # fast: clients are told, work is rolled back
        valkey.terminate()
        for child in (postgres, valkey):
            try:
                child.wait(30)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def _launch(self, name: str, server) -> None:
        with self.store.log(name) as log:
            self.running[name] = server.start(log)

    def _await(self, name: str, server) -> None:
        deadline = time.monotonic() + START_PATIENCE
        while not server.ready():
            child = self.running[name]
            if child.poll() is not None or time.monotonic() > deadline:
                end_all([one.pid for one in self.running.values() if one.poll() is None])
                raise Stop(f"内置 {name} 没有启动：{self._last_words(name)}")
            time.sleep(0.02)

    def _last_words(self, name: str) -> str:
        lines = (self.store.logs / f"{name}.log").read_text(errors="replace").strip().splitlines()[-8:]
        return next((line for line in reversed(lines) if "FATAL" in line or "PANIC" in line), "".join(lines[-1:]))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
