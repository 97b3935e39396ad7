"""复制上月: the same people less those who left, plus those who came, in the contractor's own columns."""

import datetime
import io

import openpyxl
import pytest

from payroll.models import RosterEntry, Worker
from payroll.rules.month import Month
from payroll.services.copies import month_copy
from payroll.services.reading import batch_read
from payroll.services.sheets import understand
from payroll.services.submissions import batch_submit
from responsibilities.models import AuditEvent
from responsibilities.rules.errors import NotAllowed, Refused
from responsibilities.services.trail import Actor
from tests.factories.payroll import card_number, draft, id_number, person, site, upload

pytestmark = pytest.mark.django_db
NOVEMBER = Month(2026, 11)


@pytest.fixture
def project(cast):
    return site(cast)


def submitted(project, rows, **facts):
    batch = draft(project, rows, **facts)
    return batch_submit(batch_id=batch.pk, actor=Actor.system("test"))


def copy(project, *, employer=None, amounts=True, scope=None, actor=None, month=NOVEMBER):
    box = io.BytesIO()
    done = month_copy(
        box,
        project=project,
        month=month,
        employer=employer,
        amounts=amounts,
        actor=actor or Actor.system("test"),
        scope=scope,
    )
    return done, box.getvalue()


def cells(data, sheet=None):
    book = openpyxl.load_workbook(io.BytesIO(data))
    page = book[sheet] if sheet else book.worksheets[0]
    return [[cell.value for cell in row] for row in page.iter_rows()]


