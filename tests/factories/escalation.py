"""Factories of WHEN for the engine: facts on which deadlines stand, and what `reconcile` made of them."""

import datetime
from dataclasses import dataclass
from itertools import count

from escalation.models import Deadline, Decision, LadderStep, RuleVersion
from escalation.rules.terms import Rung, Term
from escalation.services.reconcile import Outcome, reconcile
from projects.models import Approval, Project
from responsibilities.selectors.clock import SHANGHAI
from tests.factories.accounts import started_project
from tests.factories.responsibilities import EnterpriseFactory, UserFactory, unit

_number = count(1)
AREA = "620702"


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def moment(text: str) -> datetime.datetime:
    """A moment in Shanghai, `2026-11-23 17:59`."""
    return datetime.datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@dataclass
class Site:
    """A project with every unit that it answers to."""

    project: Project
    developer: object
    contractor: object
    human_resources: object
    industry: object
    finance: object


def site(*, start=None, **fields) -> Site:
    """A government project in 甘州区; not started unless `start` is given."""
    developer, contractor = EnterpriseFactory(), EnterpriseFactory()
    units = {"human_resources": unit("rsj", AREA), "industry_unit": unit("zjj", AREA), "finance": unit("czj", AREA)}
    parts = {"developer": developer, "general_contractor": contractor, **units}
    project = started_project(f"E-{next(_number):05d}", start=start, parties=parts.items(), **fields)
    return Site(project, developer, contractor, units["human_resources"], units["industry_unit"], units["finance"])


def approval(project: Project, approved_on: datetime.date, *, pushed_at=None, approving_unit=None) -> Approval:
    """An approval event of 甘州区发改局."""
    return Approval.objects.create(
        project=project,
        kind=Approval.Kind.PROJECT_APPROVAL,
        number=f"甘发改〔2026〕{next(_number)}号",
        approved_on=approved_on,
        approving_unit=approving_unit or unit("fgw", AREA),
        pushed_at=pushed_at,
    )


def decision(row: Deadline, kind: str, *, decided_on, effective_on=None, status="in_force") -> Decision:
    """A decision of a person as a row, without the service's checks."""
    return Decision.objects.create(
        deadline=row,
        kind=kind,
        status=status,
        effective_on=effective_on,
        reason="情况属实，予以同意。",
        decided_by=UserFactory(),
        decided_at=datetime.datetime.combine(decided_on, datetime.time(9), SHANGHAI),
        decided_on=decided_on,
    )


def sweep(on: str, **arguments) -> Outcome:
    """Reconcile as of a day."""
    return reconcile(today=day(on), **arguments)


def deadline_of(rule: str, **fields) -> Deadline:
    """The only deadline of a rule."""
    return Deadline.objects.get(rule=rule, **fields)


def term_of(version: RuleVersion) -> Term:
    return Term(version.unit, version.term, version.rest_day_shift, version.extendable)


def ladder_of(version: RuleVersion) -> tuple[Rung, ...]:
    return tuple(Rung(s.level, s.offset_workdays) for s in LadderStep.objects.filter(rule_version=version))


NO_CHANGE = {"opened": 0, "met": 0, "met_late": 0, "overdue": 0, "voided": 0, "notices": 0, "escalations": 0}
