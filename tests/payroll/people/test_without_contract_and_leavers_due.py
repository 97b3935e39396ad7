"""Who works without a contract and for how long, and who left without being paid: shown to those who must act."""

import datetime
from io import BytesIO

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from payroll.models import LeaverSettlement, SiteStay
from payroll.selectors.people_turns import last_day_late, people_turns
from payroll.selectors.register import register, search_register
from responsibilities.selectors.clock import today
from tests.factories.payroll import person, site
from tests.factories.people import labour_contract, on_roster, worker

pytestmark = pytest.mark.django_db


def ago(days: int) -> datetime.date:
    return today() - datetime.timedelta(days=days)


@pytest.fixture
def project(cast):
    """1: 5 days without a contract, 2: 31 days, 3: with one, 4: with another employer's, 5: gone, 6: only paid."""
    project = site(cast)
    for n, days in ((1, 5), (2, 31), (3, 60), (4, 30)):
        on_roster(project, worker(n), cast.subcontractor, entered_on=ago(days))
    labour_contract(project, worker(3), cast.subcontractor, ago(61))
    labour_contract(project, worker(4), cast.contractor, ago(30))
    on_roster(project, worker(5), cast.subcontractor, entered_on=ago(40), left_on=ago(1))
    on_roster(project, worker(6), cast.subcontractor)
    return project


def test_the_longest_without_a_contract_come_first(cast, project):
    rows = search_register(register(cast.scope(cast.labour_officer), today=today()), worry="no_contract")
    assert [entry.worker.name for entry in rows] == [person(n)["name"] for n in (2, 4, 1, 6)]


def test_the_list_says_since_when_and_on_what_basis(client, cast, project):
    client.force_login(cast.supervisor)
    shown = client.get("/payroll/workers/?worry=no_contract").content.decode()
    for words in (
        "已进场 31 天，超过 30 日",
        "已进场 5 天",
        "已进场 30 天<",
        "第十条第二款",
        "第二十八条",
        "第八十二条",
    ):
        assert words in shown
    assert "已进场 60 天" not in shown
    client.force_login(cast.labour_officer)
    answer = client.get("/payroll/workers/?worry=no_contract&export=xlsx")
    rows = sheet_of(answer)
    at = rows[0].index("没有合同的天数")
    assert [row[at] for row in rows[1:]] == [31, 30, 5, None]


def test_those_who_keep_the_register_are_told_on_their_first_page(client, cast, project):
    turns = people_turns(cast.scope(cast.subcontractor_clerk), today())
    assert [(one.page, one.count, one.late, one.level) for one in turns] == [
        ("payroll:leavers", 1, 1, "red"),
        ("payroll:workers", 4, 1, "red"),
    ]
    client.force_login(cast.subcontractor_clerk)
    shown = client.get("/").content.decode()
    assert "退场工资没有结清" in shown
    assert "逾期 1 人" in shown
    assert "有 2 人次的退场工资、劳动合同已逾期" in shown, "the first line doesn't say that all is well"
    for user in (cast.supervisor, cast.stranger, cast.other_labour_officer):
        assert people_turns(cast.scope(user), today()) == []
    client.force_login(cast.supervisor)
    assert "等您办理的人员事项" not in client.get("/").content.decode()


def test_a_settled_leaver_is_nobodys_business_any_more(cast, project):
    stay = project.roster.get(worker=worker(5)).stays.get()
    settlement = LeaverSettlement.objects.create(
        stay=stay, earned=0, balance=0, agreed_on=ago(0), state=LeaverSettlement.State.AGREED
    )
    scope = cast.scope(cast.labour_officer)
    assert people_turns(scope, today())[0].page == "payroll:leavers"
    settlement.state = LeaverSettlement.State.PAID
    settlement.save()
    assert [one.page for one in people_turns(scope, today())] == ["payroll:workers"]


def test_who_left_today_is_not_late_before_tomorrow(client, cast, project):
    assert last_day_late(today()) == ago(1)
    on_roster(project, worker(7), cast.subcontractor, entered_on=ago(9), left_on=today())
    turn = people_turns(cast.scope(cast.labour_officer), today())[0]
    assert (turn.count, turn.late) == (2, 1)
    client.force_login(cast.supervisor)
    shown = client.get("/payroll/leavers/?show=late").content.decode()
    assert person(5)["name"] in shown
    assert person(7)["name"] not in shown


