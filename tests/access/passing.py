"""Which lines of our code are passed while addresses are asked: so that a new download or upload can't be forgotten."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from zhangye_wages.launcher.paths import PROJECT

ROOMS = ("responsibilities", "projects", "accounts", "payroll", "escalation")
Line = tuple[str, int]  # file inside the project, number


@contextmanager
def lines_passed(owner: type, name: str, watch: Callable[[object, set[Line]], object]) -> Iterator[set[Line]]:
    """Put what `watch(honest, lines)` makes in the place of Django's `owner.name`; it adds the lines that use it."""
    honest, lines = getattr(owner, name), set()
    setattr(owner, name, watch(honest, lines))
    try:
        yield lines
    finally:
        setattr(owner, name, honest)


def ours(frame: FrameType) -> set[Line]:
    """The line at which a frame stands, where it is ours."""
    place = place_of(frame.f_code.co_filename)
    return {(place, frame.f_lineno)} if place else set()


def place_of(file: str) -> str | None:
    """A file of ours as a path inside the project."""
    path = Path(file)
    inside = path.relative_to(PROJECT) if path.is_relative_to(PROJECT) else None
    return str(inside) if inside and inside.parts[0] in ROOMS else None


def written_lines(pattern: re.Pattern) -> set[Line]:
    """The lines of our code that match."""
    return {
        (str(file.relative_to(PROJECT)), number)
        for room in ROOMS
        for file in (PROJECT / room).rglob("*.py")
        for number, line in enumerate(file.read_text().splitlines(), start=1)
        if pattern.search(line)
    }
