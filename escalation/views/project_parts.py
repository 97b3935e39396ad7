"""What the project page shows at a glance: lights of the core systems, what to do next, dates to scale."""

import datetime
from collections import defaultdict
from dataclasses import dataclass

from django.urls import reverse

from accounts.selectors.special_accounts import account_open_days, special_account_of
from escalation.selectors.rows import DeadlineRow
from projects.models import FourPartyAssignment, Project
from projects.selectors.projects import may_act
from projects.selectors.records import approvals, contracts, four_party
from responsibilities.rules.roles import Permission
from responsibilities.rules.scope import Scope

PARTS = len(FourPartyAssignment.Part)
# Words for the narrow labels of the timeline.
SHORT = {
    "approval_info_push": "推送审批信息",
    "platform_onboard": "纳入陇明公",
    "labor_cost_allocation": "人工费用拨付",
}


@dataclass
class Facts:
    """What the parts of the page need, read once."""

    scope: Scope
    project: Project
    today: datetime.date

    def __post_init__(self):
        scope, project = self.scope, self.project
        self.approvals = list(approvals(scope).filter(project=project))
        self.contracts = list(contracts(scope).filter(project=project))
        self.four_party = four_party(scope, project)
        self.account = special_account_of(scope, project)
        self.parts = set(project.parties.values_list("part", flat=True))

    def url(self, name: str, *args) -> str:
        return reverse(name, args=[self.project.code, *args])

    def link(self, name: str, permission: Permission, *args) -> str:
        """The address of a form for those who may use it here, else nothing."""
        return self.url(name, *args) if may_act(self.scope, self.project, permission) else ""

    @property
    def started(self) -> bool:
        return self.project.actual_start_on is not None

    @property
    def unpushed(self) -> list:
        return [approval for approval in self.approvals if approval.pushed_at is None]


def lights(facts: Facts) -> list[dict]:
    """One lamp for each system that the portal knows of; a lamp that isn't green leads to its form."""
    named = len(facts.four_party)
    enrolled = facts.project.enrolled_on is not None
    red = "red" if facts.started else "yellow"
    return [
        _light(
            "审批推送",
            not facts.unpushed and facts.approvals,
            "已推送"
            if facts.approvals and not facts.unpushed
            else f"{len(facts.unpushed)} 项未推送"
            if facts.unpushed
            else "未登记",
            "orange" if facts.unpushed else "grey",
            facts.url("projects:approval", facts.unpushed[0].pk)
            if facts.unpushed
            else facts.link("projects:approval_create", Permission.APPROVAL_RECORD),
        ),
        _light(
            "四方责任",
            named == PARTS,
            f"{named}/{PARTS}",
            red,
            facts.link("projects:four_party", Permission.FOUR_PARTY_EDIT),
        ),
        _light(
            "陇明公",
            enrolled,
            "已纳入" if enrolled else "未纳入",
            red,
            facts.link("projects:enrolment", Permission.ENROLMENT_EDIT),
        ),
        *(
            [
                _light(
                    "专用账户",
                    facts.account is not None,
                    "已开设" if facts.account else "未登记",
                    red,
                    facts.link("accounts:account", Permission.ACCOUNT_EDIT),
                )
            ]
            # Who may not look at the account must not read that there is none.
            if facts.scope.can(Permission.ACCOUNT_VIEW)
            else []
        ),
    ]


def _light(label: str, good, word: str, level: str, url: str) -> dict:
    return {"label": label, "word": word, "level": "green" if good else level, "url": "" if good else url}


