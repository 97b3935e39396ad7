"""Reading one hostile file through the real child, and what it cost."""

import resource
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from sheets import process
from sheets.defence import MB, Limits
from sheets.process import Nursery
from sheets.reader import Workbook, read
from sheets.refusal import MESSAGES, Refusal
from tests.sheets.hostile import FAMILIES, READ, make

# Above the parent's own 20 MB a file and what it says may cost this much here.
PARENT_MAY_GROW = 700 * MB
# The warm process of the portal, whose keepers write down how much memory their child took.
WATCHED = """
import os, resource, sys
from sheets import child, nursery
honest = os.waitpid
def waited(pid, flags):
    ended = honest(pid, flags)
    with open(sys.argv[1], "a") as book:
        book.write(f"{resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss}\\n")
    return ended
os.waitpid = waited
child.preload()
nursery.serve(child.work, int(sys.argv[2]))
"""


@dataclass(frozen=True, slots=True)
class Attempt:
    """How a file ended, in how many seconds, with how many bytes at most; what is wrong about that, nothing where right."""

    name: str
    end: str
    seconds: float
    peak: int
    wrong: str = ""


class Watch:
    """A warm process of our own, and what its children cost."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._book = Path(self._folder.name) / "peaks"
        self.nursery = Nursery(sys.executable, "-s", "-P", "-c", WATCHED, str(self._book))

    def peak(self) -> int:
        """The most memory of the children since this was asked last, in bytes."""
        peaks = self._book.read_text().split() if self._book.exists() else []
        self._book.unlink(missing_ok=True)
        return max(map(int, peaks), default=0) * 1024

    def left(self) -> list[int]:
        """Children and keepers that are still there although nobody wants to hear more of them."""
        deadline = time.monotonic() + 5
        while (left := _children_of(self.nursery._process.pid)) and time.monotonic() < deadline:
            time.sleep(0.01)
        return left


_watches: list[Watch] = []


def attempt(family: str, seed: int, limits: Limits) -> Attempt:
    """Make the file and read it. Whatever escapes as another exception is what we look for."""
    data = make(family, seed)
    if not _watches:
        _watches.append(Watch())
    (watch,) = _watches
    watch.peak()
    usual, process.nursery = process.nursery, watch.nursery
    begun = time.monotonic()
    try:
        end, wrong = _end(data, limits)
    finally:
        process.nursery = usual
    seconds = time.monotonic() - begun
    if not wrong and end not in FAMILIES[family].ends:
        wrong = f"ended as {end}"
    # A second child may be asked why the first one died.
    if seconds > limits.seconds * 2 + 5:
        wrong = f"took {seconds:.0f} s"
    if watch.nursery._office is not None and (left := watch.left()):
        wrong = f"left {left} behind"
    return Attempt(f"{family}:{seed}", end, seconds, watch.peak(), wrong)


def _end(data: bytes, limits: Limits) -> tuple[str, str]:
    try:
        book = read(data, limits)
    except Refusal as refusal:
        whole = refusal.code in MESSAGES and refusal.message.endswith("。")
        return refusal.code, "" if whole else f"says {refusal.message!r}"
    return READ, "" if _is_whole(book) else "a workbook that can't be walked"


def _is_whole(book: Workbook) -> bool:
    """Whether every row can be walked and nothing of this machine stands in it."""
    for sheet in book.sheets:
        count = 0
        for number, cells in sheet.rows():
            count += 1
            if number != count or any(type(cell) is str and ("root:" in cell or "\0" in cell) for cell in cells):
                return False
        if count != sheet.height:
            return False
    return True


def _children_of(parent: int) -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            about = (folder / "stat").read_text()
        except OSError:
            continue
        if int(about.rpartition(")")[2].split()[1]) == parent:
            found.append(int(folder.name))
    return found


def peak_of_parent() -> int:
    """The most memory that this process has used, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
