"""Contracts, stays and settlements: what is refused, what is recorded with its breach, what the roster then says."""

import datetime
from decimal import Decimal

import pytest

from payroll.models import LeaverSettlement, RosterEntry, SiteStay
from payroll.rules.contracts import Breach, Finding, Term, entry_finding, wage_form_of
from payroll.selectors.people import roster_names_unscoped
from payroll.selectors.people_turns import settlement_due
from payroll.selectors.site_people import leavers, stays, with_findings
from payroll.services.contracts import contract_end, contract_save
from payroll.services.entering import Entrant, person_enter
from payroll.services.leavers import (
    settlement_agree,
    settlement_confirm,
    settlement_pay,
    settlement_suggest,
)
from payroll.services.stays import site_enter, site_leave
from payroll.services.submissions import batch_submit
from projects.models import Project
from responsibilities.models import AuditEvent
from responsibilities.rules.errors import NotAllowed, NotVisible, Refused
from responsibilities.services.trail import Actor
from tests.factories.payroll import card_number, draft, id_number, person, site
from tests.factories.people import labour_contract, on_roster, worker
from tests.payroll.rules.people import id_number as born_on
from tests.refusals import code_of

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("test")
PDF = b"%PDF-1.7 signed"


def day(number, month=10):
    return datetime.date(2026, month, number)


@pytest.fixture
def project(cast):
    return site(cast)


def enter(cast, project, n=1, on=None, **facts):
    return site_enter(
        project=project,
        subcontractor=cast.subcontractor,
        worker=worker(n),
        entered_on=on or day(1, 9),
        actor=SYSTEM,
        **facts,
    )


def test_a_person_can_come_leave_and_come_again(cast, project):
    first = enter(cast, project, crew="木工班")
    site_leave(stay_id=first.pk, left_on=day(20, 9), reason="春播", actor=SYSTEM)
    entry = RosterEntry.objects.get()
    assert (entry.entered_on, entry.left_on, entry.crew) == (day(1, 9), day(20, 9), "木工班")
    assert roster_names_unscoped(project.pk) == {}, "who left is on no roster of today"
    enter(cast, project, on=day(5))
    entry.refresh_from_db()
    assert (entry.entered_on, entry.left_on) == (day(5), None)
    assert entry.stays.count() == 2
    assert len(roster_names_unscoped(project.pk)) == 1


def test_entries_that_cannot_be_are_refused(cast, project):
    stay = enter(cast, project, on=day(10, 9))
    facts = {"project": project, "subcontractor": cast.subcontractor, "worker": worker(1), "actor": SYSTEM}
    assert code_of(site_enter, entered_on=day(5), **facts) == "already_on_site"
    assert code_of(site_enter, entered_on=day(5, 9), **facts) == "overlaps"
    assert code_of(site_enter, entered_on=datetime.date(2031, 1, 1), **facts) == "in_future"
    assert code_of(site_leave, stay_id=stay.pk, left_on=day(9, 9), actor=SYSTEM) == "leaves_before_entering"
    assert code_of(site_leave, stay_id=stay.pk, left_on=datetime.date(2031, 1, 1), actor=SYSTEM) == "in_future"
    assert code_of(site_leave, stay_id=stay.pk, left_on=day(1), version=9, actor=SYSTEM) == "edited_meanwhile"
    site_leave(stay_id=stay.pk, left_on=day(20, 9), actor=SYSTEM)
    assert code_of(site_leave, stay_id=stay.pk, left_on=day(21, 9), actor=SYSTEM) == "already_left"
    facts["subcontractor"] = cast.developer
    assert code_of(site_enter, entered_on=day(5), **facts) == "employer_not_on_project"


def test_an_entry_without_contract_is_recorded_with_its_breach(cast, project):
    enter(cast, project, 1)
    labour_contract(project, worker(2), cast.subcontractor, day(1, 9))
    enter(cast, project, 2)
    labour_contract(project, worker(3), cast.subcontractor, day(11, 9))
    enter(cast, project, 3)
    found = {stay.entry.worker_id: stay.finding for stay in with_findings(list(stays(None)))}
    assert found == {
        worker(1).pk: Finding(Breach.MISSING),
        worker(2).pk: None,
        worker(3).pk: Finding(Breach.LATE, 10),
    }
    breaches = [event.changes["breach"][1] for event in AuditEvent.objects.filter(action="worker.enter").order_by("id")]
    assert breaches == ["进场时没有劳动合同或用工书面协议", "", "进场 10 天后才签订合同"]


def test_a_contract_that_had_ended_is_none():
    ended = [Term(day(1, 8), day(31, 8))]
    assert entry_finding(day(1, 9), None, ended) == Finding(Breach.MISSING)
    assert entry_finding(day(31, 8), None, ended) is None
    assert entry_finding(day(1, 8), day(5, 8), [Term(day(6, 8), None)]) == Finding(Breach.MISSING), (
        "signed after he left"
    )


