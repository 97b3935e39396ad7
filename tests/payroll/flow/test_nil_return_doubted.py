"""本月无用工 for a month before anything began, or with people on site: refused, or asked about and kept."""

import datetime

import pytest

from payroll.models import PayrollBatch
from payroll.services.nil_returns import nil_return
from projects.models import Contract
from responsibilities.models import AuditEvent
from responsibilities.rules.errors import Refused
from tests.factories.flow import SYSTEM
from tests.factories.payroll import MONTH, site
from tests.factories.people import attended, on_roster, worker

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
END = datetime.date(2026, 10, 31)


def nil(project, **changes):
    given = {"project": project, "month_on": MONTH, "subcontractor": None, "reason": "冬季停工", "actor": SYSTEM}
    return nil_return(**given | changes)


def refused(project, **changes) -> Refused:
    with pytest.raises(Refused) as caught:
        nil(project, **changes)
    return caught.value


def subcontract(project, cast, signed_on):
    Contract.objects.create(
        project=project, kind="subcontract", number=f"分-{signed_on}", employer=cast.contractor,
        contractor=cast.subcontractor, signed_on=signed_on, value=1_000_000,
    )  # fmt: skip


# ── before anything began ───────────────────────────────────────────────


def test_a_month_before_the_project_started_is_refused(project):
    project.actual_start_on = END + DAY
    project.save()
    refusal = refused(project)
    assert (refusal.code, list(refusal.fields)) == ("before_start", ["month"])
    assert "2026-11-01" in refusal.message
    assert not PayrollBatch.objects.exists()


@pytest.mark.parametrize("started", [END, None])
def test_the_month_of_the_start_itself_is_taken_and_an_unknown_start_refuses_nothing(project, started):
    project.actual_start_on = started
    project.save()
    assert nil(project).kind == "nil"


@pytest.mark.parametrize("what", ["contract", "entry"])
def test_a_month_before_the_subcontractor_came_is_refused(cast, project, what):
    later = END + DAY
    if what == "contract":
        subcontract(project, cast, later)
    else:
        on_roster(project, worker(1), cast.subcontractor, entered_on=later)
    refusal = refused(project, subcontractor=cast.subcontractor)
    assert (refusal.code, "2026-11-01" in refusal.message) == ("before_employer", True)
    # Another employer of the site, of whom nothing is known, and the contractor's own crews are not meant.
    assert nil(project, subcontractor=cast.other_subcontractor).pk
    assert nil(project).pk


def test_a_contract_signed_late_refuses_nothing_once_somebody_came_earlier(cast, project):
    subcontract(project, cast, END + DAY)
    on_roster(project, worker(1), cast.subcontractor, entered_on=MONTH - 30 * DAY, left_on=MONTH - DAY)
    assert nil(project, subcontractor=cast.subcontractor).pk


# ── after completion ────────────────────────────────────────────────────


def completed(project, on):
    project.actual_start_on, project.completed_on = on - 90 * DAY, on
    project.save()


def test_a_month_after_completion_with_nobody_on_record_is_refused(cast, project):
    completed(project, MONTH - DAY)
    for employer in (None, cast.subcontractor):
        refusal = refused(project, subcontractor=employer)
        assert (refusal.code, list(refusal.fields)) == ("after_completion", ["month"])
        assert "2026-09-30" in refusal.message
    assert not PayrollBatch.objects.exists()


@pytest.mark.parametrize("on", [MONTH, END])
def test_the_month_of_completion_itself_is_taken(project, on):
    completed(project, on)
    assert nil(project).kind == "nil"


def test_who_is_on_site_for_repairs_after_completion_is_asked_about_as_ever(cast, project):
    completed(project, MONTH - 20 * DAY)
    on_roster(project, worker(1), cast.subcontractor, entered_on=MONTH)
    given = {"subcontractor": cast.subcontractor}
    assert refused(project, **given).code == "people_on_site"
    assert nil(project, people=1, people_reason="等配件，未安排维修", **given).pk
    # Another employer, who has nobody there, has nothing to state.
    assert refused(project, subcontractor=cast.other_subcontractor).code == "after_completion"
    attended(project, worker(1), [MONTH], subcontractor=cast.other_subcontractor)
    assert refused(project, subcontractor=cast.other_subcontractor).code == "attendance_exists"


# ── people on site ──────────────────────────────────────────────────────


