"""Two imports that bring the same new people and cards at once, on real connections: everybody is stored once.

Both have looked, found nobody, and stand before the same closed door: one before a lock on the tables of people and
cards that lets it read but not write, the others before its turn to add people. Then it opens.
"""

import threading
import time
from contextlib import contextmanager
from decimal import Decimal

import pytest
from django.db import connection, connections, transaction
from django.db.models import Count, Sum

from payroll.models import BankCard, PayrollBatch, PayrollLine, Worker
from payroll.services import newcomers
from payroll.services import reading as payroll_reading
from payroll.services.newcomers import Newcomers
from payroll.services.people_import import people_import_file
from payroll.services.reading import batch_read
from payroll.services.workers import TURN
from responsibilities.services.trail import Actor
from tests.cast import build_cast
from tests.factories.payroll import card_number, draft, person, sheet_bytes, site, upload

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 60
SYSTEM = Actor.system("test")


@pytest.fixture
def sites(transactional_db):
    cast = build_cast()
    return site(cast), site(cast, "ZY-2026-011")


# The locks of other databases, of other tests at the same time, are shown as well.
HERE = "SELECT oid FROM pg_database WHERE datname = current_database()"


@contextmanager
def door(waiting: int):
    """Nobody may write people or cards inside; it opens when so many stand before it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE payroll_worker, payroll_bankcard IN EXCLUSIVE MODE")
        yield
        deadline = time.monotonic() + 30
        while True:
            cursor.execute(
                "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted AND (relation IN"
                " ('payroll_worker'::regclass, 'payroll_bankcard'::regclass)"
                f" OR locktype = 'advisory' AND objid = %s AND objsubid = 1) AND database = ({HERE})",
                [TURN],
            )
            if cursor.fetchone()[0] == waiting:
                return
            assert time.monotonic() < deadline, "not everybody came to write what the others write"
            time.sleep(0.01)


def at_once(*acts) -> list[BaseException | None]:
    """Run the acts, each on a connection of its own, all past their reading before one of them writes; what failed."""
    failed: list[BaseException | None] = [None] * len(acts)

    def run(place, act):
        try:
            act()
        except Exception as error:
            failed[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    with door(len(acts)):
        for thread in threads:
            thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive(), "they wait for each other"
    return failed


def reading(batch: PayrollBatch):
    return lambda: batch_read(batch.pk)


def sheet(project, people, **facts) -> PayrollBatch:
    return upload(project, sheet_bytes(people), **facts)


def is_whole(batch: PayrollBatch, people: list[dict]) -> None:
    """Every line leads to the person and the card that its row names, and the sums are exact."""
    batch.refresh_from_db()
    assert (batch.status, batch.accepted, batch.attempts) == ("draft", len(people), 1)
    lines = PayrollLine.objects.filter(batch=batch).select_related("worker", "card").order_by("row")
    assert [(line.worker.name, line.worker.id_last4, line.card.last4, line.net) for line in lines] == [
        (row["name"], row["id_number"][-4:], row["bank_card"][-4:], Decimal(row["net_pay"])) for row in people
    ]
    assert all(line.card.worker_id == line.worker_id for line in lines)
    assert batch.total_net == lines.aggregate(sum=Sum("net"))["sum"] == sum(row["net_pay"] for row in people)


def once_each(workers: int, cards: int) -> None:
    assert (Worker.objects.count(), BankCard.objects.count()) == (workers, cards)
    assert not Worker.objects.values("id_number_index").annotate(n=Count("id")).filter(n__gt=1)
    assert not BankCard.objects.values("worker", "number_index").annotate(n=Count("id")).filter(n__gt=1)


def test_the_same_new_people_on_two_sites(sites):
    first = [person(n) for n in range(PEOPLE)]
    second = [person(n) for n in reversed(range(PEOPLE // 2, PEOPLE * 2))]
    batches = sheet(sites[0], first), sheet(sites[1], second)
    assert at_once(*map(reading, batches)) == [None, None]
    is_whole(batches[0], first)
    is_whole(batches[1], second)
    once_each(PEOPLE * 2, PEOPLE * 2)


def test_a_new_person_with_another_card_on_each_site(sites):
    first = [person(n) for n in range(PEOPLE)]
    second = [person(n, bank_card=card_number(1_000 + n)) for n in range(PEOPLE)]
    batches = sheet(sites[0], first), sheet(sites[1], second)
    assert at_once(*map(reading, batches)) == [None, None]
    is_whole(batches[0], first)
    is_whole(batches[1], second)
    once_each(PEOPLE, PEOPLE * 2)


def test_the_same_new_cards_of_people_known_before(sites):
    known = [person(n) for n in range(PEOPLE)]
    draft(sites[0], known)
    changed = [person(n, bank_card=card_number(1_000 + n)) for n in range(PEOPLE)]
    batches = sheet(sites[0], changed), sheet(sites[1], list(reversed(changed)))
    assert at_once(*map(reading, batches)) == [None, None]
    is_whole(batches[0], changed)
    is_whole(batches[1], list(reversed(changed)))
    once_each(PEOPLE, PEOPLE * 2)


def test_three_sheets_and_a_roster_that_all_bring_the_same_people(sites):
    people = [person(n) for n in range(PEOPLE)]
    batches = [sheet(sites[0], people), sheet(sites[1], people[::-1]), sheet(sites[1], people[1:], name="2.xlsx")]
    columns = ("name", "id_number", "phone", "bank_card", "bank_name", "crew")
    roster = sheet_bytes(people, columns=columns, name="花名册", above=())
    register = lambda: people_import_file(  # noqa: E731
        project=sites[0], subcontractor=None, data=roster, check=False, actor=SYSTEM
    )
    assert at_once(register, *map(reading, batches)) == [None] * 4
    for batch, rows in zip(batches, (people, people[::-1], people[1:]), strict=True):
        is_whole(batch, rows)
    once_each(PEOPLE, PEOPLE)


@pytest.mark.parametrize("known", [False, True], ids=["people", "cards"])
def test_without_turns_one_of_them_fails(sites, monkeypatch, known):
    """A negative control: the two really meet."""
    if known:
        draft(sites[0], [person(n) for n in range(PEOPLE)])
    people = [person(n, bank_card=card_number(1_000 + n)) for n in range(PEOPLE)]
    monkeypatch.setattr(newcomers, "turn_to_add_people", lambda: None)
    failed = at_once(*map(reading, (sheet(sites[0], people), sheet(sites[1], people[::-1]))))
    (error,) = filter(None, failed)
    assert type(error).__name__ in ("UniqueViolation", "DeadlockDetected")


def test_who_stops_in_the_middle_keeps_nobody_waiting_for_ever(sites, monkeypatch):
    """A reader that is alive but says nothing more loses its transaction, and with it the turn."""
    monkeypatch.setattr(payroll_reading, "LONGEST_PAUSE", "1s")
    frozen = threading.Event()
    tell = Newcomers.finish

    def stop(self):
        if threading.current_thread().name == "stops":
            frozen.wait(30)
        tell(self)

    monkeypatch.setattr(Newcomers, "finish", stop)
    people = [person(n) for n in range(PEOPLE)]
    first, second = sheet(sites[0], people), sheet(sites[1], people)
    failed = []

    def stopping():
        try:
            batch_read(first.pk)
        except Exception as error:
            failed.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=stopping, name="stops")
    thread.start()
    try:
        _until_somebody_has_the_turn()
        batch_read(second.pk)
        is_whole(second, people)
    finally:
        frozen.set()
        thread.join(60)
    assert failed, "it was not noticed that the first had stopped"
    once_each(PEOPLE, PEOPLE)
    batch_read(first.pk)
    first.refresh_from_db()
    assert (first.status, first.attempts, first.accepted) == ("draft", 2, PEOPLE)


def _until_somebody_has_the_turn() -> None:
    deadline = time.monotonic() + 30
    with connection.cursor() as cursor:
        while True:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE granted AND locktype = 'advisory' AND objid = %s AND objsubid = 1"
                f" AND database = ({HERE})",
                [TURN],
            )
            if cursor.fetchone()[0]:
                return
            assert time.monotonic() < deadline
            time.sleep(0.01)
