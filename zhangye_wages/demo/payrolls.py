"""Four months of payroll: paid, not yet uploaded, and a draft with mistakes to be seen."""

import csv
import datetime
import io
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from django.db import transaction

from payroll.models import BankCard, PayrollBatch, PayrollLine, RosterEntry, Worker
from payroll.rules.month import Month
from payroll.services.reading import batch_read
from payroll.services.remarks import remarks_replace
from payroll.services.sheets import open_sheet
from payroll.services.stored_files import file_store
from payroll.services.uploads import batch_upload
from responsibilities.models import Organization, User
from responsibilities.rules.pinyin import person_key
from responsibilities.selectors.clock import SHANGHAI
from responsibilities.services import vault
from responsibilities.services.trail import Actor
from zhangye_wages.demo import words
from zhangye_wages.demo.projects import Story

HEADER = (
    "序号",
    "姓名",
    "身份证号",
    "手机号",
    "银行卡号",
    "开户行",
    "班组",
    "工种",
    "出勤天数",
    "日工资",
    "应发工资",
    "扣款",
    "实发工资",
)
MONTHS = 4


class Person:
    """A worker of the demo with what the sheets need in full."""

    def __init__(self, random: Random, number: int):
        self.name = words.person(random)
        self.id_number, self.born = words.id_number(random, number)
        self.card, self.bank = words.bank_card(random, number)
        self.phone = words.mobile(random)
        self.trade = random.choice(words.TRADES)
        self.price = Decimal(random.randrange(18, 36) * 10)
        self.worker: Worker | None = None
        self.bank_card: BankCard | None = None


def seed_payrolls(random: Random, stories: list[Story], users: dict, today: datetime.date) -> dict:
    """Workers, cards, roster, submitted batches; the neglected leave the last months out."""
    started = [story for story in stories if story.project.actual_start_on and story.project.enrolled_on]
    crews = {}
    people: list[Person] = []
    for story in started:
        size = random.randrange(8, 34)
        crew = [Person(random, len(people) + position) for position in range(size)]
        crews[story.project.pk] = crew
        people += crew
    _store_people(people)
    _store_roster(started, crews)
    batches = 0
    for story in started:
        for month_on in _months(story, today):
            batches += _submitted(random, story, crews[story.project.pk], month_on, users)
    _upload_with_mistakes(random, started[0], crews[started[0].project.pk], users, today)
    return {"batches": batches + 1, "workers": len(people)}


def _months(story: Story, today: datetime.date) -> Iterator[datetime.date]:
    """The last complete months of work; the careless have not sent the latest ones."""
    left_out = {0: 0, 1: 1, 2: 2}[story.care]
    month = today.replace(day=1)
    for back in range(MONTHS):
        month = (month - datetime.timedelta(days=1)).replace(day=1)
        if month < story.project.actual_start_on.replace(day=1):
            return
        if story.project.completed_on and month > story.project.completed_on:
            continue
        if back >= left_out:
            yield month


def _store_people(people: list[Person]) -> None:
    index_id, index_card = vault.blind_indexer("id_number"), vault.blind_indexer("bank_card")
    workers = Worker.objects.bulk_create(
        (
            Worker(
                name=person.name,
                pinyin_key=person_key(person.name),
                id_number_sealed=vault.seal_text(person.id_number, "id_number"),
                id_number_index=index_id(person.id_number),
                id_last4=person.id_number[-4:],
                birth_on=person.born,
                phone_sealed=vault.seal_text(person.phone, "phone"),
                phone_last4=person.phone[-4:],
            )
            for person in people
        ),
        batch_size=1000,
    )
    for person, worker in zip(people, workers, strict=True):
        person.worker = worker
    cards = BankCard.objects.bulk_create(
        (
            BankCard(
                worker=person.worker,
                number_sealed=vault.seal_text(person.card, "bank_card"),
                number_index=index_card(person.card),
                last4=person.card[-4:],
                bank_name=person.bank,
            )
            for person in people
        ),
        batch_size=1000,
    )
    for person, card in zip(people, cards, strict=True):
        person.bank_card = card


def _store_roster(stories: list[Story], crews: dict[int, list[Person]]) -> None:
    RosterEntry.objects.bulk_create(
        (
            RosterEntry(
                project=story.project,
                worker=person.worker,
                employer=story.subcontractors[0],
                crew=f"{person.trade}班",
                trade=person.trade,
                entered_on=story.project.actual_start_on,
            )
            for story in stories
            for person in crews[story.project.pk]
        ),
        batch_size=1000,
    )


