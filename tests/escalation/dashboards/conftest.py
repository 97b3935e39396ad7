"""A small city: for three areas overdue, near, calm, new, supervised and finished deadlines."""

import pytest

from escalation.models import Decision
from projects.models import ProjectParty
from tests.cast import CITY, GANZHOU, LINZE
from tests.factories.accounts import started_project
from tests.factories.escalation_pages import TODAY, at, days, deadline, escalation, notice


@pytest.fixture
def pinned(settings):
    """Every page believes that it is TODAY."""
    settings.PORTAL_TODAY = TODAY.isoformat()


@pytest.fixture
def city(cast, pinned):
    """Deadlines of three areas; the owing unit is 住建局, contractor and developer owe too, 人社 supervises."""
    for number, code in enumerate((CITY, GANZHOU, LINZE)):
        project = started_project(
            f"P-{code}",
            name=f"项目{number}号",
            pinyin_initials=f"xm{number}h",
            area=cast.area(code),
            type_code="building",
        )
        bureau, hr = cast.unit("zjj", code), cast.unit("rsj", code)
        for part, organization in (
            ("industry_unit", bureau),
            ("human_resources", hr),
            ("general_contractor", cast.contractor),
            ("developer", cast.developer),
        ):
            ProjectParty.objects.create(project=project, part=part, organization=organization)
        owes = [bureau, cast.contractor, cast.developer]
        common = {"project": project, "owes": owes, "supervises": [hr]}
        late = deadline(due_on=days(-12 - number), **common)
        supervised = deadline(due_on=days(-40), **common)
        deadline(due_on=days(2), opened_on=TODAY, **common)
        deadline(due_on=days(20), **common)
        deadline(due_on=days(-5), status="met", satisfied_on=days(-6), **common)
        deadline(due_on=days(-5), status="void", **common)
        escalation(late)
        case = escalation(supervised, status="decided")
        Decision.objects.create(
            deadline=supervised,
            escalation=case,
            kind="supervision_order",
            status="in_force",
            effective_on=days(5),
            reason="逾期一个多月仍未办理。",
            decided_by=cast.supervisor,
            decided_at=at(days(-1)),
            decided_on=days(-1),
        )
        notice(late, bureau)
    return cast
