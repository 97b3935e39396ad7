"""A queued file becomes a draft: lines, workers, cards, remarks; personal numbers sealed."""

from decimal import Decimal

import pytest
from django.db import connection

from payroll.models import BankCard, PayrollBatch, PayrollLine, PayrollRejectedRow, PayrollRemark, Worker
from payroll.services import reading
from payroll.services.lines import lines_clear
from payroll.services.reading import batch_read
from responsibilities.services import vault
from tests.factories.payroll import card_number, draft, id_number, person, sheet_bytes, site, upload

pytestmark = pytest.mark.django_db
Status = PayrollBatch.Status


@pytest.fixture
def project(cast):
    return site(cast)


def test_a_good_sheet_becomes_a_draft_with_its_lines(project):
    batch = draft(project, [person(1), person(2), person(3)], total="16140.00")
    assert batch.status == Status.DRAFT
    assert (batch.rows, batch.accepted, batch.rejected, batch.rows_done) == (3, 3, 0, 3)
    assert batch.total_net == batch.declared_total_net == Decimal("16140.00")
    line = PayrollLine.objects.select_related("worker", "card").get(batch=batch, row=3)
    assert (line.worker.name, line.worker.id_last4) == (person(1)["name"], id_number(1)[-4:])
    assert line.card.last4 == card_number(1)[-4:]
    assert (line.days, line.gross, line.deductions, line.advance, line.net) == (26, 5980, 100, 500, 5380)
    assert line.crew == "木工2班"


@pytest.mark.parametrize("titles", [None, ("姓名", "应发工资", "实发工资")], ids=["sure", "would be asked about"])
def test_a_header_without_a_worker_is_told_at_once(project, titles):
    data = sheet_bytes([]) if titles is None else (",".join(titles) + "\n").encode()
    batch = upload(project, data, name="表头.csv" if titles else "表头.xlsx")
    batch_read(batch.pk)
    batch.refresh_from_db()
    assert (batch.status, batch.refused_code) == (Status.REFUSED, "empty")
    assert "没有一名工人" in batch.refused_message
    assert "本月无用工" in batch.refused_message


