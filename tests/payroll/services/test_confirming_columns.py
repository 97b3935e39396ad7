"""A sheet whose columns aren't sure waits for a person; the answer is read by, checked, and remembered."""

import datetime
import json

import pytest

from payroll.imports.layout import Layout
from payroll.models import ColumnLayout, PayrollBatch, PayrollLine
from payroll.selectors.layouts import columns_confirmed_since_unscoped
from payroll.services import uploads
from payroll.services.layouts import batch_layout_set, layout_forget
from payroll.services.reading import batch_read
from payroll.services.submissions import batch_discard, batch_submit
from responsibilities.models import AuditEvent
from responsibilities.rules.errors import EditedMeanwhile, NotAllowed, NotVisible, Refused
from responsibilities.selectors.clock import now
from responsibilities.services import vault
from responsibilities.services.trail import Actor
from tests.factories.odd_sheets import ODD_LAYOUT, ODD_TITLES, odd_layout, odd_sheet
from tests.factories.payroll import card_number, draft, id_number, person, sheet_bytes, site, upload

pytestmark = pytest.mark.django_db
Status = PayrollBatch.Status
NOVEMBER = datetime.date(2026, 11, 1)


@pytest.fixture
def project(cast):
    return site(cast)


def read(project, data, **facts):
    batch = upload(project, data, **facts)
    batch_read(batch.pk)
    batch.refresh_from_db()
    return batch


def answered(cast, batch, layout=None, *, user=None, **facts):
    user = user or cast.labour_officer
    batch_layout_set(
        batch_id=batch.pk,
        layout=Layout.from_dict(layout or odd_layout()),
        actor=cast.actor(user),
        scope=cast.scope(user),
        **facts,
    )
    batch_read(batch.pk)
    batch.refresh_from_db()
    return batch


def test_a_sure_sheet_is_a_draft_at_once(project):
    batch = read(project, sheet_bytes([person(1)]))
    assert (batch.status, batch.layout) == (Status.DRAFT, None)
    assert batch.proposal["sure"] is True


def test_an_unsure_sheet_waits_and_its_proposal_shows_nothing_in_full(project):
    batch = read(project, odd_sheet())
    assert (batch.status, batch.rows, batch.accepted) == (Status.MAPPING, 0, 0)
    assert batch.proposal["doubts"]
    text = json.dumps(batch.proposal, ensure_ascii=False)
    assert person(1)["name"] in text
    for n in range(1, 7):
        assert id_number(n) not in text
        assert card_number(n) not in text
    assert not PayrollLine.objects.exists()
    assert AuditEvent.objects.filter(action="payroll.ask_columns").count() == 1


def test_the_answer_is_read_by_and_the_trail_says_who_gave_it(cast, project):
    batch = answered(cast, read(project, odd_sheet()))
    assert (batch.status, batch.accepted, batch.rejected) == (Status.DRAFT, 6, 0)
    assert batch.columns == ODD_LAYOUT
    assert batch.layout["by"] == "person"
    assert batch.layout["name"] == cast.labour_officer.name
    assert PayrollLine.objects.filter(batch=batch).first().net == 5380
    event = AuditEvent.objects.get(action="payroll.set_columns", actor=cast.labour_officer)
    assert "net_pay=H" in event.changes["columns"][1]


def test_a_draft_is_read_anew_by_another_layout_until_it_is_submitted(cast, project):
    batch = answered(cast, read(project, odd_sheet()))
    batch = answered(cast, batch, odd_layout(deductions=""))
    assert "deductions" not in batch.columns
    batch_submit(batch_id=batch.pk, actor=Actor.system("test"))
    with pytest.raises(Refused) as refused:
        answered(cast, batch)
    assert refused.value.code == "not_open_for_layout"


def test_another_answer_meanwhile_is_not_overwritten(cast, project):
    batch = read(project, odd_sheet())
    with pytest.raises(EditedMeanwhile):
        answered(cast, batch, version=batch.version - 1)
    batch.refresh_from_db()
    assert batch.status == Status.MAPPING


