"""Three projects side by side with everything that hangs on them, so that tests can ask who sees what.

`own` lies in 甘州区 with the cast's contractor, developer, subcontractor and bank, watched by 住建局;
`foreign_unit` in the same area, watched by 水务局; `foreign_area` in 临泽县. The latter two are built by the others.
"""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from accounts.models import Allocation, StatementLine
from accounts.services.periods import periods_open
from accounts.services.special_accounts import special_account_save
from escalation.models import Deadline, Decision, Escalation, Notice, Response
from escalation.selectors.cases import review_version_unscoped
from escalation.services.decisions import decision_take
from escalation.services.reconcile import reconcile
from payroll.models import (
    ColumnLayout,
    ComplaintTelephone,
    MinimumWage,
    PayContest,
    PayNoticePhoto,
    PayoutFile,
    PayrollBatch,
)
from payroll.services.answers import Claim, contest_raise
from payroll.services.submissions import batch_submit
from projects.models import Approval, Contract, Project
from responsibilities.selectors import clock
from responsibilities.services.trail import Actor
from tests.cast import GANZHOU, LINZE, Cast
from tests.factories.accounts import bare_statement_line, credit, general_contract, month, started_project
from tests.factories.flow import PICTURE, WORKER, hung_notice, tokens
from tests.factories.payouts import bare_payout_file
from tests.factories.payroll import draft, person
from tests.factories.people import SitePeople, site_people
from tests.factories.projects import approval

SYSTEM = Actor.system("tests")
OWN, FOREIGN_UNIT, FOREIGN_AREA = "own", "foreign_unit", "foreign_area"


@dataclass
class Place:
    """One project and a row of each kind that hangs on it."""

    project: Project
    approval: Approval
    contract: Contract
    month_on: datetime.date
    credit: Allocation
    batch: PayrollBatch
    submitted: PayrollBatch
    contest: PayContest
    notice_photo: PayNoticePhoto
    people: SitePeople
    layout: ColumnLayout
    payout_file: PayoutFile
    telephone: ComplaintTelephone
    statement_line: StatementLine
    deadline: Deadline
    notice: Notice
    escalation: Escalation
    order: Decision
    waiver: Decision


@dataclass
class World:
    """The three places by name."""

    cast: Cast
    places: dict[str, Place]

    def __getitem__(self, name: str) -> Place:
        return self.places[name]


def build_world(cast: Cast) -> World:
    """Everything as of the clock's today; the deadlines are the engine's own."""
    today = clock.today()
    sites = {
        OWN: _site(cast, "W-OWN", GANZHOU, "zjj", "fgw", "", cast.bank),
        FOREIGN_UNIT: _site(cast, "W-UNIT", GANZHOU, "swj", "nyj", "other_", None),
        FOREIGN_AREA: _site(cast, "W-AREA", LINZE, "zjj", "fgw", "other_", None),
    }
    for number, facts in enumerate(sites.values()):
        _facts(cast, facts, number, today)
    periods_open(today=today)
    reconcile(today=today)
    return World(cast, {name: _place(cast, facts, today) for name, facts in sites.items()})


def _site(cast: Cast, code: str, area: str, industry: str, approving: str, other: str, bank) -> dict:
    organizations = {
        "developer": getattr(cast, f"{other}developer"),
        "general_contractor": getattr(cast, f"{other}contractor"),
        "subcontractor": getattr(cast, f"{other}subcontractor"),
        "industry_unit": cast.unit(industry, area),
        "human_resources": cast.unit("rsj", area),
    } | ({"bank": bank} if bank else {})
    start = (clock.today() - datetime.timedelta(days=120)).replace(day=1)
    project = started_project(code, start=start, area=cast.area(area), parties=organizations.items())
    return {"project": project, "area": area, "approving": approving, **organizations}


