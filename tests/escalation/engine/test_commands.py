"""The commands: one JSON object, exit codes, refusals in one Chinese line."""

import io
import json

import pytest
from django.core.management import call_command

from escalation import tasks
from escalation.models import Deadline
from responsibilities.services.touch import touch_projects
from tests.factories.escalation import approval, day, site

pytestmark = pytest.mark.django_db
KEYS = ["today", "opened", "met", "met_late", "overdue", "voided", "notices", "escalations", "seconds"]


def run(*arguments):
    """The one JSON object on stdout."""
    out = io.StringIO()
    call_command(*arguments, "--json", stdout=out)
    assert out.getvalue().count("\n") == 1
    return json.loads(out.getvalue())


def refused(*arguments) -> str:
    err = io.StringIO()
    with pytest.raises(SystemExit) as exit_code:
        call_command(*arguments, stdout=io.StringIO(), stderr=err)
    assert exit_code.value.code == 2
    lines = err.getvalue().strip().splitlines()
    assert len(lines) == 1
    assert any("一" <= letter <= "鿿" for letter in lines[0])
    return lines[0]


def test_workday_counts_and_names_what_it_skips():
    told = run("workday", "--from", "2026-09-30", "--add", "3")
    assert {key: told[key] for key in ("from", "add", "due_on", "provisional")} == {
        "from": "2026-09-30",
        "add": 3,
        "due_on": "2026-10-10",
        "provisional": False,
    }
    assert told["skipped"][0] == {"date": "2026-10-01", "why": "国庆节"}
    assert len(told["skipped"]) == 7
    assert run("workday", "--from", "2026-12-30", "--add", "3")["provisional"] is True


def test_workday_speaks_to_people_too():
    out = io.StringIO()
    call_command("workday", "--from", "2026-11-21", "--add", "3", stdout=out)
    assert "2026-11-25" in out.getvalue()


@pytest.mark.parametrize(
    "arguments",
    [
        ("workday",),
        ("workday", "--from", "2026-11-21"),
        ("workday", "--from", "2026-02-30", "--add", "3"),
        ("workday", "--from", "2026-11-21", "--add", "three"),
        ("workday", "--from", "2027-12-31", "--add", "1"),
        ("workday", "--from", "9999-12-31", "--add", "1"),
        ("workday", "--from", "2026-11-21", "--add", "999999999999"),
        ("reconcile", "--today", "today"),
        ("reconcile", "--today", "2028-01-03"),
        ("reconcile", "--project", "nobody"),
        ("reconcile", "--rule", "no_rule"),
        ("deadlines", "--status", "late"),
        ("deadlines", "--unit", "nobody"),
        ("deadlines", "--area", "999999"),
        ("deadlines", "--project", "nobody"),
    ],
)
def test_bad_input_is_refused_in_one_line(arguments):
    refused(*arguments)


def test_reconcile_tells_its_counts_and_zeros_the_second_time():
    place = site(start=day("2026-10-12"))
    told = run("reconcile", "--today", "2026-11-23")
    assert list(told) == KEYS
    assert told["opened"] == 3
    again = run("reconcile", "--today", "2026-11-23")
    assert all(again[key] == 0 for key in KEYS[1:-1])
    assert run("reconcile", "--today", "2026-11-23", "--project", place.project.code)["opened"] == 0
    assert Deadline.objects.count() == 3


def test_reconcile_of_one_rule_leaves_the_others():
    site(start=day("2026-10-12"))
    assert run("reconcile", "--today", "2026-11-23", "--rule", "platform_onboard")["opened"] == 1


def test_deadlines_tell_everything_that_was_promised():
    place = site()
    given = approval(place.project, day("2026-11-20"))
    call_command("reconcile", "--today", "2026-11-23", stdout=io.StringIO())
    (row,) = run("deadlines")["deadlines"]
    row.pop("id")
    assert row == {
        "rule": "approval_info_push",
        "subject": str(given),
        "project": place.project.code,
        "anchor_on": "2026-11-20",
        "term": "3 个工作日",
        "due_on": "2026-11-25",
        "status": "open",
        "met_on": None,
        "level": 0,
        "original_due_on": "2026-11-25",
        "owed_by": [{"code": "620702-fgw", "name": given.approving_unit.name}],
        "supervised_by": [{"code": "620702-rsj", "name": place.human_resources.name}],
        "informed": [],
        "legal_basis": "《关于严格落实工资支付制度构建根治欠薪全链条防控责任机制的意见（送审稿）》二（二）一",
        "calendar_provisional": False,
    }


def test_deadlines_are_narrowed_by_project_unit_area_and_status():
    place, other = site(start=day("2026-10-12")), site()
    approval(other.project, day("2026-11-02"))
    call_command("reconcile", "--today", "2026-11-23", stdout=io.StringIO())

    def count(*arguments):
        return len(run("deadlines", *arguments)["deadlines"])

    assert count() == 4
    assert count("--project", place.project.code) == 3
    assert count("--unit", "620702-rsj") == 4
    assert count("--unit", place.developer.code) == 3
    assert count("--area", "620702") == 4
    assert count("--area", "620723") == 0
    assert count("--status", "overdue") == 3
    assert count("--project", place.project.code, "--status", "void") == 0


def test_the_tasks_have_the_names_by_which_they_are_rung(settings):
    settings.PORTAL_TODAY = "2026-11-23"
    place = site(start=day("2026-10-12"))
    assert tasks.reconcile_all.name == "escalation.reconcile_all"
    assert tasks.reconcile_touched.name == "escalation.reconcile_touched"
    touch_projects([place.project.pk])
    tasks.reconcile_touched()
    assert Deadline.objects.count() == 3
    Deadline.objects.all().delete()
    tasks.reconcile_all()
    assert Deadline.objects.count() == 3
