"""A workbook with a sheet per crew and a summary: every line, remark and rejected row is stored with its sheet."""

from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest

from payroll.models import PayrollLine, PayrollRejectedRow, PayrollRemark
from payroll.services.files import annotated_make
from payroll.services.reading import batch_read
from responsibilities.services import vault
from sheets.writing import OutColumn, OutSheet, write_xlsx
from tests.factories.payroll import person, site, upload

pytestmark = pytest.mark.django_db
COLUMNS = {"name": "姓名", "id_number": "身份证号", "bank_card": "银行卡号", "gross": "应发工资", "deductions": "扣款"}
COLUMNS |= {"advance": "预支", "net_pay": "实发工资"}
MONEY = ("gross", "deductions", "advance", "net_pay")


def workbook(**sheets):
    box = BytesIO()
    columns = [OutColumn(title, "money" if name in MONEY else "text") for name, title in COLUMNS.items()]
    outs = [
        OutSheet(name, columns, [[one.get(column) for column in COLUMNS] for one in people], above=[f"{name}工资表"])
        for name, people in sheets.items()
    ]
    write_xlsx(box, outs)
    return box.getvalue()


@pytest.fixture
def batch(cast):
    """木工班 with two, 钢筋班 with one good, one wrong and one who stands on the other sheet; a summary first."""
    one, two, three = person(1), person(2), person(3)
    wrong = person(4, net_pay=Decimal(1))
    batch = upload(
        site(cast), workbook(汇总=[one, two, three, wrong], 木工班=[one, two], 钢筋班=[three, wrong, person(1)])
    )
    batch_read(batch.pk)
    batch.refresh_from_db()
    return batch


def test_parts_and_lines_say_which_sheet(batch):
    assert [(part["sheet"], part["rows"], part["header_rows"]) for part in batch.parts] == [
        ("木工班", 2, [2]),
        ("钢筋班", 3, [2]),
    ]
    assert list(PayrollLine.objects.filter(batch=batch).values_list("sheet_no", "row")) == [(1, 3), (1, 4), (2, 3)]
    assert (batch.rows, batch.accepted, batch.rejected) == (5, 3, 2)
    crews = PayrollLine.objects.filter(batch=batch).values_list("crew", flat=True)
    assert list(crews) == ["木工班", "木工班", "钢筋班"]


def test_remarks_and_rejected_rows_stand_on_their_sheet(batch):
    remarks = PayrollRemark.objects.filter(batch=batch, severity="error")
    assert {(remark.sheet_no, remark.row, remark.code) for remark in remarks} == {
        (2, 4, "net_mismatch"),
        (2, 5, "duplicate_worker"),
    }
    assert "工作表“木工班”第 3 行" in remarks.get(code="duplicate_worker").message
    rejected = PayrollRejectedRow.objects.filter(batch=batch)
    assert list(rejected.values_list("sheet_no", "row")) == [(2, 4), (2, 5)]
    left_out = PayrollRemark.objects.get(batch=batch, code="sheet_left_out")
    assert left_out.row is None
    assert "汇总" in left_out.message


def test_the_returned_workbook_has_each_remark_on_its_own_sheet(batch):
    book = openpyxl.load_workbook(BytesIO(vault.unseal_bytes(annotated_make(batch.pk).sealed, "file")))
    assert book["钢筋班"]["G4"].comment is not None
    assert book["木工班"]["G4"].comment is None
    assert book["汇总"]["G4"].comment is None
