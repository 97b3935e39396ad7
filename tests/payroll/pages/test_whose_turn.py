"""First pages say which payrolls wait for the caller; every count is the list behind it, and nobody else's work is in
it.
"""

import datetime

import pytest
from django.utils import timezone

from payroll.models import PayConfirmation, PayNotice, PayrollBatch
from payroll.rules.pay_days import last_pay_day
from payroll.selectors.turns import TURNS, batches_in_turn, turns_of
from payroll.services.submissions import batch_submit
from payroll.views.flow import with_due_days
from responsibilities.models import Area, Figure
from responsibilities.selectors.clock import today
from responsibilities.selectors.scope import scope_of
from responsibilities.services.trail import Actor
from tests.factories.payroll import draft, person, site
from tests.factories.people import labour_contract

pytestmark = pytest.mark.django_db


def last_month():
    """A month whose pay is due until the end of this one."""
    return (today().replace(day=1) - datetime.timedelta(days=1)).replace(day=1)


def at(batch, stage):
    PayrollBatch.objects.filter(pk=batch.pk).update(stage=stage)


@pytest.fixture
def months(cast):
    """A batch at every step, each on a site of its own."""

    def sheet(n, submitted=True):
        project = site(cast, code=f"ZY-2026-1{n:02d}")
        rows = [person(n), person(n + 50)]
        batch = draft(project, rows, subcontractor=cast.subcontractor, month_on=last_month())
        if submitted:
            batch_submit(batch_id=batch.pk, actor=Actor.system("test"))
        return batch

    batches = {"sign": sheet(1, submitted=False), "silent": sheet(2), "audit": sheet(3)}
    PayConfirmation.objects.filter(batch=batches["audit"]).update(state="confirmed", channel="link", at=timezone.now())
    for key, stage, until in (
        ("notice", "audited", None),
        ("up", "noticed", today()),
        ("pay", "noticed", today() - datetime.timedelta(days=1)),
        ("unpaid", "paying", None),
    ):
        batches[key] = sheet(len(batches) + 1)
        at(batches[key], stage)
        if until:
            posted = until - datetime.timedelta(days=3)
            PayNotice.objects.create(
                batch=batches[key], place="大门", posted_on=posted, until_on=until, recorded_at=timezone.now()
            )
    return batches


def counts(user):
    return {turn.key: count for turn, count in turns_of(scope_of(user), today())}


def test_the_general_contractor_sees_each_step_once(cast, months):
    assert counts(cast.labour_officer) == {"sign": 1, "audit": 1, "notice": 1, "pay": 1, "unpaid": 1}


def test_each_count_is_the_list_behind_it(cast, months, client):
    client.force_login(cast.labour_officer)
    scope = scope_of(cast.labour_officer)
    for turn in TURNS:
        listed = client.get("/payroll/", {"turn": turn.key}).context["page"].paginator.count
        assert listed == counts(cast.labour_officer).get(turn.key, 0), turn.key
        assert {batch.pk for batch in batches_in_turn(scope, turn.key, today())} == (
            {months[turn.key].pk} if turn.key in months else set()
        )


def test_a_draft_that_a_later_sheet_overtook_is_nobodys_turn_and_says_so(cast, months, client):
    old = months["sign"]
    same = {"subcontractor": cast.subcontractor, "month_on": last_month()}
    newer = draft(old.project, [person(1), person(2)], name="b.xlsx", **same)
    assert counts(cast.labour_officer)["sign"] == 2
    other = draft(old.project, [person(7)], name="own.xlsx", month_on=last_month())
    batch_submit(batch_id=newer.pk, actor=Actor.system("test"))
    assert {one.pk for one in batches_in_turn(scope_of(cast.labour_officer), "sign", today())} == {other.pk}
    client.force_login(cast.labour_officer)
    shown = client.get(f"/payroll/{old.pk}/").content.decode()
    assert f"这份草稿是在批次 #{newer.pk} 提交以前上传的" in shown
    assert f"/payroll/{old.pk}/compare/{newer.pk}/" in shown
    assert "提交后为第 2 版" in shown
    assert "可能已经过时" not in client.get(f"/payroll/{other.pk}/").content.decode()
    later = draft(old.project, [person(1)], name="c.xlsx", **same)
    assert "可能已经过时" not in client.get(f"/payroll/{later.pk}/").content.decode()


def test_workers_who_are_silent_hold_the_audit_only_until_their_days_are_over(cast, months):
    scope = scope_of(cast.labour_officer)
    long_ago = timezone.now() - datetime.timedelta(days=30)
    PayrollBatch.objects.filter(pk=months["silent"].pk).update(submitted_at=long_ago)
    assert {batch.pk for batch in batches_in_turn(scope, "audit", today())} == {
        months["silent"].pk,
        months["audit"].pk,
    }


