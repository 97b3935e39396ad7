"""人社 sets how grave a check is: from a day on, for the city or an area, never backwards, never without a reason."""

import datetime
from decimal import Decimal

import pytest

from payroll.models import CheckSetting, MinimumWage, PayrollBatch, PayrollRemark
from payroll.selectors.checks import settings_on_unscoped, severities_on_unscoped
from payroll.selectors.people import minimum_wage_unscoped
from payroll.services.check_settings import batch_rejudge, check_set, minimum_wage_enter, minimum_wage_withdraw
from payroll.services.reading import batch_read
from payroll.services.submissions import batch_submit
from responsibilities.models import Area, AuditEvent
from responsibilities.rules.errors import NotAllowed, Refused
from responsibilities.selectors.clock import today
from responsibilities.selectors.scope import scope_of
from responsibilities.services.trail import Actor
from tests.factories.payroll import card_number, draft, person, site

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("test")
SEPTEMBER = datetime.date(2026, 9, 1)


@pytest.fixture
def project(cast):
    return site(cast)


def setting(code="unknown_worker", severity="stop", area=None, on=None, **facts):
    return check_set(
        check_code=code, severity=severity, area=area, in_force_from=on or today(), reason="甘人社发〔2026〕1号",
        actor=facts.pop("actor", SYSTEM), **facts,
    )  # fmt: skip


def remarks(batch, **facts):
    return list(PayrollRemark.objects.filter(batch=batch, **facts).values_list("row", "code", "severity"))


def submit(batch):
    return batch_submit(batch_id=batch.pk, actor=SYSTEM)


def test_the_row_in_force_counts_and_an_areas_own_goes_first(project):
    area, day = project.area, today()
    assert severities_on_unscoped(area.pk, day)["unknown_worker"] == "warning"
    setting(on=day + datetime.timedelta(days=10))
    assert severities_on_unscoped(area.pk, day)["unknown_worker"] == "warning"
    assert severities_on_unscoped(area.pk, day + datetime.timedelta(days=10))["unknown_worker"] == "error"
    setting(severity="stop")
    setting(severity="notice", area=area)
    assert severities_on_unscoped(area.pk, day)["unknown_worker"] == "warning"
    assert severities_on_unscoped(None, day)["unknown_worker"] == "error"
    setting(severity="follow", area=area)
    assert severities_on_unscoped(area.pk, day)["unknown_worker"] == "error"
    assert settings_on_unscoped(area.pk, day)["unknown_worker"].area is None


@pytest.mark.parametrize(
    ("code", "facts"),
    [
        ("check_fixed", {"code": "id_checksum"}),
        ("severity_invalid", {"severity": "follow"}),
        ("in_the_past", {"on": datetime.date(2026, 1, 1)}),
    ],
)
def test_what_may_not_be_set_is_refused(db, code, facts):
    with pytest.raises(Refused) as refused:
        setting(**facts)
    assert refused.value.code == code
    assert not CheckSetting.objects.exists()


def test_a_county_sets_its_own_area_only_and_the_event_says_why(cast, project):
    county = scope_of(cast.county_supervisor)
    setting(area=project.area, scope=county, actor=Actor(user=cast.county_supervisor))
    event = AuditEvent.objects.get(action="payroll.check_set")
    assert event.reason == "甘人社发〔2026〕1号"
    assert event.changes["severity"] == ["未设置", "不得提交"]
    for area in (None, Area.objects.exclude(pk=project.area_id).exclude(kind="city").first()):
        with pytest.raises(NotAllowed):
            setting(area=area, scope=county)
    with pytest.raises(NotAllowed):
        setting(area=project.area, scope=scope_of(cast.labour_officer))
    setting(scope=scope_of(cast.supervisor))


def test_a_stop_keeps_the_row_out_and_the_rest_can_be_submitted(project):
    submit(draft(project, [person(1)], month_on=SEPTEMBER))
    setting()
    batch = draft(project, [person(1), person(2), person(3, name="错名")])
    assert (4, "unknown_worker", "error") in remarks(batch)
    assert (batch.accepted, batch.rejected) == (1, 2)
    assert submit(batch).lines.count() == 1
    assert batch.rejected_rows.count() == 2
    assert batch.judged_at.date() <= today()


def test_a_stop_found_after_the_people_are_recognised_keeps_the_row_out_too(cast, project):
    elsewhere = site(cast, "ZY-2026-011")
    submit(draft(elsewhere, [person(1)], month_on=SEPTEMBER))
    setting(code="name_differs")
    batch = draft(project, [person(1, name="王小二"), person(2)])
    assert remarks(batch) == [(3, "name_differs", "error")]
    assert (batch.accepted, batch.rejected, batch.lines.get().row) == (1, 1, 4)
    assert batch.rejected_rows.get().row == 3


