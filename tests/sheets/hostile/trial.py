"""Reading one hostile file through the real child, and what it cost."""

import os
import resource
import time
from dataclasses import dataclass

from sheets import process
from sheets.defence import MB, Limits
from sheets.reader import Workbook, read
from sheets.refusal import MESSAGES, Refusal
from tests.sheets.hostile import FAMILIES, READ, make

# Above the parent's own 20 MB a file and what it says may cost this much here.
PARENT_MAY_GROW = 700 * MB


@dataclass(frozen=True, slots=True)
class Attempt:
    """How a file ended, in how many seconds, and what is wrong about that (nothing where right)."""

    name: str
    end: str
    seconds: float
    wrong: str = ""


def attempt(family: str, seed: int, limits: Limits) -> Attempt:
    """Make the file and read it. Whatever escapes as another exception is what we look for."""
    data = make(family, seed)
    children: list[int] = []
    honest = process.subprocess.Popen

    def watched(*arguments, **options):
        child = honest(*arguments, **options)
        children.append(child.pid)
        return child

    process.subprocess.Popen = watched
    begun = time.monotonic()
    try:
        end, wrong = _end(data, limits)
    finally:
        process.subprocess.Popen = honest
    seconds = time.monotonic() - begun
    if not wrong and end not in FAMILIES[family].ends:
        wrong = f"ended as {end}"
    # A second child may be asked why the first one died.
    if seconds > limits.seconds * 2 + 5:
        wrong = f"took {seconds:.0f} s"
    if left := [pid for pid in children if _lives(pid)]:
        wrong = f"left {left} behind"
    return Attempt(f"{family}:{seed}", end, seconds, wrong)


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


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def peak_of_children() -> int:
    """The most memory that any child so far has used, in bytes."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024


def peak_of_parent() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
