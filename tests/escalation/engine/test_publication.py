"""Publishing a year is an audited act; deadlines that it moves are recomputed."""

import datetime

import pytest

from escalation.models import CalendarDay, CalendarVersion, CalendarYear, LadderStep, RuleVersion
from escalation.rules.workdays import ArrangedDay
from escalation.selectors.calendar import calendar_unscoped
from escalation.services.calendar import calendar_publish
from escalation.services.fixtures import load
from responsibilities.models import AuditEvent
from responsibilities.rules.errors import Refused
from responsibilities.services.trail import Actor
from tests.factories.escalation import approval, day, deadline_of, site, sweep

pytestmark = pytest.mark.django_db
TODAY = day("2026-12-31")
SOURCE = "国务院办公厅关于2027年部分节假日安排的通知"
ACTOR = Actor.system("test")


def off(*texts, name="元旦"):
    return [ArrangedDay(day(text), name, True) for text in texts]


def publish(days=None, *, year=2027, source=SOURCE, **arguments):
    days = days if days is not None else off("2027-01-01", "2027-01-02", "2027-01-03", "2027-01-04")
    return calendar_publish(year=year, days=days, source=source, actor=ACTOR, today=TODAY, **arguments)


def test_a_provisional_deadline_moves_with_the_published_year_and_others_stay_untouched():
    approval(site().project, day("2026-12-30"))
    approval(site().project, day("2026-12-01"))
    sweep("2026-12-31")
    moving = deadline_of("approval_info_push", anchor_on=day("2026-12-30"))
    staying = deadline_of("approval_info_push", anchor_on=day("2026-12-01"))
    assert (moving.due_on, moving.calendar_provisional, moving.calendar_version.number) == (day("2027-01-05"), True, 1)
    version = publish()
    moving.refresh_from_db()
    assert (moving.due_on, moving.calendar_provisional) == (day("2027-01-06"), False)
    assert moving.calendar_version == version
    before = staying.updated_at
    staying.refresh_from_db()
    assert (staying.calendar_version.number, staying.updated_at) == (1, before)


def test_publication_makes_an_edition_and_one_event_that_names_the_days_that_turned():
    days = [*off("2027-01-01", "2027-01-04"), ArrangedDay(day("2027-01-09"), "元旦", False)]
    version = publish(days)
    assert version.number == 2
    assert CalendarYear.objects.get(year=2027).status == "official"
    assert CalendarYear.objects.get(year=2027).calendar_version == version
    event = AuditEvent.objects.get(action="calendar.publish", object_id=str(version.pk))
    assert event.changes["2027-01-04"] == ["工作日", "元旦"]
    assert event.changes["2027-01-09"] == ["周末", "调休上班"]
    assert event.reason == SOURCE
    assert not CalendarDay.objects.filter(day__year=2027, provisional=True).exists()
    made_up = CalendarDay.objects.get(day="2027-01-09")
    assert (made_up.kind, made_up.is_workday, made_up.name) == ("make_up", True, "元旦调休")


def test_ordinals_run_on_through_the_new_year():
    publish()
    assert calendar_unscoped().add_workdays(day("2026-12-30"), 3) == day("2027-01-06")
    assert CalendarDay.objects.filter(is_workday=True).count() == CalendarDay.objects.order_by("-day").first().ordinal


def test_the_next_provisional_year_lengthens_the_calendar():
    publish(off("2028-01-01"), year=2028, status="provisional")
    assert CalendarDay.objects.order_by("-day").first().day == day("2028-12-31")
    last = CalendarDay.objects.get(day="2028-12-31")  # a Sunday: no working day is published after it
    assert last.next_workday_on is None
    assert last.previous_workday_on == day("2028-12-29")


def test_a_december_day_that_the_next_years_notice_names_stays_with_it():
    publish([*off("2026-12-31"), *off("2027-01-01")])
    assert CalendarDay.objects.get(day="2026-12-31").kind == "holiday"
    publish(off("2026-01-01", "2026-10-01"), year=2026)
    assert CalendarDay.objects.get(day="2026-12-31").kind == "holiday"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"days": off("2026-05-01")}, "invalid"),
        ({"days": []}, "invalid"),
        ({"days": off("2027-01-01", "2027-01-01")}, "invalid"),
        ({"days": [*off("2027-01-01"), ArrangedDay(day("2027-01-05"), "元旦", False)]}, "invalid"),
        ({"source": " "}, "invalid"),
        ({"year": 2030, "days": off("2030-01-01")}, "not_adjacent"),
        ({"year": 2026, "days": off("2026-01-01"), "status": "provisional"}, "already_official"),
    ],
)
def test_what_cannot_be_a_year_is_refused_and_nothing_changes(arguments, code):
    with pytest.raises(Refused) as refusal:
        publish(**arguments)
    assert refusal.value.code == code
    assert CalendarVersion.objects.count() == 1


def test_loading_the_fixtures_again_changes_nothing_and_never_sets_back_what_people_published(settings):
    publish()
    published = list(CalendarDay.objects.values_list())
    assert load(settings.BASE_DIR / "fixtures") == 0
    assert list(CalendarDay.objects.values_list()) == published


def test_the_rules_are_loaded_with_their_ladders_and_bases():
    versions = {row.rule: row for row in RuleVersion.objects.all()}
    assert set(versions) >= {"approval_info_push", "platform_onboard", "labor_cost_allocation"}
    for version in versions.values():
        assert version.in_force_from == datetime.date(2024, 1, 1)
        assert version.legal_basis
        assert LadderStep.objects.filter(rule_version=version).count() == 3
    assert not versions["labor_cost_allocation"].extendable


def test_a_due_date_beyond_the_calendar_makes_no_deadline_and_is_told(caplog):
    approval(site().project, day("2027-12-30"))
    outcome = sweep("2027-12-31")
    assert (outcome.opened, outcome.beyond_calendar) == (0, 1)
    assert "2027-12-31" in caplog.text
    calendar_publish(
        year=2028, days=off("2028-01-01"), source=SOURCE, actor=ACTOR, status="provisional", today=day("2027-12-31")
    )
    assert deadline_of("approval_info_push").due_on == day("2028-01-04")


def test_a_day_outside_the_calendar_is_refused():
    with pytest.raises(Refused, match="2028"):
        sweep("2028-01-03")