def test_the_list_of_leavers_is_sorted_exported_and_leads_to_the_next_step(client, cast, project):
    on_roster(project, worker(7), cast.subcontractor, entered_on=ago(30), left_on=ago(4))
    stay = project.roster.get(worker=worker(5)).stays.get()
    LeaverSettlement.objects.create(
        stay=stay, earned=900, balance=900, agreed_on=ago(0), state=LeaverSettlement.State.AGREED
    )
    client.force_login(cast.labour_officer)
    shown = client.get("/payroll/leavers/?sort=-left").content.decode()
    assert shown.index(person(5)["name"]) < shown.index(person(7)["name"])
    assert client.get("/payroll/leavers/?sort=left").content.decode().index(person(7)["name"]) < shown.index(
        person(5)["name"]
    )
    assert ">核定金额</a>" in shown
    assert ">登记确认</a>" in shown
    rows = sheet_of(client.get("/payroll/leavers/?show=all&sort=left&export=xlsx"))
    at = {title: number for number, title in enumerate(rows[0])}
    assert [(row[at["农民工"]], row[at["逾期天数"]], row[at["应补发"]]) for row in rows[1:]] == [
        (person(7)["name"], 4, None),
        (person(5)["name"], 1, 900),
    ]
    client.force_login(cast.supervisor)
    assert ">核定金额</a>" not in client.get("/payroll/leavers/").content.decode(), "who only looks has no button"


def test_leavers_of_other_peoples_sites_are_on_no_list_and_in_no_export(client, cast, project):
    name = person(5)["name"]
    for user, seen in (
        (cast.subcontractor_clerk, True),
        (cast.other_subcontractor_clerk, False),
        (cast.other_labour_officer, False),
    ):
        client.force_login(user)
        assert (name in client.get("/payroll/leavers/?show=all").content.decode()) is seen, user
        rows = sheet_of(client.get("/payroll/leavers/?show=all&export=xlsx"))
        assert (name in [cell for row in rows for cell in row]) is seen, user


def test_more_leavers_cost_no_more_questions(client, cast, project):
    client.force_login(cast.labour_officer)
    addresses = "/payroll/leavers/?show=all", "/payroll/leavers/?show=all&export=xlsx"
    counted = []
    for more in (0, 12):
        for n in range(20, 20 + more):
            on_roster(project, worker(n), cast.subcontractor, entered_on=ago(60), left_on=ago(n))
        for address in addresses:
            with CaptureQueriesContext(connection) as queries:
                client.get(address)
            counted.append(len(queries))
    assert counted[:2] == counted[2:]


def sheet_of(answer) -> list[tuple]:
    return list(openpyxl.load_workbook(BytesIO(answer.content)).active.iter_rows(values_only=True))


def test_a_contract_of_another_site_shows_no_button_there(client, cast, project):
    other = site(cast, "ZY-2026-099", name="另一处")
    other.parties.filter(part="general_contractor").update(organization=cast.other_contractor)
    labour_contract(other, worker(3), cast.other_subcontractor, ago(3))
    on_roster(other, worker(3), cast.other_subcontractor, entered_on=ago(3))
    client.force_login(cast.labour_officer)
    shown = client.get(f"/payroll/workers/{worker(3).pk}/?tab=contracts").content.decode()
    assert "没有扫描件" in shown
    assert shown.count(">修改</a>") == 1


def test_where_no_contract_is_registered_the_page_leads_to_registering_one(client, cast, project):
    client.force_login(cast.labour_officer)
    bare = on_roster(project, worker(8), cast.subcontractor, entered_on=ago(3))
    address = f"/payroll/workers/{worker(8).pk}/?tab=contracts"
    empty = client.get(address).content.decode().split("没有登记劳动合同或用工书面协议")[1].split("</div>")[0]
    assert f'href="/payroll/roster/{bare.pk}/contract/"' in empty
    assert "登记合同" in empty
    client.force_login(cast.supervisor)
    empty = client.get(address).content.decode().split("没有登记劳动合同或用工书面协议")[1].split("</div>")[0]
    assert "/contract/" not in empty, "the control: who only looks"


def test_the_contract_of_somebody_who_left_is_not_counted_as_one_in_force(client, cast, project):
    labour_contract(project, worker(5), cast.subcontractor, ago(40))
    client.force_login(cast.labour_officer)
    gone, there = (f"/payroll/workers/{worker(n).pk}/" for n in (5, 3))
    shown = client.get(gone)
    assert shown.context["contracts_in_force"] == []
    assert "另有 1 份已退场、未登记解除" in shown.content.decode()
    assert f"{ago(1):%Y-%m-%d} 退场，合同未登记解除" in client.get(f"{gone}?tab=contracts").content.decode()
    assert len(client.get(there).context["contracts_in_force"]) == 1
    assert "未登记解除" not in client.get(there).content.decode()


def test_who_settles_nothing_reads_who_must_and_sees_no_empty_column(client, cast, project):
    stay = SiteStay.objects.get(left_on__isnull=False)
    client.force_login(cast.supervisor)
    listed = client.get("/payroll/leavers/?show=all").content.decode()
    assert ">办理</th>" not in listed
    shown = client.get(f"/payroll/stays/{stay.pk}/settlement/").content.decode()
    assert f"{cast.subcontractor.name}还没有核定应补发的金额，已逾期 1 天" in shown
    assert "此人没有提交过的工资表" in shown
    client.force_login(cast.labour_officer)
    listed = client.get("/payroll/leavers/?show=all").content.decode()
    assert ">办理</th>" in listed
