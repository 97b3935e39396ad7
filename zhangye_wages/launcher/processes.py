"""Small tools for child processes: die with the parent, find and end what a killed launcher left."""

import contextlib
import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

PR_SET_PDEATHSIG = 1


def die_with_parent(number: int = signal.SIGTERM) -> None:
    """Ask the kernel to send this process a signal when its parent ends (Linux; elsewhere nothing)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)


def dies_with_parent(number: int = signal.SIGTERM) -> Callable[[], None]:
    """A `preexec_fn`: closes the gap where the parent ends between fork and prctl."""
    parent = os.getpid()

    def prepare() -> None:
        die_with_parent(number)
        if os.getppid() != parent:
            os.kill(os.getpid(), number)

    return prepare


def exists(pid: int) -> bool:
    """Whether the process table has this number, be it a zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def alive(pid: int) -> bool:
    """Whether a process exists and is no zombie."""
    if not exists(pid):
        return False
    with contextlib.suppress(OSError, IndexError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return True


def command_line(pid: int) -> str:
    """The arguments of a process, spaces between; empty where it can't be read."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def working_in(folder: Path) -> list[int]:
    """Processes whose working folder is this one."""
    found, wanted = [], str(folder.resolve())
    for entry in _processes():
        with contextlib.suppress(OSError):
            if os.readlink(entry / "cwd") == wanted:
                found.append(int(entry.name))
    return found


def _processes() -> list[Path]:
    if not Path("/proc").is_dir():
        return []
    return [entry for entry in Path("/proc").iterdir() if entry.name.isdigit() and int(entry.name) != os.getpid()]


def marked(marker: str) -> list[int]:
    """Processes whose environment holds `marker` (NAME=value): identity that survives pid reuse."""
    wanted, found = marker.encode(), []
    for entry in _processes():
        with contextlib.suppress(OSError):
            if wanted in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
    return found


def end_all(pids: list[int], patience: float = 10.0) -> None:
    """SIGTERM, wait, then SIGKILL what is left."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        for pid in pids:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, number)
        deadline = time.monotonic() + patience
        while any(alive(pid) for pid in pids) and time.monotonic() < deadline:
            time.sleep(0.05)
        pids = [pid for pid in pids if alive(pid)]
        if not pids:
            return
