"""Two runs at once on a real server leave one set of rows; without the guards they do not."""

import threading

import psycopg2
import pytest
from django.db import connection, connections, transaction
from django.db.utils import IntegrityError

from escalation.models import Deadline, DeadlineParty, Escalation, Notice
from escalation.services import reconcile as engine
from escalation.services import reconcile_sql
from escalation.services.reconcile import reconcile, reconcile_touched
from responsibilities.models import Touched
from responsibilities.services.touch import touch_projects
from tests.factories.escalation import NO_CHANGE, approval, day, moment, site

TODAY = day("2026-11-24")


@pytest.fixture
def facts(transactional_db):
    for _ in range(3):
        place = site(start=day("2026-09-01"))
        approval(place.project, day("2026-11-16"))
    return place


@pytest.fixture
def unlocked(monkeypatch):
    """Without the advisory lock: what is left are the unique constraints and the second look under the row lock."""
    monkeypatch.setattr(engine, "lock_engine", lambda: None)


def overlapping(first, second):
    """Run `second` in a thread while the transaction of `first` is still open; what each returned or raised."""
    results = {}
    entered, may_commit = threading.Event(), threading.Event()

    def slow():
        try:
            with transaction.atomic():
                results["first"] = first()
                entered.set()
                may_commit.wait(20)
        except Exception as problem:
            results["first"] = problem
        finally:
            entered.set()
            connections.close_all()

    def late():
        entered.wait(20)
        try:
            results["second"] = second()
        except Exception as problem:
            results["second"] = problem
        finally:
            connections.close_all()

    threads = [threading.Thread(target=slow), threading.Thread(target=late)]
    for thread in threads:
        thread.start()
    wait_for_a_waiter(threads[1])
    may_commit.set()
    for thread in threads:
        thread.join(30)
    return results["first"], results["second"]


def wait_for_a_waiter(thread, patience: float = 10):
    """Until the second run waits for the first one, or is through."""
    settings = connection.settings_dict
    own = psycopg2.connect(dbname=settings["NAME"], user=settings["USER"], host=settings["HOST"])
    own.autocommit = True
    question = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with own.cursor() as cursor:
        for _ in range(int(patience / 0.02)):
            cursor.execute(question)
            if cursor.fetchone()[0] or not thread.is_alive():
                break
            thread.join(0.02)
    own.close()


def sweep():
    return reconcile(today=TODAY)


def rows():
    return [model.objects.count() for model in (Deadline, DeadlineParty, Notice, Escalation)]


def test_with_the_lock_the_second_run_waits_and_finds_nothing_to_do(facts):
    first, second = overlapping(sweep, sweep)
    assert first.opened == Deadline.objects.count() > 10
    assert second.counts == NO_CHANGE


def test_without_the_lock_the_constraints_alone_keep_one_set_of_rows(facts, unlocked):
    first, second = overlapping(sweep, sweep)
    expected = rows()
    assert first.opened == expected[0]
    assert second.counts == NO_CHANGE
    assert second.changed == 0
    assert sweep().changed == 0
    assert rows() == expected


def test_a_change_is_made_and_counted_once(facts, unlocked):
    reconcile(today=day("2026-11-17"))
    first, second = overlapping(sweep, sweep)
    assert first.overdue == 3
    assert second.counts == NO_CHANGE


def test_negative_control_without_on_conflict_the_second_run_breaks(facts, unlocked, monkeypatch):
    guarded = reconcile_sql.deadlines_statement
    monkeypatch.setattr(
        reconcile_sql, "deadlines_statement", lambda rule, run: guarded(rule, run).replace("ON CONFLICT DO NOTHING", "")
    )
    _, second = overlapping(sweep, sweep)
    assert isinstance(second, IntegrityError)


def test_negative_control_without_the_constraint_rows_double(facts, unlocked):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE escalation_deadline DROP CONSTRAINT deadline_once")
    first, second = overlapping(sweep, sweep)
    assert Deadline.objects.count() == first.opened + second.opened > first.opened


def test_negative_control_without_the_second_look_a_change_counts_twice(facts, unlocked, monkeypatch):
    reconcile(today=day("2026-11-17"))
    guarded = reconcile_sql.deadlines_statement
    look = "WHERE CASE WHEN w.subject_id IS NULL THEN d.status <> 'void' ELSE"

    def careless(rule, run):
        text = guarded(rule, run)
        assert look in text
        return text.replace(look, "WHERE true OR CASE WHEN w.subject_id IS NULL THEN d.status <> 'void' ELSE")

    monkeypatch.setattr(reconcile_sql, "deadlines_statement", careless)
    _, second = overlapping(sweep, sweep)
    assert second.changed >= 3


def test_a_fact_written_while_a_sweep_runs_is_not_lost(facts):
    given = facts.project.approvals.get()

    def push():
        with transaction.atomic():
            type(given).objects.filter(pk=given.pk).update(pushed_at=moment("2026-11-24 10:00"))
            touch_projects([facts.project.pk])
        return reconcile_touched(today=TODAY)

    _, second = overlapping(sweep, push)
    assert second.met_late == 1
    assert Deadline.objects.get(rule="approval_info_push", subject_id=given.pk).status == "met_late"


def test_two_workers_share_the_touched_projects_without_doing_one_twice(facts):
    touch_projects([facts.project.pk])
    first, second = overlapping(lambda: reconcile_touched(today=TODAY), lambda: reconcile_touched(today=TODAY))
    assert first.opened
    assert second.counts == NO_CHANGE
    assert not Touched.objects.exists()


def test_touched_rows_stay_when_the_run_fails(facts, monkeypatch):
    touch_projects([facts.project.pk])
    monkeypatch.setattr(reconcile_sql, "notices_statement", lambda rules, run: "SELECT 1/0")
    with pytest.raises(Exception, match="division"):
        reconcile_touched(today=TODAY)
    assert Touched.objects.count() == 1
    assert not Deadline.objects.exists()
