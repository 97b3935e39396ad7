"""An attendance sheet from upload to days: matched by ID or unique name, confirmed, superseded, never doubled."""

import datetime
from decimal import Decimal

import pytest

from payroll.models import AttendanceDay, AttendanceProblem, AttendanceSheet
from payroll.services.attendance.confirming import attendance_confirm, attendance_discard
from payroll.services.attendance.reading import attendance_read
from payroll.services.attendance.uploads import attendance_upload
from payroll.services.queue import ATTENDANCE, MAX_ATTEMPTS
from responsibilities.models import AuditEvent, Touched
from responsibilities.rules.errors import NotAllowed, NotVisible, Refused
from responsibilities.services.trail import Actor
from tests.factories.payroll import id_number, site
from tests.factories.people import attended, on_roster, worker
from tests.payroll.people import attendance_sheets as render
from tests.payroll.people.attendance_sheets import FULL, HALF, MONTH

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("test")
START = datetime.date(2026, 9, 1)


def day(number):
    return MONTH.first.replace(day=number)


@pytest.fixture
def project(cast):
    return site(cast)


@pytest.fixture
def crew(cast, project):
    """Three people of the subcontractor, one of the general contractor."""
    for n in (1, 2, 3):
        on_roster(project, worker(n), cast.subcontractor, entered_on=START)
    on_roster(project, worker(4), cast.contractor, entered_on=START)


def uploaded(project, book, subcontractor, **facts) -> AttendanceSheet:
    sheet, _new = attendance_upload(
        project=project,
        month_on=MONTH.first,
        subcontractor=subcontractor,
        name="10月考勤.xlsx",
        data=book if isinstance(book, bytes) else render.file_of(book),
        actor=SYSTEM,
        wake=False,
        **facts,
    )
    return sheet


def read(project, book, subcontractor) -> AttendanceSheet:
    sheet = uploaded(project, book, subcontractor)
    attendance_read(sheet.pk)
    sheet.refresh_from_db()
    return sheet


def codes(sheet):
    return list(sheet.problems.values_list("row", "code", "severity"))


def stored(project):
    rows = AttendanceDay.objects.filter(project=project).order_by("on", "worker_id")
    return {(row.worker.id_last4, row.on.day): row.days for row in rows.select_related("worker")}


def last4(n):
    return id_number(n)[-4:]


def test_a_month_is_read_confirmed_and_counted(cast, project, crew):
    book = render.grid({1: {1: FULL, 2: HALF}, 2: {3: FULL, 4: FULL}}, footer=True)
    sheet = read(project, book, cast.subcontractor)
    assert (sheet.status, sheet.layout, sheet.rows, sheet.matched, sheet.total_days) == (
        "draft",
        "grid",
        2,
        2,
        Decimal("3.5"),
    )
    assert codes(sheet) == []
    assert stored(project) == {}, "a draft counts nothing"
    attendance_confirm(sheet_id=sheet.pk, actor=SYSTEM, matched=2)
    assert stored(project) == {
        (last4(1), 1): 1, (last4(1), 2): Decimal("0.5"), (last4(2), 3): 1, (last4(2), 4): 1,
    }  # fmt: skip
    assert Touched.objects.filter(project_id=project.pk).exists()
    assert AuditEvent.objects.filter(action="attendance.confirm").count() == 1


def test_a_corrected_sheet_replaces_the_one_before_and_leaves_nothing_behind(cast, project, crew):
    first = read(project, render.grid({1: {1: FULL, 2: FULL}, 2: {3: FULL}}), cast.subcontractor)
    attendance_confirm(sheet_id=first.pk, actor=SYSTEM)
    second = read(project, render.grid({1: {1: HALF}}), cast.subcontractor)
    attendance_confirm(sheet_id=second.pk, actor=SYSTEM)
    first.refresh_from_db()
    assert first.status == "superseded"
    assert stored(project) == {(last4(1), 1): Decimal("0.5")}


def test_confirming_twice_and_uploading_twice_changes_nothing(cast, project, crew):
    data = render.file_of(render.grid({1: {1: FULL}}))
    sheet = uploaded(project, data, cast.subcontractor)
    attendance_read(sheet.pk)
    sheet.refresh_from_db()
    attendance_confirm(sheet_id=sheet.pk, actor=SYSTEM)
    version = attendance_confirm(sheet_id=sheet.pk, actor=SYSTEM).version
    assert (version, len(stored(project))) == (sheet.version + 1, 1)
    assert uploaded(project, data, cast.subcontractor).pk == sheet.pk
    assert not attendance_read(sheet.pk)


