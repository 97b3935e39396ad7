"""Factories of the worker register: workers, roster, stays, contracts, days on site. Rows as the services leave them."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from payroll.models import (
    AttendanceDay,
    AttendanceSheet,
    BankCard,
    LabourContract,
    LeaverSettlement,
    RosterEntry,
    SignedSettlement,
    SiteStay,
    Worker,
)
from payroll.services.attendance.uploads import attendance_upload
from payroll.services.stored_files import file_store
from responsibilities.rules.identifiers import birth_date
from responsibilities.rules.pinyin import person_key
from responsibilities.selectors.clock import now
from responsibilities.services import vault
from responsibilities.services.trail import Actor
from tests.factories.payroll import card_number, id_number, person


def worker(n: int, *, name: str = "", card: bool = True, phone: str = "") -> Worker:
    """The n-th person of `tests.factories.payroll`, stored."""
    number, name = id_number(n), name or person(n)["name"]
    row, _ = Worker.objects.get_or_create(
        id_number_index=vault.blind_index(number, "id_number"),
        defaults={
            "name": name,
            "pinyin_key": person_key(name),
            "id_number_sealed": vault.seal_text(number, "id_number"),
            "id_last4": number[-4:],
            "birth_on": birth_date(number),
            "phone_sealed": vault.seal_text(phone, "phone") if phone else None,
            "phone_last4": phone[-4:],
        },
    )
    if card:
        BankCard.objects.get_or_create(
            worker=row,
            number_index=vault.blind_index(card_number(n), "bank_card"),
            defaults={
                "number_sealed": vault.seal_text(card_number(n), "bank_card"),
                "last4": card_number(n)[-4:],
                "bank_name": "甘肃银行",
            },
        )
    return row


def on_roster(project, who: Worker, employer, *, entered_on=None, left_on=None, crew="木工班", trade="木工"):
    """A roster entry with one stay where `entered_on` is given."""
    entry = RosterEntry.objects.create(
        project=project,
        worker=who,
        employer=employer,
        crew=crew,
        trade=trade,
        entered_on=entered_on,
        left_on=left_on,
    )
    if entered_on:
        SiteStay.objects.create(entry=entry, entered_on=entered_on, left_on=left_on)
    return entry


def labour_contract(project, who: Worker, employer, starts_on: datetime.date, **fields) -> LabourContract:
    """A daily-wage contract signed the day that it starts, until the work is done."""
    facts = {
        "signed_on": starts_on,
        "task_based": "ends_on" not in fields,
        "wage_form": LabourContract.WageForm.DAILY,
        "unit_price": Decimal(260),
        "pay_day": 10,
    } | fields
    return LabourContract.objects.create(project=project, worker=who, employer=employer, starts_on=starts_on, **facts)


def attended(project, who: Worker, days, *, subcontractor=None, worth="1", hours=None) -> list[AttendanceDay]:
    """Days on a site."""
    return AttendanceDay.objects.bulk_create(
        AttendanceDay(
            project=project,
            worker=who,
            on=day,
            subcontractor=subcontractor,
            days=Decimal(worth),
            hours=hours,
            source=AttendanceDay.Source.SHEET,
        )
        for day in days
    )


@dataclass
class SitePeople:
    """A row of each kind of one site's people, all of the same subcontractor."""

    entry: RosterEntry
    stay: SiteStay
    left_stay: SiteStay
    signed: SignedSettlement
    contract: LabourContract
    sheet: AttendanceSheet


def site_people(project, subcontractor, month_on: datetime.date, *, first: int) -> SitePeople:
    """Somebody on site with a contract and its scan, somebody who left, signed and is settled anew, an attendance sheet."""
    here, left = worker(first), worker(first + 1)
    entry, _ = RosterEntry.objects.get_or_create(project=project, worker=here, employer=subcontractor)
    leaver, _ = RosterEntry.objects.get_or_create(project=project, worker=left, employer=subcontractor)
    stay = SiteStay.objects.create(entry=entry, entered_on=month_on)
    left_stay = SiteStay.objects.create(
        entry=leaver, entered_on=month_on, left_on=month_on + datetime.timedelta(days=20)
    )
    settlement = LeaverSettlement.objects.create(
        stay=left_stay, earned=100, balance=100, agreed_on=left_stay.left_on, state=LeaverSettlement.State.AGREED
    )
    signed = SignedSettlement.objects.create(
        settlement=settlement,
        file=file_store(name="结算单.pdf", data=b"%PDF-1.7"),
        signed_on=left_stay.left_on,
        balance=90,
        recorded_at=now(),
    )
    contract = labour_contract(
        project, here, subcontractor, month_on, scan=file_store(name="合同.pdf", data=b"%PDF-1.7")
    )
    sheet, _new = attendance_upload(
        project=project,
        month_on=month_on,
        subcontractor=subcontractor,
        name="考勤.csv",
        data=f"姓名,1,2,3,4,5\n{here.name},1,1,1,1,{first}".encode(),
        actor=Actor.system("tests"),
        wake=False,
    )
    return SitePeople(entry, stay, left_stay, signed, contract, sheet)
