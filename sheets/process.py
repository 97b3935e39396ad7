"""Starting the limited child, feeding it, and ending it when its time is up."""

import contextlib
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from sheets.defence import Limits
from sheets.refusal import Refusal

ROOT = Path(__file__).resolve().parent.parent
READ_SIZE = 1 << 18
ANSWER = 64  # bytes of a keeper's answer, at most


class Crashed(Exception):
    """The child died: killed by a signal, out of memory, or a panic of the reader."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(f"child ended with {status}")


class Nursery:
    """This process's warm process, started when it is first needed and anew when it was killed or we were forked."""

    def __init__(self, *program: str) -> None:
        self.program = program
        self._lock = threading.Lock()
        self._owner = 0
        self._office: socket.socket | None = None
        self.peak = 0  # most memory that a child has taken, kilobytes

    def order(self, arguments: list, files: list[int]) -> None:
        """Have a child forked; see `sheets.nursery.serve`."""
        text = json.dumps(arguments).encode()
        with self._lock:
            if self._owner != os.getpid():
                self._start()
            try:
                socket.send_fds(self._office, [text], files)
            except OSError:
                self._start()
                socket.send_fds(self._office, [text], files)

    def note(self, kilobytes: int) -> None:
        """Remember what a child cost, as its keeper's `wait4` told."""
        self.peak = max(self.peak, kilobytes)

    def _start(self) -> None:
        if self._office is not None:
            self._office.close()
        self._office, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [*self.program, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                # Nothing of the parent's environment: no addresses, no keys.
                env={
                    "PYTHONPATH": str(ROOT),
                    "PYTHONUTF8": "1",
                    "PYTHONDONTWRITEBYTECODE": "1",
                    "MALLOC_ARENA_MAX": "1",
                    "LANG": "C.UTF-8",
                },
                cwd="/",
                start_new_session=True,
            )
        self._owner = os.getpid()


nursery = Nursery(sys.executable, "-s", "-P", "-m", "sheets.child")


def run(mode: str, data: bytes, limits: Limits) -> Iterator[bytes]:
    """Lines that the child writes, without their line ends.

    The file goes over as an anonymous memory file: nothing touches a disk, and a child that never
    reads can't block the writer. Raises Refusal("timeout") and Crashed; the child never outlives
    this generator.
    """
    out, theirs_out = os.pipe()
    keeper, theirs = socket.socketpair()
    try:
        with _memory_file(data) as source, theirs:
            try:
                nursery.order([mode, limits.dumps()], [source.fileno(), theirs_out, theirs.fileno()])
            finally:
                os.close(theirs_out)
        yield from _lines(out, keeper, limits)
    finally:
        os.close(out)
        # Wanting no more ends the child; its keeper has told so before it is gone.
        with keeper:
            keeper.shutdown(socket.SHUT_WR)
            keeper.settimeout(5)
            with contextlib.suppress(TimeoutError):
                _heard(keeper)


def _lines(out: int, keeper: socket.socket, limits: Limits) -> Iterator[bytes]:
    deadline = time.monotonic() + limits.seconds
    total, rest = 0, b""
    with selectors.DefaultSelector() as selector:
        selector.register(out, selectors.EVENT_READ)
        while True:
            left = deadline - time.monotonic()
            if left <= 0 or not selector.select(left):
                raise Refusal("timeout")
            block = os.read(out, READ_SIZE)
            if not block:
                break
            total += len(block)
            if total > limits.max_output:
                raise Refusal("too_large")
            *lines, rest = (rest + block).split(b"\n")
            yield from lines
    keeper.settimeout(max(0.1, deadline - time.monotonic()))
    try:
        status = _heard(keeper)
    except TimeoutError as error:
        raise Refusal("timeout") from error
    if status == -signal.SIGXCPU:
        raise Refusal("timeout")
    if status or rest:
        raise Crashed(status)


def _heard(keeper: socket.socket) -> int:
    """How a child ended, from its keeper; what it cost is noted."""
    told = keeper.recv(ANSWER)
    if not told:
        return -signal.SIGKILL
    status, peak = map(int, told.split())
    nursery.note(peak)
    return status


def _memory_file(data: bytes) -> BinaryIO:
    if hasattr(os, "memfd_create"):
        box = os.fdopen(os.memfd_create("sheet", os.MFD_CLOEXEC), "w+b")
    else:
        box = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    box.write(data)
    box.flush()
    box.seek(0)
    return box