def test_the_same_answer_twice_is_one(cast, project):
    batch = read(project, odd_sheet())
    for _twice in range(2):
        batch_layout_set(
            batch_id=batch.pk, layout=Layout.from_dict(odd_layout()), actor=cast.actor(cast.labour_officer)
        )
    assert AuditEvent.objects.filter(action="payroll.set_columns").count() == 1


@pytest.mark.parametrize(
    ("layout", "field", "said"),
    [
        (odd_layout(name="没有这张"), "sheets.0.columns", "没有工作表"),
        (odd_layout(header_rows=(2, 4)), "sheets.0.header_rows", "相连"),
        (odd_layout(header_rows=(99,)), "sheets.0.header_rows", "行"),
        (odd_layout(net_pay="ZZ"), "sheets.0.columns.ZZ", "只到"),
        (odd_layout(crew="H"), "sheets.0.columns.H", "指定了两次"),
        (odd_layout(net_pay=""), "sheets.0.columns", "实发工资"),
        (odd_layout(wages="H"), "sheets.0.columns.H", "没有“wages”"),
    ],
)
def test_an_impossible_answer_is_refused_at_its_place_and_changes_nothing(cast, project, layout, field, said):
    batch = read(project, odd_sheet())
    with pytest.raises(Refused) as refused:
        answered(cast, batch, layout)
    assert refused.value.code == "layout_invalid"
    assert said in refused.value.fields[field]
    batch.refresh_from_db()
    assert (batch.status, batch.layout) == (Status.MAPPING, None)


def test_every_mistake_is_told_at_once(cast, project):
    with pytest.raises(Refused) as refused:
        answered(cast, read(project, odd_sheet()), odd_layout(net_pay="", days="AZ", header_rows=(2, 9)))
    assert len(refused.value.fields) == 3


def test_who_may_answer(cast, project):
    batch = read(project, odd_sheet(), subcontractor=cast.subcontractor)
    for user, refusal in (
        (cast.supervisor, NotAllowed),
        (cast.auditor, NotAllowed),
        (cast.other_labour_officer, NotVisible),
        (cast.other_subcontractor_clerk, NotVisible),
        (cast.bank_clerk, NotVisible),
    ):
        with pytest.raises(refusal):
            answered(cast, batch, user=user)
    assert answered(cast, batch, user=cast.subcontractor_clerk).status == Status.DRAFT


def test_what_was_confirmed_is_used_silently_for_the_next_month(cast, project):
    answered(cast, read(project, odd_sheet()))
    batch = read(project, odd_sheet(range(3, 9), name="11月", above=("某某项目", "2026年11月")), month_on=NOVEMBER)
    assert (batch.status, batch.accepted, batch.columns) == (Status.DRAFT, 6, ODD_LAYOUT)
    assert (batch.layout["by"], batch.layout["name"]) == ("memory", cast.labour_officer.name)
    memory = ColumnLayout.objects.get()
    assert (memory.organization, memory.used) == (cast.contractor, 1)
    assert memory.titles["H"] == "到手"


def test_never_across_contractors(cast, project):
    answered(cast, read(project, odd_sheet()))
    for employer in (cast.subcontractor, cast.other_subcontractor):
        batch = read(project, odd_sheet(range(3, 9)), month_on=NOVEMBER, subcontractor=employer)
        assert batch.status == Status.MAPPING


def test_another_header_is_not_taken_for_the_known_one(cast, project):
    answered(cast, read(project, odd_sheet()))
    moved = [*ODD_TITLES[:-2], "奖", *ODD_TITLES[-2:]]
    batch = read(project, odd_sheet(titles=moved), month_on=NOVEMBER)
    assert batch.status == Status.MAPPING


