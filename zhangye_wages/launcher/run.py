"""`make run`: everything that one machine needs, in the foreground, leaving nothing behind."""

import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from . import data, environment
from .console import Stop, say, step
from .paths import PROJECT, data_dir, short_name
from .processes import die_with_parent, dies_with_parent, end_all, marked
from .servers import Hold

START_PATIENCE = 120.0
GRACE, COLD = 12.0, 5.0
LONGEST_PAUSE = 30.0

COMMANDS = {
    "web": ["gunicorn", "-c", "python:zhangye_wages.web"],
    "worker": [
        "celery", "-A", "zhangye_wages.celery", "worker", "-c", "2", "-l", "WARNING",
        "--without-mingle", "--without-gossip",
    ],
    "beat": ["celery", "-A", "zhangye_wages.celery", "beat", "-l", "WARNING", "--pidfile="],
}  # fmt: skip


class Ended(BaseException):
    """A signal asked the launcher to stop; no `except Exception` may swallow it."""


@dataclass
class Child:
    """One process of the portal, started again when it falls, with growing pauses."""

    name: str
    mark: str
    logs: Path
    process: subprocess.Popen | None = None
    started_at: float = 0.0
    pause: float = 1.0
    due_at: float = 0.0
    extra: dict = field(default_factory=dict)

    def start(self) -> None:
        with (self.logs / f"{self.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *COMMANDS[self.name]], cwd=PROJECT,
                env=os.environ | {"PORTAL_RUN": self.mark} | self.extra,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, preexec_fn=dies_with_parent(signal.SIGTERM),
            )  # fmt: skip
        self.started_at = time.monotonic()

    def watch(self) -> None:
        """Start again what has ended, after a pause that doubles up to half a minute."""
        now = time.monotonic()
        if self.process and self.process.poll() is not None:
            say(f"! {self.name} 退出 (退出码 {self.process.returncode})，{self.pause:.0f} 秒后重启")
            self.process, self.due_at = None, now + self.pause
            self.pause = min(self.pause * 2, LONGEST_PAUSE)
        elif self.process is None and now >= self.due_at:
            self.start()
        elif self.process and now - self.started_at > 60:
            self.pause = 1.0

    def signal(self, number: int) -> None:
        if self.process and self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(number)

    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None


def main(arguments: list[str]) -> int:
    """Set up data, start the processes, watch them until a signal comes."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _end)
    if "--with-parent" in arguments:
        die_with_parent(signal.SIGTERM)  # `make` killed with -9 takes the portal along
    children: list[Child] = []
    hold = None
    try:
        folder = data_dir()
        with _only_one(folder) as mark:
            _check_port()
            hold = environment.prepare()
            data.prepare_here(seed=True)
            _start(children, mark, folder / "log")
            _welcome()
            _watch(children, hold)
    except Ended:
        say("→ 正在停止 …")
    finally:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        _stop(children)
        if hold:
            hold.release()
        if hold or children:
            say("✓ 已停止")
    return 0


def _end(number: int, _frame) -> None:
    raise Ended(number)


@contextlib.contextmanager
def _only_one(folder: Path):
    """One portal for each data folder; what a killed one left running is ended first."""
    mark = short_name(folder)
    folder.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
    with (folder / "run.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Stop(f"平台已在运行（数据目录 {folder}）。请先停止它，或用 DATA_DIR 指定另一个目录。") from None
        if leftovers := marked(f"PORTAL_RUN={mark}"):
            say(f"→ 结束上次遗留的 {len(leftovers)} 个进程 …")
            end_all(leftovers)
        yield mark


def _address() -> tuple[str, int]:
    port = os.environ.setdefault("PORT", "8000")
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise Stop(f"PORT 应为 1–65535 的整数，当前是 {port}。")
    return os.environ.setdefault("HOST", "127.0.0.1"), int(port)


def _check_port() -> None:
    host, port = _address()
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Stop(f"地址 {host}:{port} 不可用（{error.strerror}）。可用 PORT=8080 make run 换一个端口。") from None


def _start(children: list[Child], mark: str, logs: Path) -> None:
    logs.mkdir(mode=0o700, exist_ok=True)
    for name in COMMANDS:
        extra = {"PORTAL_BROKER_TIMEOUT": "15"} if name == "worker" else {}
        children.append(Child(name, mark, logs, extra=extra))
        children[-1].start()
    with step("启动网页、后台任务与定时"):
        deadline = time.monotonic() + START_PATIENCE
        while not _answers("/readyz") and time.monotonic() < deadline:
            for child in children:
                child.watch()
            time.sleep(0.1)
    if not _answers("/healthz"):
        raise Stop(f"网页服务没有启动，见 {logs / 'web.log'}。")
    if not _answers("/readyz"):
        say(f"! 尚有部件未就绪，详见 /readyz 与 {logs}")


def _answers(path: str) -> bool:
    host, port = _address()
    shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host
    shown = f"[{shown}]" if ":" in shown else shown
    try:
        with urllib.request.urlopen(f"http://{shown}:{port}{path}", timeout=5) as reply:
            return reply.status == 200
    except (OSError, urllib.error.URLError):
        return False


def _welcome() -> None:
    host, port = _address()
    print(f"\n张掖市农民工工资支付监管平台  http://{host}:{port}/\n", flush=True)
    data.show_logins()
    print("\n按 Ctrl-C 停止。", flush=True)


def _watch(children: list[Child], hold: Hold | None) -> None:
    while True:
        time.sleep(0.5)
        if hold and not hold.intact():
            say("! 内置数据库的看护进程不在了，重新启动")
            hold.renew()
        for child in children:
            child.watch()


def _stop(children: list[Child]) -> None:
    """Ask, wait, insist: a task cut off begins again, its row is the queue."""
    for number, patience in ((signal.SIGTERM, GRACE), (signal.SIGQUIT, COLD), (signal.SIGKILL, 5.0)):
        for child in children:
            child.signal(number)
        deadline = time.monotonic() + patience
        while any(child.running() for child in children) and time.monotonic() < deadline:
            time.sleep(0.05)
        if not any(child.running() for child in children):
            break
    if children:
        end_all(marked(f"PORTAL_RUN={children[0].mark}"), patience=5)
