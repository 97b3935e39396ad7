"""Reads of what hangs on a project: approvals, contracts, parties, the four responsible persons."""

import datetime

from django.db.models import QuerySet

from projects.models import Approval, Contract, FourPartyAssignment, Project, ProjectParty
from responsibilities.rules.errors import NotVisible
from responsibilities.rules.roles import Permission
from responsibilities.rules.scope import Scope


def approvals(scope: Scope) -> QuerySet:
    """Approvals of visible projects."""
    return Approval.objects.visible_to(scope.with_permission(Permission.PROJECT_VIEW)).select_related(
        "project", "approving_unit", "pushed_by", "confirmed_by", "recorded_by"
    )


def approval_of(scope: Scope, project: Project, pk: int) -> Approval:
    """One approval of a project; raises NotVisible."""
    return _one(approvals(scope).filter(project=project, pk=pk), "没有找到这项审批，或者它不在您的管辖范围内。")


def contracts(scope: Scope) -> QuerySet:
    """Contracts of visible projects."""
    return Contract.objects.visible_to(scope.with_permission(Permission.PROJECT_VIEW)).select_related(
        "project", "employer", "contractor"
    )


def subcontract_signed_on_unscoped(project: Project, contractor) -> datetime.date | None:
    """When a subcontractor's first contract on a project was signed; None where none is registered."""
    signed = Contract.objects.filter(project=project, kind=Contract.Kind.SUBCONTRACT, contractor=contractor)
    return signed.order_by("signed_on").values_list("signed_on", flat=True).first()


def contract_of(scope: Scope, project: Project, pk: int) -> Contract:
    """One contract of a project; raises NotVisible."""
    return _one(contracts(scope).filter(project=project, pk=pk), "没有找到这份合同，或者它不在您的管辖范围内。")


def parties(scope: Scope, project: Project) -> QuerySet:
    """Who plays a part in a visible project."""
    return (
        ProjectParty.objects.visible_to(scope.with_permission(Permission.PROJECT_VIEW))
        .filter(project=project)
        .select_related("organization__area", "organization__body", "awarded_by")
    )


def party_of(scope: Scope, project: Project, pk: int) -> ProjectParty:
    """One part of a project; raises NotVisible."""
    return _one(parties(scope, project).filter(pk=pk), "没有找到这家单位，或者它不在您的管辖范围内。")


def four_party(scope: Scope, project: Project) -> dict[str, FourPartyAssignment]:
    """Part → assignment; a missing part is a responsible person not yet named."""
    rows = (
        FourPartyAssignment.objects.visible_to(scope.with_permission(Permission.PROJECT_VIEW))
        .filter(project=project)
        .select_related("organization")
    )
    return {row.part: row for row in rows}


def _one(rows: QuerySet, missing: str):
    row = rows.first()
    if row is None:
        raise NotVisible(missing)
    return row
