"""People and cards not seen before: sealed and copied into their tables chunk by chunk, before the lines that name them.

Their keys are taken from the sequences beforehand. Whoever brings newcomers takes a turn at it
(`turn_to_add_people`) and then looks again, so nobody else stores the same ones meanwhile.
"""

from collections import deque
from collections.abc import Sequence
from functools import lru_cache

from django.db import connection

from payroll.models import BankCard, Worker
from payroll.services.copying import NULL, copy_in, text_of
from payroll.services.courier import Courier
from payroll.services.people import Recognised
from payroll.services.workers import BANK_LENGTH, NAME_LENGTH, PINYIN_LENGTH, turn_to_add_people
from responsibilities.rules.identifiers import birth_date
from responsibilities.rules.pinyin import person_key
from responsibilities.selectors import clock
from responsibilities.services import vault

WORKER = (
    "payroll_worker (id, id_number_index, name, pinyin_key, id_number_sealed, id_last4, birth_on, phone_sealed,"
    " phone_last4, created_at)"
)
CARD = "payroll_bankcard (id, worker_id, number_index, number_sealed, last4, bank_name)"
# Keys that the announced cells didn't promise: some more at once.
MORE_KEYS = 100


class Newcomers:
    """Settles who is in a batch's lines, chunk by chunk. Everything is written through the courier, in its turn."""

    def __init__(self, courier: Courier) -> None:
        self.courier = courier
        self._my_turn = False
        self._created_at = clock.now().isoformat()
        self._worker_keys: deque[int] = deque()
        self._card_keys: deque[int] = deque()
        self._more_cards: dict[tuple[int, bytes], int] = {}  # of people who were known before
        self._phones: dict[int, str] = {}
        self._seal_id, self._seal_phone, self._seal_card = map(vault.sealer, ("id_number", "phone", "bank_card"))

    def reserve(self, people: int, cards: int) -> bool:
        """Have keys ready for so many more, in the courier's turn. True: ask first once more who is known."""
        if not people and not cards:
            return False
        if not self._my_turn:
            turn_to_add_people()
            self._my_turn = True
            return True
        _reserve(self._worker_keys, Worker, people)
        _reserve(self._card_keys, BankCard, cards)
        return False

    def settle(self, lines: Sequence, recognised: Recognised) -> tuple[list[int], list[int | None]]:
        """Each line's worker and card key; whoever is new is sealed and stored under a new key."""
        worker_keys, card_keys, workers, cards = [], [], [], []
        known, known_cards, more_cards = recognised.known.workers, recognised.known.cards, self._more_cards
        rows = zip(lines, recognised.id_indexes, recognised.card_indexes, recognised.named, strict=True)
        for line, id_index, card_index, pk in rows:
            is_new = False
            if id_index is not None:
                worker = known.get(id_index)
                if worker is not None:
                    pk = worker.pk
                    if line.phone and not worker.has_phone:
                        self._phones.setdefault(pk, line.phone)
                else:
                    is_new, pk = True, self._key(self._worker_keys, Worker)
                    workers.append(self._worker(pk, id_index, line))
            card = None
            if card_index is not None:
                card = None if is_new else known_cards.get((pk, card_index)) or more_cards.get((pk, card_index))
                if card is None:
                    card = self._key(self._card_keys, BankCard)
                    cards.append(self._card(card, pk, card_index, line))
                    if not is_new:
                        more_cards[pk, card_index] = card
            worker_keys.append(pk)
            card_keys.append(card)
        for position, stand_in in recognised.stand_ins.items():
            card_keys[position] = stand_in.card
        if workers:
            self.courier.call(copy_in, WORKER, "".join(workers))
        if cards:
            self.courier.call(copy_in, CARD, "".join(cards))
        return worker_keys, card_keys

    def finish(self) -> None:
        """Give known workers their first telephone. Call when the courier is done."""
        _fill_phones(self._phones)

    def _key(self, keys: deque[int], model) -> int:
        if not keys:
            self.courier.call(_reserve, keys, model, MORE_KEYS).result()
        return keys.popleft()

    def _worker(self, pk: int, index: bytes, line) -> str:
        number, phone = line.id_number, line.phone
        phone_sealed = f"\\\\x{self._seal_phone(phone).hex()}" if phone else NULL
        return (
            f"{pk}\t\\\\x{index.hex()}\t{_name(line.name)}\t\\\\x{self._seal_id(number).hex()}\t{number[-4:]}\t"
            f"{birth_date(number) or NULL}\t{phone_sealed}\t{phone[-4:] if phone else ''}\t{self._created_at}\n"
        )

    def _card(self, pk: int, worker: int, index: bytes, line) -> str:
        number = line.bank_card
        return (
            f"{pk}\t{worker}\t\\\\x{index.hex()}\t\\\\x{self._seal_card(number).hex()}\t{text_of(number[-4:], 4)}\t"
            f"{_bank(line.bank_name)}\n"
        )


@lru_cache(maxsize=4096)
def _name(name: str) -> str:
    name = name[:NAME_LENGTH]
    return f"{text_of(name, NAME_LENGTH)}\t{person_key(name)[:PINYIN_LENGTH]}"


@lru_cache(maxsize=1024)
def _bank(name: str) -> str:
    return text_of(name, BANK_LENGTH)


def _reserve(keys: deque[int], model, count: int) -> None:
    if not count:
        return
    with connection.cursor() as cursor:
        # The sequence is looked up once, not once a key: OFFSET 0 keeps it apart.
        cursor.execute(
            "SELECT nextval(sequence.name) FROM (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS name OFFSET 0)"
            " sequence, generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        keys.extend(key for (key,) in cursor.fetchall())


def _fill_phones(phones: dict[int, str]) -> None:
    """Give known workers their first telephone."""
    if not phones:
        return
    order = sorted(phones)
    sealed = "{" + ",".join([f'"\\\\x{vault.seal_text(phones[pk], "phone").hex()}"' for pk in order]) + "}"
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE payroll_worker worker SET phone_sealed = given.sealed, phone_last4 = given.last4
            FROM unnest(%s::bigint[], %s::bytea[], %s::text[]) AS given (id, sealed, last4)
            WHERE worker.id = given.id AND worker.phone_sealed IS NULL
            """,
            [order, sealed, [phones[pk][-4:] for pk in order]],
        )