def test_the_unit_of_the_price_says_how_wages_are_counted():
    assert [wage_form_of(unit) for unit in ("天", "元/月", "小时", "平方米", "")] == [
        "daily",
        "monthly",
        "hourly",
        "piece",
        "",
    ]


def contract(cast, project, n=1, **facts):
    entry = RosterEntry.objects.filter(worker=worker(n), project=project).first()
    entry = entry or on_roster(project, worker(n), cast.subcontractor, entered_on=day(1, 9))
    facts = {"kind": "contract", "starts_on": day(1, 9), "unit_price": Decimal(260), "wage_form": "daily"} | facts
    return {"entry": entry, "facts": facts, "actor": SYSTEM}


def test_a_contract_is_registered_corrected_and_ended(cast, project):
    saved = contract_save(**contract(cast, project), scan=("合同.pdf", PDF))
    assert saved.scan.size == len(PDF)
    again = contract_save(**contract(cast, project, pay_day=15), contract_id=saved.pk, version=saved.version)
    assert (again.pay_day, again.version) == (15, 2)
    ended = contract_end(contract_id=saved.pk, ended_on=day(3), reason="工作任务完成", version=2, actor=SYSTEM)
    assert (ended.ended_on, ended.version) == (day(3), 3)


def test_contracts_that_cannot_be_are_refused(cast, project):
    saved = contract_save(**contract(cast, project))
    assert code_of(contract_save, **contract(cast, project)) == "contract_twice"
    assert code_of(contract_save, **contract(cast, project, 2, starts_on=None)) == "dates_missing"
    assert code_of(contract_save, **contract(cast, project, 2, ends_on=day(1, 8))) == "ends_before_starting"
    assert code_of(contract_save, **contract(cast, project, 2), scan=("x.exe", b"MZ")) == "scan_kind"
    assert code_of(contract_save, **contract(cast, project), contract_id=saved.pk, version=7) == "edited_meanwhile"
    facts = {"contract_id": saved.pk, "reason": "", "version": 1, "actor": SYSTEM}
    assert code_of(contract_end, ended_on=day(1, 8), **facts) == "ends_before_starting"


def test_only_who_employs_registers(cast, project):
    facts = contract(cast, project)
    contract_save(**facts, scope=cast.scope(cast.subcontractor_clerk))
    with pytest.raises(NotAllowed):
        contract_save(**contract(cast, project, 2), scope=cast.scope(cast.supervisor))
    stay = SiteStay.objects.first()
    with pytest.raises(NotVisible):
        site_leave(stay_id=stay.pk, left_on=day(2), actor=SYSTEM, scope=cast.scope(cast.stranger))
    own_crew = on_roster(project, worker(9), cast.contractor, entered_on=day(1, 9))
    with pytest.raises(NotVisible):
        site_leave(
            stay_id=own_crew.stays.get().pk, left_on=day(2), actor=SYSTEM, scope=cast.scope(cast.subcontractor_clerk)
        )


@pytest.fixture
def leaver(cast, project):
    batch_submit(
        batch_id=draft(project, [person(1)], subcontractor=cast.subcontractor, month_on=day(1, 9)).pk, actor=SYSTEM
    )
    stay = enter(cast, project)
    return site_leave(stay_id=stay.pk, left_on=day(10), actor=SYSTEM)


def agree(leaver, **facts):
    return settlement_agree(
        **(
            {
                "stay_id": leaver.pk, "earned": Decimal(9000), "deductions": Decimal(100), "deduction_reason": "借支工具",
                "paid": Decimal(5480), "off_sheet_checked": True, "paid_reason": "9 月工资另已支付", "agreed_on": day(11), "actor": SYSTEM,
            } | facts
        )
    )  # fmt: skip


def test_a_leaver_is_settled_agreed_confirmed_and_paid(cast, project, leaver):
    seen = settlement_suggest(leaver)
    assert (seen.earned, seen.deductions, seen.paid, seen.months) == (Decimal(5980), Decimal(100), Decimal(500), 1)
    assert settlement_due()(leaver.left_on) == day(10), "at once and in full"
    scope = cast.scope(cast.labour_officer)
    assert list(leavers(scope, settled=False)) == [leaver]
    settlement = agree(leaver)
    assert (settlement.balance, settlement.state) == (Decimal(3420), "agreed")
    assert (settlement.paid_counted, settlement.paid_difference) == (Decimal(500), Decimal(4980))
    kept = AuditEvent.objects.get(action="leaver.agree")
    assert (kept.changes["paid"], kept.reason) == (["500.00", "5480"], "9 月工资另已支付")
    settlement = settlement_confirm(
        stay_id=leaver.pk, confirmed_on=day(11), scan=("结算单.pdf", PDF), version=settlement.version, actor=SYSTEM
    )
    assert list(leavers(scope, settled=False)) == [leaver]
    settlement_pay(
        stay_id=leaver.pk,
        paid_on=day(12),
        payment_note="回单 0012",
        open_pay="separate",
        open_pay_reason="9 月工资已计入已支付，仍随批发放",
        version=settlement.version,
        actor=SYSTEM,
    )
    assert list(leavers(scope, settled=False)) == []
    assert list(leavers(scope, settled=True)) == [leaver]
    assert LeaverSettlement.objects.get().state == "paid"


