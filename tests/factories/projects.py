"""Factories of WHAT: a project with its parties, approvals, and workbooks of a register."""

import datetime
from io import BytesIO

from openpyxl import Workbook

from projects.models import Approval, Project, ProjectParty
from projects.selectors.types import project_types_by_code
from projects.services.projects import project_register
from responsibilities.services.trail import Actor
from tests.factories.responsibilities import area, unit

TODAY = datetime.date(2026, 11, 23)
SYSTEM = Actor.system("tests")


def registered_project(code="P-001", *, area_code="620702", type_code="building", **fields) -> Project:
    """A project as the portal registers it: 人社, 行业主管部门 and 财政 are resolved."""
    return project_register(
        code=code,
        name=fields.pop("name", "甘州区第一中学教学楼"),
        area=area(area_code),
        project_type=project_types_by_code()[type_code],
        funding_nature=fields.pop("funding_nature", "government"),
        funding_source=fields.pop("funding_source", "中央预算内投资"),
        actor=fields.pop("actor", SYSTEM),
        today=fields.pop("today", TODAY),
        **fields,
    )


def approval(project: Project, *, unit_code="fgw", area_code="620702", **fields) -> Approval:
    """An approval as a row, with its approving unit as a party."""
    organization = fields.pop("approving_unit", None) or unit(unit_code, area_code)
    ProjectParty.objects.get_or_create(project=project, part="approving_unit", organization=organization)
    return Approval.objects.create(
        project=project,
        kind=fields.pop("kind", Approval.Kind.PROJECT_APPROVAL),
        number=fields.pop("number", "甘区发改〔2026〕1号"),
        approved_on=fields.pop("approved_on", datetime.date(2026, 11, 16)),
        funding_source=fields.pop("funding_source", "中央预算内投资"),
        approving_unit=organization,
        **fields,
    )


def party(project: Project, part: str, organization) -> ProjectParty:
    """An organization in a part."""
    return ProjectParty.objects.create(project=project, part=part, organization=organization)


def workbook(**sheets) -> bytes:
    """An xlsx file: sheet name → rows, the header first."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    target = BytesIO()
    book.save(target)
    return target.getvalue()