def test_people_on_site_are_seen_and_explained_and_kept(cast, project):
    on_roster(project, worker(1), cast.subcontractor, entered_on=MONTH)
    on_roster(project, worker(2), cast.subcontractor, entered_on=MONTH, left_on=MONTH + DAY)
    given = {"subcontractor": cast.subcontractor, "people": 2, "people_reason": "留守看场，未安排工作"}
    for missing in ({"people": 0}, {"people": 3}, {"people_reason": " "}):
        refusal = refused(project, **given | missing)
        assert (refusal.code, list(refusal.fields)) == ("people_on_site", ["people_reason"])
        assert "有 2 人在场" in refusal.message
    batch = nil(project, **given)
    assert batch.acts.get().facts == {"on_site": 2, "on_site_reason": "留守看场，未安排工作"}
    event = AuditEvent.objects.get(action="payroll.nil")
    assert event.changes["on_site"] == ["", "2"]


@pytest.mark.parametrize(
    "there",
    [
        pytest.param(lambda p, c: on_roster(p, worker(1), c.other_subcontractor, entered_on=MONTH), id="another's"),
        pytest.param(
            lambda p, c: on_roster(p, worker(1), c.subcontractor, entered_on=MONTH - 9 * DAY, left_on=MONTH - DAY),
            id="left before",
        ),
        pytest.param(lambda p, c: on_roster(p, worker(1), c.subcontractor), id="known from a payroll alone"),
        pytest.param(
            lambda p, c: on_roster(site(c, "ZY-2026-012"), worker(1), c.subcontractor, entered_on=MONTH),
            id="another site's",
        ),
    ],
)
def test_who_was_not_there_is_not_asked_about(cast, project, there):
    there(project, cast)
    assert nil(project, subcontractor=cast.subcontractor).acts.get().facts == {}


def test_who_left_and_came_again_later_was_not_there_between(cast, project):
    """The roster repeats the latest stay only: the stays tell."""
    entry = on_roster(project, worker(1), cast.subcontractor, entered_on=MONTH - 30 * DAY, left_on=MONTH - DAY)
    entry.stays.create(entered_on=END + DAY)
    entry.entered_on, entry.left_on = END + DAY, None
    entry.save()
    assert nil(project, subcontractor=cast.subcontractor).pk
    entry.stays.create(entered_on=MONTH + DAY, left_on=MONTH + 2 * DAY)
    PayrollBatch.objects.all().delete()
    assert refused(project, subcontractor=cast.subcontractor).code == "people_on_site"


def test_the_contractors_own_people_count_for_its_own_crews(cast, project):
    on_roster(project, worker(1), cast.contractor, entered_on=MONTH)
    assert refused(project).code == "people_on_site"


def test_attendance_cannot_be_explained_away(cast, project):
    on_roster(project, worker(1), cast.contractor, entered_on=MONTH)
    attended(project, worker(1), [MONTH, MONTH + DAY])
    refusal = refused(project, people=1, people_reason="留守")
    assert (refusal.code, "有 1 人的考勤记录" in refusal.message) == ("attendance_exists", True)


# ── page ────────────────────────────────────────────────────────


def test_the_page_shows_who_is_there_and_takes_it_at_the_second_step(cast, project, enter):
    who = worker(1)
    on_roster(project, who, cast.subcontractor, entered_on=MONTH)
    client = enter(cast.subcontractor_clerk)
    shown = client.get(f"/payroll/nil/?project={project.code}&month=2026-10").content.decode()
    assert "有 1 人在场" in shown
    assert who.name in shown
    form = {
        "project": project.code,
        "month": "2026-10",
        "employer": cast.subcontractor.code,
        "reason": "冬季停工",
        "signed_name": cast.subcontractor_clerk.name,
    }
    first = client.post("/payroll/nil/", form)
    page = first.content.decode()
    assert first.status_code == 422
    assert not PayrollBatch.objects.exists()
    assert 'name="people" value="1"' in page
    assert f"/payroll/workers/?project={project.code}&amp;state=all&amp;employer={cast.subcontractor.code}" in page
    assert "冬季停工" in page  # nothing is lost
    second = client.post("/payroll/nil/", form | {"people": "1", "people_reason": "留守看场"}, follow=True)
    assert "无用工申报" in second.content.decode()
    batch = PayrollBatch.objects.get()
    client.force_login(cast.supervisor)
    read = client.get(f"/payroll/{batch.pk}/").content.decode()
    assert "花名册上当月有 1 人在场" in read
    assert read.count("留守看场") == 2  # on top and in the record


def test_the_page_of_a_month_without_anybody_asks_nothing(cast, project, enter):
    page = enter(cast.labour_officer).get(f"/payroll/nil/?project={project.code}&month=2026-10").content.decode()
    assert "people_reason" not in page
    assert "人在场。" not in page


def test_the_page_tells_of_attendance_before_anything_is_written(cast, project, enter):
    attended(project, worker(1), [MONTH])
    page = enter(cast.labour_officer).get(f"/payroll/nil/?project={project.code}&month=2026-10").content.decode()
    assert "这个月有考勤，不能申报无用工。" in page
    assert f"/payroll/attendance/{project.code}/2026-10/" in page