def to_do(facts: Facts) -> list[dict]:
    """What is missing on record, with the form that puts it right; clocks stand in the list of deadlines."""
    project = facts.project
    wanted = [
        (
            "developer" not in facts.parts,
            "red",
            "没有登记建设单位",
            "推送审批信息和按月拨付都以建设单位为责任单位。",
            "登记建设单位",
            facts.link("projects:party_create", Permission.PARTY_EDIT),
            "?part=developer",
        ),
        (
            "general_contractor" not in facts.parts and facts.started,
            "red",
            "已开工，没有登记施工总承包单位",
            "总包单位负责纳入“陇明公”和代发工资。",
            "登记总包单位",
            facts.link("projects:party_create", Permission.PARTY_EDIT),
            "?part=general_contractor",
        ),
        (
            not project.funding_source,
            "orange",
            "没有明确资金来源",
            "没有明确资金来源的项目不予审批。",
            "补填资金来源",
            facts.link("projects:edit", Permission.PROJECT_EDIT),
            "",
        ),
        (
            project.funds_in_place is False,
            "orange",
            "建设资金未落实",
            "资金未落实的项目不予办理施工许可。",
            "更新资金落实情况",
            facts.link("projects:edit", Permission.PROJECT_EDIT),
            "",
        ),
        (
            facts.started and not any(contract.kind == "general" for contract in facts.contracts),
            "orange",
            "已开工，没有登记施工总承包合同",
            "人工费用比例和每月拨付日以合同为准。",
            "登记合同",
            facts.link("projects:contract_create", Permission.CONTRACT_EDIT),
            "",
        ),
        (
            facts.started and facts.account is None and facts.scope.can(Permission.ACCOUNT_VIEW),
            "red",
            "已开工，没有登记专用账户",
            f"自合同签订之日起 {account_open_days()} 日内开立；没有专用账户，工资不能代发到工人本人的卡上。",
            "登记专用账户",
            facts.link("accounts:account", Permission.ACCOUNT_EDIT),
            "",
        ),
        (
            len(facts.four_party) < PARTS,
            "orange" if facts.started else "yellow",
            f"四方责任人只落实了 {len(facts.four_party)} 方",
            "逐项目确定四方监管责任人和联系电话。",
            "登记责任人",
            facts.link("projects:four_party", Permission.FOUR_PARTY_EDIT),
            "",
        ),
    ]
    found = [
        {"level": level, "title": title, "text": text, "label": label, "url": url + query if url else ""}
        for missing, level, title, text, label, url, query in wanted
        if missing
    ]
    for approval in facts.approvals:
        for breach in approval.breaches:
            found.append(
                {
                    "level": "orange",
                    "title": f"{approval}：{approval.Breach(breach).label}",
                    "text": "已照实登记，请审批部门核处；登记有误的请更正。",
                    "label": "查看审批",
                    "url": facts.url("projects:approval", approval.pk),
                }
            )
    return found


def timeline(facts: Facts, rows: list[DeadlineRow]) -> list[dict]:
    """Real dates in order: what happened, what is planned, and the due dates that are still to be met.

    What happened on one day stands together, and months overdue are one mark: labels must find room.
    """
    project = facts.project
    events = [
        _event(
            approval.approved_on,
            approval.get_kind_display(),
            "orange" if approval.breaches else "green",
            facts.url("projects:approval", approval.pk),
        )
        for approval in facts.approvals
    ]
    signed = defaultdict(list)
    for contract in facts.contracts:
        signed[contract.signed_on].append(contract.get_kind_display())
    events += [_event(day, "、".join(dict.fromkeys(names)), "green") for day, names in signed.items()]
    done, planned = "green", "grey"
    for day, label, level in (
        (project.actual_start_on, "实际开工", done),
        (project.planned_start_on if not project.actual_start_on else None, "计划开工", planned),
        (project.enrolled_on, "纳入陇明公", done),
        (facts.account.opened_on if facts.account else None, "开立专户", done),
        (project.completed_on, "实际竣工", done),
        (project.planned_completion_on if not project.completed_on else None, "计划竣工", planned),
    ):
        if day:
            events.append(_event(day, label, level))
    events += _due(facts, rows)
    if events:
        events.append(_event(facts.today, "今天", "grey") | {"is_today": True})
    # Today stands in its place also where the dates are a plain list: after what happened today.
    return sorted(events, key=lambda event: (event["date"], event.get("is_today", False)))


def _due(facts: Facts, rows: list[DeadlineRow]) -> list[dict]:
    """Due dates of what is still open, one mark for each rule that is overdue by several subjects."""
    live = [row for row in rows if row.deadline.is_live]
    overdue = defaultdict(list)
    events = []
    for row in live:
        if row.deadline.due_on < facts.today:
            overdue[row.deadline.rule].append(row)
        else:
            url = reverse("escalation:deadline", args=[row.deadline.pk])
            events.append(_event(row.deadline.due_on, f"到期：{_short(row)}", "blue", url))
    for late in overdue.values():
        first = late[0]
        more = f" 等 {len(late)} 项" if len(late) > 1 else ""
        url = reverse("escalation:deadline", args=[first.deadline.pk])
        events.append(_event(first.deadline.due_on, f"逾期：{_short(first)}{more}", "red", url))
    return events


def _short(row: DeadlineRow) -> str:
    month = f"{row.deadline.period_on:%Y-%m} " if row.deadline.period_on else ""
    return month + SHORT.get(row.deadline.rule, row.matter)


def _event(date: datetime.date, label: str, level: str, url: str = "") -> dict:
    return {"date": date, "label": label, "level": level, "url": url}
