"""Tests: private servers before pytest loads settings, one database for each xdist worker, made from a template."""

import atexit
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from . import browser, template, venv
from .console import Stop, say, step
from .paths import PROJECT, in_venv, venv_program
from .servers import Hold

MARK = "PORTAL_TEST_SERVERS"
PREFIX = "portal-test-"
FORGOTTEN = 3600.0


def run(arguments: list[str]) -> int:
    """`make test`: set up, then hand the terminal to pytest, whose summary comes last."""
    set_up()
    if not in_venv():
        return _again(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that servers and folders are swept then too
    start_servers()
    given = (
        []
        if any(part == "-n" or part.startswith(("-n=", "--numprocesses")) for part in arguments)
        else ["-n", "auto", "--dist", "loadgroup"]
    )
    return subprocess.run([sys.executable, "-m", "pytest", *given, *arguments], cwd=PROJECT, check=False).returncode


def set_up() -> None:
    """Everything that tests need on a fresh machine, the browser included."""
    from . import assets

    venv.ensure("base", "dev")
    assets.prepare_assets()
    browser.ensure()


def start_servers() -> None:
    """Start throwaway servers for this process and its children, unless they run already; never touches `.data/`."""
    if os.environ.get(MARK):
        return
    _sweep_forgotten()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    folder.chmod(0o711)  # the servers' user passes through; what lies inside is closed to others
    hold = Hold(folder, throwaway=True)
    atexit.register(_sweep, os.getpid(), hold, folder)
    migrated = template.restore(folder)
    hold.acquire()
    _set_environment(hold, folder)
    if not migrated:
        with step("建立测试模板数据库"):
            _template("migrate")
        hold.release()
        template.keep(folder)
        hold.acquire()
    _template("load")


def _set_environment(hold: Hold, folder: Path) -> None:
    os.environ.update(
        {
            MARK: str(folder),
            "DATABASE_URL": hold.state["database_url"],
            "REDIS_URL": hold.state["redis_url"],
            "DATA_DIR": str(folder / "data"),
            "DJANGO_SETTINGS_MODULE": "zhangye_wages.settings.test",
            "DJANGO_ALLOW_ASYNC_UNSAFE": "true",  # Playwright's synchronous interface runs an event loop
        }
    )
    for name in ("PORTAL_TODAY", "PORTAL_CACHE_URL", "PORTAL_DEBUG"):
        os.environ.pop(name, None)


def _template(what: str) -> None:
    """In a process of its own: the one that runs pytest must not load settings before pytest does."""
    command = [sys.executable, "-m", "zhangye_wages.launcher.template", what]
    if subprocess.run(command, cwd=PROJECT, check=False).returncode:
        raise Stop("测试模板数据库没有建成，原因见上。")


def _again(arguments: list[str]) -> int:
    command = [venv_program("python"), "-m", "zhangye_wages.launcher", "test", "--", *arguments]
    os.chdir(PROJECT)
    os.execv(command[0], command)


def _sweep(pid: int, hold: Hold, folder: Path) -> None:
    if os.getpid() != pid:
        return
    hold.release()
    _remove(hold, folder)
    if folder.exists():
        say(f"未能删除 {folder}")


def _sweep_forgotten() -> None:
    """Folders of test runs that were killed with -9, an hour ago or more; their servers ended with them."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            state = folder.stat()
            if state.st_uid == os.geteuid() and time.time() - state.st_mtime > FORGOTTEN:
                hold = Hold(folder, throwaway=True)
                if not hold.intact():
                    _remove(hold, folder)


def _remove(hold: Hold, folder: Path) -> None:
    for leftover in ((folder / "servers").resolve(), hold.store.sockets, folder):
        shutil.rmtree(leftover, ignore_errors=True)