def test_personal_numbers_are_stored_sealed_only(project):
    draft(project, [person(1)])
    worker, card = Worker.objects.get(), BankCard.objects.get()
    assert vault.unseal_text(worker.id_number_sealed, "id_number") == id_number(1)
    assert vault.unseal_text(card.number_sealed, "bank_card") == card_number(1)
    assert vault.unseal_text(worker.phone_sealed, "phone") == "13900000001"
    with connection.cursor() as cursor:
        for table in (
            "payroll_worker",
            "payroll_bankcard",
            "payroll_payrollline",
            "payroll_storedfile",
            "payroll_payrollbatch",
        ):
            cursor.execute(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t")
            text = cursor.fetchone()[0]
            assert text
            for secret in (id_number(1), card_number(1), "13900000001"):
                assert secret not in text
                assert secret.encode().hex() not in text


def test_people_seen_before_are_found_again_and_not_sealed_anew(project, monkeypatch):
    draft(project, [person(1), person(2)])
    before = dict(Worker.objects.values_list("pk", "id_number_sealed"))
    draft(project, [person(1), person(2), person(3)], name="b.xlsx")
    assert Worker.objects.count() == BankCard.objects.count() == 3
    assert {pk: Worker.objects.get(pk=pk).id_number_sealed for pk in before} == before


def test_a_row_with_errors_is_kept_masked_beside_its_remark_and_pays_nobody(project):
    wrong = id_number(2)[:-1] + ("0" if id_number(2)[-1] != "0" else "1")
    batch = draft(project, [person(1), person(2, id_number=wrong)])
    assert (batch.accepted, batch.rejected) == (1, 1)
    remark = PayrollRemark.objects.get(batch=batch, severity="error")
    assert (remark.row, remark.cell, remark.code) == (4, "C4", "id_checksum")
    cells = PayrollRejectedRow.objects.get(batch=batch, row=4).cells
    assert cells["name"] == person(2)["name"]
    assert wrong not in str(cells)
    assert card_number(2) not in str(cells)
    assert "13900000002" not in str(cells)
    assert cells["id_number"].endswith(wrong[-4:])
    assert Worker.objects.count() == 1


def test_of_a_card_that_stands_beside_its_bank_the_last_four_are_shown(project):
    batch = draft(project, [person(1), person(2, bank_card=f"{card_number(2)}（甘肃银行）", net_pay=Decimal(1))])
    shown = PayrollRejectedRow.objects.get(batch=batch).cells["bank_card"]
    assert shown == "*" * (len(card_number(2)) - 4) + card_number(2)[-4:]


def test_reading_again_replaces_the_rows_of_the_first_reading(project):
    batch = draft(project, [person(1), person(2, net_pay=Decimal(1))])
    PayrollBatch.objects.filter(pk=batch.pk).update(status=Status.READING)
    assert batch_read(batch.pk) is not None
    batch.refresh_from_db()
    assert batch.status == Status.DRAFT
    assert PayrollLine.objects.filter(batch=batch).count() == 1
    assert PayrollRemark.objects.filter(batch=batch).count() == 1
    assert PayrollRejectedRow.objects.filter(batch=batch).count() == 1


def test_forgetting_the_first_reading_costs_one_statement_and_loads_no_line(project, django_assert_num_queries):
    batch = draft(project, [person(n) for n in range(3)])
    with django_assert_num_queries(1) as asked:
        lines_clear(batch.pk)
    assert not batch.lines.exists()
    assert "SELECT" not in asked.captured_queries[0]["sql"]


def test_a_draft_is_not_read_twice(project):
    batch = draft(project, [person(1)])
    assert batch_read(batch.pk) is None
    batch.refresh_from_db()
    assert batch.attempts == 1


def test_a_file_that_is_no_payroll_is_refused_with_its_reason(project):
    batch = upload(project, "甲,乙\n1,2\n".encode())
    assert batch_read(batch.pk) is None
    batch.refresh_from_db()
    assert batch.status == Status.REFUSED
    assert batch.refused_code == "no_header"
    assert "表头" in batch.refused_message


def test_an_error_in_the_middle_leaves_nothing_half(project, monkeypatch):
    batch = upload(project, sheet_bytes([person(1), person(2)]))

    def breaks(*_arguments):
        raise RuntimeError("disk full")

    monkeypatch.setattr(reading, "remarks_replace", breaks)
    with pytest.raises(RuntimeError):
        batch_read(batch.pk)
    assert Worker.objects.count() == PayrollLine.objects.count() == 0
    batch.refresh_from_db()
    assert (batch.status, batch.attempts) == (Status.READING, 1)
    monkeypatch.undo()
    batch_read(batch.pk)
    batch.refresh_from_db()
    assert (batch.status, batch.accepted, batch.attempts) == (Status.DRAFT, 2, 2)


def test_a_poison_file_stops_after_three_attempts_and_says_so(project, monkeypatch):
    batch = upload(project, sheet_bytes([person(1)]))

    def poison(*_arguments, **_facts):
        raise MemoryError

    monkeypatch.setattr(reading, "open_sheet", poison)
    for _attempt in range(3):
        with pytest.raises(MemoryError):
            batch_read(batch.pk)
    batch.refresh_from_db()
    assert (batch.status, batch.attempts) == (Status.FAILED, 3)
    assert "连续 3 次处理失败" in batch.refused_message
    assert batch_read(batch.pk) is None


def test_a_batch_withdrawn_while_it_is_read_stays_withdrawn_and_keeps_no_lines(project, monkeypatch):
    batch = upload(project, sheet_bytes([person(1)]))
    real = reading.open_sheet

    def withdrawn_meanwhile(*arguments, **facts):
        PayrollBatch.objects.filter(pk=batch.pk).update(status=Status.DISCARDED)
        return real(*arguments, **facts)

    monkeypatch.setattr(reading, "open_sheet", withdrawn_meanwhile)
    assert batch_read(batch.pk) is None
    batch.refresh_from_db()
    assert batch.status == Status.DISCARDED
    assert not PayrollLine.objects.exists()


def test_control_characters_and_backslashes_in_texts_survive_the_copy(project):
    batch = draft(project, [person(1, crew="木\\工\t一", trade="\\N")])
    line = PayrollLine.objects.get(batch=batch)
    assert line.crew.startswith("木\\工")
    assert line.trade == "\\N"
