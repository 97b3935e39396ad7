"""`/deadlines/`: filters in the address, sort, pages, search, export, fragments."""

import io

import openpyxl
import pytest

from escalation.models import Deadline
from tests.cast import GANZHOU, LINZE
from tests.factories.escalation_pages import TODAY, days, deadline


def total(client, address: str) -> int:
    return client.get(address).context["sums"]["total"]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 12),
        ("status=overdue", 6),
        ("status=open", 6),
        ("status=met", 3),
        ("status=void", 3),
        ("status=all", 18),
        ("due_within=3", 3),
        ("due_within=0", 0),
        ("new_this_week=1", 3),
        ("supervised=1", 3),
        (f"area={GANZHOU}", 4),
        ("project_type=building", 12),
        ("project_type=water", 0),
        ("rule=platform_onboard", 12),
        ("rule=labor_cost_allocation", 0),
        (f"project=P-{LINZE}", 4),
        (f"owner={LINZE}-zjj", 4),
        ("q=XM1", 4),
        ("q=项目2", 4),
        ("q=祁连", 12),
        ("q=没有这个", 0),
        ("due_from=2026-11-23&due_to=2026-11-30", 3),
    ],
)
def test_each_filter_of_the_address_narrows_the_list(city, client, query, count):
    client.force_login(city.supervisor)
    assert total(client, f"/deadlines/?{query}") == count


def test_what_the_address_says_wrong_is_told_and_left_out(city, client):
    client.force_login(city.supervisor)
    response = client.get("/deadlines/?area=nowhere&status=overdue")
    assert response.context["sums"]["total"] == 6
    assert "有的筛选条件无法识别" in response.content.decode()


def test_own_duties_and_supervised_ones_are_kept_apart(city, client):
    client.force_login(city.users["county_supervisor"])
    assert total(client, "/deadlines/?side=supervises") == 4
    assert total(client, "/deadlines/?side=owes") == 0


def test_the_longest_overdue_comes_first_and_a_header_turns_it_round(city, client):
    client.force_login(city.supervisor)
    first = client.get("/deadlines/").context["lines"][0].row.deadline.due_on
    last = client.get("/deadlines/?sort=-due_on").context["lines"][0].row.deadline.due_on
    assert (first, last) == (days(-40), days(20))


def test_words_say_how_many_and_how_late(city, client):
    client.force_login(city.supervisor)
    page = client.get("/deadlines/").content.decode()
    assert "共 <strong>12</strong> 项" in page
    assert "逾期 6 项" in page
    assert "逾期 40 天" in page
    assert "还剩 2 个工作日" in page


def test_htmx_gets_the_table_alone_from_the_same_address(city, client):
    client.force_login(city.supervisor)
    part = client.get("/deadlines/?status=overdue", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "逾期 40 天" in part


def test_pages_keep_the_filters(city, client):
    client.force_login(city.supervisor)
    for number in range(25):
        deadline(project=city_project(), due_on=days(30 + number))
    page = client.get("/deadlines/?status=open&page=2").content.decode()
    assert "第 21–31 项" in page
    assert "status=open&amp;page=1" in page


def city_project():
    return Deadline.objects.first().project


def test_the_export_holds_what_is_filtered_and_nothing_else(city, client):
    client.force_login(city.supervisor)
    response = client.get(f"/deadlines/?area={GANZHOU}&export=xlsx")
    rows = list(openpyxl.load_workbook(io.BytesIO(response.content)).active.values)
    assert response["Content-Type"].endswith("spreadsheetml.sheet")
    assert [row[0] for row in rows[2:]] == [f"P-{GANZHOU}"] * 4


def test_selected_rows_are_exported_alone_and_never_beyond_the_scope(city, client):
    client.force_login(city.users["county_supervisor"])
    own = list(Deadline.objects.filter(area__code=GANZHOU).values_list("pk", flat=True)[:2])
    foreign = Deadline.objects.filter(area__code=LINZE).first().pk
    query = "&".join(f"ids={pk}" for pk in [*own, foreign])
    response = client.get(f"/deadlines/?status=all&export=xlsx&{query}")
    assert len(list(openpyxl.load_workbook(io.BytesIO(response.content)).active.values)) == 2 + len(own)


def test_a_bank_may_look_but_not_export(city, client):
    client.force_login(city.bank_clerk)
    assert client.get("/deadlines/").status_code == 200
    assert client.get("/deadlines/?export=xlsx").status_code == 403


def test_another_county_sees_nothing_of_it(city, client):
    client.force_login(city.officer("zjj", LINZE))
    assert total(client, f"/deadlines/?status=all&area={GANZHOU}") == 0


def test_a_stranger_is_turned_away_and_told_whom_to_ask(city, client):
    client.force_login(city.stranger)
    assert client.get("/deadlines/").status_code == 403
    assert "还没有授权" in client.get("/").content.decode()


def test_the_list_costs_the_same_queries_whatever_its_length(city, client, django_assert_max_num_queries):
    client.force_login(city.supervisor)
    client.get("/deadlines/")
    for number in range(40):
        deadline(project=city_project(), due_on=days(number), owes=[city.unit("zjj", GANZHOU)])
    with django_assert_max_num_queries(LIST_QUERIES):
        client.get("/deadlines/?page_size=50")


# session, user, grants, own units, areas, calendar, types, count, page, subjects, parties, days left, orders,
# and for the shell: unread notices and decisions, the switch.
LIST_QUERIES = 24


def test_the_day_counts_not_the_stored_status(city, client):
    """In the minutes before the day's sweep a row still says open although its day has passed."""
    client.force_login(city.supervisor)
    row = Deadline.objects.filter(due_on=days(2)).first()
    Deadline.objects.filter(pk=row.pk).update(due_on=TODAY.replace(day=20))
    assert total(client, "/deadlines/?status=overdue") == 7


def test_a_list_without_filters_leads_nowhere_when_it_is_empty(cast, pinned, client):
    client.force_login(cast.officer("zjj", GANZHOU))
    bare = client.get("/deadlines/").content.decode()
    assert "没有待办的时限" in bare
    assert "查看全部待办" not in bare
    assert "查看全部待办" in client.get("/deadlines/?level=3").content.decode()
