"""Hostile files, made in memory and always the same: `make(family, seed)`.

Each family says how its files may end: `READ` or codes of `sheets.refusal.MESSAGES`. A family that
damages honest files at random may end in every way but one: an exception that isn't a Refusal.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sheets.refusal import MESSAGES

READ = "read"
ANY = frozenset((READ, *MESSAGES))
SEEDS = 14


@dataclass(frozen=True, slots=True)
class Family:
    """A kind of attack: how its files are made, and the ends that are right for them."""

    name: str
    build: Callable[[random.Random], bytes]
    ends: frozenset[str]


FAMILIES: dict[str, Family] = {}


def family(*ends: str) -> Callable:
    """Register a builder under its own name; without `ends` every end will do."""

    def register(build):
        FAMILIES[build.__name__] = Family(build.__name__, build, frozenset(ends) or ANY)
        return build

    return register


def make(name: str, seed: int) -> bytes:
    """The file of a family and a seed."""
    return FAMILIES[name].build(random.Random(f"{name}:{seed}"))


def every(seeds: int = SEEDS) -> Iterator[tuple[str, int]]:
    """(family, seed) of all files: at least a thousand."""
    for seed in range(seeds):
        for name in FAMILIES:
            yield name, seed


def some(count: int) -> list[tuple[str, int]]:
    """So many of them, spread over all families."""
    return [pair for _number, pair in zip(range(count), every(), strict=False)]


from tests.sheets.hostile import archives, old, parts, texts  # noqa: E402, F401 - they register their families
