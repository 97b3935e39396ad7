"""Starting the limited child, feeding it, and ending it when its time is up."""

import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from sheets.defence import Limits
from sheets.refusal import Refusal

ROOT = Path(__file__).resolve().parent.parent
READ_SIZE = 1 << 18


class Crashed(Exception):
    """The child died: killed by a signal, out of memory, or a panic of the reader."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(f"child ended with {status}")


def run(mode: str, data: bytes, limits: Limits) -> Iterator[bytes]:
    """Lines that the child writes, without their line ends.

    The file goes over as an anonymous memory file: nothing touches a disk, and a child that never
    reads can't block the writer. Raises Refusal("timeout") and Crashed; the child never outlives
    this generator.
    """
    with _memory_file(data) as source:
        child = subprocess.Popen(
            [sys.executable, "-s", "-P", "-m", "sheets.child", mode, limits.dumps()],
            stdin=source,
            stdout=subprocess.PIPE,
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
            close_fds=True,
            start_new_session=True,
        )
    try:
        yield from _lines(child, limits)
    finally:
        if child.poll() is None:
            child.kill()
        child.stdout.close()
        child.wait()


def _lines(child: subprocess.Popen, limits: Limits) -> Iterator[bytes]:
    deadline = time.monotonic() + limits.seconds
    total, rest = 0, b""
    descriptor = child.stdout.fileno()
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        while True:
            left = deadline - time.monotonic()
            if left <= 0 or not selector.select(left):
                raise Refusal("timeout")
            block = os.read(descriptor, READ_SIZE)
            if not block:
                break
            total += len(block)
            if total > limits.max_output:
                raise Refusal("too_large")
            *lines, rest = (rest + block).split(b"\n")
            yield from lines
    try:
        status = child.wait(timeout=max(0.1, deadline - time.monotonic()))
    except subprocess.TimeoutExpired as error:
        raise Refusal("timeout") from error
    if status == -signal.SIGXCPU:
        raise Refusal("timeout")
    if status or rest:
        raise Crashed(status)


def _memory_file(data: bytes) -> BinaryIO:
    if hasattr(os, "memfd_create"):
        box = os.fdopen(os.memfd_create("sheet", os.MFD_CLOEXEC), "w+b")
    else:
        box = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    box.write(data)
    box.flush()
    box.seek(0)
    return box
