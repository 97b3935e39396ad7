"""Whom of a sheet the database knows, by blind index; asked some rows ahead of their checks. Reads only."""

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from payroll.rules.facts import KnownWorker as RosterWorker
from payroll.rules.numbers import clean_card, clean_id
from payroll.selectors.people import (
    KnownWorker,
    has_registered_unscoped,
    has_roster_unscoped,
    known_workers_unscoped,
    last_cards_unscoped,
    own_cards_unscoped,
    paid_on_cards_unscoped,
    roster_names_unscoped,
)
from payroll.selectors.standing_in import StandIn, stand_in_cards_unscoped, with_cards_unscoped
from payroll.services.courier import Courier
from responsibilities.services import vault
from sheets.values import as_text


@dataclass(frozen=True, slots=True)
class Known:
    """What the database knows of the people and cards of some rows.

    Workers by blind index, those on the `roster` as the checks know them, with the card that was last paid to where
    they have several; `cards` by (worker, blind index); `paid` those who were paid on a card, two at most, of cards
    that somebody else than the person in the row may have. What was asked and isn't in it is not known.
    """

    asked: frozenset[bytes]
    workers: dict[bytes, KnownWorker]
    roster: dict[bytes, RosterWorker]
    cards: dict[tuple[int, bytes], int]
    paid: dict[bytes, list[int]]

    def and_also(self, more: "Known") -> "Known":
        return Known(
            self.asked | more.asked,
            self.workers | more.workers,
            self.roster | more.roster,
            self.cards | more.cards,
            self.paid | more.paid,
        )

    @property
    def strangers_here(self) -> bool:
        """Whether some of them are known, but not on this project's roster."""
        return any(worker.registered is None for worker in self.workers.values())


NOBODY = Known(frozenset(), {}, {}, {}, {})


@dataclass(frozen=True, slots=True)
class Recognised:
    """Per line the blind indexes of its ID number and card, and what the database knows of them.

    A line of a sheet without ID numbers has no index: the roster named its worker (`line.worker.ref`).
    """

    id_indexes: Sequence[bytes | None]
    card_indexes: Sequence[bytes | None]
    named: Sequence[int | None]
    known: Known
    stand_ins: Mapping[int, StandIn] = field(default_factory=dict)  # by position, of lines without a card

    def worker(self, position: int) -> KnownWorker | None:
        index = self.id_indexes[position]
        return self.known.workers.get(index) if index else None

    def worker_pk(self, position: int) -> int | None:
        index = self.id_indexes[position]
        if index is None:
            return self.named[position]
        worker = self.known.workers.get(index)
        return worker.pk if worker else None


