"""The attendance sheet given back: remarks at their cells in every layout, the contractor's own look kept, all told in
front.
"""

import datetime
import re
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import Font, PatternFill

from payroll.imports.attendance import parsed
from payroll.models import StoredFile
from payroll.rules.attendance import Problem
from payroll.services.attendance.annotating import IN_FRONT, TITLES, attendance_annotated_open
from payroll.services.attendance.reading import attendance_read
from payroll.services.attendance.uploads import attendance_upload
from responsibilities.models import AuditEvent
from responsibilities.rules.errors import NotAllowed, Refused
from responsibilities.services.trail import Actor
from tests.factories.payroll import id_number, site
from tests.factories.people import on_roster, worker
from tests.payroll.people import attendance_sheets as render
from tests.payroll.people.attendance_sheets import FULL, HALF, MONTH

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("test")
START = datetime.date(2026, 9, 1)
RED, YELLOW = "FFC7CE", "FFEB9C"


@pytest.fixture
def project(cast):
    project = site(cast)
    for n in (1, 2):
        on_roster(project, worker(n), cast.subcontractor, entered_on=START)
    return project


def read(project, cast, data: bytes, *, name="10月考勤.xlsx", user=None):
    sheet, _new = attendance_upload(
        project=project,
        month_on=MONTH.first,
        subcontractor=cast.subcontractor,
        name=name,
        data=data,
        actor=Actor(user=user) if user else SYSTEM,
        wake=False,
    )
    attendance_read(sheet.pk)
    sheet.refresh_from_db()
    return sheet


def annotated(sheet):
    _name, data = attendance_annotated_open(sheet=sheet, actor=SYSTEM)
    return openpyxl.load_workbook(BytesIO(data))


def told(page, cell: str) -> str:
    return page[cell].comment.text if page[cell].comment else ""


def remarks(page) -> set[str]:
    return {cell.coordinate for row in page.iter_rows() for cell in row if cell.comment}


def styled(book, *odd) -> bytes:
    """The rendered workbook as a file with the contractor's own look, `odd` cells overwritten."""
    opened = openpyxl.load_workbook(BytesIO(render.file_of(book)))
    page = opened.worksheets[0]
    page["B2"].font = Font(name="楷体", size=15, bold=True)
    page["B2"].fill = PatternFill("solid", start_color="00B050")
    page.column_dimensions["B"].width = 23.5
    page.freeze_panes = "C3"
    for cell, value in odd:
        page[cell] = value
    box = BytesIO()
    opened.save(box)
    return box.getvalue()


def times(*pairs):
    return [datetime.time(hour, minute) for hour, minute in pairs]


def test_a_grid_keeps_its_look_and_has_the_remarks_at_their_cells(cast, project):
    book = render.grid({1: {1: FULL, 2: HALF}, 30: {1: FULL}})
    sheet = read(project, cast, styled(book, ("F3", "◇")))
    result = annotated(sheet)
    page = result["10月考勤"]
    assert page["B2"].font.name == "楷体"
    assert page["B2"].fill.start_color.rgb == "0000B050"
    assert (page.column_dimensions["B"].width, page.freeze_panes) == (23.5, "C3")
    assert page["C3"].value == id_number(1)
    assert "没有说明含义" in told(page, "F3")
    assert page["F3"].fill.start_color.rgb.endswith(RED)
    assert "花名册" in told(page, "B4")
    assert page["AJ3"].fill.start_color.rgb.endswith(YELLOW), "the total that doesn't add up is a warning"
    assert remarks(page) == {"F3", "B4", "AJ3"}, "nothing else is touched"


def test_the_sheet_in_front_tells_everything_gravest_first(cast, project):
    sheet = read(project, cast, styled(render.grid({1: {1: FULL, 2: HALF}, 30: {1: FULL}}), ("F3", "◇")))
    front = annotated(sheet)[IN_FRONT]
    rows = [list(row) for row in front.iter_rows(values_only=True)]
    assert "错误 2 处，提示 1 处" in rows[2][0]
    assert [(row[0], row[1], row[2]) for row in rows[6:]] == [
        ("错误", "F3", TITLES["mark_unknown"]),
        ("错误", "B4", TITLES["person_unknown"]),
        ("提示", "AJ3", TITLES["total_mismatch"]),
    ]


def test_three_rows_a_person(cast, project):
    book = render.part_rows({1: {1: FULL, 2: FULL}, 2: {1: FULL}}, {}, labelled=True, merged=True)
    page = annotated(read(project, cast, styled(book, ("F3", "◇"))))["考勤"]
    assert "没有说明含义" in told(page, "F3"), "the afternoon's own row"
    assert remarks(page) == {"F3"}


def test_the_blocks_of_a_punch_clock(cast, project):
    book = render.blocks({1: {3: times((7, 30), (18, 0)), 4: times((7, 30))}, 30: {3: times((7, 30), (18, 0))}})
    sheet = read(project, cast, styled(book), name="刷卡记录.xlsx")
    assert sheet.layout == "blocks"
    page = annotated(sheet)["刷卡记录"]
    assert "只有一次刷卡" in told(page, "E5"), "the times of the 4th of the first person"
    assert page["E5"].fill.start_color.rgb.endswith(YELLOW)
    assert remarks(page) == {"E5", "G6"}
    assert "花名册" in told(page, "G6")


