"""Who oversees areas reads what they owe their workers, in sums without a name; nobody else does."""

import datetime
from decimal import Decimal

import pytest

from payroll.rules.pay_days import last_pay_day
from payroll.selectors.arrears import arrears_by_area
from payroll.services.answers import Claim, contest_raise
from responsibilities.models import Area
from responsibilities.selectors.clock import today
from responsibilities.selectors.scope import scope_of
from tests.factories.flow import WORKER, submitted, tokens
from tests.factories.payroll import MONTH, person, site
from tests.factories.people import labour_contract

pytestmark = pytest.mark.django_db
AFTER = last_pay_day(MONTH, 1) + datetime.timedelta(days=1)


@pytest.fixture
def areas(cast):
    """Two people unpaid in 甘州区, one in 山丹县, where another site has no payroll."""
    here = site(cast)
    there, silent = (site(cast, code, area=Area.objects.get(code="620725")) for code in ("ZY-2", "ZY-3"))
    batch = submitted(here, [person(1), person(2)], subcontractor=cast.subcontractor)
    contest_raise(token=tokens(batch)[0], claim=Claim(reason="days"), actor=WORKER)
    submitted(there, [person(3)], subcontractor=cast.subcontractor)
    return here, there, silent


def told(user):
    return {
        one.name: (one.late, one.agreed, one.people, one.amount, one.missing, one.disputed)
        for one in arrears_by_area(scope_of(user), today())
    }


def test_what_is_late_by_the_law_is_added_up_by_area(cast, areas, settings):
    settings.PORTAL_TODAY = f"{last_pay_day(MONTH, 1)}"
    assert told(cast.leader)["合计"] == (0, 0, 0, Decimal(0), 1, 1), "on the last day nothing is late"
    settings.PORTAL_TODAY = f"{AFTER}"
    found = told(cast.leader)
    assert found["甘州区"][:4] == (1, 0, 2, Decimal("10760.00"))
    assert found["山丹县"][:4] == (1, 0, 1, Decimal("5380.00"))
    assert found["合计"][:4] == (2, 0, 3, Decimal("16140.00"))
    assert found["甘州区"][5] == 1


def test_of_sheets_past_an_agreed_day_only_those_count_whose_day_has_passed(cast, areas, settings):
    here, _there, _silent = areas
    settings.PORTAL_TODAY = f"{last_pay_day(MONTH, 1).replace(day=16)}"
    line = here.payroll_batches.get().lines.order_by("row").first()
    labour_contract(here, line.worker, cast.subcontractor, MONTH - datetime.timedelta(days=40), pay_day=15)
    assert told(cast.leader)["甘州区"][:4] == (0, 1, 1, Decimal("5380.00"))


def test_a_leader_of_one_county_reads_that_county_and_who_oversees_none_reads_nothing(cast, areas, settings):
    settings.PORTAL_TODAY = f"{AFTER}"
    assert set(told(cast.county_leader)) == {"甘州区"}
    for user in (cast.labour_officer, cast.bank_clerk, cast.officer("zjj", "620702"), cast.stranger):
        assert told(user) == {}


def test_the_overview_shows_sums_but_no_names_and_opens_lists_to_those_who_may(cast, areas, settings, client):
    settings.PORTAL_TODAY = f"{AFTER}"
    client.force_login(cast.leader)
    shown = client.get("/").content.decode()
    assert "没有发的工资（元）" in shown
    assert "16,140.00" in shown
    assert person(1)["name"] not in shown
    assert "/payroll/?turn=late" not in shown
    assert client.get("/payroll/").status_code == 403, "sums open no list"
    client.force_login(cast.auditor)
    assert "/payroll/?turn=late&amp;area=620725" in client.get("/").content.decode()
