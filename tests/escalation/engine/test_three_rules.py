"""The three rules: who owes what from when until when, and what settles it."""

import datetime
from decimal import Decimal

import pytest

from escalation.models import Deadline
from tests.factories import accounts as money
from tests.factories.escalation import NO_CHANGE, approval, day, deadline_of, moment, site, sweep

pytestmark = pytest.mark.django_db


def parts(row: Deadline) -> set[tuple[str, int]]:
    return set(row.parties.values_list("part", "organization_id"))


def test_an_approval_starts_three_working_days_owed_by_the_unit_that_gave_it():
    place = site()
    given = approval(place.project, day("2026-11-20"))
    outcome = sweep("2026-11-23")
    assert outcome.counts == NO_CHANGE | {"opened": 1}
    row = deadline_of("approval_info_push")
    assert (row.subject_id, row.anchor_on, row.due_on) == (given.pk, day("2026-11-20"), day("2026-11-25"))
    assert (row.original_due_on, row.status, row.level) == (day("2026-11-25"), "open", 0)
    assert parts(row) == {("owes", given.approving_unit_id), ("supervises", place.human_resources.pk)}


def test_each_approval_event_has_its_own_clock():
    place = site()
    approval(place.project, day("2026-11-20"))
    approval(place.project, day("2026-11-23"))
    assert sweep("2026-11-23").opened == 2


def test_a_push_in_time_settles_and_a_later_one_settles_late():
    place = site()
    approval(place.project, day("2026-11-16"), pushed_at=moment("2026-11-19 17:59"))
    approval(place.project, day("2026-11-16"), pushed_at=moment("2026-11-20 09:00"))
    assert sweep("2026-11-23").counts == NO_CHANGE | {"opened": 2, "met": 1, "met_late": 1}
    assert list(Deadline.objects.order_by("id").values_list("status", "satisfied_on")) == [
        ("met", day("2026-11-19")),
        ("met_late", day("2026-11-20")),
    ]


@pytest.mark.parametrize(
    ("hour", "status"), [("17:59:59", "met"), ("18:00", "met"), ("18:00:01", "met_late"), ("23:59", "met_late")]
)
def test_a_push_after_close_of_business_counts_for_the_next_day(hour, status):
    approval(site().project, day("2026-11-16"), pushed_at=moment(f"2026-11-19 {hour}"))
    sweep("2026-11-23")
    assert deadline_of("approval_info_push").status == status


def test_a_push_in_the_evening_before_the_due_day_is_in_time():
    approval(site().project, day("2026-11-16"), pushed_at=moment("2026-11-18 22:00"))
    sweep("2026-11-23")
    assert deadline_of("approval_info_push").status == "met"


def test_a_moment_counts_for_its_day_in_shanghai():
    at = datetime.datetime(2026, 11, 18, 16, 30, tzinfo=datetime.UTC)  # 00:30 of the 19th there
    approval(site().project, day("2026-11-16"), pushed_at=at)
    sweep("2026-11-23")
    assert deadline_of("approval_info_push").satisfied_on == day("2026-11-19")


def test_a_started_project_has_thirty_days_and_a_rest_day_moves_to_the_next_working_day():
    place = site(start=day("2026-10-23"))  # +30 d is Sunday 22 November
    sweep("2026-11-20", rules=["platform_onboard"])
    row = deadline_of("platform_onboard")
    assert row.due_on == day("2026-11-23")
    assert parts(row) == {
        ("owes", place.contractor.pk),
        ("owes", place.developer.pk),
        ("supervises", place.human_resources.pk),
        ("supervises", place.industry.pk),
    }


def test_completion_before_the_due_date_voids_the_enrolment_and_none_that_was_due_before_it():
    early = site(start=day("2026-10-12"), completed_on=day("2026-11-01")).project
    late = site(start=day("2026-09-01"), completed_on=day("2026-11-01")).project
    done = site(start=day("2026-10-12"), completed_on=day("2026-11-01"), enrolled_on=day("2026-10-15")).project
    sweep("2026-11-23", rules=["platform_onboard"])
    status = dict(Deadline.objects.values_list("project_id", "status"))
    assert status == {early.pk: "void", late.pk: "overdue", done.pk: "met"}