def test_the_same_amount_as_counted_needs_no_reason_and_keeps_none(leaver):
    settlement = agree(leaver, paid=Decimal(500), paid_reason="多写的")
    assert (settlement.paid_reason, settlement.paid_difference) == ("", 0)


def test_the_page_says_how_paid_was_counted_and_asks_why_it_differs(cast, client, leaver):
    client.force_login(cast.labour_officer)
    page = f"/payroll/stays/{leaver.pk}/settlement/"
    assert "银行已发 0.00 元，预支 500.00 元，合计 500.00 元" in client.get(page).content.decode()
    sent = {"step": "agree", "agree-earned": "5980", "agree-deductions": "0", "agree-agreed_on": day(11)}
    sent["agree-off_sheet_checked"] = "on"
    shown = client.post(page, sent | {"agree-paid": "600"}).content.decode()
    assert "已支付 500.00 元，您填写的是 600.00 元，相差 100.00 元" in shown
    assert "应补发 5,380.00 元" in shown
    for amounts, words in (({"agree-paid": "6000"}, "多付 20.00 元"), ({"agree-paid": "六百"}, "金额填写完整后")):
        assert words in client.post(page, sent | amounts).content.decode()
    assert not LeaverSettlement.objects.exists()
    client.post(page, sent | {"agree-paid": "600", "agree-paid_reason": "现金预支，有收条"})
    assert "发放记录为 500.00 元，多计 100.00 元：现金预支，有收条" in client.get(page).content.decode()
    assert "选填" not in client.get(page).content.decode().split("第二步")[1].split("重新核定金额")[0]


def test_settlements_that_cannot_be_are_refused(cast, project, leaver):
    here = enter(cast, project, 2)
    assert code_of(agree, leaver=here) == "still_on_site"
    assert code_of(agree, leaver=leaver, deduction_reason=" ") == "deduction_without_reason"
    assert code_of(agree, leaver=leaver, paid_reason=" ") == "paid_without_reason"
    assert code_of(agree, leaver=leaver, deductions=Decimal(9001)) == "too_much_deducted"
    confirm = {"stay_id": leaver.pk, "scan": ("x.pdf", PDF), "actor": SYSTEM}
    assert code_of(settlement_confirm, confirmed_on=day(11), **confirm) == "not_agreed"
    pay = {"stay_id": leaver.pk, "paid_on": day(12), "actor": SYSTEM}
    agree(leaver)
    assert code_of(settlement_pay, payment_note="1", **pay) == "not_confirmed"
    assert code_of(settlement_confirm, confirmed_on=day(10), **confirm) == "before_agreement"
    assert code_of(settlement_confirm, confirmed_on=day(11), **confirm | {"scan": None}) == "scan_missing"
    settlement_confirm(confirmed_on=day(11), **confirm)
    assert code_of(settlement_pay, payment_note=" ", **pay) == "note_missing"
    assert code_of(agree, leaver=leaver) == "already_confirmed"


def test_a_card_of_somebody_else_is_refused_at_the_entry_and_the_own_one_is_not(cast, project):
    worker(1)  # with the card of that number
    facts = {"project": project, "subcontractor": cast.subcontractor, "entered_on": day(1), "actor": SYSTEM}
    with pytest.raises(Refused) as refused:
        person_enter(entrant=Entrant(person(2)["name"], id_number(2), bank_card=card_number(1)), **facts)
    assert refused.value.code == "card_of_other"
    assert "可以先不填" in refused.value.fields["bank_card"]
    person_enter(entrant=Entrant(person(1)["name"], id_number(1), bank_card=card_number(1)), **facts)
    person_enter(entrant=Entrant(person(2)["name"], id_number(2)), **facts)


def test_an_entry_says_that_it_is_done_and_that_the_project_is_completed(client, cast, project):
    Project.objects.filter(pk=project.pk).update(completed_on=day(2))
    client.force_login(cast.labour_officer)
    form = {
        "project": project.code,
        "employer": cast.subcontractor.code,
        "name": person(3)["name"],
        "id_number": id_number(3),
        "entered_on": f"{day(9)}",
    }
    shown = client.post("/payroll/workers/new/", form, follow=True).content.decode()
    assert f"已登记{person(3)['name']} {day(9)} 进场" in shown
    assert f"实际竣工日期是 {day(2)}" in shown


def test_a_child_is_refused_at_the_entry(cast, project):
    facts = {"project": project, "subcontractor": cast.subcontractor, "actor": SYSTEM}
    child = born_on(5, datetime.date(2010, 10, 9))
    with pytest.raises(Refused) as refused:
        person_enter(entrant=Entrant("王小", child), entered_on=day(8), **facts)
    assert refused.value.code == "underage"
    assert "不满 16 周岁" in refused.value.fields["id_number"]
    assert person_enter(entrant=Entrant("王小", born_on(5, datetime.date(2010, 10, 8))), entered_on=day(8), **facts)
