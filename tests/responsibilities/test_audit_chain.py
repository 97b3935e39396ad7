"""The trail is chained, and each way of tampering with it is found; an untouched one is not blamed."""

import json
import os

import psycopg2
import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from responsibilities.models import AuditBlock, AuditEvent
from responsibilities.services import heads, sealing
from responsibilities.services.sealing import seal_events
from responsibilities.services.trail import Actor, record_event
from responsibilities.services.verifying import verify_chain, walk

ACTOR = Actor.system("test")


@pytest.fixture(autouse=True)
def own_heads(settings, tmp_path):
    settings.AUDIT_HEADS_PATH = tmp_path / "heads.log"


def write_events(count: int) -> None:
    for number in range(count):
        record_event(actor=ACTOR, action="test.act", object_type="test", object_id=str(number))


def seal_in_three_blocks() -> list[AuditBlock]:
    for _ in range(3):
        write_events(4)
        seal_events()
    return list(AuditBlock.objects.order_by("id"))


class Undo(Exception):
    pass


def finding_after(statement: str, *parameters) -> str | None:
    """What the walk says while the statement's harm is in the tables; undone afterwards."""
    code = None
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL session_replication_role = replica")  # triggers are off
                cursor.execute(statement, parameters)
                assert cursor.rowcount
            verdict = walk()
            code = verdict.broken and verdict.broken.code
            raise Undo
    except Undo:
        return code


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE responsibilities_auditevent SET reason = 'x'",
        "DELETE FROM responsibilities_auditevent",
        "TRUNCATE responsibilities_auditevent CASCADE",
        "TRUNCATE responsibilities_auditblock",
    ],
)
def test_the_database_itself_refuses_to_change_the_trail(statement):
    write_events(1)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AuditEvent.objects.filter(action="test.act").count() == 1


@pytest.mark.django_db(transaction=True)
def test_every_way_of_tampering_is_found_and_named():
    first, second, third = seal_in_three_blocks()
    assert walk().broken is None  # negative control: nothing was touched
    victim = second.event_ids[1]
    events, blocks = "responsibilities_auditevent", "responsibilities_auditblock"
    swapped = [second.event_ids[1], second.event_ids[0], *second.event_ids[2:]]

    assert finding_after(f"UPDATE {events} SET reason = '改' WHERE id = %s", victim) == "changed"
    assert finding_after(f"UPDATE {events} SET at = at + interval '1 microsecond' WHERE id = %s", victim) == "changed"
    assert finding_after(f"UPDATE {events} SET changes = '{{\"a\": 1}}' WHERE id = %s", victim) == "changed"
    assert finding_after(f"UPDATE {blocks} SET sealed_before = 1 WHERE id = %s", second.pk) == "changed"
    assert finding_after(f"DELETE FROM {events} WHERE id = %s", victim) == "deleted"
    assert finding_after(f"UPDATE {blocks} SET event_ids = event_ids[2:] WHERE id = %s", second.pk) == "deleted"
    assert (
        finding_after(
            f"UPDATE {blocks} SET event_ids = event_ids || %s::bigint WHERE id = %s", third.event_ids[0], second.pk
        )
        == "inserted"
    )
    assert finding_after(_FORGED, victim) == "inserted"
    assert finding_after(f"UPDATE {blocks} SET event_ids = %s WHERE id = %s", swapped, second.pk) == "reordered"
    assert finding_after(f"DELETE FROM {blocks} WHERE id = %s", second.pk) == "chain"
    assert finding_after(f"UPDATE {blocks} SET id = 9 - id + %s", 2 * second.pk) == "chain"
    assert finding_after(f"DELETE FROM {blocks} WHERE id = %s", third.pk) == "chain_truncated"
    assert finding_after(f"DELETE FROM {blocks} WHERE id >= %s", first.pk) == "chain_truncated"
    assert walk().broken is None


_FORGED = """
INSERT INTO responsibilities_auditevent (at, transaction, actor_name, organization_name, action, object_type,
  object_id, object_name, changes, reason, user_agent, request_id)
SELECT at, transaction, actor_name, organization_name, action, object_type, object_id, object_name, changes,
  reason, user_agent, request_id FROM responsibilities_auditevent WHERE id = %s
"""


@pytest.mark.django_db(transaction=True)
def test_cutting_the_heads_short_is_found():
    seal_in_three_blocks()
    path = heads.heads_path()
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:-2]))
    verdict = walk()
    assert verdict.broken.code == "heads_truncated"
    path.unlink()
    assert walk().broken.code == "heads_truncated"
    path.write_text("".join(lines).replace(lines[0].split()[2][:6], "000000"))
    assert walk().broken.code == "head_differs"


@pytest.mark.django_db(transaction=True)
def test_a_truncated_chain_stays_found_after_the_next_sealing():
    seal_in_three_blocks()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "DELETE FROM responsibilities_auditblock WHERE id = (SELECT max(id) FROM responsibilities_auditblock)"
        )
    write_events(1)
    assert verify_chain().broken.code == "chain_truncated"


