"""Too many remarks to be held wait in the database while the sheet is read: what is stored in the end is the same."""

import datetime
from decimal import Decimal

import pytest

from payroll.imports import announcing
from payroll.models import PayrollBatch
from payroll.services import reading, sheets
from payroll.services.check_settings import check_set
from payroll.services.reading import batch_read
from payroll.services.submissions import batch_submit
from responsibilities.selectors.clock import today
from responsibilities.services.trail import Actor
from tests.factories.payroll import card_number, draft, person, sheet_bytes, site, upload
from tests.factories.people import attended, worker

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("test")
SEPTEMBER = datetime.date(2026, 9, 1)
WRONG_NET = Decimal(1)
DEAR = Decimal(400)  # a price that the gross pay falls short of
CHEAP = Decimal(100)


def stored(batch) -> dict:
    batch.refresh_from_db()
    assert batch.status == PayrollBatch.Status.DRAFT
    remarks = batch.remarks.order_by("pk").values_list("sheet_no", "row", "cell", "code", "severity", "message")
    lines = batch.lines.order_by("pk").values_list("row", "worker_id", "card_id", "net")
    return {
        "remarks": list(remarks),
        "lines": list(lines),
        "rejected": list(batch.rejected_rows.order_by("pk").values_list("sheet_no", "row", "cells")),
        "counts": (batch.rows, batch.accepted, batch.rejected, batch.total_net),
    }


def read_anew(batch, monkeypatch, *, most_held: int, chunk: int = 2000) -> tuple[dict, bool]:
    """What a reading stores, and whether remarks waited in the database."""
    waited = []
    store = reading.waiting_remarks_store
    with monkeypatch.context() as patch:
        patch.setattr(sheets, "MOST_HELD", most_held)
        patch.setattr(announcing, "CHUNK", chunk)
        patch.setattr(reading, "waiting_remarks_store", lambda *given: (waited.append(given), store(*given)))
        PayrollBatch.objects.filter(pk=batch.pk).update(status=PayrollBatch.Status.QUEUED, attempts=0)
        batch_read(batch.pk)
    return stored(batch), bool(waited)


@pytest.fixture
def project(cast):
    """A site with a roster of twenty, a card of theirs paid to, and a check that stops rows late."""
    project = site(cast)
    paid = draft(project, [person(n) for n in range(1, 21)], month_on=SEPTEMBER)
    batch_submit(batch_id=paid.pk, actor=SYSTEM)
    for code in ("crew_outlier", "name_differs"):
        check_set(
            check_code=code,
            severity="stop",
            area=None,
            in_force_from=today(),
            reason="甘人社发〔2026〕1号",
            actor=SYSTEM,
        )
    return project


def every_kind(price: Decimal) -> list[dict]:
    """Known people and strangers, an error here and there, remarks of every origin, several of them at one row."""
    rows = [person(n, unit_price=price if n % 3 else CHEAP) for n in range(1, 51)]
    rows[4] |= {"name": "王小二"}
    rows[7] |= {"net_pay": WRONG_NET}
    rows[8] |= {"phone": rows[2]["phone"], "bank_card": rows[2]["bank_card"], "bank_name": "某地钱庄"}
    rows[30] |= {"bank_card": card_number(3)}
    rows[33] = person(2)
    rows[40] |= {"gross": Decimal(90_600), "net_pay": Decimal(90_000), "bank_name": "某地钱庄"}
    return rows


@pytest.mark.parametrize("price", [DEAR, CHEAP], ids=["prices of another kind", "prices of a day"])
@pytest.mark.parametrize("chunk", [7, 2000])
def test_what_waited_is_stored_as_if_it_had_been_held(project, monkeypatch, price, chunk):
    batch = upload(project, sheet_bytes(every_kind(price), total=1))
    batch_read(batch.pk)  # so that both of the others know the same people
    held, waited = read_anew(batch, monkeypatch, most_held=10_000)
    assert not waited
    codes = {code for _sheet, _row, _cell, code, _severity, _message in held["remarks"]}
    assert codes >= {"unknown_worker", "shared_card", "shared_phone", "name_differs", "net_mismatch", "total_mismatch"}
    assert codes >= {"crew_outlier", "duplicate_worker", "unknown_bank"}
    assert "gross_below_days" not in codes
    assert len(held["rejected"]) == 4
    given, waited = read_anew(batch, monkeypatch, most_held=0, chunk=chunk)
    assert waited
    for what, rows in held.items():
        assert given[what] == rows, what


def test_without_what_is_taken_back_it_would_differ(project, monkeypatch):
    """A negative control: prices that were none of a day are told of at first."""
    batch = upload(project, sheet_bytes(every_kind(DEAR)))
    batch_read(batch.pk)
    held, _waited = read_anew(batch, monkeypatch, most_held=10_000)
    monkeypatch.setattr(sheets.Understood, "taken_back", set())
    given, _waited = read_anew(batch, monkeypatch, most_held=0, chunk=7)
    assert given["remarks"] != held["remarks"]


def test_rows_without_a_remark_of_their_own_leave_room_for_those_of_the_batch(project, monkeypatch):
    """All of them on the roster with their own cards: what is said comes from the batch's checks alone."""
    attended(project, worker(1), [datetime.date(2026, 10, 1)])
    batch = upload(project, sheet_bytes([person(n) for n in range(1, 21)]))
    held, waited = read_anew(batch, monkeypatch, most_held=10_000)
    assert not waited
    assert {code for _sheet, _row, _cell, code, _severity, _message in held["remarks"]} == {
        "paid_without_attendance", "days_over_attendance", "consecutive_cards", "same_as_last_month",
    }  # fmt: skip
    given, waited = read_anew(batch, monkeypatch, most_held=0)
    assert waited
    assert given == held


def test_whoever_opened_the_file_gets_every_remark(project, monkeypatch):
    monkeypatch.setattr(sheets, "MOST_HELD", 0)
    batch = upload(project, data := sheet_bytes(every_kind(CHEAP)))
    understood = sheets.open_sheet(data, project=project, month=sheets.Month(2026, 10))
    batch_read(batch.pk, understood=understood)
    told = [
        (one.sheet_no, one.row or None, one.cell, one.code, one.severity, one.message) for one in understood.remarks
    ]
    assert told == stored(batch)["remarks"]