def test_a_relaxed_check_lets_the_row_through(project):
    row = person(1, bank_card="")
    assert remarks(draft(project, [row])) == [(3, "card_missing", "error")]
    setting(code="card_missing", severity="notice")
    batch = draft(project, [row], name="again.xlsx", month_on=SEPTEMBER)
    assert remarks(batch, row__isnull=False) == [(3, "card_missing", "warning")]
    assert batch.lines.get().card is None


def test_a_draft_is_judged_anew_at_submission_and_a_submitted_batch_never(project):
    submit(draft(project, [person(1)], month_on=SEPTEMBER))
    batch = draft(project, [person(1), person(2)])
    setting()
    with pytest.raises(Refused) as refused:
        submit(batch)
    assert refused.value.code == "check_stops"
    assert "“不在花名册”1 处（第 4 行）" in refused.value.message
    again = batch_rejudge(batch_id=batch.pk, actor=SYSTEM)
    assert again.status == PayrollBatch.Status.QUEUED
    batch_read(batch.pk)
    batch.refresh_from_db()
    assert (batch.status, batch.accepted, batch.rejected) == ("draft", 1, 1)
    submitted = submit(batch)
    before = remarks(batch)
    setting(code="card_differs")
    assert submit(batch).version == submitted.version
    assert remarks(batch) == before


def test_a_setting_in_force_tomorrow_stops_nothing_today(project):
    submit(draft(project, [person(1)], month_on=SEPTEMBER))
    batch = draft(project, [person(1), person(2)])
    setting(on=today() + datetime.timedelta(days=1))
    assert submit(batch).status == "submitted"


def test_a_stop_on_the_whole_batch_refuses_it_until_the_fact_is_there(project):
    setting(code="month_gap")
    submit(draft(project, [person(1)], month_on=datetime.date(2026, 8, 1)))
    batch = draft(project, [person(1)])
    assert remarks(batch) == [(None, "month_gap", "error")]
    assert batch.accepted == 1
    with pytest.raises(Refused) as refused:
        submit(batch)
    assert "“上月没有工资表”（整批）" in refused.value.message
    submit(draft(project, [person(1, bank_card=card_number(1))], month_on=SEPTEMBER))
    assert submit(batch).status == "submitted"


def test_a_total_that_differs_can_be_made_to_stop_without_losing_a_row(project):
    setting(code="total_mismatch")
    batch = draft(project, [person(1)], total="1.00")
    assert remarks(batch) == [(4, "total_mismatch", "error")]
    assert (batch.accepted, batch.rejected, batch.rejected_rows.count()) == (1, 0, 0)
    with pytest.raises(Refused, match="合计与逐行相加不符"):
        submit(batch)


def test_minimum_wages_are_dated_kept_and_withdrawn_with_a_reason(cast, project):
    area, scope, actor = project.area, scope_of(cast.county_supervisor), Actor(user=cast.county_supervisor)
    facts = {"area": area, "instrument": "甘政发〔2025〕1号", "actor": actor, "scope": scope}
    first = minimum_wage_enter(monthly=Decimal("2020.00"), in_force_from=datetime.date(2025, 1, 1), **facts)
    minimum_wage_enter(monthly=Decimal("2200.00"), in_force_from=datetime.date(2026, 10, 1), **facts)
    assert minimum_wage_unscoped(area.pk, SEPTEMBER) == Decimal("2020.00")
    assert minimum_wage_unscoped(area.pk, datetime.date(2026, 10, 1)) == Decimal("2200.00")
    with pytest.raises(Refused) as refused:
        minimum_wage_enter(monthly=Decimal("2100.00"), in_force_from=datetime.date(2025, 1, 1), **facts)
    assert refused.value.code == "already_entered"
    minimum_wage_withdraw(pk=first.pk, reason="文号写错", actor=actor, scope=scope)
    assert minimum_wage_unscoped(area.pk, SEPTEMBER) is None
    minimum_wage_enter(monthly=Decimal("2100.00"), in_force_from=datetime.date(2025, 1, 1), **facts)
    assert minimum_wage_unscoped(area.pk, SEPTEMBER) == Decimal("2100.00")
    assert MinimumWage.objects.count() == 3
    with pytest.raises(NotAllowed):
        minimum_wage_enter(
            **facts | {"scope": scope_of(cast.labour_officer)}, monthly=Decimal(1), in_force_from=SEPTEMBER
        )


def test_the_citys_rate_stands_in_where_an_area_has_none(project):
    city = Area.objects.get(kind="city")
    minimum_wage_enter(
        area=city, monthly=Decimal(2020), in_force_from=datetime.date(2025, 1, 1), instrument="测试", actor=SYSTEM
    )
    assert minimum_wage_unscoped(project.area_id, SEPTEMBER) == Decimal(2020)
