"""Workers registered from rosters, forms and the API: found by blind index, sealed and stored where they are new.

A payroll's newcomers go another way (`payroll.services.newcomers`), because a hundred thousand of them come at once.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from django.db import connection

from payroll.models import BankCard, Worker
from payroll.selectors.roster_facts import known_names_unscoped
from responsibilities.rules.identifiers import birth_date
from responsibilities.rules.pinyin import person_key
from responsibilities.services import vault

NAME_LENGTH, PINYIN_LENGTH, BANK_LENGTH = 60, 200, 80
BATCH = 1000
TURN = 720_132


class Registered(StrEnum):
    """What registering did for a person."""

    NEW = "new"
    PHONE = "phone"
    CARD = "card"


class Person(Protocol):
    """What is known of somebody; telephone and card may be empty."""

    name: str
    id_number: str
    phone: str
    bank_card: str
    bank_name: str


def turn_to_add_people() -> None:
    """Wait for the turn of adding workers or cards, and keep it until the caller's transaction ends.

    Two who add the same people at once would wait for each other in a circle, each for a row that the other has
    stored already; in turns, whoever looks again after his turn has come sees all that the others stored.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TURN])


class Told(Protocol):
    """Hears what was done for the person at a position."""

    def __call__(self, position: int, what: Registered, /) -> None: ...


def workers_register(people: Sequence[Person], told: Told = lambda _position, _what: None) -> tuple[list[int], int]:
    """Each person's worker key, and how many are new. Inside the caller's transaction; names of known people stay.
    `told` hears at which positions somebody is new, or a known one got a telephone or a card.

    Two imports may bring the same new person at once: whoever comes second takes the other's row.
    """
    turn_to_add_people()
    index_of = vault.blind_indexer("id_number")
    indexes = [index_of(person.id_number) for person in people]
    known = known_names_unscoped(set(indexes))
    fresh = {index: person for index, person in zip(indexes, people, strict=True) if index not in known}
    Worker.objects.bulk_create(
        (_worker(index, fresh[index]) for index in sorted(fresh)), batch_size=BATCH, ignore_conflicts=True
    )
    if fresh:
        known |= known_names_unscoped(fresh)
    keys = [known[index][0] for index in indexes]
    first: dict[int, int] = {}
    for position, key in enumerate(keys):
        first.setdefault(key, position)
    new = {known[index][0] for index in fresh}
    for key in new:
        told(first[key], Registered.NEW)
    for what, changed in (
        (Registered.PHONE, _phones(people, keys, indexes, fresh)),
        (Registered.CARD, _cards(people, keys)),
    ):
        for key in changed - new:
            told(first[key], what)
    return keys, len(fresh)


def _worker(index: bytes, person: Person) -> Worker:
    number, name, phone = person.id_number, person.name[:NAME_LENGTH], person.phone
    return Worker(
        name=name,
        pinyin_key=person_key(name)[:PINYIN_LENGTH],
        id_number_sealed=vault.seal_text(number, "id_number"),
        id_number_index=index,
        id_last4=number[-4:],
        birth_on=birth_date(number),
        phone_sealed=vault.seal_text(phone, "phone") if phone else None,
        phone_last4=phone[-4:] if phone else "",
    )


def _phones(people: Sequence[Person], keys: list[int], indexes: list[bytes], fresh: dict[bytes, Person]) -> set[int]:
    """Telephones of known people who had none; whose they are."""
    given = {
        key: person.phone
        for key, index, person in zip(keys, indexes, people, strict=True)
        if person.phone and index not in fresh
    }
    rows = list(Worker.objects.filter(pk__in=given, phone_sealed__isnull=True)) if given else []
    for row in rows:
        row.phone_sealed, row.phone_last4 = vault.seal_text(given[row.pk], "phone"), given[row.pk][-4:]
    Worker.objects.bulk_update(rows, ["phone_sealed", "phone_last4"], batch_size=BATCH)
    return {row.pk for row in rows}


def _cards(people: Sequence[Person], keys: list[int]) -> set[int]:
    """Cards that people didn't have yet; whose they are."""
    index_of = vault.blind_indexer("bank_card")
    wanted = {
        (key, index_of(person.bank_card)): person for key, person in zip(keys, people, strict=True) if person.bank_card
    }
    if not wanted:
        return set()
    known = {
        (worker, bytes(index))
        for worker, index in BankCard.objects.filter(worker__in={key for key, _index in wanted}).values_list(
            "worker_id", "number_index"
        )
    }
    added = {owned: person for owned, person in wanted.items() if owned not in known}
    BankCard.objects.bulk_create(
        (
            BankCard(
                worker_id=worker,
                number_sealed=vault.seal_text(person.bank_card, "bank_card"),
                number_index=index,
                last4=person.bank_card[-4:],
                bank_name=person.bank_name[:BANK_LENGTH],
            )
            for (worker, index), person in sorted(added.items(), key=lambda item: item[0])
        ),
        batch_size=BATCH,
        ignore_conflicts=True,
    )
    return {worker for worker, _index in added}
