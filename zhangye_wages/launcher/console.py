"""What the launcher says to the person in front of the terminal."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Stop(Exception):
    """A refusal that a person can act on: one clear line, no traceback, exit code 2."""


def say(text: str) -> None:
    """One line of progress on stderr, so that stdout stays free for results."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def step(text: str) -> Iterator[None]:
    """Announce a long step when it begins and say how long it took."""
    started = time.monotonic()
    say(f"→ {text} …")
    yield
    say(f"✓ {text} ({time.monotonic() - started:.1f} s)")