def test_a_guess_is_not_remembered_until_it_is_confirmed_nor_when_the_person_says_so(cast, project):
    batch = read(project, odd_sheet())
    assert not ColumnLayout.objects.exists()
    answered(cast, batch, remember=False)
    assert not ColumnLayout.objects.exists()


def test_an_answer_that_the_cells_contradict_is_asked_again(cast, project):
    answered(cast, read(project, odd_sheet()))
    swapped = [[n, id_number(n), person(n)["name"], card_number(n), 26, 5980, 600, 5380, "木工班"] for n in range(1, 7)]
    batch = read(project, odd_sheet(swapped), month_on=NOVEMBER)
    assert batch.status == Status.MAPPING
    assert batch.proposal["doubts"]


def test_a_header_row_that_a_person_named_is_found_again(cast, project):
    rows = [["张三队", "备注甲", "备注乙"], list(ODD_TITLES)]
    first = read(project, odd_sheet(range(1, 7), titles=rows[0], above=()))
    assert first.status == Status.MAPPING
    data = odd_sheet([rows[1], 1, 2, 3], titles=["核算单位", "甲", "乙", "丙", "丁"], above=())
    batch = answered(cast, read(project, data), odd_layout())
    assert (batch.status, batch.accepted) == (Status.DRAFT, 3)
    later = odd_sheet([rows[1], 4, 5], titles=["核算单位", "甲", "乙", "丙", "丁"], above=("又一行",))
    batch = read(project, later, month_on=NOVEMBER)
    assert (batch.status, batch.accepted, batch.header_rows) == (Status.DRAFT, 2, [3])


def test_a_sheet_that_was_not_ticked_is_left_out_next_time_too(cast, project):
    titles = ("姓名", "身份证号", "银行卡号", "实发工资")
    loans = [titles, *[[person(n)["name"], id_number(n), card_number(n), 800] for n in (20, 21)]]
    batch = answered(cast, read(project, odd_sheet(other=("预支单", loans))))
    assert batch.accepted == 6
    batch = read(project, odd_sheet(range(3, 9), name="11月", other=("预支单", loans)), month_on=NOVEMBER)
    assert (batch.status, batch.accepted) == (Status.DRAFT, 6)
    assert {memory.is_read for memory in ColumnLayout.objects.all()} == {True, False}


def test_a_remembered_form_that_names_another_month_is_read_and_said(cast, project):
    answered(cast, read(project, odd_sheet()))
    batch = read(project, odd_sheet(range(3, 9)), month_on=NOVEMBER)
    assert (batch.status, batch.layout["by"]) == (Status.DRAFT, "memory")
    (remark,) = batch.remarks.filter(code="other_month")
    assert "写的是2026年10月，上传时选的是2026年11月" in remark.message or "写的是10月" in remark.message


def test_the_same_file_is_read_again_once_its_columns_were_said_elsewhere(cast, project):
    before = read(project, odd_sheet())
    assert before.status == Status.MAPPING
    answered(cast, read(project, odd_sheet(range(3, 9))))
    again = upload(project, file_of(before))
    assert (again.pk, again.status) == (before.pk, Status.QUEUED)
    batch_read(again.pk)
    again.refresh_from_db()
    assert (again.status, again.accepted, again.layout["by"]) == (Status.DRAFT, 6, "memory")
    version = again.version
    assert upload(project, file_of(before)).version == version, "nothing new since: nothing is read"


def test_a_draft_that_is_submitted_meanwhile_is_not_read_again(cast, project, monkeypatch):
    """Somebody signs between the look at the columns and the lock of the row."""
    answered(cast, read(project, odd_sheet(range(3, 9))))
    before = draft(project, [person(n) for n in range(1, 4)])
    ColumnLayout.objects.update(confirmed_at=now())
    looked = []

    def looks(batch):
        if not looked:
            looked.append(batch)
            batch_submit(batch_id=batch.pk, actor=Actor.system("tests"))
            return True
        return columns_confirmed_since_unscoped(batch)

    monkeypatch.setattr(uploads, "columns_confirmed_since_unscoped", looks)
    again = upload(project, file_of(before))
    assert looked == [before]
    assert (again.pk, again.status) == (before.pk, Status.SUBMITTED)
    before.refresh_from_db()
    assert (before.status, before.stage) == (Status.SUBMITTED, PayrollBatch.Stage.CONFIRMING)


