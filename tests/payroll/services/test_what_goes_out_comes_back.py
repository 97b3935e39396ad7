"""Whatever the portal writes with people and pay in it, read again by the portal, is the same people and the same pay.

What covers numbers can't come back: it is refused row by row, in words that name the covered number, and never guessed.
"""

import io
from decimal import Decimal

import openpyxl
import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from payroll.imports.bank_results import open_result, rows_of
from payroll.imports.columns import TITLES
from payroll.imports.parse import parse
from payroll.models import PayrollBatch
from payroll.rules.bank_files import Payer, Payment
from payroll.rules.bank_layouts import LAYOUTS
from payroll.rules.month import Month
from payroll.services.bank_files import bank_file_bytes
from payroll.services.copies import month_copy
from payroll.services.files import annotated_open, original_open
from payroll.services.reading import batch_read
from payroll.services.submissions import batch_submit
from payroll.services.templates import NAMES, template_write
from responsibilities.services.trail import Actor
from sheets.reader import read
from sheets.refusal import Refusal
from tests.factories.payroll import COLUMNS, MONTH, card_number, id_number, person, sheet_bytes, site, upload
from tests.sheets.making import QUICK

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("tests")
NOVEMBER = Month(2026, 11)
DRAWN = settings(
    max_examples=4,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
CENTS = st.decimals(0, 3000, places=2)


@st.composite
def people(draw) -> list[dict]:
    """Some people whose pay adds up to the cent, half days among them."""
    rows = []
    for n in draw(st.lists(st.integers(0, 20_000), min_size=1, max_size=6, unique=True)):
        days, price = draw(st.integers(2, 50)) * Decimal("0.5"), draw(st.decimals(150, 400, places=2))
        gross = max((days * price).quantize(Decimal("0.01")), Decimal(400))
        deductions, advance = draw(CENTS) % (gross / 4), draw(CENTS) % (gross / 4)
        deductions, advance = deductions.quantize(Decimal("0.01")), advance.quantize(Decimal("0.01"))
        facts = {"days": days, "unit_price": price, "gross": gross, "deductions": deductions, "advance": advance}
        rows.append(person(n) | facts | {"net_pay": gross - deductions - advance})
    return rows


def facts(batch: PayrollBatch) -> list[tuple]:
    """Who gets what on which card, whatever the order of the rows."""
    lines = batch.lines.select_related("worker", "card")
    return sorted(
        (
            bytes(line.worker.id_number_index), line.worker.name, bytes(line.card.number_index), line.card.last4,
            line.crew, line.days, line.gross, line.deductions or Decimal(0), line.advance or Decimal(0), line.net,
        )
        for line in lines
    )  # fmt: skip


def taken(project, data: bytes, month_on=MONTH) -> PayrollBatch:
    batch = upload(project, data, month_on=month_on)
    batch_read(batch.pk)
    batch.refresh_from_db()
    assert (batch.status, batch.rejected) == ("draft", 0), (
        batch.refused_message,
        list(batch.remarks.values("message")),
    )
    return batch


def filled(blank: bytes, rows: list[dict]) -> bytes:
    """The template with the month's amounts typed in beside each person."""
    book = openpyxl.load_workbook(io.BytesIO(blank))
    page = book.worksheets[0]
    titles = {TITLES[name]: name for name in NAMES}
    head = next(row for row in page.iter_rows() if any(cell.value == TITLES["id_number"] for cell in row))
    at = {titles[cell.value]: cell.column for cell in head if cell.value in titles}
    by_id = {row["id_number"]: row for row in rows}
    for number in range(head[0].row + 1, head[0].row + 1 + len(rows)):
        row = by_id[page.cell(number, at["id_number"]).value]
        for name in ("days", "unit_price", "gross", "deductions", "advance", "net_pay"):
            page.cell(number, at[name]).value = float(row[name])
    box = io.BytesIO()
    book.save(box)
    return box.getvalue()


def written(write, project, **about) -> bytes:
    box = io.BytesIO()
    write(box, project=project, month=NOVEMBER, actor=SYSTEM, **about)
    return box.getvalue()


@DRAWN
@given(rows=people())
def test_what_is_downloaded_of_a_month_is_the_same_month_when_it_comes_back(cast, rows):
    with transaction.atomic():
        project = site(cast)
        batch = taken(project, sheet_bytes(rows))
        before = facts(batch)
        assert [(one[3], one[-1]) for one in before] == [
            (row["bank_card"][-4:], row["net_pay"]) for row in sorted_by_worker(rows, before)
        ]
        for opened in (original_open, annotated_open):
            _name, data = opened(batch=batch, actor=SYSTEM)
            assert facts(taken(project, data)) == before, opened.__name__
        batch_submit(batch_id=batch.pk, actor=SYSTEM)
        copied = written(month_copy, project, employer=None, amounts=True)
        assert facts(taken(project, copied, NOVEMBER.first)) == before
        blank = written(template_write, project)
        assert facts(taken(project, filled(blank, rows), NOVEMBER.first)) == before
        transaction.set_rollback(True)


def sorted_by_worker(rows: list[dict], before: list[tuple]) -> list[dict]:
    by_facts = {(row["name"], row["bank_card"][-4:], row["net_pay"]): row for row in rows}
    return [by_facts[one[1], one[3], one[-1]] for one in before]


@pytest.mark.parametrize("code", LAYOUTS)
@settings(max_examples=3, deadline=None)
@given(
    amounts=st.lists(st.decimals("0.01", "99999999.99", places=2), min_size=1, max_size=8),
    first=st.integers(1, 10_000),
)
def test_a_pay_out_file_is_never_read_as_something_else(code, amounts, first):
    """Each layout: a bank sends the same table back with its verdicts. Without verdicts nothing counts as paid."""
    layout = LAYOUTS[code]
    payments = [
        Payment(
            seq=n, name="王伟", card=card_number(first + n), amount=amount, bank_name="农业银行张掖分行",
            id_number=id_number(first + n), phone=f"139{n:08d}", reference=f"7-1-{n}",
        )
        for n, amount in enumerate(amounts, start=1)
    ]  # fmt: skip
    payer = Payer("6210000000000009999", "祁连建设专用账户", "甘肃银行张掖分行", "2026年10月工资", "20261123")
    data = bank_file_bytes(layout, payments, payer)
    if not layout.header:
        # Without titles nothing says what a number is: it is refused instead of guessed.
        with pytest.raises(Refusal):
            open_result(read(data, QUICK))
        return
    found = list(rows_of(open_result(read(data, QUICK))))
    assert [(row.card, row.amount) for row in found] == [(one.card, one.amount) for one in payments]
    assert {row.outcome for row in found} <= {"unclear"}


def covered(number: str, cover: str) -> str:
    return number[:4] + cover * (len(number) - 8) + number[-4:]


@pytest.mark.parametrize("cover", "*＊•×xX#")
@pytest.mark.parametrize(("column", "code"), [("id_number", "id_checksum"), ("bank_card", "card_missing")])
def test_a_covered_number_is_named_and_never_taken(column, code, cover):
    rows = [person(1), person(2) | {column: covered(person(2)[column], cover)}]
    found = parse(read(sheet_bytes(rows), QUICK), month="2026-10")
    assert [line.id_number for line in found.lines] == [id_number(1)]
    (told,) = found.errors
    assert (told.code, told.row) == (code, 4)
    assert told.cell == f"{'ABCDEFGHIJKLMN'[COLUMNS.index(column)]}4"
    assert "被遮住了" in told.message
    assert "完整" in told.message


@pytest.mark.parametrize("column", ["id_number", "bank_card"])
def test_a_list_with_covered_numbers_is_taken_by_nobody(cast, column):
    project = site(cast)
    rows = [person(n) | {column: covered(person(n)[column], "*")} for n in range(4)]
    batch = upload(project, sheet_bytes(rows))
    batch_read(batch.pk)
    batch.refresh_from_db()
    assert batch.accepted == 0
    assert "被遮住了" in (batch.refused_message or " ".join(batch.remarks.values_list("message", flat=True)))


def test_a_covered_telephone_replaces_none():
    found = parse(read(sheet_bytes([person(1) | {"phone": "139****0001"}]), QUICK), month="2026-10")
    assert [line.phone for line in found.lines] == [None]
