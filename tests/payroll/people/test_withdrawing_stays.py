"""An entry or exit recorded by mistake is taken back with its reason, unless pay, attendance or a signature rests on it."""

import datetime
from decimal import Decimal

import pytest

from payroll.models import LeaverSettlement, RosterEntry, SiteStay
from payroll.services.leavers import settlement_agree, settlement_confirm, settlement_pay
from payroll.services.stay_withdrawals import stay_withdraw
from payroll.services.stays import site_enter, site_leave
from payroll.services.submissions import batch_submit
from responsibilities.models import AuditEvent, Touched
from responsibilities.rules.errors import EditedMeanwhile, NotAllowed, NotVisible, Refused
from responsibilities.services.trail import Actor
from tests.factories.payroll import draft, person, site
from tests.factories.people import attended, labour_contract, on_roster, worker

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("test")
PDF = b"%PDF-1.7 signed"


def day(number, month=10):
    return datetime.date(2026, month, number)


@pytest.fixture
def project(cast):
    return site(cast)


@pytest.fixture
def stay(cast, project):
    return site_enter(
        project=project, subcontractor=cast.subcontractor, worker=worker(1), entered_on=day(1, 9), actor=SYSTEM
    )


def left(stay, on=None):
    return site_leave(stay_id=stay.pk, left_on=on or day(20, 9), reason="春播", actor=SYSTEM)


def withdraw(stay, **facts):
    stay.refresh_from_db()
    given = {"stay_id": stay.pk, "reason": "日期登记错误", "version": stay.version, "actor": SYSTEM} | facts
    return stay_withdraw(**given)


def refused(stay, **facts) -> tuple[str, str]:
    with pytest.raises(Refused) as error:
        withdraw(stay, **facts)
    return error.value.code, error.value.message


def settle(stay, upto):
    settlement_agree(
        stay_id=stay.pk, earned=Decimal(900), deductions=Decimal(0), deduction_reason="", paid=Decimal(0),
        off_sheet_checked=True, agreed_on=day(1), actor=SYSTEM,
    )  # fmt: skip
    if upto in ("confirmed", "paid"):
        settlement_confirm(stay_id=stay.pk, confirmed_on=day(2), scan=("结算单.pdf", PDF), actor=SYSTEM)
    if upto == "paid":
        settlement_pay(stay_id=stay.pk, paid_on=day(3), payment_note="回单 0001", actor=SYSTEM)


def test_an_exit_is_taken_back_and_recorded_anew_with_another_day(stay, project):
    left(stay)
    Touched.objects.all().delete()
    assert withdraw(stay).what == "退场"
    stay.refresh_from_db()
    assert (stay.left_on, stay.left_reason, stay.entry.left_on) == (None, "", None)
    assert RosterEntry.objects.get().entered_on == day(1, 9)
    event = AuditEvent.objects.get(action="worker.leave_withdraw")
    assert event.changes == {
        "left_on": ["2026-09-20", ""],
        "left_reason": ["春播", ""],
        "reason": ["", "日期登记错误"],
    }
    assert Touched.objects.filter(project_id=project.pk).exists()
    assert left(stay, day(25, 9)).left_on == day(25, 9)


def test_an_unconfirmed_settlement_goes_with_the_exit_and_the_trail_keeps_its_balance(stay):
    settle(left(stay), "agreed")
    withdraw(stay)
    assert not LeaverSettlement.objects.exists()
    assert AuditEvent.objects.get(action="worker.leave_withdraw").changes["balance"] == ["900.00", ""]


@pytest.mark.parametrize(("upto", "said"), [("confirmed", "2026-10-02 签字确认"), ("paid", "2026-10-03 登记付清")])
def test_a_signed_or_paid_settlement_keeps_the_exit(stay, upto, said):
    settle(left(stay), upto)
    code, message = refused(stay)
    assert code == "settlement_confirmed"
    assert said in message
    stay.refresh_from_db()
    assert stay.left_on == day(20, 9)


def test_an_exit_before_another_entry_stays_until_that_one_is_taken_back(cast, project, stay):
    left(stay)
    again = site_enter(
        project=project, subcontractor=cast.subcontractor, worker=worker(1), entered_on=day(5), actor=SYSTEM
    )
    assert refused(stay) == (
        "entered_again",
        "退场以后，此人 2026-10-05 又登记了进场，不能撤回这次退场。请先撤回后一次进场。",
    )
    assert withdraw(again).what == "进场"
    assert RosterEntry.objects.get().left_on == day(20, 9), "the roster follows the stay that is left"
    withdraw(stay)
    assert SiteStay.objects.get().left_on is None