@pytest.mark.django_db(transaction=True)
def test_a_crash_between_commit_and_confirmation_is_no_finding():
    seal_in_three_blocks()
    path = heads.heads_path()
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:-1]) + lines[-1][:9])  # the last confirmation is torn
    assert verify_chain().broken is None
    assert [line.state for line in heads.read()].count("sealed") == 3


@pytest.mark.django_db(transaction=True)
def test_a_sealing_that_was_rolled_back_is_no_finding(monkeypatch):
    seal_in_three_blocks()
    write_events(1)

    def fail(head):
        real(head)
        raise OSError("disk")

    real = heads.append
    monkeypatch.setattr(heads, "append", fail)
    with pytest.raises(OSError, match="disk"):
        seal_events()
    monkeypatch.undo()
    assert AuditBlock.objects.count() == 3
    assert verify_chain().broken is None
    assert AuditBlock.objects.count() == 4


@pytest.mark.django_db(transaction=True)
def test_nothing_slips_behind_a_sealed_block_while_a_transaction_is_still_open():
    seal_events()
    other = psycopg2.connect(os.environ["DATABASE_URL"])
    try:
        with other.cursor() as cursor:
            cursor.execute(_DIRECT, ["slow"])
            (slow,) = cursor.fetchone()
        write_events(3)
        assert seal_events() == 0  # younger than the open one: they wait
        other.commit()
    finally:
        other.close()
    assert seal_events() == 4
    block = AuditBlock.objects.order_by("-id").first()
    assert slow in block.event_ids
    assert walk().broken is None


@pytest.mark.django_db(transaction=True)
def test_a_transaction_in_another_database_holds_nothing_up():
    seal_events()
    settings = connection.settings_dict
    other = psycopg2.connect(dbname="postgres", user=settings["USER"], host=settings["HOST"])
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()")
        write_events(3)
        assert seal_events() == 3
    finally:
        other.close()
    assert walk().broken is None


@pytest.mark.django_db(transaction=True)
def test_events_older_than_an_open_transaction_are_sealed_without_waiting():
    seal_events()
    write_events(2)
    other = psycopg2.connect(os.environ["DATABASE_URL"])
    try:
        with other.cursor() as cursor:
            cursor.execute(_DIRECT, ["slow"])
        write_events(1)
        assert seal_events() == 2
    finally:
        other.close()  # rolled back
    assert seal_events() == 1
    assert walk().broken is None


_DIRECT = """
INSERT INTO responsibilities_auditevent (at, transaction, actor_name, organization_name, action, object_type,
  object_id, object_name, changes, reason, user_agent, request_id)
VALUES (now(), pg_current_xact_id()::text::bigint, '系统', '', %s, 'test', '', '', '{}', '', '', '') RETURNING id
"""


@pytest.mark.django_db(transaction=True)
def test_a_long_backlog_becomes_several_blocks_each_linked_to_the_one_before(monkeypatch):
    monkeypatch.setattr(sealing, "BLOCK_EVENTS", 5)
    seal_events()
    before = AuditBlock.objects.count()
    write_events(12)
    assert seal_events() == 12
    blocks = list(AuditBlock.objects.order_by("id"))[before:]
    assert [len(block.event_ids) for block in blocks] == [5, 5, 2]
    assert walk().broken is None


@pytest.mark.django_db(transaction=True)
def test_sealing_again_without_new_events_writes_nothing():
    write_events(1)
    seal_events()
    blocks, lines = AuditBlock.objects.count(), len(heads.read())
    assert seal_events() == 0
    assert (AuditBlock.objects.count(), len(heads.read())) == (blocks, lines)


@pytest.mark.django_db(transaction=True)
def test_after_a_restore_into_another_cluster_sealing_goes_on():
    write_events(2)
    seal_events()
    with transaction.atomic(), connection.cursor() as cursor:
        # As if all that was sealed, and one event that was not, came from a cluster with higher numbers.
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM responsibilities_auditblock")
        cursor.execute("UPDATE responsibilities_auditevent SET transaction = transaction + 1000000000")
    heads.heads_path().unlink()
    sealing_block = sealing._block(
        list(AuditEvent.objects.order_by("id").values_list("pk", flat=True)), bytes(32), 2_000_000_000
    )
    heads.append(sealing._head(heads.PREPARE, sealing_block))
    with connection.cursor() as cursor:
        cursor.execute(_DIRECT, ["new cluster"])
        (fresh,) = cursor.fetchone()
    assert seal_events() == 1
    assert AuditBlock.objects.order_by("-id").first().event_ids == [fresh]
    assert seal_events() == 0
    assert verify_chain().broken is None


@pytest.mark.django_db(transaction=True)
def test_the_command_prints_one_object_and_leaves_with_1_where_the_chain_is_broken(capsys):
    write_events(2)
    call_command("verify_audit", "--json")
    report = json.loads(capsys.readouterr().out)
    assert report["ok"]
    assert report["broken"] is None
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE responsibilities_auditevent SET actor_name = '他人' WHERE action = 'test.act'")
    with pytest.raises(SystemExit) as left:
        call_command("verify_audit", "--json")
    assert left.value.code == 1
    assert json.loads(capsys.readouterr().out)["broken"]["code"] == "changed"
