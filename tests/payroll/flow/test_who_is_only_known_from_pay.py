"""A payroll registers nobody: whom only payrolls know is told each month, and a sheet that counts no more leaves no trace
on the roster."""

import datetime

import pytest

from payroll.models import AttendanceDay, RosterEntry
from payroll.services.audits import batch_return
from payroll.services.nil_returns import nil_return
from payroll.services.reading import batch_read
from payroll.services.submissions import batch_submit
from responsibilities.services.trail import Actor
from tests.factories.payroll import person, sheet_bytes, site, upload
from tests.factories.people import labour_contract, on_roster, worker

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("tests")
MONTH, NEXT = datetime.date(2026, 9, 1), datetime.date(2026, 10, 1)


@pytest.fixture
def project(cast):
    """A site on which the first worker's entry is registered."""
    found = site(cast)
    on_roster(found, worker(1), cast.contractor, entered_on=datetime.date(2026, 3, 1))
    return found


def read(project, people, month_on=MONTH, **facts):
    batch = upload(project, sheet_bytes([person(n) for n in people]), month_on=month_on, **facts)
    batch_read(batch.pk)
    batch.refresh_from_db()
    return batch


def submit(batch):
    return batch_submit(batch_id=batch.pk, actor=SYSTEM)


def unknown(batch):
    """{row: message} of the remarks that somebody isn't registered."""
    return dict(batch.remarks.filter(code="unknown_worker").order_by("row").values_list("row", "message"))


def roster(project):
    return set(RosterEntry.objects.filter(project=project).values_list("worker__name", flat=True))


def names(people):
    return {person(n)["name"] for n in people}


def test_each_month_tells_whom_only_payrolls_know(project):
    first = submit(read(project, (1, 2)))
    assert ["不在本项目的花名册里" in one for one in unknown(first).values()] == [True]
    second = read(project, (1, 2), NEXT)
    assert ["没有登记进场，只从提交过的工资表得知" in one for one in unknown(second).values()] == [True]
    on_roster_now = RosterEntry.objects.get(project=project, worker__name=person(2)["name"])
    on_roster_now.entered_on = datetime.date(2026, 9, 3)
    on_roster_now.save()
    submit(second)
    assert unknown(second) == {}, "registered meanwhile"


def test_judging_again_says_the_same_of_whom_a_sheet_submitted_meanwhile_knows(project):
    draft = read(project, (1, 2), NEXT)
    submit(read(project, (1, 2)))
    before = unknown(draft)
    submit(draft)
    assert unknown(draft) == before
    assert len(before) == 1


def test_a_site_that_registers_nobody_is_told_of_new_people_only(cast):
    project = site(cast)
    submit(read(project, (1, 2)))
    told = unknown(read(project, (1, 2, 3), NEXT))
    assert ["不在本项目的花名册里" in one for one in told.values()] == [True]


def test_a_returned_sheet_leaves_nobody_on_the_roster_whom_only_it_named(project, cast):
    submit(read(project, (1, 2), datetime.date(2026, 8, 1)))
    batch = submit(read(project, (1, 2, 3, 4)))
    labour_contract(project, worker(4), cast.contractor, starts_on=MONTH)
    assert roster(project) == names((1, 2, 3, 4))
    batch_return(batch_id=batch.pk, actor=SYSTEM, reason="花名册不符")
    assert roster(project) == names((1, 2, 4)), "registered, paid in another month, under contract"
    assert len(unknown(read(project, (1, 2, 3)))) == 2, "told again"


def test_whose_attendance_is_on_record_stays_so_that_it_can_be_corrected(project, cast):
    """Sent back because the days differ: the corrected attendance still finds its people. Days elsewhere are no reason."""
    batch = submit(read(project, (1, 2, 3)))
    for n, place in ((2, project), (3, site(cast, "ZY-2026-012"))):
        AttendanceDay.objects.create(project=place, worker=worker(n), on=MONTH, days=1, source="sheet")
    batch_return(batch_id=batch.pk, actor=SYSTEM, reason="天数与考勤不符")
    assert roster(project) == names((1, 2))


def test_a_replaced_sheet_leaves_whom_the_new_one_names(project):
    submit(read(project, (1, 2, 3)))
    submit(read(project, (1, 3)))
    assert roster(project) == names((1, 3))


def test_a_month_of_nobody_takes_a_returned_sheets_people_along(project, cast):
    other = site(cast, "ZY-2026-012")
    batch = submit(read(other, (5,)))
    batch_return(batch_id=batch.pk, actor=SYSTEM, reason="没有这个人")
    nil_return(project=other, month_on=MONTH, subcontractor=None, reason="停工", actor=SYSTEM)
    assert roster(other) == set()
