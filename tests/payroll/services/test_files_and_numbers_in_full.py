"""Originals, annotated workbooks and full numbers: for whom, and never without a trace."""

import datetime
import io

import openpyxl
import pytest

from payroll.models import PayrollBatch, PayrollLine, StoredFile
from payroll.rules.month import Month
from payroll.services.files import annotated_make, annotated_open, may_open_files, original_open
from payroll.services.reading import batch_read
from payroll.services.reveals import number_reveal
from payroll.services.submissions import batch_submit
from payroll.services.templates import template_write
from responsibilities.models import AuditEvent
from responsibilities.rules.errors import NotAllowed, NotVisible, Refused
from responsibilities.services.trail import Actor
from tests.factories.payroll import card_number, draft, id_number, person, sheet_bytes, site, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(cast):
    return site(cast)


def test_the_original_comes_back_byte_for_byte_with_a_trace(cast, project):
    data = sheet_bytes([person(1)])
    batch = upload(project, data, user=cast.labour_officer)
    scope, actor = cast.scope(cast.labour_officer), cast.actor(cast.labour_officer)
    assert original_open(batch=batch, actor=actor, scope=scope) == ("10月工资.xlsx", data)
    assert AuditEvent.objects.filter(action="payroll.open_original", actor=cast.labour_officer).count() == 1


def test_the_workbook_goes_to_its_uploader_and_to_those_who_may_reveal(cast, project):
    batch = draft(project, [person(1)], user=cast.subcontractor_clerk, subcontractor=cast.subcontractor)
    for user in (cast.subcontractor_clerk, cast.labour_officer, cast.supervisor):
        assert may_open_files(cast.scope(user), batch)
    for user in (cast.auditor, cast.other_labour_officer, cast.bank_clerk, cast.stranger):
        assert not may_open_files(cast.scope(user), batch)
        with pytest.raises(NotAllowed):
            original_open(batch=batch, actor=cast.actor(user), scope=cast.scope(user))


def test_the_annotated_workbook_has_the_remarks_at_their_cells_and_is_made_once(cast, project):
    batch = draft(project, [person(1), person(2, net_pay=1)])
    name, data = annotated_open(batch=batch, actor=Actor.system("test"))
    assert name == "10月工资-批注版.xlsx"
    page = openpyxl.load_workbook(io.BytesIO(data))["10月工资"]
    assert "两者不符" in page["N4"].comment.text
    assert page["C3"].value == id_number(1)
    annotated_make(batch.pk)
    assert StoredFile.objects.count() == 2


def test_remarks_on_several_sheets_stand_on_their_own_ones(project):
    book = openpyxl.load_workbook(io.BytesIO(sheet_bytes([person(1)], name="一队")))
    other = openpyxl.load_workbook(io.BytesIO(sheet_bytes([person(2, net_pay=1)], name="二队"))).active
    page = book.create_sheet("二队")
    for row in other.iter_rows(values_only=True):
        page.append(row)
    box = io.BytesIO()
    book.save(box)
    batch = upload(project, box.getvalue())
    batch_read(batch.pk)
    _name, data = annotated_open(batch=PayrollBatch.objects.get(pk=batch.pk), actor=Actor.system("test"))
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book["一队"]["N3"].comment is None
    assert "两者不符" in book["二队"]["N3"].comment.text


def test_an_unread_batch_has_no_annotated_workbook(project):
    batch = upload(project, sheet_bytes([person(1)]))
    with pytest.raises(Refused) as refused:
        annotated_open(batch=batch, actor=Actor.system("test"))
    assert refused.value.code == "not_read"
    assert annotated_make(batch.pk) is None


def test_a_number_in_full_leaves_a_trace_without_the_number(cast, project):
    line = PayrollLine.objects.get(batch=draft(project, [person(1)]))
    scope, actor = cast.scope(cast.labour_officer), cast.actor(cast.labour_officer)
    shown = {
        field: number_reveal(line_id=line.pk, field=field, actor=actor, scope=scope)
        for field in ("id_number", "bank_card", "phone")
    }
    assert shown == {"id_number": id_number(1), "bank_card": card_number(1), "phone": "13900000001"}
    events = AuditEvent.objects.filter(action="payroll.reveal", actor=cast.labour_officer)
    assert events.count() == 3
    for event in events:
        assert not any(number in str(event.changes) + event.object_name for number in shown.values())


