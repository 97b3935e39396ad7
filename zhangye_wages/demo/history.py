"""Lets the past weeks pass over the seeded facts, and lets people decide about what climbed."""

import datetime

from django.db.models import Exists, Max, OuterRef

from escalation.models import Deadline, DeadlineParty, Decision, Escalation, Notice
from escalation.services.decisions import decision_take
from escalation.services.reconcile import reconcile
from escalation.services.responses import response_sign
from responsibilities.models import Grant, Touched, User
from responsibilities.rules.errors import Refused
from responsibilities.rules.roles import Role
from responsibilities.selectors.clock import SHANGHAI
from responsibilities.selectors.scope import scope_of
from responsibilities.services.trail import Actor

WEEKS = 13
Kind = Decision.Kind

REASONS = {
    Kind.SUPERVISION_ORDER: "经提醒、预警仍未办结，责令责任单位限期补办，并报送办理情况。",
    Kind.INTERVIEW: "连续两个月未足额拨付人工费用，约谈建设单位主要负责人。",
    Kind.CIRCULAR: "审批信息多次逾期推送，在全市范围内通报。",
    Kind.EXTENSION: "因批复文件补正，同意延期推送。",
    Kind.WAIVER: "项目已终止实施并注销，经核实无农民工进场，建议豁免。",
}
PLAN = (
    (Kind.SUPERVISION_ORDER, "labor_cost_allocation"),
    (Kind.SUPERVISION_ORDER, "approval_info_push"),
    (Kind.INTERVIEW, "labor_cost_allocation"),
    (Kind.CIRCULAR, "approval_info_push"),
    (Kind.EXTENSION, "approval_info_push"),
    (Kind.WAIVER, "platform_onboard"),
    (Kind.SUPERVISION_ORDER, "platform_onboard"),
)


def seed_history(users: dict[str, User], today: datetime.date) -> None:
    """Reconcile each past week and each day of the last one, so that notices have the dates they had."""
    days = [today - datetime.timedelta(weeks=week) for week in range(WEEKS, 0, -1)]
    days += [today - datetime.timedelta(days=back) for back in range(6, -1, -1)]
    for day in days:
        known = Deadline.objects.aggregate(last=Max("pk"))["last"] or 0
        reconcile(today=day)
        morning = datetime.datetime.combine(day, datetime.time(8), SHANGHAI)
        Deadline.objects.filter(pk__gt=known).update(opened_at=morning)
        Notice.objects.filter(noticed_on=day).update(created_at=morning)
    _decide(users, today)
    reconcile(today=today)
    # Every project was reconciled just now.
    Touched.objects.all().delete()


def _decide(users: dict[str, User], today: datetime.date) -> None:
    supervisor = users["rsj_city"]
    scope, actor = scope_of(supervisor), Actor.user_at_console(supervisor, "演示数据")
    for kind, rule in PLAN:
        escalation = (
            Escalation.objects.filter(status=Escalation.Status.PENDING, deadline__rule=rule, decisions__isnull=True)
            .select_related("deadline")
            .order_by(Exists(_owed_by_officer()).desc(), "-deadline__due_on", "id")
            .first()
        )
        if escalation is None:
            continue
        ahead = {Kind.SUPERVISION_ORDER: 7, Kind.INTERVIEW: 3, Kind.EXTENSION: 10}.get(kind)
        try:
            decision = decision_take(
                scope=scope,
                deadline_id=escalation.deadline_id,
                kind=kind,
                reason=REASONS[kind],
                version=escalation.version,
                today=today,
                actor=actor,
                effective_on=today + datetime.timedelta(days=ahead) if ahead else None,
                place="市人社局四楼会议室" if kind == Kind.INTERVIEW else "",
            )
        except Refused:
            # The rules say no to this one (a statutory term); the story goes on without it.
            continue
        if kind == Kind.SUPERVISION_ORDER:
            _respond(decision)


def _owed_by_officer():
    """Duties of units whose officer logs in to the demo: an order for them waits to be answered."""
    officers = Grant.objects.filter(role=Role.UNIT_OFFICER).values("organization_id")
    return DeadlineParty.objects.filter(
        deadline_id=OuterRef("deadline_id"), part=DeadlineParty.Part.OWES, organization_id__in=officers
    )


def _respond(decision: Decision) -> None:
    """The developer answers, where it logs in to the demo; officers find their orders unanswered."""
    owing = decision.deadline.parties.filter(part="owes").values_list("organization_id", flat=True)
    grant = Grant.objects.filter(organization_id__in=owing, role=Role.DEVELOPER).select_related("user").first()
    if grant is None:
        return
    response_sign(
        scope=scope_of(grant.user),
        decision_id=decision.pk,
        organization_id=grant.organization_id,
        text="已会同财务部门落实资金，差额部分将于本月 28 日前拨付到位，届时补报银行回单。",
        actor=Actor.user_at_console(grant.user, "演示数据"),
    )