def _rows(
    random: Random, crew: list[Person], month_on: datetime.date, since: datetime.date
) -> list[tuple[Person, Decimal, Decimal, Decimal]]:
    """(person, days, gross, deductions) of a month; everybody has been on the site since a day."""
    rows = []
    there = (Month.around(month_on).last - max(since, month_on)).days + 1
    for person in crew:
        days = min(Decimal(random.randrange(36, 55)) / 2, Decimal(there))
        gross = (person.price * days).quantize(Decimal("0.01"), ROUND_HALF_UP)
        deductions = min(Decimal(random.choice((0, 0, 0, 100, 200))), gross // 1000 * 100)
        rows.append((person, days, gross, deductions))
    return rows


def _submitted(random: Random, story: Story, crew: list[Person], month_on: datetime.date, users: dict) -> int:
    rows = _rows(random, crew, month_on, story.project.actual_start_on)
    data = _sheet(rows)
    name = f"{month_on:%Y年%m月}农民工工资表.csv"
    moment = datetime.datetime.combine(month_on + datetime.timedelta(days=36), datetime.time(15, 20), SHANGHAI)
    total = sum(gross - deductions for _, _, gross, deductions in rows)
    batch = PayrollBatch.objects.create(
        project=story.project,
        month_on=month_on,
        subcontractor=story.subcontractors[0],
        status=PayrollBatch.Status.SUBMITTED,
        stage=PayrollBatch.Stage.CONFIRMING,
        file=file_store(name=name, data=data),
        sheet=name,
        header_rows=[1],
        columns=dict(
            zip(
                (
                    "seq",
                    "name",
                    "id_number",
                    "phone",
                    "bank_card",
                    "bank_name",
                    "crew",
                    "trade",
                    "days",
                    "unit_price",
                    "gross",
                    "deductions",
                    "net_pay",
                ),
                "ABCDEFGHIJKLM",
                strict=True,
            )
        ),
        rows=len(rows),
        rows_done=len(rows),
        accepted=len(rows),
        total_net=total,
        declared_total_net=total,
        uploaded_by=clerk_of(users, story.subcontractors[0]),
        submitted_by=clerk_of(users, story.subcontractors[0]),
        submitted_at=moment,
    )
    PayrollBatch.objects.filter(pk=batch.pk).update(uploaded_at=moment)
    PayrollLine.objects.bulk_create(
        PayrollLine(
            batch=batch,
            row=position + 2,
            worker=person.worker,
            card=person.bank_card,
            crew=f"{person.trade}班",
            trade=person.trade,
            days=days,
            unit_price=person.price,
            gross=gross,
            deductions=deductions,
            net=gross - deductions,
        )
        for position, (person, days, gross, deductions) in enumerate(rows)
    )
    return 1


def clerk_of(users: dict[str, User], organization: Organization) -> User | None:
    """Who logs in for this enterprise; the clerks of most enterprises of the demo have no login."""
    return next((user for user in users.values() if user.grants.filter(organization=organization).exists()), None)


def _sheet(rows: list[tuple[Person, Decimal, Decimal, Decimal]], spoil=None) -> bytes:
    """A month's sheet as csv, as Excel in Chinese saves it."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADER)
    for position, (person, days, gross, deductions) in enumerate(rows):
        cells = [
            position + 1, person.name, person.id_number, person.phone, person.card, person.bank,
            f"{person.trade}班", person.trade, days, person.price, gross, deductions, gross - deductions,
        ]  # fmt: skip
        writer.writerow(spoil(position, cells) if spoil else cells)
    total = sum(gross - deductions for _, _, gross, deductions in rows)
    writer.writerow(["合计", *[""] * 11, total])
    return text.getvalue().encode("utf-8-sig")


def _upload_with_mistakes(random: Random, story: Story, crew: list[Person], users: dict, today: datetime.date) -> None:
    """Last month's sheet of the first project, as a busy clerk sends it; `read_uploads` reads it after the commit."""

    def spoil(position, cells):
        if position == 2:
            cells[2] = cells[2][:-1] + ("0" if cells[2][-1] != "0" else "1")
        if position == 4:
            cells[4] = ""
        if position == 6:
            cells[12] = cells[12] - 500
        return cells

    month_on = (today.replace(day=1) - datetime.timedelta(days=1)).replace(day=1)
    batch_upload(
        project=story.project,
        month_on=month_on,
        subcontractor=None,
        name=f"{month_on:%Y年%m月}总包自有班组工资表.csv",
        data=_sheet(_rows(random, crew[:9], month_on, story.project.actual_start_on), spoil),
        actor=Actor.user_at_console(users["laozi"], "演示数据"),
        wake=False,
    )


def read_uploads() -> None:
    """Send what was uploaded through the real pipe, which needs committed rows, and judge what was submitted."""
    for batch in PayrollBatch.objects.filter(status=PayrollBatch.Status.QUEUED):
        batch_read(batch.pk)
    for batch in PayrollBatch.objects.filter(status=PayrollBatch.Status.SUBMITTED, judged_at=None, file__isnull=False):
        _judge(batch)


def _judge(batch: PayrollBatch) -> None:
    """The remarks that the reader really makes, so that no page says that nothing was found."""
    understood = open_sheet(
        vault.unseal_bytes(batch.file.sealed, "file"),
        project=batch.project,
        month=Month.around(batch.month_on),
        subcontractor_id=batch.subcontractor_id,
    ).complete()
    with transaction.atomic():
        remarks_replace(batch.pk, understood.remarks)
        PayrollBatch.objects.filter(pk=batch.pk).update(
            judged_at=understood.judged_at, sheet=understood.parsed.sheet[:80]
        )