class People:
    """Answers the checks of one sheet. `announce` asks for rows to come, `recognise` tells of rows just checked.

    Only the chunk at hand is kept, so that a sheet of 100,000 people costs no more memory than one of 2,500.
    `reserve(people, cards)` hears how many of a chunk are new at most, in the courier's turn; where it says so, the
    question is asked once more.
    """

    def __init__(self, *, project_id: int, month_on: datetime.date, employer_id: int | None = None) -> None:
        self.project_id, self.month_on, self.employer_id = project_id, month_on, employer_id
        self.has_roster = has_roster_unscoped(project_id, month_on)
        self.registers = has_registered_unscoped(project_id, month_on)
        self.id_index = vault.blind_indexer("id_number")
        self.card_index = vault.blind_indexer("bank_card")
        self._known = NOBODY
        self._paid: dict[bytes, list[int]] = {}  # of the last question: a card that all share is asked about once

    def ask_by(self, courier: Courier, reserve: Callable[[int, int], bool] | None) -> None:
        """Whoever walks the sheet says how questions are carried; `reserve` see above."""
        self.courier, self.reserve = courier, reserve

    def announce(self, cells: Sequence[tuple[object, object]]) -> Callable[[], None]:
        """Ask about rows to come by their raw ID number and card; call the answer when they are due."""
        id_of, card_of = self.id_index, self.card_index
        asked = [
            (
                id_of(clean_id(number)) if type(number) is str else None,
                card_of(_card_text(card)) if card is not None else None,
            )
            for number, card in cells
        ]
        answer = self.courier.call(self._look_up, asked)

        def due() -> None:
            self._known = answer.result()

        return due

    def worker_of(self, number: str) -> RosterWorker | None:
        """The roster's worker with this ID number."""
        index = self.id_index(number)
        worker = self._known.roster.get(index)
        if worker is None and index not in self._known.asked:
            self._ask_also([(index, None)])
            worker = self._known.roster.get(index)
        return worker

    def workers_named(self, name: str) -> Sequence[RosterWorker]:
        """The employer's own workers of this name, for a sheet without ID numbers: another employer's is no answer."""
        names, cards, with_cards = self._roster
        return [
            RosterWorker(pk, name, frozenset((cards[pk],)) if pk in cards else frozenset(), pk in with_cards)
            for pk in names.get(name, ())
        ]

    def recognise(self, lines: Sequence) -> Recognised:
        """The lines' people and cards; asks again only for numbers that no cell announced."""
        id_of, card_of = self.id_index, self.card_index
        id_indexes = [id_of(line.id_number) if line.id_number else None for line in lines]
        card_indexes = [card_of(line.bank_card) if line.bank_card else None for line in lines]
        asked = self._known.asked
        if not asked.issuperset(filter(None, id_indexes)) or not asked.issuperset(filter(None, card_indexes)):
            self._ask_also(list(zip(id_indexes, card_indexes, strict=True)))
        named = [line.worker.ref if line.worker and not line.id_number else None for line in lines]
        with_cards = [pair for pair in zip(named, card_indexes, strict=True) if None not in pair]
        if with_cards:
            self._known.cards.update(self.courier.call(_own_cards, with_cards).result())
        return Recognised(
            id_indexes=id_indexes,
            card_indexes=card_indexes,
            named=named,
            known=self._known,
            stand_ins=self._stand_ins(lines) if None in card_indexes else {},
        )

    def _stand_ins(self, lines: Sequence) -> dict[int, StandIn]:
        """Registered cards for lines of the roster's people that have none, by position."""
        lacking = {
            line.worker.ref: position
            for position, line in enumerate(lines)
            if line.bank_card is None and line.worker is not None and line.worker.other_cards
        }
        if not lacking:
            return {}
        found = self.courier.call(stand_in_cards_unscoped, list(lacking)).result()
        return {lacking[worker]: card for worker, card in found.items()}

    @cached_property
    def _roster(self) -> tuple[dict[str, list[int]], dict[int, bytes], set[int]]:
        return self.courier.call(self._read_roster).result()

    def _read_roster(self):
        names = roster_names_unscoped(self.project_id, self.employer_id, self.month_on)
        people = [pk for pks in names.values() for pk in pks]
        return names, last_cards_unscoped(self.project_id, self.month_on, people), with_cards_unscoped(people)

    def _ask_also(self, asked: list[tuple[bytes | None, bytes | None]]) -> None:
        self._known = self._known.and_also(self.courier.call(self._look_up, asked).result())

    def _look_up(self, asked: list[tuple[bytes | None, bytes | None]]) -> Known:
        people, given = zip(*asked, strict=True) if asked else ((), ())
        workers, roster, cards, own_cards = {}, {}, {}, 0
        doubtful, unsure = {}, set(given)
        for worker in known_workers_unscoped(people, given, self.project_id, self.month_on):
            pk, name, _has_phone, registered, card, other_cards, others_card, position = worker
            person = people[position]
            workers[person] = worker
            if card is not None:
                cards[pk, given[position]] = card
                own_cards += 1
                if not others_card:
                    unsure.discard(given[position])
            if registered is not None:
                roster[person] = RosterWorker(pk, name, registered=registered or not self.registers)
                # Whose only card is the one in the sheet has none that differs; of the others their last pay tells.
                if other_cards:
                    roster[person], doubtful[pk] = roster[person]._replace(other_cards=True), person
        unsure.discard(None)
        if self.reserve and self.reserve(_new_among(people, workers), len(given) - given.count(None) - own_cards):
            return self._look_up(asked)
        for pk, paid_to in last_cards_unscoped(self.project_id, self.month_on, doubtful).items():
            roster[doubtful[pk]] = roster[doubtful[pk]]._replace(cards=frozenset((paid_to,)))
        asked_for = frozenset(people).union(given)
        return Known(asked=asked_for, workers=workers, roster=roster, cards=cards, paid=self._paid_on(unsure))

    def _paid_on(self, numbers: set[bytes]) -> dict[bytes, list[int]]:
        found = {number: self._paid[number] for number in numbers & self._paid.keys()}
        asked = list(numbers - found.keys())
        found |= {number: [] for number in asked}
        for position, worker in paid_on_cards_unscoped(asked):
            found[asked[position]].append(worker)
        self._paid = found
        return {number: workers for number, workers in found.items() if workers}


def _own_cards(pairs: Sequence[tuple[int, bytes]]) -> dict[tuple[int, bytes], int]:
    return {pairs[position]: card for position, card in own_cards_unscoped(*zip(*pairs, strict=True))}


def _new_among(people: Sequence[bytes | None], workers: dict[bytes, KnownWorker]) -> int:
    return sum(1 for person in people if person is not None and person not in workers)


def _card_text(cell: object) -> str:
    return clean_card(cell if type(cell) is str else as_text(cell))
