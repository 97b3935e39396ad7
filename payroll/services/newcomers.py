"""People and cards not seen before: sealed, laid by in temporary tables, stored set-based at the end.

Their keys are taken from the sequences beforehand, so that lines can be copied before the workers they name are
stored: the foreign keys are checked when the transaction ends.
"""

from collections import deque
from collections.abc import Sequence

from django.db import connection

from payroll.models import BankCard, Worker
from payroll.services.copying import NULL, copy_in, text_of
from payroll.services.courier import Courier
from payroll.services.people import Recognised
from responsibilities.rules.identifiers import birth_date
from responsibilities.rules.pinyin import person_key
from responsibilities.selectors import clock
from responsibilities.services import vault

NAME_LENGTH, PINYIN_LENGTH, BANK_LENGTH = 60, 200, 80
WORKER = "id, id_number_index, name, pinyin_key, id_number_sealed, id_last4, birth_on, phone_sealed, phone_last4"
CARD = "id, worker_id, number_index, number_sealed, last4, bank_name"
LAY_BY = {
    "worker": f"CREATE TEMPORARY TABLE new_worker AS SELECT {WORKER} FROM payroll_worker WITH NO DATA",  # noqa: S608
    "card": f"CREATE TEMPORARY TABLE new_card AS SELECT {CARD} FROM payroll_bankcard WITH NO DATA",  # noqa: S608
}
STORE_WORKERS = f"""
    INSERT INTO payroll_worker ({WORKER}, created_at)
    SELECT {WORKER}, %s FROM new_worker ORDER BY id_number_index, id
    ON CONFLICT (id_number_index) DO NOTHING
"""  # noqa: S608 - the columns above
STORE_CARDS = f"""
    INSERT INTO payroll_bankcard ({CARD})
    SELECT {CARD} FROM new_card ORDER BY worker_id, number_index, id
    ON CONFLICT (worker_id, number_index) DO NOTHING
"""  # noqa: S608


class Newcomers:
    """Collects a batch's newcomers chunk by chunk. Everything is written through the courier, in its turn."""

    def __init__(self, batch_id: int, courier: Courier) -> None:
        self.batch_id, self.courier = batch_id, courier
        self._worker_keys: deque[int] = deque()
        self._card_keys: deque[int] = deque()
        self._phones: dict[int, str] = {}
        self._laid_by = {"worker": 0, "card": 0}
        self._seal_id, self._seal_phone, self._seal_card = map(vault.sealer, ("id_number", "phone", "bank_card"))

    def reserve(self, people: int, cards: int) -> None:
        """Have keys ready for so many more, in the courier's turn."""
        _reserve(self._worker_keys, Worker, people)
        _reserve(self._card_keys, BankCard, cards)

    def settle(self, lines: Sequence, recognised: Recognised) -> tuple[list[int], list[int | None]]:
        """Each line's worker and card key; whoever is new is sealed and laid by under a new key.

        The same newcomer in two lines gets two keys here; `store` makes them one.
        """
        worker_keys, card_keys, workers, cards = [], [], [], []
        known_cards = recognised.known.cards
        for position, line in enumerate(lines):
            id_index, card_index = recognised.id_indexes[position], recognised.card_indexes[position]
            pk = recognised.worker_pk(position)
            if pk is None:
                pk = self._key(self._worker_keys, Worker)
                workers.append(self._worker(pk, id_index, line))
            elif line.phone and (worker := recognised.worker(position)) and not worker.has_phone:
                self._phones.setdefault(pk, line.phone)
            card = None
            if card_index is not None:
                card = known_cards.get((pk, card_index))
                if card is None:
                    card = self._key(self._card_keys, BankCard)
                    cards.append(self._card(card, pk, card_index, line))
            worker_keys.append(pk)
            card_keys.append(card)
        self._lay_by("worker", WORKER, workers)
        self._lay_by("card", CARD, cards)
        return worker_keys, card_keys

    def store(self) -> None:
        """Workers, then cards, each in the order of what is unique: two imports wait for each other in no circle.

        Whom another import stored meanwhile, or who stands in two lines, exists already: `ON CONFLICT DO NOTHING`,
        and what was copied under the unused key is given the other one.
        """
        with connection.cursor() as cursor:
            if laid_by := self._laid_by["worker"]:
                cursor.execute(STORE_WORKERS, [clock.now()])
                if cursor.rowcount < laid_by:
                    self._use_existing_workers(cursor)
                cursor.execute("DROP TABLE new_worker")
            if laid_by := self._laid_by["card"]:
                cursor.execute(STORE_CARDS)
                if cursor.rowcount < laid_by:
                    self._use_existing_cards(cursor)
                cursor.execute("DROP TABLE new_card")
        _fill_phones(self._phones)

    def _use_existing_workers(self, cursor) -> None:
        cursor.execute(
            """
            CREATE TEMPORARY TABLE met_worker AS SELECT new.id AS unused, old.id AS used
            FROM new_worker new JOIN payroll_worker old USING (id_number_index) WHERE old.id <> new.id
            """
        )
        if self._laid_by["card"]:
            cursor.execute("UPDATE new_card SET worker_id = used FROM met_worker WHERE worker_id = unused")
        cursor.execute(
            "UPDATE payroll_payrollline SET worker_id = used FROM met_worker WHERE batch_id = %s AND worker_id = unused",
            [self.batch_id],
        )
        cursor.execute("DROP TABLE met_worker")

    def _use_existing_cards(self, cursor) -> None:
        cursor.execute(
            """
            UPDATE payroll_payrollline line SET card_id = old.id
            FROM new_card new JOIN payroll_bankcard old USING (worker_id, number_index)
            WHERE line.batch_id = %s AND line.card_id = new.id AND old.id <> new.id
            """,
            [self.batch_id],
        )

    def _key(self, keys: deque[int], model) -> int:
        if not keys:
            # More than the announced cells promised: a known card in somebody else's hands.
            self.courier.call(_reserve, keys, model, 100).result()
        return keys.popleft()

    def _lay_by(self, what: str, columns: str, rows: list[str]) -> None:
        if rows:
            first = not self._laid_by[what]
            self._laid_by[what] += len(rows)
            self.courier.call(_copy_aside, what, columns, "".join(rows), first)

    def _worker(self, pk: int, index: bytes, line) -> str:
        number, phone, name = line.id_number, line.phone, line.name[:NAME_LENGTH]
        sealed = self._seal_id(number).hex()
        phone_sealed = f"\\\\x{self._seal_phone(phone).hex()}" if phone else NULL
        return (
            f"{pk}\t\\\\x{index.hex()}\t{text_of(name, NAME_LENGTH)}\t{person_key(name)[:PINYIN_LENGTH]}\t\\\\x{sealed}\t{number[-4:]}\t"
            f"{birth_date(number) or NULL}\t{phone_sealed}\t{phone[-4:] if phone else ''}\n"
        )

    def _card(self, pk: int, worker: int, index: bytes, line) -> str:
        number = line.bank_card
        sealed = self._seal_card(number).hex()
        return (
            f"{pk}\t{worker}\t\\\\x{index.hex()}\t\\\\x{sealed}\t{text_of(number[-4:], 4)}\t"
            f"{text_of(line.bank_name, BANK_LENGTH)}\n"
        )


def _copy_aside(what: str, columns: str, text: str, first: bool) -> None:
    if first:
        with connection.cursor() as cursor:
            cursor.execute(LAY_BY[what])
    copy_in(f"new_{what} ({columns})", text)


def _reserve(keys: deque[int], model, count: int) -> None:
    if not count:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
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
