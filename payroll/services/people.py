"""Workers and cards of a sheet: recognised by blind index, and only those not seen before are sealed.

`recognise` only reads, `newcomers` only computes, `register` writes inside the caller's transaction.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from payroll.selectors.people import (
    KnownWorker,
    bytea_array,
    known_cards_unscoped,
    known_workers_unscoped,
)
from responsibilities.rules.identifiers import birth_date
from responsibilities.rules.pinyin import person_key
from responsibilities.selectors import clock
from responsibilities.services import vault

NAME_LENGTH, PINYIN_LENGTH, BANK_LENGTH = 60, 200, 80


@dataclass(frozen=True, slots=True)
class Recognised:
    """Per line the blind indexes of its ID number and card, and what the database knows of them.

    A line of a sheet without ID numbers has no index: the roster named its worker (`line.worker.ref`).
    """

    id_indexes: Sequence[bytes | None]
    card_indexes: Sequence[bytes | None]
    named: Sequence[int | None]
    workers: dict[bytes, KnownWorker]
    cards: dict[bytes, dict[int, int]]

    def worker_pk(self, position: int) -> int | None:
        index = self.id_indexes[position]
        if index is None:
            return self.named[position]
        worker = self.workers.get(index)
        return worker.pk if worker else None


@dataclass(frozen=True, slots=True)
class Newcomers:
    """What is to be stored of people and cards not seen before, sealed.

    Workers by blind index; cards by (whose: blind index or worker key, card's blind index); telephones by
    worker key, for those who have none yet.
    """

    workers: dict[bytes, tuple]
    cards: dict[tuple[bytes | int, bytes], tuple]
    phones: dict[int, tuple]


class Indexers:
    """The blind indexes of one import; each number is hashed once."""

    def __init__(self) -> None:
        self.id_number = vault.blind_indexer("id_number")
        self.bank_card = vault.blind_indexer("bank_card")


def recognise(lines: Sequence, indexers: Indexers, roster: dict[bytes, KnownWorker]) -> Recognised:
    """Look the lines' people and cards up, those not on the roster by index; two queries for any number of lines."""
    id_of, card_of = indexers.id_number, indexers.bank_card
    id_indexes = [id_of(line.id_number) if line.id_number else None for line in lines]
    card_indexes = [card_of(line.bank_card) if line.bank_card else None for line in lines]
    strangers = {index for index in id_indexes if index and index not in roster}
    return Recognised(
        id_indexes=id_indexes,
        card_indexes=card_indexes,
        named=[line.worker.ref if line.worker and not line.id_number else None for line in lines],
        workers=roster | known_workers_unscoped(strangers) if strangers else roster,
        cards=known_cards_unscoped(filter(None, dict.fromkeys(card_indexes))),
    )


def newcomers(lines: Sequence, known: Recognised) -> Newcomers:
    """Seal what isn't stored yet. Runs before the transaction, so that locks are held shortly."""
    result = Newcomers({}, {}, {})
    for position, line in enumerate(lines):
        id_index, card_index = known.id_indexes[position], known.card_indexes[position]
        worker = known.workers.get(id_index) if id_index else None
        if id_index and worker is None and id_index not in result.workers:
            result.workers[id_index] = _worker(line)
        if worker and line.phone and not worker.has_phone:
            result.phones.setdefault(worker.pk, _phone(line.phone))
        if card_index is None:
            continue
        pk = known.worker_pk(position)
        whose = id_index if pk is None else pk
        if (whose, card_index) not in result.cards and (pk is None or pk not in known.cards.get(card_index, ())):
            result.cards[whose, card_index] = (
                vault.seal_text(line.bank_card, "bank_card"),
                line.bank_card[-4:],
                line.bank_name[:BANK_LENGTH],
            )
    return result


@transaction.atomic
def register(known: Recognised, new: Newcomers) -> tuple[list[int], list[int | None]]:
    """Store the newcomers; returns each line's worker and card keys.

    Two imports may bring the same new person at once: `ON CONFLICT DO NOTHING`, then the other's row is
    read. Both insert in the order of the index, so that neither waits for the other in a circle.
    """
    worker_ids = {index: worker.pk for index, worker in known.workers.items()}
    worker_ids |= _insert_workers(new.workers)
    cards = dict(known.cards)
    for (card_index, worker), card in _insert_cards(new.cards, worker_ids).items():
        cards[card_index] = cards.get(card_index, {}) | {worker: card}
    _fill_phones(new.phones)
    workers = [
        named if index is None else worker_ids[index]
        for index, named in zip(known.id_indexes, known.named, strict=True)
    ]
    return workers, [
        cards[index][worker] if index is not None else None
        for index, worker in zip(known.card_indexes, workers, strict=True)
    ]


def _insert_workers(new: dict[bytes, tuple]) -> dict[bytes, int]:
    if not new:
        return {}
    order = sorted(new)
    names, pinyin, sealed, last4, births, phones, phone_last4 = zip(*(new[index] for index in order), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO payroll_worker (id_number_index, name, pinyin_key, id_number_sealed, id_last4, birth_on,
                                        phone_sealed, phone_last4, created_at)
            SELECT *, %s FROM unnest(%s::bytea[], %s::text[], %s::text[], %s::bytea[], %s::text[], %s::date[],
                                     %s::bytea[], %s::text[])
            ON CONFLICT (id_number_index) DO NOTHING
            RETURNING id_number_index, id
            """,
            [
                clock.now(),
                bytea_array(order),
                list(names),
                list(pinyin),
                bytea_array(sealed),
                list(last4),
                _dates(births),
                _nullable(phones),
                list(phone_last4),
            ],
        )
        stored = {bytes(index): pk for index, pk in cursor.fetchall()}
    if missing := [index for index in order if index not in stored]:
        stored |= {index: worker.pk for index, worker in known_workers_unscoped(missing).items()}
    return stored


def _insert_cards(
    new: dict[tuple[bytes | int, bytes], tuple], workers: dict[bytes, int]
) -> dict[tuple[bytes, int], int]:
    if not new:
        return {}
    whose = {key: key[0] if isinstance(key[0], int) else workers[key[0]] for key in new}
    order = sorted((worker, key[1], key) for key, worker in whose.items())
    sealed, last4, banks = zip(*(new[key] for _, _, key in order), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO payroll_bankcard (worker_id, number_index, number_sealed, last4, bank_name)
            SELECT * FROM unnest(%s::bigint[], %s::bytea[], %s::bytea[], %s::text[], %s::text[])
            ON CONFLICT (worker_id, number_index) DO NOTHING
            RETURNING number_index, worker_id, id
            """,
            [
                [worker for worker, _, _ in order],
                bytea_array(card_index for _, card_index, _ in order),
                bytea_array(sealed),
                list(last4),
                list(banks),
            ],
        )
        stored = {(bytes(index), worker): pk for index, worker, pk in cursor.fetchall()}
    missing = [(card_index, worker) for worker, card_index, _ in order if (card_index, worker) not in stored]
    if missing:
        found = known_cards_unscoped(dict.fromkeys(index for index, _ in missing))
        stored |= {(index, worker): found[index][worker] for index, worker in missing}
    return stored


def _fill_phones(phones: dict[int, tuple]) -> None:
    if not phones:
        return
    order = sorted(phones)
    sealed, last4 = zip(*(phones[pk] for pk in order), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE payroll_worker worker SET phone_sealed = given.sealed, phone_last4 = given.last4
            FROM unnest(%s::bigint[], %s::bytea[], %s::text[]) AS given (id, sealed, last4)
            WHERE worker.id = given.id AND worker.phone_sealed IS NULL
            """,
            [order, bytea_array(sealed), list(last4)],
        )


def _worker(line) -> tuple:
    number = line.id_number
    sealed = vault.seal_text(number, "id_number")
    name = line.name[:NAME_LENGTH]
    return name, person_key(name)[:PINYIN_LENGTH], sealed, number[-4:], birth_date(number), *_phone(line.phone)


def _phone(phone: str | None) -> tuple[bytes | None, str]:
    return (vault.seal_text(phone, "phone"), phone[-4:]) if phone else (None, "")


def _dates(days: Sequence[datetime.date | None]) -> str:
    return "{" + ",".join([day.isoformat() if day else "NULL" for day in days]) + "}"


def _nullable(values: Sequence[bytes | None]) -> str:
    return "{" + ",".join([f'"\\\\x{value.hex()}"' if value else "NULL" for value in values]) + "}"