def file_of(batch) -> bytes:
    return vault.unseal_bytes(batch.file.sealed, "file")


def test_forgetting_asks_again_and_leaves_what_was_read(cast, project):
    batch = answered(cast, read(project, odd_sheet()))
    memory = ColumnLayout.objects.get()
    other = cast.other_labour_officer
    with pytest.raises(NotVisible):
        layout_forget(layout_id=memory.pk, actor=cast.actor(other), scope=cast.scope(other))
    user = cast.labour_officer
    layout_forget(layout_id=memory.pk, actor=cast.actor(user), scope=cast.scope(user))
    assert AuditEvent.objects.filter(action="payroll.forget_columns", actor=user).count() == 1
    batch.refresh_from_db()
    assert batch.status == Status.DRAFT
    assert read(project, odd_sheet(range(3, 9)), month_on=NOVEMBER).status == Status.MAPPING


def test_a_file_that_is_no_payroll_is_refused_and_nobody_is_asked(project):
    assert read(project, "甲,乙\n1,2\n".encode()).status == Status.REFUSED


def test_a_sheet_of_people_without_net_pay_is_asked_about_instead_of_refused(project):
    batch = read(project, sheet_bytes([person(n) for n in range(1, 4)], columns=("name", "id_number", "days")))
    assert batch.status == Status.MAPPING
    assert "实发" in batch.proposal["refused"]["message"]


def test_a_batch_withdrawn_while_it_is_looked_at_stays_withdrawn(project, monkeypatch):
    from payroll.services import reading

    batch = upload(project, odd_sheet())
    real = reading.open_sheet

    def withdrawn_meanwhile(*arguments, **facts):
        PayrollBatch.objects.filter(pk=batch.pk).update(status=Status.DISCARDED)
        return real(*arguments, **facts)

    monkeypatch.setattr(reading, "open_sheet", withdrawn_meanwhile)
    batch_read(batch.pk)
    batch.refresh_from_db()
    assert (batch.status, batch.proposal) == (Status.DISCARDED, None)


def test_the_memory_is_kept_only_by_a_reading_that_came_through(cast, project, monkeypatch):
    from payroll.services import reading

    batch = read(project, odd_sheet())
    monkeypatch.setattr(reading, "remarks_replace", lambda *_: (_ for _ in ()).throw(RuntimeError("disk full")))
    with pytest.raises(RuntimeError):
        answered(cast, batch)
    assert not ColumnLayout.objects.exists()
    monkeypatch.undo()
    batch_read(batch.pk)
    assert ColumnLayout.objects.count() == 1


def test_drafts_of_old_that_have_no_proposal_can_be_answered_too(cast, project):
    batch = draft(project, [person(1)])
    PayrollBatch.objects.filter(pk=batch.pk).update(proposal=None)
    columns = {name: letter for name, letter in batch.columns.items() if name != "phone"}
    layout = {"sheets": [{"name": batch.sheet, "header_rows": batch.header_rows, "columns": columns}]}
    assert answered(cast, batch, layout).status == Status.DRAFT


def test_the_proposal_goes_when_the_sheet_is_submitted_or_withdrawn(cast, project):
    kept = read(project, sheet_bytes([person(1)]))
    assert kept.proposal
    assert batch_submit(batch_id=kept.pk, actor=Actor.system("tests")).proposal is None
    withdrawn = read(project, sheet_bytes([person(2)]), month_on=NOVEMBER)
    assert withdrawn.proposal
    batch_discard(batch_id=withdrawn.pk, actor=Actor.system("tests"))
    withdrawn.refresh_from_db()
    assert withdrawn.proposal is None
