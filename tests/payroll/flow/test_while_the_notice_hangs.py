"""While a sheet still hangs on site it is called 公示中, its step isn't ticked, and what was contested meanwhile is told."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from payroll.models import PayContest, PayNotice, PayrollBatch
from payroll.services.answers import Claim, contest_raise, contest_withdraw
from payroll.services.audits import batch_audit
from payroll.services.notices import notice_save
from responsibilities.selectors.clock import SHANGHAI
from tests.factories.flow import PICTURE, SYSTEM, WORKER, submitted, tokens
from tests.factories.payroll import draft, person

pytestmark = pytest.mark.django_db

LAST_DAY, DAY_AFTER = "2026-11-23", "2026-11-24"
RUNNING, OVER = "公示中（到 11-23）", "已公示"


@pytest.fixture(autouse=True)
def today(settings):
    settings.PORTAL_TODAY = "2026-11-20"


@pytest.fixture
def batch(project):
    made = submitted(project)
    batch_audit(batch_id=made.pk, actor=SYSTEM, reason="测试")
    notice = notice_save(
        batch_id=made.pk, place="大门口", posted_on=datetime.date(2026, 11, 20), photos=[PICTURE], actor=SYSTEM
    )
    PayNotice.objects.filter(pk=notice.pk).update(until_on=LAST_DAY)
    made.refresh_from_db()
    return made


@pytest.mark.parametrize(("day", "word", "other"), [(LAST_DAY, RUNNING, OVER), (DAY_AFTER, OVER, "公示中")])
def test_the_word_of_a_sheet_on_list_and_pages(cast, project, batch, enter, settings, day, word, other):
    settings.PORTAL_TODAY = day
    client = enter(cast.labour_officer)
    tab = f"/projects/{project.code}/?tab=payroll"
    for address in (
        "/payroll/",
        tab,
        f"/payroll/{batch.pk}/",
        f"/payroll/{batch.pk}/audit/",
        f"/payroll/{batch.pk}/payout/",
    ):
        page = client.get(address).content.decode()
        badge = page.split("<main", 1)[1]
        assert word in badge, address
        assert f'u-blue">{other}' not in badge, address


def test_the_step_is_ticked_once_the_last_day_is_over(cast, batch, enter, settings):
    client = enter(cast.labour_officer)

    def steps():
        return {step.key: step.mark for step in client.get(f"/payroll/{batch.pk}/").context["steps"]}

    settings.PORTAL_TODAY = LAST_DAY
    assert (steps()["notice"], steps()["pay"]) == ("current", "ahead")
    page = client.get(f"/payroll/{batch.pk}/").content.decode()
    assert "正在工地公示，期满后总包经专用账户代发" in page
    assert f"公示到 {LAST_DAY} 止，{DAY_AFTER} 起可以代发" in page
    settings.PORTAL_TODAY = DAY_AFTER
    assert (steps()["notice"], steps()["pay"]) == ("done", "current")
    assert f"公示已于 {LAST_DAY} 期满，可以代发" in client.get(f"/payroll/{batch.pk}/").content.decode()


def test_a_draft_that_replaces_it_says_so_too(cast, project, batch, enter):
    new = draft(project, [person(1)])
    assert f"那一份{RUNNING}，替换后" in enter(cast.labour_officer).get(f"/payroll/{new.pk}/").content.decode()


def test_the_list_asks_no_question_per_sheet_for_it(cast, project, batch, enter):
    client = enter(cast.labour_officer)
    client.get("/payroll/")
    with CaptureQueriesContext(connection) as of_one:
        client.get("/payroll/")
    for month in (7, 8, 9):
        more = submitted(project, month_on=datetime.date(2026, month, 1))
        PayrollBatch.objects.filter(pk=more.pk).update(stage="noticed")
        PayNotice.objects.create(
            batch=more, place="x", posted_on="2026-11-20", until_on=LAST_DAY, recorded_at=more.submitted_at
        )
    with CaptureQueriesContext(connection) as of_four:
        page = client.get("/payroll/").content.decode()
    assert page.count(RUNNING) == 4
    assert len(of_four) == len(of_one)


# ── what was contested meanwhile ─────────────────────────────────────────


def told(client, batch) -> str:
    return client.get(f"/payroll/{batch.pk}/").content.decode().split('id="notice"')[1].split("</section>")[0]


def test_what_workers_contested_by_telephone_since_then_stands_in_the_notices_block(cast, batch, enter):
    contest = contest_raise(token=tokens(batch)[0], claim=Claim(reason="days"), actor=WORKER)
    shown = told(enter(cast.labour_officer), batch)
    assert "公示登记的异议：没有" in shown
    assert "公示开始以来，本人在手机上提出的异议 1 条" in shown
    assert contest.confirmation.line.worker.name in shown
    assert "没有登记异议" not in shown


def test_what_was_contested_before_or_withdrawn_does_not(cast, batch, enter):
    contest = contest_raise(token=tokens(batch)[0], claim=Claim(reason="days"), actor=WORKER)
    before = datetime.datetime(2026, 11, 19, 23, 59, tzinfo=SHANGHAI)
    PayContest.objects.filter(pk=contest.pk).update(raised_at=before)
    contest_raise(token=tokens(batch)[1], claim=Claim(reason="days"), actor=WORKER)
    contest_withdraw(token=tokens(batch)[1], actor=WORKER)
    assert "公示开始以来" not in told(enter(cast.labour_officer), batch)
    PayContest.objects.filter(pk=contest.pk).update(raised_at=before + datetime.timedelta(minutes=1))
    assert "公示开始以来" in told(enter(cast.labour_officer), batch)


# ── the law's last day ───────────────────────────────────────────────────


LAW, FASTER = '最迟应于 <strong class="nowrap">2026-11-30</strong> 发放（条例第十四条）', "请提前办完"


@pytest.mark.parametrize(("until", "faster"), [("2026-11-29", False), ("2026-11-30", True), ("2026-12-01", True)])
def test_the_next_step_tells_the_laws_last_day_and_when_the_steps_own_day_lies_after_it(
    cast, batch, enter, until, faster
):
    PayNotice.objects.filter(batch=batch).update(until_on=until)
    page = enter(cast.labour_officer).get(f"/payroll/{batch.pk}/").content.decode()
    assert LAW in page
    assert (FASTER in page) is faster


def test_once_that_day_has_passed_the_arrears_are_told_instead(cast, batch, enter, settings):
    settings.PORTAL_TODAY = "2026-12-02"
    page = enter(cast.labour_officer).get(f"/payroll/{batch.pk}/").content.decode()
    assert LAW not in page
    assert "最迟应于 2026-11-30 发放，已逾期 2 天" in page