def test_who_may_not_reveal_gets_nothing(cast, project):
    line = PayrollLine.objects.get(batch=draft(project, [person(1)], subcontractor=cast.subcontractor))
    for user, refusal in (
        (cast.auditor, NotAllowed),
        (cast.subcontractor_clerk, NotAllowed),
        (cast.other_subcontractor_clerk, NotVisible),
        (cast.bank_clerk, NotVisible),
        (cast.other_labour_officer, NotVisible),
        (cast.stranger, NotVisible),
    ):
        with pytest.raises(refusal):
            number_reveal(line_id=line.pk, field="id_number", actor=cast.actor(user), scope=cast.scope(user))
    assert not AuditEvent.objects.filter(action="payroll.reveal").exists()


def test_an_unknown_field_reveals_nothing(cast, project):
    line = PayrollLine.objects.get(batch=draft(project, [person(1)]))
    with pytest.raises(Refused):
        number_reveal(line_id=line.pk, field="name", actor=Actor.system("test"))


def template(project, scope=None):
    box = io.BytesIO()
    template_write(box, project=project, month=Month(2026, 11), actor=Actor.system("test"), scope=scope)
    return openpyxl.load_workbook(box).active


def test_the_template_fills_numbers_in_only_for_those_who_may_see_them(cast, project):
    batch_submit(batch_id=draft(project, [person(1)]).pk, actor=Actor.system("test"))
    theirs = draft(project, [person(2)], subcontractor=cast.subcontractor)
    batch_submit(batch_id=theirs.pk, actor=Actor.system("test"))
    full = {
        row[1].value: row[2].value for row in template(project, cast.scope(cast.labour_officer)).iter_rows(min_row=4)
    }
    assert full == {person(1)["name"]: id_number(1), person(2)["name"]: id_number(2)}
    own = {
        row[1].value: row[2].value
        for row in template(project, cast.scope(cast.subcontractor_clerk)).iter_rows(min_row=4)
    }
    assert own == {person(2)["name"]: None}


def test_a_name_that_looks_like_a_formula_stays_text_in_the_template(project):
    batch_submit(batch_id=draft(project, [person(1, name="=cmd|calc", crew="@SUM(A1)")]).pk, actor=Actor.system("test"))
    row = template(project)[4]
    assert [(cell.value, cell.data_type) for cell in (row[1], row[6])] == [("=cmd|calc", "s"), ("@SUM(A1)", "s")]


def test_the_annotated_workbook_begins_with_all_remarks_and_can_be_uploaded_again(cast, project):
    rows = [person(1), person(2, net_pay=1), person(3, bank_name="星际银行")]
    batch_submit(batch_id=draft(project, [person(1)], month_on=datetime.date(2026, 8, 1)).pk, actor=Actor.system("t"))
    batch = draft(project, rows)
    _name, data = annotated_open(batch=batch, actor=Actor.system("test"))
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.sheetnames == ["核验说明", "10月工资"]
    told = [row for row in book["核验说明"].iter_rows(min_row=6, values_only=True) if row[0]]
    assert told[0][:4] == ("错误", "10月工资", "N4", "实发与应发不符")
    assert told[0][5].startswith("《保障农民工工资支付条例》")
    assert ("整份", "上月没有工资表") in [(row[1], row[3]) for row in told]
    assert "说明" in [row[0] for row in told]
    assert book["10月工资"]["N4"].comment
    assert person(2)["id_number"] not in str(told)
    again = upload(project, data, name="again.xlsx")
    batch_read(again.pk)
    again.refresh_from_db()
    assert (again.sheet, again.accepted, again.rejected) == ("10月工资", batch.accepted, batch.rejected)
