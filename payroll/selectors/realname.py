"""Answers to the real-name standard's `.Query` methods: within scope, a page at a time, documents masked.

Every function takes the project and what the request asks for, and returns a queryset with the rows' shaper, so that the
API counts and cuts before anything is shaped. A number is compared by its blind index and never given back in full.
"""

import datetime
from collections.abc import Callable, Iterable
from typing import NamedTuple

from django.db.models import Exists, F, QuerySet, Value

from payroll.models import AttendancePunch, BankCard, PayrollBatch, PayrollLine, Worker
from payroll.rules import realname as words
from payroll.selectors.attendance import days_seen
from payroll.selectors.batches import batches
from payroll.selectors.site_people import contract_in_force_unscoped, contracts, entries, stays
from projects.models import Project, ProjectParty
from projects.selectors.projects import organization_of_part_unscoped
from responsibilities.models import Organization
from responsibilities.rules.roles import Permission
from responsibilities.rules.scope import Scope
from responsibilities.selectors.clock import SHANGHAI


class Asked(NamedTuple):
    """What a query narrows to: one employer, one person by blind index, one crew. None or "": everybody."""

    employer: int | None = None
    person: bytes | None = None
    crew: str = ""


class Answer(NamedTuple):
    """The rows, and how a page of them is written in the standard's names."""

    rows: QuerySet
    shape: Callable[[Iterable], list[dict]]


def project_workers(scope: Scope, project: Project, asked: Asked, *, today: datetime.date) -> Answer:
    """`ProjectWorker.Query`: the roster."""
    rows = _narrowed(entries(scope).filter(project=project), asked, "employer_id", "worker", "crew")

    def shape(page: Iterable) -> list[dict]:
        page = list(page)
        cards = _cards({entry.worker_id for entry in page})
        return [
            _who(entry.worker, entry.employer, project, entry.crew)
            | {
                "workType": entry.trade,
                "cellPhone": words.masked_number(entry.worker.phone_last4),
                "payRollBankCardNumber": words.masked_number(cards[entry.worker_id].last4 if entry.worker_id in cards else ""),
                "payRollBankName": cards[entry.worker_id].bank_name if entry.worker_id in cards else "",
                "workDate": _day(entry.entered_on),
                "hasContract": int(entry.has_contract),
            }
            for entry in page
        ]  # fmt: skip

    return Answer(rows.annotate(has_contract=Exists(contract_in_force_unscoped(today))).order_by("pk"), shape)


def entries_and_exits(scope: Scope, project: Project, asked: Asked) -> Answer:
    """`WorkerEntryExit.Query`: a row for each entry (type 1) and each exit (type 0), by date."""
    seen = _narrowed(
        stays(scope).filter(entry__project=project), asked, "entry__employer_id", "entry__worker", "entry__crew"
    )
    seen = seen.order_by().select_related(None)
    came = seen.values("pk", moved_on=F("entered_on"), way=Value(words.ENTRY))
    went = seen.filter(left_on__isnull=False).values("pk", moved_on=F("left_on"), way=Value(words.EXIT))

    def shape(page: Iterable) -> list[dict]:
        page = list(page)
        known = {
            stay.pk: stay
            for stay in stays(scope).filter(pk__in={row["pk"] for row in page})
        }  # fmt: skip
        found = []
        for row in page:
            entry = known[row["pk"]].entry
            found.append(
                _who(entry.worker, entry.employer, project, entry.crew)
                | {"date": _day(row["moved_on"]), "type": row["way"]}
            )
        return found

    return Answer(came.union(went, all=True).order_by("moved_on", "pk", "-way"), shape)


def worker_contracts(scope: Scope, project: Project, asked: Asked) -> Answer:
    """`WorkerContract.Query`: labour contracts and written agreements."""
    rows = _narrowed(contracts(scope).filter(project=project), asked, "employer_id", "worker", "")

    def shape(page: Iterable) -> list[dict]:
        return [
            _who(contract.worker, contract.employer, project, "")
            | {
                "contractCode": contract.number,
                "contractPeriodType": words.UNTIL_DONE if contract.task_based else words.FIXED_TERM,
                "signDate": _day(contract.signed_on),
                "startDate": _day(contract.starts_on),
                "endDate": _day(min((day for day in (contract.ends_on, contract.ended_on) if day), default=None)),
                "unit": words.unit_code(contract.price_unit),
                "unitPrice": _money(contract.unit_price),
            }
            for contract in page
        ]

    return Answer(rows.order_by("pk"), shape)


