"""A pay-out file: only noticed batches, only what may be paid, never twice, handed out with a trace."""

import dataclasses
import threading
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from payroll.models import BankCard, BatchAct, Payout, PayoutFile, PayrollBatch, PayrollLine
from payroll.rules import bank_layouts
from payroll.rules.bank_layouts import LAYOUTS
from payroll.services.payout_files import (
    payout_file_open,
    payout_file_send,
    payout_file_void,
    payout_files_make,
)
from responsibilities.models import AuditEvent, Touched
from responsibilities.rules.errors import EditedMeanwhile, NotAllowed, NotVisible, Refused
from responsibilities.services import vault
from responsibilities.services.trail import Actor
from tests.cast import build_cast
from tests.factories.payouts import noticed, special_account
from tests.factories.payroll import card_number, person, site

pytestmark = pytest.mark.django_db
Stage = PayrollBatch.Stage
SYSTEM = Actor.system("tests")


def make(batch, layout="generic", **facts):
    return payout_files_make(batch_id=batch.pk, layout=layout, actor=facts.pop("actor", SYSTEM), **facts)


def test_every_line_goes_into_the_file_and_the_batch_is_paying(batch, by):
    made = make(batch, **by)
    (row,) = made.files
    batch.refresh_from_db()
    assert (made.created, made.held, batch.stage) == (True, [], Stage.PAYING)
    assert (row.rows, row.total) == (3, batch.total_net)
    assert list(row.payouts.values_list("row", "attempt", "state")) == [
        (1, 1, "pending"),
        (2, 1, "pending"),
        (3, 1, "pending"),
    ]
    act = BatchAct.objects.get(batch=batch, act="pay_out")
    assert (act.by, act.facts["payments"]) == (by["actor"].user, 3)
    assert AuditEvent.objects.filter(action="payout.make").count() == 1
    assert Touched.objects.filter(project_id=batch.project_id).exists()


def test_the_bytes_are_sealed_and_hold_the_cards(batch, by):
    (row,) = make(batch, "generic_csv", **by).files
    name, data = payout_file_open(file_id=row.pk, **by)
    assert name.endswith("-1.csv")
    assert card_number(1).encode() in data
    assert card_number(1).encode() not in bytes(row.file.sealed)
    assert payout_file_open(file_id=row.pk, **by) == (name, data)
    assert AuditEvent.objects.filter(action="payout.download").count() == 2


@pytest.mark.parametrize("stage", [Stage.CONFIRMING, Stage.AUDITED])
def test_before_the_public_notice_nothing_is_paid(batch, stage):
    PayrollBatch.objects.filter(pk=batch.pk).update(stage=stage)
    with pytest.raises(Refused) as refused:
        make(batch)
    assert refused.value.code == "not_noticed"
    assert not Payout.objects.exists()


def test_without_an_open_special_account_nothing_is_paid(cast):
    project = site(cast, "ZY-2026-099")
    batch = noticed(project)
    with pytest.raises(Refused) as refused:
        make(batch)
    assert refused.value.code == "no_special_account"


def test_a_second_click_finds_the_first_ones_file(batch):
    first = make(batch, version=batch.version)
    second = make(batch, version=batch.version)
    assert (first.created, second.created) == (True, False)
    assert first.files == second.files
    assert PayoutFile.objects.count() == 1


def test_an_older_page_makes_no_file_of_what_changed(batch):
    with pytest.raises(EditedMeanwhile):
        make(batch, version=batch.version - 1)


def test_an_unknown_layout_is_refused(batch):
    with pytest.raises(Refused) as refused:
        make(batch, "nonsense")
    assert refused.value.code == "unknown_layout"


def test_what_cannot_be_paid_is_held_back_and_said(project):
    batch = noticed(project, 5)
    lines = list(batch.lines.select_related("card", "worker").order_by("row"))
    PayrollLine.objects.filter(pk=lines[0].pk).update(card=None)
    shared = BankCard.objects.create(
        worker=lines[2].worker,
        number_sealed=lines[1].card.number_sealed,
        number_index=lines[1].card.number_index,
        last4=lines[1].card.last4,
    )
    PayrollLine.objects.filter(pk=lines[2].pk).update(card=shared)
    lines[3].worker.name = "=甲"
    lines[3].worker.save()
    made = make(batch)
    assert [(line.row, line.hold) for line in made.held] == [
        (lines[0].row, "no_card"),
        (lines[1].row, "shared_card"),
        (lines[2].row, "shared_card"),
        (lines[3].row, "name"),
    ]
    assert made.files[0].rows == 1