def test_people_are_matched_by_id_or_by_a_name_that_is_there_once(cast, project, crew):
    on_roster(project, worker(21, name=render.name(3)), cast.subcontractor, entered_on=START)
    sheet = read(
        project, render.grid({1: {1: FULL}, 3: {1: FULL}, 4: {1: FULL}, 9: {1: FULL}}, ids=False), cast.subcontractor
    )
    assert codes(sheet) == [
        (4, "name_ambiguous", "error"),
        (5, "other_employer", "error"),
        (6, "person_unknown", "error"),
    ]
    assert sheet.matched == 1


def test_with_an_id_number_the_same_name_is_no_obstacle(cast, project, crew):
    on_roster(project, worker(21, name=render.name(3)), cast.subcontractor, entered_on=START)
    sheet = read(project, render.grid({3: {1: FULL}}), cast.subcontractor)
    assert (sheet.matched, codes(sheet)) == (1, [])


def test_an_id_number_with_another_name_is_taken_with_a_warning(cast, project, crew):
    book = render.grid({1: {1: FULL}})
    rows = [cells for _number, cells in book.sheets[0].rows()]
    rows[2][1] = "另一人"
    book.sheets[0] = type(book.sheets[0]).of(rows, "10月考勤")
    sheet = read(project, book, cast.subcontractor)
    assert (sheet.matched, codes(sheet)) == (1, [(3, "name_differs", "warning")])


def test_the_same_person_twice_counts_once(cast, project, crew):
    book = render.grid({1: {1: FULL}, 2: {1: FULL}})
    rows = [cells for _number, cells in book.sheets[0].rows()]
    rows[3] = [2.0, *rows[2][1:]]
    book.sheets[0] = type(book.sheets[0]).of(rows, "10月考勤")
    sheet = read(project, book, cast.subcontractor)
    assert (sheet.matched, codes(sheet)) == (1, [(4, "duplicate_worker", "error")])
    attendance_confirm(sheet_id=sheet.pk, actor=SYSTEM)
    assert stored(project) == {(last4(1), 1): 1}


def test_days_outside_the_stay_and_on_another_site_are_said(cast, project, crew):
    elsewhere = site(cast, "ZY-2026-011")
    attended(elsewhere, worker(1), [day(5)])
    leaver = on_roster(project, worker(7), cast.subcontractor, entered_on=START, left_on=day(10))
    sheet = read(project, render.grid({1: {5: FULL}, 7: {10: FULL, 11: FULL}}), cast.subcontractor)
    assert codes(sheet) == [(3, "same_day_other_site", "warning"), (4, "outside_stay", "warning")]
    assert sheet.problems.get(code="outside_stay").day == 11
    assert leaver.left_on == day(10)
    assert cast.contractor.name not in sheet.problems.get(code="same_day_other_site").message


def test_a_day_of_another_employer_stays_theirs(cast, project, crew):
    on_roster(project, worker(4), cast.subcontractor, entered_on=START)
    attended(project, worker(4), [day(1)])
    sheet = read(project, render.grid({4: {1: HALF, 2: FULL}}), cast.subcontractor)
    assert codes(sheet) == [(3, "day_of_other_employer", "error")]
    attendance_confirm(sheet_id=sheet.pk, actor=SYSTEM)
    assert stored(project) == {(last4(4), 1): 1, (last4(4), 2): 1}


def test_days_to_come_are_not_counted(cast, project, crew, settings):
    settings.PORTAL_TODAY = "2026-10-15"
    sheet = read(project, render.grid({1: {15: FULL, 16: FULL, 31: FULL}}), cast.subcontractor)
    assert codes(sheet) == [(3, "day_in_future", "error")]
    attendance_confirm(sheet_id=sheet.pk, actor=SYSTEM)
    assert stored(project) == {(last4(1), 15): 1}


def test_a_sheet_where_nobody_fits_cannot_be_confirmed(cast, project, crew):
    sheet = read(project, render.grid({8: {1: FULL}}), cast.subcontractor)
    with pytest.raises(Refused) as refused:
        attendance_confirm(sheet_id=sheet.pk, actor=SYSTEM)
    assert refused.value.code == "nothing_to_confirm"


