"""The heads of the chain outside the database: a text file to which lines are only appended, each fsynced.

`prepare` stands before the block's transaction commits, `sealed` after. So a block without a `prepare` line,
or a `sealed` line without its block, shows that one of the two was cut short; a crash in between shows neither.
Copy the file to another machine: whoever can write both it and the database could shorten both alike.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

PREPARE, SEALED = "prepare", "sealed"


@dataclass(frozen=True)
class Head:
    """One line: which block, its digest, how many events it holds."""

    state: str
    block_id: int
    digest: str
    events: int


def heads_path() -> Path:
    """Where the heads are written, outside the database."""
    return Path(settings.AUDIT_HEADS_PATH)


def append(head: Head) -> None:
    """Write one line and force it to the disk before going on."""
    path = heads_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    line = f"{head.state} {head.block_id} {head.digest} {head.events}\n".encode()
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            line = b"\n" + line  # a crash tore the last line
        os.write(descriptor, line)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read() -> list[Head]:
    """All lines in order; a line torn by a crash is left out."""
    path = heads_path()
    if not path.exists():
        return []
    heads = []
    for line in path.read_text(encoding="ascii", errors="replace").splitlines():
        parts = line.split(" ")
        if len(parts) == 4 and parts[0] in (PREPARE, SEALED) and parts[1].isdigit() and parts[3].isdigit():
            heads.append(Head(parts[0], int(parts[1]), parts[2], int(parts[3])))
    return heads
