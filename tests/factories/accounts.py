"""Factories of MONEY: a started project of a type, its months, its credits."""

import datetime
from decimal import Decimal

from accounts.models import Allocation, AllocationPeriod, SpecialAccount, StatementImport, StatementLine
from projects.models import Contract, Project, ProjectParty
from projects.selectors.types import project_types_by_code
from responsibilities.selectors import clock
from tests.factories.responsibilities import area


def started_project(code="P-ACC-1", *, type_code="building", start=datetime.date(2026, 8, 10), parties=(), **fields):
    """A project that started; `parties` are (part, organization)."""
    project = Project.objects.create(
        code=code,
        name=fields.pop("name", f"{code} 安置房"),
        area=fields.pop("area", None) or area("620702"),
        project_type=project_types_by_code()[type_code],
        funding_nature=fields.pop("funding_nature", "government"),
        actual_start_on=start,
        **fields,
    )
    for part, organization in parties:
        ProjectParty.objects.create(project=project, part=part, organization=organization)
    return project


def general_contract(project, *, employer, contractor, **fields):
    """The general contract of a project."""
    return Contract.objects.create(
        project=project,
        kind=Contract.Kind.GENERAL,
        number=fields.pop("number", f"HT-{project.code}"),
        employer=employer,
        contractor=contractor,
        signed_on=fields.pop("signed_on", datetime.date(2026, 7, 1)),
        value=fields.pop("value", Decimal("30000000")),
        **fields,
    )


def month(project, month_on: datetime.date, **facts) -> AllocationPeriod:
    """A month with its stated facts."""
    return AllocationPeriod.objects.create(project=project, month_on=month_on, **facts)


def credit(period, amount, credited_on: datetime.date, **fields) -> Allocation:
    """A bank credit that names the month."""
    count = Allocation.objects.count()
    return Allocation.objects.create(
        project_id=period.project_id,
        period=period,
        amount=Decimal(amount),
        credited_on=credited_on,
        bank_receipt_number=fields.pop("bank_receipt_number", f"HD{count + 1:08d}"),
        **fields,
    )


def bare_statement_line(project, on: datetime.date, bank) -> StatementLine:
    """A movement as rows only; where the project has no account, one without a party."""
    account = SpecialAccount.objects.filter(project=project).first() or SpecialAccount.objects.create(
        project=project,
        bank=bank,
        account_name="专用账户",
        number_sealed=b"1",
        number_index=project.code.encode().ljust(32)[:32],
        number_last4="0000",
        opened_on=on,
    )
    imported = StatementImport.objects.create(
        account=account, name="流水.xlsx", sha256="", rows=1, added=1, first_on=on, last_on=on, imported_at=clock.now()
    )
    return StatementLine.objects.create(
        account=account,
        imported=imported,
        on=on,
        position=1,
        direction="in",
        nature="income",
        amount=Decimal(100),
        balance=Decimal(100),
        fingerprint=b"1" * 32,
    )
