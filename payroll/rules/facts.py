"""Facts from outside the sheet that a row is checked against; all of them optional.

A fact that isn't known is None and its check stays silent. Workers and cards are looked up through
callables, so that a caller who holds only blind indexes hands in a function that makes the key.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from payroll.rules.banks import KNOWN_BANKS


@dataclass(frozen=True, slots=True)
class KnownWorker:
    """A worker of the roster. `ref` is the caller's own handle; `cards` hold what `card_key` makes."""

    ref: object
    name: str
    cards: frozenset[Hashable] = frozenset()


@dataclass(frozen=True, slots=True)
class MinimumWageFigure:
    """The minimum wage in force in the project's area, yuan a month.

    A part of a month is compared in proportion to the paid days of a month, which is a figure of
    the Ministry's notice and passed in as one.
    """

    monthly: Decimal
    paid_days: Decimal


@dataclass(frozen=True, slots=True)
class AgeLimits:
    """Full years: under `minimum` is child labour; over the others a warning about retirement age."""

    minimum: int | None = None
    male: int | None = None
    female: int | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known beside the sheet.

    `announce` hears the raw (ID number, card) cells of rows some while before they are checked, so that a caller
    can look them all up in one question; what it returns is called when the first of these rows is due.
    """

    worker_of: Callable[[str], KnownWorker | None] | None = None  # by normalised ID number
    workers_named: Callable[[str], Sequence[KnownWorker]] | None = None
    card_key: Callable[[str], Hashable] = field(default=lambda card: card)
    minimum_wage: MinimumWageFigure | None = None
    ages: AgeLimits | None = None
    pay_limit: Decimal | None = None  # yuan, net pay of one person and month
    banks: frozenset[str] | None = KNOWN_BANKS
    severities: Mapping[str, str] | None = None  # by code, as the 人社局 set them; None for the defaults
    announce: Callable[[Sequence[tuple[object, object]]], Callable[[], None]] | None = None


NOTHING_KNOWN = Facts()