def test_a_list_of_punches_points_at_the_punch(cast, project):
    book = render.punch_list({1: {3: times((7, 30), (18, 0)), 4: times((7, 30))}, 2: {3: times((8, 0), (17, 0))}})
    sheet = read(project, cast, styled(book, ("E6", "昨天早上")))
    page = annotated(sheet)["Sheet1"]
    assert "认不出是哪天几点" in told(page, "E6")
    assert "只有一次刷卡" in told(page, "E4")
    assert "只有一次刷卡" in told(page, "E5"), "whose other punch can't be read"
    assert remarks(page) == {"E4", "E5", "E6"}


def test_a_csv_comes_back_as_a_workbook_with_the_remarks(cast, project):
    data = f"姓名,身份证号,1,2,3,4,5\n张三,{id_number(1)},√,√,◇,√,√\n".encode("gb18030")
    result = annotated(read(project, cast, data, name="考勤.csv"))
    page = result.worksheets[1]
    assert (page["B2"].value, "没有说明含义" in told(page, "E2")) == (id_number(1), True)


def test_what_comes_back_can_be_corrected_and_sent_again(cast, project):
    first = read(project, cast, styled(render.grid({1: {1: FULL, 2: HALF}}, total=False), ("G3", "◇")))
    _name, data = attendance_annotated_open(sheet=first, actor=SYSTEM)
    again = read(project, cast, data, name="10月考勤-批注版.xlsx")
    assert (again.status, again.sheet, again.matched, again.errors) == ("draft", "10月考勤", 1, 1)
    opened = openpyxl.load_workbook(BytesIO(data))
    opened["10月考勤"]["G3"] = "√"
    box = BytesIO()
    opened.save(box)
    mended = read(project, cast, box.getvalue(), name="10月考勤-批注版.xlsx")
    assert (mended.matched, mended.errors, mended.total_days) == (1, 0, first.total_days + 1)


def test_it_is_made_once_and_every_hand_out_is_kept(cast, project):
    sheet = read(project, cast, styled(render.grid({1: {1: FULL}}, total=False)))
    before = StoredFile.objects.count()
    front = annotated(sheet)[IN_FRONT]
    annotated(sheet)
    assert StoredFile.objects.count() == before + 1
    assert AuditEvent.objects.filter(action="attendance.open_annotated").count() == 2
    assert "没有发现错误" in [cell.value for cell in front["D"]][6]


def test_it_goes_to_who_may_have_the_numbers_in_full(client, cast, project):
    sheet = read(project, cast, styled(render.grid({1: {1: FULL}}, total=False)), user=cast.subcontractor_clerk)
    for user in (cast.subcontractor_clerk, cast.labour_officer, cast.supervisor):
        assert attendance_annotated_open(sheet=sheet, actor=cast.actor(user), scope=cast.scope(user))
    with pytest.raises(NotAllowed):
        attendance_annotated_open(sheet=sheet, actor=cast.actor(cast.auditor), scope=cast.scope(cast.auditor))
    client.force_login(cast.auditor)
    assert client.get(f"/payroll/attendance/{sheet.pk}/annotated/").status_code == 403
    assert "下载批注版" not in client.get(f"/payroll/attendance/{sheet.pk}/").content.decode()
    client.force_login(cast.labour_officer)
    assert "下载批注版" in client.get(f"/payroll/attendance/{sheet.pk}/").content.decode()
    answer = client.get(f"/payroll/attendance/{sheet.pk}/annotated/")
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")


def test_a_sheet_that_was_refused_has_none_and_says_so(client, cast, project):
    sheet = read(project, cast, styled(render.grid({1: {1: FULL}}), ("A1", "2025年1月考勤表")))
    assert sheet.status == "refused"
    with pytest.raises(Refused) as refused:
        attendance_annotated_open(sheet=sheet, actor=SYSTEM)
    assert refused.value.code == "not_read"
    client.force_login(cast.labour_officer)
    answer = client.get(f"/payroll/attendance/{sheet.pk}/annotated/", follow=True)
    assert "没有批注版" in answer.content.decode()


def test_every_remark_that_attendance_makes_has_a_title():
    folder = Path(parsed.__file__).parent
    sources = "".join(file.read_text("utf-8") for file in folder.glob("*.py"))
    sources += (folder.parents[1] / "services" / "attendance" / "matching.py").read_text("utf-8")
    calls = re.findall(r"(?:\.error|\.warn|_say|Remark)\(([^\"]*?)\"([a-z_]+)\"", sources)
    said = {code for _before, code in calls} - {"error", "warning"}
    said |= {code for code, _what in parsed.ID_MESSAGES.values()} | set(Problem)
    assert {"person_unknown", "time_invalid", "total_mismatch", "outside_stay", "mark_unknown"} <= said
    assert said <= TITLES.keys()
