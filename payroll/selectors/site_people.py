"""Contracts, stays and settlements within what the caller may see of pay."""

import datetime
from collections.abc import Iterable

from django.db.models import F, OuterRef, Q, QuerySet

from payroll.models import LabourContract, LeaverSettlement, RosterEntry, SignedSettlement, SiteStay
from payroll.rules.contracts import Term, entry_finding
from responsibilities.rules.errors import NotVisible
from responsibilities.rules.roles import Permission
from responsibilities.rules.scope import Scope

State = LeaverSettlement.State


def _seen(scope: Scope | None, model, permission: Permission) -> QuerySet:
    return model.objects.all() if scope is None else model.objects.visible_to(scope.with_permission(permission))


def contracts(scope: Scope | None, permission: Permission = Permission.PAYROLL_VIEW) -> QuerySet:
    """Contracts that the caller may see; no scope is the system itself."""
    return _seen(scope, LabourContract, permission).select_related(
        "project", "worker", "employer", "scan", "created_by"
    )


def stays(scope: Scope | None, permission: Permission = Permission.PAYROLL_VIEW) -> QuerySet:
    """Stays that the caller may see."""
    return _seen(scope, SiteStay, permission).select_related("entry__project", "entry__worker", "entry__employer")


def signed_settlements(scope: Scope | None) -> QuerySet:
    """Papers that leavers signed, newest first, of the settlements that the caller may see."""
    return _seen(scope, SignedSettlement, Permission.PAYROLL_VIEW).select_related("settlement", "recorded_by")


def entries(scope: Scope | None, permission: Permission = Permission.PAYROLL_VIEW) -> QuerySet:
    """Roster entries that the caller may see."""
    return _seen(scope, RosterEntry, permission).select_related("project__area", "worker", "employer")


def contract_in_force_unscoped(today: datetime.date) -> QuerySet:
    """For `Exists` over roster entries: the person's contract with the entry's own employer on this site, in force
    today.
    """
    return LabourContract.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=today),
        Q(ended_on__isnull=True) | Q(ended_on__gte=today),
        project_id=OuterRef("project_id"),
        worker_id=OuterRef("worker_id"),
        employer_id=OuterRef("employer_id"),
        starts_on__lte=today,
    )


def entry_by_pk(scope: Scope | None, pk: int) -> RosterEntry:
    """One roster entry; raises NotVisible."""
    return _one(entries(scope), pk, "没有找到这条花名册记录，或者它不在您的管辖范围内。")


def stay_by_pk(scope: Scope | None, pk: int) -> SiteStay:
    """One stay; raises NotVisible."""
    return _one(stays(scope), pk, "没有找到这条进退场记录，或者它不在您的管辖范围内。")


def contract_by_pk(scope: Scope | None, pk: int) -> LabourContract:
    """One contract; raises NotVisible."""
    return _one(contracts(scope), pk, "没有找到这份合同，或者它不在您的管辖范围内。")


def signed_settlement_by_pk(scope: Scope | None, pk: int) -> SignedSettlement:
    """One signed paper with its file; raises NotVisible."""
    rows = signed_settlements(scope).select_related("file", "settlement__stay__entry__worker")
    return _one(rows, pk, "没有找到这份签字的结算单，或者它不在您的管辖范围内。")


def may_keep_entry(scope: Scope | None, entry: RosterEntry) -> bool:
    """Whether the caller may register contracts, entries and exits for this person on this site."""
    return scope is None or entries(scope, Permission.WORKER_EDIT).filter(pk=entry.pk).exists()


def terms_unscoped(project_id: int, worker_ids: Iterable[int]) -> dict[tuple[int, int], list[Term]]:
    """{(worker, employer): terms of contracts for this project}."""
    found: dict[tuple[int, int], list[Term]] = {}
    rows = LabourContract.objects.filter(project_id=project_id, worker_id__in=list(worker_ids)).values_list(
        "worker_id", "employer_id", "signed_on", "starts_on", "ends_on", "ended_on"
    )
    for worker, employer, signed_on, starts_on, ends_on, ended_on in rows:
        last = min((day for day in (ends_on, ended_on) if day), default=None)
        found.setdefault((worker, employer), []).append(Term(signed_on or starts_on, last))
    return found


def with_findings(rows: list[SiteStay]) -> list[SiteStay]:
    """The stays with `finding`: the breach of each entry, None where a contract was in force. One query a project."""
    by_project: dict[int, list[SiteStay]] = {}
    for stay in rows:
        by_project.setdefault(stay.entry.project_id, []).append(stay)
    for project_id, found in by_project.items():
        terms = terms_unscoped(project_id, {stay.entry.worker_id for stay in found})
        for stay in found:
            known = terms.get((stay.entry.worker_id, stay.entry.employer_id), [])
            stay.finding = entry_finding(stay.entered_on, stay.left_on, known)
    return rows


def leavers(scope: Scope, *, since: datetime.date | None = None, settled: bool | None = None) -> QuerySet:
    """Stays that ended, latest first; `settled` True: paid in full, False: not yet, None: all of them."""
    rows = stays(scope).filter(left_on__isnull=False).select_related("settlement")
    if since:
        rows = rows.filter(left_on__gte=since)
    if settled is True:
        rows = rows.filter(settlement__state=State.PAID)
    elif settled is False:
        rows = rows.exclude(settlement__state=State.PAID)
    return rows.order_by(F("left_on").asc() if settled is False else F("left_on").desc(), "pk")


def search_leavers(rows: QuerySet, *, text: str = "", project: str = "") -> QuerySet:
    """By name, pinyin or last four, and by project code."""
    if text:
        rows = rows.filter(
            Q(entry__worker__name__icontains=text)
            | Q(entry__worker__pinyin_key__contains=text.lower())
            | Q(entry__worker__id_last4=text.upper())
        )
    return rows.filter(entry__project__code=project) if project else rows


def _one(rows: QuerySet, pk: int, message: str):
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotVisible(message)
    return row
