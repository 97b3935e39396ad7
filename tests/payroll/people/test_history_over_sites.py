"""A worker over sites and months: due, paid, attended and contested, for whom each site concerns; who looked is kept."""

import datetime

import pytest
from django.core.cache import cache

from payroll.models import Payout, PayrollLine
from payroll.services.answers import Claim, contest_raise
from payroll.services.submissions import batch_submit
from responsibilities.models import AuditEvent
from responsibilities.services.trail import Actor
from tests.cast import LINZE
from tests.factories.flow import tokens
from tests.factories.payouts import bare_payout_file
from tests.factories.payroll import draft, id_number, person, site
from tests.factories.people import attended, on_roster, worker

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("test")
SEPTEMBER, OCTOBER = datetime.date(2026, 9, 1), datetime.date(2026, 10, 1)


@pytest.fixture(autouse=True)
def _nobody_looked_yet():
    cache.clear()


@pytest.fixture
def places(cast):
    """Person 1 is paid in 甘州区 in September and October, in 临泽县 in October; contested and attended in 甘州区."""
    here, far = site(cast), site(cast, "LZ-2026-001", area=cast.area(LINZE))
    batches = [
        batch_submit(batch_id=draft(project, [person(1)], subcontractor=sub, month_on=month_on).pk, actor=SYSTEM)
        for project, sub, month_on in (
            (here, cast.subcontractor, SEPTEMBER),
            (here, cast.subcontractor, OCTOBER),
            (far, cast.other_subcontractor, OCTOBER),
        )
    ]
    attended(here, worker(1), [OCTOBER.replace(day=day) for day in range(1, 21)], subcontractor=cast.subcontractor)
    contest_raise(token=tokens(batches[1])[0], claim=Claim(reason="days"), actor=SYSTEM)
    file = bare_payout_file(batches[0])
    Payout.objects.filter(file=file).update(state=Payout.State.PAID, paid_on=datetime.date(2026, 10, 15))
    return here, far


def history(client, user):
    client.force_login(user)
    return client.get(f"/payroll/workers/{worker(1).pk}/?tab=pay")


def test_the_city_sees_every_site_and_month_with_what_became_of_it(client, cast, places):
    here, far = places
    shown = history(client, cast.supervisor).content.decode()
    for words in (here.name, far.name, "2026-09", "2026-10", "银行已发", "2026-10-15", "天数不对", "20"):
        assert words in shown
    assert "无记录" in shown, "no attendance is told apart from none"
    assert id_number(1) not in shown
    paid = Payout.objects.get(line__batch__month_on=SEPTEMBER).amount
    assert f"{paid:,.2f}" in shown


def test_a_county_a_contractor_and_a_subcontractor_see_their_own_sites_alone(client, cast, places):
    here, far = places
    for user in (cast.county_supervisor, cast.subcontractor_clerk):
        shown = history(client, user).content.decode()
        assert here.name in shown
        assert far.name not in shown
        assert far.code not in shown
    assert far.name in history(client, cast.labour_officer).content.decode(), "who builds both sees both"


def test_officers_of_other_areas_and_rooms_see_nothing(client, cast, places):
    PayrollLine.objects.filter(batch__project=places[1]).delete()
    places[1].roster.all().delete()
    for user in (cast.other_county_supervisor, cast.other_labour_officer):
        assert history(client, user).status_code == 404
    for user in (cast.officer("zjj", "620702"), cast.bank_clerk, cast.leader):
        assert history(client, user).status_code == 403
    on_roster(places[1], worker(1), cast.other_subcontractor)
    shown = history(client, cast.other_county_supervisor)
    assert shown.status_code == 200, "as soon as he works there"
    assert places[0].name not in shown.content.decode()


def test_who_looked_is_in_the_trail_once_an_hour(client, cast, places):
    history(client, cast.supervisor)
    history(client, cast.supervisor)
    history(client, cast.county_supervisor)
    client.get(f"/payroll/workers/{worker(1).pk}/?tab=stays")
    events = AuditEvent.objects.filter(action="worker.open_history").order_by("id")
    assert [event.actor for event in events] == [cast.supervisor, cast.county_supervisor]