def test_a_bank_that_takes_only_its_own_cards_gets_only_those(project):
    rows = [person(1, bank_name="农业银行"), person(2, bank_name="建设银行"), person(3, bank_name="农行张掖分行")]
    batch = noticed(project, rows)
    own = make(batch, "abc")
    assert (own.files[0].rows, [line.hold for line in own.held]) == (2, ["wrong_bank"])
    other = make(batch, "abc_other")
    assert (other.files[0].rows, other.files[0].sequence) == (1, 2)


def test_a_bank_that_takes_few_rows_gets_several_files(project, monkeypatch):
    batch = noticed(project, 5)
    small = dataclasses.replace(LAYOUTS["generic"], most_rows=2)
    monkeypatch.setitem(bank_layouts.LAYOUTS, "generic", small)
    made = make(batch)
    assert [(row.sequence, row.rows) for row in made.files] == [(1, 2), (2, 2), (3, 1)]
    assert sum(row.total for row in made.files) == batch.total_net


def test_the_platform_layout_gets_id_numbers_and_telephones(batch, by):
    (row,) = make(batch, "platform", **by).files
    data = vault.unseal_bytes(row.file.sealed, "file")
    from sheets.reader import read

    cells = dict(read(data).sheets[0].rows())[2]
    assert cells[:4] == [person(1)["name"], person(1)["id_number"], card_number(1), person(1)["phone"]]


def test_a_file_that_was_not_sent_is_voided_and_its_lines_are_free(batch, by):
    (row,) = make(batch, **by).files
    with pytest.raises(Refused) as refused:
        payout_file_void(file_id=row.pk, reason=" ", **by)
    assert refused.value.code == "reason_missing"
    payout_file_void(file_id=row.pk, reason="版式选错", **by)
    with pytest.raises(Refused) as refused:
        payout_file_open(file_id=row.pk, **by)
    assert refused.value.code == "voided"
    again = make(batch, "ccb", **by)
    assert (again.created, again.files[0].sequence) == (True, 2)
    assert set(again.files[0].payouts.values_list("attempt", flat=True)) == {2}


def test_a_file_that_was_sent_is_not_voided(batch, by):
    (row,) = make(batch, **by).files
    payout_file_send(file_id=row.pk, **by)
    payout_file_send(file_id=row.pk, **by)
    with pytest.raises(Refused) as refused:
        payout_file_void(file_id=row.pk, reason="想重做", **by)
    assert refused.value.code == "already_sent"
    assert AuditEvent.objects.filter(action="payout.send").count() == 1


@pytest.mark.parametrize(
    ("who", "error"),
    [
        ("subcontractor_clerk", NotVisible),
        ("other_labour_officer", NotVisible),
        ("bank_clerk", NotVisible),
        ("county_supervisor", NotAllowed),
        ("auditor", NotAllowed),
    ],
)
def test_only_the_general_contractor_pays(cast, batch, who, error):
    user = getattr(cast, who)
    with pytest.raises(error):
        make(batch, actor=cast.actor(user), scope=cast.scope(user))
    (row,) = make(batch).files
    with pytest.raises(error):
        payout_file_open(file_id=row.pk, actor=cast.actor(user), scope=cast.scope(user))


def test_a_subcontractors_batch_is_paid_by_the_general_contractor(cast, project, by):
    batch = noticed(project, 1, subcontractor=cast.subcontractor)
    assert make(batch, **by).created
    clerk = cast.subcontractor_clerk
    with pytest.raises(NotAllowed):
        make(batch, actor=cast.actor(clerk), scope=cast.scope(clerk))


def test_the_database_itself_pays_no_line_twice(batch):
    (row,) = make(batch).files
    line = row.payouts.first().line
    with pytest.raises(IntegrityError), transaction.atomic():
        Payout.objects.create(file=row, row=99, line=line, attempt=9, card=line.card, amount=Decimal(1))


@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_make_one_file():
    cast = build_cast()
    project = site(cast)
    special_account(project, cast.bank)
    batch = noticed(project, 20)
    gate, outcomes = threading.Barrier(4), []

    def click(layout):
        gate.wait()
        try:
            outcomes.append(make(batch, layout).created)
        except Refused as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=click, args=(layout,)) for layout in ("generic", "ccb", "icbc", "generic")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, outcomes)) == ["False", "False", "False", "True"]
    assert PayoutFile.objects.count() == 1
    assert Payout.objects.count() == 20


def test_the_number_of_queries_does_not_grow_with_the_lines(project, django_assert_max_num_queries):
    batch = noticed(project, 60)
    with django_assert_max_num_queries(22):
        make(batch)
