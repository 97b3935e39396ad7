"""Reading one hostile file through the real child, and what it cost."""

import resource
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
# The most that a child may take for a hostile file, its interpreter included.
CHILD_MAY_USE = 600 * MB


@dataclass(frozen=True, slots=True)
class Attempt:
    """How a file ended, in how many seconds, with how many bytes at most; what is wrong about that, nothing where right."""

    name: str
    end: str
    seconds: float
    peak: int
    wrong: str = ""


class Watch(Nursery):
    """A warm process of our own, and what its children cost: as their keepers tell, so that none is too short-lived."""

    def __init__(self) -> None:
        super().__init__(*process.nursery.program)
        self.forget()

    def forget(self) -> None:
        """Begin anew with counting."""
        self.asked, self.costs = 0, []

    def order(self, arguments: list, files: list[int]) -> None:
        self.asked += 1
        super().order(arguments, files)

    def note(self, kilobytes: int) -> None:
        self.costs.append(kilobytes * 1024)

    def left(self) -> list[int]:
        """Children and keepers that are still there although nobody wants to hear more of them."""
        deadline = time.monotonic() + 5
        while (left := _children_of(self._process.pid)) and time.monotonic() < deadline:
            time.sleep(0.01)
        return left


_watches: list[Watch] = []


def attempt(family: str, seed: int, limits: Limits) -> Attempt:
    """Make the file and read it. Whatever escapes as another exception is what we look for."""
    data = make(family, seed)
    if not _watches:
        _watches.append(Watch())
    (watch,) = _watches
    watch.forget()
    usual, process.nursery = process.nursery, watch
    begun = time.monotonic()
    try:
        end, wrong = _end(data, limits)
    finally:
        process.nursery = usual
    seconds = time.monotonic() - begun
    peak = max(watch.costs, default=0)
    if not wrong and end not in FAMILIES[family].ends:
        wrong = f"ended as {end}"
    # A second child may be asked why the first one died.
    if seconds > limits.seconds * 2 + 5:
        wrong = f"took {seconds:.0f} s"
    if watch.asked != len(watch.costs) or min(watch.costs, default=1) <= 0:
        wrong = f"{watch.asked} children, {len(watch.costs)} measured"
    if peak > CHILD_MAY_USE:
        wrong = f"took {peak // MB} MB"
    if watch.asked and (left := watch.left()):
        wrong = f"left {left} behind"
    return Attempt(f"{family}:{seed}", end, seconds, peak, wrong)


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