def _facts(cast: Cast, facts: dict, number: int, today: datetime.date) -> None:
    project = facts["project"]
    facts["month_on"] = (today.replace(day=1) - datetime.timedelta(days=1)).replace(day=1)
    facts["approval"] = approval(
        project,
        unit_code=facts["approving"],
        area_code=facts["area"],
        number=f"世发改〔2026〕{number}号",
        approved_on=today - datetime.timedelta(days=30),
    )
    facts["contract"] = general_contract(
        project, employer=facts["developer"], contractor=facts["general_contractor"], signed_on=project.actual_start_on
    )
    period = month(project, facts["month_on"], completed_value=Decimal("1000000"))
    facts["credit"] = credit(period, "100000", today - datetime.timedelta(days=5))
    if "bank" in facts:
        special_account_save(
            project=project,
            bank=facts["bank"],
            account_name=f"{project.name}农民工工资专用账户",
            number="6210000000000001234",
            opened_on=project.actual_start_on,
            actor=SYSTEM,
        )
    MinimumWage.objects.get_or_create(
        area=project.area,
        in_force_from=datetime.date(2024, 1, 1),
        defaults={"monthly": Decimal("1.00"), "instrument": "测试"},
    )
    facts["telephone"], _ = ComplaintTelephone.objects.get_or_create(
        area=project.area, number="0936-8212333", defaults={"name": "劳动保障监察大队", "ordinal": 1}
    )
    facts["statement_line"] = bare_statement_line(project, today, cast.bank)
    rows = [person(number * 10 + i) for i in range(2)]
    submitted = draft(project, rows, month_on=facts["month_on"], subcontractor=facts["subcontractor"])
    batch_submit(batch_id=submitted.pk, actor=SYSTEM)
    facts["submitted"] = submitted
    facts["contest"] = contest_raise(
        token=tokens(submitted)[0], claim=Claim(reason="days", photo=PICTURE), actor=WORKER
    )
    facts["notice_photo"] = hung_notice(submitted).photos.get()
    facts["payout_file"] = bare_payout_file(submitted)
    facts["people"] = site_people(project, facts["subcontractor"], facts["month_on"], first=number * 10 + 1)
    facts["batch"] = draft(
        project,
        [*rows, person(number * 10 + 5, name="")],
        month_on=facts["month_on"],
        subcontractor=facts["subcontractor"],
    )


def _place(cast: Cast, facts: dict, today: datetime.date) -> Place:
    project = facts["project"]
    pushed, onboard = (
        Deadline.objects.select_related("escalation").get(project=project, rule=rule)
        for rule in ("approval_info_push", "platform_onboard")
    )
    order = _decide(
        cast, pushed, Decision.Kind.SUPERVISION_ORDER, today, effective_on=today + datetime.timedelta(days=9)
    )
    waiver = _decide(cast, onboard, Decision.Kind.WAIVER, today)
    Response.objects.create(
        deadline=pushed,
        decision=order,
        organization=facts["approval"].approving_unit,
        text="已安排推送。",
        signed_by=cast.supervisor,
        signed_at=clock.now(),
    )
    return Place(
        project=project,
        approval=facts["approval"],
        contract=facts["contract"],
        month_on=facts["month_on"],
        credit=facts["credit"],
        batch=facts["batch"],
        submitted=facts["submitted"],
        contest=facts["contest"],
        notice_photo=facts["notice_photo"],
        people=facts["people"],
        layout=ColumnLayout.objects.create(
            organization=facts["subcontractor"],
            signature=project.code,
            columns={"name": "B", "net_pay": "H"},
            confirmed_at=clock.now(),
        ),
        payout_file=facts["payout_file"],
        telephone=facts["telephone"],
        statement_line=facts["statement_line"],
        deadline=onboard,
        notice=Notice.objects.filter(deadline=onboard).first(),
        escalation=onboard.escalation,
        order=order,
        waiver=waiver,
    )


def _decide(cast: Cast, row: Deadline, kind: str, today: datetime.date, **content) -> Decision:
    return decision_take(
        scope=cast.scope(cast.supervisor),
        deadline_id=row.pk,
        kind=kind,
        reason="多次催办仍未办理。",
        version=review_version_unscoped(row.pk, row.escalation),
        today=today,
        actor=cast.actor(cast.supervisor),
        **content,
    )
