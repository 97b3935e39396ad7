"""The calendar by months, its publication, and the rules with their figures."""

import pytest

from escalation.models import CalendarDay, CalendarYear
from escalation.rules.arrangements import arranged_days
from responsibilities.models import AuditEvent
from responsibilities.rules.errors import Refused

NOTICE = "2027-01-01，元旦，休\n2027-02-06，春节，休\n2027-02-07，春节，休\n2027-02-20，春节，班\n"


def test_a_year_shows_holidays_and_worked_weekends_by_name(cast, client):
    client.force_login(cast.officer("zjj"))
    page = client.get("/calendar/?year=2026").content.decode()
    assert "国庆节" in page
    assert "班</span>" in page


def test_a_provisional_year_says_so(cast, client):
    client.force_login(cast.officer("zjj"))
    assert "尚未公布" in client.get("/calendar/?year=2027").content.decode()


def test_a_supervisor_publishes_a_year_and_the_trail_keeps_it(cast, client):
    client.force_login(cast.supervisor)
    data = {"year": 2027, "source": "国务院办公厅关于 2027 年部分节假日安排的通知", "days": NOTICE}
    response = client.post("/calendar/", data)
    assert response.status_code == 302, response.context["form"].errors
    assert CalendarYear.objects.get(year=2027).status == "official"
    assert CalendarDay.objects.get(day="2027-02-20").kind == "make_up"
    assert AuditEvent.objects.filter(action="calendar.publish", actor=cast.supervisor).exists()


def test_what_cannot_be_read_is_named_by_line_and_nothing_is_published(cast, client):
    client.force_login(cast.supervisor)
    data = {"year": 2027, "source": "通知", "days": "2027-02-06，春节，休\n二月七日放假\n"}
    response = client.post("/calendar/", data)
    page = response.content.decode()
    assert response.status_code == 422
    assert "第 2 行“二月七日放假”" in page
    assert "2027-02-06，春节，休" in page
    assert CalendarYear.objects.get(year=2027).status == "provisional"


@pytest.mark.parametrize("person", ["officer_zjj_620700", "labour_officer", "leader"])
def test_nobody_else_publishes(cast, client, person):
    client.force_login(cast.users[person])
    assert "发布年度安排" not in client.get("/calendar/").content.decode()
    response = client.post("/calendar/", {"year": 2027, "source": "通知", "days": NOTICE})
    assert response.status_code == 403


@pytest.mark.parametrize("line", ["2027-02-30，春节，休", "2027-02-06，春节", "2027-02-06，春节，上学"])
def test_a_line_is_a_day_a_name_and_off_or_worked(line):
    with pytest.raises(Refused):
        arranged_days(line)


def test_rules_show_term_ladder_basis_and_what_is_our_default(cast, client):
    client.force_login(cast.officer("zjj"))
    page = client.get("/rules/").content.decode()
    assert "3 个工作日" in page
    assert "到期后 3 个工作日" in page
    assert "本系统默认，可调整" in page
    assert "第二十四条" in page


def test_rules_lead_to_deadlines_only_those_who_may_open_them(cast, client):
    client.force_login(cast.officer("zjj"))
    assert 'href="/deadlines/?rule=' in client.get("/rules/").content.decode()
    client.force_login(cast.administrator)
    page = client.get("/rules/").content.decode()
    assert "3 个工作日" in page
    assert "/deadlines/" not in page
