"""The main job in a real browser, with a real worker: from the sheet to the supervisor's decision and back.

Contractor uploads → officer sees → the deadline passes (the date is passed in) → notice → supervisor decides →
the officer sees the decision and settles.
"""

import datetime
import re

import pytest
from playwright.sync_api import Page, expect

from escalation.models import Deadline, Notice
from escalation.services.reconcile import reconcile, reconcile_touched
from payroll.models import PayrollBatch
from projects.selectors.types import project_types_by_code
from projects.services.approvals import approval_record
from projects.services.projects import project_register
from responsibilities.rules.identifiers import id_check_digit, luhn_check_digit
from responsibilities.services.trail import Actor
from sheets.writing import OutColumn, OutSheet, write_xlsx
from tests.cast import GANZHOU, PASSWORD, build_cast

MONDAY, TUESDAY, LATER = datetime.date(2026, 11, 2), datetime.date(2026, 11, 3), datetime.date(2026, 11, 12)
SYSTEM = Actor.system("试验")


def payroll_sheet(path) -> None:
    """Twelve people, the fifth with a mistyped ID number."""
    rows = []
    for n in range(12):
        body = f"62070219{80 + n}0101{n + 101:03d}"
        check = id_check_digit(body)
        if n == 4:
            check = "1" if check == "0" else "0"
        card = f"62284800000000{n:04d}"
        rows.append(
            [
                n + 1,
                f"试验员{'甲乙丙丁戊己庚辛壬癸子丑'[n]}",
                body + check,
                card + luhn_check_digit(card),
                26,
                7800,
                0,
                7800,
            ]
        )
    titles = ("序号", "姓名", "身份证号", "银行卡号", "出勤天数", "应发工资", "扣款", "实发工资")
    kinds = ("number", "text", "text", "text", "number", "money", "money", "money")
    columns = [OutColumn(title, kind) for title, kind in zip(titles, kinds, strict=True)]
    write_xlsx(path, [OutSheet("10月工资", columns, rows)])


class Stage:
    """One browser in which people take turns."""

    def __init__(self, page: Page, settings):
        self.page = page
        self.settings = settings

    def on(self, day: datetime.date) -> None:
        self.settings.PORTAL_TODAY = day.isoformat()
        reconcile_touched(today=day)
        reconcile(today=day)

    def enter(self, user) -> None:
        self.page.context.clear_cookies()
        self.page.goto("/login/")
        self.page.fill("[name=username]", user.username)
        self.page.fill("[name=password]", PASSWORD)
        self.page.press("[name=password]", "Enter")
        expect(self.page).to_have_url(re.compile(r"/$"))


@pytest.fixture
def pinned_worker(monkeypatch):
    """The worker is a process of its own: the date reaches it through the environment."""
    monkeypatch.setenv("PORTAL_TODAY", MONDAY.isoformat())


@pytest.fixture
def cast(pinned_worker, celery_worker_process):
    return build_cast()


@pytest.fixture
def project(cast, settings):
    settings.PORTAL_TODAY = MONDAY.isoformat()
    return project_register(
        code="620702-26001",
        name="甘州区滨河新区安置房",
        area=cast.area(GANZHOU),
        project_type=project_types_by_code()["building"],
        funding_nature="government",
        funding_source="县级财政资金",
        developer=cast.developer,
        general_contractor=cast.contractor,
        planned_start_on=datetime.date(2026, 12, 1),
        actor=SYSTEM,
    )


@pytest.fixture
def approval(project, cast):
    return approval_record(
        project=project,
        kind="project_approval",
        number="甘区发改审批〔2026〕88号",
        approved_on=MONDAY,
        approving_unit=cast.unit("fgw", GANZHOU),
        actor=SYSTEM,
        today=MONDAY,
    )


def test_from_the_sheet_to_the_decision_and_back(page, settings, cast, project, approval, tmp_path):
    stage = Stage(page, settings)
    stage.on(TUESDAY)

    # The contractor drops a sheet, sees what is wrong in it, and submits the rest.
    payroll_sheet(tmp_path / "十月工资.xlsx")
    stage.enter(cast.labour_officer)
    page.goto("/payroll/upload/")
    upload = page.locator("form[data-upload]")
    upload.locator("[name=project]").select_option(project.code)
    upload.locator("[name=month]").fill("2026-10")
    upload.locator("[name=file]").set_input_files(tmp_path / "十月工资.xlsx")
    page.get_by_role("button", name="上传并核验").click()
    expect(page).to_have_url(re.compile(r"/payroll/\d+/"))
    submit = page.get_by_role("button", name=re.compile("提交 11 行")).first
    expect(submit).to_be_visible(timeout=20_000)
    expect(page.locator("main")).to_contain_text("身份证号")
    page.get_by_label("输入您本人的姓名作为签名").fill(cast.labour_officer.name)
    submit.click()
    page.locator("dialog").get_by_role("button", name=re.compile("提交")).click()
    expect(page.locator("main")).to_contain_text("已提交")
    batch = PayrollBatch.objects.get()
    assert (batch.status, batch.accepted, batch.rejected) == ("submitted", 11, 1)

    # The officer finds the duty on the first page, with the days that are left.
    officer = cast.officer("fgw", GANZHOU)
    stage.enter(officer)
    expect(page.locator("main")).to_contain_text("推送")
    expect(page.locator("main")).to_contain_text("还剩 2 个工作日")

    # Nobody pushes; the due date passes and the ladder climbs by itself.
    stage.on(LATER)
    deadline = Deadline.objects.get(rule="approval_info_push")
    assert (deadline.status, deadline.due_on) == ("overdue", datetime.date(2026, 11, 5))
    assert Notice.objects.filter(deadline=deadline, recipient=cast.unit("fgw", GANZHOU), level=3).exists()
    stage.enter(officer)
    expect(page.locator("main")).to_contain_text("逾期 7 天")
    page.goto("/notices/")
    expect(page.locator("main")).to_contain_text("提请督办")

    # The county's supervisor reviews the evidence and orders supervision, after seeing what follows.
    stage.enter(cast.county_supervisor)
    page.goto("/escalations/")
    page.get_by_role("link", name=re.compile("督办$")).first.click()
    page.fill("[name=effective_on]", "2026-11-20")
    page.fill("[name=reason]", "经提醒、预警仍未推送，责令限期补办。")
    page.get_by_role("button", name=re.compile("下一步")).click()
    expect(page.locator("[data-effects]")).to_contain_text("2026-11-20")
    page.get_by_role("button", name="确认督办").click()
    expect(page).not_to_have_url(re.compile("decide"))
    decision = deadline.decisions.get()
    assert (decision.kind, decision.status) == ("supervision_order", "in_force")

    # The officer sees the decision, opens the duty, pushes; the duty is settled late, on record.
    stage.enter(officer)
    expect(page.locator("main")).to_contain_text("督办")
    page.goto(f"/deadlines/{deadline.pk}/")
    expect(page.locator("main")).to_contain_text("责令限期补办")
    page.get_by_role("link", name=re.compile("推送")).first.click()
    page.get_by_role("button", name="推送给人社部门").click()
    expect(page.locator("main")).to_contain_text("HZ-20261112-")
    stage.on(LATER)
    deadline.refresh_from_db()
    assert (deadline.status, deadline.satisfied_on) == ("met_late", LATER)
    page.goto(f"/deadlines/{deadline.pk}/")
    expect(page.locator("main")).to_contain_text("办结，晚 7 天")