def test_the_list_says_on_the_row_what_is_late_and_never_of_pay_that_waits_for_a_notice(cast, months, client):
    client.force_login(cast.labour_officer)
    assert "已超" not in client.get("/payroll/", {"status": "submitted"}).content.decode()
    long_ago = timezone.now() - datetime.timedelta(days=30)
    PayrollBatch.objects.filter(status="submitted").update(submitted_at=long_ago)
    page = client.get("/payroll/", {"status": "submitted"}).context["page"]
    late = {batch.stage for batch in page.object_list if batch.late_days}
    assert late <= {"confirming", "audited"}
    assert "confirming" in late
    assert all(batch.level == "orange" for batch in page.object_list if batch.stage in late)
    assert "前办完，已超" in client.get("/payroll/", {"status": "submitted"}).content.decode()
    for address in (f"/payroll/{months['silent'].pk}/", f"/payroll/{months['silent'].pk}/audit/"):
        assert client.get(address).context["batch"].level == "orange", "the page is as late as its row"


def test_what_was_not_paid_until_the_laws_last_day_is_late_at_whatever_stage(cast, months, client, settings):
    """724 art 14: in the month of the work or the next one. A sheet that hung out its notice long ago is no calm blue."""
    payer, watcher = scope_of(cast.labour_officer), scope_of(cast.supervisor)
    due = last_pay_day(last_month(), 1)
    settings.PORTAL_TODAY = f"{due}"
    assert not batches_in_turn(payer, "late", today()).exists()
    at(months["silent"], "paid")
    settings.PORTAL_TODAY = f"{due + datetime.timedelta(days=1)}"
    submitted = {batch.pk for key, batch in months.items() if key not in ("sign", "silent")}
    assert {batch.pk for batch in batches_in_turn(payer, "late", today())} == submitted
    assert counts(cast.labour_officer)["late"] == len(submitted)
    assert {batch.pk for batch in batches_in_turn(watcher, "late", today())} == submitted, (
        "who watches sees the list too"
    )
    client.force_login(cast.supervisor)
    shown = client.get("/").content.decode()
    assert "工资过了支付期限没有发完" in shown
    assert "/payroll/?turn=late" in shown
    listed = client.get("/payroll/", {"turn": "late"})
    assert {batch.level for batch in listed.context["page"].object_list} == {"red"}
    assert f"最迟应于 {due} 发放，已逾期 1 天" in listed.content.decode()
    assert f"最迟应于 {due} 发放，已逾期 1 天" in client.get(f"/payroll/{months['pay'].pk}/").content.decode()
    tab = client.get(f"/projects/{months['pay'].project.code}/", {"tab": "payroll"})
    assert {batch.level for batch in tab.context["batches"] if batch.pk in submitted} == {"red"}, (
        "the project's page too"
    )
    assert f"最迟应于 {due} 发放，已逾期 1 天" in tab.content.decode()


def test_an_agreed_pay_day_that_has_passed_is_told_until_the_laws_last_day(cast, months, client, settings):
    """724 art 12: pay is due on the day that the contract states; red as after the last day of the law."""
    payer, watcher = scope_of(cast.labour_officer), scope_of(cast.supervisor)
    batch = months["silent"]
    due = last_pay_day(last_month(), 1)
    settings.PORTAL_TODAY = f"{due.replace(day=15)}"
    assert not batches_in_turn(payer, "agreed", today()).exists(), "no contract states a day"
    line = batch.lines.order_by("row").first()
    contract = labour_contract(
        batch.project, line.worker, cast.subcontractor, last_month() - datetime.timedelta(days=40), pay_day=15
    )
    assert not batches_in_turn(payer, "agreed", today()).exists(), "on the day itself it isn't late"
    settings.PORTAL_TODAY = f"{due.replace(day=16)}"
    for scope in (payer, watcher):
        assert [one.pk for one in batches_in_turn(scope, "agreed", today())] == [batch.pk]
    client.force_login(cast.supervisor)
    assert "/payroll/?turn=agreed" in client.get("/").content.decode()
    listed = client.get("/payroll/", {"turn": "agreed"})
    assert "合同约定每月 15 日发放，1 人没有发" in listed.content.decode()
    assert {one.level for one in listed.context["page"].object_list} == {"red"}
    assert "合同约定每月 15 日发放，1 人没有发" in client.get(f"/payroll/{batch.pk}/").content.decode()
    # Of several contracts the latest counts; one that ended before the work doesn't; nor what another employer agreed.
    later = labour_contract(
        batch.project, line.worker, cast.subcontractor, last_month() - datetime.timedelta(days=9), pay_day=20
    )
    assert not batches_in_turn(payer, "agreed", today()).exists()
    type(later).objects.filter(pk=later.pk).update(ended_on=last_month() - datetime.timedelta(days=1))
    assert batches_in_turn(payer, "agreed", today()).exists()
    type(contract).objects.filter(pk=contract.pk).update(employer=cast.contractor)
    assert not batches_in_turn(payer, "agreed", today()).exists()
    type(contract).objects.filter(pk=contract.pk).update(employer=cast.subcontractor)
    settings.PORTAL_TODAY = f"{due + datetime.timedelta(days=1)}"
    assert not batches_in_turn(payer, "agreed", today()).exists(), "late by law now"
    assert batches_in_turn(payer, "late", today()).filter(pk=batch.pk).exists()