def own_workbook():
    """A contractor's own form: two header rows with a group, other titles, a column that nobody knows."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = "2026年10月工资"
    page.append(["祁连建设2026年10月份工资发放表"])
    page.append(["编号", "工人姓名", "身份证号码", "籍贯", "出勤工日", "工资", None, "实领工资", "工资卡号", "签字"])
    page.append([None, None, None, None, None, "应发工资", "扣款", None, None, None])
    for at in "ABCDEHIJ":
        page.merge_cells(f"{at}2:{at}3")
    page.merge_cells("F2:G2")
    for n in (1, 2):
        page.append(
            [n, person(n)["name"], id_number(n), "甘州", 26, 5980, 600, 5380, card_number(n), None],
        )
    box = io.BytesIO()
    book.save(box)
    return box.getvalue()


def test_the_same_people_come_back_and_the_copy_is_told_to_be_one_and_nothing_else(project):
    submitted(project, [person(1), person(2), person(3)])
    done, data = copy(project)
    assert (done.workers, done.newcomers, done.left) == (3, 0, 0)
    read = understand(data, project=project, month=NOVEMBER)
    assert (read.parsed.accepted, read.parsed.rejected) == (3, 0)
    assert [remark.code for remark in read.remarks] == ["same_as_last_month"]
    assert {line.id_number for line in read.parsed.lines} == {id_number(n) for n in (1, 2, 3)}


def test_amounts_stay_blank_when_asked_and_the_unit_price_is_kept(project):
    submitted(project, [person(1)])
    row = cells(copy(project, amounts=False)[1])[2]
    titles = cells(copy(project, amounts=False)[1])[1]
    of = dict(zip(titles, row, strict=True))
    assert (of["姓名"], of["单价"]) == (person(1)["name"], 230)
    assert [of[title] for title in ("出勤天数", "应发工资", "扣款", "预支", "实发工资")] == [None] * 5


def test_carried_amounts_are_lighter_than_what_stays(project):
    submitted(project, [person(1)])
    page = openpyxl.load_workbook(io.BytesIO(copy(project)[1])).worksheets[0]
    fonts = {page.cell(2, at).value: page.cell(3, at).font for at in range(1, page.max_column + 1)}
    assert fonts["实发工资"].italic
    assert not fonts["姓名"].italic


def test_who_left_before_the_month_is_left_out_and_who_leaves_in_it_stays(cast, project):
    submitted(project, [person(1), person(2)])
    one, two = (Worker.objects.get(id_last4=id_number(n)[-4:]) for n in (1, 2))
    RosterEntry.objects.filter(worker=one).update(left_on=datetime.date(2026, 10, 20))
    RosterEntry.objects.filter(worker=two).update(left_on=datetime.date(2026, 11, 5))
    done, data = copy(project)
    names = {row[1] for row in cells(data)[2:]}
    assert (done.workers, done.left) == (1, 1)
    assert names == {two.name}


def test_who_entered_since_is_added_and_who_enters_later_is_not(cast, project):
    submitted(project, [person(1)])
    submitted(project, [person(2)], month_on=datetime.date(2026, 9, 1), subcontractor=cast.subcontractor)
    came = Worker.objects.get(id_last4=id_number(2)[-4:])
    entry = RosterEntry.objects.create(
        project=project, worker=came, employer=cast.contractor, crew="钢筋班", entered_on=datetime.date(2026, 10, 28)
    )
    done, data = copy(project)
    assert (done.workers, done.newcomers) == (2, 1)
    assert cells(data)[3][1] == came.name
    entry.entered_on = datetime.date(2026, 12, 1)
    entry.save()
    assert copy(project)[0].newcomers == 0


def test_the_contractors_own_columns_titles_and_month_come_back(project):
    batch = upload(project, own_workbook(), name="我们的表.xlsx")
    batch_read(batch.pk)
    batch_submit(batch_id=batch.pk, actor=Actor.system("test"))
    done, data = copy(project)
    rows = cells(data)
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.sheetnames[0] == "2026年11月工资"
    assert rows[0][0] == "祁连建设2026年11月份工资发放表"
    assert rows[1][:8] == ["编号", "工人姓名", "身份证号码", "籍贯", "出勤工日", "工资", None, "实领工资"]
    assert rows[2][5:7] == ["应发工资", "扣款"]
    explained = [row[0].value for row in book["填写说明"].iter_rows(max_col=1) if row[0].value]
    assert {"工人姓名", "出勤工日", "实领工资"} <= set(explained), "in the contractor's own words"
    assert not {"姓名", "签名", "备注", "预支"} & set(explained), "of columns that the sheet has"
    assert rows[3] == [1, person(1)["name"], id_number(1), "甘州", 26, 5980, 600, 5380, card_number(1), None]
    read = understand(data, project=project, month=NOVEMBER)
    assert (read.parsed.accepted, read.remarks) == (2, [])
    assert done.workers == 2


def test_numbers_go_in_full_only_to_those_who_may_have_the_file(cast, project):
    clerk = cast.subcontractor_clerk
    submitted(project, [person(1)], subcontractor=cast.subcontractor, user=cast.labour_officer)
    scope, actor = cast.scope(clerk), cast.actor(clerk)
    row = cells(copy(project, employer=cast.subcontractor, scope=scope, actor=actor)[1])
    flat = [str(value) for line in row for value in line]
    assert id_number(1) not in flat
    assert person(1)["name"] in flat
    assert AuditEvent.objects.get(action="payroll.copy_month").changes["full_numbers"] == ["", "否"]
    officer = cast.labour_officer
    data = copy(project, employer=cast.subcontractor, scope=cast.scope(officer), actor=cast.actor(officer))[1]
    assert id_number(1) in [str(value) for line in cells(data) for value in line]


def test_who_uploaded_the_last_sheet_gets_its_numbers_back(cast, project):
    clerk = cast.subcontractor_clerk
    submitted(project, [person(1)], subcontractor=cast.subcontractor, user=clerk)
    data = copy(project, employer=cast.subcontractor, scope=cast.scope(clerk), actor=cast.actor(clerk))[1]
    assert id_number(1) in [str(value) for line in cells(data) for value in line]


def test_nothing_submitted_before_is_said_and_another_employers_sheet_is_not_taken(cast, project):
    submitted(project, [person(1)], subcontractor=cast.other_subcontractor)
    with pytest.raises(Refused) as refused:
        copy(project, employer=cast.subcontractor)
    assert refused.value.code == "nothing_to_copy"
    with pytest.raises(Refused):
        copy(project, employer=cast.other_subcontractor, month=Month(2026, 10))


def test_who_may_not_upload_for_an_employer_copies_nothing(cast, project):
    submitted(project, [person(1)])
    clerk = cast.subcontractor_clerk
    with pytest.raises(Refused):
        copy(project, scope=cast.scope(clerk), actor=cast.actor(clerk))
    with pytest.raises(NotAllowed):
        copy(project, scope=cast.scope(cast.supervisor), actor=cast.actor(cast.supervisor))
