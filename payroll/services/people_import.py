"""Rosters, entries and exits, contracts by sheet: the rows without errors in one transaction, all errors told.

A check does the same work and rolls it back. Doing it twice changes nothing: known stays and contracts are met again.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from django.db import transaction

from payroll.imports.attendance.parsed import Remark
from payroll.imports.people_sheets import Kind, ParsedPeople, PersonRow, parse_people, rows_by_worker
from payroll.models import LabourContract, RecordSource, RosterEntry, SiteStay
from payroll.rules.contracts import entry_finding
from payroll.selectors.employers import employers_for_people, require_employer
from payroll.selectors.roster_facts import known_names_unscoped
from payroll.selectors.site_people import terms_unscoped
from payroll.services.stays import entries_follow_stays, stay_problem
from payroll.services.workers import Registered, workers_register
from projects.models import ProjectParty
from projects.selectors.projects import organization_of_part_unscoped
from responsibilities.models import Organization
from responsibilities.rules.errors import Refused
from responsibilities.rules.identifiers import age_on, birth_date, mask_id
from responsibilities.selectors.clock import today
from responsibilities.selectors.figures import figure_on
from responsibilities.services import vault
from responsibilities.services.touch import touch_projects
from responsibilities.services.trail import Actor, record_event
from responsibilities.services.uploads import require_sheet
from sheets.reader import read

REGISTERED_WORDS = {
    Registered.NEW: "新登记工人",
    Registered.PHONE: "补登手机号",
    Registered.CARD: "加登工资卡",
}


class _Rollback(Exception):
    """A check is over."""


class Fate(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    PARTLY = "partly"
    LEFT_OUT = "left_out"


@dataclass(frozen=True, slots=True)
class RowFate:
    """A row of the sheet: what was done for it, in words, and why not (`errors`) or what to look at (`warnings`)."""

    row: int
    name: str
    id_masked: str
    fate: Fate
    did: Sequence[str]
    errors: Sequence[str]
    warnings: Sequence[str]


@dataclass(slots=True)
class PeopleImported:
    """What an import did, or would do. `did` and `fresh` are by row: what was done, and rows that brought anything new."""

    parsed: ParsedPeople
    workers: int = 0
    entries: int = 0
    stays: int = 0
    left: int = 0
    contracts: int = 0
    updated: int = 0  # crews, trades, telephones and cards of known people
    unchanged: int = 0
    differs: bool = False  # from what a person agreed to: then nothing was written
    did: dict[int, list[str]] = field(default_factory=dict)
    fresh: set[int] = field(default_factory=set)

    @property
    def writes(self) -> int:
        return self.workers + self.entries + self.stays + self.left + self.contracts + self.updated

    def fates(self) -> list[RowFate]:
        """Every row of the sheet, in its order."""
        said: dict[tuple[int, str], list[str]] = {}
        for remark in self.parsed.remarks:
            said.setdefault((remark.row, remark.severity), []).append(remark.message)
        found = []
        for row in sorted((*self.parsed.rows, *self.parsed.rejected), key=lambda one: one.row):
            did, errors = self.did.get(row.row, []), said.get((row.row, "error"), [])
            found.append(
                RowFate(
                    row=row.row,
                    name=row.name,
                    id_masked=mask_id(row.id_number) if row.id_number else "",
                    fate=self._fate(row.row, bool(errors)),
                    did=did,
                    errors=errors,
                    warnings=said.get((row.row, "warning"), []),
                )
            )
        return found

    def _fate(self, row: int, wrong: bool) -> Fate:
        if wrong:
            return Fate.PARTLY if row in self.did else Fate.LEFT_OUT
        if row in self.fresh:
            return Fate.NEW
        return Fate.UPDATED if row in self.did else Fate.UNCHANGED

    @property
    def agreed(self) -> tuple[int, int]:
        """What a person who was shown this agrees to: how much is written, how many errors are left out."""
        return self.writes, len(self.parsed.errors)


def people_import_file(
    *,
    project,
    subcontractor: Organization | None,
    data: bytes,
    check: bool,
    agreed: tuple[int, int] | None = None,
    actor: Actor,
    scope=None,
) -> PeopleImported:
    """Read and import a sheet. Raises `sheets.refusal.Refusal` and Refused. Basis: 724 art 28.

    `agreed`: what the person was shown and agreed to (`PeopleImported.agreed`). Where the register changed meanwhile,
    so that something else would come out, nothing is written and the result `differs`.
    """
    require_sheet(data)
    return people_import(
        project=project,
        subcontractor=subcontractor,
        parsed=parse_people(read(data)),
        check=check,
        agreed=agreed,
        actor=actor,
        scope=scope,
    )


def people_import(
    *,
    project,
    subcontractor: Organization | None,
    parsed: ParsedPeople,
    check: bool = False,
    agreed: tuple[int, int] | None = None,
    source: str = RecordSource.SHEET,
    actor: Actor,
    scope=None,
) -> PeopleImported:
    """Import parsed rows; a row's own company decides where it names one, else `subcontractor` (None: own crews)."""
    default = require_employer(scope, project, subcontractor)
    imported = PeopleImported(parsed)
    try:
        with transaction.atomic():
            _Import(imported, project, default, source, actor, scope).run()
            imported.differs = agreed is not None and agreed != imported.agreed
            if check or imported.differs:
                raise _Rollback()
    except _Rollback:
        pass
    return imported