def attendance_of_day(scope: Scope, project: Project, asked: Asked, *, on: datetime.date) -> Answer:
    """`WorkerAttendance.Query`: who was there on a day; `dataList` are the gates' punches, where gates reported."""
    own = _own(project, asked.employer)
    rows = days_seen(scope).filter(project=project, on=on).select_related("worker", "subcontractor")
    if asked.employer:
        rows = rows.filter(subcontractor_id=own)
    if asked.person:
        rows = rows.filter(worker__id_number_index=asked.person)
    contractor = organization_of_part_unscoped(project, ProjectParty.Part.GENERAL_CONTRACTOR)

    def shape(page: Iterable) -> list[dict]:
        page = list(page)
        punches: dict[int, list[dict]] = {}
        for punch in (
            AttendancePunch.objects.visible_to(scope.with_permission(Permission.PAYROLL_VIEW))
            .filter(project=project, worker_id__in={day.worker_id for day in page}, at__date=on)
            .order_by("at")
        ):
            moment = f"{punch.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
            punches.setdefault(punch.worker_id, []).append(
                {"date": moment, "direction": words.DIRECTIONS[punch.direction]}
            )
        return [
            _who(day.worker, day.subcontractor or contractor, project, "")
            | {
                "date": _day(day.on),
                "days": _money(day.days),
                "workHours": _money(day.hours),
                "dataList": punches.get(day.worker_id, []),
            }
            for day in page
        ]

    return Answer(rows.order_by("worker_id"), shape)


def payroll_of_month(scope: Scope, project: Project, asked: Asked, *, month_on: datetime.date) -> Answer:
    """`Payroll.Query`: the lines of what is submitted for the month, back pay too."""
    current = batches(scope).filter(
        project=project, month_on=month_on, status=PayrollBatch.Status.SUBMITTED
    ).order_by()  # fmt: skip
    if asked.employer:
        current = current.filter(subcontractor_id=_own(project, asked.employer))
    rows = PayrollLine.objects.filter(batch_id__in=current.values("pk")).select_related(
        "batch__subcontractor", "worker", "card"
    )
    if asked.person:
        rows = rows.filter(worker__id_number_index=asked.person)
    if asked.crew:
        rows = rows.filter(crew=asked.crew)
    contractor = organization_of_part_unscoped(project, ProjectParty.Part.GENERAL_CONTRACTOR)

    def shape(page: Iterable) -> list[dict]:
        return [
            _who(line.worker, line.batch.subcontractor or contractor, project, line.crew)
            | {
                "payMonth": f"{line.batch.month_on:%Y-%m}",
                "days": _money(line.days),
                "workHours": _money(line.hours),
                "payRollBankCardNumber": words.masked_number(line.card.last4 if line.card else ""),
                "payRollBankName": line.card.bank_name if line.card else "",
                "totalPayAmount": _money(line.gross if line.gross is not None else line.net),
                "actualAmount": _money(line.net),
                "isBackPay": int(line.batch.kind == PayrollBatch.Kind.BACK_PAY),
                "payRollCode": f"{line.batch_id}-{line.sheet_no}-{line.row}",
            }
            for line in page
        ]

    return Answer(rows.order_by("batch_id", "sheet_no", "row"), shape)


def _narrowed(rows: QuerySet, asked: Asked, employer: str, worker: str, crew: str) -> QuerySet:
    if asked.employer:
        rows = rows.filter(**{employer: asked.employer})
    if asked.person:
        rows = rows.filter(**{f"{worker}__id_number_index": asked.person})
    return rows.filter(**{crew: asked.crew}) if asked.crew and crew else rows


def _own(project: Project, employer: int | None) -> int | None:
    """An employer as batches and days name it: None for the general contractor's own crews."""
    contractor = organization_of_part_unscoped(project, ProjectParty.Part.GENERAL_CONTRACTOR)
    return None if contractor is not None and contractor.pk == employer else employer


def _who(worker: Worker, employer: Organization | None, project: Project, crew: str) -> dict:
    return {
        "projectCode": project.code,
        "corpCode": (employer.uscc or employer.code) if employer else "",
        "corpName": employer.name if employer else "",
        "teamName": crew,
        "workerName": worker.name,
        "idCardType": words.CITIZEN_CARD,
        "idCardNumber": words.masked_id(worker.id_last4),
    }


def _cards(workers: set[int]) -> dict[int, BankCard]:
    """{worker: the card registered last}."""
    return {card.worker_id: card for card in BankCard.objects.filter(worker_id__in=workers).order_by("pk")}


def _day(day: datetime.date | None) -> str:
    return f"{day:%Y-%m-%d}" if day else ""


def _money(number) -> str:
    """As text, so that no reader rounds it."""
    return "" if number is None else f"{number:f}"