def test_an_entry_by_mistake_leaves_no_row_on_the_roster(stay):
    done = withdraw(stay)
    assert (done.what, done.on_register) == ("进场", False)
    assert not SiteStay.objects.exists()
    assert not RosterEntry.objects.exists()
    changes = AuditEvent.objects.get(action="worker.enter_withdraw").changes
    assert (changes["entered_on"], changes["roster"]) == (["2026-09-01", ""], ["在册", ""])


def test_who_has_a_contract_stays_on_the_roster_without_an_entry(cast, project, stay):
    labour_contract(project, worker(1), cast.subcontractor, day(1, 9))
    assert withdraw(stay).on_register
    entry = RosterEntry.objects.get()
    assert (entry.entered_on, entry.left_on) == (None, None)


def pay(cast, project, month, **facts):
    batch = draft(project, [person(1)], subcontractor=cast.subcontractor, month_on=month, **facts)
    return batch_submit(batch_id=batch.pk, actor=SYSTEM)


def test_pay_that_was_submitted_keeps_the_entry_and_is_named(cast, project, stay):
    pay(cast, project, day(1, 9))
    code, message = refused(stay)
    assert code == "payroll_submitted"
    assert "2026-09 的工资已在这个项目提交" in message


def test_pay_of_a_draft_of_another_employer_or_of_another_stay_keeps_no_entry(cast, project, stay):
    draft(project, [person(1)], subcontractor=cast.subcontractor, month_on=day(1, 9))
    other = draft(project, [person(1)], month_on=day(1))
    batch_submit(batch_id=other.pk, actor=SYSTEM)
    left(stay)
    again = site_enter(
        project=project, subcontractor=cast.subcontractor, worker=worker(1), entered_on=day(25, 9), actor=SYSTEM
    )
    pay(cast, project, day(1, 9))
    assert withdraw(again).what == "进场", "September is explained by the stay before"
    withdraw(stay)
    assert refused(stay)[0] == "payroll_submitted"


def test_recorded_attendance_keeps_the_entry(cast, project, stay):
    attended(project, worker(1), [day(3), day(4)], subcontractor=cast.other_subcontractor)
    attended(project, worker(1), [day(31, 8)], subcontractor=cast.subcontractor)
    attended(project, worker(1), [day(5), day(6)], subcontractor=cast.subcontractor)
    code, message = refused(stay)
    assert code == "attendance_recorded"
    assert "自 2026-10-05 起有 2 天出勤记录" in message


def test_the_general_contractors_own_crew_is_looked_at_as_such(cast, project):
    entry = on_roster(project, worker(1), cast.contractor, entered_on=day(1, 9))
    attended(project, worker(1), [day(5)])
    assert refused(entry.stays.get())[0] == "attendance_recorded"


def test_a_reason_the_right_version_and_the_right_person_are_needed(cast, stay):
    assert refused(stay, reason="  ")[0] == "reason_missing"
    with pytest.raises(EditedMeanwhile):
        withdraw(stay, version=9)
    with pytest.raises(NotAllowed):
        withdraw(stay, scope=cast.scope(cast.supervisor))
    for user in (cast.stranger, cast.other_labour_officer):
        with pytest.raises(NotVisible):
            withdraw(stay, scope=cast.scope(user))
    assert withdraw(stay, scope=cast.scope(cast.subcontractor_clerk)).what == "进场"


def test_the_page_takes_back_or_says_what_hinders(client, cast, stay):
    client.force_login(cast.labour_officer)
    tab = client.get(f"/payroll/workers/{worker(1).pk}/?tab=stays").content.decode()
    assert f"/payroll/stays/{stay.pk}/withdraw/" in tab
    left(stay)
    page = client.get(f"/payroll/stays/{stay.pk}/withdraw/").content.decode()
    assert "撤回后此人仍在场" in page
    wrong = client.post(f"/payroll/stays/{stay.pk}/withdraw/", {"reason": "", "version": 2}).content.decode()
    assert "有误" in wrong
    done = client.post(f"/payroll/stays/{stay.pk}/withdraw/", {"reason": "登记错了", "version": 2}, follow=True)
    assert "已撤回" in done.content.decode()
    settle(left(stay), "paid")
    page = client.get(f"/payroll/stays/{stay.pk}/withdraw/").content.decode()
    assert "登记付清，不能撤回" in page
    assert 'name="reason"' not in page
    client.force_login(cast.supervisor)
    tab = client.get(f"/payroll/workers/{worker(1).pk}/?tab=stays").content.decode()
    assert "/withdraw/" not in tab, "who may not act is shown no button"