class _Import:
    def __init__(
        self, imported: PeopleImported, project, default: Organization, source: str, actor: Actor, scope
    ) -> None:
        self.imported, self.parsed = imported, imported.parsed
        self.project, self.default, self.source, self.actor = project, default, source, actor
        self.employers = self._allowed(scope)

    def _allowed(self, scope) -> dict[str, Organization]:
        """Employers by credit code and by name."""
        found: dict[str, Organization] = {}
        for one in employers_for_people(scope, self.project):
            organization = one or self._contractor()
            if organization is None:
                continue
            found[organization.code] = found[organization.name] = organization
            if organization.uscc:
                found[organization.uscc] = organization
        return found

    def _contractor(self) -> Organization | None:
        return organization_of_part_unscoped(self.project, ProjectParty.Part.GENERAL_CONTRACTOR)

    def run(self) -> None:
        rows, employers = [], []
        for row in self.parsed.rows:
            employer = self._employer(row)
            if employer is not None:
                rows.append(row)
                employers.append(employer)
        kept = self._named(rows)
        rows, employers = [rows[at] for at in kept], [employers[at] for at in kept]
        workers, self.imported.workers = (
            workers_register(rows, lambda position, what: self._registered(rows[position], what)) if rows else ([], 0)
        )
        entries = self._entries(rows, workers, employers)
        if self.parsed.kind == Kind.CONTRACTS:
            self._contracts(rows, workers, employers)
        else:
            self._stays(rows, workers, employers, entries)
        if self.imported.writes:
            record_event(
                actor=self.actor,
                action=f"people.import_{self.parsed.kind}",
                target=self.project,
                project_id=self.project.pk,
                changes={
                    "rows": ["", str(len(rows))],
                    "errors": ["", str(len(self.parsed.errors))],
                    "workers": ["", str(self.imported.workers)],
                    "stays": ["", str(self.imported.stays)],
                    "left": ["", str(self.imported.left)],
                    "contracts": ["", str(self.imported.contracts)],
                    "updated": ["", str(self.imported.updated)],
                },
            )
            touch_projects([self.project.pk])

    def _employer(self, row: PersonRow) -> Organization | None:
        if not row.corp_code and not row.corp_name:
            return self.default
        found = self.employers.get(row.corp_code) or self.employers.get(row.corp_name)
        if found is None:
            which = row.corp_name or row.corp_code
            self._error(
                row, "corp_unknown", f"“{which}”不是您在这个项目可以登记的用工单位。请核对，或先在项目页登记分包单位。"
            )
        return found

    def _named(self, rows: Sequence[PersonRow]) -> list[int]:
        """Positions of the rows that may go on. A known number under another name enters nobody and signs nothing; a
        roster's row is taken, for the person is the same, and the name stays as it is."""
        index_of = vault.blind_indexer("id_number")
        known = known_names_unscoped({index_of(row.id_number) for row in rows})
        kept = []
        for at, row in enumerate(rows):
            _worker, name = known.get(index_of(row.id_number), (None, row.name))
            who = f"{row.name}（{mask_id(row.id_number)}）的身份证号在系统中登记的是另一个姓名"
            if name == row.name:
                kept.append(at)
            elif self.parsed.kind == Kind.ROSTER:
                kept.append(at)
                self._warn(row, "name_differs", f"{who}，姓名不改。请对照身份证核对。")
            else:
                self._error(row, "name_differs", f"{who}。请对照身份证核对。")
        return kept

    def _entries(self, rows, workers, employers) -> dict[tuple[int, int], RosterEntry]:
        known = {
            (entry.worker_id, entry.employer_id): entry
            for entry in RosterEntry.objects.select_for_update(of=("self",)).filter(
                project=self.project, worker_id__in=workers
            )
        }
        fresh: dict[tuple[int, int], RosterEntry] = {}
        changed: dict[int, RosterEntry] = {}
        for row, worker, employer in zip(rows, workers, employers, strict=True):
            key = (worker, employer.pk)
            entry = known.get(key) or fresh.get(key)
            if entry is None:
                fresh[key] = RosterEntry(
                    project=self.project, worker_id=worker, employer=employer, crew=row.crew, trade=row.trade
                )
                self._did(row, "列入花名册", fresh=True)
                continue
            crew, trade = row.crew or entry.crew, row.trade or entry.trade
            if (crew, trade) != (entry.crew, entry.trade):
                entry.crew, entry.trade = crew, trade
                if entry.pk:
                    changed[entry.pk] = entry
                    self.imported.updated += 1
                    self._did(row, f"班组、工种改为{crew or '未填班组'}、{trade or '未填工种'}")
        RosterEntry.objects.bulk_create(fresh.values(), batch_size=1000)
        RosterEntry.objects.bulk_update(changed.values(), ["crew", "trade"], batch_size=1000)
        self.imported.entries = len(fresh)
        return known | fresh

    def _stays(self, rows, workers, employers, entries) -> None:
        stays: dict[int, list[SiteStay]] = {}
        for stay in SiteStay.objects.filter(entry__in=[entry.pk for entry in entries.values()]).order_by("entered_on"):
            stays.setdefault(stay.entry_id, []).append(stay)
        employer_of = {row.row: employer for row, employer in zip(rows, employers, strict=True)}
        terms = terms_unscoped(self.project.pk, set(workers))
        fresh: list[SiteStay] = []
        closed: list[SiteStay] = []
        for worker, row in rows_by_worker(rows, workers):
            employer = employer_of[row.row]
            entry = entries[worker, employer.pk]
            known = stays.setdefault(entry.pk, [])
            entered_on = row.event_on if row.entered else row.entered_on
            left_on = row.event_on if row.entered is False else row.left_on
            if (entered_on or left_on or today()) > today() or (left_on or today()) > today():
                self._error(row, "in_future", "日期还没有到。请在当天或之后登记。")
                continue
            if entered_on:
                self._enter(row, entry, known, fresh, entered_on)
                self._gaps(row, worker, employer, entered_on, left_on, terms)
            if left_on:
                self._leave(row, known, closed, left_on)
        SiteStay.objects.bulk_create(fresh, batch_size=1000)
        SiteStay.objects.bulk_update([stay for stay in closed if stay.pk], ["left_on", "version"], batch_size=1000)
        entries_follow_stays(sorted({stay.entry_id for stay in (*fresh, *closed)}))
        self.imported.stays = len(fresh)

    def _enter(self, row, entry: RosterEntry, known: list[SiteStay], fresh: list[SiteStay], entered_on) -> None:
        if any(stay.entered_on == entered_on for stay in known):
            self.imported.unchanged += 1
            return
        problem = stay_problem(known, entered_on)
        if problem:
            self._error(row, *problem)
            return
        stay = SiteStay(entry=entry, entered_on=entered_on, source=self.source, created_by=self.actor.user)
        known.append(stay)
        fresh.append(stay)
        self._did(row, f"{entered_on} 进场", fresh=True)

    def _leave(self, row, known: list[SiteStay], closed: list[SiteStay], left_on: datetime.date) -> None:
        if any(stay.left_on == left_on for stay in known):
            self.imported.unchanged += 1
            return
        open_stay = next((stay for stay in known if stay.left_on is None and stay.entered_on <= left_on), None)
        if open_stay is None:
            self._error(row, "not_on_site", f"{left_on} 之前没有未退场的进场记录。请先登记进场。")
            return
        open_stay.left_on = left_on
        open_stay.version += 1
        closed.append(open_stay)
        self.imported.left += 1
        self._did(row, f"{left_on} 退场")

    def _gaps(self, row, worker: int, employer, entered_on, left_on, terms) -> None:
        finding = entry_finding(entered_on, left_on, terms.get((worker, employer.pk), []))
        if finding:
            self._warn(
                row, "no_contract", f"{row.name}{finding.words}（条例第二十八条）。照实登记并记录在案，请尽快补签。"
            )
        born, least = birth_date(row.id_number), figure_on("worker_minimum_age", entered_on)
        if born and least and age_on(born, entered_on) < int(least):
            self._warn(
                row, "underage", f"{row.name}进场时不满 {least} 周岁，属于禁止招用的情形。请立即核对并停止用工。"
            )

    def _contracts(self, rows, workers, employers) -> None:
        known = {
            (contract.worker_id, contract.employer_id, contract.starts_on)
            for contract in LabourContract.objects.filter(project=self.project, worker_id__in=workers)
        }
        fresh = []
        for row, worker, employer in zip(rows, workers, employers, strict=True):
            key = (worker, employer.pk, row.contract["starts_on"])
            if key in known:
                self.imported.unchanged += 1
                continue
            known.add(key)
            if not row.contract["unit_price"]:
                self._warn(row, "price_missing", f"{row.name}的合同没有工资标准。请补上单价和计量单位。")
            facts = row.contract | {"trade": row.contract["trade"] or row.trade}
            fresh.append(
                LabourContract(
                    project=self.project,
                    worker_id=worker,
                    employer=employer,
                    source=self.source,
                    created_by=self.actor.user,
                    **facts,
                )
            )
            self._did(row, f"登记合同，{facts['starts_on']} 起", fresh=True)
        LabourContract.objects.bulk_create(fresh, batch_size=1000)
        self.imported.contracts = len(fresh)

    def _registered(self, row: PersonRow, what: Registered) -> None:
        if what != Registered.NEW:
            self.imported.updated += 1
        self._did(row, REGISTERED_WORDS[what], fresh=what == Registered.NEW)

    def _did(self, row: PersonRow, what: str, *, fresh: bool = False) -> None:
        self.imported.did.setdefault(row.row, []).append(what)
        if fresh:
            self.imported.fresh.add(row.row)

    def _error(self, row: PersonRow, code: str, message: str) -> None:
        self.parsed.remarks.append(Remark(row.row, code, "error", f"第 {row.row} 行：{message}"))

    def _warn(self, row: PersonRow, code: str, message: str) -> None:
        self.parsed.remarks.append(Remark(row.row, code, "warning", f"第 {row.row} 行：{message}"))


def require_rows(count: int, limit_code: str) -> None:
    """Refuse more rows at once than the figure allows: `too_many_rows`."""
    limit = int(figure_on(limit_code, today()) or 0)
    if count > limit:
        raise Refused("too_many_rows", f"一次最多报送 {limit} 行，这次有 {count} 行。请分批报送。")
