"""Running again changes nothing; the day asked for decides, forwards and backwards."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from escalation.models import Deadline, DeadlineParty, Escalation, Notice
from escalation.services.reconcile import reconcile_touched
from projects.models import ProjectParty
from responsibilities.models import AuditEvent, Touched
from responsibilities.services.touch import touch_projects
from tests.factories.escalation import NO_CHANGE, approval, day, deadline_of, moment, site, sweep
from tests.factories.responsibilities import unit

pytestmark = pytest.mark.django_db


def snapshot():
    """Everything that the engine keeps, with the version of each row in the database."""
    with connection.cursor() as cursor:
        rows = []
        for table in ("deadline", "deadlineparty", "notice", "escalation"):
            cursor.execute(f"SELECT xmin, xmax, t.* FROM escalation_{table} t ORDER BY id")
            rows.append(cursor.fetchall())
    return rows


def many_facts():
    place = site(start=day("2026-09-01"))
    approval(place.project, day("2026-11-02"))
    approval(place.project, day("2026-11-20"), pushed_at=moment("2026-11-23 10:00"))
    site(start=day("2026-10-12"), completed_on=day("2026-11-01"))
    return place


def test_a_second_run_prints_zeros_writes_nothing_and_leaves_no_trail():
    many_facts()
    first = sweep("2026-11-23")
    assert first.opened > 5
    assert first.notices
    before, events = snapshot(), AuditEvent.objects.count()
    second = sweep("2026-11-23")
    assert second.counts == NO_CHANGE
    assert second.changed == 0
    assert snapshot() == before
    assert AuditEvent.objects.count() == events


def test_a_sweep_that_changed_something_is_one_event():
    many_facts()
    events = AuditEvent.objects.count()
    sweep("2026-11-23")
    assert AuditEvent.objects.count() == events + 1
    assert AuditEvent.objects.order_by("-id").first().action == "deadlines.reconcile"


def test_the_status_follows_the_day_forwards_and_backwards():
    approval(site().project, day("2026-11-16"), pushed_at=moment("2026-11-24 10:00"))
    seen = []
    for on in ("2026-11-18", "2026-11-20", "2026-11-24", "2026-11-20", "2026-11-19", "2026-11-25"):
        sweep(on)
        row = deadline_of("approval_info_push")
        seen.append((row.status, row.level, row.satisfied_on))
    assert seen == [
        ("open", 1, None),
        ("overdue", 2, None),
        ("met_late", 0, day("2026-11-24")),
        ("overdue", 2, None),
        ("open", 1, None),
        ("met_late", 0, day("2026-11-24")),
    ]


def test_before_the_anchor_nothing_is_owed_and_going_back_there_voids():
    approval(site().project, day("2026-11-16"))
    assert sweep("2026-11-15").opened == 0
    sweep("2026-11-16")
    assert sweep("2026-11-15").voided == 1
    sweep("2026-11-16")
    assert deadline_of("approval_info_push").status == "open"


def test_what_lost_its_ground_is_void_and_comes_back_with_it():
    place = site(start=day("2026-10-26"))
    sweep("2026-11-23", rules=["platform_onboard"])
    place.project.actual_start_on = None
    place.project.save()
    assert sweep("2026-11-23", rules=["platform_onboard"]).voided == 1
    assert sweep("2026-11-23", rules=["platform_onboard"]).changed == 0
    place.project.actual_start_on = day("2026-10-26")
    place.project.save()
    sweep("2026-11-23", rules=["platform_onboard"])
    assert deadline_of("platform_onboard").status == "open"


def test_a_deleted_subject_leaves_a_void_deadline_with_its_parties():
    given = approval(site().project, day("2026-11-20"))
    sweep("2026-11-23")
    given.delete()
    assert sweep("2026-11-23").voided == 1
    assert deadline_of("approval_info_push").parties.count() == 2
    assert sweep("2026-11-23").changed == 0


def test_a_corrected_date_moves_the_deadline():
    given = approval(site().project, day("2026-11-20"))
    sweep("2026-11-23")
    given.approved_on = day("2026-11-16")
    given.save()
    assert sweep("2026-11-23").overdue == 1
    row = deadline_of("approval_info_push")
    assert (row.due_on, row.original_due_on) == (day("2026-11-19"), day("2026-11-19"))


def test_parties_follow_the_project():
    place = site(start=day("2026-11-02"))
    sweep("2026-11-23", rules=["platform_onboard"])
    row = deadline_of("platform_onboard")
    ProjectParty.objects.filter(project=place.project, part="industry_unit").update(organization=unit("jtj", "620702"))
    assert sweep("2026-11-23", rules=["platform_onboard"]).changed == 2
    supervising = DeadlineParty.objects.filter(deadline=row, part="supervises")
    assert set(supervising.values_list("organization__code", flat=True)) == {"620702-rsj", "620702-jtj"}


def test_one_project_and_one_rule_leave_the_others_alone():
    place, other = site(start=day("2026-11-02")), site(start=day("2026-11-02"))
    sweep("2026-11-23", rules=["platform_onboard"], project_ids=[place.project.pk])
    assert list(Deadline.objects.values_list("project_id", "rule")) == [(place.project.pk, "platform_onboard")]
    sweep("2026-11-23", project_ids=[other.project.pk])
    place.project.actual_start_on = None
    place.project.save()
    assert sweep("2026-11-23", project_ids=[other.project.pk]).changed == 0
    assert sweep("2026-11-23", project_ids=[]).changed == 0


def test_an_anchor_before_the_first_version_owes_nothing():
    approval(site().project, day("2023-12-29"))
    approval(site().project, day("2024-01-02"))
    sweep("2026-11-23")
    assert deadline_of("approval_info_push").anchor_on == day("2024-01-02")


def test_touched_projects_are_reconciled_and_taken_off_the_list():
    place, other = site(), site()
    for project in (place.project, other.project):
        approval(project, day("2026-11-20"))
    touch_projects([place.project.pk])
    touch_projects([place.project.pk])
    assert reconcile_touched(today=day("2026-11-23")).opened == 1
    assert not Touched.objects.exists()
    assert reconcile_touched(today=day("2026-11-23")).opened == 0
    assert Deadline.objects.get().project_id == place.project.pk


def test_the_number_of_statements_does_not_grow_with_the_facts():
    def statements():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            sweep("2026-11-23")
        return len(queries)

    many_facts()
    few = statements()
    for _ in range(5):
        many_facts()
    assert statements() == few
    assert Escalation.objects.exists()
    assert Notice.objects.exists()
