"""Whose people wait: leavers who aren't paid in full, and people on site without a contract, for who keeps the register."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Exists

from payroll.rules.contests import NOT_CONCLUDED
from payroll.selectors.confirmations import contests
from payroll.selectors.declarations import whole_figure
from payroll.selectors.site_people import State, contract_in_force_unscoped, entries, leavers, stays
from payroll.selectors.turns import AGREED, BY_KEY, LATE, batches_in_turn
from responsibilities.rules.roles import Permission
from responsibilities.rules.scope import Scope
from responsibilities.selectors.figures import figure_versions


@dataclass(frozen=True, slots=True)
class PeopleTurn:
    """One kind of unfinished business about people; `late` of the `count` are beyond their term."""

    label: str
    hint: str
    count: int
    late: int
    query: str
    page: str
    unit: str = "人"

    @property
    def level(self) -> str:
        return "red" if self.late else "orange"


def settlement_due() -> Callable[[datetime.date], datetime.date]:
    """From the day somebody left, the day by which he must be paid in full (《工资支付暂行规定》第九条).

    The term in force on that day counts; its versions are read once for all leavers of a list.
    """
    versions = figure_versions("leaver_settlement_days")

    def due_on(left_on: datetime.date) -> datetime.date:
        days = next((value for since, value in reversed(versions) if since <= left_on), "0")
        return left_on + datetime.timedelta(days=int(days))

    return due_on


def last_day_late(today: datetime.date) -> datetime.date:
    """Who left on this day or before and isn't paid in full is late today (《工资支付暂行规定》第九条)."""
    return today - datetime.timedelta(days=whole_figure("leaver_settlement_days", today) + 1)


def people_turns(scope: Scope, today: datetime.date) -> list[PeopleTurn]:
    """For who registers people on sites; nothing for anybody else. Two counts, zeros left out."""
    if not scope.can(Permission.WORKER_EDIT):
        return []
    leaving = stays(scope, Permission.WORKER_EDIT).filter(left_on__isnull=False).exclude(settlement__state=State.PAID)
    bare = entries(scope, Permission.WORKER_EDIT).filter(
        ~Exists(contract_in_force_unscoped(today)), left_on__isnull=True
    )
    longest = whole_figure("written_contract_days", today)
    found = [
        PeopleTurn(
            "退场工资没有结清",
            "退场时一次付清（《工资支付暂行规定》第九条）",
            leaving.count(),
            leaving.filter(left_on__lte=last_day_late(today)).count(),
            "",
            "payroll:leavers",
        ),
        PeopleTurn(
            "在场而没有劳动合同",
            f"没有合同不得进场（条例第二十八条），最迟 {longest} 日内签订（《劳动合同法》第十条）",
            bare.count(),
            bare.filter(entered_on__lt=today - datetime.timedelta(days=longest)).count(),
            "?worry=no_contract",
            "payroll:workers",
        ),
    ]
    return [one for one in found if one.count]


def pay_signs(scope: Scope, today: datetime.date) -> list[PeopleTurn]:
    """For who watches pay (人社, auditors): what wants looking at, beside missing payrolls; nothing for who pays it."""
    if not scope.can(Permission.PAYROLL_VIEW) or scope.can(Permission.PAYROLL_SUBMIT):
        return []
    unpaid = batches_in_turn(scope, LATE, today).count()
    waiting = batches_in_turn(scope, AGREED, today).count()
    late = leavers(scope, settled=False).filter(left_on__lte=last_day_late(today)).count()
    disputed = contests(scope).filter(state__in=sorted(NOT_CONCLUDED)).count()
    found = [
        PeopleTurn(
            "工资过了支付期限没有发完",
            BY_KEY[LATE].hint,
            unpaid,
            unpaid,
            f"?turn={LATE}",
            "payroll:list",
            "份",
        ),
        PeopleTurn(
            "过了劳动合同约定的支付日没有发完",
            BY_KEY[AGREED].hint,
            waiting,
            waiting,
            f"?turn={AGREED}",
            "payroll:list",
            "份",
        ),
        PeopleTurn(
            "退场工资逾期没有结清",
            "退场时一次付清（《工资支付暂行规定》第九条）",
            late,
            late,
            "?show=late",
            "payroll:leavers",
        ),
        PeopleTurn(
            "没有了结的工资异议",
            "工人对天数、金额或银行卡有异议，单位没有处理完，或者转办后还没有办结",
            disputed,
            0,
            "",
            "payroll:contests",
            "件",
        ),
    ]
    return [one for one in found if one.count]