def test_a_longer_period_counts_from_the_month_of_work_it_is_in_force_for(cast, months, settings):
    """The list and the page's colour read the same version as the reconciliation does."""
    worked_on = last_month()
    settings.PORTAL_TODAY = f"{last_pay_day(worked_on, 1) + datetime.timedelta(days=1)}"
    longer = Figure.objects.create(
        code="pay_period_months", name="x", value="2", is_default=True,
        in_force_from=worked_on + datetime.timedelta(days=1),
    )  # fmt: skip
    scope = scope_of(cast.labour_officer)
    assert batches_in_turn(scope, "late", today()).exists(), "of a month of work before it"
    months["pay"].refresh_from_db()
    assert with_due_days([months["pay"]])[0].unpaid
    Figure.objects.filter(pk=longer.pk).update(in_force_from=worked_on)
    assert not batches_in_turn(scope, "late", today()).exists()
    assert not with_due_days([months["pay"]])[0].unpaid


def test_a_subcontractor_sees_its_own_sheets_to_sign_and_no_step_of_others(cast, months):
    assert counts(cast.subcontractor_clerk) == {"sign": 1}


def test_those_who_only_look_have_no_turn(cast, months, client):
    for user in (cast.supervisor, cast.leader, cast.auditor):
        assert counts(user) == {}


def test_first_page_and_list_lead_to_the_work(cast, months, client):
    client.force_login(cast.labour_officer)
    for page in ("/", "/payroll/"):
        body = client.get(page).content.decode()
        assert "等您办理的工资表" in body
        assert "/payroll/?turn=audit" in body


def test_whoever_compiled_the_sheets_reads_on_his_first_page_that_their_pay_is_late(cast, months, client, settings):
    """724 art 30: the subcontractor is directly responsible for its workers' pay, though it can't pay itself."""
    settings.PORTAL_TODAY = f"{last_pay_day(last_month(), 1) + datetime.timedelta(days=1)}"
    client.force_login(cast.subcontractor_clerk)
    shown = client.get("/").content.decode()
    assert "6 份工资表逾期没有发完" in shown
    assert "/payroll/?turn=late" in shown
    assert "本周没有到期事项" not in shown
    assert client.get("/payroll/", {"turn": "late"}).context["page"].paginator.count == 6
    client.force_login(cast.other_subcontractor_clerk)
    assert "逾期没有发完" not in client.get("/").content.decode(), "the control: another company's"


def test_who_only_watches_is_told_on_the_list_too_and_not_asked_to_act(cast, months, client, settings):
    settings.PORTAL_TODAY = f"{last_pay_day(last_month(), 1) + datetime.timedelta(days=1)}"
    for user in (cast.supervisor, cast.auditor):
        client.force_login(user)
        assert "需要关注的工资情况" in client.get("/payroll/").content.decode()
        late = client.get("/payroll/", {"turn": "late"}).content.decode()
        assert "只看：逾期没有发完" in late
        assert "等您办理" not in late
        assert "未提交工资表的项目" not in late, "what was asked for stands on top"
    client.force_login(cast.labour_officer)
    assert "需要关注的工资情况" not in client.get("/payroll/").content.decode()


def test_who_watches_several_counties_looks_at_one(cast, client):
    here, there = site(cast), site(cast, "ZY-2026-011", area=Area.objects.get(code="620725"))
    for project in (here, there):
        batch = draft(project, [person(1)], month_on=last_month())
        batch_submit(batch_id=batch.pk, actor=Actor.system("test"))
    client.force_login(cast.auditor)
    page = client.get("/payroll/", {"area": "620725"})
    assert [batch.project for batch in page.context["page"].object_list] == [there]
    assert "全部县区" in page.content.decode()
    client.force_login(cast.labour_officer)
    assert "全部县区" not in client.get("/payroll/").content.decode(), "a company looks at its own sites"
