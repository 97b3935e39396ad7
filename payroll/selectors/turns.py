"""Whose turn it is: payrolls that wait for the caller's own next step, as counts and as lists that equal them."""

import datetime
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from payroll.models import PayConfirmation, PayrollBatch
from payroll.rules.pay_days import late_months
from payroll.selectors.agreed_days import unpaid_lines_unscoped, with_a_day_passed_unscoped
from payroll.selectors.batches import batches
from payroll.selectors.declarations import whole_figure
from payroll.selectors.reconciliation import pay_period_versions
from responsibilities.rules.roles import Permission
from responsibilities.rules.scope import Scope
from responsibilities.selectors.clock import SHANGHAI

Status, Stage = PayrollBatch.Status, PayrollBatch.Stage


@dataclass(frozen=True, slots=True)
class Turn:
    """One kind of next step: who takes it, what it is called, and what it asks for; `to_see` where others look at the
    list of it too.
    """

    key: str
    permission: Permission
    label: str
    hint: str
    level: str
    to_see: Permission | None = None


AGREED, LATE = "agreed", "late"
ARREARS = (AGREED, LATE)  # also those of whoever compiles: a subcontractor owes what it has compiled (724 art 30)
TURNS = (
    Turn("columns", Permission.PAYROLL_UPLOAD, "待核对列对应", "告诉系统哪一列是什么，以后不再问", "orange"),
    Turn("sign", Permission.PAYROLL_SUBMIT, "待签名提交", "已读出，改正错误后签名提交", "orange"),
    Turn("audit", Permission.PAYROLL_AUDIT, "待审核", "工人都已答复，或者确认期限已过", "orange"),
    Turn("notice", Permission.PAYROLL_AUDIT, "待公示", "审核已通过，请在工地公示并登记", "orange"),
    Turn("pay", Permission.PAYROLL_PAY, "待代发", "公示期已满，请生成代发文件送银行", "orange"),
    Turn("unpaid", Permission.PAYROLL_PAY, "有没发出的工资", "银行退回或还没有送出的行，请逐行处理", "red"),
    Turn(
        AGREED,
        Permission.PAYROLL_SUBMIT,
        "过了约定的支付日",
        "劳动合同约定的支付日已过，还有人没有发（《保障农民工工资支付条例》第十二条：按约定的日期足额支付）",
        "red",
        Permission.PAYROLL_VIEW,
    ),
    Turn(
        LATE,
        Permission.PAYROLL_SUBMIT,
        "逾期没有发完",
        "已过支付期限（《保障农民工工资支付条例》第十四条：劳动的当期或者次期支付）",
        "red",
        Permission.PAYROLL_VIEW,
    ),
)
BY_KEY = {turn.key: turn for turn in TURNS}


def batches_in_turn(scope: Scope, key: str, today: datetime.date) -> QuerySet:
    """Batches that wait for this step of the caller. Unknown keys find nothing."""
    turn = BY_KEY.get(key)
    if turn is None:
        return batches(scope).none()
    return batches(scope.with_permission(turn.to_see or turn.permission)).filter(_condition(key, today))


def turns_of(scope: Scope, today: datetime.date) -> list[tuple[Turn, int]]:
    """The steps that wait for the caller, with how many batches each; zeros left out."""
    if not scope.can(Permission.PAYROLL_VIEW):
        return []
    found: dict[str, int] = {}
    # Permissions that come with the same grants are counted together: for most callers that is one query.
    reach: dict[tuple, list[Turn]] = {}
    for turn in TURNS:
        if scope.can(turn.permission):
            reach.setdefault(scope.with_permission(turn.permission).grants, []).append(turn)
    for turns in reach.values():
        counted = {f"{turn.key}_waiting": Count("pk", filter=_condition(turn.key, today)) for turn in turns}
        # Only what is on its way: the history of years needn't be looked at for a count of open work.
        open_ones = batches(scope.with_permission(turns[0].permission)).filter(
            Q(status__in=(Status.MAPPING, Status.DRAFT)) | Q(status=Status.SUBMITTED, stage__in=_OPEN_STAGES)
        )
        found |= open_ones.order_by().aggregate(**counted)
    return [(turn, found[f"{turn.key}_waiting"]) for turn in TURNS if found.get(f"{turn.key}_waiting")]


def _condition(key: str, today: datetime.date) -> Q:
    return _CONDITIONS[key](today)


def _to_audit(today: datetime.date) -> Q:
    """Everybody answered, or the days for answering are over (our default, `pay_confirm_days`)."""
    days = datetime.timedelta(days=whole_figure("pay_confirm_days", today))
    over = datetime.datetime.combine(today - days, datetime.time.min, SHANGHAI)
    silent = PayConfirmation.objects.filter(batch=OuterRef("pk"), state=PayConfirmation.State.PENDING)
    return Q(status=Status.SUBMITTED, stage=Stage.CONFIRMING) & (Q(submitted_at__lt=over) | ~Exists(silent))


def _unpaid(today: datetime.date) -> Q:
    return Q(status=Status.SUBMITTED, stage=Stage.PAYING) & Exists(unpaid_lines_unscoped().filter(batch=OuterRef("pk")))


def _to_sign(today: datetime.date) -> Q:
    """Drafts, but those that were uploaded before what was submitted for the same month and employer."""
    later = (
        PayrollBatch.objects.annotate(who=Coalesce("subcontractor_id", 0))
        .filter(
            project_id=OuterRef("project_id"),
            month_on=OuterRef("month_on"),
            sequence=OuterRef("sequence"),
            who=Coalesce(OuterRef("subcontractor_id"), 0),
            status=Status.SUBMITTED,
            submitted_at__gt=OuterRef("uploaded_at"),
        )
        .order_by()
    )
    return Q(status=Status.DRAFT) & ~Exists(later)


def _past_agreed_day(today: datetime.date) -> Q:
    """Somebody's stated day has passed, the last day that the law leaves has not."""
    return Q(status=Status.SUBMITTED, stage__in=_OPEN_STAGES) & with_a_day_passed_unscoped(today)


def _late(today: datetime.date) -> Q:
    """Not paid in full until the last day that the law leaves, however far the sheet is (724 art 14)."""
    late = [Q(month_on__gte=start, month_on__lt=end) for start, end in late_months(pay_period_versions(), today)]
    # Without any range nothing is late: an empty Q would mean everything.
    return Q(status=Status.SUBMITTED, stage__in=_OPEN_STAGES) & reduce(or_, late, Q(pk__in=()))


_OPEN_STAGES = (Stage.CONFIRMING, Stage.AUDITED, Stage.NOTICED, Stage.PAYING)
_CONDITIONS = {
    "columns": lambda today: Q(status=Status.MAPPING),
    "sign": _to_sign,
    "audit": _to_audit,
    "notice": lambda today: Q(status=Status.SUBMITTED, stage=Stage.AUDITED),
    "pay": lambda today: Q(status=Status.SUBMITTED, stage=Stage.NOTICED, notice__until_on__lt=today),
    "unpaid": _unpaid,
    AGREED: _past_agreed_day,
    LATE: _late,
}