def test_completion_voids_only_from_its_own_day_on():
    site(start=day("2026-10-12"), completed_on=day("2026-11-01"))
    sweep("2026-10-31", rules=["platform_onboard"])
    assert deadline_of("platform_onboard").status == "open"
    assert sweep("2026-11-01", rules=["platform_onboard"]).voided == 1


def labour(start="2026-10-12", *, day_of_month=None, today="2026-11-23", **fields):
    place = site(start=day(start), **fields)
    if day_of_month:
        money.general_contract(
            place.project, employer=place.developer, contractor=place.contractor, allocation_day=day_of_month
        )
    sweep(today, rules=["labor_cost_allocation"])
    return place, list(Deadline.objects.order_by("period_on"))


def test_every_month_from_the_start_owes_its_labour_cost_by_its_last_day():
    place, rows = labour()
    assert [(r.period_on, r.anchor_on, r.due_on) for r in rows] == [
        (day("2026-10-01"), day("2026-10-12"), day("2026-11-02")),  # 31 October is a Saturday
        (day("2026-11-01"), day("2026-11-01"), day("2026-11-30")),
    ]
    assert parts(rows[0]) == {
        ("owes", place.developer.pk),
        ("owes", place.finance.pk),
        ("supervises", place.human_resources.pk),
        ("supervises", place.industry.pk),
        ("informed", place.contractor.pk),
    }


def test_the_finance_bureau_owes_with_the_owner_for_government_funds_only():
    place, rows = labour(funding_nature="private")
    assert ("owes", place.finance.pk) not in parts(rows[0])


def test_the_contract_names_the_day_and_a_day_before_the_opening_becomes_the_end_of_the_month():
    _, rows = labour(day_of_month=10)
    assert [r.due_on for r in rows] == [day("2026-11-02"), day("2026-11-10")]


def test_a_due_day_on_the_opening_itself_stays():
    _, rows = labour("2026-11-10", day_of_month=10)
    assert rows[0].due_on == day("2026-11-10")


def test_a_day_that_the_month_has_not_is_its_last():
    _, rows = labour("2026-02-02", day_of_month=30, today="2026-02-28")
    assert rows[0].due_on == day("2026-02-28")  # a Saturday, worked


def test_an_unknown_requirement_is_never_met_and_a_reached_one_is():
    place, _ = labour(day_of_month=25)
    october = place.project.allocation_periods.get(month_on=day("2026-10-01"))
    money.credit(october, "300000", day("2026-10-20"))
    sweep("2026-11-23")
    assert deadline_of("labor_cost_allocation", subject_id=october.pk).status == "overdue"
    october.completed_value = Decimal("1000000")
    october.save()
    assert sweep("2026-11-23").met == 1
    row = deadline_of("labor_cost_allocation", subject_id=october.pk)
    assert (row.status, row.satisfied_on) == ("met", day("2026-10-20"))


def test_a_voided_credit_brings_the_debt_back():
    place, _ = labour(day_of_month=25)
    october = place.project.allocation_periods.get(month_on=day("2026-10-01"))
    october.completed_value = Decimal("1000000")
    october.save()
    paid = money.credit(october, "300000", day("2026-10-20"))
    sweep("2026-11-23")
    paid.voided_at = moment("2026-11-23 10:00")
    paid.save()
    assert sweep("2026-11-23").overdue == 1


def test_a_corrected_start_voids_the_months_before_it():
    place, _ = labour("2026-09-07")
    place.project.actual_start_on = day("2026-10-12")
    place.project.save()
    assert sweep("2026-11-23", rules=["labor_cost_allocation"]).voided == 1
    assert Deadline.objects.get(status="void").period_on == day("2026-09-01")