def test_who_saw_another_number_of_people_confirms_nothing(cast, project, crew):
    sheet = read(project, render.grid({1: {1: FULL}}), cast.subcontractor)
    with pytest.raises(Refused) as refused:
        attendance_confirm(sheet_id=sheet.pk, actor=SYSTEM, matched=2)
    assert refused.value.code == "count_differs"
    with pytest.raises(Refused) as refused:
        attendance_confirm(sheet_id=sheet.pk, actor=SYSTEM, version=99)
    assert refused.value.code == "edited_meanwhile"


def test_a_draft_is_withdrawn_and_a_confirmed_sheet_is_not(cast, project, crew):
    sheet = read(project, render.grid({1: {1: FULL}}), cast.subcontractor)
    assert attendance_discard(sheet_id=sheet.pk, actor=SYSTEM).status == "discarded"
    again = read(project, render.grid({1: {1: FULL}}), cast.subcontractor)
    attendance_confirm(sheet_id=again.pk, actor=SYSTEM)
    with pytest.raises(Refused) as refused:
        attendance_discard(sheet_id=again.pk, actor=SYSTEM)
    assert refused.value.code == "already_confirmed"


def test_a_refused_file_says_why_on_its_row(cast, project, crew):
    sheet = read(project, render.grid({1: {1: FULL}}, dates=True, above=0), None)
    assert sheet.status == "draft"
    september, _ = attendance_upload(
        project=project, month_on=START, subcontractor=None, name="九月.xlsx", actor=SYSTEM, wake=False,
        data=render.file_of(render.grid({1: {1: FULL}})),
    )  # fmt: skip
    attendance_read(september.pk)
    september.refresh_from_db()
    assert (september.status, september.refused_code) == ("refused", "month_mismatch")


def test_a_month_that_is_not_here_yet_is_refused(cast, project):
    with pytest.raises(Refused) as refused:
        attendance_upload(
            project=project, month_on=datetime.date(2031, 1, 1), subcontractor=None, name="x.xlsx", data=b"PK\x03\x04",
            actor=SYSTEM,
        )  # fmt: skip
    assert refused.value.code in ("month_in_future", "not_a_sheet")


def test_a_subcontractor_uploads_and_confirms_only_its_own(cast, project, crew):
    own, other = cast.scope(cast.subcontractor_clerk), cast.scope(cast.stranger)
    sheet = read(project, render.grid({4: {1: FULL}}), None)
    with pytest.raises(NotVisible):
        attendance_confirm(sheet_id=sheet.pk, actor=SYSTEM, scope=own)
    with pytest.raises(Refused):
        uploaded(project, render.grid({4: {1: FULL}}), None, scope=own)
    with pytest.raises(NotAllowed):
        uploaded(project, render.grid({4: {1: FULL}}), None, scope=other)
    supervisor = cast.scope(cast.supervisor)
    with pytest.raises(NotAllowed):
        attendance_confirm(sheet_id=sheet.pk, actor=SYSTEM, scope=supervisor)
    mine = read(project, render.grid({1: {1: FULL}}), cast.subcontractor)
    attendance_confirm(sheet_id=mine.pk, actor=SYSTEM, scope=own)
    assert stored(project) == {(last4(1), 1): 1}


def test_a_poison_file_stops_after_three_attempts(cast, project, crew, monkeypatch):
    sheet = uploaded(project, render.grid({1: {1: FULL}}), cast.subcontractor)

    def dies(*_arguments):
        raise MemoryError

    monkeypatch.setattr("payroll.services.attendance.reading.parse_file", dies)
    for _attempt in range(MAX_ATTEMPTS):
        with pytest.raises(MemoryError):
            attendance_read(sheet.pk)
    assert not attendance_read(sheet.pk)
    sheet.refresh_from_db()
    assert (sheet.status, sheet.attempts) == ("failed", MAX_ATTEMPTS)
    assert str(sheet.pk) in sheet.refused_message


def test_a_stranded_sheet_is_found(cast, project, crew):
    sheet = uploaded(project, render.grid({1: {1: FULL}}), cast.subcontractor)
    assert ATTENDANCE.stranded_unscoped() == []
    AttendanceSheet.objects.filter(pk=sheet.pk).update(status="reading")
    assert ATTENDANCE.stranded_unscoped() == [sheet.pk]


def test_no_full_id_number_is_stored_with_the_sheet(cast, project, crew):
    sheet = read(project, render.grid({1: {1: FULL}, 9: {1: FULL}}), cast.subcontractor)
    texts = [*sheet.lines.values_list("name", "id_masked", "crew"), *AttendanceProblem.objects.values_list("message")]
    assert all(id_number(n) not in str(texts) for n in (1, 9))
    assert AttendanceSheet.objects.get().lines.count() == 2
