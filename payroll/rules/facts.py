"""Facts from outside the sheet that a row is checked against; all of them optional.

A fact that isn't known is None and its check stays silent. Workers and cards are looked up through
callables, so that a caller who holds only blind indexes hands in a function that makes the key.
"""

import datetime
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple, Protocol

from payroll.rules.banks import KNOWN_BANKS


class KnownWorker(NamedTuple):
    """A worker of the roster. `ref` is the caller's own handle; `cards` hold what `card_key` makes.

    `other_cards`: cards are registered for him beside the one in the sheet, so that one may stand in for a blank cell.
    `registered`: his entry is, or the site registers nobody's; else only payrolls know him.
    """

    ref: object
    name: str
    cards: frozenset[Hashable] = frozenset()
    other_cards: bool = False
    registered: bool = True


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


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From where on a sign of wage return is told: people, per cent, multiples. None: never."""

    identical_people: int | None = None
    identical_share: Decimal | None = None  # per cent of the crew
    round_share: Decimal | None = None  # per cent of the rows
    round_people: int | None = None
    outlier_times: Decimal | None = None
    outlier_people: int | None = None
    consecutive_cards: int | None = None


class Stay(Protocol):
    """From entry to exit, both days included; `left_on` None: still there."""

    entered_on: datetime.date
    left_on: datetime.date | None


@dataclass(frozen=True, slots=True)
class LastMonth:
    """The employer's sheet of the month before: `month` as 2026-09, its people and what they got, yuan; `lines` gives
    (worker, days, net) of each."""

    month: str
    people: int
    total: Decimal
    lines: Callable[[], Iterable[tuple[int, Decimal | None, Decimal]]]


@dataclass(frozen=True, slots=True)
class MonthFacts:
    """What is known of the people and the month of a batch, by worker key. None or absent: not known, silent.

    `attended` are the days that attendance records, None where this employer records none; `same_days` those on
    which another site records the worker too. `absent_names` tells names of workers, for a remark on the batch.
    `balance` is what the special account holds for the batch, yuan; `gap` the month before, where the employer
    paid the month before that one and stated nothing for it.
    """

    stays: Mapping[int, Sequence[Stay]] = field(default_factory=dict)
    attended: Mapping[int, Decimal] | None = None
    expected: AbstractSet[int] = frozenset()  # those whom this employer's attendance names
    present: AbstractSet[int] = frozenset()  # this employer's people with a stay in the month and no back pay for it
    same_days: Mapping[int, Sequence[datetime.date]] = field(default_factory=dict)
    under_contract: AbstractSet[int] | None = None
    paid_by_others: AbstractSet[int] = frozenset()
    absent_names: Callable[[Iterable[int]], Sequence[str]] = lambda _workers: ()
    balance: Decimal | None = None
    balance_is: str = ""
    gap: str = ""
    last_month: LastMonth | None = None
    thresholds: Thresholds = Thresholds()
